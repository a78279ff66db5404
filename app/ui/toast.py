"""A short remark at the bottom of the window, with at most one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.ui.tasks import Tasks, after
from app.ui.widgets import button, label

_STAYS_S = 4.0
_STAYS_WITH_ACTION_S = 9.0


class Toast(QFrame):
    """Shows one remark at a time over ``host``; it goes by itself, and then runs what waited for that (``ended``)."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setProperty("role", "toast")
        self._host = host
        self._action: Callable[[], None] | None = None
        self._ended: Callable[[], None] | None = None
        self._text = label("")
        self.action_button = button("")
        self.action_button.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._text)
        row.addWidget(self.action_button)
        self._tasks = Tasks(self)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(
        self,
        text: str,
        *,
        action: str = "",
        act: Callable[[], None] | None = None,
        ended: Callable[[], None] | None = None,
    ) -> None:
        """Shows ``text``; ``act`` runs if the user presses ``action``, ``ended`` if the remark goes without that."""
        self.dismiss()
        self._text.setText(text)
        self._action, self._ended = act, ended
        self.action_button.setText(action)
        self.action_button.setAccessibleName(action)
        self.action_button.setVisible(act is not None)
        self.setAccessibleName(text)
        self.show()
        self.raise_()
        self._place()
        stays = _STAYS_WITH_ACTION_S if act else _STAYS_S
        self._tasks.start(after(stays, self.dismiss), name="stay")

    def dismiss(self) -> None:
        """Takes the remark away."""
        self._tasks.cancel("stay")
        self.hide()
        ended, self._ended, self._action = self._ended, None, None
        if ended is not None:
            ended()

    def _act(self) -> None:
        act, self._action, self._ended = self._action, None, None
        self.dismiss()
        if act is not None:
            act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps its place when the host changes its size."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._host.width() - self.width()) // 2, self._host.height() - self.height() - 24)
