"""The Sweep tab."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.draw.sweep.charts import CHARTS
from app.draw.sweep.files import write_result
from app.draw.sweep.speedup import Other
from app.library.sweeps import load_sweep, stored_sweeps
from app.models.pairs import Pair
from app.places import Places
from app.present.naming import last_sweep, sweep_ended, sweep_name
from app.present.recipes import advised_by
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt
from app.race.published import Published, for_target, read_published
from app.race.sweep import progress_words
from app.race.sweep_result import Cell, SweepResult
from app.ui.compare_dialog import CompareDialog
from app.ui.failure_card import FailureCard
from app.ui.page import Actions, Page
from app.ui.recipe_dialog import show_advised
from app.ui.sweep.advice_card import AdviceCard
from app.ui.sweep.chart_card import ChartCard
from app.ui.sweep.controls import SweepControls
from app.ui.sweep.intro import Intro
from app.ui.sweep.suite_dialog import SuiteDialog
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme
from app.ui.widgets import button, label, set_text
from app.worker.pool import WorkerPool
from app.worker.request import SweepRequest
from app.worker.sweep_rows import sweep_rows
from app.worker.sweep_run import SweepRun

_POLL_S = 0.2
_END_S = 2.0
_EARLIER = 12
_PLACES: Final[dict[str, dict[str, tuple[int, int, int, int]]]] = {
    "": {
        "speedup": (0, 0, 6, 298),
        "positions": (0, 6, 4, 298),
        "accepted": (1, 6, 4, 176),
        "widths": (2, 0, 4, 236),
        "predicted": (2, 4, 3, 236),
        "rates": (2, 7, 3, 236),
        "costs": (3, 0, 10, 340),
    },
    "axis": {
        "conditions": (0, 0, 6, 380),
        "positions": (0, 6, 4, 380),
        "accepted": (1, 6, 4, 176),
        "rates": (2, 0, 10, 300),
    },
    "suite": {"strip": (0, 0, 6, 372), "costs": (0, 6, 4, 372), "widths": (1, 6, 4, 220)},
}
"""Of each kind of result where its charts are: row, column, columns of ten, and least height in pixels. Three rows of a
plain sweep fill a window of 1440 by 900; a lower one scrolls."""


class SweepPage(Page):
    """Sweeps, and shows what was found.

    Signals:
        running_changed: A sweep began or ended.
        race_wanted: A trace and the ids of the lanes of it that the user wants to see.
        film_wanted: A sweep that the user wants to film.
    """

    title = "Sweep"
    running_changed = Signal(bool)
    race_wanted = Signal(object, object)
    film_wanted = Signal(object)

    def __init__(
        self, theme: Theme, places: Places, pool: WorkerPool, pairs: Sequence[Pair], prompts: Sequence[Prompt]
    ) -> None:
        super().__init__()
        self._theme, self._places, self._pool = theme, places, pool
        self._run: SweepRun | None = None
        self._starting = self._elsewise = False
        self._shown: tuple[SweepResult, Path | None] = (SweepResult(), None)
        self._published: tuple[Published, ...] = ()
        self.race_runs: Callable[[], bool] = lambda: False
        self.controls = SweepControls(pairs, prompts)
        self.charts = {chart.name: ChartCard(theme, chart) for chart in CHARTS}
        self.advice = AdviceCard(theme)
        self.intro = Intro()
        self._stack = QStackedWidget()
        self.failure = FailureCard(theme)
        self.use_button = button("Use it", "quiet", tip="What to type for the advised K in other programs")
        self.compare_button = button("Compare\u2026", "quiet", tip="Did it get slower? Lays another sweep beside")
        self.earlier_button = button("Earlier sweeps", "quiet", tip="Open a sweep that was run before")
        self.others_button = button("Others' machines", "quiet", tip="Lay published results of the same model beside")
        self._now = label("", "muted")
        self._menu = QMenu(self)
        self._tasks = Tasks(self)
        self._lay_out()
        self._connect()
        self._show(*self._shown)
        self._looked = False

    def _lay_out(self) -> None:
        self.others_button.setCheckable(True)
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, 8, 0)
        tools.setSpacing(4)
        tools.addWidget(self._now, 1)
        for tool in (self.use_button, self.compare_button, self.others_button, self.earlier_button):
            tools.addWidget(tool)
        self.failure.hide()
        inside = QWidget()
        inside.setProperty("role", "list")
        self._grid = grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setSpacing(12)
        grid.addWidget(self.advice, 1, 0, 1, 6)
        grid.setRowStretch(9, 1)
        for column in range(10):
            grid.setColumnStretch(column, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 12, 16)
        layout.setSpacing(8)
        self.controls.setContentsMargins(0, 0, 8, 0)
        layout.addWidget(self.controls)
        layout.addLayout(tools)
        layout.addWidget(self.failure)
        self._stack.addWidget(self.intro)
        self._stack.addWidget(area)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.controls.start.connect(self.sweep)
        self.controls.stop.connect(self.stop)
        for chart in self.charts.values():
            chart.opened.connect(self._open_cell)
        self.earlier_button.clicked.connect(self._offer_earlier)
        self.use_button.clicked.connect(self._use)
        self.compare_button.clicked.connect(self._compare)
        self.controls.suite_wanted.connect(self._choose_suite)
        self.others_button.toggled.connect(lambda _: self._show(*self._shown))

    @property
    def running(self) -> bool:
        """Whether a sweep runs."""
        return self._starting or self._run is not None

    @property
    def busy(self) -> bool:
        """Whether a sweep runs."""
        return self.running

    @property
    def result(self) -> SweepResult:
        """The sweep that is shown."""
        return self._shown[0]

    def activate(self) -> None:
        """Once, the last sweep is shown again, if no other is."""
        if self._looked or self.running or self.result.heats:
            return
        self._looked = True

        def find() -> tuple[SweepResult, Path] | None:
            found = next(iter(stored_sweeps(self._places)), None)
            return None if found is None else (load_sweep(found), found)

        async def reopen() -> None:
            found = await in_thread(find)
            if found is not None and not self.running and not self.result.heats:
                self._show(*found)
                set_text(self._now, last_sweep(found[0]))

        self._tasks.start(reopen(), name="open", doing="the last sweep was read")

    def start(self) -> bool:
        """Starts what is chosen; a sweep of the same that was stopped goes on where it was."""
        self.sweep()
        return True

    def sweep(self) -> None:
        """Starts a sweep, unless something is measured already."""
        request = self.controls.request()
        if request is None or self.running:
            return
        if self.race_runs():
            self.said.emit("A race is running. A sweep beside it would measure nothing.")
            return
        self.failure.hide()
        folder = self._shown[1] if self._goes_on(request) else None
        self._set_running(True)
        self._tasks.start(self._sweep(request, folder), name="sweep", doing="the sweep was run", failed=self._refused)

    def _goes_on(self, request: SweepRequest) -> bool:
        """Whether the sweep that is shown is an unfinished one of this choice."""
        result, folder = self._shown
        unfinished = folder is not None and result.heats < result.planned and not self._elsewise
        return unfinished and _names(request) == _result_names(result)

    def use_machine(self, threads: int, gpu_layers: int) -> None:
        """Sweeps with so many threads and layers from now on; what was measured with others is not gone on with."""
        self._elsewise |= (threads, gpu_layers) != (self.controls.threads, self.controls.gpu_layers)
        self.controls.threads, self.controls.gpu_layers = threads, gpu_layers

    def offers(self) -> Actions:
        """A sweep with a heat in it can be exported."""
        return Actions(export=self.result.heats > 0)

    def stop(self) -> None:
        """Stops; what was measured stays."""
        if self._run is not None:
            self._run.stop()
            self.controls.tell(self._run.progress.fraction, "Stopping")

    async def _sweep(self, request: SweepRequest, folder: Path | None) -> None:
        run = await in_thread(lambda: SweepRun(request, self._places, self._pool, folder))
        self._starting = False
        self._run = run
        self._elsewise = False
        run.start()
        try:
            self._show(run.result, run.folder)
            while not run.over:
                self._follow(run)
                await asyncio.sleep(_POLL_S)
            self._follow(run)
        finally:
            run.stop()
            await in_thread(lambda: run.join(_END_S))
            self._run = None
        self._set_running(False)
        set_text(self._now, "Stopped. Sweep goes on from here." if run.stopped else "")
        if run.problem is not None:
            self.show_problem(run.problem)
        elif not run.stopped:
            self.ended.emit(sweep_ended(run.result))

    def _follow(self, run: SweepRun) -> None:
        """Shows how far it is, and what it found."""
        progress = run.progress
        self.controls.tell(progress.fraction, progress_words(progress))
        set_text(self._now, progress.now)
        if run.result is not self._shown[0]:
            self._show(run.result, run.folder)

    def _refused(self, problem: Problem) -> None:
        """The sweep could not be started, or cannot be shown any more."""
        self._set_running(False)
        self.show_problem(problem)

    def _set_running(self, running: bool) -> None:
        self._starting = running
        self._show_stage()
        self.controls.set_running(running)
        if running:
            self.controls.tell(0.0, "Starting")
        self.running_changed.emit(running)
        self.changed.emit()

    def show_problem(self, problem: Problem) -> None:
        """Shows what went wrong above the charts."""
        self.failure.show_problem(problem)
        self.failure.show()

    def _show(self, result: SweepResult, folder: Path | None) -> None:
        self._shown = (result, folder)
        self._show_stage()
        self.changed.emit()
        self._place(result)
        others = self._others(result)
        for chart in self.charts.values():
            chart.show_result(result, others)
        self.advice.show_result(result)

    def _place(self, result: SweepResult) -> None:
        """Puts the charts that this result has where they belong; the others are away."""
        places = _PLACES["suite" if result.suite else "axis" if result.axis else ""]
        for name, chart in self.charts.items():
            self._grid.removeWidget(chart)
            place = places.get(name)
            chart.setVisible(place is not None)
            if place is not None:
                row, column, wide, height = place
                self._grid.addWidget(chart, row, column, 1, wide)
                chart.setMinimumHeight(height)
        if not result.suite and len(result.prompts) > 2:
            self.charts["accepted"].setMinimumHeight(236)

    def _show_stage(self) -> None:
        """Empty charts tell nothing: without a heat it says what a sweep is, until one runs."""
        self._stack.setCurrentIndex(1 if self.running or self.result.heats else 0)
        self.others_button.setEnabled(self.result.heats > 0)
        self.others_button.setVisible(not self.result.axis and not self.result.suite)
        for tool in (self.use_button, self.compare_button):
            tool.setEnabled(self.result.heats > 0 and not self.running)

    def _others(self, result: SweepResult) -> tuple[Other, ...]:
        """Published results: of the same model, or where there are none of all, labelled by their own model's name."""
        if not self.others_button.isChecked():
            return ()
        if not self._published:
            try:
                text = (self._places.resources / "published-results.toml").read_text(encoding="utf-8")
                self._published = read_published(text)
            except (OSError, ProblemError):
                self.said.emit("The published results cannot be read.")
                return ()
        kinds = [prompt.workload for prompt in result.prompts]
        chosen = for_target(self._published, result.target) or self._published
        return tuple(
            Other(
                item.k,
                item.speedup,
                kinds.index(item.workload) if item.workload in kinds else -1,
                item.sentence,
                item.machine,
            )
            for item in chosen
            if item.k is not None and item.requests == 1
        )

    def _open_cell(self, cell: Cell) -> None:
        """Opens the heat whose speedup is the median of the cell's."""
        folder = self._shown[1]
        if folder is None:
            return
        ranked = sorted(zip(cell.ratios, cell.traces, strict=False))
        if ranked:
            self.race_wanted.emit(folder / ranked[(len(ranked) - 1) // 2][1], ("baseline", cell.lane))

    def _use(self) -> None:
        """Shows what to type elsewhere for what was advised; the first heat is read for the drafter's name."""
        folder = self._shown[1]
        if folder is None:
            return

        async def show() -> None:
            advised = await in_thread(lambda: advised_by(folder))
            show_advised(advised, self.window(), self._copy)

        self._tasks.start(show(), name="recipe", doing="what to type was looked up", failed=self.show_problem)

    def _compare(self) -> None:
        """Opens a dialog that lays an earlier sweep beside the one that is shown."""
        result, folder = self._shown
        if folder is None:
            return

        async def show() -> None:
            others = [item for item in await in_thread(lambda: _earlier(self._places)) if item[0] != folder]
            dialog = CompareDialog((folder, sweep_name(result)), others, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

        self._tasks.start(show(), name="compare", doing="earlier sweeps were looked for", failed=self.show_problem)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit("Copied.")

    def _choose_suite(self) -> None:
        """Asks for the prompts of a file, shows what was read, and races them if the user wants that."""
        dialog = SuiteDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.controls.use_suite)
        dialog.open()

    def _offer_earlier(self) -> None:
        async def offer() -> None:
            self._show_earlier(await in_thread(lambda: _earlier(self._places)))

        self._tasks.start(offer(), name="earlier", doing="earlier sweeps were looked for", failed=self.show_problem)

    def _show_earlier(self, found: list[tuple[Path, str]]) -> None:
        self._menu.clear()
        for folder, name in found:
            self._menu.addAction(name.replace("&", "&&"), partial(self.open_sweep, folder))
        if self._menu.isEmpty():
            self._menu.addAction("None yet").setEnabled(False)
        self._menu.addSeparator()
        self._menu.addAction("Open a folder…", self._choose_folder)
        self._menu.popup(self.earlier_button.mapToGlobal(self.earlier_button.rect().bottomLeft()))

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Open a sweep", str(self._places.data / "sweeps"))
        if chosen:
            self.open_sweep(Path(chosen))

    def open_sweep(self, folder: Path) -> None:
        """Shows a sweep that was run before."""
        if self.running:
            self.said.emit("A sweep is running. Stop it first.")
            return
        self.failure.hide()

        async def read() -> None:
            found = await in_thread(lambda: load_sweep(folder))
            self._show(found, folder)
            set_text(self._now, sweep_name(found))

        self._tasks.start(read(), name="open", doing="a sweep was read", failed=self.show_problem)

    def export(self, at: QPoint) -> bool:
        """Offers, at a place of the screen, what can be made of the sweep that is shown."""
        if not self.result.heats:
            self.said.emit("There is no sweep to export yet.")
        else:
            self.fill_export_menu().popup(at)
        return True

    def fill_export_menu(self) -> QMenu:
        """Returns the menu of what can be made of a sweep."""
        self._menu.clear()
        self._menu.addAction("Charts, table and data…", self._export_files)
        self._menu.addAction("Film or picture…", lambda: self.film_wanted.emit(self.result))
        return self._menu

    def _export_files(self) -> None:
        """Saves the table, the data and all charts into a folder that the user picks."""
        chosen = QFileDialog.getExistingDirectory(self, "Export into a folder", str(Path.home()))
        if not chosen:
            return
        result, look = self._shown[0], self._theme.look
        target = Path(chosen) / f"sweep-{result.pair}"

        async def write() -> None:
            files = await in_thread(lambda: write_result(result, target, look))
            self.said.emit(f"Saved {len(files)} files in {target.name}.")

        self._tasks.start(write(), name="export", doing="the files were written", failed=self.show_problem)

    def set_pairs(self, pairs: Sequence[Pair], pick: str = "") -> None:
        """Offers the pairs that can race now; not while a sweep runs."""
        if not self.running:
            self.controls.set_pairs(pairs)

    def remember(self, settings: QSettings) -> None:
        """Writes the choice down."""
        self.controls.remember(settings)

    def recall(self, settings: QSettings) -> None:
        """Restores the choice."""
        self.controls.recall(settings)


def _earlier(places: Places) -> list[tuple[Path, str]]:
    """Returns the sweeps that were run last, with what each is called."""
    named = []
    for folder in stored_sweeps(places)[:_EARLIER]:
        try:
            named.append((folder, sweep_name(load_sweep(folder))))
        except ProblemError:
            named.append((folder, f"{folder.name}, which cannot be read"))
    return named


def _names(request: SweepRequest) -> tuple[object, ...]:
    rows = [row.heading.name for row in sweep_rows(request)]
    return request.pair.id, request.suite, rows, {item.lane for item in request.contenders}


def _result_names(result: SweepResult) -> tuple[object, ...]:
    lanes = {cell.lane for prompt in result.prompts for cell in prompt.cells}
    return result.pair, result.suite, [item.prompt for item in result.prompts], lanes
