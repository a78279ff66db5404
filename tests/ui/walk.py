"""A walk over every page and dialog of the window, and what must hold on each: for the tests and the contact sheet.

The races and the sweep that are shown are made up, and labelled so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.draw.look import READABLE, contrast
from app.models.registry.reader import load_registry
from app.places import Places
from app.present.view import RaceView
from app.race.heats import Heats
from app.race.sweep_result import write_sweep
from app.ui.library_page import LibraryPage
from app.ui.main_window import MainWindow
from app.ui.models.page import ModelsPage
from app.ui.picker import MenuButton, Picker
from app.ui.race_board import RaceBoard
from app.ui.sweep.page import SweepPage
from app.ui.theme import Theme
from app.ui.widgets import Chip, CutLabel
from app.worker.pool import WorkerPool
from tests.draw.sweeps import suite, sweep, sweep_over
from tests.ui import synthetic
from tests.ui.test_heats_dialog import HEAD, in_heats
from tests.ui.windows import built_in, make_window

SIZES = ((1440, 900), (1280, 720), (1024, 640), (1920, 1080))
"""The last one is a screen of 3840 by 2160 at scale 2, in the units that widgets count in."""
_CLICKED = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit)


@dataclass(frozen=True)
class Scene:
    """Something to look at: how it is reached, and when it is there."""

    name: str
    show: Callable[[], object]
    ready: Callable[[], bool] = lambda: True


def make_all(theme: Theme, places: Places) -> MainWindow:
    """Returns a window with all pages, a race in its library and a sweep that was run."""
    synthetic.write_trace(places.races / "20260102-030405-synthetic.ndjson", tokens=120)
    window = make_window(theme, places, built_in(places))
    prompts = window.race.controls._prompts
    pairs = [pair for pair in load_registry(places=places).pairs if pair.is_built_in]
    window.add_page(SweepPage(theme, places, WorkerPool(), pairs, prompts))
    window.add_page(ModelsPage(theme, places))
    window.race.load_slow_parts()
    return window


def scenes(window: MainWindow, places: Places) -> Iterator[Scene]:
    """Every page and dialog, in an order in which each can be reached from the one before."""
    race = window.race
    _, library, sweeps, models = window.made_pages
    assert isinstance(library, LibraryPage)
    assert isinstance(sweeps, SweepPage)
    assert isinstance(models, ModelsPage)
    yield Scene("Race, at the start", partial(window.show_page, 0))
    yield Scene("Prompt editor", race.prompt_bar.open_editor, race.prompt_bar.editor.isVisible)
    yield Scene("My prompts", partial(_prompts, window), lambda: dialog_of(window) is not None)
    yield Scene("Lanes", partial(_popover, window), lambda: race.controls.lanes.popover.isVisible())
    yield Scene("Race of two", partial(_race, window, 2))
    yield Scene("Race of four", partial(_race, window, 4))
    yield Scene("Heats", partial(_heats, window), race.board.winner.sure_button.isVisible)
    yield Scene("How sure?", race.board.winner.sure_button.click, lambda: dialog_of(window) is not None)
    yield Scene("Fork", partial(_fork, window), lambda: dialog_of(window) is not None)
    yield Scene("What if", race.board.why.what_if_button.click, lambda: dialog_of(window) is not None)
    yield Scene("Sweep, at the start", partial(_page, window, sweeps))
    yield Scene("Sweep", partial(_sweep, sweeps, places), lambda: sweeps.result.heats > 0)
    yield Scene("Compare sweeps", partial(_over_sweep, window, sweeps), lambda: dialog_of(window) is not None)
    yield Scene("Prompts of a file", partial(_suite, window, sweeps), lambda: dialog_of(window) is not None)
    yield Scene("Sweep by depth", partial(_made, window, sweeps, places, "axis"), lambda: bool(sweeps.result.axis))
    yield Scene("Suite", partial(_made, window, sweeps, places, "suite"), lambda: bool(sweeps.result.suite))
    yield Scene("Library", partial(_page, window, library), lambda: library.model.fold_row >= 0)
    yield Scene("Race of the library", partial(_sample, library), lambda: library.player.view is not None)
    yield Scene("Export", window.export, lambda: dialog_of(window) is not None)
    yield Scene("Models", partial(_page, window, models), lambda: "nano" in models.cards)
    yield Scene("More of a model", lambda: models.cards["nano"].more.setChecked(True))
    yield Scene("Will it pay?", models.open_pay, lambda: dialog_of(window) is not None)
    yield Scene("Preferences", window.show_preferences, lambda: dialog_of(window) is not None)
    yield Scene("Help", window.show_help, lambda: dialog_of(window) is not None)
    yield Scene("About", window.show_about, lambda: dialog_of(window) is not None)


def leave(window: MainWindow) -> None:
    """Closes what lies over the page."""
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            dialog.reject()
    window.race.controls.lanes.popover.hide()
    if window.race.prompt_bar.editing:
        window.race.prompt_bar.accept()


def dialog_of(window: MainWindow) -> QDialog | None:
    """The dialog that is open."""
    return next((item for item in window.findChildren(QDialog) if item.isVisible()), None)


def _page(window: MainWindow, page: QWidget) -> None:
    leave(window)
    window.show_widget(page)


def _prompts(window: MainWindow) -> None:
    leave(window)
    window.race.show_prompts()


def _over_sweep(window: MainWindow, page: SweepPage) -> None:
    leave(window)
    page.compare_button.click()


def _suite(window: MainWindow, page: SweepPage) -> None:
    leave(window)
    page.controls.suite_action.trigger()


def _made(window: MainWindow, page: SweepPage, places: Places, kind: str) -> None:
    leave(window)
    folder = places.data / "sweeps" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sweep.json").write_bytes(write_sweep(sweep_over() if kind == "axis" else suite()))
    page.open_sweep(folder)


def _popover(window: MainWindow) -> None:
    leave(window)
    window.race.controls.lanes.open_popover()


def _race(window: MainWindow, lanes: int, *, fork: int | None = None) -> None:
    leave(window)
    head = synthetic.header(lanes=lanes)
    view = RaceView(head)
    window.race.board.set_view(view)
    view.apply(synthetic.records(head, 120, rates=(100.0, 150.0, 130.0, 120.0), fork_at=fork))
    _settle(window.race.board)


def _heats(window: MainWindow) -> None:
    leave(window)
    records = in_heats(150.0, 148.0, 152.0, 149.0, 151.0)
    heats = Heats.of(HEAD, records)
    view = RaceView(HEAD, heats)
    window.race.board.set_view(view)
    view.apply(record for record in records if record.heat == heats.shown)
    _settle(window.race.board)


def _fork(window: MainWindow) -> None:
    _race(window, 2, fork=40)
    window.race.board._show_fork("mtp")


def _settle(board: RaceBoard) -> None:
    while board.frame():
        pass
    board.show_slow()


def _sweep(page: SweepPage, places: Places) -> None:
    folder = places.data / "sweeps" / "synthetic"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sweep.json").write_bytes(write_sweep(sweep()))
    page.others_button.setChecked(True)
    page.open_sweep(folder)


def _sample(library: LibraryPage) -> None:
    library.model.unfold(True)
    library.list.setCurrentIndex(library.model.index(0))


# --- what must hold ---------------------------------------------------------------------------------------------------


def faults(root: QWidget) -> list[str]:
    """What is wrong with what ``root`` shows now, a sentence each."""
    parts = [part for part in root.findChildren(QWidget) if part.isVisible() and part.window() is root]
    panel = next((part for part in parts if part.property("role") == "popover"), None)
    if panel is not None:  # It lies over the page, until a click beside it.
        parts = [part for part in parts if panel.isAncestorOf(part)]
    image = root.grab().toImage()
    found = [*_covered(root, parts), *_overlaps(root, parts)]
    for part in parts:
        found += _cut(part)
        found += _faint(root, part, image)
    return found


def _name(part: QWidget) -> str:
    text = part.text() if isinstance(part, QLabel | QAbstractButton) else ""
    return f'{type(part).__name__} "{text or part.accessibleName()}"'


def _covered(root: QWidget, parts: list[QWidget]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _CLICKED) and (seen := part.visibleRegion().boundingRect()).width() > 1:
            hit = root.childAt(part.mapTo(root, seen.center()))
            if hit is not part and not (hit is not None and part.isAncestorOf(hit)):
                yield f"{_name(part)} is covered by {hit and _name(hit)}"


def _overlaps(root: QWidget, parts: list[QWidget]) -> Iterator[str]:
    areas = []
    for part in parts:
        if isinstance(part, _CLICKED):
            seen = part.visibleRegion().boundingRect()
            areas.append((part, seen.translated(part.mapTo(root, QPoint(0, 0)))))
    for at, (one, area) in enumerate(areas):
        for other, second in areas[at + 1 :]:
            nested = one.isAncestorOf(other) or other.isAncestorOf(one)
            if not nested and area.intersected(second).width() > 1 and area.intersected(second).height() > 1:
                yield f"{_name(one)} overlaps {_name(other)}"


def _cut(part: QWidget) -> Iterator[str]:
    metrics = part.fontMetrics()
    if isinstance(part, QLabel) and not isinstance(part, CutLabel) and part.text():
        room = part.contentsRect()
        if part.wordWrap():
            meant = part.toolTip() == part.text()  # Where there may be no room, the pointer tells it whole.
            if room.width() > 0 and not meant and part.heightForWidth(part.width()) > part.height() + 1:
                yield f"{_name(part)} needs {part.heightForWidth(part.width())} px and has {part.height()}"
        elif part.textFormat() is Qt.TextFormat.RichText or "<span" in part.text():
            if part.sizeHint().width() > part.width() + 1:
                yield f"{_name(part)} needs {part.sizeHint().width()} px and has {part.width()}"
        elif (
            _wide(metrics, part.text()) > room.width() + 1
            or metrics.tightBoundingRect(part.text()).height() > room.height()
        ):
            yield f"{_name(part)} needs {_wide(metrics, part.text())} px and has {room.width()}"
    elif isinstance(part, QPushButton) and not isinstance(part, MenuButton) and part.text():
        icon = part.iconSize().width() + 4 if not part.icon().isNull() else 0
        if _wide(metrics, part.text()) + icon > part.width() - 8:
            yield f"{_name(part)} needs {_wide(metrics, part.text()) + icon + 8} px and has {part.width()}"
    elif isinstance(part, QComboBox) and not isinstance(part, Picker):
        if _wide(metrics, part.currentText()) > part.width() - 36:
            yield f"{_name(part)} needs {_wide(metrics, part.currentText()) + 36} px and has {part.width()}"
    elif isinstance(part, QLineEdit) and not isinstance(part.parent(), QAbstractSpinBox):
        shown = part.text() or part.placeholderText()
        if _wide(metrics, shown) > part.width() - 16:
            yield f"{_name(part)} cuts “{shown}”"


def _wide(metrics: QFontMetrics, text: str) -> int:
    return max(metrics.horizontalAdvance(line) for line in text.replace("&", "").split("\n"))


def _faint(root: QWidget, part: QWidget, image: QImage) -> Iterator[str]:
    if not isinstance(part, QLabel | QPushButton) or not part.text() or not part.isEnabled():
        return
    seen = part.visibleRegion().boundingRect().translated(part.mapTo(root, QPoint(0, 0)))
    if seen.width() < 8 or seen.height() < 8:
        return
    inner = seen.adjusted(3, 3, -3, -3) if isinstance(part, QPushButton | Chip) else seen
    scale = image.devicePixelRatio()
    spots = [QPoint(x, y) for y in (inner.top(), inner.bottom()) for x in range(inner.left(), inner.right(), 5)]
    inside = [spot for spot in spots if root.rect().contains(spot)]
    if not inside:
        return
    colors = Counter(image.pixelColor(spot * scale).name() for spot in inside)
    ground = colors.most_common(1)[0][0]
    text: QColor = part.palette().color(QPalette.ColorRole.ButtonText if isinstance(part, QPushButton) else
                                        QPalette.ColorRole.WindowText)  # fmt: skip
    if contrast(text.name(), ground) < READABLE:
        yield f"{_name(part)} has {text.name()} on {ground}, {contrast(text.name(), ground):.1f} to 1"


def settle() -> None:
    """Lets everything be laid out and painted."""
    for _ in range(3):
        QApplication.processEvents()
