"""The fuzzers of `make fuzz`, for a moment each, and that they can find something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.campaign import run
from tests.fuzz.readers import READERS, Reader


@pytest.mark.parametrize("name", READERS)
def test_no_changed_input_makes_a_reader_fall(name: str) -> None:
    outcome = run(READERS[name], seed=7, count=60)
    assert outcome.tried == 60
    assert [last for last, _, _ in outcome.falls] == []


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
