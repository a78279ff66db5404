"""The Library tab, clicked as a user would: what is listed, in which order, and what deleting does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.race.lanes import Request
from app.ui.library_model import DayRole, EntryRole
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from tests.ui import synthetic

LEFT = Qt.MouseButton.LeftButton


def write(folder: Path, name: str, created: datetime, prompt: str = "", pair: str = "", tokens: int = 20) -> Path:
    head = synthetic.header()
    head = msgspec.structs.replace(head, created=created.isoformat(), pair_title=pair or head.pair_title)
    if prompt:
        head = msgspec.structs.replace(head, prompt_name="custom", request=Request(prompt=prompt))
    return synthetic.write_trace(folder / f"{name}.ndjson", head, tokens)


def listed(library: LibraryPage) -> list[str]:
    return [library.model.index(row).data() for row in range(library.model.rowCount())]


def days(library: LibraryPage) -> list[str]:
    return [library.model.index(row).data(DayRole) for row in range(library.model.rowCount())]


def open_page(window: MainWindow, library: LibraryPage, qtbot: QtBot, own: int) -> None:
    window.show_page(1)
    qtbot.waitUntil(lambda: sum(not entry.sample for entry in library.model.entries) == own)
    qtbot.waitUntil(lambda: library.model.rowCount() >= own)


def click_row(library: LibraryPage, qtbot: QtBot, row: int) -> None:
    area = library.list.visualRect(library.model.index(row))
    qtbot.mouseClick(library.list.viewport(), LEFT, pos=area.center())


def test_the_samples_are_one_entry_until_it_is_clicked(window: MainWindow, library: LibraryPage, qtbot: QtBot) -> None:
    open_page(window, library, qtbot, 0)
    qtbot.waitUntil(lambda: library.model.rowCount() > 0)
    samples = sum(entry.sample for entry in library.model.entries)
    assert samples > 1
    assert listed(library) == [f"{samples} samples"]
    click_row(library, qtbot, 0)
    assert library.model.rowCount() == samples + 1
    assert library.player.view is None
    click_row(library, qtbot, 0)
    assert library.model.rowCount() == 1
    qtbot.keyClick(library.list, Qt.Key.Key_Return)
    assert library.model.rowCount() == samples + 1


def test_races_stand_below_their_day_and_are_called_after_their_prompt(
    window: MainWindow, library: LibraryPage, qtbot: QtBot
) -> None:
    now = datetime.now(UTC).astimezone().replace(hour=12)
    write(library.folder, "20261201-125346-nano", now, "Write a poem about the sea.")
    write(library.folder, "20261130-125346-nano", now - timedelta(days=1))
    write(library.folder, "20261130-115346-nano", now - timedelta(days=1, hours=1))
    write(library.folder, "mine", datetime(2020, 3, 4, 12, tzinfo=UTC))
    open_page(window, library, qtbot, 4)
    assert listed(library)[:4] == ["Write a poem about the sea.", "synthetic", "synthetic", "mine"]
    assert days(library) == ["Today", "Yesterday", "", f"4 {date(2020, 3, 4):%B} 2020", ""]
    tall = [library.list.visualRect(library.model.index(row)).height() for row in range(3)]
    assert tall[0] == tall[1] > tall[2]


def test_words_of_a_prompt_are_found(window: MainWindow, library: LibraryPage, qtbot: QtBot) -> None:
    now = datetime.now(UTC)
    write(library.folder, "one", now, "Write a poem about the Atlantic ocean.")
    write(library.folder, "two", now, "Explain lighthouses.")
    open_page(window, library, qtbot, 2)
    qtbot.mouseClick(library.search, LEFT)
    qtbot.keyClicks(library.search, "atlantic")
    assert listed(library) == ["one"]


def test_races_are_sorted_and_filtered_as_picked(window: MainWindow, library: LibraryPage, qtbot: QtBot) -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for number, (name, pair) in enumerate((("b", "Gemma"), ("c", "Gemma"), ("a", "Qwen"))):
        write(library.folder, name, start + timedelta(days=number), pair=pair, tokens=20 + 20 * number)
    open_page(window, library, qtbot, 3)
    assert listed(library)[:3] == ["a", "c", "b"]
    for words, wanted in (("Oldest first", ["b", "c", "a"]), ("By name", ["a", "b", "c"])):
        library.sort.setFocus()
        while library.sort.currentText() != words:
            qtbot.keyClick(library.sort, Qt.Key.Key_Down)
        assert library.sort.currentText() == words
        assert listed(library)[:3] == wanted
    assert not any(days(library))
    library.sort.setCurrentText("Largest speedup")
    factors = [library.model.index(row).data(EntryRole).factor for row in range(3)]
    assert factors == sorted(factors, reverse=True)
    library.remember(window.settings)
    library.sort.setCurrentIndex(0)
    library.recall(window.settings)
    assert library.sort.currentText() == "Largest speedup"
    library.pair.setFocus()
    qtbot.keyClicks(library.pair, "Qw")
    assert listed(library) == ["a"]
    library.pair.setCurrentIndex(0)
    assert len(listed(library)) == 4


def test_deleting_moves_a_race_to_the_systems_bin_and_undo_brings_it_back(
    window: MainWindow, library: LibraryPage, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write(library.folder, "20261201-125346-nano", datetime.now(UTC), "Write a poem.")
    verdict = path.with_name(f"{path.stem}.behaviour.json")
    fetched = path.with_name(f"{path.stem}.recording.jsonl")
    for beside in (verdict, fetched):
        beside.write_text("{}", encoding="utf-8")
    before = path.read_bytes()
    open_page(window, library, qtbot, 1)
    click_row(library, qtbot, 0)
    qtbot.waitUntil(lambda: library.player.view is not None)
    qtbot.mouseClick(library.delete_button, LEFT)
    bin_ = tmp_path / "share" / "Trash"
    assert not path.exists()
    assert not verdict.exists()
    assert not fetched.exists()
    assert (bin_ / "files" / path.name).read_bytes() == before
    assert (bin_ / "info" / f"{path.name}.trashinfo").exists()
    assert window.toast.text == "“Write a poem.” is in the bin now."
    assert not window.export_button.isEnabled()
    qtbot.mouseClick(window.toast.action_button, LEFT)
    assert path.read_bytes() == before
    assert verdict.exists()
    assert list((bin_ / "files").iterdir()) == []
    assert list((bin_ / "info").iterdir()) == []


def test_what_was_deleted_stays_in_the_bin_once_the_remark_is_gone(
    window: MainWindow, library: LibraryPage, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write(library.folder, "one", datetime.now(UTC))
    open_page(window, library, qtbot, 1)
    click_row(library, qtbot, 0)
    qtbot.waitUntil(lambda: library.player.view is not None)
    qtbot.keyClick(library.list, Qt.Key.Key_Delete)
    window.toast.dismiss()
    assert (tmp_path / "share" / "Trash" / "files" / path.name).exists()
    assert list(library.folder.iterdir()) == []


def test_undo_never_writes_over_another_race_of_that_name(
    window: MainWindow, library: LibraryPage, qtbot: QtBot
) -> None:
    path = write(library.folder, "one", datetime.now(UTC))
    open_page(window, library, qtbot, 1)
    click_row(library, qtbot, 0)
    qtbot.waitUntil(lambda: library.player.view is not None)
    library.delete()
    path.write_text("another", encoding="utf-8")
    undo = window.toast.action_button
    qtbot.mouseClick(undo, LEFT)
    assert path.read_text(encoding="utf-8") == "another"
    assert "another file has that name now" in window.toast.text


def test_without_a_bin_a_deleted_race_can_be_brought_back_for_a_moment(
    window: MainWindow, library: LibraryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.library_page.to_trash", lambda _: None)  # As on a system without one.
    path = write(library.folder, "one", datetime.now(UTC))
    open_page(window, library, qtbot, 1)
    click_row(library, qtbot, 0)
    qtbot.waitUntil(lambda: library.player.view is not None)
    library.delete()
    assert window.toast.text == "“one” is deleted."
    qtbot.mouseClick(window.toast.action_button, LEFT)
    assert path.exists()
    library.delete()
    window.toast.dismiss()
    assert list(library.folder.iterdir()) == []
