from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QRectF, QSettings, Qt
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.draw.canvas import Canvas
from app.draw.look import LIGHT
from app.draw.sweep.charts import CHARTS, charts_of
from app.draw.sweep.speedup import _Speedup
from app.library.prompts import load_prompts
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.present.advice import advice_rows
from app.race.prompts import Prompt
from app.race.sweep import Spend
from app.race.sweep_result import SweepResult, write_sweep
from app.ui.recipe_dialog import RecipeDialog
from app.ui.sweep import controls as sweep_controls
from app.ui.sweep.page import SweepPage
from app.ui.sweep.suite_dialog import SuiteDialog
from app.ui.tasks import Tasks
from app.ui.theme import Theme
from app.worker.pool import WorkerPool
from tests.draw.sweeps import suite, sweep, sweep_over
from tests.ui.windows import shown


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path / "home"))
    return find_places()


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication, places: Places) -> Iterator[SweepPage]:
    pool = WorkerPool()
    pairs = [pair for pair in load_registry(places=places).pairs if pair.id == "nano"]
    made = SweepPage(Theme(qapp, places.resources), places, pool, pairs, load_prompts(places))
    with shown(made, qtbot, height=900):
        yield made
        made.close_down()
    pool.close()


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def pick(page: SweepPage, *names: str) -> None:
    for prompt, action in zip(page.controls._prompts, page.controls.prompt_actions, strict=True):
        action.setChecked(prompt.name in names)


def test_an_empty_page_says_what_a_sweep_is_and_can_start_one(page: SweepPage) -> None:
    assert "A sweep races several K" in page.advice.rows[0][1].text()
    assert page.controls.go.isEnabled()
    request = page.controls.request()
    assert request is not None
    assert [item.k for item in request.contenders] == [1, 2, 3, 4, 6, 8]
    assert [prompt.name for prompt in request.prompts] == ["code", "english", "haiku"]


def test_what_cannot_be_swept_is_said_beside_the_button(page: SweepPage, qtbot: QtBot) -> None:
    page.controls.ks.clear()
    qtbot.keyClicks(page.controls.ks, "1, 99")
    assert not page.controls.go.isEnabled()
    assert "'99' is neither" in page.controls.told.text()
    page.controls.ks.clear()
    qtbot.keyClicks(page.controls.ks, "2, adaptive")
    assert page.controls.go.isEnabled()
    pick(page)
    assert page.controls.told.text() == "Pick a prompt at least."
    assert page.controls.prompts.text() == "None"


@pytest.mark.real
def test_a_sweep_runs_is_stopped_by_the_button_and_goes_on(
    page: SweepPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sweep_controls.SPENDS, "5 heats each", Spend(2))
    pick(page, "haiku", "json")
    page.controls.ks.setText("1, 3")
    page.controls.spend.setCurrentText("5 heats each")
    click(qtbot, page.controls.go)
    assert page.running
    assert page.controls.go.text() == "Stop"
    assert not page.controls.ks.isEnabled()
    qtbot.waitUntil(lambda: page.result.heats >= 1, timeout=60_000)
    assert "heats" in page.controls.told.text()
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: not page.running, timeout=20_000)
    stopped, folder = page.result, page._shown[1]
    assert stopped.heats < 4
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: not page.running and page.result.heats == 4, timeout=120_000)
    assert page._shown[1] == folder
    assert page.result.created == stopped.created
    assert all(said.text() for _, said in page.advice.rows[:2])


@pytest.mark.real
def test_a_mistake_in_the_sweeps_thread_is_told_and_the_next_sweep_runs(
    page: SweepPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("the test broke it")

    monkeypatch.setitem(sweep_controls.SPENDS, "5 heats each", Spend(1))
    pick(page, "haiku")
    page.controls.ks.setText("1")
    page.controls.spend.setCurrentText("5 heats each")
    with monkeypatch.context() as patch:
        patch.setattr("app.worker.sweep_run.probe_passes", broken)
        click(qtbot, page.controls.go)
        qtbot.waitUntil(lambda: not page.running, timeout=20_000)
    assert page.failure.isVisible()
    assert "Something went wrong while the sweep was run." in page.failure.details()
    assert "ValueError: the test broke it" in page.failure.details()
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: not page.running and page.result.heats == 1, timeout=120_000)
    assert not page.failure.isVisible()


@pytest.mark.real
def test_closing_the_page_ends_a_sweep_and_gives_its_workers_back(page: SweepPage, qtbot: QtBot) -> None:
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: bool(page._now.text()), timeout=60_000)
    for tasks in page.findChildren(Tasks):
        tasks.close()
    qtbot.waitUntil(lambda: not any(item.name == "sweep" for item in threading.enumerate()), timeout=10_000)


def test_a_race_that_runs_keeps_a_sweep_from_starting(page: SweepPage, qtbot: QtBot) -> None:
    page.race_runs = lambda: True
    with qtbot.waitSignal(page.said) as said:
        click(qtbot, page.controls.go)
    assert "A race is running" in said.args[0]
    assert not page.running


def stored(places: Places, prompts: int = 3) -> Path:
    folder = places.data / "sweeps" / "earlier"
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_bytes(write_sweep(sweep(prompts)))
    return folder


def test_an_earlier_sweep_is_opened_and_a_click_on_a_point_asks_for_its_race(
    page: SweepPage, places: Places, qtbot: QtBot
) -> None:
    folder = stored(places)
    page.open_sweep(folder)
    qtbot.waitUntil(lambda: page.result.heats > 0)
    assert [name.text() for name, _ in page.advice.rows] == ["Code", "English", "Japanese"]
    chart = page.charts["speedup"]
    qtbot.waitUntil(lambda: any(mark.cell and mark.cell.traces for mark in chart.marks))
    mark = next(mark for mark in chart.marks if mark.cell is not None and mark.cell.traces)
    with qtbot.waitSignal(page.race_wanted) as wanted:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=mark.area.center().toPoint())
    assert wanted.args[0].parent == folder
    assert wanted.args[1][0] == "baseline"
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(page.race_wanted):
        qtbot.keyClick(chart, Qt.Key.Key_Return)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))  # Nothing is there.


def test_export_offers_files_and_a_film_of_the_sweep_that_is_shown(
    page: SweepPage, places: Places, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(page.said) as said:
        page.export(QPoint(0, 0))
    assert said.args == ["There is no sweep to export yet."]
    page.open_sweep(stored(places))
    qtbot.waitUntil(lambda: page.result.heats > 0)
    files, film = page.fill_export_menu().actions()
    with qtbot.waitSignal(page.film_wanted) as wanted:
        film.trigger()
    assert wanted.args == [page.result]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    with qtbot.waitSignal(page.said, timeout=60_000):
        files.trigger()
    made = {path.suffix for path in (tmp_path / f"sweep-{page.result.pair}").iterdir()}
    assert made == {".csv", ".json", ".png", ".svg"}


def test_results_of_others_are_laid_beside_and_named_as_theirs(page: SweepPage, places: Places, qtbot: QtBot) -> None:
    page.open_sweep(stored(places))
    qtbot.waitUntil(lambda: page.result.heats > 0)
    click(qtbot, page.others_button)
    chart = page.charts["speedup"]
    qtbot.waitUntil(lambda: any("Another machine" in mark.text for mark in chart.marks))
    assert all("26B-A4B" in mark.text for mark in chart.marks if "Another machine" in mark.text)


def test_every_machine_that_lies_beside_is_named_in_the_chart(page: SweepPage, places: Places, qtbot: QtBot) -> None:
    page.open_sweep(stored(places))
    qtbot.waitUntil(lambda: page.result.heats > 0)
    click(qtbot, page.others_button)
    others = page._others(page.result)
    said: list[str] = []
    picture = QPicture()
    painter = QPainter(picture)
    canvas = Canvas(painter, LIGHT, said)
    _Speedup(canvas, QRectF(0, 0, 840, 260), page.result, others).draw(1.0)
    painter.end()
    told = " ".join(said)
    assert others
    for other in others:
        assert other.name in told
    crowded = next(words for words in said if words.startswith("also "))
    assert "K = " in crowded


def test_space_and_the_mouse_tick_prompts_and_the_menu_stays_open(page: SweepPage, qtbot: QtBot) -> None:
    menu, actions = page.controls._menu, page.controls.prompt_actions
    menu.popup(page.controls.prompts.mapToGlobal(QPoint(0, 34)))
    qtbot.waitUntil(menu.isVisible)
    before = [action.isChecked() for action in actions]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    at = actions.index(menu.activeAction())
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert actions[at].isChecked() != before[at]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions[3]).center())
    assert menu.isVisible()
    assert actions[3].isChecked() != before[3]
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_no_empty_chart_is_shown_before_a_sweep_and_all_are_after_one(
    page: SweepPage, places: Places, qtbot: QtBot
) -> None:
    assert not any(card.isVisible() for card in page.charts.values())
    assert page.intro.isVisible()
    page.open_sweep(stored(places))
    qtbot.waitUntil(lambda: page.result.heats > 0)
    assert {name for name, card in page.charts.items() if card.isVisibleTo(page)} == {
        chart.name for chart in charts_of(page.result)
    }


def test_the_last_sweep_is_shown_again_when_the_page_comes_into_sight(
    page: SweepPage, places: Places, qtbot: QtBot
) -> None:
    folder = stored(places)
    page.activate()
    qtbot.waitUntil(lambda: page._shown[1] == folder)
    assert page._now.text().startswith("The last sweep: ")
    assert folder.name not in page._now.text()


def test_earlier_sweeps_are_listed_by_what_they_were_of(page: SweepPage, places: Places, qtbot: QtBot) -> None:
    folder = stored(places)
    broken = folder.with_name("20200101-000000-broken")
    broken.mkdir()
    (broken / "sweep.json").write_text("{", encoding="utf-8")
    click(qtbot, page.earlier_button)
    qtbot.waitUntil(page._menu.isVisible)
    names = [action.text() for action in page._menu.actions()]
    assert any("Code, English, Japanese" in name for name in names)
    assert "20200101-000000-broken, which cannot be read" in names
    page._menu.close()


def test_a_folder_without_a_sweep_is_told_and_changes_nothing(page: SweepPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.open_sweep(tmp_path)
    qtbot.waitUntil(page.failure.isVisible)
    assert page.result.heats == 0


def test_what_was_chosen_is_remembered(page: SweepPage, places: Places, tmp_path: Path) -> None:
    pick(page, "japanese")
    page.controls.ks.setText("2, heuristic")
    page.controls.spend.setCurrentText("10 minutes")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    page.remember(settings)
    pick(page, "code")
    page.controls.ks.setText("1")
    page.controls.spend.setCurrentText("1 minute")
    page.recall(settings)
    request = page.controls.request()
    assert request is not None
    assert [prompt.name for prompt in request.prompts] == ["japanese"]
    assert [item.word for item in request.contenders] == ["2", "heuristic"]
    assert request.spend == Spend(0, 600)


def test_every_chart_has_a_card_with_a_name_for_screen_readers(page: SweepPage) -> None:
    assert {card.accessibleName() for card in page.charts.values()} == {chart.title for chart in CHARTS}


def open_made(page: SweepPage, places: Places, qtbot: QtBot, result: SweepResult) -> Path:
    """Shows a made-up sweep that is kept in the library."""
    folder = places.data / "sweeps" / "20260102-030405-made"
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_bytes(write_sweep(result))
    page.open_sweep(folder)
    qtbot.waitUntil(lambda: page.result == result)
    return folder


@pytest.mark.parametrize(
    ("result", "first"),
    [(sweep(), "speedup"), (sweep_over(), "conditions"), (suite(), "strip")],
    ids=["k", "axis", "suite"],
)
def test_a_result_shows_the_charts_that_it_has_and_its_advice(
    page: SweepPage, places: Places, qtbot: QtBot, result: SweepResult, first: str
) -> None:
    open_made(page, places, qtbot, result)
    visible = {name for name, chart in page.charts.items() if chart.isVisibleTo(page)}
    assert first in visible
    assert visible <= {chart.name for chart in CHARTS if chart.shown(result)}
    said = [(name.text(), words.text()) for name, words in page.advice.rows if name.isVisibleTo(page)]
    assert said == advice_rows(result)
    assert all(words for _, words in said)


def test_a_condition_is_picked_by_clicks_with_its_usual_values(page: SweepPage, qtbot: QtBot) -> None:
    controls = page.controls
    assert not controls.values.isVisible()
    controls.axis.setFocus()
    qtbot.keyClick(controls.axis, Qt.Key.Key_Down)
    assert controls.axis.currentText() == "Context depth"
    assert controls.values.isVisible()
    assert controls.values.text() == "0, 256, 1k, 4k, 16k, 64k"
    controls.values.clear()
    qtbot.keyClicks(controls.values, "0, 1k, deep")
    assert "'deep' is not a whole number" in controls.told.text()
    assert not controls.go.isEnabled()
    controls.values.clear()
    qtbot.keyClicks(controls.values, "0, 1k")
    request = controls.request()
    assert request is not None
    assert request.axis is not None
    assert request.axis.text == "context=0,1k"


def test_the_prompts_of_a_file_are_read_shown_sampled_and_raced(
    page: SweepPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [f'{{"prompt": "Write {number} lines of code.", "category": "code"}}\n' for number in range(8)]
    file.write_text("".join([*lines, '{"prompt": "My key is sk-abcdefghijklmnopqrstuvwxyz0123456789."}\n']))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    page.controls.suite_action.trigger()
    dialog = next(item for item in page.window().findChildren(SuiteDialog) if item.isVisible())
    assert not dialog.use_button.isEnabled()
    click(qtbot, dialog.file_button)
    qtbot.waitUntil(lambda: dialog.suite is not None)
    assert "mine.jsonl: 9 prompts (8 code" in dialog.told.text()
    assert dialog.list.count() == 9
    assert dialog.secrets.isVisible()
    assert not dialog.seed.isEnabled()
    dialog.sample.setValue(3)
    qtbot.waitUntil(lambda: dialog.suite is not None and len(dialog.suite.prompts) == 3)
    assert dialog.seed.isEnabled()
    first = dialog.suite
    dialog.seed.setValue(5)
    qtbot.waitUntil(lambda: dialog.suite is not None and dialog.suite != first)
    click(qtbot, dialog.use_button)
    assert page.controls.prompts.text() == "mine.jsonl (3)"
    assert not page.controls.axis.isEnabled()
    request = page.controls.request()
    assert request is not None
    assert (request.suite, len(request.prompts), request.spend.evenly) == ("mine.jsonl", 3, True)
    page.controls.single_action.trigger()
    again = page.controls.request()
    assert again is not None
    assert (again.suite, len(again.prompts)) == ("", 3)
    assert [item.name for item in again.prompts] == ["code", "english", "haiku"]


def test_a_file_without_prompts_is_told_in_the_dialog(page: SweepPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.controls.suite_action.trigger()
    dialog = next(item for item in page.window().findChildren(SuiteDialog) if item.isVisible())
    (tmp_path / "none.csv").write_text("")
    dialog.open_path(tmp_path / "none.csv")
    qtbot.waitUntil(lambda: "none.csv" in dialog.told.text())
    assert not dialog.use_button.isEnabled()
    click(qtbot, dialog.close_button)


def test_use_it_gives_the_advised_k_in_each_program_s_words(page: SweepPage, places: Places, qtbot: QtBot) -> None:
    plain = msgspec.structs.replace(sweep(1, (1, 4), adaptive=False), target="target.gguf")
    rows = tuple(
        msgspec.structs.replace(row, cells=tuple(msgspec.structs.replace(cell, traces=()) for cell in row.cells))
        for row in plain.prompts
    )
    open_made(page, places, qtbot, msgspec.structs.replace(plain, prompts=rows))
    click(qtbot, page.use_button)
    qtbot.waitUntil(lambda: any(item.isVisible() for item in page.window().findChildren(RecipeDialog)))
    dialog = next(item for item in page.window().findChildren(RecipeDialog) if item.isVisible())
    assert "--spec-draft-n-max 4" in dialog.text.toPlainText()
    dialog.program.setCurrentText("vLLM")
    assert '"num_speculative_tokens":4' in dialog.text.toPlainText()
    assert "num_speculative_tokens" in dialog._word.text()
    click(qtbot, dialog.copy_button)
    assert QApplication.clipboard().text() == dialog.text.toPlainText()
    click(qtbot, dialog.close_button)


def test_own_prompts_can_be_ticked_too(page: SweepPage, places: Places) -> None:
    mine = Prompt("mine", "Mine", "custom", "en", "Write it.")
    page.controls.set_prompts([*load_prompts(places), mine])
    assert [action.text() for action in page.controls.prompt_actions][-1] == "Mine"
    page.controls.prompt_actions[-1].setChecked(True)
    request = page.controls.request()
    assert request is not None
    assert [item.name for item in request.prompts] == ["code", "english", "haiku", "mine"]


def test_a_dot_of_a_suite_opens_its_race(page: SweepPage, places: Places, qtbot: QtBot) -> None:
    folder = open_made(page, places, qtbot, suite())
    chart = page.charts["strip"]
    qtbot.waitUntil(lambda: bool(chart.marks))
    mark = chart.marks[0]
    with qtbot.waitSignal(page.race_wanted) as wanted:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=mark.area.center().toPoint())
    assert wanted.args is not None
    path, lanes = wanted.args
    assert path.parent == folder
    assert mark.cell is not None
    assert (path.name, lanes) == (mark.cell.traces[0], ("baseline", mark.cell.lane))


@pytest.mark.real
def test_a_suite_is_raced_stopped_and_gone_on_with_by_clicks(
    page: SweepPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("".join(f'{{"prompt": "Say {word}.", "category": "words"}}\n' for word in ("one", "two", "three")))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    monkeypatch.setitem(sweep_controls.SPENDS, "5 heats each", Spend(1))
    page.controls.suite_action.trigger()
    dialog = next(item for item in page.window().findChildren(SuiteDialog) if item.isVisible())
    click(qtbot, dialog.file_button)
    qtbot.waitUntil(lambda: dialog.suite is not None)
    click(qtbot, dialog.use_button)
    page.controls.ks.setText("2")
    page.controls.spend.setCurrentText("5 heats each")
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: page.result.heats >= 1, timeout=60_000)
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: not page.running, timeout=20_000)
    assert page.result.heats < 3
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: not page.running and page.result.heats == 3, timeout=120_000)
    assert page.result.suite == "mine.jsonl"
    assert page.charts["strip"].isVisible()
    assert not page.charts["speedup"].isVisible()
    rows = [words.text() for name, words in page.advice.rows if name.isVisibleTo(page)]
    assert "on 3 prompts" in rows[0]
    dots = {(mark.cell.prompt, mark.cell.lane) for mark in page.charts["strip"].marks if mark.cell}
    assert len(dots) == 3


@pytest.mark.real
def test_a_condition_is_swept_by_clicks(page: SweepPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sweep_controls.SPENDS, "5 heats each", Spend(1))
    pick(page, "haiku")
    page.controls.ks.setText("2")
    page.controls.axis.setCurrentText("Context depth")
    page.controls.values.setText("0, 64")
    page.controls.spend.setCurrentText("5 heats each")
    click(qtbot, page.controls.go)
    qtbot.waitUntil(lambda: page.result.heats == 2 and not page.running, timeout=120_000)
    assert [row.condition for row in page.result.prompts] == ["0", "64"]
    assert page.charts["conditions"].isVisible()
    assert page.advice.rows[0][0].text() == "Context depth"
    assert "K = 2 gains most at" in page.advice.rows[0][1].text()
