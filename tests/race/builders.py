"""Small hand-made lanes and streams for tests of the core. Synthetic: no engine made these numbers."""

from __future__ import annotations

from collections.abc import Sequence

from app.race.events import Done, Finish, Hello, LaneEvent, Loaded, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.trace import Header

MS = 1_000_000

LOADED = Loaded(engine="test", model="test model", device="CPU", load_ns=5 * MS, context=512)


def spec(lane: str, k: int = 0) -> LaneSpec:
    """A lane's spec; K > 0 makes it an MTP lane."""
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    return LaneSpec(id=lane, kind=kind, engine="test", target="target.gguf", drafter="d.gguf" if k else "", k=k)


def header(*lanes: LaneSpec, **changes: object) -> Header:
    """A header of the usual two lanes, or of the given ones."""
    given = {"pair": "nano", "prompt_name": "code", "request": Request(prompt="Hi"), **changes}
    return Header(lanes=lanes or (spec("baseline"), spec("mtp", 3)), **given)  # type: ignore[arg-type]


def lane_events(
    ids: Sequence[int],
    *,
    k: int = 0,
    accepted: Sequence[int] = (),
    step_ms: float = 10.0,
    gap: float = 2.0,
    finish: Finish = Finish.END,
) -> list[LaneEvent]:
    """A whole run that emits ``ids``: the first from the prefill, the rest in rounds of ``accepted[i] + 1`` tokens."""
    tokens = [Token(id=number, text=f"<{number}>", gap=gap) for number in ids]
    step = round(step_ms * MS)
    clock = 20 * MS
    events: list[LaneEvent] = [Hello(pid=1), LOADED]
    events.append(Prefilled(start_ns=0, end_ns=clock, prompt_tokens=7, first=tokens[0]))
    rest, rounds = tokens[1:], iter(accepted)
    while rest:
        take = min(len(rest), (next(rounds, k) if k else 0) + 1)
        part = tuple(
            Token(token.id, token.text, drafted=place < take - 1, gap=token.gap)
            for place, token in enumerate(rest[:take])
        )
        rest = rest[take:]
        events.append(
            Round(
                start_ns=clock,
                end_ns=clock + step,
                tokens=part,
                drafted=k,
                accepted=take - 1,
                draft_ns=step // 4 if k else 0,
                verify_ns=step // 2 if k else step,
            )
        )
        clock += step
    events.append(Done(clock_ns=clock, finish=finish))
    return events


def folded(events: Sequence[LaneEvent]) -> LaneState:
    """The state after these events."""
    state = LaneState()
    for event in events:
        state.apply(event)
    return state
