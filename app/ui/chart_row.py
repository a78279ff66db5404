"""The row of charts under the lanes. They are filled after the window is there: their fonts take a moment to load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.draw.look import SIGNS
from app.draw.race_charts import RateChart, RoundChart
from app.draw.ticks import time_end
from app.present.view import RaceView
from app.present.words import rate_unit
from app.race.fold import NS
from app.race.lanes import LaneSpec, lane_name
from app.ui.charts import ChartView
from app.ui.text_line import TextLine
from app.ui.theme import Theme, ui_font
from app.ui.widgets import card, label, set_text

_SLIM: Final = 300
"""Below this width of a card, in pixels, the title beside the chart is the unit alone."""
_FOLDED: Final = 96
"""Below this height, in pixels, the titles stand beside the charts."""


class ChartRow(QWidget):
    """Rates on the left; on the right accepted tokens a round, one chart for each drafting lane."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._specs: tuple[LaneSpec, ...] = ()
        self._view: RaceView | None = None
        self._rate: ChartView | None = None
        self._rounds: dict[str, ChartView] = {}
        self._positions: dict[str, TextLine] = {}
        self._signs: dict[int, QLabel] = {}
        self._folded = False
        self._legend = QLabel()
        self._legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._legend.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._rate_card, self._rate_box = card(RateChart.title)
        head = QHBoxLayout()
        self._rate_title = label(RateChart.title, "head")
        self._rate_title.setToolTip(f"{RateChart.title}, over each lane\u2019s clock")
        head.addWidget(self._rate_title)
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
        self.fit(140)
        theme.changed.connect(self._restyle_legend)

    def fit(self, height: int) -> None:
        """Takes so many pixels, always: a low row has its titles beside the charts."""
        self.setFixedHeight(height)
        folded = height < _FOLDED
        if folded is not self._folded:
            self._folded = folded
            for box in (self._rate_box, *(box for _, box in self._round_boxes.values())):
                self._fold(box)
            self._restyle_legend()

    def _fold(self, box: QVBoxLayout) -> None:
        """Lays a card out: the title above its chart, or beside it in a low row."""
        low = self._folded
        box.setDirection(QVBoxLayout.Direction.LeftToRight if low else QVBoxLayout.Direction.TopToBottom)
        box.setContentsMargins(*((16, 2, 8, 2) if low else (16, 8, 16, 8)))
        box.setSpacing(4)
        for positions in self._positions.values():
            positions.setVisible(not low)
        self._legend.setVisible(not low)

    @property
    def loaded(self) -> bool:
        """Whether the charts exist."""
        return self._rate is not None

    def load(self) -> None:
        """Makes the charts now."""
        if self._rate is None:
            # Nothing is painted before everything is in its place.
            self.setUpdatesEnabled(False)
            self._rate = ChartView(self._theme, RateChart())
            _fill(self._rate_box, self._rate)
            self._make_round_charts()
            if self._view is not None:
                self._draw(self._view)
            self.setUpdatesEnabled(True)

    def set_lanes(self, specs: Sequence[LaneSpec]) -> None:
        """Empties the charts and shows these lanes."""
        self._specs = tuple(specs)
        self._view = None
        for frame, _ in self._round_boxes.values():
            self._layout.removeWidget(frame)
            frame.hide()
            frame.deleteLater()
        self._round_boxes, self._positions, self._rounds, self._signs = {}, {}, {}, {}
        drafting = [(index, spec) for index, spec in enumerate(specs) if spec.kind.facts.drafts]
        for index, spec in drafting:
            title = RoundChart.title if len(drafting) < 3 else RoundChart.title.split()[0]
            frame, box = card(f"{title}, {lane_name(spec)}" if len(drafting) > 1 else title)
            head = QHBoxLayout()
            if len(drafting) > 1:
                self._signs[index] = QLabel(SIGNS[index % len(SIGNS)])
                head.addWidget(self._signs[index])
            head.addWidget(label(title, "head"))
            positions = TextLine(self._theme, tone="muted", size=8.25, right=True)
            positions.setToolTip("How often the draft token at each position was accepted.")
            head.addWidget(positions, 1)
            box.addLayout(head)
            box.addStretch(1)
            self._round_boxes[spec.id] = (frame, box)
            self._positions[spec.id] = positions
            self._fold(box)
            frame.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._layout.addWidget(frame, 1)
        self._restyle_legend()
        if self._rate is not None:
            self._make_round_charts()
            self._rate.clear()

    def _make_round_charts(self) -> None:
        for index, spec in enumerate(self._specs):
            if spec.id in self._round_boxes:
                chart = ChartView(self._theme, RoundChart(index, spec.k))
                _fill(self._round_boxes[spec.id][1], chart)
                self._rounds[spec.id] = chart

    def _draw(self, view: RaceView) -> None:
        right = time_end(max((lane.state.clock_ns for lane in view.lanes), default=0) / NS, whole=view.over)
        for chart in (self._rate, *self._rounds.values()):
            if chart is not None:
                chart.show_lanes(view.lanes, right)

    def show_view(self, view: RaceView) -> None:
        """Shows what is new in ``view``."""
        self._view = view
        for lane in view.lanes:
            lane.rates.update(lane.state)
            lane.bars.update(lane.state)
            if lane.spec.id in self._positions:
                self._positions[lane.spec.id].set_forms(positions_forms(view.figures(lane).position_rates))
        self._draw(view)

    def restart(self) -> None:
        """Empties the charts for the same lanes."""
        self._view = None
        for chart in (self._rate, *self._rounds.values()):
            if chart is not None:
                chart.clear()
        for positions in self._positions.values():
            positions.set_forms([""])

    def _restyle_legend(self) -> None:
        """Names the lanes' colours, and more if there is room: the panes above have the same colours."""
        look = self._theme.look
        for index, sign in self._signs.items():
            sign.setStyleSheet(f"color: {look.ink(index)}")
        names = [lane_name(spec) for spec in self._specs]
        clock = "over each lane\u2019s clock"
        metrics = QFontMetrics(ui_font(8.25))
        room = self._rate_card.width() - 180
        short = sum(metrics.horizontalAdvance(f"{SIGNS[0]} {name}   ") for name in names)
        parts = (
            [
                f'<span style="color:{look.ink(index)}">{SIGNS[index % len(SIGNS)]} {name}</span>'
                for index, name in enumerate(names)
            ]
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
            slim = self._folded and self._rate_card.width() < _SLIM
            set_text(self._rate_title, rate_unit(1) if slim else RateChart.title)
            self._restyle_legend()
        return super().eventFilter(watched, event)


def _fill(box: QVBoxLayout, chart: QWidget) -> None:
    """Puts the chart in the place that was kept free for it."""
    box.takeAt(box.count() - 1)
    box.addWidget(chart, 1)


def positions_forms(rates: Sequence[float]) -> list[str]:
    """The acceptance rate of each draft position: ``"by position   1: 96%   2: 88%"``, and in fewer words."""
    rates = rates[:8]
    if not rates:
        return [""]
    told = [f"{place}: {rate:.0%}" for place, rate in enumerate(rates, start=1)]
    bare = " ".join(f"{round(100 * rate)}" for rate in rates) + " %"
    return ["by position   " + "   ".join(told), "   ".join(told), bare]
