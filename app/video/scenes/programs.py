"""The programs: what each lane's program printed and drew, side by side."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.present.words import BEHAVIOUR_TONES
from app.sandbox.behaviour import Behaviour
from app.sandbox.results import RunResult
from app.video.scenes.base import Set, columns, mark, rows
from app.video.stage import RIGHT, Shape, ease

_MOVE_S = 1.5
_MOST_LINES = 200
_MOST_CHARS = 400
_MOST_PIXELS = 16_000_000


def make_programs(set_: Set) -> ProgramsScene | None:
    """Returns the scene, or None if no program ran."""
    behaviour = set_.behaviour
    if behaviour is None or (behaviour.run_a is None and behaviour.run_b is None):
        return None
    return ProgramsScene(set_, behaviour)


class ProgramsScene:
    """One card for each of the two programs."""

    def __init__(self, set_: Set, behaviour: Behaviour) -> None:
        self._set = set_
        self._behaviour = behaviour
        self.seconds = 6.0
        found = behaviour.figures[0] if behaviour.figures else None
        pictures = (found.a, found.b) if found else (None, None)
        # The two programs are the baseline's and the first drafting lane's.
        lanes = [*([set_.final.baseline] if set_.final.baseline else []), *set_.final.contenders[:1]]
        self._runs = list(zip(lanes, (behaviour.run_a, behaviour.run_b), map(_picture, pictures), strict=False))

    def key(self, at: float) -> object:
        """Everything stands still once all lines are there."""
        return min(at, _MOVE_S)

    def draw(self, at: float) -> None:
        """Draws the programs at ``at``."""
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        upper, lower = (u(120), u(140)) if stage.shape is Shape.TALL else (u(54), u(48))
        box = stage.area.adjusted(u(56), upper, -u(56), -lower)
        head = stage.text("The programs", box.left(), box.top() + u(56), 56, style="bold")
        stage.text(
            "run in a sandbox, then compared",
            box.left() + head + u(30),
            box.top() + u(56),
            28,
            tone=look.muted,
            room=box.width() - head - u(30),
        )
        size = 34.0
        lines = stage.wrap(self._behaviour.sentence, size, box.width() - u(44), "medium", most=4)
        base = box.top() + u(124)
        mark(stage, box.left() + u(14), base - u(12), BEHAVIOUR_TONES[self._behaviour.verdict])
        for number, line in enumerate(lines):
            stage.text(line, box.left() + u(44), base + u(number * size * 1.4), size, style="medium")
        rest = box.adjusted(0, u(124 + len(lines) * size * 1.4), 0, 0)
        wide = stage.shape is Shape.WIDE
        places = columns(rest, len(self._runs), u(24)) if wide else rows(rest, len(self._runs), u(22))
        for (lane, run, picture), place in zip(self._runs, places, strict=True):
            stage.card(place)
            inner = place.adjusted(u(30), u(20), -u(30), -u(24))
            tone = look.lane(lane.index)
            title = lane.name
            name = stage.text(title, inner.left(), inner.top() + u(34), 30, style="semibold", tone=tone)
            told = f"{run.sentence()}, {run.wall_s:.2f} s" if run is not None else "did not run"
            stage.text(
                told,
                inner.right(),
                inner.top() + u(34),
                24,
                tone=look.muted,
                align=RIGHT,
                room=inner.width() - name - u(30),
            )
            self._output(run, picture, inner.adjusted(0, u(60), 0, 0), at)

    def _output(self, run: RunResult | None, picture: QImage | None, box: QRectF, at: float) -> None:
        stage, u = self._set.stage, self._set.stage.u
        if picture is not None:
            beside = box.width() > box.height() * 1.6
            part = box.adjusted(box.width() * 0.5, 0, 0, 0) if beside else box.adjusted(0, box.height() * 0.4, 0, 0)
            high, wide = part.height(), part.height() * picture.width() / picture.height()
            if wide > part.width():
                wide, high = part.width(), part.width() * picture.height() / picture.width()
            left = part.right() - wide if beside else part.center().x() - wide / 2
            place = QRectF(round(left), round(part.bottom() - high), round(wide), round(high))
            stage.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            stage.painter.fillRect(place, QColor("#ffffff"))
            stage.painter.drawImage(place, picture)
            box = box.adjusted(0, 0, -wide - u(24), 0) if beside else box.adjusted(0, 0, 0, -high - u(16))
        if run is not None:
            self._lines(run, box, at)

    def _lines(self, run: RunResult, box: QRectF, at: float) -> None:
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        size = 24.0
        line = u(size * 1.45)
        room = int(box.height() // line)
        shown: list[tuple[str, str]] = []
        for text, tone in ((run.stdout, look.text), (run.stderr, look.bad)):
            for part in text.replace("\t", "    ").splitlines()[:_MOST_LINES]:
                shown += [(piece, tone) for piece in stage.wrap(part[:_MOST_CHARS], size, box.width(), "mono")]
        if not shown:
            shown = [("It printed nothing.", look.muted)]
        if len(shown) > room:
            shown = [*shown[: max(0, room - 1)], (f"… and {len(shown) - room + 1} more lines", look.muted)]
        now = round(len(shown) * ease(at / _MOVE_S) + 0.499)
        for number, (text, tone) in enumerate(shown[:now]):
            stage.text(text, box.left(), box.top() + number * line + u(size), size, style="mono", tone=tone)


def _picture(data: bytes | None) -> QImage | None:
    """Returns the picture of a PNG file, None if there is none or it is larger than any figure."""
    if data is None:
        return None
    image = QImage.fromData(data)
    return None if image.isNull() or image.width() * image.height() > _MOST_PIXELS else image
