"""The title: what is raced, on what, and with which prompt."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.present.figures import machine
from app.present.words import way
from app.video.scenes.base import Set, centred, column, draw_corner_logo, draw_title
from app.video.stage import Shape, ease

_MOVE_S = 0.7


class TitleScene:
    """Says what comes."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self.seconds = 3.0
        wide = set_.stage.shape is Shape.WIDE
        self._big, self._lane = (104.0, 74.0) if wide else (96.0, 128.0)
        self._prompt, self._most = (34.0, 4) if wide else (38.0, 8)

    def key(self, at: float) -> object:
        """Everything stands still after the first moments."""
        return min(at, _MOVE_S)

    def draw(self, at: float) -> None:
        """Draws the title at ``at``."""
        draw_corner_logo(self._set, 260, 110)
        with centred(self._set.stage, self._height) as top:
            self._draw(at, top)

    def _column(self) -> QRectF:
        return column(self._set.stage, 1500 if self._set.stage.shape is Shape.WIDE else 980)

    def _title(self) -> list[str]:
        header = self._set.final.header
        return self._set.stage.wrap(
            header.pair_title or header.pair or "A race", self._big, self._column().width(), "bold", most=2
        )

    def _prompt_lines(self) -> list[str]:
        stage = self._set.stage
        prompt = self._set.final.header.request.prompt.strip()
        return stage.wrap(prompt, self._prompt, self._column().width() - stage.u(80), most=self._most)

    def _card(self) -> float:
        return self._set.stage.u(92 + len(self._prompt_lines()) * self._prompt * 1.45)

    def _height(self) -> float:
        lanes = len(self._set.final.lanes)
        return (
            self._set.stage.u(60 + len(self._title()) * self._big * 1.15 + 76 + lanes * self._lane + 60) + self._card()
        )

    def _draw(self, at: float, y: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._column()
        y = draw_title(self._set, "MTP Race", self._title(), self._big, box, y) + u(36)
        for number in range(len(self._set.final.lanes)):
            self._draw_lane(number, box, y, at)
            y += u(self._lane)
        panel = QRectF(box.left(), y + u(40), box.width(), self._card())
        stage.card(panel)
        left = panel.left() + u(40)
        stage.text("Prompt", left, panel.top() + u(52), 24, style="semibold", tone=look.muted)
        for number, line in enumerate(self._prompt_lines()):
            stage.text(line, left, panel.top() + u(64 + self._prompt * (1.1 + number * 1.45)), self._prompt)
        foot = " · ".join(part for part in (self._set.final.format_title, machine(self._set.final.header)) if part)
        stage.text(foot, box.left(), panel.bottom() + u(54), 26, tone=look.muted, room=box.width())

    def _draw_lane(self, number: int, box: QRectF, y: float, at: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        lane = self._set.final.lanes[number]
        slide = u(40) * (1 - ease((at - 0.1 * number) / 0.6))
        tone = look.lane(lane.index)
        stage.bar(QRectF(box.left() - slide, y + u(10), u(10), u(self._lane - 24)), tone)
        left = box.left() + u(34) - slide
        if stage.shape is Shape.WIDE:
            name = stage.text(lane.title, left, y + u(50), 44, style="semibold", tone=tone) + u(28)
            room = box.right() - left - name
            stage.text(way(lane.spec), left + name, y + u(50), 30, tone=look.muted, room=room)
        else:
            stage.text(lane.title, left, y + u(52), 52, style="semibold", tone=tone)
            stage.text(way(lane.spec), left, y + u(98), 32, tone=look.muted, room=box.right() - left)
