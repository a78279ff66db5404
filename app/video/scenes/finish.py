"""The finish: who won, by how much, and whether both wrote the same."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.present.figures import rate_text
from app.present.view import LaneView
from app.present.words import TOKEN_TONES, format_words, rate_name
from app.video.scenes.base import Set, centred, column, draw_corner_logo, mark
from app.video.stage import CENTER, Shape, ease

_MOVE_S = 1.0
_BIG = 260.0


class FinishScene:
    """Shows the ratio as large as it goes, each lane's rate as a bar, and the token verdict."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self.seconds = 4.0
        self._row = {Shape.WIDE: 96.0, Shape.SQUARE: 104.0, Shape.TALL: 178.0}[set_.stage.shape]
        self._worst = set_.final.worst

    def key(self, at: float) -> object:
        """Everything stands still once the bars have grown."""
        return min(at, _MOVE_S)

    def draw(self, at: float) -> None:
        """Draws the finish at ``at``."""
        draw_corner_logo(self._set, 220, 90)
        with centred(self._set.stage, self._height) as top:
            self._draw(at, top)

    def _column(self) -> QRectF:
        return column(self._set.stage, 1240 if self._set.stage.shape is Shape.WIDE else 980)

    def _foot(self) -> list[str]:
        view = self._set.final
        told = [f"{rate_name(view.requests)}, {format_words(view.header.format)}", self._sure()]
        text = " · ".join(part for part in told if part)
        return self._set.stage.wrap_evenly(text, 28, self._column().width(), most=3)

    def _sure(self) -> str:
        """How sure the ratio is, where that is known."""
        result = self._set.final.result
        return result.foot if result.heats else ""

    def _sentence(self) -> list[str]:
        room = self._column().width() - self._set.stage.u(60)
        return self._set.stage.wrap(self._set.final.same_lines[0], 30, room, most=3) if self._worst else []

    def _note(self) -> list[str]:
        note = self._set.note or self._set.final.heats_note
        return self._set.stage.wrap_evenly(note, 26, self._column().width(), most=2) if note else []

    def _height(self) -> float:
        rows = len(self._set.final.lanes) * self._row
        lines = len(self._foot()) * 40 + len(self._sentence()) * 44 + len(self._note()) * 40
        return self._set.stage.u(60 + _BIG * 0.92 + 70 + 30 + rows + 50 + lines)

    def _draw(self, at: float, y: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._column()
        result = self._set.final.result
        tone = look.lane(result.lane) if result.lane >= 0 else look.muted
        middle = stage.area.center().x()
        y += u(60)
        stage.text(result.phrase or "No result", middle, y, 64, style="semibold", align=CENTER, room=box.width())
        y += u(_BIG * 0.92)
        stage.text(result.ratio_text, middle, y, _BIG, style="bold", tone=tone, align=CENTER)
        y += u(70)
        for line in self._foot():
            stage.text(line, middle, y, 28, tone=look.muted, align=CENTER)
            y += u(40)
        y += u(20)
        for number, lane in enumerate(self._set.final.lanes):
            self._bar(
                lane, QRectF(box.left(), y + number * u(self._row), box.width(), u(self._row)), ease(at / _MOVE_S)
            )
        y += len(self._set.final.lanes) * u(self._row) + u(40)
        lines = self._sentence()
        if self._worst is not None and lines:
            left = max(box.left(), middle - (max(stage.measure(line, 30) for line in lines) + u(40)) / 2)
            mark(stage, left + u(14), y - u(11), TOKEN_TONES[self._worst[1].verdict])
            for line in lines:
                stage.text(line, left + u(40), y, 30)
                y += u(44)
        tone = look.warn if self._set.note else look.muted
        for line in self._note():
            stage.text(line, middle, y + u(10), 26, tone=tone, align=CENTER)
            y += u(40)

    def _bar(self, lane: LaneView, box: QRectF, grown: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        view = self._set.final
        lanes, tps = view.lanes, view.figures(lane).tps or 0.0
        above = stage.shape is Shape.TALL
        names = 0.0 if above else max(stage.measure(item.name, 34, "semibold") for item in lanes) + u(36)
        figures = max(stage.measure(rate_text(view, item), 52, "semibold") for item in lanes) + u(130)
        longest = max((view.figures(item).tps or 0.0 for item in lanes), default=0.0) or 1.0
        tone = look.lane(lane.index)
        top, high = (box.top() + u(58), u(72)) if above else (box.top() + u(18), u(50))
        base = box.top() + u(44) if above else top + high * 0.74
        stage.text(lane.name, box.left(), base, 40 if above else 34, style="semibold", tone=tone)
        wide = max(u(8), (box.width() - names - figures) * tps / longest * grown)
        stage.bar(QRectF(box.left() + names, top, wide, high), tone, 8)
        left = box.left() + names + wide + u(24)
        base = top + high / 2 + u(19)
        done = stage.text(rate_text(view, lane), left, base, 52, style="semibold")
        stage.text("tok/s", left + done + u(12), base, 26, tone=look.muted)
