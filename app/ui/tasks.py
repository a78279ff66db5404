"""The window's background work: coroutines on its loop, and blocking calls in threads that they wait for.

Every part of the window that has such work owns a :class:`Tasks`. A task ends with its owner, when it is given up, or
when another one of its name is started; one that fails tells its Problem and disturbs no other.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject

from app.boundary.unexpected import UNEXPECTED, problem_of
from app.race.problems import Problem

T = TypeVar("T")
P = ParamSpec("P")

_threads: set[threading.Thread] = set()


@dataclass(eq=False)
class _Job:
    work: Coroutine[Any, Any, None]
    name: str
    doing: str
    failed: Callable[[Problem], None] | None
    task: asyncio.Task[None] | None = None


class Tasks(QObject):
    """The tasks of one part of the window, which is their parent in Qt too. All methods are for the window's thread."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._jobs: list[_Job] = []
        self._waiting: list[_Job] = []
        self._keepers: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._closed = False
        self.destroyed.connect(lambda: self.close())

    def running(self, name: str) -> bool:
        """Whether a task of that name was started and is not over."""
        return any(job.name == name for job in self._jobs)

    def start(
        self,
        work: Coroutine[Any, Any, None],
        *,
        name: str,
        doing: str = "",
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Starts a task, and gives up an earlier one of its name: the latest wins.

        Args:
            work: What is done.
            name: Of the task among those of its owner.
            doing: For the user, such as ``"reading the library"``.
            failed: Called with what went wrong. None: what was foreseen is not told, a mistake in the app is told by
                the window.
        """
        if self._closed:
            work.close()
            return
        self.cancel(name)
        job = _Job(work, name, doing, failed)
        self._jobs.append(job)
        if self._group is None:
            self._waiting.append(job)
            if len(self._waiting) == 1:
                self._keep()
        else:
            self._begin(job, self._group)

    def cancel(self, name: str) -> None:
        """Gives up the task of that name. Nothing that it would have done happens any more."""
        for job in [job for job in self._jobs if job.name == name]:
            self._drop(job)

    def close(self) -> None:
        """Gives up all; whatever is started from now on is given up too."""
        self._closed = True
        for job in list(self._jobs):
            self._drop(job)

    async def ended(self) -> None:
        """Returns when no task runs any more."""
        while self._keepers:
            await asyncio.wait(self._keepers)

    def told(self, tell: Callable[P, None]) -> Callable[P, None]:
        """Returns what another thread calls in place of ``tell``, which is then called in the window's thread.

        Nothing is told any more once these tasks are closed.
        """
        loop = asyncio.get_running_loop()

        def arrived(*args: P.args, **kwargs: P.kwargs) -> None:
            if not self._closed:
                tell(*args, **kwargs)

        def send(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                loop.call_soon_threadsafe(lambda: arrived(*args, **kwargs))
            except RuntimeError:
                return  # The loop is gone with the window, and nobody waits for it any more.

        return send

    def _keep(self) -> None:
        keeper = asyncio.get_running_loop().create_task(self._hold())
        self._keepers.add(keeper)
        keeper.add_done_callback(self._keepers.discard)

    async def _hold(self) -> None:
        """Holds the group while there is something in it."""
        if not self._waiting:
            return  # They were given up, or another one took them.
        async with asyncio.TaskGroup() as group:
            self._group = group
            for job in self._waiting:
                self._begin(job, group)
            self._waiting.clear()

    def _begin(self, job: _Job, group: asyncio.TaskGroup) -> None:
        job.task = group.create_task(self._run(job))
        job.task.add_done_callback(lambda _: job.work.close())  # It may be given up before its first step.

    async def _run(self, job: _Job) -> None:
        try:
            await job.work
        except Exception as error:  # noqa: BLE001 - the boundary of the window's tasks
            self._forget(job)
            self._fail(job, problem_of(error, "ui", job.doing))
        finally:
            self._forget(job)

    @staticmethod
    def _fail(job: _Job, problem: Problem) -> None:
        loop = asyncio.get_running_loop()
        try:
            if job.failed is not None:
                job.failed(problem)
            elif problem.kind == UNEXPECTED:
                loop.call_exception_handler({"message": problem.sentence, "problem": problem})
        except Exception as error:  # noqa: BLE001 - one task's end must not be that of the others
            loop.call_exception_handler({"message": "A failure could not be told.", "exception": error})

    def _drop(self, job: _Job) -> None:
        if job.task is None:
            self._waiting.remove(job)
            job.work.close()
        elif job.task is asyncio.current_task():
            return  # It goes on with something else under its own name.
        else:
            job.task.cancel()
        self._forget(job)

    def _forget(self, job: _Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
        if not self._jobs:
            self._group = None  # It ends with its last task; the next one opens another.


async def in_thread(work: Callable[[], T], *, stop: Callable[[], object] | None = None) -> T:
    """Runs a blocking call in a thread of its own and returns its result.

    Threads are not pooled: a film that waits for a race must not take one that the race needs.

    Args:
        work: What is done. What it raises is raised here.
        stop: Asks ``work`` to end soon; called when the waiting task is cancelled, which then waits for that end.
            None: what cannot be asked is left to itself, and its result is dropped.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[T] = loop.create_future()

    given_up = False

    def settle(result: T | None, error: Exception | None) -> None:
        if given_up:
            if error is not None:
                problem_of(error, "ui", "something was done that nobody waited for any more")
        elif error is not None:
            arrived.set_exception(error)
        else:
            arrived.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        problem: Exception | None = RuntimeError("the work ended without a result")
        try:
            result, problem = work(), None
        except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
            problem = error if not isinstance(error, StopIteration) else problem
        finally:
            _threads.discard(thread)
            try:
                loop.call_soon_threadsafe(settle, result, problem)
            except RuntimeError:
                pass  # The loop is gone, and nobody waits for it any more.

    thread = threading.Thread(target=run, name=f"task {getattr(work, '__qualname__', '')}", daemon=True)
    _threads.add(thread)
    thread.start()
    try:
        return await asyncio.shield(arrived)
    except asyncio.CancelledError:
        if stop is not None:
            stop()
            await asyncio.wait({arrived})
            arrived.exception()  # Whatever it says now, it was asked to end.
        given_up = True
        raise


async def after(seconds: float, call: Callable[[], None]) -> None:
    """Calls once that many seconds have passed: started again under its name, it waits anew."""
    await asyncio.sleep(seconds)
    call()


def join_threads(patience_s: float) -> bool:
    """Waits for the threads of :func:`in_thread`, so many seconds at most. Returns whether all have ended."""
    end = time.monotonic() + patience_s
    for thread in list(_threads):
        thread.join(max(0.0, end - time.monotonic()))
    return not any(thread.is_alive() for thread in list(_threads))
