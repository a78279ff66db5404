"""One line of text that changes often: painted in place, so that a new text never lays anything out anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme, color, ui_font


class TextLine(QWidget):
    """Shows one line, cut with an ellipsis where it does not fit.

    ``widest`` is the longest text to keep room for; without it the line takes what room there is. ``tone`` and
    ``ground`` name colours of the look.
    """

    def __init__(
        self,
        theme: Theme,
        *,
        tone: str = "text",
        size: float = 9.75,
        weight: QFont.Weight = QFont.Weight.Normal,
        right: bool = False,
        widest: str = "",
        tabular: bool = True,
        ground: str = "card",
    ) -> None:
        super().__init__()
        self._theme = theme
        self._tone = tone
        self._ground = ground
        # Opaque, so that what is behind it is not painted again and again.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._text = ""
        self._forms: tuple[str, ...] = ()
        self._font = ui_font(size, weight, tabular=tabular)
        self._align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        self._widest = widest
        grows = QSizePolicy.Policy.Fixed if widest else QSizePolicy.Policy.Ignored
        self.setSizePolicy(grows, QSizePolicy.Policy.Fixed)
        self._hint = self._measure()
        theme.changed.connect(self.update)

    def text(self) -> str:
        """The text as set, not as cut."""
        return self._text

    def keep_room(self, widest: str) -> None:
        """Keeps room for another longest text from now on."""
        if widest != self._widest:
            self._widest = widest
            self._hint = self._measure()
            self.updateGeometry()

    def set_size(self, size: float) -> None:
        """Writes in another size, in points."""
        pixels = round(size * 96 / 72)
        if pixels != self._font.pixelSize():
            self._font.setPixelSize(pixels)
            self._hint = self._measure()
            self.updateGeometry()
            self.update()

    def set_tone(self, tone: str) -> None:
        """Writes in another colour of the look."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def setText(self, text: str) -> None:
        """Shows ``text``."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def set_forms(self, forms: Sequence[str]) -> None:
        """Shows the first of ``forms`` that has room, the last one if none has; the widest comes first."""
        self._forms = tuple(forms)
        self._choose()

    def _choose(self) -> None:
        if self._forms:
            metrics = QFontMetrics(self._font)
            fitting = (form for form in self._forms if metrics.horizontalAdvance(form) <= self.width())
            self.setText(next(fitting, self._forms[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows another form where there is more or less room for one."""
        super().resizeEvent(event)
        self._choose()

    def _measure(self) -> QSize:
        # Not the widget's own metrics: the style sheet gives every widget another font than this line paints with.
        metrics = QFontMetrics(self._font)
        return QSize(metrics.horizontalAdvance(self._widest) + 2 if self._widest else 40, metrics.height())

    def sizeHint(self) -> QSize:
        """Room for the widest text."""
        return self._hint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the text."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(getattr(self._theme.look, self._ground)))
        painter.setFont(self._font)
        painter.setPen(color(getattr(self._theme.look, self._tone)))
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(
            QRect(0, 0, self.width(), self.height()), int(self._align | Qt.AlignmentFlag.AlignVCenter), shown
        )
        painter.end()
