"""The command that repeats a race."""

from __future__ import annotations

import shlex
from itertools import pairwise

from msgspec.structs import replace

from app.present.repeat import race_command
from app.race.lanes import LaneKind
from tests.race.builders import header, spec


def test_every_drafter_is_named_by_its_word_or_by_its_file() -> None:
    eagle = replace(spec("eagle3", 4), kind=LaneKind.EAGLE3, drafter="nano-eagle3.gguf")
    lookup = replace(spec("lookup", 4), kind=LaneKind.LOOKUP, drafter="")
    words = shlex.split(race_command(header(spec("baseline"), spec("mtp", 4), eagle, lookup), "prompt.txt"))
    named = [after for before, after in pairwise(words) if before == "--drafter"]
    assert named == ["mtp", "nano-eagle3.gguf", "lookup"]
    assert words[words.index("--k") + 1] == "4"
    assert "--drafter" not in race_command(header(), "prompt.txt")
