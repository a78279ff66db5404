"""How an entry of the library looks in the list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.library_model import DayRole, Entry, EntryRole
from app.ui.theme import Theme, color, ui_font

_HEIGHT = 64
_DAY = 26
"""Pixels above the first race of a day, for the day's name."""


class EntryDelegate(QStyledItemDelegate):
    """Title and speedup on top, what was raced below, the date under it."""

    def __init__(self, theme: Theme, unfolded: Callable[[], bool]) -> None:
        super().__init__()
        self.unfolded = unfolded
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are of one height; the first of a day has the day above it."""
        return QSize(200, _HEIGHT + (_DAY if index.data(DayRole) else 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paints one entry."""
        entry = index.data(EntryRole)
        if not isinstance(entry, Entry):
            return
        look = self._theme.look
        day = index.data(DayRole)
        area = option.rect.adjusted(2, 2 + (_DAY if day else 0), -2, -2)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if day:
            painter.setFont(ui_font(8.25, QFont.Weight.DemiBold))
            painter.setPen(color(look.muted))
            self._line(painter, option.rect.adjusted(12, 8, -12, 0), day)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(look.hover, 1.0 if chosen else 0.6))
            painter.drawRoundedRect(area, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(color(look.lanes[0]))
            painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 6, 6)
        inner = area.adjusted(10, 7, -10, -7)
        ratio = entry.ratio if not entry.fold else "\u25be" if self.unfolded() else "\u25b8"
        tone = look.ink(entry.lane) if entry.lane >= 0 else look.muted
        painter.setFont(ui_font(9.75, QFont.Weight.DemiBold))
        wide = painter.fontMetrics().horizontalAdvance(ratio)
        painter.setPen(color(tone))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), ratio)
        painter.setPen(color(look.text))
        self._line(painter, inner.adjusted(0, 0, -wide - 8, 0), entry.title)
        painter.setFont(ui_font(8.25))
        painter.setPen(color(look.muted))
        self._line(painter, inner.adjusted(0, 19, 0, 0), entry.about or entry.wrong)
        painter.setPen(color(look.warn if entry.wrong else look.muted))
        self._line(
            painter, inner.adjusted(0, 35, 0, 0), " \u00b7 ".join(part for part in (entry.when, _short(entry)) if part)
        )
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, area: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), shown)


def _short(entry: Entry) -> str:
    return "incomplete" if entry.wrong and entry.about else ""
