"""What the widgets of one race read: the header and the folded state, with verdict, reasons and chart series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.race.events import LaneEvent, Widths
from app.race.explain import Explanation, explain
from app.race.fold import LaneState, RaceState, speedup
from app.race.formats import FORMATS, recorded_format
from app.race.heats import Heats
from app.race.lanes import LaneKind, LaneSpec, lane_title
from app.race.series import RateSeries, RoundSeries
from app.race.statistics import Interval, paired_interval
from app.race.trace import Header, Record
from app.race.verdict import Comparison, TokenComparison
from app.race.whatif import Ground, race_ground


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
        heats: Of a race in heats: those that ran so far, or all of a recorded one.
        heat: The heat that is shown.
        generation: Grows when another heat is shown, so that whoever follows the lanes starts again.
        stage: What of a race in heats runs now, in a few words.
    """

    def __init__(self, header: Header, heats: Heats | None = None, *, live: bool = False) -> None:
        """``live``: the race runs, and whoever feeds the view calls ``finish`` at its end."""
        self.header = header
        self._running = live and recorded_format(header.format).repeats
        self.heats = Heats(header) if self._running else heats
        self.heat = self.generation = 0
        self.stage = ""
        self.state = self.heats.state(0) if self.heats and self._running else RaceState.of(self._ids())
        self.lanes = [LaneView(index, spec, self.state.lanes[spec.id]) for index, spec in enumerate(header.lanes)]
        self.revision = 0
        self._intervals: dict[str, tuple[tuple[float, ...], Interval | None]] = {}
        self._known = set(self.state.lanes)

    def apply(self, records: Iterable[Record]) -> None:
        """Takes in records in order. Those of lanes that the header does not name are left out."""
        for record in records:
            if not self._running or self.heats is None:
                self.feed(record.lane, record.e)
            elif record.lane in self._known:
                self.heats.apply(record)
                self.revision += 1
                if record.heat > self.heat:
                    self._show_heat(record.heat)

    def finish(self) -> None:
        """The race is over: of one in heats, the heat that stands for it is shown from now on."""
        if self._running and self.heats is not None:
            self._running = False
            self.stage = ""
            self._show_heat(self.heats.shown)

    def _show_heat(self, heat: int) -> None:
        assert self.heats is not None
        self.heat = heat
        self.generation += 1
        self.revision += 1
        self.state = self.heats.state(heat)
        self.lanes = [LaneView(at, spec, self.state.lanes[spec.id]) for at, spec in enumerate(self.header.lanes)]

    def _ids(self) -> list[str]:
        return [lane.id for lane in self.header.lanes]

    def feed(self, lane: str, event: LaneEvent) -> None:
        """Takes in one event."""
        if lane in self._known:
            self.state.apply(lane, event)
            self.revision += 1

    @property
    def over(self) -> bool:
        """Whether every lane has ended, in every heat."""
        return self.state.over and not self._running

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
        """How many times faster ``lane`` decodes than the baseline; once all heats are run, over all of them."""
        base = self.baseline
        interval = self.interval(lane) if self.over else None
        if interval is not None:
            return interval.ratio
        return speedup(base.state, lane.state) if base else None

    def interval(self, lane: LaneView) -> Interval | None:
        """The speedup of ``lane`` over the heats that are done, with its interval; None for other formats."""
        base = self.baseline
        if base is None or self.heats is None or not lane.drafting:
            return None
        ratios = tuple(self.heats.ratios(lane.spec.id, base.spec.id))
        known = self._intervals.get(lane.spec.id)
        if known is None or known[0] != ratios:
            known = self._intervals[lane.spec.id] = (ratios, paired_interval(ratios))
        return known[1]

    def explanation(self, lane: LaneView) -> Explanation | None:
        """Why ``lane`` is faster or slower than the baseline."""
        base, runs = self.baseline, self._runs()
        if base is None:
            return None
        own = runs[lane.spec.id]
        pairs = [(run, own[heat]) for heat, run in runs[base.spec.id].items() if heat in own]
        return explain(pairs, self.speedup(lane))

    def ground(self, widths: Widths | None = None) -> Ground | None:
        """What a what-if starts from: of a race in heats all of them count; None if the race does not allow one."""
        speedups = {lane.spec.id: ratio for lane in self.contenders if (ratio := self.speedup(lane)) is not None}
        return race_ground(self.header.lanes, self._runs(), speedups, widths)

    def _runs(self) -> dict[str, dict[int, LaneState]]:
        """The runs of each lane by heat: all that are done once the race is over, else the one that is shown."""
        if self.heats is not None and self.over:
            return {lane.spec.id: self.heats.runs(lane.spec.id) for lane in self.lanes}
        return {lane.spec.id: {self.heat: lane.state} for lane in self.lanes}

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
