"""Whether the programs of both lanes do the same: found out in the background after a race, or read from beside it."""

from __future__ import annotations

import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.present.view import RaceView
from app.present.words import BEHAVIOUR_TONES
from app.race.fold import Phase
from app.race.problems import Problem
from app.ui.same_strip import SameStrip
from app.ui.tasks import Tasks, in_thread

if TYPE_CHECKING:
    from app.sandbox.behaviour import Behaviour

_WORDS = {"same": "Programs behave the same.", "different": "Programs differ."}


class BehaviourCheck(QObject):
    """Fills the behaviour line of a Same? strip.

    Signals:
        found: There is a verdict; carries the :class:`Behaviour`. ended: The programs that ran are done.
    """

    found = Signal(object)
    ended = Signal()

    def __init__(self, strip: SameStrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._strip = strip
        self._tasks = Tasks(self)
        self._behaviour: Behaviour | None = None
        self._running = False
        self._ran: tuple[RaceView, Path | None, tuple[str, ...]] | None = None

    @property
    def running(self) -> bool:
        """Whether programs run in the sandbox."""
        return self._running

    @property
    def behaviour(self) -> Behaviour | None:
        """The verdict that is shown."""
        return self._behaviour

    def forget(self) -> None:
        """Stops a check that runs; the strip is cleared by whoever shows another race."""
        self._tasks.cancel("check")
        self._behaviour = None
        self._ran = None
        self._end()

    def _end(self) -> None:
        was, self._running = self._running, False
        if was:
            self.ended.emit()

    def run(self, view: RaceView, trace: Path | None, hosts: tuple[str, ...] = ()) -> None:
        """Runs the programs of a race that has some in the sandbox; keeps the verdict beside its trace.

        Args:
            hosts: What they may fetch from.
        """
        from app.sandbox.races import to_be_verified

        self.forget()
        whole = all(lane.state.phase is Phase.FINISHED for lane in view.lanes)
        if not whole or not view.contenders or not to_be_verified(view.header, view.state):
            return
        self._strip.set_behaviour("faint", "Running both programs in the sandbox\u2026", details=False)
        self._ran = (view, trace, hosts)
        self._running = True
        self._start(self._verify(view, trace, hosts))

    def run_again(self) -> None:
        """Runs the programs again that lacked a package, which may be there now."""
        if self._ran is not None and self._behaviour is not None and self._behaviour.lacks:
            self.run(*self._ran)

    def recall(self, trace: Path) -> None:
        """Shows the verdict that was kept beside a trace, if there is one."""
        self.forget()
        self._start(self._recall(trace))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, name="check", doing="the programs were compared", failed=self._failed)

    async def _verify(self, view: RaceView, trace: Path | None, hosts: tuple[str, ...]) -> None:
        stop = threading.Event()
        behaviour = await in_thread(lambda: _verify(view, trace, hosts, stop), stop=stop.set)
        self._end()
        self._show(behaviour)

    async def _recall(self, trace: Path) -> None:
        self._show(await in_thread(lambda: _stored(trace)))

    def _show(self, behaviour: Behaviour | None) -> None:
        if behaviour is None:
            return  # There is nothing to say.
        self._behaviour = behaviour
        words = _WORDS.get(behaviour.verdict.value, "")
        action = "" if behaviour.lacks else behaviour.action  # There is a button for what is lacking.
        sentence = " ".join(part for part in (words, behaviour.sentence, action) if part)
        self._strip.set_behaviour(
            BEHAVIOUR_TONES[behaviour.verdict], sentence, details=behaviour.run_a is not None, lacks=behaviour.lacks
        )
        self.found.emit(behaviour)

    def _failed(self, problem: Problem) -> None:
        self._end()
        self._strip.set_behaviour("faint", f"Not run: {problem.sentence}", details=False)


def _verify(view: RaceView, trace: Path | None, hosts: tuple[str, ...], stop: threading.Event) -> Behaviour | None:
    # Imported here, because it is needed only after a race and takes its time.
    from app.sandbox.base import find_sandbox
    from app.sandbox.races import store_behaviour, verify_race

    behaviour = verify_race(view.header, view.state, find_sandbox(), stop, trace=trace, hosts=hosts)
    if behaviour is not None and trace is not None and not stop.is_set() and trace.exists():
        store_behaviour(trace, behaviour)
    return behaviour


def _stored(trace: Path) -> Behaviour | None:
    from app.sandbox.races import stored_behaviour

    return stored_behaviour(trace)
