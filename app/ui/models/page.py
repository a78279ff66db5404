"""The Models tab: every pair that is known, what it needs, its download, and local files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.models.files.local import LocalPair, as_pair, open_local
from app.models.files.other_apps import find_in_other_apps
from app.models.fit.estimate import FitVerdict
from app.models.fit.memory import free_memory
from app.models.hub.progress import Progress, bytes_text
from app.models.hub.settings import HubSettings, hub_settings
from app.models.pairs import Pair
from app.models.registry.reader import Registry, load_registry
from app.models.registry.user_pairs import add_user_pair
from app.models.shelf.availability import Ready, availability
from app.models.shelf.removal import remove_pair
from app.places import Places
from app.present.forecast import PAY_QUESTION
from app.present.pair_summary import GROUPS, PairSummary, Told, count_text, in_order, summarize_pair
from app.race.problems import Problem, ProblemError
from app.ui import settings as remembered
from app.ui.models.card import ModelCard
from app.ui.models.downloads import Downloads
from app.ui.models.forecasts import Forecasts
from app.ui.page import Page, is_model
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme
from app.ui.widgets import button, card, label, set_text

_CONTEXT = 4096
_STATES = {"All states": "", "Ready": "ready", "Partly here": "partial", "Damaged": "damaged", "Not here": "missing"}
_ENGINES = {"All engines": "", "llama.cpp": "llama.cpp", "MLX": "mlx", "transformers": "transformers",
            "Servers": "server"}  # fmt: skip


class ModelsPage(Page):
    """Lists the pairs.

    Signals:
        race_wanted: The Pair to race. ready_changed: The pairs that can race now, as a list.
        measuring_changed: Forecasts are made, or no more.
    """

    title = "Models"
    race_wanted = Signal(object)
    ready_changed = Signal(object)
    measuring_changed = Signal(bool)

    def __init__(self, theme: Theme, places: Places, settings: Callable[[], HubSettings] = hub_settings) -> None:
        super().__init__()
        self._theme, self._places = theme, places
        self._hub_settings = settings
        self._registry = Registry(pairs=())
        self._again = self._built = False
        self._tasks = Tasks(self)
        self.downloads = Downloads(places, settings, self)
        self.forecasts = Forecasts(places, self)
        self.race_runs: Callable[[], bool] = bool
        """Whether a race or a sweep runs: a forecast beside it would disturb it, and be disturbed."""
        self.cards: dict[str, ModelCard] = {}
        self.filter = QLineEdit()
        self.engine, self.state = QComboBox(), QComboBox()
        self.add_button = button("Add model file\u2026", tip="A GGUF file on this machine. You can also drop it here.")
        self.pay_button = button(PAY_QUESTION, tip="All models that fit on this machine, by what MTP brings with them")
        self._count = label("", "muted")
        self._problem = label("", wrap=True)
        self._found_frame, self._found = card("Found in other apps")
        self.groups = {name: label(name, "lead") for name in GROUPS}
        self._list = QVBoxLayout()
        self._lay_out()
        self.filter.textChanged.connect(self._show_cards)
        self.engine.currentIndexChanged.connect(self._show_cards)
        self.state.currentIndexChanged.connect(self._show_cards)
        self.add_button.clicked.connect(self.choose_file)
        self.pay_button.clicked.connect(self.open_pay)
        self.forecasts.began.connect(lambda _: self._show_forecasts())
        self.forecasts.progressed.connect(self._forecasting)
        self.forecasts.ended.connect(self._forecast_ended)
        self.forecasts.emptied.connect(self._show_forecasts)
        self.downloads.progressed.connect(self._progressed)
        self.downloads.ended.connect(self._ended)

    def _lay_out(self) -> None:
        self.filter.setPlaceholderText("Filter by name, size or quantization")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter the models")
        self.engine.addItems(list(_ENGINES))
        self.engine.setAccessibleName("Engine")
        self.state.addItems(list(_STATES))
        self.state.setAccessibleName("State")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.filter, 1)
        for widget in (self.engine, self.state, self.pay_button, self.add_button):
            row.addWidget(widget)
        row.setContentsMargins(0, 0, 12, 0)
        inside = QWidget()
        inside.setProperty("role", "list")
        self._list.setContentsMargins(0, 0, 2, 0)
        self._list.setSpacing(8)
        self._found_frame.hide()
        self._list.addWidget(self._found_frame)
        for heading in self.groups.values():
            heading.setContentsMargins(0, 8, 0, 0)
            heading.hide()
            self._list.addWidget(heading)
        self._list.addStretch(1)
        inside.setLayout(self._list)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setAccessibleName("Models")
        self.area = area
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 12, 16)
        layout.setSpacing(10)
        layout.addLayout(row)
        layout.addWidget(self._count)
        layout.addWidget(self._problem)
        self._problem.hide()
        layout.addWidget(area, 1)

    def activate(self) -> None:
        """Reads the pairs anew whenever the page comes into sight."""
        self.refresh()
        if not self._built:
            self._built = True
            self._tasks.start(
                self._find_others(), name="others", doing="other apps' models were looked for", failed=self._failed
            )

    def refresh(self) -> None:
        """Reads states, sizes and memory in the background."""
        self._again = True
        if not self._tasks.running("read"):
            self._tasks.start(self._read(), name="read", doing="the models were read", failed=self._failed)

    async def _read(self) -> None:
        def read() -> tuple[Registry, list[PairSummary]]:
            registry, memory = load_registry(places=self._places), free_memory()
            cache, told = self._hub_settings().cache, Told.of(self._places)
            made = [
                summarize_pair(pair, self._places, memory, _CONTEXT, registry.servers, cache, told)
                for pair in registry.pairs
            ]
            return registry, in_order(made)

        while self._again:
            self._again = False
            self._show_read(await in_thread(read))

    def _show_read(self, found: tuple[Registry, list[PairSummary]]) -> None:
        self._registry, summaries = found
        if self._registry.errors:
            self._show_problem(" ".join(str(error) for error in self._registry.errors))
        old = set(self.cards) - {summary.id for summary in summaries}
        for pair_id in old:
            self.cards.pop(pair_id).deleteLater()
        place = 1
        group = ""
        for summary in summaries:
            if summary.group != group:
                group = summary.group
                self._list.insertWidget(place, self.groups[group])
                place += 1
            shown = self.cards.get(summary.id)
            if shown is None:
                shown = ModelCard(self._theme, summary)
                shown.asked.connect(self._asked)
                self.cards[summary.id] = shown
            else:
                shown.set_summary(summary)
            self._list.insertWidget(place, shown)
            place += 1
        self._show_cards()
        ready = {summary.id for summary in summaries if summary.can_race}
        self.ready_changed.emit([pair for pair in self._registry.pairs if pair.id in ready])

    def show_problem(self, problem: Problem) -> None:
        """Shows what went wrong above the list."""
        self._show_problem(str(problem))

    def opens(self, path: Path) -> bool:
        """Whether it is a model: a folder, or a file of weights."""
        return is_model(path)

    def open_path(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Adds a model; a file of weights in a folder stands for its folder."""
        self.add_local(path.parent if path.suffix.lower() == ".safetensors" else path)

    def _failed(self, problem: Problem) -> None:
        self._show_problem(str(problem))

    def _show_problem(self, words: str) -> None:
        set_text(self._problem, words)
        self._problem.setVisible(bool(words))

    def _show_cards(self) -> None:
        engine, wanted = _ENGINES[self.engine.currentText()], _STATES[self.state.currentText()]
        shown = ready = 0
        groups: set[str] = set()
        for item in self.cards.values():
            summary = item.summary
            visible = (
                summary.has_words(self.filter.text())
                and (not engine or engine in summary.engines)
                and (not wanted or summary.state == wanted)
            )
            item.setVisible(visible)
            shown += visible
            ready += summary.state == "ready"
            if visible:
                groups.add(summary.group)
        for name, heading in self.groups.items():
            heading.setVisible(name in groups)
        set_text(self._count, count_text(shown, len(self.cards), ready))

    def _asked(self, what: str, pair_id: str) -> None:
        item = self.cards[pair_id]
        summary, pair = item.summary, self._registry.get(pair_id)
        if pair is None:
            return
        if what == "get":
            item.set_running(True)
            self.downloads.start(pair)
        elif what in ("pause", "resume"):
            getattr(self.downloads, what)(pair_id)
            item.set_running(True, paused=what == "pause")
        elif what == "cancel" and pair_id in (self.forecasts.running, *self.forecasts.waiting):
            self.forecasts.cancel()
        elif what == "cancel":
            self.downloads.cancel(pair_id)
        elif what == "forecast":
            self.forecast([pair])
        elif what == "race":
            self.race_wanted.emit(pair)
        elif what == "folder" and summary.folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(summary.folder))
        elif what == "copy":
            QGuiApplication.clipboard().setText(summary.details)
            self.said.emit("The details are on the clipboard.")
        elif what == "remove":
            self._ask_remove(pair)

    # --- forecasts ----------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a forecast is made."""
        return self.forecasts.running != ""

    def stop(self) -> None:
        """Gives the forecasts up."""
        self.forecasts.cancel()

    def use_machine(self, threads: int, gpu_layers: int) -> None:
        """Forecasts with so many threads and layers from the next one on."""
        self.forecasts.threads, self.forecasts.gpu_layers = threads, gpu_layers

    def forecast(self, pairs: Sequence[Pair]) -> None:
        """Forecasts these pairs one after the other, unless something else is measured."""
        if self.race_runs():
            self.said.emit("Stop the race or sweep first: a forecast beside it would disturb both.")
            return
        for pair in pairs:
            self.cards[pair.id].show_problem(None)
        self.forecasts.start(pairs)
        self._show_forecasts()

    def open_pay(self) -> None:
        """Shows what was forecast of all models that fit."""
        from app.ui.models.pay_dialog import PayDialog

        fitting = [pair for pair in self._registry.pairs if self._fits(pair)]
        dialog = PayDialog(self._places, fitting, self.forecasts, self.forecast, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _fits(self, pair: Pair) -> bool:
        shown = self.cards.get(pair.id)
        return shown is not None and shown.summary.can_forecast and shown.summary.fit != FitVerdict.NO.value

    def _show_forecasts(self) -> None:
        """Says on the cards which forecast is made, and which wait."""
        waiting = self.forecasts.waiting
        for pair_id, shown in self.cards.items():
            turn = pair_id == self.forecasts.running
            words = "Starting" if turn else "Waits for its turn" if pair_id in waiting else ""
            shown.set_forecasting(bool(words), words)
        self.changed.emit()
        self.measuring_changed.emit(self.busy)

    def _forecasting(self, pair_id: str, words: str, share: float) -> None:
        if pair_id in self.cards:
            self.cards[pair_id].set_forecasting(True, words, share)

    def _forecast_ended(self, pair_id: str, problem: Problem | None) -> None:
        shown = self.cards.get(pair_id)
        if shown is not None:
            shown.set_forecasting(False)
            shown.show_problem(problem if problem is not None and problem.kind != "forecast-stopped" else None)
            words = "The forecast was stopped." if problem is not None else f"{shown.summary.title} was forecast."
            self.said.emit(words)
            if problem is None:
                self.ended.emit(words)
        self.refresh()

    # --- downloads ----------------------------------------------------------------------------------------------------

    def _progressed(self, pair_id: str, now: Progress) -> None:
        if pair_id in self.cards and self.downloads.running(pair_id):
            self.cards[pair_id].show_progress(now)

    def _ended(self, pair_id: str, problem: Problem | None) -> None:
        item = self.cards.get(pair_id)
        if item is not None:
            item.set_running(False)
            item.show_problem(problem if problem is not None and problem.kind != "cancelled" else None)
            if problem is None:
                words = f"{item.summary.title} is ready to race."
                self.said.emit(words)
                self.ended.emit(words)
        self.refresh()

    def _ask_remove(self, pair: Pair) -> None:
        box = QMessageBox(self)
        box.setWindowTitle("Remove")
        box.setText(f"Remove the downloaded files of {pair.title}?")
        box.setInformativeText("You can download them again later.")
        yes = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.finished.connect(lambda _: self.remove(pair) if box.clickedButton() is yes else None)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def remove(self, pair: Pair) -> None:
        """Removes the files of a pair; what another pair that is ready needs stays."""
        pairs = self._registry.pairs

        async def work() -> None:
            removed = await in_thread(lambda: remove_pair(pair, pairs, self._places))
            kept = getattr(removed, "kept", ())
            words = f"{bytes_text(getattr(removed, 'bytes', 0))} removed."
            self.said.emit(words + (f" Kept for another pair: {', '.join(kept)}." if kept else ""))
            self.refresh()

        self._tasks.start(work(), name=f"remove {pair.id}", doing="files were removed", failed=self._failed)

    # --- local files --------------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Asks for a model file and adds it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Add a model file", str(Path.home()), "Models (*.gguf);;All files (*)"
        )
        if chosen:
            self.add_local(Path(chosen))

    def add_local(self, path: Path) -> None:
        """Reads a file or folder, finds the drafter that belongs to it, and adds the pair to the user's models."""
        self._add(lambda: self._keep(open_local(path)))

    def _add(self, read: Callable[[], tuple[Pair, str]]) -> None:
        async def work() -> None:
            self._added(*await in_thread(read))

        self._tasks.start(work(), name="add", doing="a model was added", failed=self._refused)

    def _keep(self, opened: LocalPair | Problem) -> tuple[Pair, str]:
        if isinstance(opened, Problem):
            raise ProblemError(opened)
        added = add_user_pair(as_pair(opened), self._places)
        if isinstance(added, Problem):
            raise ProblemError(added)
        return added, opened.note

    def _added(self, pair: Pair, note: str) -> None:
        self._show_problem("")
        self.refresh()
        ready = isinstance(availability(pair, self._places), Ready)
        self.said.emit(f"{pair.title} is one of your models now. {note}".strip())
        if ready:
            self.race_wanted.emit(pair)

    def _refused(self, problem: Problem) -> None:
        self._show_problem(str(problem))
        self.said.emit(problem.sentence)

    async def _find_others(self) -> None:
        self._show_others(await in_thread(find_in_other_apps))

    def _show_others(self, found: Sequence[LocalPair]) -> None:
        for local in found:
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(label(f"{local.title}", "head"))
            row.addWidget(label(f"Found in {local.source}. {local.note}".strip(), "muted", wrap=True), 1)
            use = button("Use", name=f"Use {local.title}")
            use.clicked.connect(lambda _=False, local=local: self._use(local))
            row.addWidget(use)
            self._found.addLayout(row)
        self._found_frame.setVisible(bool(found))

    def _use(self, local: LocalPair) -> None:
        self._add(lambda: self._keep(local))

    # --- the window's life --------------------------------------------------------------------------------------------

    def remember(self, settings: QSettings) -> None:
        """Writes the filters down."""
        settings.setValue("models/engine", self.engine.currentText())
        settings.setValue("models/state", self.state.currentText())

    def recall(self, settings: QSettings) -> None:
        """Restores the filters."""
        for combo, key in ((self.engine, "models/engine"), (self.state, "models/state")):
            place = combo.findText(remembered.text(settings, key))
            if place >= 0:
                combo.setCurrentIndex(place)
