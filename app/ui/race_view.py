"""What the widgets of one race read: the header and the folded state, with verdict, reasons and chart series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.race.events import LaneEvent
from app.race.explain import Explanation, explain
from app.race.fold import LaneState, RaceState, speedup
from app.race.formats import FORMATS
from app.race.lanes import LaneKind, LaneSpec, lane_title
from app.race.series import RateSeries, RoundSeries
from app.race.trace import Header, Record
from app.race.verdict import Comparison, TokenComparison


@dataclass(slots=True)
class LaneView:
    """One lane for the widgets. ``index`` is its place in the race and picks its colour."""

    index: int
    spec: LaneSpec
    state: LaneState
    rates: RateSeries = field(default_factory=RateSeries)
    bars: RoundSeries = field(default_factory=RoundSeries)
    comparison: TokenComparison = field(default_factory=TokenComparison)

    @property
    def title(self) -> str:
        """The lane's name for people."""
        return lane_title(self.spec)

    @property
    def drafting(self) -> bool:
        """Whether it drafts at all."""
        return self.spec.kind is not LaneKind.BASELINE


class RaceView:
    """One race as it stands. Fed with records, asked once a frame.

    Attributes:
        header: What is raced.
        lanes: One view a lane, in the order of the header.
        revision: Grows with every record.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self.state = RaceState.of(lane.id for lane in header.lanes)
        self.lanes = [LaneView(index, spec, self.state.lanes[spec.id]) for index, spec in enumerate(header.lanes)]
        self.revision = 0
        self._known = set(self.state.lanes)

    def apply(self, records: Iterable[Record]) -> None:
        """Takes in records in order. Those of lanes that the header does not name are left out."""
        for record in records:
            self.feed(record.lane, record.e)

    def feed(self, lane: str, event: LaneEvent) -> None:
        """Takes in one event."""
        if lane in self._known:
            self.state.apply(lane, event)
            self.revision += 1

    @property
    def over(self) -> bool:
        """Whether every lane has ended."""
        return self.state.over

    @property
    def baseline(self) -> LaneView | None:
        """The lane that the others are compared with."""
        return next((lane for lane in self.lanes if not lane.drafting), None)

    @property
    def contenders(self) -> list[LaneView]:
        """The drafting lanes."""
        return [lane for lane in self.lanes if lane.drafting]

    @property
    def format_title(self) -> str:
        """The format's name for people."""
        known = FORMATS.get(self.header.format)
        return known.title if known else self.header.format

    def speedup(self, lane: LaneView) -> float | None:
        """How many times faster ``lane`` decodes than the baseline."""
        base = self.baseline
        return speedup(base.state, lane.state) if base else None

    def explanation(self, lane: LaneView) -> Explanation | None:
        """Why ``lane`` is faster or slower than the baseline."""
        base = self.baseline
        return explain(base.state, lane.state) if base else None

    def comparison(self, lane: LaneView) -> Comparison | None:
        """The token verdict of ``lane`` against the baseline."""
        base = self.baseline
        return lane.comparison.update(base.state, lane.state) if base else None

    @property
    def leader(self) -> tuple[LaneView, float] | None:
        """The fastest lane, and how many times faster it decodes than the baseline, or than the next if it is that."""
        base = self.baseline
        ratios = [(ratio, lane) for lane in self.contenders if (ratio := self.speedup(lane)) is not None]
        if base is None or not ratios:
            return None
        ratio, lane = max(ratios, key=lambda item: item[0])
        return (lane, ratio) if ratio >= 1 else (base, 1 / ratio)
