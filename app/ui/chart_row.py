"""The row of charts under the lanes. It makes the charts themselves only when the plotting library is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.present.view import RaceView
from app.race.fold import NS
from app.race.lanes import LaneSpec, lane_name
from app.ui.tasks import Tasks, in_thread
from app.ui.text_line import TextLine
from app.ui.theme import Theme, ui_font
from app.ui.widgets import card, label

if TYPE_CHECKING:
    from app.ui.charts import RateChart, RoundChart


_POSITIONS_ROOM = 48
"""Pixels that the rate of one draft position takes in full."""
_FIRST_RIGHT = 2.0
"""Right end of the time axis before there is anything to show, in seconds."""


class ChartRow(QWidget):
    """Rates on the left; on the right accepted tokens a round, one chart for each drafting lane."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._specs: tuple[LaneSpec, ...] = ()
        self._view: RaceView | None = None
        self._rate: RateChart | None = None
        self._rounds: dict[str, RoundChart] = {}
        self._positions: dict[str, TextLine] = {}
        self._legend = QLabel()
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._legend.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._rate_card, self._rate_box = card("Tokens per second")
        head = QHBoxLayout()
        head.addWidget(label("Tokens per second", "head"))
        head.addWidget(self._legend, 1)
        self._rate_box.addLayout(head)
        self._rate_box.addStretch(1)
        # All are equally wide, so that each chart of a lane stands under its pane.
        self._rate_card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._rate_card.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._rate_card, 1)
        self._layout = layout
        self._round_boxes: dict[str, tuple[QFrame, QVBoxLayout]] = {}
        self._tasks = Tasks(self)
        self.set_low(False)
        theme.changed.connect(self._restyle)

    def set_low(self, low: bool) -> None:
        """Takes less height in a low window."""
        self.setMinimumHeight(116 if low else 140)
        self.setMaximumHeight(116 if low else 230)

    def set_narrow(self, narrow: bool) -> None:
        """Leaves the legend out in a narrow window: the lanes above have the same colours."""
        self._legend.setVisible(not narrow)

    @property
    def round_charts(self) -> list[RoundChart]:
        """The charts of the drafting lanes, if they exist."""
        return list(self._rounds.values())

    @property
    def loaded(self) -> bool:
        """Whether the charts exist."""
        return self._rate is not None

    def load_later(self) -> None:
        """Makes the charts once the plotting library was imported, which goes on in the background."""
        if self._rate is None:
            self._tasks.start(self._load_later(), name="load", doing="the charts were made")

    async def _load_later(self) -> None:
        await in_thread(lambda: import_module("app.ui.charts"))
        self.load()

    def load(self) -> None:
        """Makes the charts now. Takes as long as the plotting library takes to import, the first time."""
        if self._rate is None:
            from app.ui.charts import RateChart

            # Nothing is painted before everything is in its place.
            self.setUpdatesEnabled(False)
            self._rate = RateChart(self._theme)
            _fill(self._rate_box, self._rate)
            self._make_round_charts()
            self._rate.clear_lanes(len(self._specs))
            if self._view is not None:
                self._draw_all(self._view)
            self.setUpdatesEnabled(True)

    def set_lanes(self, specs: Sequence[LaneSpec]) -> None:
        """Empties the charts and shows these lanes."""
        self._specs = tuple(specs)
        self._view = None
        self._restyle_legend()
        for frame, _ in self._round_boxes.values():
            self._layout.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self._round_boxes, self._positions, self._rounds = {}, {}, {}
        drafting = [(index, spec) for index, spec in enumerate(specs) if spec.kind.facts.drafts]
        for _, spec in drafting:
            title = "Accepted per round" if len(drafting) < 3 else "Accepted"
            frame, box = card(title)
            head = QHBoxLayout()
            head.addWidget(label(title, "head"))
            positions = TextLine(self._theme, tone="muted", size=8.25, right=True)
            positions.setToolTip("How often the draft token at each position was accepted.")
            head.addWidget(positions, 1)
            box.addLayout(head)
            box.addStretch(1)
            self._round_boxes[spec.id] = (frame, box)
            self._positions[spec.id] = positions
            frame.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._layout.addWidget(frame, 1)
        if self._rate is not None:
            self._make_round_charts()
            self._rate.clear_lanes(len(specs))

    def _make_round_charts(self) -> None:
        from app.ui.charts import RoundChart

        for index, spec in enumerate(self._specs):
            if spec.id in self._round_boxes:
                chart = RoundChart(self._theme, index, spec.k)
                chart.setXLink(self._rate)
                _fill(self._round_boxes[spec.id][1], chart)
                self._rounds[spec.id] = chart

    def _draw_all(self, view: RaceView) -> None:
        if self._rate is not None:
            self._rate.show_lanes(view.lanes, changed=[True] * len(view.lanes))
        for lane in view.lanes:
            if lane.spec.id in self._rounds:
                self._rounds[lane.spec.id].show_lane(lane)

    def show_view(self, view: RaceView) -> None:
        """Shows what is new in ``view``."""
        self._view = view
        changed = []
        for lane in view.lanes:
            fresh = lane.rates.update(lane.state)
            bars = lane.bars.update(lane.state)
            changed.append(fresh)
            chart = self._rounds.get(lane.spec.id)
            if bars and chart is not None:
                chart.show_lane(lane)
            if lane.spec.id in self._positions:
                line = self._positions[lane.spec.id]
                short = line.width() < _POSITIONS_ROOM * min(8, lane.spec.k) + 70
                line.setText(positions_text(view.figures(lane).position_rates, short=short))
        if self._rate is not None:
            right = time_axis(max((lane.state.clock_ns for lane in view.lanes), default=0) / NS, whole=view.over)
            if self._rate.set_right(right):
                for chart in self._rounds.values():
                    chart.show_times(right)
            self._rate.show_lanes(view.lanes, changed=changed)

    def restart(self) -> None:
        """Empties the charts for the same lanes."""
        if self._rate is not None:
            self._rate.clear_lanes(len(self._specs))
            self._rate.set_right(_FIRST_RIGHT)
        for chart in self._rounds.values():
            chart.clear_bars()
            chart.show_times(_FIRST_RIGHT)
        for positions in self._positions.values():
            positions.setText("")

    def _restyle(self) -> None:
        self._restyle_legend()
        for chart in (self._rate, *self._rounds.values()):
            if chart is not None:
                chart.recolor()

    def _restyle_legend(self) -> None:
        """Names the lanes' colours, and more if there is room: the panes above have the same colours."""
        look = self._theme.look
        names = [lane_name(spec) for spec in self._specs]
        clock = "over each lane\u2019s clock"
        metrics = QFontMetrics(ui_font(8.25))
        room = self._rate_card.width() - 180
        short = sum(metrics.horizontalAdvance(f"\u2500 {name}   ") for name in names)
        parts = (
            [f'<span style="color:{look.lane(index)}">\u2500 {name}</span>' for index, name in enumerate(names)]
            if short <= room
            else []
        )
        if short * bool(parts) + metrics.horizontalAdvance(clock) <= room:
            parts.append(clock)
        self._legend.setText(
            f'<span style="font-size:11px; color:{look.muted}">{"&nbsp;&nbsp;&nbsp;".join(parts)}</span>'
        )
        told = ", ".join(names)
        self._legend.setToolTip(f"{told}, {clock}. Faint: now. Strong: smoothed over about half a second.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Says as much beside the title as there is room for."""
        if event.type() == QEvent.Type.Resize and watched is self._rate_card:
            self._restyle_legend()
        return super().eventFilter(watched, event)


def _fill(box: QVBoxLayout, chart: QWidget) -> None:
    """Puts the chart in the place that was kept free for it."""
    box.takeAt(box.count() - 1)
    box.addWidget(chart, 1)


def positions_text(rates: Sequence[float], *, short: bool = False) -> str:
    """The acceptance rate of each draft position, as many as fit: ``"by position   1: 96%   2: 88%"``."""
    rates = rates[:8]
    if not rates:
        return ""
    if short:
        return " ".join(f"{round(100 * rate)}" for rate in rates) + " %"
    return "by position   " + "   ".join(f"{place}: {rate:.0%}" for place, rate in enumerate(rates, start=1))


def time_axis(seconds: float, *, whole: bool = False) -> float:
    """The right end of a time axis that holds ``seconds``: it grows in steps, so that it does not creep.

    ``whole``: no more will come, so the axis of a race of a moment need not leave room for any.
    """
    if whole and 0 < seconds < _FIRST_RIGHT:
        from app.ui.charts import nice_top  # Loaded by whoever has charts to show.

        return nice_top(seconds)
    for step in (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 180, 240, 300):
        if seconds <= step:
            return float(step)
    return float(-(-seconds // 300) * 300)
