"""The Models tab, clicked as a user would, against a hub of its own on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.models.hub.settings import HubSettings
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.registry.reader import load_registry
from app.models.registry.user_pairs import pair_text
from app.places import Places
from app.present.pair_summary import GROUPS
from app.ui.main_window import MainWindow
from app.ui.models.card import ROW_HEIGHT, ModelCard
from app.ui.models.page import ModelsPage
from app.ui.theme import Theme
from tests.models.fakehub import COMMIT, FakeHub, Handler, sha256
from tests.models.ggufs import Shape, write_drafter, write_target
from tests.ui.windows import built_in, make_window, shown

REPOSITORY = "maker/small-GGUF"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    made = FakeHub()
    made.files[REPOSITORY] = {
        "target.gguf": write_target(tmp_path / "target.gguf").read_bytes(),
        "drafter.gguf": write_drafter(tmp_path / "drafter.gguf").read_bytes(),
    }
    (tmp_path / "target.gguf").unlink()
    (tmp_path / "drafter.gguf").unlink()
    with made:
        yield made


def small_pair(hub: FakeHub, **changes: object) -> Pair:
    def source(name: str) -> ModelSource:
        data = hub.files[REPOSITORY][name]
        return ModelSource(REPOSITORY, COMMIT, files=(ModelFile(name, len(data), sha256(data)),))

    pair = Pair("small", "Small test pair", ("llama.cpp",), source("target.gguf"), source("drafter.gguf"))
    return msgspec.structs.replace(pair, licence="Apache-2.0", **changes)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, places: Places, hub: FakeHub, tmp_path: Path) -> Iterator[MainWindow]:
    places.config.mkdir(parents=True)
    places.user_registry.write_text("schema = 1\n\n" + pair_text(small_pair(hub)), encoding="utf-8")
    made = make_window(theme, places, built_in(places))
    page = ModelsPage(theme, places, lambda: HubSettings(hub.endpoint, None, tmp_path / "cache", False))
    page.ready_changed.connect(made.race.set_pairs)
    made.add_page(page)
    with shown(made, qtbot):
        yield made


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> ModelsPage:
    found = window.pages.widget(2)
    assert isinstance(found, ModelsPage)
    window.show_page(2)
    qtbot.waitUntil(lambda: "small" in found.cards or found._problem.text() != "", timeout=20000)
    assert found._problem.text() == ""
    return found


def state_of(page: ModelsPage, pair_id: str = "small") -> str:
    return page.cards[pair_id].state.text()


def press_get(page: ModelsPage, qtbot: QtBot) -> ModelCard:
    item = page.cards["small"]
    qtbot.mouseClick(item.get, LEFT)
    return item


def test_the_built_in_pair_is_ready_and_everything_else_says_what_it_needs(page: ModelsPage) -> None:
    nano = page.cards["nano"]
    assert nano.state.text() == "Built in"
    assert nano.race.isVisibleTo(page)
    assert not nano.get.isVisibleTo(page)
    for pair_id, item in page.cards.items():
        if pair_id != "nano":
            assert item.state.text() == "Not here"
            assert item.get.isVisibleTo(page)
            assert "to download" in item.facts.text() or "not known" in item.facts.text()
        assert item.fit.text()
        assert item.fit_text.text()
        assert item.accessibleName()


def test_a_download_makes_a_pair_ready_and_the_race_tab_offers_it(
    window: MainWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    seen: list[int] = []
    page.downloads.progressed.connect(lambda *_: seen.append(page.cards["small"].bar.value()))
    item = press_get(page, qtbot)
    assert item.pause.isVisibleTo(page)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)
    assert seen == sorted(seen)
    picker = window.race.controls.pair
    assert picker.currentText() == "Nano (built in)"
    qtbot.waitUntil(lambda: picker.findText("Small test pair") >= 0)
    with qtbot.waitSignal(page.race_wanted) as wanted:
        qtbot.mouseClick(item.race, LEFT)
    assert wanted.args[0].id == "small"


def test_a_download_goes_on_while_another_tab_is_shown_and_can_be_paused(
    window: MainWindow, page: ModelsPage, hub: FakeHub, qtbot: QtBot
) -> None:
    gate = threading.Event()

    def wait(handler: Handler) -> None:
        gate.wait(20)
        Handler.usual_storage(handler)

    hub.script[("storage", "target.gguf")] = [wait]
    item = press_get(page, qtbot)
    qtbot.waitUntil(lambda: any(seen.path == "target.gguf" for seen in hub.seen))
    qtbot.mouseClick(item.pause, LEFT)
    assert item.pause.text() == "Resume"
    window.show_page(0)
    gate.set()
    window.show_page(2)
    qtbot.mouseClick(item.pause, LEFT)
    window.show_page(0)
    qtbot.waitUntil(lambda: not page.downloads.running("small"), timeout=20000)
    window.show_page(2)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)


def test_a_cancelled_download_is_partly_here_and_goes_on_from_there(
    page: ModelsPage, places: Places, hub: FakeHub, qtbot: QtBot
) -> None:
    gate = threading.Event()
    half = len(hub.files[REPOSITORY]["target.gguf"]) // 2

    def half_then_wait(handler: Handler) -> None:
        handler.head(200, {"Content-Length": str(len(handler.data)), "ETag": f'"{hub.etag}"'})
        handler.send(handler.data[:half])
        gate.wait()
        handler.close_connection = True

    hub.script[("storage", "target.gguf")] = [half_then_wait]
    item = press_get(page, qtbot)
    qtbot.waitUntil(
        lambda: any(part.stat().st_size == half for part in places.models.rglob("target.gguf.part")), timeout=20000
    )
    qtbot.mouseClick(item.cancel, LEFT)  # The server says nothing more, and has no part in the end.
    qtbot.waitUntil(lambda: state_of(page) == "Partly here", timeout=20000)
    gate.set()
    assert item.get.text().startswith("Resume, ")
    assert item.get.text().endswith(" left")
    assert item.problem.text() == ""
    press_get(page, qtbot)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)
    assert hub.served("target.gguf")[1] == 0


def test_a_mistake_in_a_download_is_told_on_its_card_and_it_can_be_started_again(
    page: ModelsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the test broke it")

    with monkeypatch.context() as patch:
        patch.setattr("app.models.hub.download.find_wanted", broken)
        item = press_get(page, qtbot)
        qtbot.waitUntil(lambda: not page.downloads.running("small"), timeout=20000)
        qtbot.waitUntil(lambda: "Something went wrong while downloading" in item.problem.text())
        assert "ValueError, the test broke it" in item.problem.text()
    qtbot.waitUntil(lambda: item.get.isVisibleTo(page))
    press_get(page, qtbot)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)


def test_closing_does_not_wait_for_a_server_that_does_not_answer(
    window: MainWindow, page: ModelsPage, hub: FakeHub, qtbot: QtBot
) -> None:
    gate = threading.Event()

    def wait(handler: Handler) -> None:
        gate.wait(20)
        handler.close_connection = True

    hub.script[("storage", "target.gguf")] = [wait]
    press_get(page, qtbot)
    qtbot.waitUntil(lambda: any(seen.path == "target.gguf" for seen in hub.seen))
    window.close()
    qtbot.waitUntil(window.gone.is_set, timeout=15000)
    assert not gate.is_set()
    gate.set()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ((401, "GatedRepo", "Access is restricted"), "only be downloaded with an account"),
        ((403, "GatedRepo", "Access is restricted. Accept the licence"), "page"),
    ],
)
def test_a_gated_pair_says_what_to_do_and_which_page_to_open(
    page: ModelsPage, hub: FakeHub, qtbot: QtBot, refusal: tuple[int, str, str], words: str
) -> None:
    hub.refusal = refusal
    item = press_get(page, qtbot)
    qtbot.waitUntil(lambda: bool(item.problem.text()), timeout=20000)
    assert item.open_page.isVisibleTo(page)
    assert item.page.startswith("http")
    assert words in item.problem.text() or REPOSITORY in item.problem.text()
    assert item.get.isVisibleTo(page)


@pytest.mark.parametrize(("name", "value"), [("ALL_PROXY", "junk://x"), ("SSL_CERT_FILE", "/nonexistent")])
def test_a_wrong_setting_of_the_network_is_named_on_the_card(
    page: ModelsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    item = press_get(page, qtbot)
    qtbot.waitUntil(lambda: name in item.problem.text(), timeout=20000)
    assert item.get.isVisibleTo(page)
    assert not page.downloads.running("small")
    monkeypatch.delenv(name)
    press_get(page, qtbot)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)


def test_removing_asks_first_and_takes_the_pair_out_of_the_race_tab(
    window: MainWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    item = press_get(page, qtbot)
    qtbot.waitUntil(lambda: state_of(page) == "Ready", timeout=20000)
    qtbot.mouseClick(item.more, LEFT)
    qtbot.mouseClick(item.remove, LEFT)
    box = next(found for found in page.findChildren(QMessageBox) if found.isVisible())
    qtbot.mouseClick(next(found for found in box.buttons() if found.text() == "Remove"), LEFT)
    qtbot.waitUntil(lambda: state_of(page) == "Not here", timeout=20000)
    qtbot.waitUntil(lambda: window.race.controls.pair.findText("Small test pair") < 0)


def test_models_are_rows_of_one_height_in_groups_with_the_size_on_the_button(page: ModelsPage, qtbot: QtBot) -> None:
    rows = [item for item in page.cards.values() if item.isVisible()]
    assert {item.height() for item in rows} == {ROW_HEIGHT}
    assert page.cards["nano"].summary.group == "Ready"
    places = [GROUPS.index(item.summary.group) for item in sorted(rows, key=lambda item: item.y())]
    assert places == sorted(places)
    for name, heading in page.groups.items():
        group = [item for item in rows if item.summary.group == name]
        assert heading.isVisibleTo(page) == bool(group)
        assert all(item.y() > heading.y() for item in group)
    sized = [item for item in rows if "to download" in item.summary.size_text]
    assert sized
    for item in sized:
        assert item.get.text() == f"Download {item.summary.size_text.removesuffix(' to download')}"
    page.filter.setText("nano (built in)")
    assert [name for name, heading in page.groups.items() if heading.isVisibleTo(page)] == ["Ready"]


def test_a_click_on_a_row_shows_more_of_it_and_another_one_less(page: ModelsPage, qtbot: QtBot) -> None:
    nano = page.cards["nano"]
    qtbot.mouseClick(nano, LEFT, pos=nano.facts.geometry().center())
    assert nano.details.isVisibleTo(page)
    qtbot.waitUntil(lambda: nano.height() > ROW_HEIGHT)
    qtbot.mouseClick(nano.more, LEFT)
    qtbot.waitUntil(lambda: nano.height() == ROW_HEIGHT)


def test_filters_leave_what_fits_them(page: ModelsPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.filter, "nano")
    assert [pair_id for pair_id, item in page.cards.items() if item.isVisibleTo(page)] == ["nano"]
    page.filter.clear()
    page.state.setCurrentText("Ready")
    assert [pair_id for pair_id, item in page.cards.items() if item.isVisibleTo(page)] == ["nano"]
    page.state.setCurrentText("All states")
    page.engine.setCurrentText("MLX")
    shown = [item for item in page.cards.values() if item.isVisibleTo(page)]
    assert shown
    assert all("mlx" in item.summary.engines for item in shown)


def test_the_sum_is_shown_on_demand_and_details_are_copied(page: ModelsPage, qtbot: QtBot) -> None:
    nano = page.cards["nano"]
    assert not nano.details.isVisibleTo(page)
    qtbot.mouseClick(nano.more, LEFT)
    assert not nano.sum.isVisibleTo(page)
    qtbot.mouseClick(nano.show_sum, LEFT)
    assert nano.sum.isVisibleTo(page)
    assert "KV cache" in nano.sum.text()
    qtbot.mouseClick(nano.copy, LEFT)
    assert "id: nano" in QGuiApplication.clipboard().text()


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)


def test_a_dropped_target_becomes_a_pair_with_its_drafter_and_is_there_at_the_next_start(
    window: MainWindow, page: ModelsPage, places: Places, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    target = write_target(folder / "my model.gguf")
    write_drafter(folder / "my drafter.gguf")
    with qtbot.waitSignal(page.race_wanted, timeout=20000) as wanted:
        drop(window, target)
    pair = wanted.args[0]
    assert pair.drafter is not None
    again = load_registry(places=places)
    assert again.errors == ()
    assert again.get(pair.id) == pair
    assert again.get("small") is not None
    with qtbot.waitSignal(page.race_wanted, timeout=20000) as second:
        drop(window, folder)
    assert second.args[0].id == pair.id
    assert len(load_registry(places=places).pairs) == len(again.pairs)


def test_a_dropped_file_that_is_no_model_is_refused_with_the_reason(
    window: MainWindow, page: ModelsPage, places: Places, tmp_path: Path, qtbot: QtBot
) -> None:
    before = places.user_registry.read_text(encoding="utf-8")
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF\x03\0\0\0")
    drop(window, path)
    qtbot.waitUntil(lambda: "too short" in page._problem.text(), timeout=20000)
    lonely = write_drafter(tmp_path / "lonely.gguf", Shape())
    drop(window, lonely)
    qtbot.waitUntil(lambda: "is a drafter" in page._problem.text(), timeout=20000)
    assert places.user_registry.read_text(encoding="utf-8") == before
