"""Races in heats, with scripted workers and a scripted sampler: stand-ins, so that the order of things can be seen."""

from __future__ import annotations

import io

from app.present.figures import conditions, figure_rows, more_text
from app.present.result import summarize
from app.present.view import RaceView
from app.race.events import Conditions, Done, Energy, Finish, Noise, Prefilled, Round
from app.race.fold import Phase
from app.race.formats import FORMATS
from app.race.heats import Heats, Plan, heats_of
from app.race.trace import TraceWriter, read_trace
from app.worker.energy import EnergyMeter
from app.worker.protocol import Probe, Race, Turn
from app.worker.run import Patience
from app.worker.session import RaceSession
from tests.race.builders import header, spec
from tests.worker.scripted import ScriptedWorker

HEAD = header(format="heats")


class ScriptedSampler:
    """Says what it is told to say."""

    def begin(self) -> None:
        """Nothing to watch."""

    def end(self) -> Conditions:
        return Conditions(other_load=0.25)


class Rerunning(ScriptedWorker):
    """Plays its script again in every run."""

    def __init__(self, step_ms: int = 10, rounds: int = 5, **more: object) -> None:
        super().__init__(step_ms, rounds, **more)  # type: ignore[arg-type]
        self.whole = rounds

    def send(self, command: object) -> None:
        if isinstance(command, Race):
            self.left = self.whole
        super().send(command)  # type: ignore[arg-type]


def session_of(baseline: ScriptedWorker, mtp: ScriptedWorker, repeats: int = 4, **more: object) -> RaceSession:
    more.setdefault("plan", Plan(repeats=repeats, enough=0))
    session = RaceSession(
        HEAD,
        {"baseline": baseline, "mtp": mtp},
        FORMATS["heats"],
        sampler=ScriptedSampler(),
        **more,  # type: ignore[arg-type]
    )
    session.start()
    return session


def heats_of_session(session: RaceSession) -> Heats:
    assert session.heats is not None
    return session.heats


def ran(baseline: ScriptedWorker, mtp: ScriptedWorker, repeats: int = 4, **more: object) -> RaceSession:
    session = session_of(baseline, mtp, repeats, **more)
    assert session.join(10)
    return session


def test_every_lane_runs_once_a_heat_in_mirrored_order_after_a_warm_up_that_leaves_no_record() -> None:
    baseline, mtp = Rerunning(), Rerunning(step_ms=5)
    session = ran(baseline, mtp)
    order = [(record.heat, record.lane) for record in session.drain() if isinstance(record.e, Prefilled)]
    expected = [(0, "baseline"), (0, "mtp"), (1, "mtp"), (1, "baseline")]
    assert order == expected + [(heat + 2, lane) for heat, lane in expected]
    races = [command for command in baseline.sent if isinstance(command, Race)]
    assert [race.request.max_tokens for race in races] == [32, 256, 256, 256, 256]
    assert all(command == Turn(-1) for command in baseline.sent if isinstance(command, Turn))


def test_the_ratio_is_that_of_the_pairs_and_conditions_are_kept_for_each_run() -> None:
    session = ran(Rerunning(step_ms=10), Rerunning(step_ms=5))
    interval = heats_of_session(session).interval("mtp", "baseline")
    assert interval is not None
    assert (round(interval.ratio, 6), interval.heats) == (2.0, 4)
    heats = heats_of_session(session)
    assert [len(items) for items in heats.conditions.values()] == [2] * 4
    view = RaceView(HEAD, heats)
    view.apply(record for record in session.drain() if record.heat == view.heat)
    found = summarize(view, None)
    assert (found["speedup"], found["speedups"], found["heats"]["heats"]) == (2.0, {"mtp": 2.0}, 4)
    assert any("25%" in item or "25 %" in item for item in found["heats"]["warnings"])


def test_the_trace_reads_back_as_what_was_shown() -> None:
    sink = io.BytesIO()
    session = ran(Rerunning(), Rerunning(step_ms=4), writer=TraceWriter(sink, HEAD))
    trace = read_trace([sink.getvalue()])
    assert trace.complete
    heats = heats_of(trace)
    assert heats is not None
    assert heats.states == heats_of_session(session).states
    assert heats.state(heats.shown) == session.state


def test_it_stops_early_once_the_interval_is_narrow_enough() -> None:
    session = ran(Rerunning(), Rerunning(step_ms=5), plan=Plan(repeats=20, enough=0.02))
    assert heats_of_session(session).done == 5


def test_two_lanes_may_share_one_worker() -> None:
    shared = Rerunning()
    head = header(spec("baseline"), spec("mtp-k2", 2), spec("mtp-k4", 4), format="heats")
    workers = {"baseline": Rerunning(), "mtp-k2": shared, "mtp-k4": shared}
    session = RaceSession(head, workers, FORMATS["heats"], plan=Plan(repeats=2), sampler=ScriptedSampler())
    session.start()
    assert session.join(10)
    assert [race.k for race in shared.sent if isinstance(race, Race)] == [2, 4, 2, 4, 4, 2]
    states = heats_of_session(session).states.values()
    assert all(lane.finish is Finish.END for state in states for lane in state.lanes.values())


def test_the_noise_floor_is_known_in_every_heat() -> None:
    mtp = Rerunning()
    session = ran(Rerunning(), mtp, repeats=2)
    assert sum(isinstance(command, Probe) for command in mtp.sent) == 1
    assert [state.lanes["mtp"].noise_floor for state in heats_of_session(session).states.values()] == [0.01, 0.01]
    known = ran(Rerunning(), Rerunning(), repeats=1, noise=Noise(0.5, 4))
    assert known.state.lanes["mtp"].noise_floor == 0.5


class Endless(ScriptedWorker):
    """Computes until it is stopped."""

    def _turn(self, rounds: int) -> None:
        self._tell(self._next())


def test_a_stop_ends_the_lane_that_runs_and_starts_no_other() -> None:
    session = session_of(Endless(), Rerunning())
    session.stop()
    assert session.join(10)
    assert {lane.finish for lane in session.state.lanes.values()} == {Finish.STOPPED}


def test_a_stop_ends_a_cool_down_at_once() -> None:
    session = session_of(Rerunning(), Rerunning(), plan=Plan(cool_down_s=3600, warm_up=0))
    session.stop()
    assert session.join(10)
    assert session.state.over


def test_a_lane_that_dies_ends_the_heats_and_what_was_measured_stays() -> None:
    class Dying(Rerunning):
        def send(self, command: object) -> None:
            if isinstance(command, Race) and sum(isinstance(item, Race) for item in self.sent) == 3:
                self.fail_after = 2
            super().send(command)

    session = ran(Rerunning(), Dying(step_ms=5))
    assert heats_of_session(session).done == 2
    assert heats_of_session(session).states[2].lanes["mtp"].phase is Phase.FAILED
    assert heats_of_session(session).shown in (0, 1)


def test_a_lane_that_hangs_is_ended() -> None:
    silent = ScriptedWorker(silent=True)
    session = ran(Rerunning(), silent, patience=Patience(prefill_s=0.1))
    assert [problem.kind for problem in silent.problems] == ["hung"]
    assert session.state.lanes["mtp"].problem is not None


def test_the_shown_heat_is_the_median_one() -> None:
    heats = Heats(HEAD)
    session = ran(Rerunning(), Rerunning(step_ms=5), repeats=1)
    records = session.drain()
    import msgspec

    for heat, factor in enumerate((3, 1, 2)):
        for record in records:
            event = record.e
            if record.lane == "baseline" and isinstance(event, Prefilled | Round):
                event = msgspec.structs.replace(event, start_ns=event.start_ns * factor, end_ns=event.end_ns * factor)
            if not isinstance(event, Done):
                heats.apply(msgspec.structs.replace(record, e=event, heat=heat))
            else:
                heats.apply(msgspec.structs.replace(record, heat=heat))
    assert heats.shown == 2


class ScriptedCounter:
    """Ten joules more at every reading."""

    name = "scripted part"
    least_s = 0.0
    wraps_j = 0.0
    joules = 0.0

    def read(self) -> float:
        self.joules += 10.0
        return self.joules


def test_each_run_has_its_own_energy_and_every_figure_follows_from_it() -> None:
    meter = EnergyMeter([ScriptedCounter()])
    session = ran(Rerunning(rounds=9), Rerunning(rounds=4), repeats=5, meter=meter)
    records = session.drain()
    told = [(record.heat, record.lane) for record in records if isinstance(record.e, Energy)]
    assert sorted(told) == [(heat, lane) for heat in range(5) for lane in ("baseline", "mtp")]
    kinds = [type(record.e) for record in records if (record.heat, record.lane) == (0, "mtp")]
    assert kinds[-4:] == [Done, Energy, Conditions, Noise]
    view = RaceView(HEAD, heats_of_session(session))
    view.apply(record for record in records if record.heat == view.heat)
    lanes = summarize(view, None)["lanes"]
    assert lanes["baseline"]["joules_per_token"] == 1.0  # 10 J over the first token and nine more
    assert lanes["mtp"]["joules_per_token"] == 2.0
    assert lanes["mtp"]["energy_of"] == "scripted part"
    assert lanes["mtp"]["watts"] > 0
    assert more_text(view, view.lanes[1]).startswith("2 J/token · ")
    names = [name for name, _ in figure_rows(view)]
    assert names[-2:] == ["Energy a token", "Mean power"]
    assert ("Energy", "scripted part, counted by the machine, what it takes when idle included") in conditions(view)


def test_a_machine_that_counts_nothing_has_no_energy_anywhere() -> None:
    session = ran(Rerunning(), Rerunning(), meter=EnergyMeter([]))
    records = session.drain()
    assert not any(isinstance(record.e, Energy) for record in records)
    view = RaceView(HEAD, heats_of_session(session))
    view.apply(record for record in records if record.heat == view.heat)
    lanes = summarize(view, None)["lanes"]
    assert lanes["mtp"]["joules_per_token"] is lanes["mtp"]["watts"] is lanes["mtp"]["energy_of"] is None
    assert more_text(view, view.lanes[1]) == ""
    assert "Energy a token" not in [name for name, _ in figure_rows(view)]
