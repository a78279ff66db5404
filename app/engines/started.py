"""A server that a lane starts for itself: its process, its log, and the wait until it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import httpx

from app.engines.base import Stopped
from app.engines.order import ServerOrder, filled
from app.processes import find_program, module_command, safe_environment
from app.race.lanes import LaneSpec
from app.race.problems import Problem, ProblemError

_LOG_LINES: Final = 60
_POLL_S: Final = 0.2


class StartedServer:
    """A server's process, run by :mod:`app.engines.keeper`. What it prints goes on to standard error: the lane's log.

    Args:
        title: Of the server, for people.
        order: How to start it; ``spec`` has the files.
    """

    def __init__(self, title: str, order: ServerOrder, spec: LaneSpec) -> None:
        self._title, self._order = title, order
        self._log: deque[bytes] = deque(maxlen=_LOG_LINES)
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        values = {"{target}": spec.target, "{drafter}": spec.drafter, "{port}": str(port), "{python}": sys.executable}
        words = [filled(word, values) for word in order.words]
        program = find_program(words[0])
        if program is None:
            raise ProblemError(
                Problem(
                    "server-missing",
                    f"{title} cannot be started: there is no program {words[0]!r} here.",
                    action="Install it, or start two servers yourself and give their addresses.",
                )
            )
        self._process = subprocess.Popen(
            module_command("app.engines.keeper", program, *words[1:]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=safe_environment(),
        )
        self._reader = threading.Thread(target=self._read, name="server-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id of the keeper; the server is its child."""
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                self._log.append(line[-2000:])
                os.write(2, line)

    def wait(self, tell: Callable[[str], None], stopping: Callable[[], bool]) -> None:
        """Waits until the server answers.

        Args:
            tell: Gets a sentence about once a second.
            stopping: Whether the wait is to be left.

        Raises:
            ProblemError: it ended, or is not ready in time; the words have the end of its log.
            Stopped: the wait was left.
        """
        began = time.monotonic()
        told = -1
        with httpx.Client(base_url=self.address, trust_env=False, timeout=2.0) as client:
            while not self._answers(client):
                if stopping():
                    raise Stopped
                if (problem := self.ended()) is not None:
                    raise ProblemError(problem)
                waited = time.monotonic() - began
                if waited > self._order.patience_s:
                    raise ProblemError(self._too_slow())
                if int(waited) > told:
                    told = int(waited)
                    tell(f"{self._title} is starting, {told} s")
                time.sleep(_POLL_S)

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get(self._order.health).is_success
        except httpx.HTTPError:
            return False

    def ended(self) -> Problem | None:
        """Returns what to say if the server has ended; None while it runs."""
        status = self._process.poll()
        if status is None:
            return None
        self._reader.join(timeout=1)
        return Problem(
            "server-ended",
            f"{self._title} ended by itself.",
            cause=f"Its exit status was {status}. {self._last_line()}".strip(),
            action="Copy the details: they are the end of its log.",
            details=self._text(),
        )

    def _too_slow(self) -> Problem:
        return Problem(
            "server-slow",
            f"{self._title} was not ready after {self._order.patience_s:.0f} s.",
            cause=self._last_line(),
            action="Raise patience_s of this server in models.toml, or see the end of its log in the details.",
            details=self._text(),
        )

    def _text(self) -> str:
        return b"".join(self._log).decode("utf-8", "replace")[-8000:]

    def _last_line(self) -> str:
        lines = self._text().strip().splitlines()
        return f"Its last line: {lines[-1][:300]}" if lines else ""

    def close(self) -> None:
        """Ends the server and waits until it is gone."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
