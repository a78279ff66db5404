"""A moment of the film as it will be, drawn off the window's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSlider, QVBoxLayout, QWidget

from app.draw.studio import Export, MovingPicture
from app.present.film_options import FilmOptions
from app.race.problems import Problem
from app.ui.tasks import Tasks, in_thread
from app.ui.widgets import label, set_text

_PAUSE_S = 0.12
_START = 0.2


class Preview(QWidget):
    """Shows one frame of a film and a slider through all of it.

    Signals:
        failed: The film cannot be made; a problem.
    """

    failed = Signal(object)

    def __init__(self, export: Callable[[FilmOptions], Export], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export = export
        self._options: FilmOptions | None = None
        self._film: tuple[FilmOptions, MovingPicture] | None = None
        self._again = False
        self._tasks = Tasks(self)
        self._image: QImage | None = None
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(QSize(480, 320))
        self.picture.setAccessibleName("Preview of the film")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 1000)
        self.slider.setValue(round(1000 * _START))
        self.slider.setAccessibleName("Moment of the film")
        self.about = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.slider)
        layout.addWidget(self.about)
        self.slider.valueChanged.connect(lambda _: self._draw_later())

    def show_options(self, options: FilmOptions) -> None:
        """Shows the film with other options, after a short pause in case more of them change."""
        self._options = options
        self._draw_later()

    def _draw_later(self) -> None:
        self._again = True
        if not self._tasks.running("draw"):
            self._tasks.start(self._draw(), name="draw", doing="a picture was drawn", failed=self._not_drawn)

    async def _draw(self) -> None:
        """Draws what is wanted until nothing else is; one picture at a time, since a film is not for two threads."""
        while self._again:
            await asyncio.sleep(_PAUSE_S)
            self._again = False
            if self._options is not None:
                await self._draw_one(self._options)

    async def _draw_one(self, options: FilmOptions) -> None:
        share = self.slider.value() / self.slider.maximum()
        kept = self._film if self._film is not None and self._film[0] == options else None

        def work() -> tuple[FilmOptions, MovingPicture, QImage, int]:
            film = kept[1] if kept else self._export(options).film
            number = round(share * (film.frames - 1))
            return options, film, film.frame(number).copy(), number

        options, film, self._image, number = await in_thread(work)
        self._film = options, film
        at = number / options.fps
        set_text(self.about, f"{at:.1f} s of {film.seconds:.1f} s · {film.frames} pictures")
        self._scale()

    def _not_drawn(self, problem: Problem) -> None:
        self.failed.emit(problem)
        if self._again:
            self._draw_later()

    def _scale(self) -> None:
        if self._image is not None:
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap.fromImage(self._image).scaled(
                self.picture.size() * ratio,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pixmap.setDevicePixelRatio(ratio)
            self.picture.setPixmap(pixmap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the picture as large as it fits."""
        super().resizeEvent(event)
        self._scale()
