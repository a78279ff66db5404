"""The log file: what went wrong in this app, for a report. Its size is bounded, and only the user can read it.

Loggers are named ``mtp_race.<room>``. Nothing that a user wrote or a model answered is logged.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from app.places import make_private

ROOT: Final = "mtp_race"
LOG_BYTES: Final = 256 * 1024
_KEPT: Final = 2
_AGAIN_S: Final = 10.0
_REMEMBERED: Final = 100


def logger(room: str) -> logging.Logger:
    """Returns the logger of a room of the app, such as ``"ui"``."""
    return logging.getLogger(f"{ROOT}.{room}")


class LogFile(RotatingFileHandler):
    """A rotating file, open only while a line is written, so that a window and a command can share it.

    A disk that takes no log is no reason to fail: then there is none.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LOG_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def _open(self) -> TextIOWrapper:
        make_private(Path(self.baseFilename).parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return open(os.open(self.baseFilename, flags, 0o600), "a", encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record and closes the file."""
        super().emit(record)
        stream, self.stream = self.stream, None  # The base class opens it again.
        if stream is not None:
            with contextlib.suppress(OSError):  # A full disk, which is told when the last bytes are written.
                stream.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - a name of the base class
        """Says nothing: whoever has no log has a Problem on the screen all the same."""


class Once(logging.Filter):
    """Lets the same message through once in a while: what fails in every frame must not push out all else."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is new, or was last written a while ago."""
        now, key = time.monotonic(), (record.name, record.getMessage())
        last = self._seen.get(key)
        if last is not None and now - last < _AGAIN_S:
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[key] = now
        return True


def open_log(path: Path) -> None:
    """Sends what this process logs to ``path`` from now on, in place of where it went before."""
    root = logging.getLogger(ROOT)
    close_log()
    handler = LogFile(path)
    handler.addFilter(Once())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False  # Nothing reaches the terminal by the way of the logging library.


def close_log() -> None:
    """Logs to nowhere."""
    root = logging.getLogger(ROOT)
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.addHandler(logging.NullHandler())
