from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.library.prompts import load_prompts
from app.models.pairs import ModelFile, ModelSource
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.race.choose_k import FIRST_SENTENCE, KChoice
from app.race.events import Failed, PassCosts
from app.race.known_costs import KnownCosts
from app.race.lanes import ADAPTIVE, AUTO, Contender, KPolicy, LaneKind
from app.race.problems import Problem, ProblemError
from app.worker.pass_costs import (
    ALL_WIDTHS,
    PassCostStore,
    first_k,
    known_costs,
    measure_for_auto,
    measure_passes,
    probe_passes,
    usual_context,
)
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest, request_with
from tests.race.builders import MS, header, spec
from tests.worker.scripted import ScriptedWorker

FOUND = PassCosts(64, {1: 10, 2: 12}, 2)


def test_a_measurement_is_kept_for_its_pair_and_machine_and_for_any_k_and_prompt(tmp_path: Path) -> None:
    known = PassCostStore(tmp_path / "deep" / "widths.json")
    known.put(header(), FOUND)
    assert known.get(header()) == FOUND
    assert known.get(header(spec("baseline"), spec("mtp", 7), prompt_name="other")) == FOUND
    slower = msgspec.structs.replace(spec("mtp", 3), threads=1)
    assert known.get(header(spec("baseline"), slower)) is None
    assert known.get(header(app_version="9")) is None


def test_the_nearest_context_is_taken(tmp_path: Path) -> None:
    known = PassCostStore(tmp_path / "widths.json")
    for context in (64, 1024, 256):
        known.put(header(), msgspec.structs.replace(FOUND, context=context))
    assert [getattr(known.get(header(), context), "context", None) for context in (1, 200, 9000, 0)] == [
        64,
        256,
        1024,
        256,
    ]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": 3}', b"\xff"])
def test_a_damaged_file_only_means_measuring_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "widths.json"
    path.write_bytes(content)
    assert PassCostStore(path).get(header()) is None
    PassCostStore(path).put(header(), FOUND)
    assert PassCostStore(path).get(header()) == FOUND


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    PassCostStore(tmp_path / "file" / "widths.json").put(header(), FOUND)


def test_a_worker_is_asked_for_all_widths() -> None:
    found = measure_passes(ScriptedWorker(), 128)
    assert found == PassCosts(128, {width: width * MS for width in ALL_WIDTHS}, MS)


def test_a_measurement_can_be_given_up() -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(ProblemError) as caught:
        measure_passes(ScriptedWorker(silent=True), 128, stopped=stopped)
    assert caught.value.problem.kind == "probe-stopped"


def test_a_worker_that_fails_tells_why() -> None:
    class Failing(ScriptedWorker):
        def send(self, command: object) -> None:
            self._tell(Failed(Problem("no-probe", "It cannot.")))

    with pytest.raises(ProblemError, match="It cannot"):
        measure_passes(Failing(), 128)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture
def nano(places: Places) -> RaceRequest:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    return RaceRequest(pair, load_prompts(places)[0], max_tokens=60)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool()
    yield made
    made.close()


def test_the_context_is_the_middle_of_the_run_and_fits(nano: RaceRequest) -> None:
    assert usual_context(nano) % 64 == 0
    assert usual_context(msgspec.structs.replace(nano, max_tokens=1 << 20)) == nano.context - 17


@pytest.mark.real
def test_the_built_in_pair_is_measured_once_and_then_known(nano: RaceRequest, places: Places, pool: WorkerPool) -> None:
    found = probe_passes(nano, places, pool, 48, repeats=1)
    assert found.context == 48
    assert set(found.forward_ns) == set(ALL_WIDTHS)
    assert min(found.forward_ns.values()) > 0
    assert found.draft_ns > 0
    pool.close()
    nobody = WorkerPool(lambda: pytest.fail("a worker was started for what is known"))
    assert probe_passes(nano, places, nobody, 48) == found


@pytest.mark.real
def test_a_context_without_room_is_refused(nano: RaceRequest, places: Places, pool: WorkerPool) -> None:
    with pytest.raises(ProblemError) as caught:
        probe_passes(nano, places, pool, nano.context)
    assert caught.value.problem.kind == "context-range"


@pytest.mark.real
def test_k_is_measured_before_the_first_race_and_known_from_then_on(
    nano: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    told: list[str] = []
    found = first_k(nano, places, pool, told.append)
    assert found is not None
    assert 1 <= found.k <= 8
    assert told == [FIRST_SENTENCE]
    again = first_k(nano, places, WorkerPool(lambda: pytest.fail("a worker was started")), told.append)
    assert again == found
    assert told == [FIRST_SENTENCE]


def test_before_a_lane_that_ends_its_drafts_all_widths_are_measured_once(
    nano: RaceRequest, places: Places, pool: WorkerPool
) -> None:
    told: list[str] = []
    auto = msgspec.structs.replace(nano, contenders=(AUTO, Contender(3)))
    measure_for_auto(auto, places, pool, told.append)
    assert len(told) == 1
    nobody = WorkerPool(lambda: pytest.fail("a worker was started"))
    measure_for_auto(auto, places, nobody, told.append)
    assert len(told) == 1
    assert first_k(nano, places, nobody, told.append) is not None  # it takes what was measured
    assert len(told) == 1


def test_nothing_is_measured_for_lanes_that_do_not_ask_or_cannot_be_told(nano: RaceRequest, places: Places) -> None:
    nobody = WorkerPool(lambda: pytest.fail("a worker was started"))
    lookup = Contender(AUTO.k, AUTO.policy, LaneKind.LOOKUP)
    for request in (
        nano,
        msgspec.structs.replace(nano, contenders=(ADAPTIVE,)),
        msgspec.structs.replace(nano, contenders=(lookup,)),
        msgspec.structs.replace(nano, contenders=(AUTO,), engine="llama-server"),
        msgspec.structs.replace(nano, contenders=(AUTO,), engine="mlx"),
    ):
        measure_for_auto(request, places, nobody, lambda _: pytest.fail("it was said to be measured"))


def test_k_of_a_pair_that_is_not_here_or_of_a_server_is_not_measured(nano: RaceRequest, places: Places) -> None:
    nobody = WorkerPool(lambda: pytest.fail("a worker was started"))
    absent = msgspec.structs.replace(
        nano.pair, id="absent", target=ModelSource(folder="/nowhere", files=(ModelFile("x.gguf"),))
    )
    for request in (
        msgspec.structs.replace(nano, engine="llama-server"),
        msgspec.structs.replace(nano, pair=absent),
    ):
        assert first_k(request, places, nobody, lambda _: pytest.fail("it was said to be measured")) is None


def test_an_adaptive_lane_starts_from_rounds_that_are_known_without_a_gap(places: Places) -> None:
    race = header()
    adaptive = msgspec.structs.replace(
        race, lanes=tuple(msgspec.structs.replace(lane, policy=KPolicy.COST) for lane in race.lanes)
    )
    assert known_costs(adaptive, places) == KnownCosts()
    PassCostStore.of(places).put(adaptive, PassCosts(64, {1: 10, 2: 12, 3: 15, 5: 20}, 2))
    assert known_costs(adaptive, places).rounds == (10, 14, 19)
    assert known_costs(race, places) == KnownCosts()


def test_a_request_takes_the_measured_k_where_none_was_asked_for(nano: RaceRequest) -> None:
    found = KChoice(5, 1.5, 6, "")
    lanes = (Contender(2), ADAPTIVE, Contender(4, kind=LaneKind.LOOKUP))
    request = msgspec.structs.replace(nano, contenders=lanes)
    assert [item.k for item in request_with(request, found, pick=True).drafting] == [5, 6, 4]
    assert [item.k for item in request_with(request, found, pick=False).drafting] == [2, 6, 4]
    assert [item.k for item in request_with(nano, found, pick=True).drafting] == [5]
    steered = msgspec.structs.replace(nano, contenders=(AUTO,))
    assert [item.k for item in request_with(steered, found, pick=True).drafting] == [AUTO.k]
