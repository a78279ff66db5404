"""What a round costs against what it brings: one's own lanes among published ones, and the line between.

A round of ``accepted + 1`` tokens that costs ``cost`` plain steps runs at ``(accepted + 1) / cost`` times the baseline,
so that everything below the line ``cost = accepted + 1`` wins. That one chart says why the same acceptance wins on one
machine and loses on another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath

from app.draw.axes import Frame, free_place
from app.draw.canvas import SMALL, Canvas
from app.draw.look import mix, readable
from app.draw.sweep.labels import tone_of
from app.draw.ticks import ticks
from app.places import find_places
from app.present.cost_figures import own_words, published_words, short_name
from app.race.normal import OwnLane, own_lanes
from app.race.problems import ProblemError
from app.race.published import Published, for_target, read_published
from app.race.sweep_result import SweepResult, known

_TINY: Final = 9.5
_GAINS: Final = (1.0, 1.5, 2.0, 3.0)


@cache
def all_published() -> tuple[Published, ...]:
    """Returns what others published, as it comes with the app; empty if it cannot be read."""
    try:
        return read_published((find_places().resources / "published-results.toml").read_text(encoding="utf-8"))
    except (OSError, ProblemError):
        return ()


def beside(target: str) -> tuple[Published, ...]:
    """Returns the published rounds to lie beside: of the same target, or of all where there are none."""
    rounds = tuple(item for item in all_published() if item.round_cost is not None)
    return tuple(for_target(rounds, target)) or rounds


def draw_costs(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws accepted tokens a round across, the cost of a round in plain steps up, and the break-even line."""
    own = [lane for lane in own_lanes(result) if known(lane.accepted) and known(lane.round_cost)]
    if not own:
        canvas.nothing(area, "What a round costs and what it brings appears here.")
        return
    others = beside(result.target)
    inner = area.adjusted(30, 22, -14, -42)
    if inner.width() < 60 or inner.height() < 50:
        return
    most = max([*(lane.accepted for lane in own), *(item.accepted or 0.0 for item in others)])
    dear = max([*(lane.round_cost for lane in own), *(item.round_cost or 0.0 for item in others)])
    frame = Frame(inner, 0.0, max(1.0, most * 1.12), 0.0, max(2.0, dear * 1.1))
    canvas.text("cost of a round, in plain steps", QPointF(area.left(), area.top() + SMALL), tone=canvas.look.muted)
    frame.grid(canvas, lambda value: f"{value:g}", most=max(3, int(inner.height() / 34)))
    frame.below(canvas, [(at, f"{at:g}") for at in ticks(0, frame.right, 8)], "accepted draft tokens a round")
    _draw_gains(canvas, frame)
    taken: list[QRectF] = []
    points = [frame.at(lane.accepted, lane.round_cost) for lane in own]
    dots = [frame.at(item.accepted or 0.0, item.round_cost or 0.0) for item in others]
    _draw_own(canvas, frame, own, taken, dots)
    _draw_others(canvas, frame, others, taken, points)
    _name_line(canvas, frame, taken, [*dots, *points])


def _draw_gains(canvas: Canvas, frame: Frame) -> None:
    """Shades where drafting loses, and draws the lines of equal speedup."""
    look, area = canvas.look, frame.area
    for gain in _GAINS:
        costs = [(x, (x + 1) / gain) for x in (0.0, frame.right)]
        ends = [QPointF(frame.x(x), area.bottom() - area.height() * cost / frame.high) for x, cost in costs]
        if ends[1].y() < area.top():  # It leaves at the top.
            x = frame.high * gain - 1
            ends[1] = QPointF(frame.x(x), area.top())
        if gain == 1.0:
            shade = [QPointF(ends[0]), QPointF(ends[1])]
            _shade(canvas, frame, shade)
        canvas.path(ends, look.muted if gain == 1.0 else mix(look.muted, look.card, 0.45), 1.8 if gain == 1.0 else 1.0,
                    dashed=gain != 1.0)  # fmt: skip
        if gain != 1.0:
            text = f"{gain:g}×"
            wide = canvas.measure(text, _TINY)
            at = QPointF(min(ends[1].x(), area.right()) - wide - 3, max(ends[1].y() - 4, area.top() + 10))
            canvas.text(text, at, size=_TINY, tone=look.muted)


def _name_line(canvas: Canvas, frame: Frame, taken: list[QRectF], dots: Sequence[QPointF]) -> None:
    """Names the line between beside it, on the side where drafting loses, where it hides nothing."""
    wide = canvas.measure("break-even", _TINY, "semibold")
    reach = min(frame.right, frame.high - 1)
    wanted = []
    for share in (0.62, 0.5, 0.4, 0.75, 0.3, 0.85):
        x = frame.x(reach * share)
        y = frame.y(reach * share + 1)
        wanted.append(QRectF(x - wide - 12, y - 9, wide, 11))
    ink = [dot + QPointF(x, y) for dot in dots for x in (-5, 5) for y in (-5, 5)]
    place = free_place(wanted, ink, taken, frame.area)
    at = QPointF(place.left(), place.bottom() - 2)
    canvas.text("break-even", at, size=_TINY, style="semibold", tone=canvas.look.muted)


def _shade(canvas: Canvas, frame: Frame, line: Sequence[QPointF]) -> None:
    area = frame.area
    shape = QPainterPath(line[0])
    shape.lineTo(line[1])
    if line[1].y() > area.top() + 0.5:
        shape.lineTo(area.topRight())
    shape.lineTo(area.topLeft())
    shape.closeSubpath()
    canvas.painter.fillPath(shape, QColor(mix(canvas.look.bad, canvas.look.card, 0.08)))
    canvas.text(
        "slower than the baseline", QPointF(area.left() + 6, area.top() + 14), size=_TINY, tone=canvas.look.muted
    )


def _draw_own(
    canvas: Canvas, frame: Frame, own: Sequence[OwnLane], taken: list[QRectF], others: Sequence[QPointF]
) -> None:
    look, tone = canvas.look, tone_of(canvas.look, 1)
    ordered = sorted(own, key=lambda lane: lane.k)
    canvas.path([frame.at(lane.accepted, lane.round_cost) for lane in ordered], mix(tone, look.card, 0.5), 1.6)
    for lane in ordered:
        at = frame.at(lane.accepted, lane.round_cost)
        canvas.dot(at, 0, tone, 5.0)
        canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), own_words(lane))
        taken.append(QRectF(at.x() - 6, at.y() - 6, 12, 12))
    for lane in ordered:
        at, text = frame.at(lane.accepted, lane.round_cost), short_name(lane)
        wide = canvas.measure(text, SMALL, "semibold")
        wanted = [QRectF(at.x() + 9, at.y() - 6, wide, 12), QRectF(at.x() - 9 - wide, at.y() - 6, wide, 12)]
        wanted += [QRectF(at.x() - wide / 2, at.y() + 8, wide, 12), QRectF(at.x() - wide / 2, at.y() - 20, wide, 12)]
        place = free_place(wanted, others, taken, frame.area)
        if any(place.intersects(other) for other in taken):
            continue
        taken.append(place)
        ink = readable(tone, look.text, (look.card, look.ground))
        canvas.text(text, QPointF(place.left(), place.bottom() - 2), style="semibold", tone=ink)


def _draw_others(
    canvas: Canvas, frame: Frame, others: Sequence[Published], taken: list[QRectF], own: Sequence[QPointF]
) -> None:
    tone = canvas.look.muted
    for item in others:
        at = frame.at(item.accepted or 0.0, item.round_cost or 0.0)
        canvas.dot(at, 0, mix(tone, canvas.look.card, 0.55) if item.rough else tone, 3.6, hollow=True)
        canvas.mark(QRectF(at.x() - 6, at.y() - 6, 12, 12), published_words(item))
    dots = [frame.at(item.accepted or 0.0, item.round_cost or 0.0) for item in others]
    named: set[str] = set()
    for item, at in sorted(zip(others, dots, strict=True), key=lambda pair: -(pair[0].round_cost or 0.0)):
        name = canvas.fit(item.machine, _TINY, 130)
        if item.machine in named:
            continue
        wide = canvas.measure(name, _TINY)
        wanted = [QRectF(at.x() + 7, at.y() - 6, wide, 11), QRectF(at.x() - 7 - wide, at.y() - 6, wide, 11)]
        wanted += [QRectF(at.x() - wide / 2, at.y() - 18, wide, 11), QRectF(at.x() - wide / 2, at.y() + 7, wide, 11)]
        place = free_place(wanted, [*dots, *own], taken, frame.area)
        if not frame.area.contains(place) or any(place.intersects(other) for other in taken):
            continue  # Hovering tells it.
        named.add(item.machine)
        taken.append(place)
        canvas.text(name, QPointF(place.left(), place.bottom() - 2), size=_TINY, tone=tone)
