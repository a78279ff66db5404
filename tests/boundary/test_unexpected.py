"""Any exception becomes a sentence, and its traceback is in the details and in the log."""

from __future__ import annotations

import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.boundary.hooks import Hooks
from app.boundary.log import LOG_BYTES, close_log, logger, open_log
from app.boundary.unexpected import UNEXPECTED, problem_of, traceback_text
from app.race.problems import Problem, ProblemError


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "data" / "log" / "mtp-race.log"
    open_log(path)
    yield path
    close_log()


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_mistake_in_the_app_is_a_sentence_and_its_traceback_is_kept(log: Path) -> None:
    problem = problem_of(raised(ValueError("broken")), "ui", "reading the library")
    assert problem.kind == UNEXPECTED
    assert problem.sentence == "Something went wrong while reading the library."
    assert problem.cause == "It is a mistake in the app: ValueError, broken."
    assert problem.action
    assert "test_unexpected.py" in problem.details
    text = log.read_text()
    assert "ERROR mtp_race.ui: Something went wrong while reading the library." in text
    assert "ValueError: broken" in text
    assert "in raised" in text


def test_a_problem_is_told_as_it_is_and_not_logged(log: Path) -> None:
    problem = Problem("kind", "A sentence.")
    assert problem_of(ProblemError(problem), "ui") is problem
    assert not log.exists()


def test_what_the_system_refuses_names_no_folder(log: Path) -> None:
    problem = problem_of(raised(PermissionError(13, "Permission denied", "/home/jo/secret/a.gguf")), "models")
    assert problem.cause == "[Errno 13] Permission denied: 'a.gguf'."
    assert "secret" not in log.read_text()


def test_causes_and_groups_are_in_the_details() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ExceptionGroup("both", [ValueError("inner")]) from first
    except ExceptionGroup as group:
        text = traceback_text(group)
    assert text.index("KeyError") < text.index("which was the cause of") < text.index("ValueError: inner")


def test_an_exception_whose_words_fail_is_told_all_the_same(log: Path) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert problem_of(Mute(), "ui").cause == "It is a mistake in the app: Mute."


def test_only_the_user_can_read_the_log_and_its_size_is_bounded(log: Path) -> None:
    for number in range(6000):
        logger("ui").error("%d %s", number, "x" * 200)
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["mtp-race.log", "mtp-race.log.1", "mtp-race.log.2"]
    assert all(file.stat().st_size <= LOG_BYTES for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_what_fails_in_every_frame_is_logged_once_in_a_while(log: Path) -> None:
    for _ in range(50):
        logger("ui").error("the same")
    assert log.read_text().count("the same") == 1


def test_a_folder_that_takes_no_log_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    open_log(tmp_path / "file" / "mtp-race.log")
    logger("ui").error("nowhere")
    close_log()
    assert capsys.readouterr().err == ""


def test_threads_and_finalizers_that_fail_are_told_without_a_traceback(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Problem] = []
    hooks = Hooks("terminal", told.append)
    hooks.install()
    try:
        thread = threading.Thread(target=lambda: int("broken"))
        thread.start()
        thread.join()
        sys.excepthook(ValueError, raised(ValueError("main")), None)
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    finally:
        hooks.remove()
    assert [problem.kind for problem in told] == [UNEXPECTED, UNEXPECTED]
    assert capsys.readouterr().err == ""
    assert "ValueError: main" in log.read_text()


def test_what_fails_again_at_once_is_told_once() -> None:
    told: list[Problem] = []
    hooks = Hooks("ui", told.append)
    error = raised(ValueError("frame"))
    for _ in range(20):
        hooks.caught(error)
    assert len(told) == 1
