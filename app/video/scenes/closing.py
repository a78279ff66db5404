"""The closing card: the numbers, and how they were measured."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from app.video.figures import conditions, figure_rows, short_title, winner
from app.video.scenes.base import Set, column, draw_logo
from app.video.stage import RIGHT, Shape

_FOOT = "Every number is from the recorded trace of this race. Made with MTP Race."


class ClosingScene:
    """A table of all lanes, and the conditions beside or under it."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self.seconds = 6.0
        self._wide = set_.stage.shape is Shape.WIDE
        self._row = 70.0 if set_.stage.shape is Shape.TALL else 58.0
        self._small = 27.0 if set_.stage.shape is Shape.TALL else 24.0
        self._rows = figure_rows(set_.final)
        # Many lanes need more of the width, and smaller type.
        many = len(set_.final.lanes) > 2
        self._figures = 26.0 if many else 30.0
        self._shares = (0.6, 0.36) if many else (0.49, 0.46)

    def key(self, at: float) -> object:
        """It stands still."""
        return None

    def draw(self, at: float) -> None:
        """Draws the card."""
        with self._set.stage.fitted(self._height) as high:
            self._draw((self._set.stage.height - high) / 2)

    def _column(self) -> QRectF:
        return column(self._set.stage, 1640 if self._wide else 980)

    def _table_height(self) -> float:
        return self._set.stage.u(66 + len(self._rows) * self._row)

    def _told_width(self) -> float:
        return self._column().width() * (self._shares[1] if self._wide else 1.0)

    def _told_height(self) -> float:
        stage = self._set.stage
        lines = sum(len(self._lines(text)) for _, text in conditions(self._set.final))
        return stage.u(66 + lines * self._small * 1.4 + len(conditions(self._set.final)) * 16)

    def _height(self) -> float:
        table, told = self._table_height(), self._told_height()
        return self._set.stage.u(110 + 60) + (max(table, told) if self._wide else table + self._set.stage.u(50) + told)

    def _draw(self, top: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._column()
        index, phrase, ratio = winner(self._set.final)
        tone = look.lane(index) if index >= 0 else look.text
        left = stage.text(phrase, box.left(), top + u(52), 52, style="bold") + u(24) if phrase else 0.0
        stage.text(ratio, box.left() + left, top + u(52), 52, style="bold", tone=tone)
        draw_logo(self._set, QRectF(box.right() - u(200), top, u(200), u(72)))
        y, table, told = top + u(110), self._table_height(), self._told_height()
        if self._wide:
            self._table(QRectF(box.left(), y, box.width() * self._shares[0], table))
            self._conditions(QRectF(box.right() - self._told_width(), y, self._told_width(), told))
            y += max(table, told)
        else:
            self._table(QRectF(box.left(), y, box.width(), table))
            self._conditions(QRectF(box.left(), y + table + u(50), box.width(), told))
            y += table + u(50) + told
        foot, tone = (self._set.note, look.warn) if self._set.note else (self._set.options.caption or _FOOT, look.muted)
        stage.text(foot, box.left(), y + u(54), 24, tone=tone, room=box.width())

    def _table(self, box: QRectF) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        lanes = self._set.final.lanes
        names = box.width() * (0.42 if len(lanes) < 3 else 0.3)
        each = (box.width() - names) / len(lanes)
        room = each - u(16)
        for number, lane in enumerate(lanes):
            right, tone = box.left() + names + (number + 1) * each, look.lane(lane.index)
            stage.text(
                short_title(lane.spec),
                right,
                box.top() + u(44),
                self._figures,
                style="semibold",
                tone=tone,
                align=RIGHT,
                room=room,
            )
        y = box.top() + u(66)
        for name, values in self._rows:
            stage.painter.fillRect(QRectF(box.left(), y, box.width(), max(1.0, u(1.5))), QColor(look.line))
            base = y + u(self._row * 0.66)
            stage.text(name, box.left(), base, self._figures - 2, tone=look.muted, room=names)
            for number, value in enumerate(values):
                right = box.left() + names + (number + 1) * each
                stage.text(value, right, base, self._figures, style="medium", align=RIGHT, room=room)
            y += u(self._row)

    def _conditions(self, box: QRectF) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        stage.text("How it was measured", box.left(), box.top() + u(44), 30, style="semibold")
        y = box.top() + u(66)
        for name, text in conditions(self._set.final):
            stage.text(name, box.left(), y + u(36), self._small, tone=look.muted)
            for line in self._lines(text):
                stage.text(line, box.left() + u(160), y + u(36), self._small)
                y += u(self._small * 1.4)
            y += u(16)

    def _lines(self, text: str) -> list[str]:
        stage = self._set.stage
        return stage.wrap(text, self._small, self._told_width() - stage.u(160), most=3)
