"""``python -m app.engines.keeper COMMAND...``: runs a server and ends it as soon as standard input closes.

The lane's worker holds the other end of that input. However the worker ends, also when it or the app is killed, the
server ends with it, and so do the processes that the server started.

There are two keepers, so that one of them can be killed as well. The outer one starts an inner one, which starts the
server, in a session of their own. Either ends all of the session when it is asked to (end of input, SIGTERM, SIGHUP),
when the server ends, or when the other keeper is gone. Processes whose parent is gone are handed to the keepers where
the system can do that (Linux).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from queue import SimpleQueue
from typing import Final

import psutil

from app.processes import module_command

PATIENCE_S: Final = 5.0
"""How long a server may take to end when it is asked to, and then when it is made to."""
INNER: Final = "--inner"
ASKED: Final = 128 + signal.SIGTERM
"""Exit status of a keeper that was asked to end."""
_DIE_WITH_PARENT, _ADOPT_ORPHANS = 1, 36  # PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER
_LINUX: Final = sys.platform == "linux"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _family(session: int) -> list[psutil.Process]:
    """Returns all below this process, and those of the session who were left without their parent."""
    found = set(psutil.Process().children(recursive=True))
    if os.name != "nt":
        for pid in psutil.pids():
            try:
                if os.getsid(pid) == session and pid != os.getpid():
                    found.add(psutil.Process(pid))
            except (OSError, psutil.NoSuchProcess):
                continue
    return list(found)


def end(session: int) -> None:
    """Ends the session and all that this process started: first by asking, then by force."""
    for step in (psutil.Process.terminate, psutil.Process.kill):
        family = _family(session)
        for member in family:
            try:
                step(member)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=PATIENCE_S)


def _start(words: list[str], inner: bool) -> subprocess.Popen[bytes]:
    """Starts the server, or the inner keeper, which begins the session."""
    if inner:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent if _LINUX else None)
    return subprocess.Popen(
        module_command("app.engines.keeper", INNER, *words), stdin=subprocess.PIPE, start_new_session=os.name != "nt"
    )


def main() -> None:
    """Runs the server. Ends with its exit status."""
    inner = sys.argv[1] == INNER
    over: SimpleQueue[int] = SimpleQueue()  # Its put is safe in a signal's handler.
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app, which then closes the input.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: over.put(ASKED))
    if _LINUX:
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1)
    child = _start(sys.argv[2 if inner else 1 :], inner)

    def input_ends() -> None:
        sys.stdin.buffer.read()
        over.put(ASKED)

    def child_ends() -> None:
        over.put(child.wait())

    for watch in (input_ends, child_ends):
        threading.Thread(target=watch, daemon=True).start()
    status = over.get()
    if child.stdin is not None:  # The inner keeper then ends the server; what it leaves is ended here.
        child.stdin.close()
        try:
            child.wait(timeout=2 * PATIENCE_S + 1)
        except subprocess.TimeoutExpired:
            pass
    end(os.getpid() if inner else child.pid)
    os._exit(status if 0 <= status < 256 else 128 + abs(status) % 128)


if __name__ == "__main__":
    main()
