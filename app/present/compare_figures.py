"""Two results side by side, as a table."""

from __future__ import annotations

from typing import Final

from app.present.words import NONE
from app.race.compare import SideBySide
from app.race.statistics import Interval

COMPARE_HEAD: Final = ("Lane", "Before", "After", "Times before", "95 % interval")


def compare_rows(found: SideBySide) -> list[tuple[str, ...]]:
    """Returns a row for each lane: its name, its rate before and after, the ratio and its interval."""
    return [
        (
            f"{lane.lane} → {lane.other}" if lane.other else lane.lane,
            f"{lane.before:.1f} tok/s",
            f"{lane.after:.1f} tok/s",
            f"{lane.change.ratio:.2f}×",
            _span(lane.change),
        )
        for lane in found.lanes
    ]


def _span(change: Interval) -> str:
    return NONE if change.method == "none" else f"{change.low:.2f} to {change.high:.2f}"
