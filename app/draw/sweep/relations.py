"""Predicted against measured, tokens per second against acceptance, and the cost of a verification by its width."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame, free_place
from app.draw.canvas import Canvas
from app.draw.look import mix
from app.draw.sweep.labels import KEY_HEIGHT, draw_key, tone_of
from app.draw.ticks import number_text, ticks
from app.present.sweep_figures import cell_words, lane_word
from app.race.sweep_result import Cell, SweepResult, known

CLOSE = 0.1
"""A prediction this near to the measurement, as a share of it, is called close."""


def both(result: SweepResult) -> list[tuple[int, Cell, float, float]]:
    """Returns prompt index, cell, predicted and measured speedup of every cell that has both."""
    return [
        (index, cell, cell.predicted, cell.speedup.ratio)
        for index, prompt in enumerate(result.prompts)
        for cell in prompt.cells
        if cell.predicted is not None and known(cell.predicted) and cell.speedup and known(cell.speedup.ratio)
    ]


def predicted_words(result: SweepResult) -> str:
    """Says how many predictions are close."""
    cells = both(result)
    close = sum(abs(guess / ratio - 1) <= CLOSE for _, _, guess, ratio in cells if ratio > 0)
    return f"{close} of {len(cells)} within 10 %" if cells else ""


def draw_predicted(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws measured over predicted speedup, with the line where both are the same and ten per cent around it."""
    cells = both(result)
    if not cells:
        canvas.nothing(area, "Predicted and measured speedup appear here.")
        return
    look = canvas.look
    values = [value for _, _, guess, ratio in cells for value in (guess, ratio)]
    room = max(0.05, (max(values) - min(values)) * 0.1)
    low, high = max(0.0, min(values) - room), max(values) + room
    draw_key(canvas, area, result, "measured")
    frame = Frame(area.adjusted(40, KEY_HEIGHT + 6, -10, -42), low, high, low, high)
    frame.grid(canvas, lambda value: f"{value:g}×", most=max(3, int(frame.area.height() / 30)))
    marks = ticks(low, high, max(3, int(frame.area.width() / 60)))
    frame.below(canvas, [(value, f"{value:g}×") for value in marks], "predicted speedup")
    canvas.painter.save()
    canvas.painter.setClipRect(frame.area)
    for share in (1 - CLOSE, 1 + CLOSE):
        ends = [frame.at(low, low) + _rise(frame, low * (share - 1)), frame.at(high, high)]
        ends[1] += _rise(frame, high * (share - 1))
        canvas.path(ends, look.faint, 1.2, dashed=True)
    canvas.line(frame.at(low, low), frame.at(high, high), look.muted, 1.6)
    canvas.painter.restore()
    _name_lines(canvas, frame, [frame.at(guess, ratio) for _, _, guess, ratio in cells])
    for index, cell, guess, ratio in cells:
        at = frame.at(guess, ratio)
        canvas.dot(at, index, tone_of(look, index))
        canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), cell_words(result, cell), cell)


def _name_lines(canvas: Canvas, frame: Frame, dots: list[QPointF]) -> None:
    """Names the line where both are the same and the band around it, each where it hides nothing."""
    names = (("equal", 1.0), (f"+{CLOSE:.0%}", 1 + CLOSE), (f"\u2212{CLOSE:.0%}", 1 - CLOSE))
    steps = [frame.left + (frame.right - frame.left) * part / 60 for part in range(61)]
    ink, taken = _around(dots), list[QRectF]()
    for _, rise in names:
        ink += [frame.at(value, value * rise) for value in steps if frame.low <= value * rise <= frame.high]
    for text, rise in names:
        wide = canvas.measure(text, 9.5)
        places = []
        for value in reversed(steps[6:58:2]):
            if frame.low <= value * rise <= frame.high:
                at = frame.at(value, value * rise)
                places += [QRectF(at.x() + 5, at.y() + 3, wide, 11), QRectF(at.x() - 5 - wide, at.y() - 14, wide, 11)]
        if places:
            place = free_place(places, ink, taken, frame.area)
            taken.append(place)
            canvas.text(text, QPointF(place.left(), place.bottom() - 2), size=9.5, tone=canvas.look.muted)


def _around(dots: list[QPointF]) -> list[QPointF]:
    """The dots with their edges."""
    return [dot + QPointF(x, y) for dot in dots for x in (-6, 0, 6) for y in (-6, 0, 6)]


def _rise(frame: Frame, value: float) -> QPointF:
    return QPointF(0, -frame.area.height() * value / max(1e-9, frame.high - frame.low))


def draw_rates(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws tokens per second over accepted tokens a round: one point a K, the baseline at 0."""
    shown = [
        (index, cell, cell.accepted_per_round, cell.decode_tps)
        for index, prompt in enumerate(result.prompts)
        for cell in prompt.cells
        if cell.accepted_per_round is not None and known(cell.accepted_per_round) and known(cell.decode_tps)
    ]
    if not shown:
        canvas.nothing(area, "Tokens per second of each K appear here.")
        return
    look = canvas.look
    rates = [tps for *_, tps in shown] + [prompt.baseline_tps for prompt in result.prompts if prompt.baseline_tps > 0]
    room = max(1.0, (max(rates) - min(rates)) * 0.1)
    right = max(accepted for _, _, accepted, _ in shown) * 1.08 + 0.1
    draw_key(canvas, area, result, "tokens a second", "baseline")
    inner = area.adjusted(34, KEY_HEIGHT + 6, -10, -42)
    frame = Frame(inner, -0.15, right, max(0.0, min(rates) - room), max(rates) + room)
    frame.grid(canvas, number_text, most=max(3, int(inner.height() / 30)))
    frame.below(canvas, [(at, f"{at:g}") for at in ticks(0, right, 8)], "accepted tokens a round")
    words: list[tuple[str, str, QPointF]] = []
    ink: list[QPointF] = []
    for index, prompt in enumerate(result.prompts):
        tone = tone_of(look, index)
        points = [(cell.k, cell, x, y) for at, cell, x, y in shown if at == index]
        fixed = sorted((item for item in points if item[1].policy.value == "fixed"), key=lambda item: item[0])
        start = [frame.at(0.0, prompt.baseline_tps)] if prompt.baseline_tps > 0 else []
        line = [*start, *(frame.at(x, y) for _, _, x, y in fixed)]
        canvas.path(line, mix(tone, look.card, 0.5), 1.4)
        ink += [a + (b - a) * (part / 8) for a, b in itertools.pairwise(line) for part in range(8)]
        ink += _around([frame.at(x, y) for _, _, x, y in points] + start)
        for at in start:
            canvas.dot(at, index, tone, hollow=True)
            canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), f"{prompt.title} · baseline {prompt.baseline_tps:.1f}")
        for _, cell, x, y in points:
            at = frame.at(x, y)
            canvas.dot(at, index, tone)
            if cell.policy.value == "fixed":
                words.append((lane_word(cell), tone, at))
            canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), cell_words(result, cell), cell)
    _write_ks(canvas, frame, words, ink)


def _write_ks(canvas: Canvas, frame: Frame, words: list[tuple[str, str, QPointF]], ink: list[QPointF]) -> None:
    """Writes the K of each point beside it, in the colour of its prompt, where there is room for it."""
    taken: list[QRectF] = []
    for text, tone, at in words:
        wide = canvas.measure(text, 9.5, "semibold")
        x, y = at.x(), at.y()
        corners = [(x - wide / 2, y - 17), (x - wide / 2, y + 7), (x + 8, y - 14), (x - 8 - wide, y - 14)]
        corners += [(x + 8, y + 3), (x - 8 - wide, y + 3), (x + 9, y - 5), (x - 9 - wide, y - 5)]
        corners += [(x - wide / 2, y - 26), (x - wide / 2, y + 16)]
        wanted = [QRectF(left, top, wide, 10) for left, top in corners]
        place = free_place(wanted, ink, taken, frame.area.adjusted(0, -6, 8, 0))
        if any(place.intersects(other) for other in taken):
            continue  # So many prompts that it could not be read; hovering tells it.
        taken.append(place.adjusted(-2, -1, 2, 1))
        canvas.text(text, QPointF(place.left(), place.bottom() - 1.5), size=9.5, style="semibold", tone=tone)


def draw_widths(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws what one forward pass of some tokens costs, in single steps."""
    one = result.widths.get(1, 0)
    if not one:
        done = result.heats > 0
        canvas.nothing(area, f"What a wider forward pass costs {'was not measured' if done else 'appears here'}.")
        return
    look = canvas.look
    widths = sorted(width for width in result.widths if width > 0)
    costs = {width: result.widths[width] / one for width in widths}
    frame = Frame(area.adjusted(24, 10, -4, -42), -0.5, len(widths) - 0.5, 0, max(costs.values()) * 1.08)
    frame.grid(canvas, lambda value: f"{value:g}")
    labels = [(float(at), str(width)) for at, width in enumerate(widths)]
    frame.below(canvas, labels, "tokens in one forward pass (single steps upwards)")
    step = frame.area.width() / len(widths)
    for at, width in enumerate(widths):
        y = frame.y(costs[width])
        bar = QRectF(frame.x(at) - step * 0.36, y, step * 0.72, frame.area.bottom() - y)
        canvas.box(bar, look.lane(0 if width == 1 else 1), min(3.0, step / 4))
        words = f"{width} tokens: {result.widths[width] / 1e6:.2f} ms, {costs[width]:.2f} single steps"
        canvas.mark(QRectF(bar.left(), frame.area.top(), bar.width(), frame.area.height()), words)
        if step > 24:
            canvas.text(f"{costs[width]:.1f}", QPointF(frame.x(at), y - 4), size=9.5, tone=look.muted, align=0.5)
