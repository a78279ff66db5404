"""Why: where the time of a token goes in each lane, how often drafts are accepted, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from app.draw.look import mix
from app.present.view import LaneView
from app.present.words import split_parts
from app.race.explain import Split
from app.video.scenes.base import Set, column
from app.video.stage import CENTER, RIGHT, Shape, ease

_MOVE_S = 1.2
_MS = 1e6
_FEW = 5
"""Up to so many draft positions are shown as lines, more as columns."""


def make_why(set_: Set) -> WhyScene | None:
    """Returns the scene, or None if no lane drafted."""
    drafted = any(lane.state.drafted for lane in set_.final.contenders)
    return WhyScene(set_) if drafted and set_.final.reason else None


class WhyScene:
    """Stacked bars on one scale, the acceptance by position, and the reason in a sentence."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self.seconds = 6.0
        found = [(lane, set_.final.figures(lane).split) for lane in set_.final.lanes]
        self._splits: list[tuple[LaneView, Split]] = [(lane, part) for lane, part in found if part is not None]
        self._lane = next(lane for lane in set_.final.contenders if lane.state.drafted)
        self._reason = set_.final.reason
        self._figures = set_.final.figures(self._lane)
        tall = set_.stage.shape is Shape.TALL
        self._row = 210.0 if tall else 150.0 if len(self._splits) < 3 else 172.0
        self._size = 46.0 if tall else 40.0
        positions = len(self._figures.position_rates)
        self._chart = 110 + positions * (70.0 if tall else 56.0) if positions <= _FEW else 330.0

    def key(self, at: float) -> object:
        """Everything stands still once the bars have grown."""
        return min(at, _MOVE_S)

    def draw(self, at: float) -> None:
        """Draws the reasons at ``at``."""
        with self._set.stage.fitted(self._height) as high:
            self._draw(at, (self._set.stage.height - high) / 2)

    def _column(self) -> QRectF:
        return column(self._set.stage, 1560 if self._set.stage.shape is Shape.WIDE else 980)

    def _sentence(self) -> list[str]:
        return self._set.stage.wrap(self._reason, self._size, self._column().width(), "medium", most=5)

    def _height(self) -> float:
        bars = len(self._splits) * self._row
        return self._set.stage.u(120 + bars + 20 + len(self._sentence()) * self._size * 1.45 + 50 + self._chart)

    def _draw(self, at: float, top: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._column()
        label = stage.text("Why", box.left(), top + u(50), 60, style="bold") + u(30)
        stage.text("where the time of a token goes", box.left() + label, top + u(50), 30, tone=look.muted)
        y = top + u(120)
        longest = max(part.total_ns for _, part in self._splits)
        for lane, part in self._splits:
            self._bar(lane, part, QRectF(box.left(), y, box.width(), u(self._row)), ease(at / 0.9) / longest)
            y += u(self._row)
        y += u(20)
        for number, line in enumerate(self._sentence()):
            stage.text(line, box.left(), y + u(self._size * (0.9 + number * 1.45)), self._size, style="medium")
        y += u(len(self._sentence()) * self._size * 1.45 + 50)
        self._positions(QRectF(box.left(), y, box.width(), u(self._chart)), ease((at - 0.3) / 0.9))

    def _bar(self, lane: LaneView, part: Split, box: QRectF, scale: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        tone = look.lane(lane.index)
        figures = max(stage.measure(_total(item), 34, "semibold") for _, item in self._splits) + u(24)
        stage.text(lane.name, box.left(), box.top() + u(30), 32, style="semibold", tone=tone)
        thick = 76 if stage.shape is Shape.TALL else 52
        bar = QRectF(
            box.left(), box.top() + u(46), max(u(6), (box.width() - figures) * part.total_ns * scale), u(thick)
        )
        pieces = _pieces(part, tone, look.dark, look.card, look.faint)
        stage.painter.save()
        stage.clip(bar, 8)
        left = bar.left()
        for _, value, shade in pieces:
            piece = bar.width() * value / part.total_ns
            stage.painter.fillRect(QRectF(left, bar.top(), piece + 1, bar.height()), QColor(shade))
            left += piece
        stage.painter.restore()
        stage.text(_total(part), bar.right() + u(20), bar.center().y() + u(12), 34, style="semibold")
        left = bar.left()
        for name, value, shade in pieces if len(pieces) > 1 else []:
            stage.bar(QRectF(left, bar.bottom() + u(16), u(18), u(18)), shade, 4)
            left += u(28)
            left += stage.text(f"{name} {value / _MS:.1f} ms", left, bar.bottom() + u(33), 25, tone=look.muted) + u(30)

    def _positions(self, box: QRectF, grown: float) -> None:
        """Draws how often each draft position was accepted."""
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        stage.card(box)
        pad = u(30)
        whose = f" of {self._lane.name}" if len(self._set.final.contenders) > 1 else ""
        told = stage.text(
            "How often is each draft token accepted?",
            box.left() + pad,
            box.top() + u(50),
            27,
            style="semibold",
            room=box.width() - 2 * pad,
        )
        stage.text(
            f"share of {self._figures.all_rounds} rounds{whose}",
            box.right() - pad,
            box.top() + u(50),
            23,
            tone=look.muted,
            align=RIGHT,
            room=box.width() - told - 3 * pad,
        )
        rates = self._figures.position_rates
        if len(rates) <= _FEW:
            self._lines(rates, box.adjusted(pad, u(78), -pad, -u(24)), grown)
        else:
            self._columns(rates, box.adjusted(pad, u(114), -pad, -u(52)), grown)

    def _lines(self, rates: Sequence[float], area: QRectF, grown: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        tone = look.lane(self._lane.index)
        each = area.height() / len(rates)
        for number, rate in enumerate(rates):
            base = area.top() + number * each + each / 2 + u(10)
            stage.text(f"Token {number + 1}", area.left(), base, 27, tone=look.muted)
            track = QRectF(
                area.left() + u(130), area.top() + number * each + each * 0.22, area.width() - u(230), each * 0.56
            )
            stage.bar(track, mix(tone, look.card, 0.18), 6)
            stage.bar(QRectF(track.left(), track.top(), track.width() * rate * grown, track.height()), tone, 6)
            stage.text(f"{rate:.0%}", area.right(), base, 30, style="semibold", align=RIGHT)

    def _columns(self, rates: Sequence[float], area: QRectF, grown: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        tone = look.lane(self._lane.index)
        step = area.width() / len(rates)
        for number, rate in enumerate(rates):
            bar = QRectF(area.left() + number * step + step * 0.14, area.top(), step * 0.72, area.height())
            stage.bar(bar, mix(tone, look.card, 0.18), 6)
            stage.bar(bar.adjusted(0, bar.height() * (1 - rate * grown), 0, 0), tone, 6)
            size = 26 if step > u(90) else 18
            middle = bar.center().x()
            stage.text(f"{rate:.0%}", middle, area.top() - u(10), size, style="semibold", align=CENTER)
            stage.text(str(number + 1), middle, area.bottom() + u(34), min(size, 22), tone=look.muted, align=CENTER)


def _pieces(part: Split, tone: str, dark: bool, card: str, faint: str) -> list[tuple[str, float, str]]:
    """Returns the parts of a bar: name, ns and colour, in the colours of the window's bars."""
    if not part.draft_ns:
        return [("", part.total_ns, tone)]
    tones = {"draft": mix(tone, "#ffffff" if dark else card, 0.55), "verify": tone, "other": faint}
    return [(name, value, tones[name]) for name, value in split_parts(part)]


def _total(part: Split) -> str:
    return f"{part.total_ns / _MS:.1f} ms a token"
