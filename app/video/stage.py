"""What a scene draws on: one frame, with the look, the sizes and the few shapes that all scenes share.

Text and other parts that stay the same for many frames are painted once into a small picture and then only copied.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from app.draw.fonts import Fonts
from app.draw.look import Look

LEFT, CENTER, RIGHT = "left", "center", "right"
_CACHE_BYTES: Final = 96 * 1024 * 1024
_FORMAT: Final = QImage.Format.Format_ARGB32_Premultiplied


class Shape(StrEnum):
    """The three kinds of layout; each scene has its own for each of them."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


def shape_of(width: int, height: int) -> Shape:
    """Returns the layout for a frame of this size."""
    ratio = width / height
    return Shape.WIDE if ratio >= 1.25 else Shape.TALL if ratio <= 0.8 else Shape.SQUARE


def unit_of(width: int, height: int) -> float:
    """Returns the size in pixels of one unit: 1 for 1080 lines.

    Larger frames are watched on larger screens, so type grows slower than the frame and more text fits; in smaller
    ones it shrinks slower, so that it can still be read.
    """
    lines = min(width, height) / 1080
    return max(math.pow(lines, 0.85), 0.3)


class Pictures:
    """Small pictures by key, the least recently used thrown away above a fixed amount of memory."""

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[object, QImage] = OrderedDict()

    def get(self, key: object, make: Callable[[], QImage]) -> QImage:
        """Returns the picture of ``key``, made with ``make`` if it is not there."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        found = self._kept[key] = make()
        self._bytes += found.sizeInBytes()
        while self._bytes > self._most and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= old.sizeInBytes()
        return found


class Stage:
    """One film's drawing surface. ``begin`` and ``end`` frame the drawing of a frame.

    Attributes:
        look: Colours.
        width, height: Pixels. unit: Pixels of one unit, see ``unit_of``; scenes measure in units.
        full_unit: The same where nothing had to be made smaller to fit.
        said: Every text shown in the current frame, in order.
        changed: Parts of the frame that differ from the frame drawn before; empty if nothing does.
    """

    def __init__(self, fonts: Fonts, look: Look, width: int, height: int) -> None:
        self.fonts = fonts
        self.look = look
        self.width = width
        self.height = height
        self.shape = shape_of(width, height)
        self.unit = self.full_unit = unit_of(width, height)
        self.said: list[str] = []
        self.pictures = Pictures()
        self.changed: list[QRect] = []
        self._painter: QPainter | None = None
        self._backdrop: tuple[object, QImage, list[str]] | None = None
        self._laid: object = None  # The backdrop that lies on the frame, and what was patched into it.
        self._patches: dict[str, tuple[object, list[str]]] = {}

    @property
    def painter(self) -> QPainter:
        """The painter of the frame that is being drawn."""
        assert self._painter is not None, "drawing outside begin and end"
        return self._painter

    def begin(self, frame: QImage, *, keep: bool = False) -> None:
        """Starts a frame with the ground colour, or over what the frame before has left there (``keep``).

        With ``keep`` the scene draws nothing but a ``backdrop`` and every ``patch`` of it.
        """
        self.said = []
        self.changed = []
        self._painter = QPainter(frame)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not keep:
            self._laid = None
            self.changed = [self.area.toRect()]
            self._painter.fillRect(0, 0, self.width, self.height, QColor(self.look.ground))

    def backdrop(self, key: object, paint: Callable[[], None]) -> None:
        """Draws what ``paint`` draws over the whole frame, from a picture if it is the same ``key`` as last time."""
        if self._backdrop is None or self._backdrop[0] != key:
            self._backdrop = (key, *self._painted(paint))
        _, image, said = self._backdrop
        self.said += said
        if self._laid == (key,):
            return
        self._laid = (key,)
        self._patches.clear()
        self.changed = [self.area.toRect()]
        self._copy(image, self.area.toRect())

    def _painted(self, paint: Callable[[], None]) -> tuple[QImage, list[str]]:
        """Returns a picture of the frame's size with what ``paint`` draws, and the texts in it."""
        own, said = self._painter, self.said
        image = QImage(self.width, self.height, QImage.Format.Format_RGB32)
        image.fill(QColor(self.look.ground))
        self._painter, self.said = QPainter(image), []
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            paint()
            return image, self.said
        finally:
            self.end()
            self._painter, self.said = own, said

    def _copy(self, image: QImage, part: QRect) -> None:
        self.painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        self.painter.drawImage(part.topLeft(), image, part)
        self.painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)

    def patch(self, name: str, key: object, box: QRectF, paint: Callable[[], None]) -> None:
        """Draws what ``paint`` draws into a part of the backdrop; nothing if it shows the same ``key`` already.

        Patches must not overlap: each one is drawn alone when it alone has changed.
        """
        shown = self._patches.get(name)
        if shown is not None and shown[0] == key:
            self.said += shown[1]
            return
        assert self._backdrop is not None, "a patch needs a backdrop"
        part = box.toAlignedRect().intersected(self.area.toRect())
        self._patches.pop(name, None)
        self._copy(self._backdrop[1], part)
        own, self.said = self.said, []
        self.painter.save()
        self.painter.setClipRect(part)
        try:
            paint()
        finally:
            self.painter.restore()
            own, self.said = self.said, own
        self.said += own
        self._patches[name] = (key, own)
        self.changed.append(part)

    def end(self) -> None:
        """Ends the frame."""
        if self._painter is not None:
            self._painter.end()
            self._painter = None

    @property
    def area(self) -> QRectF:
        """The whole frame."""
        return QRectF(0, 0, self.width, self.height)

    def u(self, units: float) -> float:
        """Returns units in whole pixels."""
        return float(round(units * self.unit))

    @contextmanager
    def fitted(self, height: Callable[[], float], margin: float = 40.0) -> Iterator[float]:
        """Makes the unit small enough, for the time of the context, that ``height()`` fits into the frame.

        Yields that height in pixels. ``margin`` is in units, above and below.
        """
        own = self.unit
        try:
            high = height()
            while high > self.height - 2 * self.u(margin) and self.unit > own * 0.3:
                self.unit *= 0.96
                high = height()
            yield high
        finally:
            self.unit = own

    def measure(self, text: str, size: float, style: str = "regular") -> float:
        """Returns the width of a line in pixels; ``size`` in units."""
        return float(self.fonts.shape(text, style)[1]) * size * self.unit

    def text(
        self,
        text: str,
        x: float,
        baseline: float,
        size: float,
        *,
        style: str = "regular",
        tone: str = "",
        align: str = LEFT,
        room: float = 0.0,
    ) -> float:
        """Draws one line and returns its width in pixels.

        Args:
            x: Pixel of its left end, centre or right end, as ``align`` says.
            baseline: Pixel line that the letters stand on.
            size: Units.
            tone: ``#rrggbb``; the look's text colour if empty.
            room: Most pixels it may take: a longer text ends in an ellipsis. 0 gives it all it wants.
        """
        if room:
            text = self.fit(text, size, style, room)
        if not text:
            return 0.0
        self.said.append(text)
        wide = self.measure(text, size, style)
        left = x - wide / 2 if align == CENTER else x - wide if align == RIGHT else x
        tone = tone or self.look.text
        ink = self.pictures.get((text, size * self.unit, style, tone), lambda: self._ink(text, size, style, tone))
        self.painter.drawImage(QPointF(round(left) - self._bleed(size), round(baseline) - self._rise(size, style)), ink)
        return wide

    def _bleed(self, size: float) -> int:
        return round(size * self.unit * 0.12) + 2

    def _rise(self, size: float, style: str) -> int:
        return round(self.fonts.metrics(style)[0] * size * self.unit * 1.12) + 2

    def _ink(self, text: str, size: float, style: str, tone: str) -> QImage:
        pixels = size * self.unit
        outline, wide = self.fonts.shape(text, style)
        rise = self._rise(size, style)
        drop = round(self.fonts.metrics(style)[1] * pixels * 1.12) + 2
        image = QImage(round(wide * pixels) + 2 * self._bleed(size) + 1, rise + drop, _FORMAT)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        moved = QTransform.fromScale(pixels, pixels) * QTransform.fromTranslate(self._bleed(size), rise)
        painter.fillPath(moved.map(outline), QColor(tone))
        painter.end()
        return image

    def fit(self, text: str, size: float, style: str, room: float) -> str:
        """Returns ``text``, or as much of it as fits into ``room`` pixels with an ellipsis."""
        text = text.replace("\n", " ")
        if self.measure(text, size, style) <= room:
            return text
        least, most = 0, len(text)
        while least < most:
            middle = (least + most + 1) // 2
            if self.measure(text[:middle].rstrip() + "…", size, style) <= room:
                least = middle
            else:
                most = middle - 1
        return text[:least].rstrip() + "…" if least else ""

    def wrap(self, text: str, size: float, room: float, style: str = "regular", most: int = 0) -> list[str]:
        """Cuts ``text`` into lines of at most ``room`` pixels; at most ``most`` of them if given, then an ellipsis."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines.extend(self._wrap_line(paragraph, size, room, style))
            if most and len(lines) > most:
                break
        if most and len(lines) > most:
            lines = [*lines[: most - 1], self.fit(lines[most - 1] + " " + lines[most] + "…", size, style, room)]
        return lines

    def wrap_evenly(self, text: str, size: float, room: float, style: str = "regular", most: int = 0) -> list[str]:
        """Cuts ``text`` as ``wrap`` does, but into lines of about the same length; for centred text."""
        lines = self.wrap(text, size, room, style, most)
        least, wide = room / 3, room
        while len(lines) > 1 and wide - least > size * self.unit / 4:
            middle = (least + wide) / 2
            if len(self.wrap(text, size, middle, style)) <= len(lines):
                wide = middle
            else:
                least = middle
        return self.wrap(text, size, wide, style, most)

    def _wrap_line(self, text: str, size: float, room: float, style: str) -> list[str]:
        scale = size * self.unit
        lines, start, blank, wide = [], 0, -1, 0.0
        at = 0
        while at < len(text):
            step = self.fonts.advance(text[at], style) * scale
            if wide + step > room and at > start:
                cut = blank + 1 if blank >= start else at
                lines.append(text[start:cut].rstrip())
                start, at, blank, wide = cut, cut, -1, 0.0
                continue
            if text[at] == " ":
                blank = at
            wide += step
            at += 1
        lines.append(text[start:])
        return lines

    def paragraph(
        self,
        text: str,
        box: QRectF,
        size: float,
        *,
        style: str = "regular",
        tone: str = "",
        align: str = LEFT,
        leading: float = 1.4,
        most: int = 0,
    ) -> float:
        """Draws wrapped text from the top of ``box`` and returns its height in pixels."""
        line = round(size * leading * self.unit)
        lines = self.wrap(text, size, box.width(), style, most)
        x = {LEFT: box.left(), CENTER: box.center().x(), RIGHT: box.right()}[align]
        for number, part in enumerate(lines):
            self.text(
                part, x, box.top() + number * line + round(size * self.unit), size, style=style, tone=tone, align=align
            )
        return float(len(lines) * line)

    def card(self, box: QRectF, *, edge: str = "", wide: float = 1.0, fill: str = "") -> None:
        """Draws a panel with a thin edge."""
        painter = self.painter
        pen = max(1.0, round(wide * self.unit))
        painter.setPen(QPen(QColor(edge or self.look.line), pen))
        painter.setBrush(QColor(fill or self.look.card))
        half = pen / 2
        painter.drawRoundedRect(box.adjusted(half, half, -half, -half), self.u(14), self.u(14))

    def bar(self, box: QRectF, tone: str, radius: float = 4.0) -> None:
        """Draws a filled bar with round corners; ``radius`` in units."""
        if box.width() <= 0 or box.height() <= 0:
            return
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(tone))
        corner = min(self.u(radius), box.width() / 2, box.height() / 2)
        self.painter.drawRoundedRect(box, corner, corner)

    def clip(self, box: QRectF, radius: float) -> None:
        """Limits drawing to a rounded box until ``painter.restore``; call ``painter.save`` before."""
        path = QPainterPath()
        path.addRoundedRect(box, self.u(radius), self.u(radius))
        self.painter.setClipPath(path)

    def veil(self, share: float) -> None:
        """Lays the ground colour over the frame, 0 (nothing) to 1 (all of it): scenes fade in with it."""
        if share > 0:
            ground = QColor(self.look.ground)
            ground.setAlphaF(min(1.0, share))
            self.painter.fillRect(self.area, ground)


def ease(share: float) -> float:
    """Returns 0..1 for 0..1, starting fast and ending gently (cubic)."""
    share = min(1.0, max(0.0, share))
    return 1 - (1 - share) ** 3
