"""The closing card: the numbers, and how they were measured."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.present.figures import conditions, figure_rows
from app.video.scenes.base import (
    Set,
    Told,
    centred,
    column,
    draw_card_logo,
    draw_foot,
    draw_rule,
    draw_told,
    told_lines,
)
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
        with centred(self._set.stage, self._height) as top:
            self._draw(top)

    def _column(self) -> QRectF:
        return column(self._set.stage, 1640 if self._wide else 980)

    def _table_height(self) -> float:
        return self._set.stage.u(66 + len(self._rows) * self._row)

    def _told_width(self) -> float:
        return self._column().width() * (self._shares[1] if self._wide else 1.0)

    def _told_height(self) -> float:
        told = self._told()
        lines = sum(len(lines) for _, lines in told)
        return self._set.stage.u(66 + lines * self._small * 1.4 + len(told) * 16)

    def _height(self) -> float:
        table, told = self._table_height(), self._told_height()
        return self._set.stage.u(110 + 60) + (max(table, told) if self._wide else table + self._set.stage.u(50) + told)

    def _draw(self, top: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._column()
        result = self._set.final.result
        tone = look.lane(result.lane) if result.lane >= 0 else look.text
        left = stage.text(result.phrase, box.left(), top + u(52), 52, style="bold") + u(24) if result.phrase else 0.0
        stage.text(result.ratio_text, box.left() + left, top + u(52), 52, style="bold", tone=tone)
        draw_card_logo(self._set, box, top)
        y, table, told = top + u(110), self._table_height(), self._told_height()
        if self._wide:
            self._table(QRectF(box.left(), y, box.width() * self._shares[0], table))
            self._conditions(QRectF(box.right() - self._told_width(), y, self._told_width(), told))
            y += max(table, told)
        else:
            self._table(QRectF(box.left(), y, box.width(), table))
            self._conditions(QRectF(box.left(), y + table + u(50), box.width(), told))
            y += table + u(50) + told
        draw_foot(self._set, _FOOT, box, y + u(54))

    def _table(self, box: QRectF) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        lanes = self._set.final.lanes
        names = box.width() * (0.42 if len(lanes) < 3 else 0.3)
        each = (box.width() - names) / len(lanes)
        room = each - u(16)
        size = next(
            (
                size
                for size in (self._figures, 22.0)
                if all(stage.measure(x.name, size, "semibold") <= room for x in lanes)
            ),
            18.0,
        )
        for number, lane in enumerate(lanes):
            right, tone = box.left() + names + (number + 1) * each, look.lane(lane.index)
            top = box.top() + u(44)
            stage.text(lane.name, right, top, size, style="semibold", tone=tone, align=RIGHT, room=room)
        y = box.top() + u(66)
        for name, values in self._rows:
            draw_rule(stage, box, y)
            base = y + u(self._row * 0.66)
            stage.text(name, box.left(), base, self._figures - 2, tone=look.muted, room=names)
            for number, value in enumerate(values):
                right = box.left() + names + (number + 1) * each
                stage.text(value, right, base, self._figures, style="medium", align=RIGHT, room=room)
            y += u(self._row)

    def _conditions(self, box: QRectF) -> None:
        stage, u = self._set.stage, self._set.stage.u
        stage.text("How it was measured", box.left(), box.top() + u(44), 30, style="semibold")
        first = QPointF(box.left(), box.top() + u(66) + u(36))
        draw_told(stage, self._told(), first, self._small, indent=160, gap=16)

    def _told(self) -> Told:
        stage = self._set.stage
        return told_lines(stage, conditions(self._set.final), self._small, self._told_width() - stage.u(160))
