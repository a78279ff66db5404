"""Short names and colours of prompts, and the key of a chart."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from app.draw.canvas import SMALL, Canvas
from app.draw.look import Look, mix, readable
from app.race.sweep_result import SweepResult

KEY_HEIGHT = 18.0
_SIGN = 13.0
_GAP = 14.0
_TIGHT = 9.5
"""Size of names where there are many."""


def tone_of(look: Look, index: int) -> str:
    """Returns the colour of the prompt at ``index``."""
    if index % 6 < 4:
        return look.lane(index % 6)
    return mix(look.warn, look.text, 0.8) if index % 6 == 4 else mix(look.comment, look.text, 0.55)


def ink_of(look: Look, index: int) -> str:
    """Returns the colour of the prompt at ``index`` for words: as much of it as can be read on every ground."""
    return readable(tone_of(look, index), look.text, (look.card, look.ground))


def short_titles(result: SweepResult) -> list[str]:
    """Returns the prompts' titles up to a colon, such as "Code", or whole where two would be the same."""
    short = [prompt.title.partition(":")[0].strip() or prompt.title for prompt in result.prompts]
    return [
        name if short.count(name) == 1 else prompt.title for name, prompt in zip(short, result.prompts, strict=True)
    ]


def draw_key(canvas: Canvas, area: QRectF, result: SweepResult, axis: str, hollow: str = "") -> None:
    """Draws one line above a chart: what goes upwards at the left, and the sign of each prompt at the right.

    What has no room is left out, the last ones first.

    Args:
        axis: What goes upwards.
        hollow: What a hollow sign stands for, if there is one.
    """
    line = area.top() + SMALL
    canvas.text(canvas.fit(axis, SMALL, area.width()), QPointF(area.left(), line), tone=canvas.look.muted)
    names = [*enumerate(short_titles(result)), *([(-1, hollow)] if hollow else [])]
    for size, gap in ((SMALL, _GAP), (_TIGHT, _GAP / 2)):
        room = area.width() - canvas.measure(axis, SMALL) - gap
        items = [(index, name, _SIGN + canvas.measure(name, size)) for index, name in names]
        while items and sum(wide for *_, wide in items) + gap * (len(items) - 1) > room:
            items.pop()
        if len(items) == len(names):
            break
    left = area.right() - sum(wide for *_, wide in items) - gap * max(0, len(items) - 1)
    for index, name, wide in items:
        at, tone = QPointF(left + 4, line - SMALL * 0.36), tone_of(canvas.look, index) if index >= 0 else ""
        canvas.dot(at, max(0, index), tone or canvas.look.muted, 4.0, hollow=index < 0)
        canvas.text(name, QPointF(left + _SIGN, line), size=size, tone=canvas.look.muted)
        left += wide + gap
