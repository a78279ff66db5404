"""Forecasts in the Models tab, clicked as a user would, and the K that the window begins with."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.registry.reader import load_registry
from app.places import Places
from app.present.forecast import PAY_QUESTION
from app.race.choose_k import FIRST_SENTENCE, FIRST_WIDTHS
from app.race.events import PassCosts
from app.race.trace import Record, TraceWriter
from app.ui.main_window import MainWindow
from app.ui.models.page import ModelsPage
from app.ui.models.pay_dialog import PayDialog
from app.ui.theme import Theme
from app.ui.widgets import label
from app.worker.forecast_store import ForecastStore
from app.worker.machine import describe_machine
from tests.race.builders import header, lane_events, spec
from tests.race.test_forecast import made_forecast
from tests.terminal.test_forecast import tiny_registry
from tests.ui.windows import built_in, make_window, shown

LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 120_000


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places) -> Iterator[MainWindow]:
    places.config.mkdir(parents=True)
    places.user_registry.write_text(tiny_registry(), encoding="utf-8")
    made = make_window(theme, places, built_in(places))
    made.add_page(ModelsPage(theme, places))
    with shown(made, qtbot):
        yield made


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> ModelsPage:
    found = window.pages.widget(2)
    assert isinstance(found, ModelsPage)
    window.show_page(2)
    qtbot.waitUntil(lambda: "tiny" in found.cards, timeout=PATIENCE_MS)
    found.filter.setText("tiny")
    return found


def keep(places: Places, **changes: object) -> None:
    """Keeps a forecast for the tiny pair on this machine."""
    made = made_forecast(pair="tiny", title="Tiny", machine=describe_machine().cpu)
    ForecastStore.of(places).put(msgspec.structs.replace(made, **changes))


@pytest.mark.real
def test_a_click_on_a_row_forecasts_its_model_and_the_row_then_says_it(
    page: ModelsPage, qtbot: QtBot, places: Places
) -> None:
    row = page.cards["tiny"]
    qtbot.mouseClick(row.forecast, LEFT)
    assert page.forecasts.running == "tiny"
    assert row.cancel.isVisible()
    assert row.bar.isVisible()
    qtbot.waitUntil(lambda: row.summary.forecast != "", timeout=PATIENCE_MS)
    assert not page.busy
    assert row.facts.text().startswith("Forecast ")
    kept = ForecastStore.of(places).get("tiny")
    assert kept is not None
    assert f"at K = {kept.best.k}" in row.facts.text()
    qtbot.mouseClick(row.more, LEFT)
    assert "tok/s without a drafter" in row.beside.text()
    assert row.beside.isVisible()


@pytest.mark.real
def test_cancel_gives_a_forecast_up_and_leaves_nothing(page: ModelsPage, qtbot: QtBot, places: Places) -> None:
    row = page.cards["tiny"]
    qtbot.mouseClick(row.forecast, LEFT)
    qtbot.waitUntil(lambda: any((places.cache / "forecast").glob("*/*")), timeout=PATIENCE_MS)
    qtbot.mouseClick(row.cancel, LEFT)
    qtbot.waitUntil(lambda: not page.busy, timeout=PATIENCE_MS)
    assert list((places.cache / "forecast").iterdir()) == []
    assert ForecastStore.of(places).all() == {}
    assert row.forecast.isVisible()
    assert not row.problem.isVisible()


def test_no_forecast_is_made_while_a_race_runs(page: ModelsPage, qtbot: QtBot) -> None:
    page.race_runs = lambda: True
    with qtbot.waitSignal(page.said) as said:
        qtbot.mouseClick(page.cards["tiny"].forecast, LEFT)
    assert "Stop the race" in said.args[0]
    assert not page.busy


def test_models_of_other_engines_have_no_such_button(page: ModelsPage) -> None:
    page.filter.setText("")
    assert page.cards["gemma-4-e2b-qat-q4"].forecast.isVisible()
    assert not page.cards["gemma-4-e2b-mlx-4bit"].forecast.isVisible()


def test_after_a_race_the_row_says_what_was_measured_beside_what_was_forecast(
    page: ModelsPage, qtbot: QtBot, places: Places
) -> None:
    keep(places)
    head = header(spec("baseline"), spec("mtp", 3), pair="tiny", machine=describe_machine())
    places.races.mkdir(parents=True)
    with (places.races / "race.ndjson").open("wb") as sink:
        writer = TraceWriter(sink, head)
        for lane, k, step_ms in (("baseline", 0, 10), ("mtp", 3, 8)):
            for number, event in enumerate(lane_events(range(9), k=k, step_ms=step_ms)):
                writer.write(Record(lane, number, event))
        writer.close()
    page.refresh()
    row = page.cards["tiny"]
    qtbot.waitUntil(lambda: "Measured here in 1 race" in row.summary.beside, timeout=PATIENCE_MS)
    assert "× at K = 3" in row.summary.beside
    assert "Forecast: " in row.summary.beside


def test_will_it_pay_lists_what_was_forecast_of_all_that_fit(page: ModelsPage, qtbot: QtBot, places: Places) -> None:
    keep(places)
    qtbot.mouseClick(page.pay_button, LEFT)
    dialog = page.window().findChild(PayDialog)
    assert isinstance(dialog, PayDialog)
    assert dialog.windowTitle() == PAY_QUESTION
    kind = type(label(""))
    qtbot.waitUntil(lambda: any(item.text() == "Tiny" for item in dialog.findChildren(kind)), timeout=PATIENCE_MS)
    told = [item.text() for item in dialog.findChildren(kind) if item.isVisible()]
    assert "pays" in told
    assert dialog.state.text().startswith("1 of ")
    assert dialog.make_button.isVisible()
    qtbot.mouseClick(dialog.close_button, LEFT)


@pytest.mark.real
def test_will_it_pay_forecasts_the_missing_ones_and_stops(page: ModelsPage, qtbot: QtBot, places: Places) -> None:
    qtbot.mouseClick(page.pay_button, LEFT)
    dialog = page.window().findChild(PayDialog)
    assert isinstance(dialog, PayDialog)
    qtbot.waitUntil(dialog.make_button.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(dialog.stop_button.isVisible, timeout=PATIENCE_MS)
    assert len(page.forecasts.waiting) > 1
    qtbot.mouseClick(dialog.stop_button, LEFT)
    qtbot.waitUntil(lambda: not page.busy, timeout=PATIENCE_MS)
    assert page.forecasts.waiting == ()
    qtbot.mouseClick(dialog.close_button, LEFT)


def test_other_pairs_do_not_begin_with_the_k_that_others_recommend(window: MainWindow, places: Places) -> None:
    pairs = load_registry(places=places).pairs
    other = next(pair for pair in pairs if pair.recommended_k == 2)
    controls = window.race.controls
    controls.set_pairs([pairs[0], other], other.id)
    assert controls.k.value() == 3
    assert not controls.lanes.by_hand
    controls.k.setValue(5)
    assert not controls.measures_k
    controls.set_pairs([pairs[0], other], pairs[0].id)
    assert not controls.lanes.by_hand


@pytest.mark.real
def test_a_first_race_measures_passes_and_races_the_k_that_they_speak_for(
    window: MainWindow, qtbot: QtBot, places: Places
) -> None:
    nano = built_in(places)[0]
    files = {"target": nano.target, "drafter": nano.drafter}
    assert nano.drafter is not None
    local = {
        name: msgspec.structs.replace(source, resource=None, folder=str(places.resources / "nano"))
        for name, source in files.items()
        if source is not None
    }
    mine = msgspec.structs.replace(nano, id="mine", title="Mine", recommended_k=9, **local)
    window.race.set_pairs([mine], "mine")
    told: list[str] = []
    window.race.said.connect(told.append)
    window.race.controls.max_tokens.setValue(16)
    with qtbot.waitSignal(window.race.runner.chose, timeout=PATIENCE_MS) as chose:
        qtbot.mouseClick(window.race.controls.go, LEFT)
    found = chose.args[0]
    qtbot.waitUntil(lambda: not window.race.running, timeout=PATIENCE_MS)
    assert FIRST_SENTENCE in told
    assert found.sentence in told
    assert window.race.view is not None
    assert window.race.view.header.lanes[1].k == found.k
    assert window.race.controls.k.value() == found.k
    assert window.race.controls.measures_k
    assert window.race.controls.go.text() == "Race", "what is chosen is what raced"


def test_a_k_that_passes_spoke_for_here_before_is_taken_unless_the_user_chose_one(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.race.choose_k import choose_k
    from app.ui import race_page

    costs = PassCosts(64, {width: 100 + (300 if width not in (1, 5) else 0) for width in FIRST_WIDTHS}, 1)
    found = choose_k(costs, "Q4_0")
    assert found.k == 4
    monkeypatch.setattr(race_page, "known_k", lambda _request, _places: found)
    window.race._find_k()
    qtbot.waitUntil(lambda: window.race.controls.k.value() == 4)
    assert window.race.controls.measures_k
    window.race.controls.k.setValue(6)
    window.race._find_k()
    assert not window.race._tasks.running("known K")
    assert window.race.controls.k.value() == 6
