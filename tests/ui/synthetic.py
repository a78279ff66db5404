"""A synthetic race for tests and benchmarks of the window: made up, deterministic, labelled as such in its header.

No model is involved. The text is a fixed program, cut into pieces; which draft tokens are accepted comes from a small
seeded generator; the clocks follow from the rates that are asked for.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from app.race.events import Done, Finish, Hello, LaneEvent, Loaded, Prefilled, Round, Token
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.trace import Header, Machine, Record, TraceWriter

TEXT = '''```python
def merge_sort(items: list[int]) -> list[int]:
    """Return a sorted copy of the numbers. 並べ替え 🏁"""
    if len(items) <= 1:
        return list(items)
    middle = len(items) // 2
    left = merge_sort(items[:middle])
    right = merge_sort(items[middle:])
    merged = []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right


print(merge_sort([5, 2, 9, 1, 5, 6]))
```
'''
PIECES = re.findall(r"\s?\w{1,6}|\s+|[^\w\s]", TEXT)


def header(k: int = 3, max_tokens: int = 256, lanes: int = 2, workload: str = "code") -> Header:
    """Returns the header of a synthetic race: a baseline and ``lanes - 1`` MTP lanes."""
    specs = [LaneSpec(id="baseline", kind=LaneKind.BASELINE, engine="synthetic", target="synthetic.gguf")]
    for number in range(lanes - 1):
        specs.append(
            LaneSpec(
                id="mtp" if number == 0 else f"mtp-{number + 1}",
                kind=LaneKind.MTP,
                engine="synthetic",
                target="synthetic.gguf",
                drafter="synthetic-drafter.gguf",
                k=k + number,
            )
        )
    return Header(
        created="2026-01-02T03:04:05+00:00",
        pair="synthetic",
        pair_title="Synthetic (made up for tests)",
        prompt_name="synthetic",
        workload=workload,
        language="python",
        request=Request("Sort a list of numbers.", max_tokens),
        lanes=tuple(specs),
        machine=Machine(cpu="none"),
    )


def token(position: int, *, drafted: bool = False, changed_from: int | None = None) -> Token:
    """Returns the token at a position; from ``changed_from`` on another text, with a near tie there."""
    piece = PIECES[position % len(PIECES)]
    if changed_from is not None and position >= changed_from:
        return Token(9000 + position, piece.upper(), drafted, gap=0.02 if position == changed_from else 4.0)
    gap = 0.02 if changed_from == position else 1.0 + position % 7
    return Token(100 + position % len(PIECES), piece, drafted, gap=gap)


def lane_events(
    spec: LaneSpec,
    tokens: int = 256,
    *,
    rate: float = 200.0,
    seed: int = 1,
    fork_at: int | None = None,
) -> list[LaneEvent]:
    """Returns one lane's events: ``tokens`` tokens at ``rate`` a second of its lane clock."""
    chance = random.Random(seed)
    clock = 20_000_000
    events: list[LaneEvent] = [
        Hello(1, "synthetic"),
        Loaded("synthetic", "Synthetic", "nowhere", 1_000_000, 2048, 1000, 1),
        Prefilled(0, clock, 24, token(0, changed_from=fork_at)),
    ]
    done = 1
    while done < tokens:
        accepted = 0
        while accepted < spec.k and chance.random() < 0.85 and done + accepted + 1 < tokens:
            accepted += 1
        emitted = tuple(
            token(done + place, drafted=place < accepted, changed_from=fork_at) for place in range(accepted + 1)
        )
        took = round(len(emitted) * 1e9 / rate * (0.9 + 0.2 * chance.random()))
        draft = took // 6 if spec.k else 0
        events.append(Round(clock, clock + took, emitted, spec.k, accepted, draft, took * 4 // 5 - draft))
        clock += took
        done += len(emitted)
    events.append(Done(clock, Finish.LENGTH))
    return events


def records(
    head: Header, tokens: int = 256, *, rates: tuple[float, ...] = (100.0, 150.0), fork_at: int | None = None
) -> list[Record]:
    """Returns the records of a race, in the order of the lane clocks."""
    timed: list[tuple[int, int, Record]] = []
    for number, spec in enumerate(head.lanes):
        rate = rates[min(number, len(rates) - 1)]
        now = 0
        for event in lane_events(
            spec, tokens, rate=rate, seed=number + 1, fork_at=fork_at if number == len(head.lanes) - 1 else None
        ):
            now = max(now, getattr(event, "end_ns", getattr(event, "clock_ns", now)))
            timed.append((now, len(timed), Record(spec.id, now, event)))
    timed.sort(key=lambda item: item[:2])
    return [item[2] for item in timed]


def write_trace(path: Path, head: Header | None = None, tokens: int = 60) -> Path:
    """Writes a finished race to a file, in its folder made for it."""
    head = head or header()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer = TraceWriter(file, head)
        for record in records(head, tokens):
            writer.write(record)
        writer.close()
    return path
