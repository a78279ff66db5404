"""Worker processes as such: real processes, with an engine that is a scripted stand-in where the test needs one."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.boundary.log import close_log, open_log
from app.race.events import Failed, LaneEvent
from app.worker.outcome import exited
from app.worker.process import LOG_BYTES, WorkerProcess
from tests.race.builders import spec

NOISY = """
import os, sys, app.engines, app.worker.__main__ as main
from app.race.events import Loaded
class Noisy:
    def load(self, spec):
        os.write(1, b"native noise on standard output\\n" * {times})
        print("python noise")
        os.write(2, b"native noise on standard error\\n")
        {then}
        return Loaded("noisy", "", "", 0, 16)
    def stop(self): pass
    def close(self): pass
main.create = lambda name: Noisy()
main.main()
"""


class Heard:
    """Collects events and waits for the last one that matters."""

    def __init__(self, until: int) -> None:
        self.events: list[LaneEvent] = []
        self._until = until
        self._enough = threading.Event()

    def __call__(self, event: LaneEvent) -> None:
        self.events.append(event)
        if len(self.events) >= self._until:
            self._enough.set()

    def wait(self) -> list[str]:
        assert self._enough.wait(60)
        return [type(event).__name__ for event in self.events]


@pytest.fixture
def worker_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], WorkerProcess]:
    """Starts a worker process that runs this script in place of ``-m app.worker``."""
    popen = subprocess.Popen

    def make(script: str) -> WorkerProcess:
        def start(command: list[str], **more: object) -> object:
            return popen([sys.executable, "-c", script], **more)  # type: ignore[call-overload]

        monkeypatch.setattr("app.worker.process.subprocess.Popen", start)
        return WorkerProcess()

    return make


def test_a_mistake_in_the_worker_comes_up_in_its_lane_and_its_traceback_in_the_log(
    worker_of: Callable[[str], WorkerProcess], tmp_path: Path
) -> None:
    open_log(tmp_path / "mtp-race.log")
    worker, heard = worker_of(NOISY.format(times=1, then="raise ValueError('no weights')")), Heard(2)
    worker.attach(heard)
    worker.start(spec("baseline"))
    assert heard.wait() == ["Hello", "Failed"]
    failed = heard.events[1]
    assert isinstance(failed, Failed)
    assert failed.problem.sentence == "Something went wrong while the lane was run."
    assert "ValueError, no weights" in failed.problem.cause
    assert "ValueError: no weights" in (tmp_path / "mtp-race.log").read_text()
    assert worker.wait(10)
    assert not worker.alive
    close_log()


def test_what_native_code_prints_is_kept_as_the_log_and_never_reaches_the_frames(
    worker_of: Callable[[str], WorkerProcess],
) -> None:
    worker, heard = worker_of(NOISY.format(times=3000, then="pass")), Heard(2)
    worker.attach(heard)
    worker.start(spec("baseline"))
    assert heard.wait() == ["Hello", "Loaded"]
    worker.quit()
    assert worker.wait(10)
    assert "native noise on standard output" in worker.log
    assert len(worker.log) <= LOG_BYTES


def test_a_crash_is_told_with_the_signal_and_the_log(worker_of: Callable[[str], WorkerProcess]) -> None:
    worker, heard = worker_of(NOISY.format(times=1, then="os.abort()")), Heard(2)
    worker.attach(heard)
    worker.start(spec("baseline"))
    assert heard.wait() == ["Hello", "Failed"]
    failed = heard.events[-1]
    assert isinstance(failed, Failed)
    assert "SIGABRT" in failed.problem.cause
    assert "loading the model" in failed.problem.sentence
    assert "native noise on standard error" in failed.problem.details
    assert not worker.alive
    assert worker.wait(10)


def test_a_listener_that_comes_late_hears_what_it_missed(worker_of: Callable[[str], WorkerProcess]) -> None:
    worker = worker_of(NOISY.format(times=1, then="os._exit(3)"))
    worker.start(spec("baseline"))
    assert worker.wait(60)
    heard = Heard(2)
    worker.attach(heard)
    assert heard.wait() == ["Hello", "Failed"]


def test_a_process_that_sends_no_frames_is_ended(worker_of: Callable[[str], WorkerProcess]) -> None:
    worker, heard = worker_of("import os, time; os.write(1, b'x' * 99); time.sleep(600)"), Heard(1)
    worker.attach(heard)
    worker.start(spec("baseline"))
    assert heard.wait() == ["Failed"]
    failed = heard.events[0]
    assert isinstance(failed, Failed)
    assert failed.problem.kind == "garbled"
    assert worker.wait(10)


def test_a_worker_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("app.processes.sys.executable", str(tmp_path / "gone"))
    worker, heard = WorkerProcess(), Heard(1)
    worker.attach(heard)
    worker.start(spec("baseline"))
    assert heard.wait() == ["Failed"]
    assert not worker.alive


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-9, "memory ran out"),
        (-11, "SIGSEGV"),
        (-4, "SIGILL"),
        (-15, "SIGTERM"),
        (1, "exit status was 1"),
        (-250, "signal 250"),
    ],
)
def test_every_end_of_a_process_has_words(status: int, words: str) -> None:
    problem = exited(status, "decoding", "log")
    assert words in str(problem)
    assert "decoding" in problem.sentence
    assert problem.action
