"""Predicted against measured, tokens per second against acceptance, and the cost of a verification by its width."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.charts.canvas import Canvas, cell_words, known, lane_word, ticks, tone_of
from app.charts.frame import Frame
from app.look import mix
from app.race.sweep_result import Cell, SweepResult

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
    frame = Frame(area.adjusted(40, 8, -10, -42), low, high, low, high)
    frame.grid(canvas, lambda value: f"{value:g}×")
    step = [low + (high - low) * part / 4 for part in range(5)]
    frame.below(canvas, [(value, f"{value:.2f}×") for value in step], "predicted speedup (measured is upwards)")
    canvas.painter.save()
    canvas.painter.setClipRect(frame.area)
    for share in (1 - CLOSE, 1 + CLOSE):
        ends = [frame.at(low, low) + _rise(frame, low * (share - 1)), frame.at(high, high)]
        ends[1] += _rise(frame, high * (share - 1))
        canvas.path(ends, look.faint, 1.2, dashed=True)
    canvas.line(frame.at(low, low), frame.at(high, high), look.muted, 1.6)
    canvas.painter.restore()
    for index, cell, guess, ratio in cells:
        at = frame.at(guess, ratio)
        canvas.dot(at, index, tone_of(look, index))
        canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), cell_words(result, cell), cell)


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
    frame = Frame(area.adjusted(40, 8, -10, -42), -0.1, right, max(0.0, min(rates) - room), max(rates) + room)
    frame.grid(canvas, lambda value: f"{value:g}")
    frame.below(canvas, [(at, f"{at:g}") for at in ticks(0, right, 8)], "accepted tokens a round (tokens/s upwards)")
    for index, prompt in enumerate(result.prompts):
        tone = tone_of(look, index)
        points = [(cell.k, cell, x, y) for at, cell, x, y in shown if at == index]
        fixed = sorted((item for item in points if item[1].policy.value == "fixed"), key=lambda item: item[0])
        start = [frame.at(0.0, prompt.baseline_tps)] if prompt.baseline_tps > 0 else []
        canvas.path([*start, *(frame.at(x, y) for _, _, x, y in fixed)], mix(tone, look.card, 0.5), 1.4)
        for at in start:
            canvas.dot(at, index, tone, hollow=True)
            canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), f"{prompt.title} · baseline {prompt.baseline_tps:.1f}")
        for _, cell, x, y in points:
            at = frame.at(x, y)
            canvas.dot(at, index, tone)
            if cell.policy.value == "fixed":
                canvas.text(lane_word(cell), at + QPointF(8, -5), size=9.5, tone=look.muted)
            canvas.mark(QRectF(at.x() - 8, at.y() - 8, 16, 16), cell_words(result, cell), cell)


def draw_widths(canvas: Canvas, area: QRectF, result: SweepResult) -> None:
    """Draws what one forward pass of some tokens costs, in single steps."""
    one = result.widths.get(1, 0)
    if not one:
        canvas.nothing(area, "The cost of a wider forward pass was not measured.")
        return
    look = canvas.look
    widths = sorted(width for width in result.widths if width > 0)
    costs = {width: result.widths[width] / one for width in widths}
    frame = Frame(area.adjusted(28, 8, -4, -42), -0.5, len(widths) - 0.5, 0, max(costs.values()) * 1.08)
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
