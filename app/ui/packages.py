"""Brings packages for generated programs in the background, and the quiet line that shows how far it is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.places import Places
from app.race.problems import Problem, ProblemError
from app.ui.tasks import Tasks, in_thread
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from app.ui.widgets import button

if TYPE_CHECKING:
    from app.sandbox.installing import Bringing, Tell

_THOUSAND: Final = 1000


class PackageBringer(QObject):
    """Brings packages, one list of them at a time.

    Signals:
        stepped: How far it is; carries a :class:`Bringing`. came: They are there. failed: Carries what went wrong.
        given_up: The user gave it up.
    """

    stepped = Signal(object)
    came = Signal()
    failed = Signal(object)
    given_up = Signal()

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._tasks = Tasks(self)
        self._hold = threading.Event()
        self.wanted: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether packages are being brought."""
        return self._tasks.running("bring")

    @property
    def held(self) -> bool:
        """Whether it stands still, because something is measured."""
        return self._hold.is_set()

    def hold(self, on: bool) -> None:
        """Stands still while something is measured."""
        if on:
            self._hold.set()
        else:
            self._hold.clear()

    def bring_missing(self, more: Sequence[str] = ()) -> None:
        """Brings what generated programs usually want, where it is not there yet and a sandbox may run them."""

        async def work() -> None:
            if sys.platform in ("linux", "darwin") and not await in_thread(lambda: _complete(self._places, more)):
                self.bring(more)

        self._tasks.start(work(), name="look", doing="packages were looked for")

    def bring(self, more: Sequence[str] = ()) -> None:
        """Brings numpy, pandas, matplotlib and what is there already, and ``more`` packages."""
        self.wanted = tuple(dict.fromkeys((*self.wanted, *more)))
        if self.running:
            return  # What is wanted besides comes afterwards.
        stop = threading.Event()
        tell = self._tasks.told(self.stepped.emit)

        async def work() -> None:
            names: tuple[str, ...] | None = None
            while names != self.wanted:
                names = self.wanted
                await in_thread(partial(_bring, self._places, names, tell, stop, self._hold), stop=stop.set)
            self.came.emit()

        self._tasks.start(work(), name="bring", doing="packages were brought", failed=self.failed.emit)

    def give_up(self) -> None:
        """Stops; what was there before stays."""
        self._tasks.cancel("bring")
        self.wanted = ()
        self.given_up.emit()


def _complete(places: Places, more: Sequence[str]) -> bool:
    from app.sandbox.environment import read_ready  # It takes its time, and few starts need it.

    ready = read_ready(places.data / "sandbox")
    return ready is not None and {name.lower() for name in more} <= {name.lower() for name in ready.names}


def _bring(places: Places, more: Sequence[str], tell: Tell, stop: threading.Event, hold: threading.Event) -> None:
    from app.sandbox.environment import read_ready, setup

    where = places.data / "sandbox"
    ready = read_ready(where)
    names = [*(ready.names if ready is not None else ()), *more]
    result = setup(tell, where=where, more=list(dict.fromkeys(names)), stop=stop, hold=hold)
    if isinstance(result, Problem) and result.kind != "stopped":
        raise ProblemError(result)


class PackagesLine(QWidget):
    """Shows what a bringer does, beside the tabs, where it moves nothing; hidden while it does nothing.

    Signals:
        declined: The user does not want them brought by themselves.
    """

    declined = Signal()

    def __init__(self, bringer: PackageBringer, theme: Theme) -> None:
        super().__init__()
        self._bringer = bringer
        self.said = TextLine(theme, tone="muted", size=9, right=True, ground="ground")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.progress.setRange(0, _THOUSAND)
        self.progress.setAccessibleName("Progress of the packages")
        self.again = button("Try again", "quiet", tip="Looks for the packages once more")
        self.cancel = button("Cancel", "quiet", tip="Brings none. Where a program wants one, it is offered again.")
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self.said, 1)
        for widget in (self.progress, self.again, self.cancel):
            row.addWidget(widget)
        self.again.clicked.connect(lambda: bringer.bring())
        self.cancel.clicked.connect(self._cancel)
        bringer.stepped.connect(self._stepped)
        bringer.failed.connect(self._failed)
        bringer.came.connect(self.hide)
        bringer.given_up.connect(self.hide)
        self.hide()

    def _cancel(self) -> None:
        self.hide()
        self._bringer.give_up()
        self.declined.emit()

    def _stepped(self, step: Bringing) -> None:
        size = f", {step.done_mb:.0f} of about {step.total_mb:.0f} MB" if step.total_mb >= 1 else ""
        waits = " (waits for the race)" if self._bringer.held else ""
        long = f"Packages for the programs that models write{waits}: {step.doing}{size}"
        self.said.set_forms([long, f"Packages{waits}: {step.doing}{size}", f"Packages{size}"])
        self.setToolTip(long)
        self.progress.setValue(round(step.share * _THOUSAND))
        self.progress.show()
        self.again.hide()
        self.cancel.setText("Cancel")
        self.show()

    def _failed(self, problem: Problem) -> None:
        self.said.set_forms([str(problem), problem.sentence])
        self.setToolTip("\n".join(part for part in (str(problem), problem.details) if part))
        self.progress.hide()
        self.again.show()
        self.cancel.setText("Not now")
        self.show()
