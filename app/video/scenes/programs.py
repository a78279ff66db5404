"""The programs: what each lane's program printed, side by side."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.present.programs import ProgramShown, program_sentences, shown_programs
from app.present.words import BEHAVIOUR_TONES
from app.sandbox.behaviour import Behaviour
from app.video.scenes.base import Set, columns, mark, rows
from app.video.stage import RIGHT, Shape, ease

_MOVE_S = 1.5
_SIZE = 24.0
_HEAD = 34.0


def make_programs(set_: Set) -> ProgramsScene | None:
    """Returns the scene, or None if no program ran."""
    shown = shown_programs(set_.final)
    if shown is None or set_.behaviour is None:
        return None
    return ProgramsScene(set_, set_.behaviour, shown)


class ProgramsScene:
    """One card for each of the two programs, lines that differ marked in it."""

    def __init__(self, set_: Set, behaviour: Behaviour, shown: tuple[ProgramShown, ProgramShown]) -> None:
        self._set = set_
        self._behaviour = behaviour
        self._shown = shown
        self.seconds = 6.0

    def key(self, at: float) -> object:
        """Everything stands still once all lines are there."""
        return min(at, _MOVE_S)

    def draw(self, at: float) -> None:
        """Draws the programs at ``at``."""
        stage, u = self._set.stage, self._set.stage.u
        upper, lower = (u(120), u(140)) if stage.shape is Shape.TALL else (u(54), u(48))
        box = stage.area.adjusted(u(56), upper, -u(56), -lower)
        y = draw_told(self._set, "The programs", "run in a sandbox, then compared", box)
        rest = box.adjusted(0, y - box.top(), 0, 0)
        wide = stage.shape is Shape.WIDE
        places = columns(rest, 2, u(24)) if wide else rows(rest, 2, u(22))
        for shown, place in zip(self._shown, places, strict=True):
            stage.card(place)
            inner = place.adjusted(u(30), u(20), -u(30), -u(24))
            draw_head(self._set, shown, shown.ended, inner)
            self._lines(shown, inner.adjusted(0, u(60), 0, 0), at)

    def _lines(self, shown: ProgramShown, box: QRectF, at: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        line = u(_SIZE * 1.45)
        found: list[tuple[str, str, bool]] = []
        for part in shown.failure.splitlines():
            found += [(piece, look.bad, False) for piece in stage.wrap(part, _SIZE, box.width() - u(20), "mono")]
        for printed in shown.output:
            if printed.error and shown.failure:
                continue  # the traceback, of which the exception with its line stands above
            tone = look.bad if printed.error else look.text
            pieces = stage.wrap(printed.text, _SIZE, box.width() - u(20), "mono")
            found += [(piece, tone, printed.differs) for piece in pieces]
        found = found or [("It printed nothing.", look.muted, False)]
        room = max(2, int(box.height() // line))
        if len(found) + bool(shown.left_out) > room:
            found = _part(found, room, shown.left_out, look.muted)
        now = round(len(found) * ease(at / _MOVE_S) + 0.499)
        for number, (text, tone, differs) in enumerate(found[:now]):
            top = box.top() + number * line
            if differs:
                stage.bar(QRectF(box.left() - u(16), top + u(3), u(6), line - u(4)), look.warn, 3)
            stage.text(text, box.left(), top + u(_SIZE), _SIZE, style="mono", tone=tone)


Line = tuple[str, str, bool]


def _part(lines: list[Line], room: int, left_out: int, muted: str) -> list[Line]:
    """As many lines as there is room for, the first that differs among them, and how many are not shown."""
    first = next((at for at, (_, _, differs) in enumerate(lines) if differs), 0)
    start = 0 if first < room - 2 else min(first - room // 2, max(0, len(lines) - room + 1))
    shown = lines[start + bool(start) : start + room]
    above = start + 1 if start else 0
    below = len(lines) - start - room + left_out
    if below > 0:
        shown, below = shown[:-1], below + 1
    head = [(f"\u2026 {above} lines above", muted, False)] if above else []
    return head + shown + ([(f"\u2026 and {below} more lines", muted, False)] if below > 0 else [])


def draw_told(set_: Set, title: str, beside: str, box: QRectF) -> float:
    """Draws a heading and what is told of the programs; returns where the rest begins, in pixels."""
    stage, look, u = set_.stage, set_.stage.look, set_.stage.u
    assert set_.behaviour is not None
    head = stage.text(title, box.left(), box.top() + u(56), 56, style="bold")
    left = box.left() + head + u(30)
    stage.text(beside, left, box.top() + u(56), 28, tone=look.muted, room=box.right() - left)
    base = box.top() + u(124)
    mark(stage, box.left() + u(14), base - u(12), BEHAVIOUR_TONES[set_.behaviour.verdict])
    room = box.width() - u(44)
    for sentence in program_sentences(set_.final):
        for line in stage.wrap(sentence, _HEAD, room, "medium", most=4):
            stage.text(line, box.left() + u(44), base, _HEAD, style="medium")
            base += u(_HEAD * 1.4)
    return base


def draw_head(set_: Set, shown: ProgramShown, told: str, inner: QRectF) -> None:
    """Draws the head of a lane's card: its name, and at the right what is told of it."""
    stage, u = set_.stage, set_.stage.u
    base = inner.top() + u(34)
    tone = stage.look.lane(shown.lane.index)
    name = stage.text(shown.lane.name, inner.left(), base, 30, style="semibold", tone=tone)
    room = inner.width() - name - u(30)
    stage.text(told, inner.right(), base, 24, tone=stage.look.muted, align=RIGHT, room=room)
