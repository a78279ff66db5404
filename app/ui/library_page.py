"""The Library tab: the races that were recorded, and their replay in the same widgets as the live race."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSettings, QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QListView,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.library.traces import open_trace
from app.places import Places, make_private
from app.present.naming import dated_name, is_automatic, race_name
from app.race.lanes import MAX_CONTENDERS
from app.race.problems import Problem
from app.race.prompts import Prompt
from app.race.trace import Trace, baseline_id, only_lanes
from app.ui import settings as remembered
from app.ui.failure_card import FailureCard
from app.ui.icons import icon
from app.ui.library_list import EntryDelegate
from app.ui.library_model import SORTS, Entry, LibraryModel, file_name, scan_all
from app.ui.page import Actions, Page, is_model
from app.ui.picker import Picker
from app.ui.race_board import RaceBoard
from app.ui.replay_player import ReplayPlayer
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme
from app.ui.toast import Toast
from app.ui.transport import Transport
from app.ui.trash import from_trash, to_trash
from app.ui.widgets import CutLabel, ask_for_trace, button, card, label, set_text, show_folder

_DELETED = ".deleted"
_ALL = "All models"
_EMPTY, _RACE, _PROBLEM = range(3)


class LibraryPage(Page):
    """Lists the traces in the library folder; the one that is picked is shown beside."""

    title = "Library"

    def __init__(self, theme: Theme, places: Places, prompts: Sequence[Prompt], toast: Toast) -> None:
        super().__init__()
        self._theme = theme
        self.folder = places.races
        self._samples = places.samples
        self._titles = {prompt.name: prompt.title for prompt in prompts}
        self._toast = toast
        self._path: Path | None = None
        self._again = False
        self._tasks = Tasks(self)
        self.model = LibraryModel()
        self.list = QListView()
        self.search = QLineEdit()
        self.sort, self.pair = Picker(), Picker()
        self.board = RaceBoard(theme, places)
        self.player = ReplayPlayer(self.board, parent=self)
        self.transport = Transport(theme, self.player)
        self.failure = FailureCard(theme)
        self.failure.copied.connect(self.board.copy)
        self.board.said.connect(self.said)
        self.board.package_wanted.connect(self.package_wanted)
        self._title, self._about = CutLabel("lead"), CutLabel("muted")
        self._note = label("", "note")
        self._none = label("", "muted", wrap=True)
        self.open_button = button("Open a trace", tip="Open a trace file from anywhere (Ctrl+O)")
        self.rename_button = button("Rename", "quiet", tip="Give this race a name of your own (F2)")
        self.compare_button = button("Compare\u2026", "quiet", tip="Did it get slower? Lays another race beside")
        self.reveal_button = button("Show in folder", "quiet", tip="Open the folder of this file")
        self.delete_button = button("Delete", "quiet", tip="Moves this race to the bin (Del)")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._restyle()
        self._show_actions()

    @property
    def shown_trace(self) -> Path | None:
        """The file of the race that is shown."""
        return self._path if self._stack.currentIndex() == _RACE else None

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search names and prompts")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search the library")
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self._theme, lambda: self.model.unfolded))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Recorded races")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        side, side_box = card("Library")
        side.setFixedWidth(320)
        side_box.setContentsMargins(12, 12, 12, 12)
        side_box.addWidget(self.search)
        side_box.addLayout(self._picks())
        side_box.addWidget(self._none)
        side_box.addWidget(self.list, 1)
        side_box.addWidget(self.open_button)
        race = self._race_side()
        empty, empty_box = card()
        empty_box.addStretch(1)
        for text, role in (("Every race is kept here.", "lead"), ("Pick one to see it again.", "muted")):
            line = label(text, role)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            empty_box.addWidget(line)
        empty_box.addStretch(1)
        wrong, wrong_box = card("Problem")
        wrong_box.addWidget(self.failure)
        wrong_box.addStretch(1)
        for page in (empty, race, wrong):
            self._stack.addWidget(page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(side)
        layout.addWidget(self._stack, 1)

    def _picks(self) -> QHBoxLayout:
        self.sort.addItems(list(SORTS))
        self.sort.setAccessibleName("Order of the races")
        self.pair.addItem(_ALL)
        self.pair.setAccessibleName("Model")
        picks = QHBoxLayout()
        picks.setSpacing(8)
        for pick in (self.sort, self.pair):
            pick.setMinimumContentsLength(6)
            pick.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            picks.addWidget(pick, 1)
        return picks

    def _race_side(self) -> QWidget:
        race = QWidget()
        right = QVBoxLayout(race)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(12)
        head = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(2)
        for widget in (self._title, self._about, self._note):
            names.addWidget(widget)
        head.addLayout(names, 1)
        for action in (self.compare_button, self.rename_button, self.reveal_button, self.delete_button):
            head.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
        right.addLayout(head)
        right.addWidget(self.transport)
        right.addWidget(self.board, 1)
        return race

    def _connect(self) -> None:
        self.search.textChanged.connect(self._searched)
        self.sort.currentTextChanged.connect(lambda words: self._listed(lambda: self.model.set_sort(SORTS[words])))
        self.pair.currentTextChanged.connect(
            lambda words: self._listed(lambda: self.model.set_pair("" if words == _ALL else words))
        )
        self.list.selectionModel().currentChanged.connect(self._picked)
        self.list.clicked.connect(self._toggle_fold)
        self.open_button.clicked.connect(self.choose_file)
        self.rename_button.clicked.connect(self._ask_name)
        self.reveal_button.clicked.connect(self.reveal)
        self.compare_button.clicked.connect(self.compare)
        self.delete_button.clicked.connect(self.delete)
        self._theme.changed.connect(self._restyle)
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence("F2"), self, context=inside).activated.connect(self._ask_name)
        fold = QShortcut(QKeySequence("Return"), self.list, context=inside)
        fold.activated.connect(lambda: self._toggle_fold(self.list.currentIndex()))
        QShortcut(QKeySequence("Del"), self.list, context=inside).activated.connect(self.delete)
        QShortcut(QKeySequence("Space"), self.list, context=inside).activated.connect(self.transport.toggle)

    def compare(self) -> None:
        """Opens a dialog that lays another race of the library beside the one that is shown."""
        path = self.shown_trace
        if path is None:
            return
        from app.ui.compare_dialog import CompareDialog

        named = [
            (entry.path, f"{entry.title}, {entry.when}")
            for entry in self.model.entries
            if not (entry.wrong or entry.fold)
        ]
        shown = next((item for item in named if item[0] == path), (path, path.name))
        dialog = CompareDialog(shown, [item for item in named if item[0] != path], self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def activate(self) -> None:
        """Looks for new races whenever the page comes into sight."""
        self.board.charts.load()
        self.refresh()

    def refresh(self) -> None:
        """Reads the library folder in the background."""
        self._again = True
        if not self._tasks.running("scan"):
            self._tasks.start(
                self._scan(),
                name="scan",
                doing="the library was read",
                failed=lambda problem: self.said.emit(problem.sentence),
            )

    async def _scan(self) -> None:
        while self._again:
            self._again = False
            known = list(self.model.entries)
            self._scanned(await in_thread(lambda: scan_all(self.folder, self._samples, known, self._titles)))  # noqa: B023

    def _scanned(self, entries: list[Entry]) -> None:
        path = self._path
        self.model.set_entries(entries)
        self._list_pairs()
        if path is not None:
            self._select(path)
        self._say_none()

    def _list_pairs(self) -> None:
        """Offers the pairs that were raced, and keeps the one that is picked."""
        picked, pairs = self.pair.currentText(), self.model.pairs
        if [self.pair.itemText(at) for at in range(1, self.pair.count())] == pairs:
            return
        with QSignalBlocker(self.pair):
            self.pair.clear()
            self.pair.addItems([_ALL, *pairs])
            self.pair.setCurrentIndex(max(0, self.pair.findText(picked)))
        if self.pair.currentText() != picked:
            self.model.set_pair("")

    def _toggle_fold(self, index: QModelIndex) -> None:
        """Unfolds the samples, or folds them again; the place in the list stays."""
        entry = self.model.entry(index.row())
        if entry is not None and entry.fold:
            at = self.list.verticalScrollBar().value()
            self._listed(lambda: self.model.unfold(not self.model.unfolded))
            self.list.setCurrentIndex(self.model.index(self.model.fold_row))
            self.list.verticalScrollBar().setValue(at)
            self.list.setFocus()

    def _listed(self, change: Callable[[], None]) -> None:
        """Lists them in another way; the race that is shown stays picked."""
        change()
        if self._path is not None:
            self._select(self._path)
        self._say_none()

    def _say_none(self) -> None:
        none = self.model.rowCount() == 0
        self._none.setVisible(none)
        searching = bool(self.search.text().strip())
        set_text(
            self._none, "No race fits the search." if searching else "No races yet. Each race is kept here by itself."
        )

    def _searched(self, text: str) -> None:
        self._listed(lambda: self.model.set_search(text))

    def _select(self, path: Path) -> None:
        row = self.model.row_of(path)
        if row >= 0 and self.list.currentIndex().row() != row:
            self.list.setCurrentIndex(self.model.index(row))

    def _picked(self, current: QModelIndex, _: QModelIndex) -> None:
        entry = self.model.entry(current.row()) if current.isValid() else None
        if entry is not None and not entry.fold and entry.path != self._path:
            self.open_file(entry.path)

    def choose_file(self) -> None:
        """Asks for a trace file and opens it."""
        chosen = ask_for_trace(self)
        if chosen is not None:
            self.open_file(chosen)

    def offers(self) -> Actions:
        """A race that is shown can be exported."""
        return Actions(export=self.shown_trace is not None)

    def opens(self, path: Path) -> bool:
        """Whether it may be a trace: any file that is no model."""
        return not is_model(path)

    def open_path(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Opens a trace."""
        self.open_file(path, lanes)

    def remember(self, settings: QSettings) -> None:
        """Writes the order down; a filter that one forgot would hide races at the next start."""
        settings.setValue("library/sort", SORTS[self.sort.currentText()])

    def recall(self, settings: QSettings) -> None:
        """Restores the order."""
        known = list(SORTS.values())
        self.sort.setCurrentIndex(known.index(remembered.one_of(settings, "library/sort", known[0], known)))

    def show_problem(self, problem: Problem) -> None:
        """Shows what went wrong beside the list; the next race that is picked takes its place."""
        self._path = None
        self.player.close()
        self.failure.show_problem(problem)
        self._stack.setCurrentIndex(_PROBLEM)
        self._show_actions()

    def open_file(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Reads a trace in the background and shows it: these lanes of it, or as many as the board has room for."""
        self._path = path
        self._tasks.start(
            self._open(path, lanes),
            name="open",
            doing="a trace was read",
            failed=lambda problem: self._not_opened(path, problem),
        )

    async def _open(self, path: Path, lanes: Sequence[str]) -> None:
        self._opened(path, await in_thread(lambda: _readable(open_trace(path), lanes)))

    def _opened(self, path: Path, trace: Trace) -> None:
        if path != self._path:
            return  # It was deleted in the meantime.
        if not trace.header.lanes:
            self._not_opened(path, Problem("trace-empty", "There is nothing in this trace.", trace.note))
            return
        status = path.stat() if path.exists() else None
        entry = next((item for item in self.model.entries if item.path == path), None)
        named = path.stem if not is_automatic(path.stem) else race_name(trace.header, self._titles)
        self._title.setText(entry.title if entry else named)
        about = entry.about if entry else trace.header.pair_title
        self._about.setText(" \u00b7 ".join(part for part in (about, entry.when if entry else "") if part))
        self._note.setText(trace.note)
        self._note.setVisible(bool(trace.note) and status is not None)
        self.board.charts.load()
        self._stack.setCurrentIndex(_RACE)
        self.player.open(trace)
        self.board.behaviour.recall(path)
        self._select(path)
        self._show_actions()
        if status is not None and not self._is_sample:
            self.raced.emit(path, dated_name(self._title.text(), trace.header.created))

    def packages_came(self) -> None:
        """Runs the programs of the race that is shown again, if they lacked a package."""
        known, view = self.board.behaviour.behaviour, self.board.view
        if known is not None and known.lacks and view is not None:
            self.board.behaviour.run(view, self.shown_trace)

    def _not_opened(self, path: Path, problem: Problem) -> None:
        if path == self._path:
            self.show_problem(problem)
            self._path = path  # It can still be renamed, shown in its folder or deleted.
            self._show_actions()

    def _show_actions(self) -> None:
        self.changed.emit()
        there = self._path is not None
        self.reveal_button.setEnabled(there)
        for action in (self.rename_button, self.delete_button):
            action.setEnabled(there and not self._is_sample)

    @property
    def _is_sample(self) -> bool:
        return self._path is not None and self._path.is_relative_to(self._samples)

    def _ask_name(self) -> None:
        if self._path is None or self._is_sample:
            return
        name, taken = QInputDialog.getText(self, "Rename", "Name of this race:", text=self._title.text())
        if taken:
            self.rename(name)

    def rename(self, title: str) -> None:
        """Gives the race that is shown a name of the user's own; it becomes the file's name."""
        path = self._path
        name = file_name(title)
        if self._is_sample:
            self.said.emit("A sample keeps its name.")
            return
        if path is None or not name:
            self.said.emit("That cannot be a name.")
            return
        target = path.with_name(name)
        if target == path:
            return
        if target.exists():
            self.said.emit("There is a race of that name already.")
            return
        try:
            path.rename(target)
            for old, new in zip(_beside(path), _beside(target), strict=True):
                if old.exists():
                    old.replace(new)
        except OSError as error:
            self.said.emit(f"It could not be renamed: {error.strerror or error}.")
            return
        self._path = target
        self._title.setText(target.stem)
        self.refresh()

    def reveal(self) -> None:
        """Opens the folder of the race that is shown."""
        if self._path is not None:
            show_folder(self._path.parent)

    def delete(self) -> None:
        """Moves the race that is shown to the system's bin; a remark offers to undo it.

        Where the system has no bin, the file is kept as long as the remark is shown.
        """
        path = self._path
        if path is None or self._is_sample:
            return
        name = self._title.text() or path.stem
        try:
            kept = {item: to_trash(item) or _put_aside(item) for item in (path, *_beside(path)) if item.exists()}
        except OSError as error:
            self.said.emit(f"It could not be deleted: {error.strerror or error}.")
            return
        self._path = None
        self.player.close()
        self._stack.setCurrentIndex(_EMPTY)
        self.model.set_entries([entry for entry in self.model.entries if entry.path != path])
        self._say_none()
        self._show_actions()
        aside = [item for item in kept.values() if item.parent.name == _DELETED]
        self._toast.say(
            f"\u201c{name}\u201d is deleted." if aside else f"\u201c{name}\u201d is in the bin now.",
            action="Undo",
            act=lambda: self._undelete(kept, path),
            ended=lambda: _remove(aside),
        )

    def _undelete(self, kept: dict[Path, Path], path: Path) -> None:
        try:
            for item, place in kept.items():
                from_trash(place, item)
        except OSError as error:
            self.said.emit(f"It could not be brought back: {error.strerror or error}.")
            return
        self.refresh()
        self.open_file(path)

    def _restyle(self) -> None:
        for widget, name in (
            (self.rename_button, "edit"),
            (self.reveal_button, "folder"),
            (self.delete_button, "delete"),
            (self.open_button, "open"),
        ):
            widget.setIcon(icon(self._theme, name))
        for action in self.search.actions():
            self.search.removeAction(action)
        self.search.addAction(icon(self._theme, "search"), QLineEdit.ActionPosition.LeadingPosition)


def _readable(trace: Trace, lanes: Sequence[str]) -> Trace:
    """Returns the lanes to show. A heat of a sweep has more of them than can be read side by side."""
    every = [lane.id for lane in trace.header.lanes]
    base = baseline_id(trace.header)
    wanted = list(lanes) or sorted(every, key=lambda lane: lane != base)[: MAX_CONTENDERS + 1]
    if set(wanted) >= set(every):
        return trace
    shown = only_lanes(trace, wanted)
    shown.note = shown.note or f"{len(shown.header.lanes)} of the {len(every)} lanes of this race are shown."
    return shown


def _beside(trace: Path) -> tuple[Path, ...]:
    """Returns where a trace's behaviour verdict is kept, and what its programs fetched."""
    from app.sandbox.races import kept_beside

    return kept_beside(trace)


def _put_aside(path: Path) -> Path:
    """Hides a file beside the others, for systems without a bin. Returns where it is."""
    kept = make_private(path.parent / _DELETED) / path.name
    path.replace(kept)
    return kept


def _remove(aside: Sequence[Path]) -> None:
    for kept in aside:
        kept.unlink(missing_ok=True)
        if kept.parent.is_dir() and not any(kept.parent.iterdir()):
            kept.parent.rmdir()
