"""The window's background work: it ends with its owner, the latest of a name wins, and a failure is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.race.problems import Problem, ProblemError
from app.ui.tasks import Tasks, after, in_thread, join_threads


@pytest.fixture
def owner(qapp: object) -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


@pytest.fixture
def tasks(owner: QObject) -> Tasks:
    return Tasks(owner)


def test_work_is_done_in_another_thread_and_its_result_arrives_in_the_windows(tasks: Tasks, qtbot: QtBot) -> None:
    found: list[tuple[str, bool]] = []

    async def work() -> None:
        name = await in_thread(lambda: threading.current_thread().name)
        found.append((name, threading.current_thread() is threading.main_thread()))

    tasks.start(work(), name="work")
    assert tasks.running("work")
    qtbot.waitUntil(lambda: bool(found))
    assert found[0][0].startswith("task ")
    assert found[0][1]
    qtbot.waitUntil(lambda: not tasks.running("work"))


def test_the_latest_of_a_name_wins_and_others_go_on(tasks: Tasks, qtbot: QtBot) -> None:
    done: list[str] = []

    async def work(word: str, gate: asyncio.Event) -> None:
        await gate.wait()
        done.append(word)

    gate = asyncio.Event()
    tasks.start(work("first", gate), name="read")
    tasks.start(work("beside", gate), name="other")
    tasks.start(work("second", gate), name="read")
    gate.set()
    qtbot.waitUntil(lambda: len(done) == 2)
    assert sorted(done) == ["beside", "second"]


def test_a_failure_is_told_and_disturbs_no_other(tasks: Tasks, qtbot: QtBot) -> None:
    told: list[Problem] = []
    done: list[str] = []

    async def fails() -> None:
        await in_thread(lambda: int("broken"))

    async def goes_on() -> None:
        await asyncio.sleep(0.01)
        done.append("done")

    tasks.start(goes_on(), name="other")
    tasks.start(fails(), name="read", doing="a number was read", failed=told.append)
    qtbot.waitUntil(lambda: bool(told) and bool(done))
    assert told[0].sentence == "Something went wrong while a number was read."
    assert "ValueError" in told[0].details
    assert not tasks.running("read")
    tasks.start(goes_on(), name="again")
    qtbot.waitUntil(lambda: len(done) == 2)


def test_a_mistake_that_nobody_waits_for_is_told_by_the_window_and_what_was_foreseen_is_not(
    tasks: Tasks, qtbot: QtBot, loop: list[dict[str, Any]]
) -> None:
    async def foreseen() -> None:
        raise ProblemError(Problem("missing", "It is not here."))

    async def mistake() -> None:
        raise ValueError("nobody thought of it")

    tasks.start(foreseen(), name="foreseen")
    tasks.start(mistake(), name="mistake")
    qtbot.waitUntil(lambda: not tasks.running("foreseen") and not tasks.running("mistake"))
    assert [context["problem"].kind for context in loop] == ["unexpected"]
    loop.clear()


def test_what_can_be_asked_to_end_is_asked_and_waited_for(tasks: Tasks, qtbot: QtBot) -> None:
    stop, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        stop.wait(20)
        ended.set()

    async def task() -> None:
        await in_thread(work, stop=stop.set)
        raise AssertionError("it was given up")

    tasks.start(task(), name="work")
    qtbot.waitUntil(begun.is_set)
    tasks.close()
    closing = asyncio.get_running_loop().create_task(tasks.ended())
    qtbot.waitUntil(closing.done)
    assert ended.is_set()


def test_what_cannot_be_asked_is_left_to_itself_and_its_result_is_dropped(tasks: Tasks, qtbot: QtBot) -> None:
    gate, begun = threading.Event(), threading.Event()
    got: list[bool] = []

    def work() -> bool:
        begun.set()
        return gate.wait(20)

    async def task() -> None:
        got.append(await in_thread(work))

    tasks.start(task(), name="work")
    qtbot.waitUntil(begun.is_set)
    tasks.cancel("work")
    assert not tasks.running("work")
    gate.set()
    assert join_threads(10)
    again = asyncio.get_running_loop().create_task(asyncio.sleep(0))
    qtbot.waitUntil(again.done)
    assert got == []


def test_tasks_end_with_their_owner(qtbot: QtBot) -> None:
    owner, ended = QObject(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    tasks = Tasks(owner)
    tasks.start(work(), name="work")
    started = asyncio.get_running_loop().create_task(asyncio.sleep(0.01))
    qtbot.waitUntil(started.done)
    owner.deleteLater()
    qtbot.waitUntil(lambda: bool(ended))


def test_nothing_starts_once_they_are_closed(tasks: Tasks, qtbot: QtBot) -> None:
    done: list[bool] = []
    tasks.close()
    tasks.start(after(0.0, lambda: done.append(True)), name="late")
    later = asyncio.get_running_loop().create_task(asyncio.sleep(0.02))
    qtbot.waitUntil(later.done)
    assert done == []


def test_a_pause_begins_anew_with_each_start(tasks: Tasks, qtbot: QtBot) -> None:
    done: list[int] = []
    for number in range(5):
        tasks.start(after(0.01, lambda number=number: done.append(number)), name="pause")  # type: ignore[misc]
    qtbot.waitUntil(lambda: not tasks.running("pause"))
    assert done == [4]


def test_what_a_thread_tells_arrives_in_order_until_the_end(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[int] = []
    told = tasks.told(heard.append)

    async def work() -> None:
        await in_thread(lambda: [told(number) for number in range(50)])

    tasks.start(work(), name="work")
    qtbot.waitUntil(lambda: len(heard) == 50)
    assert heard == list(range(50))
    tasks.close()
    told(51)
    later = asyncio.get_running_loop().create_task(asyncio.sleep(0.02))
    qtbot.waitUntil(later.done)
    assert len(heard) == 50
