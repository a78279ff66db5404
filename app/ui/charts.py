"""A chart of a race as a widget: it gives the chart a canvas, and decides nothing about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.draw.canvas import Canvas
from app.draw.race_charts import RaceChart, RacePlot
from app.draw.ticks import FIRST_END
from app.present.view import LaneView
from app.ui.theme import Theme


class ChartView(QWidget):
    """Shows a :class:`RaceChart`, and its hint while there is nothing to see."""

    def __init__(self, theme: Theme, chart: RaceChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self._theme = theme
        self._lanes: Sequence[LaneView] = ()
        self._shown: object = None
        self.right, self.top = FIRST_END, chart.top((), 0.0)
        self.setAccessibleName(chart.about)
        self.setAccessibleDescription(chart.hint)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Empties the chart."""
        self._lanes, self._shown = (), None
        self.right, self.top = FIRST_END, self.chart.top((), 0.0)
        self.update()

    def show_lanes(self, lanes: Sequence[LaneView], right: float) -> None:
        """Shows the lanes' series up to ``right`` seconds; paints only if there is something new."""
        pieces = self.chart.pieces(lanes, self._theme.look)
        shown = right, [(piece.key, piece.count) for piece in pieces]
        if shown != self._shown:
            self._shown, self._lanes = shown, lanes
            self.right, self.top = right, self.chart.top(lanes, self.top)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the chart; pens are in units, so that lines are as strong on a screen of twice the pixels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        canvas = Canvas(painter, self._theme.look)
        plot = RacePlot(self.chart, QRectF(self.rect()), self.right, self.top)
        pieces = self.chart.pieces(self._lanes, self._theme.look) if self._lanes else []
        if any(piece.count for piece in pieces):
            plot.axes(canvas)
            for piece in pieces:
                piece.draw(canvas, plot.frame, 0, piece.count)
            plot.ends(canvas, pieces)
        else:
            plot.hint(canvas)
        painter.end()
