"""The main window, clicked as a user would. Races use the built-in pair for real where marked so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.draw.card import card_png
from app.draw.look import LIGHT
from app.library.cards import pack, with_trace
from app.library.traces import open_trace, trace_bytes
from app.places import Places
from app.present.result import verdict_text
from app.present.view import RaceView
from app.ui.behaviour_dialog import BehaviourDialog
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.page import Page
from app.ui.race_report import race_json
from app.ui.theme import Theme
from tests.ui import synthetic
from tests.ui.synthetic import write_trace
from tests.ui.windows import built_in, make_window


def test_at_first_start_a_pair_and_a_prompt_are_chosen_and_race_can_be_pressed(window: MainWindow) -> None:
    controls = window.race.controls
    assert controls.go.isEnabled()
    assert controls.go.text() == "Race"
    assert controls.request() is not None
    assert window.race.prompt_bar.line.text()


def test_no_tab_is_shown_that_does_not_work(window: MainWindow) -> None:
    assert [window.tabs.tabText(number) for number in range(window.tabs.count())] == ["Race", "Library"]


def test_tabs_change_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.currentIndex() == 1
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.currentIndex() == 0


def test_k_is_shown_with_its_block_size_where_the_engine_has_that_word(window: MainWindow) -> None:
    window.race.controls.k.setValue(5)
    assert window.race.controls.k.text() == "5"
    window.race.controls.lanes.suit(5, blocks=True)
    assert window.race.controls.k.text() == "5   block 6"
    assert window.race.board.panes[1].spec.k == 5


def test_an_edited_prompt_becomes_the_users_own(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.race.prompt_bar
    qtbot.mouseClick(bar.edit_button, Qt.MouseButton.LeftButton)
    assert bar.editor.isVisible()
    bar.editor.setPlainText("Count to three.")
    qtbot.mouseClick(bar.done_button, Qt.MouseButton.LeftButton)
    assert not bar.editing
    assert window.race.controls.prompt.currentText() == "Your prompt"
    request = window.race.controls.request()
    assert request is not None
    assert request.prompt.text == "Count to three."
    assert request.prompt.name == "custom"


def test_escape_leaves_the_editor_and_keeps_the_prompt(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.race.prompt_bar
    before = bar.line.text()
    qtbot.mouseClick(bar.edit_button, Qt.MouseButton.LeftButton)
    bar.editor.setPlainText("Something else")
    qtbot.keyClick(bar.editor, Qt.Key.Key_Escape)
    assert not bar.editing
    assert bar.line.text() == before
    assert window.race.controls.prompt.currentText() != "Your prompt"


def test_an_empty_prompt_cannot_be_taken(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.race.prompt_bar
    qtbot.mouseClick(bar.edit_button, Qt.MouseButton.LeftButton)
    bar.editor.setPlainText("  \n ")
    assert not bar.done_button.isEnabled()


def test_the_choice_and_the_size_are_remembered(window: MainWindow, qtbot: QtBot, theme: Theme, places: Places) -> None:
    window.race.controls.k.setValue(7)
    window.race.controls.max_tokens.setValue(96)
    window.race.controls.temperature.setValue(0.7)
    window.race.controls.use_text("My own words")
    window.remember()
    again = make_window(theme, places, built_in(places))
    qtbot.addWidget(again)
    again.recall()
    request = again.race.controls.request()
    assert request is not None
    assert (request.k, request.max_tokens, request.prompt.text) == (7, 96, "My own words")
    assert request.sampling.temperature == 0.7
    again.close()


def test_damaged_settings_are_no_reason_not_to_start(qtbot: QtBot, theme: Theme, places: Places) -> None:
    places.config.mkdir(parents=True)
    (places.config / "window.ini").write_text(
        "[race]\nk=many\nmax-tokens=\ntemperature=hot\nformat=nope\npair=gone\nprompt=gone\n", encoding="utf-8"
    )
    window = make_window(theme, places, built_in(places))
    qtbot.addWidget(window)
    window.recall()
    assert window.race.controls.request() is not None
    window.close()


def test_a_machine_without_any_pair_says_so(qtbot: QtBot, theme: Theme, places: Places) -> None:
    window = make_window(theme, places, [])
    qtbot.addWidget(window)
    window.show()
    assert not window.race.controls.go.isEnabled()
    assert "No model" in window.race.failure.details()
    window.close()


def test_every_control_has_a_name_for_screen_readers(window: MainWindow) -> None:
    controls = window.race.controls
    for widget in (controls.pair, controls.prompt, controls.k, controls.temperature, controls.max_tokens,
                   controls.format, controls.go, window.copy_button, window.save_button):  # fmt: skip
        assert widget.accessibleName()
        assert widget.toolTip()


@pytest.mark.parametrize("as_card", [False, True])
def test_a_dropped_trace_or_race_card_is_opened_and_shown_at_its_end(
    as_card: bool, window: MainWindow, library: LibraryPage, qtbot: QtBot, tmp_path: Path
) -> None:
    path = write_trace(tmp_path / "elsewhere" / "dropped.ndjson")
    if as_card:
        packed = pack(trace_bytes(path))
        path = path.with_name("posted.png")
        path.write_bytes(with_trace(card_png(RaceView.of(open_trace(path.with_name("dropped.ndjson"))), LIGHT), packed))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    qtbot.waitUntil(lambda: library.player.view is not None)
    assert window.tabs.currentIndex() == 1
    assert library.player.view is not None
    assert library.player.view.over
    assert library.board.panes[0].text.toPlainText() == library.player.view.lanes[0].state.text


def test_a_file_that_is_no_trace_is_refused_with_its_reason(library: LibraryPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "note.ndjson"
    path.write_text("hello", encoding="utf-8")
    library.open_file(path)
    qtbot.waitUntil(lambda: "not a trace" in library.failure.details())


def own(library: LibraryPage) -> int:
    """How many of the listed races are the user's own."""
    return sum(not entry.sample for entry in library.model.entries)


def test_samples_come_with_the_app_replay_and_cannot_be_changed(
    window: MainWindow, library: LibraryPage, qtbot: QtBot
) -> None:
    window.show_page(1)
    qtbot.waitUntil(lambda: library.model.rowCount() > 0)
    entry = next(entry for entry in library.model.entries if entry.sample)
    assert entry.about.startswith("Sample")
    row = library.list.visualRect(library.model.index(0))
    qtbot.mouseClick(library.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    library.list.setCurrentIndex(library.model.index(library.model.row_of(entry.path)))
    qtbot.waitUntil(lambda: library.player.view is not None)
    assert not library.delete_button.isEnabled()
    assert not library.rename_button.isEnabled()
    assert library.reveal_button.isEnabled()
    library.delete()
    library.rename("mine")
    assert entry.path.exists()


def test_the_library_lists_searches_renames_deletes_and_brings_back(
    window: MainWindow, library: LibraryPage, qtbot: QtBot
) -> None:
    for name in ("20260101-000000-nano-code", "my best race"):
        write_trace(library.folder / f"{name}.ndjson")
    window.show_page(1)
    qtbot.waitUntil(lambda: own(library) == 2)
    library.search.setText("best")
    assert library.model.rowCount() == 1
    library.list.setCurrentIndex(library.model.index(0))
    qtbot.waitUntil(lambda: library.player.view is not None)
    library.rename("renamed: race/1")
    assert (library.folder / "renamed race 1.ndjson").exists()
    library.search.clear()
    qtbot.waitUntil(lambda: library.model.row_of(library.folder / "renamed race 1.ndjson") >= 0)
    qtbot.mouseClick(library.delete_button, Qt.MouseButton.LeftButton)
    assert not (library.folder / "renamed race 1.ndjson").exists()
    assert own(library) == 1
    qtbot.mouseClick(window.toast.action_button, Qt.MouseButton.LeftButton)
    assert (library.folder / "renamed race 1.ndjson").exists()
    qtbot.waitUntil(lambda: own(library) == 2)


def test_a_deletion_that_is_not_undone_stays(window: MainWindow, library: LibraryPage, qtbot: QtBot) -> None:
    path = write_trace(library.folder / "one.ndjson")
    window.show_page(1)
    library.open_file(path)
    qtbot.waitUntil(lambda: library.player.view is not None)
    library.delete()
    window.toast.dismiss()
    assert list(library.folder.iterdir()) == []


def test_a_replay_plays_at_any_speed_and_scrubs(library: LibraryPage, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_trace(tmp_path / "race.ndjson", tokens=80)
    library.window().show_page(1)  # type: ignore[attr-defined]
    library.open_file(path)
    qtbot.waitUntil(lambda: library.player.view is not None)
    player = library.player
    whole = library.board.panes[0].text.toPlainText()
    library.transport.slider.setValue(300)
    qtbot.waitUntil(lambda: abs(player.now - player.duration * 0.3) < 1e-6)
    view = player.view
    assert view is not None
    qtbot.waitUntil(lambda: library.board.panes[0].text.toPlainText() == view.lanes[0].state.text)
    part = library.board.panes[0].text.toPlainText()
    assert whole.startswith(part)
    assert part != whole
    qtbot.mouseClick(library.transport.speeds.button(4), Qt.MouseButton.LeftButton)
    assert player.speed == 4
    qtbot.mouseClick(library.transport.play_button, Qt.MouseButton.LeftButton)
    assert player.playing
    qtbot.waitUntil(lambda: not player.playing and player.now >= player.duration)
    qtbot.waitUntil(lambda: library.board.panes[0].text.toPlainText() == whole)


def test_reports_name_the_format(window: MainWindow) -> None:
    head = synthetic.header()
    view = RaceView(head)
    view.apply(synthetic.records(head, 60))
    text = verdict_text(view)
    assert "Chess clock" in text
    assert "Result: MTP K=3 is 1." in text
    assert "Tokens identical, 60 of 60." in text
    assert json.loads(race_json(view, None))["token_verdict"] == "identical"


@pytest.mark.real
def test_a_real_race_is_run_stopped_copied_and_kept(window: MainWindow, qtbot: QtBot) -> None:
    controls = window.race.controls
    controls.max_tokens.setValue(24)
    qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    assert controls.go.text() == "Stop"
    assert not controls.k.isEnabled()
    qtbot.waitUntil(lambda: not window.race.running, timeout=60_000)
    view = window.race.view
    assert view is not None
    assert [lane.state.count for lane in view.lanes] == [24, 24]
    assert window.race.board.same.sentence.startswith("Tokens identical")
    assert controls.go.text() == "Race"
    assert window.race.trace is not None
    assert window.race.trace.exists()
    window.copy_text(view.lanes[0].state.text, "Text")
    assert QApplication.clipboard().text() == view.lanes[0].state.text
    controls.max_tokens.setValue(2048)
    qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.race.view is not view and window.race.view is not None, timeout=60_000)
    second = window.race.view
    assert second is not None
    qtbot.waitUntil(lambda: second.lanes[1].state.count > 3, timeout=60_000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.race.running, timeout=10_000)
    assert all(lane.state.over for lane in second.lanes)


@pytest.mark.real
def test_the_programs_of_a_code_race_are_compared_and_the_verdict_is_kept(
    window: MainWindow, library: LibraryPage, qtbot: QtBot
) -> None:
    path = write_trace(library.folder / "code.ndjson", tokens=len(synthetic.PIECES))
    trace = open_trace(path)
    view = RaceView(trace.header)
    view.apply(trace.records)
    board = window.race.board
    board.set_view(view)
    board.behaviour.run(view, path)
    qtbot.waitUntil(lambda: board.behaviour.behaviour is not None, timeout=60_000)
    behaviour = board.behaviour.behaviour
    assert behaviour is not None
    window.show_page(1)
    library.open_file(path)
    qtbot.waitUntil(lambda: library.board.behaviour.behaviour is not None)
    assert library.board.behaviour.behaviour == behaviour
    if behaviour.run_a is not None:
        assert behaviour.verdict.value == "same"
        qtbot.mouseClick(library.board.same.behaviour_button, Qt.MouseButton.LeftButton)
        dialog = window.findChild(BehaviourDialog)
        assert dialog is not None
        assert "[1, 2, 5, 5, 6, 9]" in dialog.findChildren(QPlainTextEdit)[0].toPlainText()
        dialog.accept()
    else:
        assert behaviour.verdict.value == "not run"


@pytest.mark.real
def test_a_race_in_heats_runs_in_the_window_and_its_replay_shows_the_same(window: MainWindow, qtbot: QtBot) -> None:
    controls = window.race.controls
    controls.format.setCurrentText("Heats")
    controls.max_tokens.setValue(16)
    with qtbot.waitSignal(window.race.recorded, timeout=120_000):
        qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    view, path = window.race.view, window.race.trace
    assert view is not None
    assert path is not None
    assert view.heats is not None
    assert view.over
    assert view.heats.done >= 5
    assert f"{view.heats.done} heats" in window.race.board.winner.sentence
    assert window.race.board.panes[0].text.toPlainText().strip()
    window.open_path(path)
    library = window.pages.currentWidget()
    assert isinstance(library, LibraryPage)
    qtbot.waitUntil(lambda: library.player.view is not None)
    qtbot.waitUntil(lambda: library.board.winner.sentence == window.race.board.winner.sentence)


def test_a_page_that_comes_later_is_made_once_when_it_is_shown(window: MainWindow) -> None:
    made: list[Page] = []

    def make() -> Page:
        made.append(Page())
        return made[-1]

    window.add_later("Later", make)
    assert made == []
    last = window.tabs.count() - 1
    window.show_page(last)
    assert window.pages.currentWidget() is made[0]
    window.show_page(0)
    window.make_pages()
    window.show_page(last)
    assert len(made) == 1
    assert window.pages.count() == window.tabs.count() == last + 1


def test_the_pages_behind_are_made_without_changing_the_one_that_is_shown(window: MainWindow) -> None:
    window.add_later("Later", Page)
    shown = window.pages.currentWidget()
    window.make_pages()
    assert window.pages.currentWidget() is shown
    assert isinstance(window.pages.widget(window.pages.count() - 1), Page)
