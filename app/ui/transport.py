"""Play, pause, scrub and speed: the bar over a replayed race."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QWidget

from app.ui.icons import icon
from app.ui.replay_player import SPEEDS, ReplayPlayer
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from app.ui.widgets import button

_STEPS = 1000
_HANDLE = 14
"""Width of the slider's handle in pixels, as in the style sheet."""


class MomentSlider(QSlider):
    """A slider that jumps to where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Moves the handle under the pointer, so that the press goes on as a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            room = max(1, self.width() - _HANDLE)
            self.setValue(round(self.maximum() * (event.position().x() - _HANDLE / 2) / room))
        super().mousePressEvent(event)


class Transport(QWidget):
    """Controls a :class:`ReplayPlayer`."""

    def __init__(self, theme: Theme, player: ReplayPlayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._player = player
        self._moving = False
        self.play_button = button("", tip="Play or pause (Space)", name="Play")
        self.play_button.setFixedWidth(44)
        self.play_button.clicked.connect(self.toggle)
        self.slider = MomentSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setSingleStep(_STEPS // 100)
        self.slider.setAccessibleName("Moment of the race")
        self.slider.setToolTip("Drag to any moment of the race.")
        self.slider.valueChanged.connect(self._slid)
        self._time = TextLine(theme, tone="muted", size=9, right=True, widest="000.00 / 000.00 s", ground="ground")
        self.speeds = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        row.addWidget(self._time)
        speeds = QHBoxLayout()
        speeds.setSpacing(2)
        for speed in SPEEDS:
            choice = button(
                f"{speed}\u00d7", "quiet", tip=f"Play at {speed} times the lane clock", name=f"Speed {speed}"
            )
            choice.setCheckable(True)
            choice.setChecked(speed == 1)
            self.speeds.addButton(choice, speed)
            speeds.addWidget(choice)
        row.addLayout(speeds)
        self.speeds.idClicked.connect(self._speed_picked)
        player.moved.connect(self._moved)
        player.playing_changed.connect(self._restyle)
        theme.changed.connect(self._restyle)
        self._restyle()

    def toggle(self) -> None:
        """Plays or pauses."""
        if self._player.playing:
            self._player.pause()
        else:
            self._player.play()

    def _speed_picked(self, speed: int) -> None:
        self._player.speed = speed

    def _slid(self, value: int) -> None:
        if not self._moving:
            self._player.pause()
            self._player.seek(self._player.duration * value / _STEPS)

    def _moved(self, seconds: float) -> None:
        duration = self._player.duration
        self._time.setText(f"{seconds:.2f} / {duration:.2f} s")
        if not self.slider.isSliderDown():
            self._moving = True
            self.slider.setValue(round(_STEPS * seconds / duration) if duration else 0)
            self._moving = False

    def _restyle(self) -> None:
        playing = self._player.playing
        self.play_button.setIcon(icon(self._theme, "pause" if playing else "play"))
        self.play_button.setAccessibleName("Pause" if playing else "Play")
