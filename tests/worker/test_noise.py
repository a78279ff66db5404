from __future__ import annotations

from pathlib import Path

import pytest

from app.race.events import Noise
from app.worker.noise import NoiseFloors
from tests.race.builders import header, spec


def test_a_floor_is_kept_for_its_pair_alone(tmp_path: Path) -> None:
    floors = NoiseFloors(tmp_path / "deep" / "noise.json")
    floors.put(header(), Noise(0.02, 64))
    assert floors.get(header()) == Noise(0.02, 64)
    assert floors.get(header(spec("baseline"), spec("mtp", 5))) is None


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 3}', b"\xff"])
def test_a_damaged_file_only_means_measuring_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "noise.json"
    path.write_bytes(content)
    assert NoiseFloors(path).get(header()) is None
    NoiseFloors(path).put(header(), Noise(0.1, 1))
    assert NoiseFloors(path).get(header()) == Noise(0.1, 1)


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    NoiseFloors(tmp_path / "file" / "noise.json").put(header(), Noise(0.1, 1))
