"""The parent's side of one worker process: start it, talk to it, notice how it ends."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from app.boundary.unexpected import log_problem, problem_of
from app.processes import module_command, safe_environment
from app.race.events import Failed, Hello, LaneEvent, Loaded
from app.race.lanes import LaneSpec
from app.race.problems import Problem
from app.worker import outcome
from app.worker.protocol import Command, Load, ProtocolError, Quit, pack, read_body, unpack_event

LOG_BYTES = 64 * 1024
Listener: TypeAlias = Callable[[LaneEvent], None]


class WorkerProcess:
    """One worker process with its pipes.

    Events go to the attached listener, called from a thread of this object. What came before a listener was there (the
    loading, a failure) is told to it first. A process that ends without being asked to is told as ``Failed``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: Listener | None = None
        self._history: list[LaneEvent] = []
        self._log: deque[bytes] = deque()
        self._log_size = 0
        self._asked_to_end = False
        self._ended = threading.Event()
        self._useless = False  # It could not load its models, or is gone.
        self.doing = "starting"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, spec: LaneSpec) -> None:
        """Starts the process and has it load ``spec``. A failure to start is told like any other end."""
        if self._spawn():
            self.doing = "loading the model"
            self.send(Load(spec))

    def _spawn(self, *arguments: str) -> bool:
        """Starts the process and what reads from it. Returns whether it could be started."""
        try:
            self._process = subprocess.Popen(
                [*module_command("app.worker"), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=safe_environment(),
                start_new_session=True,  # Ctrl+C in a terminal is for the app, which then stops its lanes.
            )
        except OSError as error:
            self._ended.set()
            self._tell(Failed(outcome.cannot_start(error)), last=True)
            return False
        log = threading.Thread(target=self._read_log, daemon=True, name="worker-log")
        log.start()
        threading.Thread(target=self._read_frames, args=(log,), daemon=True, name="worker-frames").start()
        return True

    @property
    def pid(self) -> int:
        """The process id, or 0 if it never started."""
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        """Whether the process runs, can race, and was not asked to end."""
        return not (self._ended.is_set() or self._asked_to_end or self._useless)

    @property
    def log(self) -> str:
        """The last 64 KiB that the process and its native code printed."""
        with self._lock:
            return b"".join(self._log).decode("utf-8", "replace")

    def attach(self, listener: Listener) -> None:
        """Sends all events to ``listener`` from now on, after those that it missed."""
        with self._lock:
            self._listener = listener
            for event in self._history:
                listener(event)

    def detach(self) -> None:
        """Stops telling events."""
        with self._lock:
            self._listener = None

    def send(self, command: Command) -> None:
        """Sends a command. To a process that is gone it sends nothing; its end is told by the reader."""
        self._write(pack(command))

    def _write(self, frame: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(frame)
            process.stdin.flush()
        except (BrokenPipeError, ValueError, OSError):
            return

    def quit(self) -> None:
        """Asks the process to end; nothing more is told of it."""
        self._asked_to_end = True
        self.detach()
        self.send(Quit())
        self._close_commands()  # The worker ends at the end of its commands, whatever it is doing.

    def fail(self, problem: Problem) -> None:
        """Ends the process by force and tells ``problem`` as its failure."""
        if self.alive:
            self._tell(Failed(problem), last=True)
        self._asked_to_end = True
        self.kill()

    def kill(self) -> None:
        """Ends the process by force."""
        if self._process is not None:
            self._process.kill()

    def wait(self, timeout: float) -> bool:
        """Waits until the process is gone and all it said was told. Returns whether it is."""
        return self._ended.wait(timeout)

    def _close_commands(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                return  # What was still to be sent has nobody to read it.

    def _tell(self, event: LaneEvent, *, last: bool = False) -> None:
        """Tells an event and keeps what later listeners must know; ``last`` ends the process's story."""
        with self._lock:
            loaded = any(isinstance(earlier, Loaded) for earlier in self._history)
            if isinstance(event, Hello | Loaded) or last or (isinstance(event, Failed) and not loaded):
                self._history.append(event)
            self._useless = self._useless or last or (isinstance(event, Failed) and not loaded)
            if self._listener is not None:
                self._listener(event)

    def _hear(self, body: bytes) -> None:
        """Tells the event of a frame."""
        event = unpack_event(body)
        if isinstance(event, Failed):
            log_problem("worker", event.problem)
        self._tell(event)

    def _read_frames(self, log: threading.Thread) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        problem: Problem | None = None
        try:
            while (body := read_body(process.stdout.read)) is not None:
                self._hear(body)
        except ProtocolError as error:
            process.kill()
            problem = outcome.garbled(error, self.log)
        except Exception as error:  # noqa: BLE001 - the boundary of this thread: a lane must not wait for it for ever
            process.kill()
            problem = problem_of(error, "worker", "a lane was listened to")
        returncode = process.wait()
        log.join(timeout=1)
        process.stdout.close()
        self._close_commands()
        if not self._asked_to_end:
            self._tell(Failed(problem or outcome.exited(returncode, self.doing, self.log)), last=True)
        self._ended.set()

    def _read_log(self) -> None:
        process = self._process
        assert process is not None
        assert process.stderr is not None
        with process.stderr as stream:
            while chunk := os.read(stream.fileno(), 4096):
                with self._lock:
                    self._log.append(chunk)
                    self._log_size += len(chunk)
                    while self._log_size > LOG_BYTES:
                        self._log_size -= len(self._log.popleft())
