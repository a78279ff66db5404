"""How much of a draft is accepted: by position as a heat map, and how many tokens a round."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame
from app.draw.canvas import NORMAL, SMALL, Canvas
from app.draw.look import mix
from app.draw.sweep.labels import short_titles, tone_of
from app.race.sweep_result import Cell, PromptResult, SweepResult, known


def widest(prompt: PromptResult) -> Cell | None:
    """Returns the prompt's cell with the largest fixed K that drafted anything."""
    cells = [cell for cell in prompt.cells if cell.policy.value == "fixed" and cell.position_rates]
    return max(cells, key=lambda cell: cell.k, default=None)


def draw_positions(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws a row for each prompt and a column for each draft position: the share of rounds that accepted it."""
    names = short_titles(result)
    rows = [
        (name, prompt, cell) for name, prompt in zip(names, result.prompts, strict=True) if (cell := widest(prompt))
    ]
    if not rows:
        canvas.nothing(area, "How often each draft position is accepted appears here.")
        return
    look = canvas.look
    count = max(len(cell.position_rates) for *_, cell in rows)
    beside = min(max(canvas.measure(name, NORMAL, "medium") for name, *_ in rows), area.width() * 0.26)
    inner = area.adjusted(beside + 12, 20, 0, 0)
    wide, high = inner.width() / count, min(84.0, inner.height() / len(rows))
    for position in range(count):
        at = QPointF(inner.left() + (position + 0.5) * wide, inner.top() - 7)
        canvas.text(str(position + 1), at, tone=look.muted, align=0.5)
    for number, (title, prompt, cell) in enumerate(rows):
        top = inner.top() + number * high
        name = canvas.fit(title, NORMAL, beside, "medium")
        canvas.text(name, QPointF(area.left(), top + high / 2 + NORMAL * 0.36), size=NORMAL, style="medium")
        for position, rate in enumerate(cell.position_rates):
            share = min(1.0, max(0.0, rate)) if known(rate) else 0.0
            box = QRectF(inner.left() + position * wide + 1.5, top + 1.5, wide - 3, high - 3)
            canvas.box(box, mix(look.lanes[0], look.card, 0.06 + 0.9 * share), 4)
            strong = share > 0.55
            tone = (look.ground if look.dark else look.card) if strong else look.text
            if wide > 20:
                at = box.center() + QPointF(0, SMALL * 0.36)
                canvas.text(f"{share * 100:.0f}", at, tone=tone, style="medium", align=0.5)
            words = f"{prompt.title} · {cell.title}\nposition {position + 1} accepted in {share:.0%} of its rounds"
            canvas.mark(box, words, cell)


def draw_accepted(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws for each prompt how many rounds accepted 0, 1, 2, ... tokens, as shares."""
    rows = [
        (index, prompt, cell, name)
        for (index, prompt), name in zip(enumerate(result.prompts), short_titles(result), strict=True)
        if (cell := widest(prompt)) and sum(cell.accepted_counts) > 0
    ]
    if not rows:
        canvas.nothing(area, "How many tokens a round accepts appears here.")
        return
    columns = 1 if len(rows) == 1 else 2 if len(rows) <= 4 else 3
    lines = math.ceil(len(rows) / columns)
    wide, high = area.width() / columns, area.height() / lines
    for number, (index, prompt, cell, name) in enumerate(rows):
        place = QRectF(area.left() + number % columns * wide, area.top() + number // columns * high, wide, high)
        _histogram(canvas, place.adjusted(0, 0, -14, -4), index, name, prompt, cell)


def _histogram(canvas: Canvas, area: QRectF, index: int, title: str, prompt: PromptResult, cell: Cell) -> None:
    look, tone = canvas.look, tone_of(canvas.look, index)
    total = sum(cell.accepted_counts)
    mean = cell.accepted_per_round
    told = "" if mean is None or not known(mean) else f"mean {mean:.1f}"
    room = area.width() - canvas.measure(told, SMALL) - 10
    name = canvas.fit(title, NORMAL, room, "semibold")
    canvas.text(name, QPointF(area.left(), area.top() + 11), size=NORMAL, style="semibold", tone=tone)
    canvas.text(told, QPointF(area.right(), area.top() + 11), tone=look.muted, align=1.0)
    top = max(cell.accepted_counts) / total
    frame = Frame(area.adjusted(0, 20, 0, -18), -0.5, len(cell.accepted_counts) - 0.5, 0, top)
    step = frame.area.width() / len(cell.accepted_counts)
    for accepted, count in enumerate(cell.accepted_counts):
        x, y = frame.x(accepted), frame.y(count / total)
        bar = QRectF(x - step * 0.38, y, step * 0.76, frame.area.bottom() - y)
        canvas.box(bar, tone, min(3.0, bar.height() / 2))
        words = f"{prompt.title} · {cell.title}\n{accepted} accepted in {count / total:.0%} of {total} rounds"
        canvas.mark(QRectF(x - step / 2, frame.area.top(), step, frame.area.height()), words, cell)
        if step > 12 or accepted % 2 == 0:
            canvas.text(str(accepted), QPointF(x, area.bottom() - 3), tone=look.muted, align=0.5)
    canvas.line(frame.area.bottomLeft(), frame.area.bottomRight(), look.line)
