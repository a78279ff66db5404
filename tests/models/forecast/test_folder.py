from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import psutil
import pytest

from app.models.files.info import read_info
from app.models.forecast.folder import DRAFTER, slice_path, written
from app.models.forecast.shape import SlicePlan, plan_slices
from app.places import Places, find_places
from app.race.lanes import LaneKind
from app.race.problems import ProblemError
from tests.models.forecast.test_shape import REGISTRY, tiny_shape


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture
def plan() -> SlicePlan:
    return plan_slices(tiny_shape(), "Q4_0", "Q8_0")


def left(places: Places) -> list[str]:
    return [path.name for path in (places.cache / "forecast").iterdir()]


def test_slices_and_drafter_are_written_as_planned_and_gone_afterwards(places: Places, plan: SlicePlan) -> None:
    shares: list[float] = []
    with written(plan, places, shares.append, threading.Event()) as folder:
        for number, layers in enumerate(plan.layers):
            info = read_info(slice_path(folder, number))
            assert (info.architecture, info.layers, info.hidden) == ("gemma4", len(layers), 256)
            assert info.vocabulary == 4096
        assert read_info(folder / DRAFTER).drafts_as is LaneKind.MTP
        size = sum(path.stat().st_size for path in folder.iterdir())
        assert size == pytest.approx(plan.bytes, rel=0.1)
    assert shares == sorted(shares)
    assert left(places) == []


def test_giving_up_ends_the_writing_process_and_leaves_nothing(places: Places) -> None:
    plan = plan_slices(REGISTRY.shapes["gemma-4-e2b"], "Q4_0", "Q4_0")
    stopped = threading.Event()
    with pytest.raises(ProblemError) as caught, written(plan, places, lambda _: stopped.set(), stopped):
        pytest.fail("it was given up")
    assert caught.value.problem.kind == "forecast-stopped"
    assert left(places) == []
    assert not [child for child in psutil.Process().children() if "app.models.forecast.write" in child.cmdline()]


def test_a_disk_without_room_is_told_before_anything_is_written(places: Places, plan: SlicePlan) -> None:
    huge = msgspec.structs.replace(plan, layers=(tuple(range(12)),) * 200_000)
    with pytest.raises(ProblemError) as caught, written(huge, places, lambda _: None, threading.Event()):
        pytest.fail("there is no room")
    assert caught.value.problem.kind == "forecast-no-room"
    assert left(places) == []


def test_what_a_killed_process_left_goes_and_what_another_one_writes_stays(places: Places, plan: SlicePlan) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    root = places.cache / "forecast"
    for name in (f"{gone.pid}-abc", f"{psutil.Process().ppid()}-abc"):
        (root / name).mkdir(parents=True)
        (root / name / "slice-0.gguf").write_bytes(b"x")
    with written(plan, places, lambda _: None, threading.Event()):
        pass
    assert left(places) == [f"{psutil.Process().ppid()}-abc"]


def test_a_place_that_cannot_be_written_is_told_in_words(tmp_path: Path, plan: SlicePlan) -> None:
    (tmp_path / "cache").write_text("a file")
    places = find_places({"MTP_RACE_HOME": str(tmp_path)})
    with pytest.raises(ProblemError) as caught, written(plan, places, lambda _: None, threading.Event()):
        pytest.fail("it is no folder")
    assert caught.value.problem.kind == "forecast-unwritable"
