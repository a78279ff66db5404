"""The user's own prompts, by clicks and keys on real widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.library.prompts import all_prompts, own_prompts, save_prompt
from app.places import Places, find_places
from app.race.lanes import Message
from app.race.prompts import Prompt
from app.ui.prompts_dialog import PromptsDialog
from app.ui.theme import Theme
from tests.ui.windows import built_in, make_window, shown

MINE = Prompt("mine", "Mine", "custom", "en", "Write it.", (Message("system", "Be short."),))


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path / "home"))
    found = find_places()
    save_prompt(found, MINE)
    return found


@pytest.fixture
def dialog(qtbot: QtBot, qapp: QApplication, places: Places) -> Iterator[PromptsDialog]:
    parent = QWidget()
    parent.resize(1200, 800)
    with shown(parent, qtbot, height=800):
        made = PromptsDialog(places, parent, "mine")
        made.open()
        yield made
        made.close()


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.waitUntil(widget.isVisible)
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def write(qtbot: QtBot, box: QPlainTextEdit, text: str) -> None:
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def texts(places: Places) -> dict[str, str]:
    return {prompt.title: prompt.text for prompt in own_prompts(places)[0]}


def test_a_prompt_is_edited_and_kept_as_a_file(dialog: PromptsDialog, places: Places, qtbot: QtBot) -> None:
    assert dialog.form.title.text() == "Mine"
    assert dialog.form.system.toPlainText() == "Be short."
    assert not dialog.save_button.isEnabled()
    write(qtbot, dialog.form.text, "Write it better.")
    with qtbot.waitSignal(dialog.edited) as edited:
        click(qtbot, dialog.save_button)
    assert texts(places) == {"Mine": "Write it better."}
    assert edited.args is not None
    assert [prompt.name for prompt in edited.args[0]][-1] == "mine"
    assert dialog.told.text() == "Saved."


def test_a_system_prompt_turns_and_thinking_are_part_of_it(dialog: PromptsDialog, places: Places, qtbot: QtBot) -> None:
    click(qtbot, dialog.form.turn_button)
    qtbot.keyClicks(dialog.form.turns[0], "What is a list?")
    click(qtbot, dialog.form.turn_button)
    dialog.form._turns[1].role.setCurrentText("assistant")
    qtbot.keyClicks(dialog.form.turns[1], "Several values.")
    dialog.form.thinking.setChecked(True)
    dialog.form.system.clear()
    click(qtbot, dialog.save_button)
    (kept,) = own_prompts(places)[0]
    assert kept.before == (Message("user", "What is a list?"), Message("assistant", "Several values."))
    assert kept.thinking
    click(qtbot, dialog.form._turns[0].remove)
    click(qtbot, dialog.save_button)
    (kept,) = own_prompts(places)[0]
    assert kept.before == (Message("assistant", "Several values."),)


def test_a_new_prompt_is_written(dialog: PromptsDialog, places: Places, qtbot: QtBot) -> None:
    click(qtbot, dialog.new_button)
    qtbot.keyClicks(dialog.form.text, "Tell me of bees.")
    click(qtbot, dialog.save_button)
    assert texts(places) == {"Mine": "Write it.", "Tell me of bees.": "Tell me of bees."}
    dialog.form.title.selectAll()
    qtbot.keyClicks(dialog.form.title, "Bees")
    click(qtbot, dialog.close_button)
    assert texts(places) == {"Mine": "Write it.", "Bees": "Tell me of bees."}


def test_one_of_the_app_can_be_read_and_copied_and_not_changed(
    dialog: PromptsDialog, places: Places, qtbot: QtBot
) -> None:
    rows = [dialog.list.item(at).text() for at in range(dialog.list.count())]
    dialog.list.setCurrentRow(next(at for at, name in enumerate(rows) if name.endswith("app")))
    assert dialog.form.text.isReadOnly()
    assert not dialog.delete_button.isEnabled()
    click(qtbot, dialog.copy_button)
    assert not dialog.form.text.isReadOnly()
    assert dialog.form.title.text().endswith("(copy)")
    assert len(texts(places)) == 2


def test_delete_has_an_undo(dialog: PromptsDialog, places: Places, qtbot: QtBot) -> None:
    assert not dialog.undo_button.isVisible()
    click(qtbot, dialog.delete_button)
    assert texts(places) == {}
    assert "bin" in dialog.told.text()
    click(qtbot, dialog.undo_button)
    assert texts(places) == {"Mine": "Write it."}
    assert not dialog.undo_button.isVisible()
    assert dialog.form.title.text() == "Mine"


def test_the_search_looks_into_titles_and_texts(dialog: PromptsDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.search, "haiku")
    assert dialog.list.count() >= 1
    assert all("aiku" in dialog.list.item(at).text() for at in range(dialog.list.count()))
    dialog.search.clear()
    qtbot.keyClicks(dialog.search, "write it.")
    assert [dialog.list.item(at).text() for at in range(dialog.list.count())] == ["Mine"]
    qtbot.keyClicks(dialog.search, " nowhere")
    assert dialog.list.count() == 0
    assert not dialog.race_button.isEnabled()


def test_what_cannot_be_a_prompt_is_not_raced(dialog: PromptsDialog, qtbot: QtBot) -> None:
    dialog.form.text.clear()
    assert not dialog.race_button.isEnabled()
    write(qtbot, dialog.form.text, "Again.")
    assert dialog.race_button.isEnabled()
    dialog.form.kind.setText("No Such Kind")
    assert not dialog.race_button.isEnabled()


def test_ctrl_return_saves_the_prompt_and_races_it(
    qtbot: QtBot, qapp: QApplication, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(Theme(qapp, places.resources), places, built_in(places))
    with shown(window, qtbot, height=900):
        raced: list[Prompt | None] = []
        monkeypatch.setattr(window.race, "race", lambda: raced.append(window.race.controls.selected_prompt))
        click(qtbot, window.race.prompt_bar.prompts_button)
        dialog = next(item for item in window.findChildren(PromptsDialog) if item.isVisible())
        qtbot.waitUntil(dialog.isActiveWindow)
        dialog._fill("mine")
        write(qtbot, dialog.form.text, "Race this.")
        qtbot.keyClick(dialog.form.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: bool(raced))
        (prompt,) = raced
        assert prompt is not None
        assert (prompt.name, prompt.text, prompt.before) == ("mine", "Race this.", MINE.before)
        assert window.race.prompt_bar.line.text() == "Race this."


def test_ctrl_return_in_the_editor_of_the_race_tab_races(
    qtbot: QtBot, qapp: QApplication, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(Theme(qapp, places.resources), places, built_in(places))
    with shown(window, qtbot, height=900):
        raced: list[Prompt | None] = []
        monkeypatch.setattr(window.race.runner, "start", lambda request, **_: raced.append(request.prompt))
        bar = window.race.prompt_bar
        click(qtbot, bar.edit_button)
        write(qtbot, bar.editor, "Something of my own.")
        qtbot.keyClick(bar.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: bool(raced), timeout=10_000)
        assert raced[0] is not None
        assert raced[0].text == "Something of my own."


def test_of_one_name_the_user_s_own_prompt_is_the_one_that_is_raced(places: Places) -> None:
    save_prompt(places, Prompt("code", "My code", "code", "python", "Write mine."))
    found = {prompt.name: prompt.title for prompt in all_prompts(places)}
    assert found["code"] == "My code"
    assert len(found) == len(all_prompts(places))
