"""A drafter with other weights is made once, whole, and from the pair's own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models.files.info import read_info
from app.models.shelf.drafter_types import drafter_place, make_drafter_type
from app.places import Places, find_places
from app.race.problems import ProblemError

DRAFTER = str(find_places().resources / "nano" / "nano-assistant.gguf")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path / "home"))
    return find_places()


@pytest.mark.real
def test_the_built_in_drafter_is_written_with_eight_bits(places: Places) -> None:
    made = Path(drafter_place(DRAFTER, "q8_0", places))
    make_drafter_type(DRAFTER, "q8_0", places)
    found = read_info(made)
    assert found.is_drafter
    assert found.quantization == "Q8_0"
    first = made.stat().st_mtime_ns
    make_drafter_type(DRAFTER, "q8_0", places)
    assert made.stat().st_mtime_ns == first
    assert not list(made.parent.glob("*.part"))


def test_the_file_as_it_is_needs_nothing(places: Places) -> None:
    assert drafter_place(DRAFTER, "", places) == DRAFTER
    make_drafter_type(DRAFTER, "", places)
    assert not places.cache.exists()


@pytest.mark.real
def test_a_file_that_is_none_is_told_in_words(places: Places, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ProblemError, match="could not be written with q4_0 weights"):
        make_drafter_type(str(broken), "q4_0", places)
    assert not Path(drafter_place(str(broken), "q4_0", places)).exists()
