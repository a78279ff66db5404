"""The text of one lane in a film: streams in, follows its end, marks accepted draft tokens, coloured at the end."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QTransform

from app.draw.look import mix
from app.present.highlight import code_spans
from app.present.view import LaneView
from app.race.fold import Phase
from app.video.stage import Stage, ease

_ROLES: Final = ("", "keyword", "string", "number", "comment", "name")
_SCROLL_S: Final = 0.22
"""Seconds of film that a new line takes to push the text up."""
# Tabs have no width of their own, and control characters no look.
_CLEAN: Final = str.maketrans(
    {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {"\t": "    ", "\r": None, "\x7f": "\u2421"}
)


class FilmText:
    """Lays out a lane's text line by line as it comes. Only the visible lines are ever pictures."""

    def __init__(self, stage: Stage, *, width: float, size: float, leading: float = 1.5) -> None:
        """``width`` in pixels, ``size`` in units."""
        self._stage = stage
        self._width = width
        self._size = size
        self._em = size * stage.unit
        self.line = round(self._em * leading)
        self._clear()

    def _clear(self) -> None:
        self._text: list[str] = []  # Characters, so that a line is cut out of it in no time.
        self._drafted = bytearray()
        self._roles = bytearray()
        self._rows: list[tuple[int, int]] = []  # Finished lines: first character and the one after the last.
        self._born: list[int] = [0]  # Lane clock at which each line began, the open one included.
        self._start = 0
        self._blank = -1
        self._wide = 0.0
        self._tokens = 0
        self._rounds = 0
        self._tail = False
        self._generation = -1

    def follow(self, lane: LaneView, generation: int, workload: str) -> None:
        """Takes in what the lane has written since the last call."""
        if generation != self._generation:
            self._clear()
            self._generation = generation
        state = lane.state
        if state.prefilled is not None and not self._tokens:
            self._add(state.prefilled.first.text, state.prefilled.first.drafted, state.prefilled.end_ns)
            self._tokens = 1
        for item in state.rounds[self._rounds :]:
            for token in item.tokens:
                self._add(token.text, token.drafted, item.end_ns)
        self._rounds = len(state.rounds)
        if state.over and not self._tail:
            self._tail = True
            self._add(state.tail, False, state.clock_ns)
            self._color(workload)

    def _add(self, text: str, drafted: bool, time_ns: int) -> None:
        scale, advance = self._em, self._stage.fonts.advance
        for char in text.translate(_CLEAN):
            at = len(self._text)
            self._text.append(char)
            self._drafted.append(drafted)
            self._roles.append(0)
            if char == "\n":
                self._close(at, at + 1, time_ns)
                continue
            step = advance(char, "mono") * scale
            if self._wide + step > self._width and at > self._start:
                cut = self._blank + 1 if self._blank >= self._start else at
                self._close(cut, cut, time_ns)
                self._wide = sum(advance(other, "mono") for other in self._text[cut:at]) * scale
            self._wide += step
            if char == " ":
                self._blank = at

    def _close(self, end: int, start: int, time_ns: int) -> None:
        self._rows.append((self._start, end))
        self._born.append(time_ns)
        self._start, self._blank, self._wide = start, -1, 0.0

    def _color(self, workload: str) -> None:
        text = "".join(self._text)
        units = 0
        places: dict[int, int] = {}
        for at, char in enumerate(text):
            places[units] = at
            units += 2 if char > "\uffff" else 1
        places[units] = len(text)
        for span in code_spans(text, workload):
            first, last = places.get(span.start), places.get(span.start + span.length)
            if first is not None and last is not None and span.role in _ROLES:
                self._roles[first:last] = bytes([_ROLES.index(span.role)]) * (last - first)

    def scroll(self, time_ns: float, ns_a_second: float, rows: int) -> float:
        """Returns how many lines the text has moved up at ``time_ns``, for a window of ``rows`` lines."""
        moved = 0.0
        for number in range(len(self._born) - 1, rows - 1, -1):
            share = (time_ns - self._born[number]) / (ns_a_second * _SCROLL_S)
            if share >= 1:
                return moved + number - rows + 1
            moved += ease(share)
        return moved

    def _place(self, box: QRectF, time_ns: float, ns_a_second: float) -> tuple[int, float, int, float]:
        """Returns how many lines there is room for, how far they have moved up, the first one, and its pixel line."""
        visible = max(1, int(box.height() // self.line))
        scroll = self.scroll(time_ns, ns_a_second, visible)
        first = int(scroll)
        return visible, scroll, first, box.top() - round((scroll - first) * self.line)

    def key(self, lane: LaneView, box: QRectF, time_ns: float, ns_a_second: float) -> object:
        """Returns a value that two moments share only if ``draw`` draws the same at both."""
        _, scroll, first, top = self._place(box, time_ns, ns_a_second)
        return len(self._text), self._tail, first, top, scroll > 0, lane.state.phase is Phase.DECODING

    def draw(self, lane: LaneView, box: QRectF, time_ns: float, ns_a_second: float) -> None:
        """Draws the end of the text. ``time_ns`` on the lanes' clock, ``ns_a_second`` of it go by in a film second."""
        stage = self._stage
        painter = stage.painter
        visible, scroll, first, top = self._place(box, time_ns, ns_a_second)
        painter.save()
        painter.setClipRect(QRectF(box.left(), box.top(), box.width(), visible * self.line))
        rows = [*self._rows, (self._start, len(self._text))]
        for number in range(first, min(len(rows), first + visible + 1)):
            start, end = rows[number]
            key = "".join(self._text[start:end]), bytes(self._drafted[start:end]), bytes(self._roles[start:end])
            stage.said.append(key[0])
            if key[0].strip() or any(key[1]):
                ink = stage.pictures.get((lane.index, self._size, *key), partial(self._ink, lane.index, *key))
                painter.drawImage(QPointF(box.left(), top + (number - first) * self.line), ink)
        if lane.state.phase is Phase.DECODING:
            self._caret(lane, box, top + (len(rows) - 1 - first) * self.line)
        if scroll > 0:
            self._fade(box)
        painter.restore()

    def _caret(self, lane: LaneView, box: QRectF, top: float) -> None:
        high = round(self._em * 1.1)
        place = QRectF(box.left() + round(self._wide) + 2, top + (self.line - high) // 2, round(self._em * 0.5), high)
        self._stage.painter.fillRect(place, QColor(self._stage.look.lane(lane.index)))

    def _fade(self, box: QRectF) -> None:
        """Lines that leave at the top fade out."""
        high = self.line * 0.6
        gradient = QLinearGradient(0, box.top(), 0, box.top() + high)
        card = QColor(self._stage.look.card)
        gradient.setColorAt(0, card)
        card.setAlpha(0)
        gradient.setColorAt(1, card)
        self._stage.painter.fillRect(QRectF(box.left(), box.top(), box.width(), high), gradient)

    def _ink(self, index: int, text: str, drafted: bytes, roles: bytes) -> QImage:
        """Paints one line: tint and underline under accepted draft tokens, then the letters."""
        stage, look, em = self._stage, self._stage.look, self._em
        image = QImage(round(self._width + em), self.line, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ascent, descent = stage.fonts.metrics("mono")
        base = round((self.line + (ascent - descent) * em) / 2)
        thick = max(1, round(em * 0.07))
        tint, line = QColor(mix(look.lane(index), look.card, look.tint)), QColor(mix(look.lane(index), look.card, 0.75))
        x, at = 0.0, 0
        for (mark, role), group in groupby(zip(drafted, roles, strict=True)):
            count = len(list(group))
            outline, wide = stage.fonts.shape(text[at : at + count], "mono")
            if mark:
                left, right = round(x), round(x + wide * em)
                painter.fillRect(left, base - round(em * 0.98), right - left, round(em * 1.26), tint)
                painter.fillRect(left, base + round(em * 0.2), right - left, thick, line)
            tone = getattr(look, _ROLES[role]) if role else look.text
            moved = QTransform.fromScale(em, em) * QTransform.fromTranslate(x, base)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.fillPath(moved.map(outline), QColor(tone))
            x, at = x + wide * em, at + count
        painter.end()
        return image
