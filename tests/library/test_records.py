"""Chess-clock races on record, laid beside heats of the same lanes and by pair. The traces are synthetic."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.library.records import pair_records, recorded_clocks
from app.race.heats import Heats, heats_summary
from app.race.lanes import KPolicy, LaneKind, LaneSpec, Request
from app.race.trace import Header, Machine, Record, TraceWriter
from tests.race.builders import header, lane_events, spec


def write(path: Path, head: Header, *, step_ms: float = 10.0, whole: bool = True) -> None:
    """A race in which each drafting lane emits two tokens a round of ``step_ms``, the baseline one in 10 ms."""
    with path.open("wb") as sink:
        writer = TraceWriter(sink, head)
        for lane in head.lanes:
            took = step_ms if lane.k else 10.0
            for event in lane_events(range(21), k=lane.k, accepted=[1] * 20, step_ms=took):
                writer.write(Record(lane.id, 0, event))
        if whole:
            writer.close()


def heats(head: Header, *steps_ms: float) -> Heats:
    found = Heats(head)
    for number, step in enumerate(steps_ms):
        for event in lane_events(range(21)):
            found.apply(Record("baseline", 0, event, number))
        for event in lane_events(range(21), k=3, accepted=[1] * 20, step_ms=step):
            found.apply(Record("mtp", 0, event, number))
    return found


def test_races_of_the_same_lanes_are_found_and_folded(tmp_path: Path) -> None:
    for number, step in enumerate((10.0, 8.0)):
        write(tmp_path / f"{number}.ndjson", header(format="clock"), step_ms=step)
    found = recorded_clocks(tmp_path, header(format="heats"))
    assert list(found) == ["mtp"]
    assert found["mtp"].heats == 2
    assert found["mtp"].ratio == pytest.approx((2.0 * 2.5) ** 0.5)


def test_a_lane_is_known_by_what_it_is_not_by_its_id(tmp_path: Path) -> None:
    lanes = (spec("baseline"), spec("mtp-k2", 2), spec("mtp-k3", 3))
    write(tmp_path / "three.ndjson", header(*lanes, format="clock"))
    assert list(recorded_clocks(tmp_path, header(spec("baseline"), spec("mtp", 3), format="heats"))) == ["mtp"]


@pytest.mark.parametrize(
    "other",
    [
        header(format="heats"),
        header(format="free"),
        header(format="clock", request=Request(prompt="Another")),
        header(format="clock", machine=Machine(cpu="another")),
        header(format="clock", app_version="0.0.1"),
        header(spec("baseline"), spec("mtp", 4), format="clock"),
        header(
            msgspec.structs.replace(spec("baseline"), threads=2),
            msgspec.structs.replace(spec("mtp", 3), threads=2),
            format="clock",
        ),
    ],
    ids=["heats", "free for all", "prompt", "machine", "version", "K", "threads"],
)
def test_races_of_anything_else_are_not_compared(tmp_path: Path, other: Header) -> None:
    write(tmp_path / "other.ndjson", other)
    assert recorded_clocks(tmp_path, header(format="heats")) == {}


def test_traces_that_were_cut_off_or_are_none_do_not_count(tmp_path: Path) -> None:
    write(tmp_path / "cut.ndjson", header(format="clock"), whole=False)
    (tmp_path / "none.ndjson").write_bytes(b"\xff\x00nothing\n")
    (tmp_path / "empty.ndjson").touch()
    assert recorded_clocks(tmp_path, header(format="heats")) == {}
    assert recorded_clocks(tmp_path / "missing", header(format="heats")) == {}


def summary(found: Heats) -> list[str]:
    warned: list[str] = heats_summary(found, "baseline", "mtp", "MTP K=3")["warnings"]
    return [item for item in warned if "chess clock" in item]


def test_heats_that_contradict_the_chess_clock_say_so(tmp_path: Path) -> None:
    for number, step in enumerate((10.0, 10.1, 9.9)):
        write(tmp_path / f"{number}.ndjson", header(format="clock"), step_ms=step)
    head = header(format="heats")
    against, along = heats(head, 15.0, 15.1, 14.9, 15.0, 15.1), heats(head, 10.0, 10.1, 9.9, 10.0, 10.1)
    against.clocks = along.clocks = recorded_clocks(tmp_path, head)
    assert len(summary(against)) == 1
    assert "2.00× for MTP K=3 (3 races) and the heats say 1.33×" in summary(against)[0]
    assert summary(along) == []


def test_a_single_race_on_the_chess_clock_contradicts_nothing(tmp_path: Path) -> None:
    write(tmp_path / "one.ndjson", header(format="clock"))
    head = header(format="heats")
    found = heats(head, 15.0, 15.1, 14.9, 15.0, 15.1)
    found.clocks = recorded_clocks(tmp_path, head)
    assert found.clocks["mtp"].method == "none"
    assert summary(found) == []


def test_a_lane_specification_differs_by_its_options(tmp_path: Path) -> None:
    def with_options(options: dict[str, str]) -> tuple[LaneSpec, ...]:
        return tuple(msgspec.structs.replace(lane, options=options) for lane in header().lanes)

    write(tmp_path / "a.ndjson", header(*with_options({"a": "1", "b": "2"}), format="clock"))
    assert recorded_clocks(tmp_path, header(*with_options({"b": "2", "a": "1"}), format="heats"))
    assert not recorded_clocks(tmp_path, header(*with_options({"a": "1"}), format="heats"))


def test_the_races_of_each_pair_on_this_machine_are_summed_up_by_k(tmp_path: Path) -> None:
    machine = Machine(cpu="this one", cores=4)
    two = (spec("baseline"), spec("mtp-k2", 2), spec("mtp-k3", 3))
    for number, step in enumerate((10.0, 8.0, 5.0)):
        write(tmp_path / f"{number}.ndjson", header(pair="a", machine=machine), step_ms=step)
    write(tmp_path / "two.ndjson", header(*two, pair="a", machine=machine), step_ms=10.0)
    write(tmp_path / "b.ndjson", header(pair="b", machine=machine), step_ms=20.0)
    found = pair_records(tmp_path, machine)
    assert set(found) == {"a", "b"}
    assert found["a"].races == 4
    assert found["a"].speedups == {2: pytest.approx(2.0), 3: pytest.approx(2.25)}
    assert found["a"].best_k == 3
    assert found["a"].baseline_tps == pytest.approx(100.0)
    assert found["b"].speedups == {3: pytest.approx(1.0)}


@pytest.mark.parametrize(
    "head",
    [
        header(machine=Machine(cpu="another")),
        header(spec("baseline"), msgspec.structs.replace(spec("mtp", 3), kind=LaneKind.EAGLE3)),
        header(spec("baseline"), msgspec.structs.replace(spec("mtp", 3), policy=KPolicy.COST)),
        header(*(msgspec.structs.replace(lane, target="http://host:1") for lane in (spec("baseline"), spec("mtp", 3)))),
        header(spec("mtp", 3)),
    ],
)
def test_other_machines_other_drafters_servers_and_lanes_without_a_baseline_are_no_record_of_a_pair(
    tmp_path: Path, head: Header
) -> None:
    write(tmp_path / "race.ndjson", head)
    assert pair_records(tmp_path, header().machine) == {}


def test_a_race_that_was_given_up_or_cannot_be_read_is_no_record_of_a_pair(tmp_path: Path) -> None:
    write(tmp_path / "cut.ndjson", header(), whole=False)
    (tmp_path / "noise.ndjson").write_bytes(b"noise")
    assert pair_records(tmp_path, header().machine) == {}
