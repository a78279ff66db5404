from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import msgspec

from app.race.auto_policy import AutoPolicy
from app.race.events import Done, Failed, Finish, LaneEvent, Loaded, Prefilled, Reading, Round, Totals
from app.race.gate import Gate
from app.race.lanes import KPolicy, Request
from app.worker.loop import WorkerLoop
from app.worker.protocol import Command, Load, Probe, ProbePasses, Quit, Race, Stop, Turn
from tests.race.builders import MS, spec
from tests.worker.scripted import ScriptedEngine

LOAD = Load(spec("mtp", 3))


def obeyed(engine: ScriptedEngine, *commands: Command, runs: int = 1, tick: int = MS) -> list[LaneEvent]:
    """Runs the loop as a parent does: loads, sends ``commands`` and quits once ``runs`` runs are over.

    The loop's clock moves by ``tick`` with every look at it.
    """
    sent: list[LaneEvent] = []
    over = threading.Semaphore(0)

    def send(event: LaneEvent) -> None:
        sent.append(event)
        if isinstance(event, Done | Failed):
            over.release()

    ticks = itertools.count(0, tick)
    loop = WorkerLoop(lambda name: engine, send, lambda: next(ticks), lambda: (100, 200))
    engine.deliver = loop.deliver
    for command in commands:
        loop.deliver(command)
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert all(over.acquire(timeout=10) for _ in range(runs))
    loop.deliver(Quit())
    thread.join(10)
    assert not thread.is_alive()
    return sent


def test_a_lane_computes_only_in_its_turns_and_its_clock_counts_only_them() -> None:
    engine = ScriptedEngine(rounds=2)
    sent = obeyed(engine, LOAD, Race(Request("Hi"), 3), Turn(), Turn(), Turn(), Turn())
    assert [type(event) for event in sent] == [Loaded, Prefilled, Round, Round, Done]
    assert [event.end_ns for event in sent if isinstance(event, Prefilled | Round)] == [MS, 2 * MS, 3 * MS]
    assert sent[-1] == Done(3 * MS, Finish.END, "!", 200)


class ReadingEngine(ScriptedEngine):
    """Reads its prompt in five parts and says so."""

    def progress_to(self, tell: Callable[[int, int], None]) -> None:
        self.tell = tell

    def prefill(self, request: Request) -> Prefilled:
        for part in range(5):
            self.tell(100 * part, 500)
        return super().prefill(request)


def test_a_prompt_that_is_read_in_parts_says_how_far_it_is_but_not_at_every_one() -> None:
    sent = obeyed(ReadingEngine(rounds=0), LOAD, Race(Request("Hi"), 3), Turn(), Turn())
    # The clock of this test moves by 1 ms a look: too little to say more than that the reading begins.
    assert [event for event in sent if isinstance(event, Reading)] == [Reading(MS, 0, 500)]
    sent = obeyed(ReadingEngine(rounds=0), LOAD, Race(Request("Hi"), 3), Turn(), Turn(), tick=150 * MS)
    assert [event.done for event in sent if isinstance(event, Reading)] == [0, 200, 400]
    clocks = [event.clock_ns for event in sent if isinstance(event, Reading)]
    assert clocks == sorted(clocks)
    prefilled = next(event for event in sent if isinstance(event, Prefilled))
    assert prefilled.end_ns >= clocks[-1]


def test_threads_are_put_to_sleep_at_the_end_of_every_turn() -> None:
    engine = ScriptedEngine(rounds=1)
    obeyed(engine, LOAD, Race(Request("Hi"), 3), Turn(), Turn(), Turn())
    assert engine.calls == [
        "load",
        "k=3",
        "prefill",
        "pause",
        "k=3",
        "round",
        "pause",
        "k=3",
        "round",
        "pause",
        "close",
    ]


def test_a_whole_run_is_not_paused_in_between() -> None:
    engine = ScriptedEngine(rounds=2)
    obeyed(engine, LOAD, Race(Request("Hi"), 3), Turn(-1))
    assert engine.calls.count("pause") == 1


def test_a_stop_reaches_a_round_that_is_running() -> None:
    engine = ScriptedEngine(rounds=9, during={7: lambda: engine.deliver(Stop())})
    sent = obeyed(engine, LOAD, Race(Request("Hi"), 3), Turn(-1))
    assert sum(isinstance(event, Round) for event in sent) == 2
    assert isinstance(sent[-1], Done)
    assert sent[-1].finish is Finish.STOPPED


def test_a_stop_while_waiting_for_a_turn_ends_the_run() -> None:
    sent = obeyed(ScriptedEngine(), LOAD, Race(Request("Hi"), 3), Turn(), Stop())
    assert isinstance(sent[-1], Done)
    assert sent[-1].finish is Finish.STOPPED


def test_a_worker_can_race_again_after_a_stop() -> None:
    race = Race(Request("Hi"), 3)
    sent = obeyed(ScriptedEngine(rounds=1), LOAD, race, Stop(), race, Turn(-1), runs=2)
    assert [event.finish for event in sent if isinstance(event, Done)] == [Finish.STOPPED, Finish.END]


def test_a_model_that_cannot_be_loaded_is_told() -> None:
    sent = obeyed(ScriptedEngine(), Load(msgspec.structs.replace(spec("mtp", 3), target="missing.gguf")))
    assert isinstance(sent[0], Failed)
    assert sent[0].problem.kind == "file-missing"


def test_a_prompt_that_cannot_be_read_fails_the_run_and_not_the_worker() -> None:
    sent = obeyed(ScriptedEngine(), LOAD, Race(Request("too long"), 3), Turn())
    assert isinstance(sent[-1], Failed)
    assert sent[-1].problem.kind == "prompt-long"


class Summing(ScriptedEngine):
    """Knows more at the end than its rounds told."""

    def totals(self) -> Totals | None:
        return Totals(drafted=6, accepted=2)


def test_what_an_engine_knows_of_the_whole_run_is_told_before_its_end() -> None:
    sent = obeyed(Summing(rounds=1), LOAD, Race(Request("Hi"), 3), Turn(-1))
    assert [type(event) for event in sent[-2:]] == [Totals, Done]


class Steerable(ScriptedEngine):
    """Notes who decides about its drafts."""

    def __init__(self) -> None:
        super().__init__(rounds=1)
        self.gates: list[Gate | None] = []

    def steer(self, gate: Gate | None) -> None:
        self.gates.append(gate)


def test_a_policy_that_decides_draft_by_draft_is_asked_in_its_own_run_only() -> None:
    engine = Steerable()
    obeyed(engine, LOAD, Race(Request("Hi"), 8, KPolicy.AUTO), Turn(-1))
    obeyed(engine, LOAD, Race(Request("Hi"), 8, KPolicy.HEURISTIC), Turn(-1))
    assert isinstance(engine.gates[0], AutoPolicy)
    assert engine.gates[1] is None


def test_an_engine_that_cannot_measure_its_noise_says_so() -> None:
    sent = obeyed(ScriptedEngine(), LOAD, Probe(Request("Hi"), 3))
    assert isinstance(sent[-1], Failed)
    assert sent[-1].problem.kind == "no-probe"


def test_an_engine_that_cannot_measure_its_passes_says_so() -> None:
    sent = obeyed(ScriptedEngine(), LOAD, ProbePasses((1, 2), 64))
    assert isinstance(sent[-1], Failed)
    assert sent[-1].problem.kind == "no-probe"


def test_a_race_without_a_model_is_refused() -> None:
    assert [type(event) for event in obeyed(ScriptedEngine(), Race(Request("Hi")))] == [Failed]
