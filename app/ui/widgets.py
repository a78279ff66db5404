"""Small helpers for making widgets that look alike."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui.theme import ui_font

_STRIP, _LOW_STRIP = 92, 70
"""Height of the strips below the charts without the lines of their lanes, in a high and in a low window."""
_ROWS = {False: (24, 18), True: (16, 13)}
"""Height of a lane's line in pixels, of two lanes and of more; in a low window less."""


def row_height(lanes: int, low: bool) -> int:
    """Returns the height of a lane's line in a strip, in pixels."""
    return _ROWS[low][lanes > 2]


def strip_height(lanes: int, low: bool) -> int:
    """Returns the height of a strip with the lines of so many lanes, in pixels: nothing in it changes it."""
    return (_LOW_STRIP if low else _STRIP) + max(2, lanes) * row_height(lanes, low)


def fit_strip(strip: QFrame, lanes: int, low: bool) -> None:
    """Gives a strip the height and the margins of a low or a high window."""
    strip.setFixedHeight(strip_height(lanes, low))
    layout = strip.layout()
    if layout is not None:
        layout.setContentsMargins(16, 6 if low else 12, 16, 6 if low else 12)
        layout.setSpacing(3 if low else 6)


def label(
    text: str, role: str = "", *, wrap: bool = False, size: float = 0.0, weight: QFont.Weight | None = None
) -> QLabel:
    """Returns a label. ``role`` picks its style in the style sheet; ``size`` (points) sets its own font instead."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        result.setProperty("role", role)
    if size:
        font = ui_font(size, weight or QFont.Weight.Normal)
        result.setFont(font)
        # The application's style sheet sets a size for every widget; only another style sheet comes before it.
        result.setStyleSheet(f"font-size: {font.pixelSize()}px; font-weight: {font.weight()};")
    if wrap:
        result.setWordWrap(True)
        result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return result


class CutLabel(QLabel):
    """A label of one line that ends with an ellipsis where there is no room for more; the pointer tells it whole."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """It may be cut."""
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints what fits."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.end()


class Chip(QLabel):
    """A word or two in a frame of their tone: ``good``, ``warn``, ``wrong`` or ``muted``."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(9, 4, 9, 4)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str, tone: str) -> None:
        """Shows a text in another tone."""
        set_text(self, text)
        restyle(self, tone)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the frame, then the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.palette().windowText().color())
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()
        super().paintEvent(event)


def set_text(target: QLabel, text: str) -> None:
    """Sets a label's text if it differs, so that nothing is laid out anew for nothing."""
    if target.text() != text:
        target.setText(text)


def button(text: str, role: str = "", *, tip: str = "", name: str = "") -> QPushButton:
    """Returns a push button with a style role, a tooltip and an accessible name."""
    result = QPushButton(text)
    if role:
        result.setProperty("role", role)
    result.setToolTip(tip)
    result.setAccessibleName(name or text)
    result.setAutoDefault(False)
    return result


def indent_text(spin: QAbstractSpinBox) -> None:
    """Sets a spin box's text off from its edge; a style sheet cannot."""
    spin.lineEdit().setTextMargins(8, 0, 0, 0)


def card(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    """Returns a framed panel and its layout."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 12, 16, 12)
    layout.setSpacing(8)
    if title:
        frame.setAccessibleName(title)
    return frame, layout


def restyle(widget: QWidget, role: str) -> None:
    """Gives a widget another style role."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def show_folder(path: Path) -> None:
    """Opens a folder in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def ask_for_trace(parent: QWidget) -> Path | None:
    """Asks for a trace file; None if the user gave it up."""
    chosen, _ = QFileDialog.getOpenFileName(
        parent, "Open a trace", str(Path.home()), "Traces (*.ndjson);;All files (*)"
    )
    return Path(chosen) if chosen else None


def scroll_in(dialog: QDialog, inner: QWidget, close: QPushButton) -> None:
    """Lays a dialog out: what it shows, with a scroll bar where it is too high, and below it the button that closes."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inner)
    QShortcut(QKeySequence("Ctrl+W"), dialog).activated.connect(dialog.reject)
    row = QHBoxLayout()
    row.setContentsMargins(20, 8, 20, 16)
    row.addStretch(1)
    row.addWidget(close)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addWidget(area, 1)
    outer.addLayout(row)
