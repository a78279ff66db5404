"""Heads of files, each read once: kept as long as the file's path, size and time of change stay."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

Head = TypeVar("Head")
_KEPT = 64
_SETTLED_NS = 2_000_000_000
"""A file that changed less long ago may change again without another time of change: its head is not kept."""


class HeadCache(Generic[Head]):
    """Keeps the last heads that were read. Safe in any thread; what cannot be read is not kept."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Path, tuple[tuple[int, int, int], Head]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: Path, read: Callable[[BinaryIO, int, Path], Head]) -> Head:
        """Returns the head of a file, read anew if the file changed.

        Args:
            path: The file.
            read: Gets the open file, its size in bytes and the path; what it raises is passed on.

        Raises:
            OSError: It cannot be opened, or is no ordinary file (a pipe would never end).
        """
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "It is not an ordinary file", str(path))
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
            with self._lock:
                kept = self._kept.get(path)
                if kept is not None and kept[0] == stamp:
                    self._kept.move_to_end(path)
                    return kept[1]
            head = read(stream, status.st_size, path)
        if time.time_ns() - status.st_mtime_ns < _SETTLED_NS:
            return head
        with self._lock:
            self._kept[path] = (stamp, head)
            self._kept.move_to_end(path)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return head
