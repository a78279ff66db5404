"""``python -m app.engines.keeper COMMAND...``: runs a server and ends it as soon as standard input closes.

The lane's worker holds the other end of that input. However the worker ends, also when it or the app is killed, the
server ends with it, and so do the processes that the server started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import Final

import psutil

PATIENCE_S: Final = 5.0
"""How long a server may take to end when it is asked to."""
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started: first by asking, then by force."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        return
    for step in (psutil.Process.terminate, psutil.Process.kill):
        for member in family:
            try:
                step(member)
            except psutil.NoSuchProcess:
                continue
        _, family = psutil.wait_procs(family, timeout=PATIENCE_S)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    """Runs the server. Ends with its exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app, which then closes the input.
    process = subprocess.Popen(
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )

    def watch() -> None:
        sys.stdin.buffer.read()
        end(process)

    threading.Thread(target=watch, daemon=True).start()
    status = process.wait()
    os._exit(status if 0 <= status < 256 else 128 + abs(status) % 128)


if __name__ == "__main__":
    main()
