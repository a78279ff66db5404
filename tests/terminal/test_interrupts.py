"""Ctrl+C typed into a real terminal, and real signals: a race is stopped cleanly, whatever it is at."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.interrupts import Interrupts
from app.library.traces import open_trace
from app.models.registry.user_pairs import pair_text
from app.places import find_places
from app.race.events import Finish
from app.race.fold import Phase
from tests.models.fakehub import Handler
from tests.models.hubkit import TARGET, filled, pinned_pair
from tests.terminal.conftest import Terminal
from tests.terminal.test_forecast import tiny_registry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals are those of Linux and macOS")
RUN = ["run", "--prompt", "code", "--max-tokens", "1500"]
CTRL_C, CLOSED = "Ctrl+C", "the terminal is closed"


class Typed:
    """The app in a terminal of its own, in the foreground."""

    def __init__(self, home: Path, *words: str) -> None:
        self._master, slave = pty.openpty()
        self.said = b""
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "MTP_RACE_HOME": str(home), "TERM": "xterm"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while chunk := os.read(self._master, 65536):
                self.said += chunk
        except OSError:
            return  # The terminal is gone with its last process.

    def wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            with pytest.raises(subprocess.TimeoutExpired):  # else it has ended by itself
                self.process.wait(timeout=0.05)

    def stop(self, how: str) -> tuple[int, str]:
        """Returns the exit status and all that was said."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        if how == CTRL_C:
            os.write(self._master, b"\x03")
        elif how == CLOSED:
            os.close(self._master)
        else:
            os.killpg(self.process.pid, getattr(signal, how))
        status = self.process.wait(timeout=20)  # Less than the patience with any server.
        _, left = psutil.wait_procs(family, timeout=20)
        assert not left
        self._reader.join(timeout=20)
        if how != CLOSED:
            os.close(self._master)
        return status, self.said.decode(errors="replace")


def size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


@pytest.mark.real
@pytest.mark.parametrize(
    ("race_format", "how"),
    [
        ("clock", CTRL_C),
        ("heats", CTRL_C),
        ("free", CTRL_C),
        ("heats", "SIGTERM"),
        ("clock", "SIGHUP"),
        ("clock", CLOSED),
    ],
)
def test_a_race_that_is_interrupted_ends_well_and_its_trace_is_whole(
    tmp_path: Path, race_format: str, how: str
) -> None:
    path = tmp_path / "race.ndjson"
    app = Typed(tmp_path / "home", *RUN, "--format", race_format, "--trace", str(path))
    app.wait_for(lambda: size(path) > 6_000)  # in the middle of decoding
    status, said = app.stop(how)
    assert status == 0, said
    assert "Traceback" not in said
    trace = open_trace(path)
    assert (trace.complete, trace.note) == (True, "")
    lanes = [lane for heat in {record.heat for record in trace.records} for lane in trace.state(heat).lanes.values()]
    assert all(lane.phase is Phase.FINISHED for lane in lanes)
    assert any(lane.finish is Finish.STOPPED for lane in lanes)


@pytest.mark.real
def test_an_interrupt_in_the_first_moment_is_a_clean_stop_too(tmp_path: Path) -> None:
    path = tmp_path / "race.ndjson"
    app = Typed(tmp_path / "home", *RUN, "--trace", str(path))
    app.wait_for(lambda: size(path) >= 0)  # The workers are not even started.
    status, said = app.stop(CTRL_C)
    assert (status, size(path) > 0) == (0, True), said
    assert open_trace(path).complete


@pytest.mark.real
@pytest.mark.parametrize("how", [CTRL_C, "SIGTERM"])
def test_a_sweep_that_is_interrupted_keeps_its_heats_and_can_go_on(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "sweep"
    words = ["sweep", "--prompts", "haiku", "--k", "1,2", "--max-tokens", "16", "--out", str(folder)]
    app = Typed(tmp_path / "home", *words)
    app.wait_for(lambda: size(folder / "haiku-001.ndjson") > 0)
    status, said = app.stop(how)
    assert status == 0, said
    assert "goes on from here" in " ".join(said.split())
    assert not list(folder.glob("*.part"))
    assert all(open_trace(path).complete for path in folder.glob("*.ndjson"))


@pytest.mark.real
@pytest.mark.parametrize("how", [CTRL_C, "SIGTERM"])
@pytest.mark.parametrize("moment", [b"Writing", b"Measuring"])
def test_a_forecast_that_is_interrupted_leaves_nothing_on_the_disk(tmp_path: Path, how: str, moment: bytes) -> None:
    places = find_places({"MTP_RACE_HOME": str(tmp_path / "home")})
    places.user_registry.parent.mkdir(parents=True)
    places.user_registry.write_text(tiny_registry(), encoding="utf-8")
    app = Typed(tmp_path / "home", "models", "forecast", "tiny")
    app.wait_for(lambda: moment in app.said)
    status, said = app.stop(how)
    assert (status, "Traceback" in said) == (130, False), said
    assert "Nothing of it is left on the disk" in " ".join(said.split())
    assert list((places.cache / "forecast").iterdir()) == []
    assert not (places.data / "forecasts.json").exists()


@pytest.mark.real
def test_a_window_that_is_ended_in_its_first_moment_closes_well(tmp_path: Path) -> None:
    app = Typed(tmp_path / "home", "window")
    app.wait_for(lambda: any("libQt6Core" in item.path for item in psutil.Process(app.process.pid).memory_maps()))
    status, said = app.stop(CTRL_C)
    assert (status, "Traceback" in said) == (0, False), said
    assert not list(find_places({"MTP_RACE_HOME": str(tmp_path / "home")}).races.glob("*"))


def test_a_signal_is_remembered_until_it_is_known_what_to_stop() -> None:
    stopped: list[str] = []
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        with interrupts.calls(lambda: stopped.append("race")):
            assert stopped == ["race"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_several_signals_in_a_moment_are_one_wish_and_a_late_ctrl_c_is_another() -> None:
    now, stopped = [10.0], []
    with Interrupts(lambda: now[0]) as interrupts, interrupts.calls(lambda: stopped.append("race")):
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):  # as a terminal that is closed
            signal.raise_signal(number)
        now[0] = 12.0
        signal.raise_signal(signal.SIGTERM)
        assert stopped == ["race"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)  # Whoever types it again does not want to wait.


def test_a_wish_that_nobody_takes_interrupts_what_waits_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interrupts._TAKEN_S", 0.05)
    os.mkfifo(tmp_path / "prompt")
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            (tmp_path / "prompt").read_text()  # Nobody ever writes it.
    with Interrupts() as interrupts:
        interrupts.asks()  # Somebody looks again and again, and must not be interrupted.
        signal.raise_signal(signal.SIGTERM)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert interrupts.wanted


def test_a_command_that_cannot_be_stopped_cleanly_is_interrupted_once() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_go()
        signal.raise_signal(signal.SIGINT)  # While what it left is cleared away.


def test_a_signal_that_is_to_be_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGHUP)
            assert not interrupts.wanted
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("how", [CTRL_C, "SIGTERM"])
def test_an_export_that_is_interrupted_leaves_neither_a_film_nor_its_scratch(tmp_path: Path, how: str) -> None:
    trace = Path(__file__).resolve().parents[1] / "video" / "data" / "fibonacci.ndjson"
    app = Typed(tmp_path / "home", "export", str(trace), "--to", str(tmp_path / "film.gif"), "--seconds", "600")
    app.wait_for(lambda: b"Exporting" in app.said)
    status, said = app.stop(how)
    assert (status, "Traceback" in said) == (130, False), said
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


@pytest.mark.parametrize("how", [CTRL_C, "SIGTERM", "SIGHUP"])
def test_a_download_is_stopped_while_the_hub_says_nothing(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, begun = threading.Event(), threading.Event()

    def stall(handler: Handler) -> None:
        begun.set()
        released.wait()
        handler.close_connection = True

    places = find_places({"MTP_RACE_HOME": str(tmp_path / "home")})
    places.config.mkdir(parents=True)
    places.user_registry.write_text(f"schema = 1\n\n{pair_text(pinned_pair())}", encoding="utf-8")
    with filled() as hub:
        hub.always[("storage", TARGET)] = stall
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        app = Typed(tmp_path / "home", "models", "get", pinned_pair().id)
        app.wait_for(begun.is_set)
        status, said = app.stop(how)
        released.set()
    assert (status, "Traceback" in said) == (130, False), said
    assert "What was fetched is kept." in said


@pytest.mark.parametrize("command", ["card", "article", "site"])
def test_what_draws_is_stopped_between_two_steps_and_leaves_nothing(
    terminal: Terminal, recorded: Path, tmp_path: Path, command: str
) -> None:
    words = {
        "card": ["card", recorded, "--to", tmp_path / "card.png"],
        "article": ["article", recorded, "--to", tmp_path / "article"],
        "site": ["site", tmp_path / "site", recorded, "--yes"],
    }
    terminal.environment.interrupts.wanted = True  # A signal came while something was drawn.
    assert terminal(*words[command]) == 130
    assert {path.name for path in tmp_path.iterdir()} <= {"home", recorded.name}


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_streams_that_are_closed_are_no_mistake_and_take_no_file_for_themselves(
    tmp_path: Path, closed: tuple[int, ...]
) -> None:
    trace = Path(__file__).resolve().parents[1] / "video" / "data" / "fibonacci.ndjson"
    said = tmp_path / "said"

    def close() -> None:
        for number in closed:
            os.close(number)

    with said.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "app", "show", str(trace)],
            env={**os.environ, "MTP_RACE_HOME": str(tmp_path / "home")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            preexec_fn=close,
        )
    assert done.returncode == 0
    assert b"mistake" not in said.read_bytes()
