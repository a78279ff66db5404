"""Races of every kind for the tests of what is shown, built from events. Synthetic: no engine made these numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from app.race.events import Done, Failed, Finish, Halt, Hello, LaneEvent, Loaded, Prefilled, Round, Token, Totals
from app.race.lanes import KPolicy, LaneKind, LaneSpec, Request
from app.race.problems import Problem
from app.race.trace import Header, Machine, Record, Trace
from app.sandbox.behaviour import Behaviour, BehaviourVerdict
from app.sandbox.compare import compare_ending
from app.sandbox.results import RunResult

MS = 1_000_000
TOKENS: Final = 61
WORDS: Final = ("def ", "f", "(n)", ":\n", "    return ", "n", " + ", "1\n")
DRAFTS: Final = ((3, 3), (3, 1), (3, 2), (3, 0), (3, 2))
"""Drafted and accepted tokens of the rounds of the usual drafting lane, again and again."""


def lane(name: str, kind: LaneKind = LaneKind.MTP, k: int = 3, policy: KPolicy = KPolicy.FIXED) -> LaneSpec:
    """A lane's spec; a baseline drafts nothing."""
    k = 0 if kind is LaneKind.BASELINE else k
    return LaneSpec(id=name, kind=kind, engine="synthetic", target="target.gguf", k=k, policy=policy)


BASE: Final = lane("baseline", LaneKind.BASELINE)
MTP: Final = lane("mtp")


def run(
    step_ms: float,
    drafts: Sequence[tuple[int, int]] = (),
    *,
    end: Finish | Problem = Finish.END,
    tokens: int = TOKENS,
    others: int = 0,
    timed: bool = True,
    told: bool = True,
    fork_at: int = 10**9,
    sums: Totals | None = None,
) -> list[LaneEvent]:
    """One lane's events: rounds of ``step_ms`` that draft and accept as ``drafts`` say, over and over.

    Args:
        others: Tokens that other requests got in each round.
        timed: The engine tells how long drafting and verifying took.
        told: The engine tells how many tokens it drafted and accepted.
        sums: What the engine tells of the whole run at its end.
        fork_at: From this token on the lane writes others than the usual.
    """
    clock, step = 20 * MS, round(step_ms * MS)
    all_tokens = [
        Token(at + (1000 if at >= fork_at else 0), WORDS[at % len(WORDS)], gap=0.01 if at == fork_at else 2.0 + at % 5)
        for at in range(tokens)
    ]
    events: list[LaneEvent] = [Hello(1), Loaded("synthetic 1.0", "Synthetic", "CPU", 5 * MS, 512)]
    events.append(Prefilled(0, clock, 7, all_tokens[0]))
    done, number = 1, 0
    while done < tokens:
        drafted, accepted = drafts[number % len(drafts)] if drafts else (0, 0)
        # The last round drafts no more than there is room for, as engines do at a limit.
        drafted = min(drafted, tokens - done - 1)
        accepted = min(accepted, drafted)
        emitted = tuple(
            Token(item.id, item.text, place < accepted, item.gap)
            for place, item in enumerate(all_tokens[done : done + accepted + 1])
        )
        draft_ns = step // 4 if drafted and timed else 0
        verify_ns = step // 2 if timed else 0
        counts = (drafted, accepted) if told else (0, 0)
        events.append(Round(clock, clock + step, emitted, *counts, draft_ns, verify_ns, others=others))
        clock, done, number = clock + step, done + accepted + 1, number + 1
    if sums is not None:
        events.append(sums)
    events.append(Failed(end) if isinstance(end, Problem) else Done(clock, end, peak_memory_bytes=300 << 20))
    return events


def trace(specs: Sequence[LaneSpec], heats: Sequence[Sequence[list[LaneEvent]]], form: str, requests: int = 1) -> Trace:
    """A whole race of these lanes; ``heats`` has the events of each lane in each heat."""
    header = Header(
        created="2026-01-02T03:04:05+00:00",
        app_version="1.0",
        pair="synthetic",
        pair_title="Synthetic",
        prompt_name="synthetic",
        workload="prose",
        request=Request("Say something.", max_tokens=200, concurrency=requests),
        format=form,
        lanes=tuple(specs),
        machine=Machine(cpu="none", cores=2),
    )
    records = []
    for heat, lanes in enumerate(heats):
        for spec, events in zip(specs, lanes, strict=True):
            records += [Record(spec.id, number, event, heat) for number, event in enumerate(events)]
    return Trace(header, records, complete=True)


def heats(count: int, contenders: Sequence[tuple[LaneSpec, float, Sequence[tuple[int, int]]]]) -> Trace:
    """A race in heats: the baseline at 10 ms a step and drafting lanes, each heat a little different for each lane."""
    found = []
    for heat in range(count):
        wobble = (1.0, 1.06, 0.97, 1.11, 0.94, 1.02, 0.99, 1.3)[heat % 8]
        own = (1.0, 0.95, 1.04, 1.01, 0.9, 1.07, 1.0, 0.8)[heat % 8]
        lanes = [run(10.0 * wobble)]
        for number, (_, step, drafts) in enumerate(contenders):
            tilt = own if number % 2 == 0 else 2 - own
            lanes.append(run(step * wobble * tilt, drafts))
        found.append(lanes)
    return trace([BASE, *(spec for spec, _, _ in contenders)], found, "heats")


def steered(step_ms: float) -> list[LaneEvent]:
    """A run that drafts five at signs and spaces and two elsewhere, of which it does not try one."""
    events = run(step_ms, ((5, 4), (1, 1), (1, 0), (5, 4), (5, 5)))
    return [
        msgspec.structs.replace(
            event,
            certainty=(0.9,) * (event.drafted + (event.drafted == 1)),
            halt=Halt.CERTAINTY if event.drafted == 1 else Halt.COST,
        )
        if isinstance(event, Round)
        else event
        for event in events
    ]


DIED: Final = Problem("crashed", "The lane died.", "It was killed.", "Race again.")
K2, K5 = lane("mtp-k2", k=2), lane("mtp-k5", k=5)
ADAPTIVE = lane("mtp-adaptive", k=8, policy=KPolicy.COST)
AUTO = lane("mtp-auto", k=16, policy=KPolicy.AUTO)
LOOKUP = lane("lookup", LaneKind.LOOKUP, k=8)
MODEL = lane("draft-model", LaneKind.DRAFT_MODEL, k=4)
THREE: Final = ((K2, 14.0, ((2, 2), (2, 1))), (K5, 24.0, ((5, 5), (5, 1), (5, 3))), (ADAPTIVE, 15.0, ((4, 3), (1, 1))))

RACES: Final[dict[str, Callable[[], Trace]]] = {
    "chess clock": lambda: trace([BASE, MTP], [[run(10), run(16, DRAFTS)]], "clock"),
    "free for all": lambda: trace([BASE, MTP], [[run(10), run(16, DRAFTS, fork_at=30)]], "free"),
    "one heat": lambda: heats(1, [(MTP, 16.0, DRAFTS)]),
    "one heat, slower": lambda: heats(1, [(MTP, 40.0, DRAFTS)]),
    "few heats": lambda: heats(3, [(MTP, 16.0, DRAFTS)]),
    "many heats": lambda: heats(8, [(MTP, 16.0, DRAFTS)]),
    "many heats, slower": lambda: heats(6, [(MTP, 40.0, DRAFTS)]),
    "heats that tell nothing": lambda: heats(8, [(MTP, 26.3, DRAFTS)]),
    "three lanes in heats": lambda: heats(7, THREE[:2]),
    "four lanes in heats": lambda: heats(8, THREE),
    "four lanes": lambda: trace(
        [BASE, K2, MODEL, ADAPTIVE],
        [[run(10), run(14, ((2, 2), (2, 1))), run(22, ((4, 4), (4, 1)), fork_at=12), run(15, ((4, 3), (1, 1)))]],
        "clock",
    ),
    "a lane that ends its drafts": lambda: trace(
        [BASE, K2, K5, AUTO],
        [[run(10), run(14, ((2, 2), (2, 1))), run(24, ((5, 5), (5, 1), (5, 3))), steered(16)]],
        "clock",
    ),
    "requests at once": lambda: trace(
        [BASE, MTP],
        [[run(10, others=3, timed=False), run(20, DRAFTS, others=9, timed=False)] for _ in range(5)],
        "heats",
        requests=4,
    ),
    "requests at once, all for all": lambda: trace(
        [BASE, MTP], [[run(10, others=3), run(20, DRAFTS, others=4)]], "free", requests=4
    ),
    "lookup": lambda: trace([BASE, LOOKUP], [[run(10), run(11, ((0, 0), (4, 2), (0, 0), (4, 2)))]], "clock"),
    "adaptive": lambda: trace([BASE, ADAPTIVE], [[run(10), run(15, ((4, 3), (1, 1), (8, 2)))]], "clock"),
    "baseline wins": lambda: trace([BASE, MTP], [[run(10), run(40, DRAFTS)]], "clock"),
    "level": lambda: trace([BASE, MTP], [[run(10), run(26.1, DRAFTS)]], "clock"),
    "a stopped lane": lambda: trace([BASE, MTP], [[run(10), run(16, DRAFTS, tokens=20, end=Finish.STOPPED)]], "clock"),
    "a crashed lane": lambda: trace([BASE, MTP], [[run(10), run(16, DRAFTS, tokens=20, end=DIED)]], "clock"),
    "a lane that crashed in its third heat": lambda: trace(
        [BASE, MTP],
        [
            [run(10), run(16, DRAFTS)],
            [run(10.5), run(16.2, DRAFTS)],
            [run(10.1), run(16, DRAFTS, tokens=20, end=DIED)],
        ],
        "heats",
    ),
    "sums without rounds": lambda: trace(
        [BASE, MTP],
        [[run(10, timed=False), run(16, DRAFTS, timed=False, told=False, sums=Totals(drafted=80, accepted=38))]] * 5,
        "heats",
    ),
    "untold numbers": lambda: trace(
        [BASE, MTP], [[run(10, timed=False), run(16, DRAFTS, timed=False, told=False)]], "free"
    ),
}
"""Races by what is special about them."""


def programs(run_a: RunResult, run_b: RunResult) -> Behaviour:
    """What two programs did, in a sentence of its own."""
    aspect = compare_ending(run_a, run_b)
    verdict = BehaviourVerdict.SAME if aspect.verdict == "same" else BehaviourVerdict.DIFFERENT
    sentence = "Both programs end alike." if aspect.verdict == "same" else "Both programs end in ways of their own."
    return Behaviour(verdict=verdict, sentence=sentence, aspects=(aspect,), run_a=run_a, run_b=run_b)


RAN: Final = RunResult(ended="exited", exit_code=0, stdout="1\n2\n", wall_s=0.75)
LATE: Final = RunResult(ended="timed_out", stdout="1\n", wall_s=10.0, waited=True)
PROGRAMS: Final[dict[str, Behaviour]] = {
    "programs": programs(RAN, msgspec.structs.replace(RAN, wall_s=0.5)),
    "programs of heats": programs(RAN, msgspec.structs.replace(RAN, stdout="1\n3\n", wall_s=0.8)),
    "programs of three lanes": programs(RAN, RAN),
    "a program that waits": programs(RAN, LATE),
}
"""What the programs of some of the races did."""
RACES["programs"] = lambda: trace([BASE, MTP], [[run(10), run(16, DRAFTS)]], "clock")
RACES["programs of heats"] = lambda: heats(5, [(MTP, 16.0, DRAFTS)])
RACES["programs of three lanes"] = lambda: heats(5, THREE[:2])
RACES["a program that waits"] = RACES["programs"]
