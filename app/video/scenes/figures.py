"""The figures: what both programs drew, side by side, and below how long each lane took from the prompt to it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.present.programs import ProgramShown, end_to_end, figure_words, shown_programs, time_table
from app.sandbox.behaviour import FigurePair
from app.video.scenes.base import Set, columns, draw_rule, rows
from app.video.scenes.programs import draw_head
from app.video.stage import RIGHT, Shape

_EACH_S = 6.0
_MOST = 3  # figures that are shown, one pair after the other
_MOST_PIXELS = 16_000_000
_ROW = 46.0


def make_figures(set_: Set) -> FiguresScene | None:
    """Returns the scene, or None if no program drew."""
    shown = shown_programs(set_.final)
    if shown is None or set_.behaviour is None or not set_.behaviour.figures:
        return None
    return FiguresScene(set_, shown, figure_words(set_.behaviour)[:_MOST])


class FiguresScene:
    """Both charts as large as they go; several figures come one after the other."""

    def __init__(
        self, set_: Set, shown: tuple[ProgramShown, ProgramShown], figures: list[tuple[str, FigurePair]]
    ) -> None:
        self._set = set_
        self._shown = shown
        self._figures = [(words, _picture(pair.a), _picture(pair.b)) for words, pair in figures]
        self.seconds = _EACH_S * len(figures)
        end = end_to_end(set_.final)
        self._sentence = end.sentence if end is not None else ""
        self._note = set_.behaviour.data_note if set_.behaviour is not None else ""
        self._rows = time_table(set_.final)

    def key(self, at: float) -> object:
        """Each figure stands still."""
        return self._number(at)

    def _number(self, at: float) -> int:
        return min(int(at * len(self._figures) / max(self.seconds, 1e-9)), len(self._figures) - 1)

    def draw(self, at: float) -> None:
        """Draws the figures that stand at ``at``."""
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        wide = stage.shape is Shape.WIDE
        upper, lower = (u(120), u(140)) if stage.shape is Shape.TALL else (u(48), u(44))
        box = stage.area.adjusted(u(56), upper, -u(56), -lower)
        words, *pictures = self._figures[self._number(at)]
        y = box.top()
        for line in stage.wrap(words, 38, box.width(), "semibold", most=2):
            y += u(50)
            stage.text(line, box.left(), y - u(8), 38, style="semibold")
        foot = stage.wrap(self._sentence, 30, box.width(), "medium", most=2) if self._sentence else []
        below = u(_ROW * len(self._rows) + 52) if self._rows else 0.0
        below += u(44 * len(foot) + 12) if foot else 0.0
        note = stage.wrap(self._note, 24, box.width(), most=2) if self._note else []
        below += u(36 * len(note) + 6) if note else 0.0
        charts = QRectF(box.left(), y + u(16), box.width(), box.bottom() - y - u(16) - below)
        spare = charts.height() - self._wanted(pictures, charts.width())
        if spare > 0:
            charts.adjust(0, spare * 0.3, 0, -spare * 0.5)
        places = columns(charts, 2, u(24)) if wide else rows(charts, 2, u(22))
        for shown, picture, place in zip(self._shown, pictures, places, strict=True):
            stage.card(place, edge=look.lane(shown.lane.index), wide=2)
            inner = place.adjusted(u(24), u(14), -u(24), -u(22))
            draw_head(self._set, shown, shown.ended, inner)
            self._picture(picture, inner.adjusted(0, u(52), 0, 0))
        y = charts.bottom() + u(20)
        if self._rows:
            rights = [place.right() for place in places] if wide else [box.center().x() + u(60), box.right()]
            y = self._table(box, y, rights)
        for line in foot:
            y += u(44)
            stage.text(line, box.left(), y, 30, style="medium")
        for line in note:
            y += u(38)
            stage.text(line, box.left(), y, 24, tone=look.muted)

    def _wanted(self, pictures: list[QImage | None], width: float) -> float:
        """The height of both cards that the pictures can fill."""
        u = self._set.stage.u
        wide = self._set.stage.shape is Shape.WIDE
        inner = ((width - u(24)) / 2 if wide else width) - u(48)
        high = max((inner * picture.height() / picture.width() for picture in pictures if picture), default=u(200))
        each = high + u(14 + 52 + 22)
        return each if wide else 2 * each + u(22)

    def _picture(self, picture: QImage | None, box: QRectF) -> None:
        stage = self._set.stage
        if picture is None:
            stage.text("no figure", box.left(), box.top() + stage.u(60), 30, tone=stage.look.muted)
            return
        scale = min(box.width() / picture.width(), box.height() / picture.height())
        wide, high = round(picture.width() * scale), round(picture.height() * scale)
        left, top = round(box.center().x() - wide / 2), round(box.center().y() - high / 2)
        place = QRectF(left, top, wide, high)
        stage.painter.save()
        stage.clip(place, 8)
        stage.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        stage.painter.fillRect(place, QColor("#ffffff"))
        stage.painter.drawImage(place, _scaled(picture, wide, high))
        stage.painter.restore()

    def _table(self, box: QRectF, y: float, rights: list[float]) -> float:
        """Draws the times of both lanes below ``y``, each ending at its place; returns where it ends."""
        stage, look, u = self._set.stage, self._set.stage.look, self._set.stage.u
        room = u(300)
        y += u(34)
        for right, shown in zip(rights, self._shown, strict=True):
            tone = look.lane(shown.lane.index)
            stage.text(shown.lane.name, right, y, 26, style="semibold", tone=tone, align=RIGHT, room=room)
        y += u(12)
        for place, (name, values) in enumerate(self._rows):
            last = place + 1 == len(self._rows)
            draw_rule(stage, box, y)
            base = y + u(_ROW * 0.72)
            style = "semibold" if last else "medium"
            stage.text(name, box.left(), base, 26, style=style, tone=look.text if last else look.muted, room=room)
            for right, value in zip(rights, values, strict=True):
                stage.text(value, right, base, 28, style=style, align=RIGHT)
            y += u(_ROW)
        return y


def _scaled(picture: QImage, wide: int, high: int) -> QImage:
    """A picture made smaller: Qt's painter by itself leaves the lines of a chart ragged."""
    if wide >= picture.width():
        return picture
    return picture.scaled(wide, high, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _picture(data: bytes | None) -> QImage | None:
    """Returns the picture of a PNG file, None if there is none or it is larger than any figure."""
    if data is None:
        return None
    image = QImage.fromData(data)
    return None if image.isNull() or image.width() * image.height() > _MOST_PIXELS else image
