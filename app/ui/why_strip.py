"""The Why strip: where the time of a token went in each lane, as stacked bars, and one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.draw.look import mix
from app.present.view import RaceView
from app.present.words import split_text
from app.race.explain import Split
from app.ui.theme import Theme, color, ui_font
from app.ui.widgets import button, fit_strip, label, restyle, row_height, set_text


@dataclass(frozen=True, slots=True)
class TimeRow:
    """One bar: the lane's name, colour index and split."""

    name: str
    index: int
    split: Split


class TimeBars(QWidget):
    """Time per token of each lane, in ms: draft, verify and other stacked, on one scale."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[TimeRow] = []
        self._lanes, self._row = 2, row_height(2, low=False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time per token")
        theme.changed.connect(self.update)

    def keep_room(self, lanes: int, low: bool) -> None:
        """Keeps a line for each lane, so that nothing moves when their times come."""
        self._lanes, self._row = lanes, row_height(lanes, low)
        self.setFixedHeight(self._row * max(2, lanes))

    def show_rows(self, rows: Sequence[TimeRow]) -> None:
        """Shows ``rows``."""
        if list(rows) != self._rows:
            self._rows = list(rows)
            self.setAccessibleDescription("; ".join(f"{row.name} {split_text(row.split)}" for row in rows))
            self.update()

    def sizeHint(self) -> QSize:
        """A line for each lane."""
        return QSize(320, self._row * max(2, self._lanes))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(9))
        look = self._theme.look
        longest = max((row.split.total_ns for row in self._rows), default=0.0)
        metrics = painter.fontMetrics()
        names = max((metrics.horizontalAdvance(row.name) for row in self._rows), default=0) + 12
        told = [split_text(row.split) for row in self._rows]
        texts = max((metrics.horizontalAdvance(text) for text in told), default=0) + 12
        if self.width() - names - texts < 80:
            told = [f"{row.split.total_ns / 1e6:.1f} ms" for row in self._rows]
            texts = max((metrics.horizontalAdvance(text) for text in told), default=0) + 12
        room = max(40.0, self.width() - names - texts)
        for number, row in enumerate(self._rows):
            top = number * self._row
            painter.setPen(color(look.text))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, names, self._row), int(middle | Qt.AlignmentFlag.AlignLeft), row.name)
            wide = room * row.split.total_ns / longest if longest else 0.0
            gap = self._row / 4
            self._bar(painter, QRectF(names, top + gap, wide, self._row - 2 * gap), row)
            painter.setPen(color(look.muted))
            place = QRectF(names + wide + 10, top, self.width() - names - wide - 10, self._row)
            painter.drawText(place, int(middle | Qt.AlignmentFlag.AlignLeft), told[number])
        painter.end()

    def _bar(self, painter: QPainter, bar: QRectF, row: TimeRow) -> None:
        look = self._theme.look
        lane = look.lane(row.index)
        shape = QPainterPath()
        shape.addRoundedRect(bar, 3, 3)
        painter.save()
        painter.setClipPath(shape)
        if not row.split.draft_ns:
            painter.fillRect(bar, color(lane))
        else:
            left = bar.left()
            parts = (
                (row.split.draft_ns, mix(lane, "#ffffff" if look.dark else look.card, 0.55)),
                (row.split.verify_ns, lane),
                (row.split.other_ns, look.faint),
            )
            for part, tone in parts:
                wide = bar.width() * part / row.split.total_ns if row.split.total_ns else 0.0
                painter.fillRect(QRectF(left, bar.top(), wide + 0.5, bar.height()), color(tone))
                left += wide
        painter.restore()


class WhyStrip(QFrame):
    """Explains the result: bars and a sentence. ``what_if``: the user wants to try other costs and other K."""

    what_if = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Why")
        self._bars = TimeBars(theme)
        self._sentence = label("", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._empty = label("", "muted", wrap=True)
        # In the corner and in no layout: it is higher than the caption, and all captions should stand level.
        tip = "Try another acceptance and another K on the costs of this race."
        self.what_if_button = button("What if\u2026", "quiet", tip=tip, name="What if")
        self.what_if_button.setParent(self)
        self.what_if_button.clicked.connect(self.what_if)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(6)
        # No wider than its word: what lies over the corner would take the button's clicks.
        layout.addWidget(label("WHY", "caption"), 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._bars)
        layout.addWidget(self._empty)
        layout.addWidget(self._sentence)
        layout.addStretch(1)
        self.clear()

    def fit(self, lanes: int, low: bool) -> None:
        """Keeps room for the bars of so many lanes and two lines of words."""
        self._bars.keep_room(lanes, low)
        fit_strip(self, lanes, low)
        restyle(self._sentence, "low" if low else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the button in the corner, level with the caption."""
        super().resizeEvent(event)
        corner, layout = self.what_if_button, self.layout()
        top = layout.contentsMargins().top() if layout else 0
        corner.adjustSize()
        corner.move(self.width() - corner.width() - 8, max(2, top - 6))
        corner.raise_()

    def clear(self) -> None:
        """Says what will be here."""
        self._bars.hide()
        self._sentence.hide()
        self.what_if_button.hide()
        self._empty.setText("Where the time of each token goes, and whether drafting pays for itself.")
        self._empty.show()

    def show_view(self, view: RaceView) -> None:
        """Shows the splits of all lanes and the sentence of the leading drafting lane."""
        found = [(lane, view.figures(lane).split) for lane in view.lanes]
        rows = [TimeRow(lane.name, lane.index, part) for lane, part in found if part is not None]
        if not rows:
            return
        self._bars.show_rows(rows)
        self._bars.show()
        self._empty.hide()
        reason = view.reason
        if reason:
            set_text(self._sentence, reason)
            self._sentence.setToolTip(reason)
            self._sentence.show()
        # Not before the end: half a race says little, and a dialog would disturb the other half.
        self.what_if_button.setVisible(view.over and bool(reason) and view.ground() is not None)
