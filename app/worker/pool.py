"""Workers kept between races, so that a second race of the same pair starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import psutil

from app.race.lanes import MAX_K, KPolicy, LaneSpec
from app.worker.one_copy import OneCopyProcess, SharedLane, shares
from app.worker.process import WorkerProcess

_PATIENCE_S = 10.0
"""How long a worker may take to give its memory back before it is ended by force."""


def load_key(spec: LaneSpec) -> LaneSpec:
    """Returns what decides the loaded state of a worker: the spec without what a run sets anew.

    A drafting lane is loaded for the largest K, so that K can change without loading again.
    """
    return msgspec.structs.replace(spec, id="", k=MAX_K if spec.k else 0, policy=KPolicy.FIXED)


class WorkerPool:
    """Starts workers ahead of a race and hands them out.

    Args:
        make: Makes a worker that was not started yet.
    """

    def __init__(self, make: Callable[[], WorkerProcess] = WorkerProcess) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._idle: list[tuple[LaneSpec, WorkerProcess]] = []
        self._busy: list[tuple[LaneSpec, WorkerProcess]] = []
        self._home: OneCopyProcess | None = None

    def prepare(self, specs: Sequence[LaneSpec], *, share: bool = False) -> None:
        """Starts loading workers for ``specs`` and ends idle ones that fit none of them; see :meth:`acquire`."""
        with self._lock:
            kept: list[tuple[LaneSpec, WorkerProcess]] = []
            self._make_room(specs)
            for key in self._keys(specs, share):
                kept.append((key, self._take(key) or self._start(key)))
            for _, worker in self._idle:
                worker.quit()
            self._idle = kept

    def acquire(self, specs: Sequence[LaneSpec], *, share: bool = False) -> dict[str, WorkerProcess]:
        """Returns a worker for each lane id, loaded or loading. They belong to the caller until ``release``.

        Args:
            share: Lanes with the same loaded state get the same worker, for a format that runs one at a time.
        """
        with self._lock:
            taken: dict[str, WorkerProcess] = {}
            shared: dict[str, WorkerProcess] = {}
            self._make_room(specs)
            for spec in specs:
                key = load_key(spec)
                name = repr(key)
                worker = shared.get(name) if share else None
                if worker is None:
                    worker = self._take(key) or self._start(key)
                    self._busy.append((key, worker))
                    shared[name] = worker
                taken[spec.id] = worker
            for _, worker in self._idle:
                worker.quit()
            self._idle = []
            return taken

    def _make_room(self, specs: Sequence[LaneSpec]) -> None:
        """Where memory has room for one copy only, other workers are gone before it is loaded."""
        if not any(map(shares, specs)):
            return
        keys = [load_key(spec) for spec in specs]
        others = [item for item in self._idle if item[0] not in keys]
        self._idle = [item for item in self._idle if item[0] in keys]
        for _, worker in others:
            worker.quit()
        for _, worker in others:
            if not isinstance(worker, SharedLane) and not worker.wait(_PATIENCE_S):
                worker.kill()
                worker.wait(_PATIENCE_S)

    @staticmethod
    def _keys(specs: Sequence[LaneSpec], share: bool) -> list[LaneSpec]:
        keys = [load_key(spec) for spec in specs]
        return list({repr(key): key for key in keys}.values()) if share else keys

    def release(self, workers: Sequence[WorkerProcess]) -> None:
        """Takes workers back after a race; those that still live are kept for the next one."""
        with self._lock:
            back = [item for item in self._busy if item[1] in workers]
            self._busy = [item for item in self._busy if item[1] not in workers]
            for key, worker in back:
                worker.detach()
                if worker.alive:
                    self._idle.append((key, worker))
                else:
                    worker.quit()

    def held_bytes(self) -> int:
        """Returns the memory that idle workers hold for themselves, which would be free if others were loaded."""
        with self._lock:
            pids = [worker.pid for _, worker in self._idle if worker.alive]
        held = 0
        for pid in pids:
            with suppress(psutil.Error):
                info = psutil.Process(pid).memory_info()
                held += max(0, info.rss - getattr(info, "shared", 0))
        return held

    def close(self, timeout: float = 2.0) -> None:
        """Ends all workers, by force if they do not go within ``timeout`` seconds each."""
        with self._lock:
            workers = [worker for _, worker in (*self._idle, *self._busy)]
            self._idle, self._busy = [], []
        for worker in workers:
            worker.quit()
        for worker in workers:
            if not worker.wait(timeout):
                worker.kill()

    def _take(self, key: LaneSpec) -> WorkerProcess | None:
        for item in self._idle:
            if item[0] == key and item[1].alive:
                self._idle.remove(item)
                return item[1]
        return None

    def _start(self, key: LaneSpec) -> WorkerProcess:
        if shares(key):
            if self._home is None or not self._home.takes(key):
                self._home = OneCopyProcess()
            return self._home.open(key)
        worker = self._make()
        worker.start(key)
        return worker
