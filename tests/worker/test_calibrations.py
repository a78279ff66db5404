"""What a drafter's certainty was worth, kept between races."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.race.events import Round, Token
from app.race.heats import Heats
from app.race.lanes import KPolicy, Request, Sampling
from app.race.trace import Header, Record
from app.worker.calibrations import Calibrations
from tests.race.builders import header, spec

AUTO = msgspec.structs.replace(spec("mtp-auto", 16), policy=KPolicy.AUTO)


def raced(head: Header, accepted: int = 2, rounds: int = 5) -> Heats:
    """A race in which the drafter was certain of three tokens each round."""
    heats = Heats(head)
    item = Round(0, 1, (Token(1, "x"),) * (accepted + 1), 3, accepted, certainty=(0.9, 0.9, 0.9))
    for _ in range(rounds):
        heats.apply(Record(head.lanes[-1].id, 0, item))
    return heats


def test_what_a_race_showed_is_kept_for_its_pair_and_grows(tmp_path: Path) -> None:
    kept, head = Calibrations(tmp_path / "deep" / "certainty.json"), header(spec("baseline"), AUTO)
    assert kept.get(head) is None
    kept.learn(head, raced(head))
    first = kept.get(head)
    assert first is not None
    assert first.fits
    kept.learn(head, raced(head))
    second = kept.get(head)
    assert second is not None
    assert sum(map(sum, second.tried)) > sum(map(sum, first.tried))


def test_text_that_is_drawn_is_kept_apart_from_greedy_text(tmp_path: Path) -> None:
    kept, head = Calibrations(tmp_path / "certainty.json"), header(spec("baseline"), AUTO)
    kept.learn(head, raced(head))
    drawn = Request("Hi", sampling=Sampling(temperature=1.0))
    assert kept.get(header(spec("baseline"), AUTO, request=drawn)) is None


def test_without_such_a_lane_or_without_drafts_nothing_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "certainty.json"
    kept, plain = Calibrations(path), header(spec("baseline"), spec("mtp", 3))
    kept.learn(plain, raced(plain))
    head = header(spec("baseline"), AUTO)
    kept.learn(head, Heats(head))
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 3}', b"\xff", b'{"a": {"tried": [[-1]]}}'])
def test_a_damaged_file_only_means_learning_again(tmp_path: Path, content: bytes) -> None:
    path, head = tmp_path / "certainty.json", header(spec("baseline"), AUTO)
    path.write_bytes(content)
    assert Calibrations(path).get(head) is None
    Calibrations(path).learn(head, raced(head))
    assert Calibrations(path).get(head) is not None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    head = header(spec("baseline"), AUTO)
    Calibrations(tmp_path / "file" / "certainty.json").learn(head, raced(head))
