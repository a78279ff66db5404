"""The fuzzers of `make fuzz`, for a moment each, and that they can find something."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.campaign import run
from tests.fuzz.readers import READERS, Reader
from tests.fuzz.retyping import places, replaced, retyped


@pytest.mark.parametrize("name", READERS)
def test_no_changed_input_makes_a_reader_fall(name: str) -> None:
    outcome = run(READERS[name], seed=7, count=60)
    assert outcome.tried == 60
    assert [last for last, _, _ in outcome.falls] == []


TYPED = (
    "answer",
    "config",
    "safetensors",
    "models.toml",
    "download-note",
    "hub",
    "other-apps",
    "trace",
    "sweep",
    "suite",
)
"""Readers of JSON or TOML."""


@pytest.mark.parametrize("name", TYPED)
def test_wrong_types_at_any_depth_make_no_reader_fall(name: str, tmp_path: Path) -> None:
    reader, chance = READERS[name], random.Random(3)
    samples = reader.samples(tmp_path)
    typed = [made for _ in range(300) if (made := retyped(chance.choice(samples), chance)) is not None]
    assert len(typed) > 90
    falls = run(Reader(reader.read, lambda folder: typed, allowed=reader.allowed), seed=1, count=len(typed)).falls
    assert [(last, data[:300]) for last, _, data in falls] == []


def test_every_place_of_a_tree_can_get_another_value() -> None:
    tree = {"a": [1, {"b": 2}], "c": None}
    found = list(places(tree))
    assert found == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]
    assert replaced(tree, ("a", 1, "b"), []) == {"a": [1, {"b": []}], "c": None}
    assert replaced(tree, (), 5) == 5


def test_a_reader_that_falls_is_found_and_its_input_kept() -> None:
    def read(data: bytes, folder: Path) -> None:
        data.decode()

    outcome = run(Reader(read, lambda folder: [b"a plain text of a few words"]), seed=1, count=500)
    assert outcome.falls
    last, trace, data = outcome.falls[0]
    assert "UnicodeDecodeError" in last
    assert "data.decode()" in trace
    with pytest.raises(UnicodeDecodeError):
        data.decode()


def test_a_reader_that_does_not_end_is_a_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes, folder: Path) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.campaign.SLOW_S", 0.05)
    outcome = run(Reader(read, lambda folder: [b"x"]), seed=1, count=1)
    assert "TooSlow" in outcome.falls[0][0]
