"""The scenes of a sweep's film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from app.draw.canvas import Canvas
from app.draw.sweep.conditions import draw_conditions
from app.draw.sweep.labels import tone_of
from app.draw.sweep.speedup import draw_speedup
from app.draw.sweep.strip import draw_strip
from app.present.axis_figures import axis_title
from app.present.figures import machine_text
from app.present.film_options import FilmOptions
from app.present.sweep_figures import (
    best_cell,
    best_words,
    conditions,
    interval_words,
    lanes_words,
    rate_words,
    same_words,
    speedup_words,
)
from app.race.sweep_result import PromptResult, SweepResult
from app.video.scenes.base import (
    Scene,
    Told,
    centred,
    column,
    draw_card_logo,
    draw_corner_logo,
    draw_foot,
    draw_logo,
    draw_rule,
    draw_title,
    draw_told,
    told_lines,
)
from app.video.stage import RIGHT, Shape, Stage, ease

_FOOT = "Every number is from the recorded races of this sweep. Made with MTP Race."
_HOLD_S = 2.5
_DRAW_S = 5.5


@dataclass(slots=True)
class SweepSet:
    """Everything a scene may show; ``note`` is what is wrong with the sweep, empty if nothing is.

    ``result`` has few rows: of a suite the kinds of its prompts, while ``whole`` has each prompt.
    """

    stage: Stage
    options: FilmOptions
    result: SweepResult
    whole: SweepResult
    note: str
    logo: QImage | None


class SweepTitle:
    """Says what was asked: which K is best, of what, on what."""

    def __init__(self, set_: SweepSet) -> None:
        self._set = set_
        self.seconds = 3.0
        self._big = 104.0 if set_.stage.shape is Shape.WIDE else 92.0

    def key(self, at: float) -> object:
        """Everything stands still after the first moments."""
        return min(at, 1.2)

    def draw(self, at: float) -> None:
        """Draws the title at ``at``."""
        draw_corner_logo(self._set, 260, 110)
        with centred(self._set.stage, self._height) as top:
            self._draw(at, top)

    def _box(self) -> QRectF:
        return column(self._set.stage, 1500 if self._set.stage.shape is Shape.WIDE else 980)

    def _title(self) -> list[str]:
        result = self._set.result
        return self._set.stage.wrap(
            result.pair_title or result.pair or "A sweep", self._big, self._box().width(), "bold", most=3
        )

    def _height(self) -> float:
        return self._set.stage.u(200 + len(self._title()) * self._big * 1.15 + len(self._set.result.prompts) * 64)

    def _draw(self, at: float, y: float) -> None:
        stage, look, u, box = self._set.stage, self._set.stage.look, self._set.stage.u, self._box()
        result = self._set.result
        kicker = "MTP Race · how many tokens to draft?"
        y = draw_title(self._set, kicker, self._title(), self._big, box, y) + u(44)
        for index, prompt in enumerate(result.prompts):
            slide = u(40) * (1 - ease((at - 0.1 * index) / 0.6))
            tone = tone_of(look, index)
            _sign(stage, index, QPointF(box.left() + u(14) - slide, y + u(24)))
            name = stage.text(prompt.title, box.left() + u(48) - slide, y + u(36), 40, style="semibold", tone=tone)
            left = box.left() + u(76) + name - slide
            about = f"baseline {rate_words(prompt)}"
            stage.text(about, left, y + u(36), 28, tone=look.muted, room=box.right() - left)
            y += u(64)
        foot = " · ".join(part for part in (lanes_words(result), machine_text(result.machine)) if part)
        stage.text(foot, box.left(), y + u(62), 28, tone=look.muted, room=box.width())


class Curves:
    """The speedup of every K on every prompt; the curves draw themselves."""

    def __init__(self, set_: SweepSet) -> None:
        self._set = set_
        self.seconds = _HOLD_S + _DRAW_S / set_.options.speed

    def key(self, at: float) -> object:
        """Everything stands still once the curves are whole."""
        return self._progress(at)

    def _progress(self, at: float) -> float:
        moving = max(self.seconds - _HOLD_S, self.seconds * 0.6)
        return min(1.0, max(0.0, at / moving))

    def draw(self, at: float) -> None:
        """Draws the chart at ``at``."""
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        tall = stage.shape is Shape.TALL
        box = stage.area.adjusted(u(52), u(150 if tall else 44), -u(52), -u(170 if tall else 48))
        base = box.top() + u(48)
        result = self._set.result
        heading = axis_title(result) if result.axis else "Every prompt" if result.suite else "Speedup against K"
        name = stage.text(heading, box.left(), base, 44, style="bold")
        logo = draw_logo(self._set, QRectF(box.right() - u(220), box.top() - u(8), u(220), u(70)))
        model = self._set.options.caption or self._set.result.pair_title
        room = box.width() - name - logo - u(60)
        stage.text(
            model, box.right() - (logo + u(24) if logo else 0), base, 26, tone=look.muted, align=RIGHT, room=room
        )
        card = box.adjusted(0, u(80), 0, -u(54))
        stage.card(card)
        inner = card.adjusted(u(28), u(28), -u(28), -u(22))
        unit = 2.0 * stage.unit
        if result.axis:
            self._paint(inner, unit, lambda canvas, area: draw_conditions(canvas, area, result, self._progress(at)))
        elif result.suite:
            self._paint(inner, unit, lambda canvas, area: draw_strip(canvas, area, self._set.whole))
        else:
            draw_speedup(stage.painter, inner, result, look, self._progress(at), unit=unit)
        said = "dots: measured, 95 % interval" + ("" if result.axis else " · dashed: predicted")
        said = "a dot a prompt · line and band: median, 95 % interval" if result.suite else said
        foot = said + (f" · {self._set.note}" if self._set.note else "")
        stage.text(foot, box.left(), box.bottom() - u(8), 22, tone=look.muted, room=box.width())

    def _paint(self, area: QRectF, unit: float, draw: Callable[[Canvas, QRectF], None]) -> None:
        """Draws a chart whose sizes are in units of its own."""
        painter = self._set.stage.painter
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(unit, unit)
        draw(Canvas(painter, self._set.stage.look), QRectF(0, 0, area.width() / unit, area.height() / unit))
        painter.restore()


class Advice:
    """What to use on each prompt, in a sentence."""

    def __init__(self, set_: SweepSet) -> None:
        self._set = set_
        self._prompts = [(index, item) for index, item in enumerate(set_.result.prompts) if item.advice]
        self.seconds = min(12.0, 3.0 + 1.6 * len(self._prompts))
        wide = set_.stage.shape is Shape.WIDE
        self._size, self._number = (32.0, 300.0) if wide else (34.0, 0.0)

    def key(self, at: float) -> object:
        """Everything stands still once all sentences are there."""
        return min(at, 0.25 * len(self._prompts) + 0.6)

    def draw(self, at: float) -> None:
        """Draws the advice at ``at``."""
        with centred(self._set.stage, self._height) as top:
            self._draw(at, top)

    def _box(self) -> QRectF:
        return column(self._set.stage, 1600 if self._set.stage.shape is Shape.WIDE else 980)

    def _lines(self, prompt: PromptResult) -> list[str]:
        stage = self._set.stage
        room = self._box().width() - stage.u(92 + self._number)
        return stage.wrap(prompt.advice, self._size, room, most=4)

    def _row(self, prompt: PromptResult) -> float:
        return 104 + len(self._lines(prompt)) * self._size * 1.4

    def _height(self) -> float:
        return self._set.stage.u(110 + sum(self._row(prompt) + 22 for _, prompt in self._prompts))

    def _draw(self, at: float, top: float) -> None:
        stage, u, box = self._set.stage, self._set.stage.u, self._box()
        stage.text("What to use", box.left(), top + u(52), 60, style="bold")
        y = top + u(110)
        for place, (index, prompt) in enumerate(self._prompts):
            high = u(self._row(prompt))
            shown = ease((at - 0.25 * place) / 0.6)
            if shown > 0:
                stage.painter.save()
                stage.painter.setOpacity(shown)
                self._card(index, prompt, QRectF(box.left(), y + u(24) * (1 - shown), box.width(), high))
                stage.painter.restore()
            y += high + u(22)

    def _card(self, index: int, prompt: PromptResult, card: QRectF) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        cell, tone = best_cell(prompt), tone_of(look, index)
        stage.card(card)
        left, base = card.left() + u(84), card.top() + u(56)
        _sign(stage, index, QPointF(card.left() + u(48), card.top() + u(46)))
        ratio = speedup_words(cell) if cell else ""
        right = card.right() - u(36)
        if self._number and ratio:
            stage.text(ratio, right, card.center().y() + u(26), 76, style="bold", tone=tone, align=RIGHT)
        elif ratio:
            stage.text(ratio, right, base + u(6), 56, style="bold", tone=tone, align=RIGHT)
        stage.text(prompt.title, left, base, 34, style="semibold", tone=tone, room=card.width() * 0.6)
        for number, line in enumerate(self._lines(prompt)):
            stage.text(line, left, base + u(14 + self._size * (1.0 + number * 1.4)), self._size)


class SweepClosing:
    """The numbers of the advised lanes, and how they were measured."""

    def __init__(self, set_: SweepSet) -> None:
        self._set = set_
        self.seconds = 6.0
        self._wide = set_.stage.shape is Shape.WIDE
        self._small = 27.0 if set_.stage.shape is Shape.TALL else 24.0
        self._rows = [
            (index, [prompt.title, best_words(prompt), speedup_words(best_cell(prompt)), *self._more(prompt)])
            for index, prompt in enumerate(set_.result.prompts)
        ]
        self._heads = ["", "Best", "Speedup", "95 % interval", "Baseline", "Same text"]

    def _more(self, prompt: PromptResult) -> list[str]:
        return [interval_words(best_cell(prompt)), rate_words(prompt), same_words(prompt)]

    def key(self, at: float) -> object:
        """It stands still."""
        return None

    def draw(self, at: float) -> None:
        """Draws the card."""
        with centred(self._set.stage, self._height) as top:
            self._draw(top)

    def _box(self) -> QRectF:
        return column(self._set.stage, 1640 if self._wide else 980)

    def _columns(self) -> list[float]:
        """Widths of the table's columns as shares; narrow frames leave out the last two."""
        return [0.27, 0.16, 0.13, 0.18, 0.14, 0.12] if self._wide else [0.34, 0.22, 0.18, 0.26]

    def _table_height(self) -> float:
        return 66 + len(self._rows) * 64

    def _told_columns(self) -> list[Told]:
        stage = self._set.stage
        room = self._box().width() / (2 if self._wide else 1) - stage.u(190)
        told = told_lines(stage, conditions(self._set.result), self._small, room)
        half = (len(told) + 1) // 2
        return [told[:half], told[half:]] if self._wide else [told]

    def _told_height(self) -> float:
        heights = [sum(len(lines) * self._small * 1.4 + 14 for _, lines in column_) for column_ in self._told_columns()]
        return 66 + max(heights)

    def _height(self) -> float:
        return self._set.stage.u(100 + self._table_height() + 40 + self._told_height() + 60)

    def _draw(self, top: float) -> None:
        stage, u, box = self._set.stage, self._set.stage.u, self._box()
        stage.text("The numbers", box.left(), top + u(52), 52, style="bold")
        draw_card_logo(self._set, box, top)
        y = top + u(100)
        self._table(QRectF(box.left(), y, box.width(), u(self._table_height())))
        y += u(self._table_height() + 40)
        stage.text("How it was measured", box.left(), y + u(40), 30, style="semibold")
        for number, told in enumerate(self._told_columns()):
            first = QPointF(box.left() + number * (box.width() / 2 + u(20)), y + u(66) + u(30))
            draw_told(stage, told, first, self._small, indent=150, gap=14)
        y += u(self._told_height())
        draw_foot(self._set, _FOOT, box, y + u(48))

    def _table(self, box: QRectF) -> None:
        stage, look, u, shares = self._set.stage, self._set.stage.look, self._set.stage.u, self._columns()
        rights = [box.left() + box.width() * sum(shares[: number + 1]) for number in range(len(shares))]
        for number, right in enumerate(rights[1:], start=1):
            room = box.width() * shares[number] - u(14)
            stage.text(self._heads[number], right, box.top() + u(44), 26, tone=look.muted, align=RIGHT, room=room)
        y = box.top() + u(66)
        for index, texts in self._rows:
            draw_rule(stage, box, y)
            base, tone = y + u(42), tone_of(look, index)
            _sign(stage, index, QPointF(box.left() + u(12), base - u(10)))
            room = box.width() * shares[0] - u(48)
            stage.text(texts[0], box.left() + u(40), base, 30, style="semibold", tone=tone, room=room)
            for number, right in enumerate(rights[1:], start=1):
                style = "semibold" if number == 2 else "medium"
                room = box.width() * shares[number] - u(14)
                stage.text(texts[number], right, base, 28, style=style, align=RIGHT, room=room)
            y += u(64)


def _sign(stage: Stage, index: int, at: QPointF) -> None:
    """Draws the sign of a prompt's curve: its shape tells it as its colour does."""
    Canvas(stage.painter, stage.look).dot(at, index, tone_of(stage.look, index), 13.0 * stage.unit)


def _advice(set_: SweepSet) -> Scene | None:
    scene = Advice(set_)
    return scene if any(prompt.advice for prompt in set_.result.prompts) else None


SWEEP_SCENE_MAKERS: dict[str, Callable[[SweepSet], Scene | None]] = {
    "title": SweepTitle,
    "curves": Curves,
    "advice": _advice,
    "closing": SweepClosing,
}
"""Scenes in the order of the film; a maker returns None where the sweep has nothing for that scene."""
