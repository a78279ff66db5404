"""The predicted speedup over K = 1..16 for an acceptance that is tried out, with the lanes that were measured."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame
from app.draw.canvas import NORMAL, SMALL, Canvas
from app.draw.look import mix
from app.draw.ticks import round_top
from app.race.predict import Prediction
from app.race.whatif import ALL_K, Ground, Measured

_ROW: Final = 20.0
_FAINT: Final = 0.5
"""Strength of what stands on costs that were not measured."""
_SAMPLE: Final = 18.0
"""Width of the piece of a line in the key."""


class WhatIfPlot:
    """One drawing. ``frame`` tells afterwards where each K is."""

    def __init__(self, canvas: Canvas, area: QRectF, found: Ground, acceptance: float, k: int) -> None:
        self.canvas, self.found, self.k = canvas, found, k
        self.curve = found.curve(acceptance)
        self.as_raced = found.measured_curve()
        self.best = found.best(self.curve)
        self._key_rows = self._key(area, draw=False)
        inner = area.adjusted(40, _ROW * self._key_rows + 12, -14, -42)
        self.frame = Frame(inner, 0.5, len(ALL_K) + 0.5, *self._range())
        self._area = area

    def _range(self) -> tuple[float, float]:
        """The axis grows in steps, so that it stands still while a slider moves a little."""
        values = [item.speedup for item in [*self.curve, *self.as_raced]]
        values += [lane.speedup for lane in self.found.lanes]
        return 0.0 if min(values) < 0.55 else 0.5, max(1.5, round_top(max(values) * 1.08))

    def draw(self) -> None:
        """Draws it."""
        canvas, frame, look = self.canvas, self.frame, self.canvas.look
        self._key(self._area, draw=True)
        self._beyond()
        frame.grid(canvas, lambda value: f"{value:g}×")
        frame.below(canvas, [(float(k), str(k)) for k in ALL_K], "K, draft tokens a round")
        x = frame.x(self.k)
        canvas.line(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()), look.faint, 1.2)
        one = frame.y(1.0)
        canvas.line(QPointF(frame.area.left(), one), QPointF(frame.area.right(), one), look.muted, 1.6)
        self._line(self.as_raced, self._raced_tone, 1.6)
        self._line(self.curve, look.text, 2.4)
        for item in self.curve:
            chosen, best = item.k == self.k, item is self.best
            tone = look.text if self._known(item) else mix(look.text, look.card, _FAINT)
            at = frame.at(item.k, item.speedup)
            canvas.dot(at, 0, tone, 5.5 if chosen or best else 2.6, hollow=chosen and not best)
        for lane, at in reversed(self._lane_places()):
            canvas.dot(at, lane.index, look.lane(lane.index), 5.5)
        self._no_drafter(one)
        self._values()

    def _known(self, item: Prediction) -> bool:
        return self.found.costs.measured(item.k)

    def _beyond(self) -> None:
        """Shades the columns of the K whose cost was not measured, and says so."""
        canvas, frame = self.canvas, self.frame
        unknown = [not self._known(item) for item in self.curve]
        widest: tuple[float, float] = (0.0, 0.0)
        for strange, group in itertools.groupby(ALL_K, key=lambda k: unknown[k - 1]):
            ks = list(group)
            left, right = frame.x(ks[0] - 0.5), frame.x(ks[-1] + 0.5)
            if strange:
                canvas.box(
                    QRectF(left, frame.area.top(), right - left, frame.area.height()),
                    mix(canvas.look.line, canvas.look.card, 0.35),
                )
                widest = max(widest, (right - left, left))
        room, left = widest
        text = next((it for it in ("cost not measured", "not measured") if canvas.measure(it, SMALL) < room - 12), "")
        canvas.text(text, QPointF(left + room / 2, frame.area.top() + 15), tone=canvas.look.muted, align=0.5)

    def _lane_places(self) -> list[tuple[Measured, QPointF]]:
        """Returns where each lane is; of two at the same place the later one stands beside."""
        placed: list[tuple[Measured, QPointF]] = []
        for lane in self.found.lanes:
            at = self.frame.at(lane.k, lane.speedup)
            while any(abs(at.x() - other.x()) < 10 and abs(at.y() - other.y()) < 10 for _, other in placed):
                at += QPointF(11, 0)
            placed.append((lane, at))
        return placed

    @property
    def _raced_tone(self) -> str:
        look = self.canvas.look
        return mix(look.lane(self.found.lanes[0].index), look.card, 0.6)

    def _line(self, curve: Sequence[Prediction], tone: str, wide: float) -> None:
        """Draws a curve, faint and dashed where the costs are not measured."""
        points = [(self._known(item), self.frame.at(item.k, item.speedup)) for item in curve]
        pieces = itertools.groupby(itertools.pairwise(points), key=lambda pair: pair[0][0] and pair[1][0])
        for known, group in pieces:
            pairs = list(group)
            path = [pairs[0][0][1], *(end for _, (_, end) in pairs)]
            self.canvas.path(path, tone if known else mix(tone, self.canvas.look.card, _FAINT), wide, dashed=not known)

    def _values(self) -> None:
        """Writes the speedup at the K that is chosen, and at the best one."""
        shown = [(self.best, f"best: K = {self.best.k}, {self.best.speedup:.2f}×")]
        here = self.curve[self.k - 1]
        if here is not self.best:
            told = f"{here.speedup:.2f}×" if self._known(here) else f"about {here.speedup:.1f}×"
            shown.append((here, f"K = {here.k}, {told}"))
        taken: list[QRectF] = []
        for item, text in shown:
            wide = self.canvas.measure(text, NORMAL, "semibold")
            place = self._free(self.frame.at(item.k, item.speedup), wide, taken)
            taken.append(place)
            # The grid would run through the letters.
            self.canvas.box(place.adjusted(-3, 0, 3, 0), self.canvas.look.card, 3)
            at = QPointF(place.left(), place.bottom() - 4)
            self.canvas.text(text, at, size=NORMAL, style="semibold")

    def _ink(self) -> list[QPointF]:
        """Returns points all along the curves, which labels should not hide."""
        found = []
        for curve in (self.curve, self.as_raced):
            at = [self.frame.at(item.k, item.speedup) for item in curve]
            found += [a + (b - a) * (part / 8) for a, b in itertools.pairwise(at) for part in range(8)] + at[-1:]
        return found

    def _free(self, at: QPointF, wide: float, taken: Sequence[QRectF]) -> QRectF:
        """Returns a place for a line of text near a point that hides as little as it can."""
        area, ink = self.frame.area, self._ink()
        lanes = [place for _, place in self._lane_places()]
        places: list[tuple[int, int, QRectF]] = []
        for top, share in itertools.product((-28.0, 12.0, -44.0, 28.0), (0.5, 0.0, 1.0)):
            left = min(max(area.left() + 4, at.x() - wide * share), area.right() - wide - 4)
            place = QRectF(left, at.y() + top, wide, 16)
            near = place.adjusted(-4, -3, 4, 3)
            cost = sum(1 for dot in ink if near.contains(dot)) + sum(8 for dot in lanes if near.contains(dot))
            cost += sum(20 for other in taken if near.intersects(other))
            cost += 50 * (place.top() < area.top() - 8 or place.bottom() > area.bottom())
            cost += 3 * (place.top() <= self.frame.y(1.0) <= place.bottom())
            places.append((cost, len(places), place))
        return min(places, key=lambda item: item[:2])[2]

    def _no_drafter(self, one: float) -> None:
        """Names the line of the baseline where no curve runs."""
        canvas, area, text = self.canvas, self.frame.area, "as fast as the baseline"
        wide, ink, x = canvas.measure(text, SMALL), self._ink(), self.frame.x(self.k)
        places: list[tuple[int, int, QPointF]] = []
        for y, step in itertools.product((one + 14, one - 6), range(9)):
            left = area.left() + 4 + (area.width() - wide - 8) * step / 8
            near = QRectF(left, y - 10, wide, 13).adjusted(-8, -4, 8, 4)
            hits = sum(near.contains(dot) for dot in ink) + 3 * (near.left() < x < near.right())
            places.append((hits, len(places), QPointF(left, y)))
        canvas.text(text, min(places, key=lambda item: item[:2])[2], tone=canvas.look.muted)

    def _key(self, area: QRectF, *, draw: bool) -> int:
        """Draws what each line and sign means, in as many rows as it takes; returns their number."""
        canvas, look = self.canvas, self.canvas.look
        first = self.found.lanes[0]
        items: list[tuple[str, int]] = [("what if", -2), (f"at the acceptance of {first.name}", -1)]
        items += [(f"{lane.name} measured, {lane.speedup:.2f}×", lane.index) for lane in self.found.lanes]
        left, row = area.left(), 0
        for text, index in items:
            sample = _SAMPLE if index < 0 else 10.0
            wide = sample + 6 + canvas.measure(text, SMALL)
            if left + wide > area.right() and left > area.left():
                left, row = area.left(), row + 1
            if draw:
                middle = area.top() + _ROW * row + 8
                if index < 0:
                    tone, thick = (look.text, 2.4) if index == -2 else (self._raced_tone, 1.6)
                    canvas.line(QPointF(left, middle), QPointF(left + sample, middle), tone, thick)
                else:
                    canvas.dot(QPointF(left + 5, middle), index, look.lane(index))
                canvas.text(text, QPointF(left + sample + 6, middle + SMALL * 0.36), tone=look.muted)
            left += wide + 18
        return row + 1


def k_at(frame: Frame, x: float) -> int:
    """Returns the K whose column ``x`` is in."""
    share = (x - frame.area.left()) / max(1e-9, frame.area.width())
    return min(ALL_K[-1], max(ALL_K[0], round(frame.left + share * (frame.right - frame.left))))
