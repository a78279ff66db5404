"""``python -m app.worker``: one lane in a process of its own; with ``--lanes`` several, which share their models.

Commands come in on standard input and frames go out on what was standard output. Native code prints wherever it likes,
so both are moved to descriptors of their own first, and the original numbers are pointed at the log.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO

import psutil

from app import __version__
from app.boundary.unexpected import problem_of
from app.engines import create
from app.interrupts import SIGNALS
from app.race.events import Failed, Hello, LaneEvent
from app.worker.loop import WorkerLoop
from app.worker.protocol import ProtocolError, pack, pack_for, read_body, split_lane, unpack_command


def _claim_descriptors() -> tuple[BinaryIO, int]:
    """Moves the command stream and the frame descriptor away from 0 and 1. Returns both."""
    commands = os.fdopen(os.dup(0), "rb")
    frames = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)  # Whatever prints to standard output lands in the log.
    return commands, frames


def _sender(frames: int) -> Callable[[bytes], None]:
    lock = threading.Lock()  # A frame is written whole, whichever lane's thread it comes from.

    def send(frame: bytes) -> None:
        data = memoryview(frame)
        with lock:
            while data:
                try:
                    data = data[os.write(frames, data) :]
                except BrokenPipeError:
                    os._exit(0)  # The parent is gone.

    return send


def _read_commands(commands: BinaryIO, loop: WorkerLoop) -> None:
    """Delivers commands until the parent is gone, however it went; then this process ends at once."""
    try:
        while (body := read_body(commands.read)) is not None:
            loop.deliver(unpack_command(body))
    except ProtocolError as error:
        sys.stderr.write(f"worker: {error}\n")
    os._exit(0)


def _die(arguments: threading.ExceptHookArgs) -> None:
    """Ends the process when a thread of it fails: without its reader a worker would outlive its parent."""
    traceback.print_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    os._exit(1)


def _memory() -> tuple[int, int]:
    info = psutil.Process().memory_info()
    peak = getattr(info, "peak_wset", 0)
    if not peak:
        import resource  # Not on Windows, where psutil knows the peak.

        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return info.rss, peak


def main() -> None:
    """Runs the worker until it is told to quit or its parent is gone."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # They are for the app: a worker ends when its commands do.
    commands, frames = _claim_descriptors()
    threading.excepthook = _die
    write = _sender(frames)
    if sys.argv[1:] == ["--lanes"]:
        _run_lanes(commands, write)
        return

    def send(event: LaneEvent) -> None:
        write(pack(event))

    loop = WorkerLoop(create, send, time.perf_counter_ns, _memory)
    threading.Thread(target=_read_commands, args=(commands, loop), daemon=True, name="commands").start()
    _run(loop, send)
    os._exit(0)  # The reader thread is blocked in a read; there is nothing left to clean up.


def _run(loop: WorkerLoop, send: Callable[[LaneEvent], None]) -> None:
    """Runs a lane until it is told to quit. What nobody expected ends the process."""
    send(Hello(os.getpid(), __version__))
    try:
        loop.run()
    except Exception as error:  # noqa: BLE001 - the boundary of this process
        send(Failed(problem_of(error, "worker", "the lane was run")))
        os._exit(1)


def _run_lanes(commands: BinaryIO, write: Callable[[bytes], None]) -> None:
    """Runs lanes, a thread each; the first command for a lane begins it. Ends when the parent is gone."""
    loops: dict[int, WorkerLoop] = {}
    try:
        while (frame := read_body(commands.read)) is not None:
            number, body = split_lane(frame)
            if number not in loops:

                def send(event: LaneEvent, number: int = number) -> None:
                    write(pack_for(number, event))

                loops[number] = loop = WorkerLoop(create, send, time.perf_counter_ns, _memory)
                threading.Thread(target=_run, args=(loop, send), daemon=True, name=f"lane-{number}").start()
            loops[number].deliver(unpack_command(body))
    except ProtocolError as error:
        sys.stderr.write(f"worker: {error}\n")
    os._exit(0)


if __name__ == "__main__":
    main()
