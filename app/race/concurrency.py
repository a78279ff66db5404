"""The same race at several numbers of requests at once: drafting gains less as the batch grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from app.race.heats import Heats
from app.race.lanes import lane_name
from app.race.standing import Standing, sure_standing, verdict
from app.race.statistics import Interval
from app.race.trace import baseline_id


class ConcurrencyRow(msgspec.Struct, frozen=True):
    """One drafting lane at one number of requests at once.

    Attributes:
        requests: How many there were at once.
        lane: Lane id; ``title`` is for people.
        baseline_tps: Total tokens per second of the baseline over the heats; 0 without a heat that counts.
        lane_tps: The same of the lane: the baseline's, times the ratio.
        interval: Paired ratio of the totals; None if no heat was finished by both.
    """

    requests: int
    lane: str
    title: str
    baseline_tps: float
    lane_tps: float
    interval: Interval | None

    @property
    def standing(self) -> Standing | None:
        """How the lane stands at this number, no surer than the interval; None without one."""
        return None if self.interval is None else sure_standing(self.interval)

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


def rows_of(heats: Heats) -> list[ConcurrencyRow]:
    """Returns a row for each drafting lane of a race in heats."""
    base = baseline_id(heats.header)
    if base is None:
        return []
    return [
        ConcurrencyRow(
            heats.header.request.concurrency,
            spec.id,
            lane_name(spec),
            heats.rate(base, base) or 0.0,
            heats.rate(spec.id, base) or 0.0,
            heats.interval(spec.id, base),
        )
        for spec in heats.header.lanes
        if spec.id != base
    ]


def turning_point(rows: Sequence[ConcurrencyRow]) -> str:
    """Says up to how many requests at once the first drafting lane is surely faster."""
    if not rows:
        return ""
    own = [row for row in rows if row.lane == rows[0].lane]
    faster = [row.requests for row in own if row.standing is Standing.FASTER]
    slower = [row.requests for row in own if row.standing is Standing.SLOWER]
    name = rows[0].title
    if faster and slower:
        return f"{name} is faster at {_list(faster)} at once and slower at {_list(slower)}."
    if faster:
        return f"{name} is faster at {_list(faster)} at once."
    if slower:
        return f"{name} is slower at {_list(slower)} at once."
    return "It cannot be told at any of these who is faster. Use more repeats."


def _list(numbers: Sequence[int]) -> str:
    *before, last = map(str, numbers)
    words = f"{', '.join(before)} and {last}" if before else last
    return f"{words} {'request' if words == '1' else 'requests'}"
