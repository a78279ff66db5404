"""Downloads of a pair: several files at once, resumed, checked, with a bar that never goes back.

Plain threads and a callback, so that a window and a command line drive it alike.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import msgspec

from app.boundary.unexpected import problem_of
from app.models.hub import problems as hub_problems
from app.models.hub import stored
from app.models.hub.cache import adopt, checked, find_cached
from app.models.hub.client import Hub
from app.models.hub.control import Control, DownloadCancelled
from app.models.hub.progress import Progress, Samples, add, progress
from app.models.hub.remote import RemoteFile
from app.models.hub.transfer import Retries, Transfer
from app.models.hub.wanted import WantedSource, find_wanted
from app.models.pairs import NOTES, Pair
from app.places import Places, make_private
from app.race.problems import Problem, ProblemError

RESERVE = 64 << 20
"""Bytes that a download leaves free on the disk."""


class DownloadSettings(msgspec.Struct, frozen=True):
    """How a download behaves.

    Attributes:
        workers: Files at once.
        every_s: Least seconds between two calls of the callback.
        retries: Patience with the network.
    """

    workers: int = 3
    every_s: float = 0.1
    retries: Retries = Retries()


class DownloadReport(msgspec.Struct, frozen=True):
    """How a download ended.

    Attributes:
        problem: None if every file is here and checked.
        fetched: Bytes that came over the network.
        reused: Bytes that were here already, from an earlier download or in the shared hub cache.
    """

    problem: Problem | None
    fetched: int = 0
    reused: int = 0


def free_bytes(folder: Path) -> int:
    """Returns the free bytes on the disk that `folder` is or will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


class Download:
    """One download of one pair. Used once: `run`, or `start` and later `join`."""

    def __init__(
        self,
        pair: Pair,
        places: Places,
        hub: Hub,
        on_progress: Callable[[Progress], None] = lambda now: None,
        settings: DownloadSettings = DownloadSettings(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.monotonic,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """Prepares, and does nothing yet.

        Args:
            pair: What to fetch.
            places: Where to put it.
            hub: Where to get it.
            on_progress: Called from worker threads, never from two at once, about ten times a second.
            settings: See DownloadSettings.
            clock: Seconds, monotonic.
            free: Gives the free bytes for a folder.
        """
        self._control = Control()
        self._pair, self._places, self._hub = pair, places, hub.under(self._control)
        self._on_progress, self._settings, self._clock, self._free = on_progress, settings, clock, free
        self._thread: threading.Thread | None = None
        self._report: DownloadReport | None = None
        # Reentrant: the callback may pause the download, and a pause calls the callback.
        self._lock = threading.RLock()
        self._samples, self._last = Samples(), -1e9
        self._total: int | None = None
        self._transfers: list[Transfer] = []
        self._reused = 0

    # --- driven from outside, in any thread -------------------------------------------------------------------------

    def start(self) -> None:
        """Runs in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name=f"download {self._pair.id}", daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> DownloadReport | None:
        """Waits for the end. None if it has not ended within `timeout` seconds."""
        if self._thread is not None:
            self._thread.join(timeout)
            if self._report is None and not self._thread.is_alive():
                return DownloadReport(hub_problems.ended(self._pair.title))
        return self._report

    def pause(self) -> None:
        """Holds it; what was fetched stays."""
        self._control.pause()
        self._tell("paused", at_once=True)

    def resume(self) -> None:
        """Goes on."""
        self._control.resume()
        self._tell("fetching", at_once=True)

    def cancel(self) -> None:
        """Stops at once, whatever it waits for. What was fetched is kept, and the next download goes on from there."""
        self._control.cancel()

    # --- the work ---------------------------------------------------------------------------------------------------

    def run(self) -> DownloadReport:
        """Does it all and returns when it has ended, well or not. What network and disk do wrong is in the report."""
        problem: Problem | None
        try:
            problem = self._run()
            if problem is None:
                self._tell("done", at_once=True)
        except DownloadCancelled:
            problem = hub_problems.cancelled()
        except ProblemError as error:
            problem = error.problem
        except OSError as error:
            problem = hub_problems.disk(str(self._places.models), error)
        except Exception as error:  # noqa: BLE001 - whoever waits for the report must get one
            problem = problem_of(error, "models", f"downloading {self._pair.title}")
        fetched = sum(transfer.fetched for transfer in self._transfers)
        self._report = DownloadReport(problem=problem, fetched=fetched, reused=self._reused)
        return self._report

    def _run(self) -> Problem | None:
        self._tell("asking", at_once=True)
        sources = find_wanted(self._pair, self._places, self._hub, self._settings.retries, self._control)
        with _Locks([source.folder for source in sources]):
            self._total = sum(size for _, size in {(s.folder / f.path, f.size) for s in sources for f in s.files})
            missing = self._take_what_is_here(sources)
            self._check_space(missing)
            problem = self._fetch(missing)
            if problem is None:
                for source in sources:
                    _record(source, None)
            return problem

    def _take_what_is_here(self, sources: list[WantedSource]) -> list[tuple[WantedSource, RemoteFile]]:
        """Checks files that are complete, here or in the shared cache. Returns those that have to be fetched."""
        missing: dict[Path, tuple[WantedSource, RemoteFile]] = {}
        for source in sources:
            complete = stored.read_note(stored.complete_path(source.folder), stored.Complete)
            for file in source.files:
                final = source.folder / file.path
                if final in missing:
                    continue
                if _is_recorded(complete, final, file) or self._take(source, file, final):
                    self._reused += file.size
                    self._tell("checking")
                else:
                    missing[final] = (source, file)
        return list(missing.values())

    def _take(self, source: WantedSource, file: RemoteFile, final: Path) -> bool:
        """Checks a file that lies here unrecorded or in the shared cache; records it if its content is right."""
        cached = find_cached(self._hub.settings.cache, source.repository, source.commit, file)
        for found in (final if final.is_file() and final.stat().st_size == file.size else None, cached):
            if found is None:
                continue
            try:
                check = stored.check_bytes(found, file, lambda count: self._control.wait_while_paused())
                if check.fits():
                    if found != final:
                        adopt(found, final)
                    stored.damaged_path(source.folder, file.path).unlink(missing_ok=True)
                    _record(source, checked(final, file.path, check))
                    return True
            except OSError:
                # It cannot be read or linked: then it is fetched like any other, which says what is wrong if it fails.
                continue
        return False

    def _check_space(self, missing: list[tuple[WantedSource, RemoteFile]]) -> None:
        needed = 0
        for source, file in missing:
            part = stored.part_path(source.folder, file.path)
            needed += max(0, file.size - (part.stat().st_size if part.is_file() else 0))
        free = self._free(self._places.models)
        if needed and needed + RESERVE > free:
            raise ProblemError(hub_problems.no_space(needed + RESERVE, free, str(self._places.models)))

    def _fetch(self, missing: list[tuple[WantedSource, RemoteFile]]) -> Problem | None:
        for source, file in missing:
            note = stored.PartNote(commit=source.commit, file=file)
            self._transfers.append(Transfer(self._hub, source.repository, source.folder, note, self._control))
        problems: list[Problem] = []
        with ThreadPoolExecutor(self._settings.workers, thread_name_prefix="fetch") as pool:
            sources = [source for source, _ in missing]
            for problem in pool.map(self._fetch_one, sources, self._transfers):
                if problem is not None:
                    problems.append(problem)
        # The first real problem stopped the others; that they were stopped is no news.
        problems.sort(key=lambda problem: problem.kind == "cancelled")
        return problems[0] if problems else None

    def _fetch_one(self, source: WantedSource, transfer: Transfer) -> Problem | None:
        try:
            self._control.check()
            record = transfer.run(self._settings.retries, self._went_on)
            with self._lock:
                _record(source, record)
        except DownloadCancelled:
            return hub_problems.cancelled()
        except ProblemError as error:
            self._control.cancel()
            return error.problem
        except BaseException:
            self._control.cancel()  # The other files must not go on.
            raise
        return None

    def _went_on(self) -> None:
        checking = any(transfer.checking for transfer in self._transfers)
        self._tell("paused" if self._control.is_paused else "checking" if checking else "fetching")

    def _tell(self, phase: str, at_once: bool = False) -> None:
        with self._lock:
            now = self._clock()
            if not at_once and now - self._last < self._settings.every_s:
                return
            self._last = now
            done = self._reused + sum(transfer.done for transfer in self._transfers)
            self._samples = add(self._samples, now, done)
            self._on_progress(progress(self._samples, self._total, phase))


def _is_recorded(complete: stored.Complete | None, final: Path, file: RemoteFile) -> bool:
    record = complete.has(file.path) if complete is not None else None
    if record is None or record.size != file.size or not final.is_file():
        return False
    if file.sha256 is not None and record.sha256 != file.sha256:
        return False
    status = final.stat()
    return file.sha256 is not None and (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns)


def _record(source: WantedSource, file: stored.CheckedFile | None) -> None:
    """Adds a checked file to the folder's list; with None, that all files of the source are here."""
    path = stored.complete_path(source.folder)
    old = stored.read_note(path, stored.Complete) or stored.Complete(source.repository, source.commit)
    files = {record.path: record for record in old.files}
    if file is not None:
        files[file.path] = file
    sets = old.sets
    if file is None and source.patterns and source.patterns not in sets:
        sets = (*sets, source.patterns)
    stored.write_note(path, stored.Complete(source.repository, source.commit, tuple(files.values()), sets))


class _Locks:
    """One process at a time per folder. Raises ProblemError if another one has it."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = sorted(set(folders))
        self._held: list[filelock.BaseFileLock] = []

    def __enter__(self) -> None:
        for folder in self._folders:
            path = folder / NOTES / "lock"
            make_private(path.parent)
            lock = filelock.FileLock(path, timeout=0, mode=0o600)
            try:
                lock.acquire()
            except filelock.Timeout as error:
                self.__exit__()
                raise ProblemError(hub_problems.already_running(folder.parent.name)) from error
            self._held.append(lock)

    def __exit__(self, *_: object) -> None:
        for lock in self._held:
            lock.release()
        self._held.clear()
