"""A file that is in memory only (Linux)."""

from __future__ import annotations

import os


def memory_file(data: bytes) -> int:
    """The handle of a file in memory with `data`, at its start; a process that is started does not inherit it."""
    fd = os.memfd_create("mtp-race", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(fd), "wb") as file:
        file.write(data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd
