from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec
import pytest

from app.race.events import Finish, Halt
from app.race.lanes import (
    ADAPTIVE,
    AUTO,
    HEURISTIC,
    Contender,
    KPolicy,
    LaneKind,
    LaneSpec,
    k_words,
    lane_name,
    lane_title,
    parse_contenders,
)
from tests.race.builders import spec


def test_contenders_are_read_as_they_are_written() -> None:
    assert parse_contenders("2, 4,adaptive") == (Contender(2), Contender(4), ADAPTIVE)
    assert parse_contenders("Heuristic") == (HEURISTIC,)
    assert [item.word for item in parse_contenders("2,adaptive,heuristic")] == ["2", "adaptive", "heuristic"]
    assert parse_contenders("AUTO") == (AUTO,)
    assert AUTO.lane == "mtp-auto"
    assert [item.lane for item in parse_contenders("2,adaptive")] == ["mtp-k2", "mtp-adaptive"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0", "neither"),
        ("17", "neither"),
        ("", "neither"),
        ("2,2", "twice"),
        ("1,2,3,4", "at most 3"),
        ("²", "neither"),
    ],
)
def test_what_is_no_contender_is_said_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_contenders(text)


def test_titles_tell_how_k_is_chosen() -> None:

    adaptive = msgspec.structs.replace(spec("mtp", 8), policy=KPolicy.COST)
    assert lane_title(adaptive) == "MTP adaptive (K ≤ 8)"
    assert lane_title(msgspec.structs.replace(spec("mtp", 3), engine="mlx")) == "MTP K=3 (block 4)"
    assert lane_title(spec("mtp", 3)) == "MTP K=3"


@pytest.mark.parametrize("kind", list(LaneKind))
def test_every_kind_of_lane_has_all_its_words(kind: LaneKind) -> None:
    facts = kind.facts
    assert all((facts.name, facts.phrase, facts.way, facts.way_short, facts.way_long))
    assert "{k}" in facts.way_long or not facts.drafts
    # A lane that drafts can be asked for by a word, a file, or both, if it is known; the window's list has words only.
    assert bool(facts.word or facts.file) == (facts.drafts and kind is not LaneKind.NEWER)
    assert facts.word or not facts.choice
    drawn = LaneSpec("x", kind, "test", "t.gguf", k=3 if facts.drafts else 0)
    assert lane_title(drawn).startswith(lane_name(drawn))


def test_no_two_kinds_of_lanes_share_a_name_or_a_word() -> None:
    assert len({kind.facts.name for kind in LaneKind}) == len(LaneKind)
    words = [kind.facts.word for kind in LaneKind if kind.facts.word]
    assert len(set(words)) == len(words)


def test_the_largest_k_is_one_and_a_lane_tells_its_k_or_how_far_it_goes() -> None:
    assert parse_contenders("1,16") == (Contender(1), Contender(16))
    assert k_words(spec("mtp", 3)) == "3"
    assert k_words(msgspec.structs.replace(spec("mtp", 8), policy=KPolicy.AUTO)) == "up to 8"


@pytest.mark.parametrize("words", [LaneKind, KPolicy, Finish, Halt])
def test_a_word_of_tomorrow_is_newer_and_a_number_is_none(words: Callable[[object], StrEnum]) -> None:
    assert words("of tomorrow").name == "NEWER"
    with pytest.raises(ValueError, match="3 is not a valid"):
        words(3)
