from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from app.race.events import Failed, Finish, Noise
from app.race.fold import Phase, RaceState
from app.race.formats import FORMATS, Grant, LaneTurn
from app.race.trace import TraceWriter, read_trace
from app.worker.protocol import Probe, Race, Stop, Turn
from app.worker.run import Patience
from app.worker.session import RaceSession
from tests.race.builders import header
from tests.worker.scripted import ScriptedWorker


def raced(baseline: ScriptedWorker, mtp: ScriptedWorker, name: str = "clock", **more: object) -> RaceSession:
    """Runs a race of scripted workers to its end."""
    session = started(baseline, mtp, name, **more)
    assert session.join(10)
    return session


def started(baseline: ScriptedWorker, mtp: ScriptedWorker, name: str = "clock", **more: object) -> RaceSession:
    workers = {"baseline": baseline, "mtp": mtp}
    session = RaceSession(header(), workers, FORMATS[name], **more)  # type: ignore[arg-type]
    session.start()
    return session


@pytest.mark.parametrize("name", ["clock", "free"])
def test_a_race_runs_both_lanes_to_their_end(name: str) -> None:
    session = raced(ScriptedWorker(rounds=6), ScriptedWorker(rounds=4, step_ms=3), name)
    assert [lane.count for lane in session.state.lanes.values()] == [7, 5]
    assert all(lane.finish is Finish.END for lane in session.state.lanes.values())


def test_the_records_fold_to_the_state_of_the_session() -> None:
    session = raced(ScriptedWorker(), ScriptedWorker())
    state = RaceState.of(["baseline", "mtp"])
    for record in session.drain():
        state.apply(record.lane, record.e)
    assert state == session.state
    assert session.drain() == []


def test_on_the_chess_clock_turns_are_single_rounds_and_the_clocks_stay_together() -> None:
    session = raced(ScriptedWorker(step_ms=10, rounds=6), ScriptedWorker(step_ms=25, rounds=6))
    clocks = {"baseline": 0, "mtp": 0}
    for record in session.drain():
        end = getattr(record.e, "end_ns", None)
        if end is not None and clocks["baseline"] < 70_000_000:
            other = clocks["mtp" if record.lane == "baseline" else "baseline"]
            assert clocks[record.lane] <= other or not other
            clocks[record.lane] = end


def test_the_trace_holds_the_race() -> None:
    sink = io.BytesIO()
    session = raced(ScriptedWorker(), ScriptedWorker(), writer=TraceWriter(sink, header()))
    trace = read_trace([sink.getvalue()])
    assert trace.complete
    assert trace.state() == session.state


def test_a_mistake_in_the_sessions_own_thread_is_told_in_every_lane_and_ends_the_race() -> None:
    class Broken:
        repeats = False

        def grants(self, turns: Sequence[LaneTurn]) -> list[Grant]:
            raise ValueError("no turns today")

    sink, workers = io.BytesIO(), {"baseline": ScriptedWorker(), "mtp": ScriptedWorker()}
    session = RaceSession(header(), workers, Broken(), TraceWriter(sink, header()))  # type: ignore[arg-type]
    session.start()
    assert session.join(10)
    assert session.over
    drained = RaceState.of(["baseline", "mtp"])
    for record in session.drain():
        drained.apply(record.lane, record.e)
    for state in (drained, session.state, read_trace([sink.getvalue()]).state()):
        for lane in state.lanes.values():
            assert lane.phase is Phase.FAILED
            assert lane.problem is not None
            assert "ValueError: no turns today" in lane.problem.details
    assert session.trace_problem is not None
    assert all(worker.problems for worker in workers.values())  # None of them is used again.


def test_a_lane_that_dies_leaves_the_other_one_racing() -> None:
    session = raced(ScriptedWorker(rounds=6), ScriptedWorker(rounds=6, fail_after=4))
    baseline, mtp = session.state.lanes.values()
    assert (baseline.phase, baseline.count) == (Phase.FINISHED, 7)
    assert (mtp.phase, mtp.count) == (Phase.FAILED, 3)


def test_a_stop_ends_both_lanes() -> None:
    workers = ScriptedWorker(rounds=10**9), ScriptedWorker(rounds=10**9)
    session = started(*workers)
    session.stop()
    assert session.join(10)
    assert {lane.finish for lane in session.state.lanes.values()} == {Finish.STOPPED}
    assert all(isinstance(worker.sent[-1], Stop) for worker in workers)


def test_a_lane_that_is_silent_for_too_long_counts_as_hung_and_is_ended() -> None:
    silent = ScriptedWorker(silent=True)
    session = raced(ScriptedWorker(), silent, patience=Patience(prefill_s=0.1))
    (problem,) = silent.problems
    assert problem.kind == "hung"
    assert "reading the prompt" in problem.sentence
    assert problem.details == "some log"
    assert session.state.lanes["baseline"].finish is Finish.END


class FullDisk(io.BytesIO):
    """A disk that is full after 2,000 bytes."""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() > 2000:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_full_disk_ends_the_recording_and_not_the_race() -> None:
    sink = FullDisk()
    session = raced(ScriptedWorker(rounds=50), ScriptedWorker(), writer=TraceWriter(sink, header()))
    assert session.trace_problem is not None
    assert "No space left" in session.trace_problem.cause
    assert session.state.over
    assert read_trace([sink.getvalue()]).records


def test_a_race_is_sent_once_and_turns_one_at_a_time() -> None:
    worker = ScriptedWorker(rounds=3)
    raced(worker, ScriptedWorker(rounds=3))
    assert [type(command) for command in worker.sent] == [Race, *[Turn] * 5]


def test_the_noise_floor_is_measured_after_the_race_and_recorded() -> None:
    drafting = ScriptedWorker()
    session = raced(ScriptedWorker(), drafting)
    assert isinstance(drafting.sent[-1], Probe)
    assert session.state.lanes["mtp"].noise_floor == 0.01
    assert session.drain()[-1].e == session.noise


def test_a_known_noise_floor_is_recorded_and_not_measured_again() -> None:
    drafting = ScriptedWorker()
    session = raced(ScriptedWorker(), drafting, noise=Noise(0.5, 64))
    assert not any(isinstance(command, Probe) for command in drafting.sent)
    assert session.state.lanes["mtp"].noise_floor == 0.5


def test_a_lane_that_could_not_load_does_not_keep_the_other_from_racing() -> None:
    class Unloadable(ScriptedWorker):
        def attach(self, listener):  # type: ignore[no-untyped-def]
            from app.race.problems import Problem

            listener(Failed(Problem("file-missing", "It is missing.")))

    session = raced(ScriptedWorker(), Unloadable())
    assert session.state.lanes["baseline"].finish is Finish.END
    assert session.state.lanes["mtp"].problem is not None
