"""Record: films that are made by themselves, with the built-in pair where marked so, and what is remembered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from app.places import Places
from app.ui.export.choices import ExportChoices, recall_choices, remember_choices
from app.ui.export.recorder import FilmRecorder, films_folder, free_name
from app.ui.main_window import MainWindow
from app.ui.theme import Theme
from app.video.studio import FilmStudio
from tests.ui.windows import built_in, make_window, shown

TRACE = Path(__file__).parents[1] / "video" / "data" / "fibonacci.ndjson"
SMALL = ExportChoices(size="640x360", fps=15, speed=0.0, seconds=3.0, scenes=("race", "finish"), dark=False)


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user whose films are in a folder of this test, as the desktop's settings tell."""
    config, videos = tmp_path / "xdg", tmp_path / "Films"
    config.mkdir()
    videos.mkdir()
    (config / "user-dirs.dirs").write_text(f'XDG_VIDEOS_DIR="{videos}"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    if films_folder() != videos / "mtp-race":
        pytest.skip("this desktop keeps the folder of films somewhere else")
    return videos / "mtp-race"


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places, films: Path) -> Iterator[MainWindow]:
    with shown(make_window(theme, places, built_in(places)), qtbot) as made:
        yield made


@pytest.fixture
def recorder(qtbot: QtBot, theme: Theme, places: Places, films: Path) -> Iterator[FilmRecorder]:
    made = FilmRecorder(theme, places, FilmStudio(places.resources))
    yield made
    made.close()


def whole_film(path: Path) -> tuple[int, int, int]:
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        return video.width, video.height, sum(1 for _ in film.decode(video))


@pytest.mark.real
def test_with_record_on_a_race_leaves_a_film_and_a_way_to_it(
    window: MainWindow, qtbot: QtBot, places: Places, films: Path
) -> None:
    remember_choices(places, SMALL)
    controls, page = window.race.controls, window.race
    controls.max_tokens.setValue(24)
    qtbot.mouseClick(controls.record, Qt.MouseButton.LeftButton)
    assert controls.record.isChecked()
    qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.recorder.saved, timeout=120_000) as saved:
        qtbot.waitUntil(lambda: not page.running and page.view is not None, timeout=60_000)
    path = saved.args[0]
    assert page.trace is not None
    assert path == films / f"{page.trace.stem}.mp4"
    assert whole_film(path) == (640, 360, 45)
    assert window.toast.text == f"Saved {path.name}."
    assert window.toast.action_button.isVisible()
    qtbot.waitUntil(lambda: not page.record_bar.isVisible())
    assert [item.name for item in films.iterdir()] == [path.name]


@pytest.mark.real
def test_a_race_that_was_stopped_leaves_no_film(window: MainWindow, qtbot: QtBot, films: Path) -> None:
    controls, page = window.race.controls, window.race
    controls.max_tokens.setValue(2048)
    qtbot.mouseClick(controls.record, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.view is not None and page.view.lanes[1].state.count > 3, timeout=60_000)
    assert page.recorder.held
    qtbot.mouseClick(controls.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.running, timeout=10_000)
    assert not page.recorder.busy
    assert not films.exists()


def test_record_is_off_at_first_and_remembered(window: MainWindow, qtbot: QtBot, theme: Theme, places: Places) -> None:
    assert not window.race.controls.record.isChecked()
    assert window.race.controls.record.accessibleName() == "Film every race"
    window.race.controls.record.setFocus()
    qtbot.keyClick(window.race.controls.record, Qt.Key.Key_Space)
    window.remember()
    again = make_window(theme, places, built_in(places))
    qtbot.addWidget(again)
    again.recall()
    assert again.race.controls.record.isChecked()
    again.close()


def test_a_film_waits_while_something_is_measured_and_goes_on_after(
    recorder: FilmRecorder, qtbot: QtBot, theme: Theme, places: Places, films: Path, tmp_path: Path
) -> None:
    remember_choices(places, SMALL)
    other_trace = Path(shutil.copy(TRACE, tmp_path / "other.ndjson"))
    frames = QSignalSpy(recorder.progressed)
    recorder.hold(True)
    recorder.film(TRACE)
    assert recorder.busy
    assert recorder.trace == TRACE
    recorder.hold(False)
    qtbot.waitUntil(lambda: frames.count() > 5, timeout=30_000)
    recorder.hold(True)
    other = FilmRecorder(theme, places, FilmStudio(places.resources))
    with qtbot.waitSignal(other.saved, timeout=60_000):
        other.film(other_trace)
    before = frames.count()
    with qtbot.waitSignal(other.saved, timeout=60_000):
        other.film(other_trace)
    # A whole film was made meanwhile by another recorder, and not one frame of the film that waits.
    assert frames.count() == before
    assert recorder.busy
    assert not (films / "fibonacci.mp4").exists()
    with qtbot.waitSignal(recorder.saved, timeout=60_000):
        recorder.hold(False)
    assert whole_film(films / "fibonacci.mp4") == (640, 360, 45)


def test_cancel_leaves_nothing_even_while_the_film_waits(
    window: MainWindow, qtbot: QtBot, places: Places, films: Path
) -> None:
    remember_choices(places, ExportChoices(speed=0.25, size="640x360"))
    recorder, bar = window.race.recorder, window.race.record_bar
    recorder.film(TRACE)
    qtbot.waitUntil(lambda: bar.progress.maximum() > 0 and bar.progress.value() > 0, timeout=60_000)
    assert bar.isVisible()
    window.race.hold("A sweep is running.")
    assert "waits" in bar.said.text()
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not recorder.busy, timeout=30_000)
    assert not bar.isVisible()
    assert list(films.iterdir()) == []


def test_closing_the_window_ends_the_film_and_leaves_nothing(
    window: MainWindow, qtbot: QtBot, places: Places, films: Path
) -> None:
    remember_choices(places, ExportChoices(speed=0.25, size="640x360"))
    frames = QSignalSpy(window.race.recorder.progressed)
    window.race.recorder.film(TRACE)
    qtbot.waitUntil(lambda: frames.count() > 3, timeout=60_000)
    window.close()
    qtbot.waitUntil(window.gone.is_set)
    assert list(films.iterdir()) == []


def test_a_film_that_cannot_be_saved_says_why_until_it_is_closed(window: MainWindow, qtbot: QtBot, films: Path) -> None:
    films.write_text("a file stands where the folder should be", encoding="utf-8")
    bar = window.race.record_bar
    with qtbot.waitSignal(window.race.recorder.failed, timeout=30_000):
        window.race.recorder.film(TRACE)
    assert bar.isVisible()
    assert bar.said.text().startswith("No film was saved. ")
    assert str(films) in bar.said.text()
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_a_race_whose_recording_is_gone_says_so(recorder: FilmRecorder, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(recorder.failed, timeout=30_000) as failed:
        recorder.film(tmp_path / "gone.ndjson")
    assert "gone.ndjson" in failed.args[0].sentence
    assert not recorder.busy


def test_a_second_film_of_the_same_name_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "race.mp4").touch()
    (tmp_path / "race 2.mp4").touch()
    (tmp_path / "race").mkdir()
    assert free_name(tmp_path, "race", ".mp4") == str(tmp_path / "race 3.mp4")
    assert free_name(tmp_path, "race", ".gif") == str(tmp_path / "race.gif")
    assert free_name(tmp_path, "race", "/") == f"{tmp_path / 'race 2'}/"


@pytest.mark.parametrize(
    "text", ["", "{", '{"size": "big"}', '{"fps": 0}', '{"speed": -1}', '{"scenes": ["ending"]}', '{"scenes": []}']
)
def test_choices_that_cannot_be_read_are_the_usual_ones(places: Places, text: str) -> None:
    places.config.mkdir(parents=True)
    quoted = text.replace('"', '\\"')
    (places.config / "export.ini").write_text(f'[export]\nchoices="{quoted}"\n', encoding="utf-8")
    assert recall_choices(places) == ExportChoices()


def test_choices_are_remembered(places: Places) -> None:
    remember_choices(places, SMALL)
    assert recall_choices(places) == SMALL
