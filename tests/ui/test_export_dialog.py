"""The Export dialog, used as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.library.traces import open_trace
from app.places import Places
from app.present.film_options import SWEEP_SCENES
from app.ui.export.dialog import ExportDialog
from app.ui.export.subject import RaceSubject, SweepSubject
from app.ui.theme import Theme
from app.video.encoders import FILM_ENCODERS
from app.video.studio import FilmStudio
from tests.draw.sweeps import sweep

TRACE = Path(__file__).parents[1] / "video" / "data" / "fibonacci.ndjson"


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, places: Places) -> ExportDialog:
    shown = ExportDialog(theme, places, RaceSubject.of(FilmStudio(places.resources), TRACE, open_trace(TRACE)))
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
    again = ExportDialog(theme, places, RaceSubject.of(FilmStudio(places.resources), TRACE, open_trace(TRACE)))
    qtbot.addWidget(again)
    assert again.form.choices() == dialog.form.choices()
    assert again.form.encoder.name == "markdown"


@pytest.fixture
def sweep_dialog(qtbot: QtBot, theme: Theme, places: Places) -> ExportDialog:
    shown = ExportDialog(theme, places, SweepSubject(FilmStudio(places.resources), sweep(2)))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_a_sweep_is_exported_as_films_and_pictures_only(qtbot: QtBot, sweep_dialog: ExportDialog) -> None:
    formats = [sweep_dialog.form.format.itemText(row) for row in range(sweep_dialog.form.format.count())]
    assert formats == [encoder.title for encoder in FILM_ENCODERS]
    assert list(sweep_dialog.form.scenes) == list(SWEEP_SCENES)
    assert sweep_dialog.form.speed.currentText() == "As usual"
    qtbot.waitUntil(lambda: "of" in sweep_dialog.preview.about.text(), timeout=30_000)
    assert not sweep_dialog.preview.picture.pixmap().isNull()


def test_a_picture_of_a_sweep_is_written_and_its_choices_are_kept_apart_from_a_races(
    qtbot: QtBot, sweep_dialog: ExportDialog, theme: Theme, places: Places, tmp_path: Path
) -> None:
    choose_format(sweep_dialog, "poster")
    choose(sweep_dialog, "picture_size", "960x540")
    sweep_dialog.form.scenes["advice"].setChecked(False)
    with qtbot.waitSignal(sweep_dialog.exported, timeout=60_000):
        sweep_dialog.start(str(tmp_path / "sweep.png"))
    assert QImage(str(tmp_path / "sweep.png")).size() == QSize(960, 540)
    again = ExportDialog(theme, places, SweepSubject(FilmStudio(places.resources), sweep(2)))
    race = ExportDialog(theme, places, RaceSubject.of(FilmStudio(places.resources), TRACE, open_trace(TRACE)))
    qtbot.addWidget(again)
    qtbot.addWidget(race)
    assert not again.form.scenes["advice"].isChecked()
    assert all(check.isChecked() for check in race.form.scenes.values())
    assert race.form.encoder.name == "mp4"
