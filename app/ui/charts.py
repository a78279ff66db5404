"""The charts of a race: token rates and accepted tokens a round, both over the lane clock.

Imported only after the first paint of the window, since the plotting library takes longer to load than the window.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

os.environ.setdefault("QT_API", "pyside6")

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.draw.look import mix
from app.present.view import LaneView
from app.ui.theme import Theme, color, ui_font

_AXIS_WIDTH = 34
_LABEL_ROOM = 44
"""Pixels from one label of the time axis to the next, at least."""


class _Chart(pg.PlotWidget):  # type: ignore[misc]
    """A quiet plot: no mouse, no menu, horizontal grid, a sentence in the middle while it is empty."""

    def __init__(self, theme: Theme, empty: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.look.card)
        self._theme = theme
        self._empty = empty
        self._has_data = False
        self._shown_right = 0.0
        self._times: list[tuple[float, str]] = []
        self.setAccessibleName(name)
        self.setAccessibleDescription(empty)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.getViewBox().setDefaultPadding(0)
        self.disableAutoRange()
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.getPlotItem().layout.setContentsMargins(0, 8, 2, 0)
        self.setXRange(0, 2, padding=0)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setStyle(
                tickLength=0,
                tickFont=ui_font(8),
                autoExpandTextSpace=False,
                tickTextOffset=6,
                hideOverlappingLabels=False,
                maxTickLevel=0,
            )
            axis.setZValue(-100)
        self.getAxis("left").setWidth(_AXIS_WIDTH)
        self.getAxis("bottom").setHeight(20)
        self.recolor()

    def recolor(self) -> None:
        """Takes the colours of the current look."""
        look = self._theme.look
        self.setBackground(look.card)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(look.line))
            axis.setTextPen(look.muted)
        self.getAxis("left").setGrid(255)

    def show_times(self, right: float) -> None:
        """Labels the time axis from 0 to ``right`` seconds."""
        self._shown_right = right
        ticks = even_ticks(right, most=max(2, min(8, (self.width() - _AXIS_WIDTH) // _LABEL_ROOM)))
        self._times = [(value, f"{value:g} s" if value == ticks[-1] else f"{value:g}") for value in ticks]
        self.getAxis("bottom").setTicks([self._times])

    def time_label_gap(self) -> float:
        """Pixels between the two time labels that are closest."""
        metrics = QFontMetrics(ui_font(8))
        scale = (self.width() - _AXIS_WIDTH - 2) / self._shown_right
        spans = [(value * scale, metrics.horizontalAdvance(text) / 2) for value, text in self._times]
        gaps = [float(b[0] - b[1] - a[0] - a[1]) for a, b in pairwise(spans)]
        return min(gaps, default=float(scale))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many times as there is room for."""
        super().resizeEvent(event)
        if getattr(self, "_shown_right", 0.0):
            self.show_times(self._shown_right)

    def set_has_data(self, has: bool) -> None:
        """Hides the sentence once there is something to see."""
        if has != self._has_data:
            self._has_data = has
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the plot, or the sentence of an empty one."""
        super().paintEvent(event)
        if not self._has_data:
            painter = QPainter(self.viewport())
            painter.setPen(color(self._theme.look.muted))
            painter.setFont(ui_font(9))
            area = QRectF(self.viewport().rect()).adjusted(_AXIS_WIDTH + 8, 8, -8, -24)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self._empty)
            painter.end()


class RateChart(_Chart):
    """Tokens per second over the lane clock: a faint line for now, a strong one smoothed, for each lane."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "Each lane's speed appears here while it decodes.", "Tokens per second over the lane clock", parent
        )
        self._curves: list[tuple[Any, Any]] = []
        self._top = 0.0
        self._right = 0.0
        self.clear_lanes(0)

    def clear_lanes(self, count: int) -> None:
        """Empties the chart for ``count`` lanes."""
        self.clear()
        self._curves = []
        for index in range(count):
            now = pg.PlotCurveItem(antialias=False, skipFiniteCheck=True)
            smooth = pg.PlotCurveItem(antialias=True, skipFiniteCheck=True)
            now.setZValue(index)
            smooth.setZValue(10 + index)
            self.addItem(now)
            self.addItem(smooth)
            self._curves.append((now, smooth))
        self._top, self._right = 0.0, 0.0
        self._set_top(100.0)
        self.set_right(2.0)
        self.set_has_data(False)
        self.recolor()

    def recolor(self) -> None:
        """Takes the colours of the current look."""
        super().recolor()
        look = self._theme.look
        for index, (now, smooth) in enumerate(getattr(self, "_curves", [])):
            now.setPen(pg.mkPen(mix(look.lane(index), look.card, 0.42), width=1))
            smooth.setPen(pg.mkPen(look.lane(index), width=2))

    def show_lanes(self, lanes: Sequence[LaneView], *, changed: Sequence[bool]) -> None:
        """Shows the lanes' series; redraws only those that changed."""
        highest = 0.0
        for lane, (now, smooth), fresh in zip(lanes, self._curves, changed, strict=True):
            rates = lane.rates
            if rates.at:
                highest = max(highest, max(rates.current))
            if fresh:
                now.setData(rates.at, rates.current)
                smooth.setData(rates.at, rates.smooth)
        if highest:
            self.set_has_data(True)
            if highest > self._top or highest < self._top * 0.4:
                self._set_top(nice_top(highest * 1.1))

    def _set_top(self, top: float) -> None:
        self._top = top
        self.setYRange(0, top, padding=0)
        self._label_rates()

    def _label_rates(self) -> None:
        most = max(2, min(4, self.height() // 26))
        self.getAxis("left").setTicks([[(value, rate_label(value)) for value in even_ticks(self._top, most)]])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many labels as there is room for."""
        super().resizeEvent(event)
        if getattr(self, "_top", 0.0):
            self._label_rates()

    def set_right(self, right: float) -> bool:
        """Sets the right end of the time axis, seconds; returns whether it was another one."""
        if right == self._right:
            return False
        self._right = right
        self.setXRange(0, right, padding=0)
        self.show_times(right)
        return True


class RoundChart(_Chart):
    """Accepted draft tokens of each round: a bar from its start to its end, over a faint bar of what it drafted."""

    def __init__(self, theme: Theme, index: int, k: int, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "One bar a round: how many draft tokens the full model accepted.",
            "Accepted draft tokens per round",
            parent,
        )
        self._index = index
        self._drafted = pg.BarGraphItem(x0=[], x1=[], y0=0, height=[], pen=None)
        self._accepted = pg.BarGraphItem(x0=[], x1=[], y0=0, height=[], pen=None)
        self.addItem(self._drafted)
        self.addItem(self._accepted)
        self._k = max(1, k)
        self._label_counts()
        self.show_times(2.0)
        self.recolor()

    def recolor(self) -> None:
        """Takes the colours of the current look."""
        super().recolor()
        if hasattr(self, "_accepted"):
            look = self._theme.look
            lane = look.lane(self._index)
            self._drafted.setOpts(brush=mix(lane, look.card, 0.18))
            self._accepted.setOpts(brush=lane)

    def _label_counts(self) -> None:
        room = max(20, self.height() - 28)
        # The label of the top line needs half its height above it.
        self.setYRange(0, self._k + max(0.15, self._k * 7 / room), padding=0)
        most = max(1, min(4, room // 20))
        step = max(1, -(-self._k // most))
        self.getAxis("left").setTicks([[(value, str(value)) for value in range(0, self._k + 1, step)]])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many labels as there is room for."""
        super().resizeEvent(event)
        if hasattr(self, "_k"):
            self._label_counts()

    def clear_bars(self) -> None:
        """Empties the chart."""
        self._drafted.setOpts(x0=[], x1=[], y0=0, height=[])
        self._accepted.setOpts(x0=[], x1=[], y0=0, height=[])
        self.set_has_data(False)

    def show_lane(self, lane: LaneView) -> None:
        """Shows the lane's bars."""
        bars = lane.bars
        if not bars.start:
            return
        self.set_has_data(True)
        ends = [start + (end - start) * 0.78 for start, end in zip(bars.start, bars.end, strict=True)]
        self._drafted.setOpts(x0=bars.start, x1=ends, y0=0, height=bars.drafted)
        self._accepted.setOpts(x0=bars.start, x1=ends, y0=0, height=bars.accepted)


def even_ticks(top: float, most: int = 4) -> list[float]:
    """Returns evenly spaced round numbers from 0 up to just below ``top``, ``most`` steps at most."""
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power * most >= top)
    return [number * step for number in range(int(top / step * 0.99) + 1)]


def rate_label(value: float) -> str:
    """Returns a rate in few characters: the axis leaves out what is wider than it."""
    return f"{value:g}" if value < 1000 else f"{value / 1000:g}k"


def nice_top(value: float) -> float:
    """Returns a round number of at least ``value``: 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next((step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value), 10 * power)
