"""The race card: one picture for posting that says who won, by how much, and how it was measured."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from app.draw.canvas import Canvas
from app.draw.look import Look
from app.present.figures import clock_text, conditions, machine, rate_text, way_now
from app.present.view import LaneView, RaceView
from app.present.words import ratio_text
from app.race.language import say

SIZE: Final = (1200, 675)
"""Units; sites show pictures of 16 to 9 whole."""
SCALE: Final = 2
_EDGE: Final = 48.0
_LANES_TOP: Final = 214.0
_LANES_HIGH: Final = 272.0
_MOST_HIGH: Final = 116.0


def card_png(view: RaceView, look: Look, note: str = "", said: list[str] | None = None) -> bytes:
    """Returns the card of a race that is over as a PNG picture of twice ``SIZE``.

    Args:
        note: What is said of the trace, below all.
        said: Takes down every text that is drawn, if given.
    """
    wide, high = SIZE
    image = QImage(wide * SCALE, high * SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(look.ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SCALE, SCALE)
    _paint(Canvas(painter, look, said), view, note)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def _paint(canvas: Canvas, view: RaceView, note: str) -> None:
    wide, high = SIZE
    _head(canvas, view, wide - 2 * _EDGE)
    row = min(_MOST_HIGH, _LANES_HIGH / max(1, len(view.lanes)))
    top = max((view.figures(lane).tps or 0.0 for lane in view.lanes), default=0.0)
    for lane in view.lanes:
        area = QRectF(_EDGE, _LANES_TOP + lane.index * row, wide - 2 * _EDGE, row - 8)
        _lane(canvas, view, lane, area, top)
    below = _LANES_TOP + len(view.lanes) * row + 18
    _foot(canvas, view, QRectF(_EDGE, below, wide - 2 * _EDGE, high - below - 30), note)


def _head(canvas: Canvas, view: RaceView, room: float) -> None:
    """What was raced, and the result."""
    look, result, header = canvas.look, view.result, view.header
    right = _EDGE + room
    brand = canvas.measure("MTP Race", 16, "semibold")
    title = canvas.fit(header.pair_title or header.pair or "A race", 22, room - brand - 24, "semibold")
    canvas.text(title, QPointF(_EDGE, 62), size=22, style="semibold")
    canvas.text("MTP Race", QPointF(right, 62), size=16, style="semibold", tone=look.muted, align=1.0)
    about = " · ".join(part for part in (header.prompt_name, view.format_title) if part)
    canvas.text(canvas.fit(about, 16, room), QPointF(_EDGE, 88), size=16, tone=look.muted)
    tone = look.ink(result.lane) if result.lane >= 0 else look.muted
    ratio = result.ratio_text
    canvas.text(ratio, QPointF(right, 184), size=88, style="bold", tone=tone, align=1.0)
    left = room - canvas.measure(ratio, 88, "bold") - 32
    phrase = result.phrase or say("No result")
    canvas.text(canvas.fit(phrase, 44, left, "bold"), QPointF(_EDGE, 154), size=44, style="bold")
    canvas.text(canvas.fit(result.rest, 17, left), QPointF(_EDGE, 186), size=17, tone=look.muted)


def _lane(canvas: Canvas, view: RaceView, lane: LaneView, area: QRectF, top: float) -> None:
    """One lane: its name, its rate as a number and a bar, and how it decoded."""
    look, tone = canvas.look, canvas.look.lane(lane.index)
    canvas.box(area, look.card, 10)
    inner = area.adjusted(18, 0, -18, 0)
    tall = area.height() >= 80
    line, size = area.top() + (40 if tall else 23), 22.0 if tall else 17.0
    rate = rate_text(view, lane)
    unit = f" {view.rate_unit}"
    wide = canvas.measure(unit, 15)
    number = QPointF(inner.right() - wide, line)
    canvas.text(unit, QPointF(inner.right(), line), size=15, tone=look.muted, align=1.0)
    canvas.text(rate, number, size=size * 1.4, style="bold", align=1.0)
    used = wide + canvas.measure(rate, size * 1.4, "bold")
    if lane.drafting and len(view.contenders) > 1:
        own = ratio_text(view.speedup(lane))
        canvas.text(own, QPointF(inner.right() - used - 20, line), size=16, tone=look.muted, align=1.0)
        used += 20 + canvas.measure(own, 16)
    canvas.dot(QPointF(inner.left() + 6, line - size * 0.36), lane.index, tone, 6.5)
    name = canvas.fit(lane.title, size, (inner.width() - used) * 0.42, "semibold")
    canvas.text(name, QPointF(inner.left() + 22, line), size=size, style="semibold", tone=look.ink(lane.index))
    start = inner.left() + 22 + canvas.measure(name, size, "semibold") + 18
    problem = view.problem(lane)
    told = clock_text(view, lane) + (f": {problem[0].sentence}" if problem else "")
    room = inner.right() - used - 28 - start
    canvas.text(canvas.fit(told, 14.5, room), QPointF(start, line), size=14.5, tone=look.bad if problem else look.muted)
    bar = QRectF(inner.left(), line + (14 if tall else 8), inner.width(), 12 if tall else 6)
    canvas.box(bar, look.line, 4)
    share = (view.figures(lane).tps or 0.0) / top if top else 0.0
    if share > 0:
        canvas.box(QRectF(bar.left(), bar.top(), max(8.0, bar.width() * share), bar.height()), tone, 4)
    below = QPointF(inner.left(), bar.bottom() + (24 if tall else 16))
    canvas.text(
        canvas.fit(way_now(view, lane), 15 if tall else 13, inner.width()),
        below,
        size=15 if tall else 13,
        tone=look.muted,
    )


def _foot(canvas: Canvas, view: RaceView, area: QRectF, note: str) -> None:
    """Why, whether the outputs are the same, and how it was measured."""
    look = canvas.look
    told = dict(conditions(view))
    facts = [view.result.measured, view.heats_note]
    where = " · ".join(
        part for part in (machine(view.header), told.get(say("Engine"), ""), told.get(say("Sampling"), "")) if part
    )
    small = [text for text in (*facts, where, note) if text]
    lowest = area.bottom() - 18 * (len(small) - 1)
    line = area.top()
    sentences = [view.reason, *view.same_lines]
    room = max(1, int((lowest - 26 - line) / 22) + 1)
    for number, sentence in enumerate(text for text in sentences if text):
        lines = canvas.wrap(sentence, 16, area.width(), most=2 if number == 0 and room > 2 else 1)
        for text in lines[:room]:
            canvas.text(text, QPointF(area.left(), line + 14), size=16)
            line += 22
        room -= len(lines)
        if room <= 0:
            break
    for number, text in enumerate(small):
        canvas.text(
            canvas.fit(text, 13, area.width()), QPointF(area.left(), lowest + 18 * number), size=13, tone=look.muted
        )
