"""The charts of a race over the lane clock, described once: window and films draw these and decide nothing themselves.

A chart says which lines and bars there are, in which colours, how high its axis is and what is written on it. A face
gives it a canvas and a place. Lines and bars are drawn in parts, so that a film can go on where its last frame ended.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame, free_place
from app.draw.canvas import SMALL, Canvas
from app.draw.look import Look, mix
from app.draw.ticks import number_text, round_top, ticks, time_labels
from app.present.view import LaneView

STRONG: Final = 2.0
FAINT: Final = 0.8
_LABELS: Final = 36.0
"""Room of the numbers beside an axis, in units."""
_BELOW: Final = 20.0
_TIME_ROOM: Final = 44.0
_LINE_ROOM: Final = 26.0
_LOW: Final = 70.0
"""A chart lower than this, in units, leaves the seconds out."""
_EDGE: Final = 1.0
"""Width of the line around what was drafted and not tried."""
_BAR: Final = 0.78
"""Share of a round's time that its bar takes."""


class ChartPiece(Protocol):
    """What grows with time, up to ``reach`` seconds. Parts that were drawn under the same ``key`` never change."""

    @property
    def key(self) -> object: ...
    @property
    def count(self) -> int: ...
    @property
    def reach(self) -> float: ...

    def draw(self, canvas: Canvas, frame: Frame, start: int, stop: int) -> None:
        """Draws the parts from ``start`` to before ``stop``."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line through values over seconds.

    ``index``: of the lane; ``end``: its end is marked; ``told``: the number that is written there.
    """

    index: int
    tone: str
    wide: float
    at: Sequence[float]
    values: Sequence[float]
    end: bool = False
    told: float | None = None

    @property
    def key(self) -> object:
        """The first point moves when neighbours are merged."""
        return self.at[0] if self.at else None

    @property
    def count(self) -> int:
        """One part from each point to the next."""
        return max(0, len(self.at) - 1)

    @property
    def reach(self) -> float:
        """The last point."""
        return self.at[-1] if self.at else 0.0

    def draw(self, canvas: Canvas, frame: Frame, start: int, stop: int) -> None:
        """Draws straight pieces."""
        if stop > start:
            points = frame.points(self.at[start : stop + 1], self.values[start : stop + 1])
            canvas.pieces(points, self.tone, self.wide)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from a first to a last second: a faint one of ``behind``, and one of ``heights`` before it.

    What of ``made`` goes beyond these is a mere frame.
    """

    tones: tuple[str, str]
    starts: Sequence[float]
    ends: Sequence[float]
    made: Sequence[float]
    behind: Sequence[float]
    heights: Sequence[float]
    merged: int

    @property
    def key(self) -> object:
        """How many rounds are merged in each bar."""
        return self.merged

    @property
    def count(self) -> int:
        """One part each."""
        return len(self.starts)

    @property
    def reach(self) -> float:
        """The end of the last bar."""
        return self.ends[-1] if self.ends else 0.0

    def draw(self, canvas: Canvas, frame: Frame, start: int, stop: int) -> None:
        """Draws whole bars."""
        floor = frame.area.bottom()
        for number in range(start, stop):
            left = frame.x(self.starts[number])
            wide = max(0.6, (frame.x(self.ends[number]) - left) * _BAR)
            if self.made[number] > self.behind[number]:
                self._frame(canvas, left, wide, frame.y(self.made[number]), frame.y(self.behind[number]))
            for value, tone in zip((self.behind[number], self.heights[number]), self.tones, strict=True):
                if value > 0:
                    top = frame.y(value)
                    canvas.block(QRectF(left, top, wide, floor - top), tone)

    def _frame(self, canvas: Canvas, left: float, wide: float, top: float, bottom: float) -> None:
        """Draws an empty box; of a narrow bar only its upper edge can be told from a full one."""
        tone = self.tones[1]
        canvas.block(QRectF(left, top, wide, _EDGE), tone)
        if wide > 5 * _EDGE:
            canvas.block(QRectF(left, top, _EDGE, bottom - top), tone)
            canvas.block(QRectF(left + wide - _EDGE, top, _EDGE, bottom - top), tone)


class RaceChart(ABC):
    """One kind of chart.

    Attributes:
        title: For people.
        hint: What will be seen, while there is nothing yet.
        about: What it shows, for those who cannot see it.
        ends: Room at the right for what is written at the ends of lines, in units.
    """

    title: str
    hint: str
    about: str
    ends: float = 8.0

    @abstractmethod
    def pieces(self, lanes: Sequence[LaneView], look: Look) -> list[ChartPiece]:
        """Returns what is drawn, the hindmost first."""

    @abstractmethod
    def top(self, lanes: Sequence[LaneView], shown: float) -> float:
        """Returns the upper end of the axis; ``shown`` is the one that is shown now, 0 for none."""

    @abstractmethod
    def marks(self, top: float, most: float) -> list[float]:
        """Returns the values with a line across, about ``most`` at most."""


class RateChart(RaceChart):
    """Tokens per second: a faint line for now, a strong one smoothed, for each lane."""

    title = "Tokens per second"
    hint = "Each lane's speed appears here while it decodes."
    about = "Tokens per second over the lane clock"
    ends = 46.0

    def pieces(self, lanes: Sequence[LaneView], look: Look) -> list[ChartPiece]:
        """Faint lines behind strong ones."""
        tones = [look.lane(lane.index) for lane in lanes]
        faint: list[ChartPiece] = [
            Line(lane.index, mix(tone, look.card, 0.42), FAINT, lane.rates.at, lane.rates.current)
            for lane, tone in zip(lanes, tones, strict=True)
        ]
        return faint + [
            Line(lane.index, tone, STRONG, lane.rates.at, lane.rates.smooth, end=True, told=lane.tps)
            for lane, tone in zip(lanes, tones, strict=True)
        ]

    def top(self, lanes: Sequence[LaneView], shown: float) -> float:
        """Stays while the highest rate is below it and not far below."""
        highest = max((value for lane in lanes for value in lane.rates.current), default=0.0)
        if highest <= 0:
            return shown or 100.0
        return shown if 0.4 * shown <= highest <= shown else round_top(highest * 1.05)

    def marks(self, top: float, most: float) -> list[float]:
        """Round numbers."""
        return ticks(0.0, top, most)


class RoundChart(RaceChart):
    """Accepted draft tokens of each round of one lane: a bar from its start to its end, over one of what it drafted.

    A frame above them is what was drafted and not tried: the lane had thought better of it.
    """

    title = "Accepted per round"
    hint = "One bar a round: how many draft tokens the full model accepted."
    about = "Accepted draft tokens per round"

    def __init__(self, index: int, k: int) -> None:
        """``index`` of the lane, and the most tokens that it drafts in a round."""
        self._index, self._k = index, max(1, k)

    def pieces(self, lanes: Sequence[LaneView], look: Look) -> list[ChartPiece]:
        """The bars of the lane."""
        bars, tone = lanes[self._index].bars, look.lane(self._index)
        tones = (mix(tone, look.card, 0.18), tone)
        return [Bars(tones, bars.start, bars.end, bars.made, bars.drafted, bars.accepted, bars.rounds)]

    def top(self, lanes: Sequence[LaneView], shown: float) -> float:
        """All that can be accepted."""
        return float(self._k)

    def marks(self, top: float, most: float) -> list[float]:
        """Numbers of tokens; halves where there is only one."""
        return ticks(0.0, top, most, whole=self._k > 1)


class RacePlot:
    """A chart at its place: ``frame`` tells where values are. All in units of the canvas."""

    def __init__(self, chart: RaceChart, area: QRectF, right: float, top: float) -> None:
        """``right``: end of the time axis in seconds; ``top``: end of the other one."""
        self._chart, self._area = chart, area
        self._low = area.height() < _LOW
        inner = area.adjusted(_LABELS, 9, -chart.ends, -6 if self._low else -_BELOW)
        self.frame = Frame(inner, 0.0, max(right, 1e-9), 0.0, max(top, 1e-9))

    def axes(self, canvas: Canvas) -> None:
        """Draws the lines across with their numbers, and the seconds below."""
        frame = self.frame
        frame.grid(canvas, number_text, marks=self._chart.marks(frame.high, frame.area.height() / _LINE_ROOM + 1))
        if self._low:
            return
        frame.below(canvas, time_labels(frame.right, min(8.0, frame.area.width() / _TIME_ROOM)))

    def hint(self, canvas: Canvas) -> None:
        """Says what will be seen. No line runs through the words."""
        canvas.nothing(self._area.adjusted(12, 0, -12, 0), self._chart.hint)

    def ends(self, canvas: Canvas, pieces: Sequence[ChartPiece]) -> None:
        """Marks the ends of lines with the sign of their lane, and writes the rates where they hide the least."""
        frame, look = self.frame, canvas.look
        lines = [piece for piece in pieces if isinstance(piece, Line) and piece.end and piece.count]
        places = [frame.at(line.at[-1], line.values[-1]) for line in lines]
        ink = [point for line in lines for at in places for point in _near(line, frame, at.x())]
        taken: list[QRectF] = []
        for line, at in zip(lines, places, strict=True):
            canvas.dot(at, line.index, line.tone, 4.0)
            taken.append(QRectF(at.x() - 5, at.y() - 5, 10, 10))
        for line, at in zip(lines, places, strict=True):
            # The lane's rate as its pane tells it: the last moment of the line is another number, and would contradict.
            text = "" if line.told is None else f"{line.told:.1f}"
            wide = canvas.measure(text, SMALL, "medium")
            corners = itertools.product((8.0, -wide - 8, -wide / 2), (-6.0, -18.0, 7.0))
            wanted = [QRectF(at.x() + x, at.y() + y, wide, 12) for x, y in corners]
            bounds = frame.area.adjusted(0, -9, self._chart.ends, 0)
            place = free_place(wanted, ink, taken, bounds)
            taken.append(place)
            tone = mix(line.tone, look.text, 0.7)
            canvas.text(text, QPointF(place.left(), place.bottom() - 2), tone=tone, style="medium")


def _near(line: Line, frame: Frame, x: float) -> list[QPointF]:
    """The points of a line that a label at ``x`` could hide."""
    first, last = (
        bisect_left(line.at, frame.right * (x + aside - frame.area.left()) / frame.area.width()) for aside in (-48, 48)
    )
    return [frame.at(line.at[number], line.values[number]) for number in range(first, last, 3)]
