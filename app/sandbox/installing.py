"""Brings packages for generated programs with the app's own pip, outside the sandbox, into a folder of their own.

The app carries pip, so that an installed app without a Python beside it can bring them too. pip runs under the very
interpreter that will run the programs (its option ``--python``), so that it takes builds that fit.
"""

from __future__ import annotations

import re
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import psutil

from app.processes import safe_environment
from app.race.problems import Problem
from app.sandbox.packages import megabytes, pinned, read_pins, read_wish

POLL_S: Final = 0.1
_KEPT_LINES: Final = 40
_PROGRESS: Final = re.compile(r"Progress (\d{1,12}) of (\d{1,12})\s*")
_FETCHED: Final = re.compile(r"\s*(?:Downloading|Using cached|Processing) (?:\S*/)?([A-Za-z0-9._]+?)-\d\S*")
_STOP_S: Final = 5.0


class Bringing(msgspec.Struct, frozen=True):
    """How far it is.

    Attributes:
        doing: What is done now, for people.
        share: How much of it is done, 0..1.
        done_mb, total_mb: Downloaded so far, and about how much it will be, MB.
    """

    doing: str
    share: float = 0.0
    done_mb: float = 0.0
    total_mb: float = 0.0


Tell = Callable[[Bringing], None]


class Wanted(msgspec.Struct, frozen=True):
    """What is to be brought.

    Attributes:
        names: Packages as the user knows them.
        pinned: Requirements with hashes.
        free: Packages that are not offered, which come in the version that the registry gives.
    """

    names: tuple[str, ...]
    pinned: str
    free: tuple[str, ...] = ()

    @property
    def megabytes(self) -> float:
        """About how much is downloaded, MB, as far as it is known."""
        return megabytes(self.pinned)


def wanted_packages(always: Sequence[str], more: Sequence[str], pins_file: Path) -> Wanted:
    """Returns what to bring: the pinned ones of all these packages, and those that have no pin.

    Raises:
        OSError: the file of pins cannot be read.
    """
    pins = read_pins(pins_file.read_text(encoding="utf-8"))
    known = {pin.name for pin in pins}
    found, _ = read_wish(" ".join(more))
    free = tuple(name for name in found if name.lower() not in known)
    names = [*always, *(name for name in found if name.lower() in known)]
    return Wanted((*dict.fromkeys(names), *free), pinned(names, pins), free)


def install(
    python: str,
    target: Path,
    wanted: Wanted,
    tell: Tell,
    *,
    stop: threading.Event | None = None,
    hold: threading.Event | None = None,
    options: Sequence[str] = (),
) -> Problem | None:
    """Installs into the folder `target` for the interpreter `python`; returns what went wrong.

    Args:
        tell: Called with every step.
        stop: Set to give it up; then the problem's kind is ``stopped``.
        hold: While it is set, nothing is done: something is measured.
        options: Further options of pip.
    """
    with tempfile.TemporaryDirectory(prefix="mtp-race-") as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text(wanted.pinned, encoding="utf-8")
        limits = Path(folder) / "limits.txt"
        limits.write_text(_without_hashes(wanted.pinned), encoding="utf-8")
        base = [*_pip(python), *options, "--target", str(target)]
        orders = []
        if wanted.pinned:
            orders.append([*base, "--no-deps", "--require-hashes", "-r", str(pins)])
        if wanted.free:
            orders.append([*base, "--constraint", str(limits), *wanted.free])
        for order in orders:
            problem = _Run(order, wanted, tell, stop, hold).problem()
            if problem is not None:
                return problem
    return None


def _pip(python: str) -> list[str]:
    plain = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore"]
    options = [*plain, "--only-binary=:all:", "--progress-bar", "raw"]
    return [sys.executable, "-P", "-m", "pip", "--python", python, "install", *options]


def _without_hashes(requirements: str) -> str:
    lines = [line for line in requirements.splitlines() if "==" in line]
    return "".join(f"{line.rstrip(chr(92)).strip()}\n" for line in lines)


class _Run:
    """One run of pip: its lines are read as they come, and it can be stopped and held."""

    def __init__(
        self,
        order: Sequence[str],
        wanted: Wanted,
        tell: Tell,
        stop: threading.Event | None,
        hold: threading.Event | None,
    ) -> None:
        self._order, self._wanted, self._tell = order, wanted, tell
        self._stop, self._hold = stop, hold
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._before = self._now = 0
        self._fetched = 0
        self._count = max(1, wanted.pinned.count("=="))
        self._step = Bringing(f"Looking for {', '.join(wanted.names)}", 0.0, 0.0, wanted.megabytes)

    def problem(self) -> Problem | None:
        self._say()
        try:
            process = subprocess.Popen(
                self._order,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=safe_environment(),
                umask=0o022,  # the program runs as another user when the app runs as root
            )
        except OSError as error:
            return Problem("no-pip", "The packages could not be brought.", f"{error}.", "Install MTP Race again.")
        with process:
            stopped = self._follow(process)
        if stopped:
            return Problem("stopped", "Bringing the packages was given up.", action="It can be started again.")
        if process.returncode == 0:
            return None
        cause = next((line for line in reversed(self._lines) if line.startswith("ERROR")), "")
        return Problem(
            "install-failed",
            "The packages could not be installed.",
            cause=cause,
            action="Check the names and the connection to the internet, then try again.",
            details="\n".join(self._lines),
        )

    def _follow(self, process: subprocess.Popen[bytes]) -> bool:
        """Takes its lines until it ends; returns whether it was stopped."""
        assert process.stdout is not None
        held = False
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if self._stop is not None and self._stop.is_set():
                    _end(process)
                    return True
                if self._hold is not None and self._hold.is_set() != held:
                    held = _hold(process.pid, not held)
                if not selector.select(POLL_S):
                    continue
                block = process.stdout.read1(1 << 16)  # type: ignore[attr-defined]
                if not block:
                    return False
                *lines, rest = (rest + block).replace(b"\r", b"\n").split(b"\n")
                for line in lines:
                    self._take(line.decode("utf-8", "replace"))

    def _take(self, line: str) -> None:
        """Makes a step of a line of pip."""
        progress = _PROGRESS.fullmatch(line)
        if progress is not None:
            self._now = int(progress[1])
            done = self._now >= int(progress[2])
            self._before += self._now if done else 0
            self._now = 0 if done else self._now
        else:
            self._lines.append(line[:500])
            found = _FETCHED.match(line)
            if found is not None:
                self._fetched += 1
                self._step = msgspec.structs.replace(self._step, doing=f"Downloading {found[1].replace('_', '-')}")
            elif line.startswith("Installing collected packages"):
                self._step = msgspec.structs.replace(self._step, doing="Installing", share=0.9)
        self._say()

    def _say(self) -> None:
        done = (self._before + self._now) / 1e6
        total = max(self._wanted.megabytes, done)
        # What is on this machine already is not downloaded: then the number of packages tells how far it is.
        share = max(done / total if total else 0.0, self._fetched / self._count * 0.8)
        self._step = Bringing(self._step.doing, max(self._step.share, min(0.9, share * 0.9)), done, total)
        self._tell(self._step)


def _hold(pid: int, on: bool) -> bool:
    """Lets a process and its children stand still, or go on; returns whether they stand."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in family:
            process.suspend() if on else process.resume()
    except psutil.Error:
        return on  # it has ended meanwhile
    return on


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends pip and what it started."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.Error:
        family = []
    for member in family:
        try:
            member.kill()
        except psutil.Error:
            continue
    end = time.monotonic() + _STOP_S
    while process.poll() is None and time.monotonic() < end:
        time.sleep(POLL_S / 4)
