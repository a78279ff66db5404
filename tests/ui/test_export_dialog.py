"""The Export dialog, used as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.places import Places
from app.models.traces import open_trace
from app.ui.export.dialog import ExportDialog
from app.ui.theme import Theme

TRACE = Path(__file__).parents[1] / "video" / "data" / "fibonacci.ndjson"


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, places: Places) -> ExportDialog:
    shown = ExportDialog(theme, places, TRACE, open_trace(TRACE))
    qtbot.addWidget(shown)
    choose(shown, "picture_size", "960x540")
    shown.show()
    return shown


def choose(dialog: ExportDialog, box: str, value: object) -> None:
    combo = getattr(dialog.form, box)
    combo.setCurrentIndex(combo.findData(value))


def choose_format(dialog: ExportDialog, name: str) -> None:
    names = [dialog.form.format.itemData(row).name for row in range(dialog.form.format.count())]
    dialog.form.format.setCurrentIndex(names.index(name))


def test_the_preview_shows_the_film_and_follows_the_choices(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.waitUntil(lambda: "of" in dialog.preview.about.text(), timeout=30_000)
    assert not dialog.preview.picture.pixmap().isNull()
    before = dialog.preview.about.text()
    dialog.form.scenes["closing"].setChecked(False)
    qtbot.waitUntil(lambda: dialog.preview.about.text() != before, timeout=30_000)


def test_a_summary_is_written_where_it_was_asked_for(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    choose_format(dialog, "markdown")
    with qtbot.waitSignal(dialog.exported, timeout=30_000) as made:
        dialog.start(str(tmp_path / "race.md"))
    assert made.args == [tmp_path / "race.md"]
    assert "1.86×" in (tmp_path / "race.md").read_text(encoding="utf-8")
    assert dialog.export_button.isEnabled()


def test_cancel_stops_the_export_and_leaves_nothing(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    choose(dialog, "speed", 0.25)
    choose(dialog, "picture_size", "960x540")
    films = tmp_path / "films"
    films.mkdir()
    dialog.start(str(films / "race.mp4"))
    qtbot.waitUntil(lambda: dialog.progress.maximum() > 0 and dialog.progress.value() > 0, timeout=60_000)
    dialog.cancel_button.click()
    qtbot.waitUntil(lambda: not dialog.running, timeout=60_000)
    assert "Nothing was left behind" in dialog.said.text()
    assert [item.name for item in films.iterdir()] == []
    assert dialog.isVisible()


def test_an_export_that_fails_says_why(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.start(str(tmp_path / "no" / "race.md"))
    qtbot.waitUntil(lambda: not dialog.running, timeout=30_000)
    assert "does not exist" in dialog.said.text()


def test_without_a_scene_nothing_can_be_exported(dialog: ExportDialog) -> None:
    for check in dialog.form.scenes.values():
        check.setChecked(False)
    assert not dialog.export_button.isEnabled()
    assert dialog.said.text() == "Choose at least one scene."


def test_a_length_can_be_given_only_where_it_counts(dialog: ExportDialog) -> None:
    assert not dialog.form.seconds.isEnabled()
    choose(dialog, "speed", 0.0)
    assert dialog.form.seconds.isEnabled()
    dialog.form.seconds.setValue(12)
    assert dialog.form.options().seconds == 12


def test_what_was_exported_last_is_chosen_the_next_time(
    qtbot: QtBot, dialog: ExportDialog, theme: Theme, places: Places, tmp_path: Path
) -> None:
    choose_format(dialog, "markdown")
    choose(dialog, "theme", False)
    choose(dialog, "speed", 2.0)
    dialog.form.scenes["title"].setChecked(False)
    dialog.form.caption.setText("Mine")
    with qtbot.waitSignal(dialog.exported, timeout=30_000):
        dialog.start(str(tmp_path / "race.md"))
    again = ExportDialog(theme, places, TRACE, open_trace(TRACE))
    qtbot.addWidget(again)
    assert again.form.choices() == dialog.form.choices()
    assert again.form.encoder.name == "markdown"
