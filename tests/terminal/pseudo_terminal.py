"""Runs a command of the app in a pseudo terminal, as a user does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.processes import safe_environment


def run_in_terminal(*words: object, home: Path, columns: int = 100, lines: int = 30) -> tuple[bytes, int]:
    """Returns all that the terminal got, and the exit status. Not on Windows."""
    import fcntl
    import pty
    import struct
    import termios

    env = {**safe_environment(), "TERM": "xterm-256color", "MTP_RACE_HOME": str(home)}
    env |= {"COLUMNS": str(columns), "LINES": str(lines)}
    pid, screen = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-P", "-m", "app", *map(str, words)], env)
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    got = b""
    try:
        while data := os.read(screen, 65536):
            got += data
    except OSError:
        pass  # On Linux this is how a pseudo terminal ends.
    os.close(screen)
    return got, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
