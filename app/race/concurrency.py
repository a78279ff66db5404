"""The same race at several numbers of requests at once: drafting gains less as the batch grows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import msgspec

from app.race.heats import Heats, verdict
from app.race.lanes import lane_title
from app.race.statistics import Interval
from app.race.trace import baseline_id


class Row(msgspec.Struct, frozen=True):
    """One drafting lane at one number of requests at once.

    Attributes:
        requests: How many there were at once.
        lane: Lane id; ``title`` is for people.
        baseline_tps: Median total tokens per second of the baseline.
        lane_tps: The same of the lane.
        interval: Paired ratio of the totals; None if no heat was finished by both.
    """

    requests: int
    lane: str
    title: str
    baseline_tps: float
    lane_tps: float
    interval: Interval | None

    @property
    def verdict(self) -> str:
        """Who is faster at this number, in words."""
        return verdict(self.interval, self.title)

    @property
    def data(self) -> dict[str, Any]:
        """As JSON-ready data."""
        item = self.interval
        return {
            "requests": self.requests,
            "lane": self.lane,
            "baseline_total_tps": round(self.baseline_tps, 3),
            "total_tps": round(self.lane_tps, 3),
            "speedup": None if item is None else round(item.ratio, 4),
            "low": None if item is None or item.method == "none" else round(item.low, 4),
            "high": None if item is None or item.method == "none" else round(item.high, 4),
            "heats": 0 if item is None else item.heats,
            "verdict": self.verdict,
        }


def rows_of(heats: Heats) -> list[Row]:
    """Returns a row for each drafting lane of a race in heats."""
    base = baseline_id(heats.header)
    if base is None:
        return []
    return [
        Row(
            heats.header.request.concurrency,
            spec.id,
            lane_title(spec),
            _rate(heats, base),
            _rate(heats, spec.id),
            heats.interval(spec.id, base),
        )
        for spec in heats.header.lanes
        if spec.id != base
    ]


def _rate(heats: Heats, lane: str) -> float:
    rates = [run.total_tps for run in heats.runs(lane).values()]
    return median(rates) if rates else 0.0


def turning_point(rows: Sequence[Row]) -> str:
    """Says up to how many requests at once the first drafting lane is surely faster."""
    if not rows:
        return ""
    own = [row for row in rows if row.lane == rows[0].lane]
    faster = [row.requests for row in own if _surely(row, above=True)]
    slower = [row.requests for row in own if _surely(row, above=False)]
    name = rows[0].title
    if faster and slower:
        return f"{name} is faster at {_list(faster)} at once and slower at {_list(slower)}."
    if faster:
        return f"{name} is faster at {_list(faster)} at once."
    if slower:
        return f"{name} is slower at {_list(slower)} at once."
    return "It cannot be told at any of these who is faster. Use more repeats."


def _surely(row: Row, *, above: bool) -> bool:
    item = row.interval
    if item is None or item.method == "none":
        return False
    return item.low > 1 if above else item.high < 1


def _list(numbers: Sequence[int]) -> str:
    *before, last = map(str, numbers)
    words = f"{', '.join(before)} and {last}" if before else last
    return f"{words} {'request' if words == '1' else 'requests'}"
