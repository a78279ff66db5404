"""The races on this machine: reading their traces, and the list that the Library tab shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.library.traces import open_trace
from app.present.naming import day_name, is_automatic, local_time, race_name, samples_name
from app.present.view import RaceView
from app.race.lanes import lane_title
from app.race.problems import ProblemError

SUFFIX = ".ndjson"
SORTS = {"Newest first": "new", "Oldest first": "old", "Largest speedup": "ratio", "By name": "name"}
_MOST_WORDS = 4000
"""Characters of a prompt that a search looks in."""
EntryRole = Qt.ItemDataRole.UserRole + 1
DayRole = Qt.ItemDataRole.UserRole + 2
"""The day above an entry that is the first of it; empty for the others."""


class Entry(msgspec.Struct, frozen=True):
    """One trace in the library.

    Attributes:
        title: The name that the user gave it, else the prompt's.
        about: Pair, lanes and format, for people.
        created: Local time of the race; None if the trace does not tell.
        phrase: Who won, in a few words; empty if unknown. ``ratio`` by how much, empty if unknown.
        lane: Index of the lane that won, -1 for none.
        wrong: What is wrong with the file, empty if nothing.
        size, changed_ns: Of the file, to know it again.
        sample: It came with the app and cannot be renamed or deleted.
        factor: How many times faster the winner was, 0 if unknown.
        pair: Title of the pair. prompt: What was asked, as far as a search looks in it.
        fold: It stands for all samples, of which there are so many; 0 for a race.
    """

    path: Path
    title: str
    about: str = ""
    created: datetime | None = None
    phrase: str = ""
    ratio: str = ""
    lane: int = -1
    wrong: str = ""
    size: int = 0
    changed_ns: int = 0
    sample: bool = False
    factor: float = 0.0
    pair: str = ""
    prompt: str = ""
    fold: int = 0

    @property
    def when(self) -> str:
        """Date and time for people."""
        return self.created.strftime("%d %b %Y, %H:%M") if self.created else ""

    @property
    def words(self) -> str:
        """What a search looks in."""
        return f"{self.title} {self.about} {self.when} {self.path.name} {self.prompt}".casefold()


def scan(folder: Path, known: Sequence[Entry], titles: dict[str, str]) -> list[Entry]:
    """Returns the traces in ``folder``, newest first. Files that did not change since ``known`` are not read again.

    ``titles`` maps prompt names to their titles.
    """
    before = {(entry.path, entry.size, entry.changed_ns): entry for entry in known}
    found = []
    for path in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
        try:
            status = path.stat()
        except OSError:
            continue  # It went away between listing and looking.
        entry = before.get((path, status.st_size, status.st_mtime_ns))
        found.append(entry or read_entry(path, status.st_size, status.st_mtime_ns, titles))
    return sorted(found, key=lambda entry: (entry.created or datetime.min, entry.changed_ns), reverse=True)


def scan_all(folder: Path, samples: Path, known: Sequence[Entry], titles: dict[str, str]) -> list[Entry]:
    """Returns the user's traces and behind them the samples that came with the app."""
    found = []
    for entry in scan(samples, [item for item in known if item.sample], titles):
        about = entry.about if entry.sample else f"Sample \u00b7 {entry.about}"
        found.append(msgspec.structs.replace(entry, sample=True, about=about))
    own = scan(folder, [item for item in known if not item.sample], titles)
    return own + sorted(found, key=lambda entry: entry.path.name)


def read_entry(path: Path, size: int, changed_ns: int, titles: dict[str, str]) -> Entry:
    """Reads one trace into an entry; a file that is no trace becomes an entry that says so."""
    try:
        trace = open_trace(path)
    except ProblemError as error:
        named = "A race" if is_automatic(path.stem) else path.stem
        return Entry(path, named, wrong=error.problem.sentence, size=size, changed_ns=changed_ns)
    header, view = trace.header, RaceView.of(trace)
    result = view.result
    lanes = [lane_title(lane) for lane in header.lanes if lane.kind.facts.drafts]
    about = [header.pair_title or header.pair, *lanes, view.format_title]
    return Entry(
        path=path,
        title=race_name(header, titles) if is_automatic(path.stem) else path.stem,
        about=" \u00b7 ".join(part for part in about if part),
        created=local_time(header.created),
        phrase=result.phrase,
        ratio="" if result.ratio is None else result.ratio_text,
        lane=result.lane,
        wrong=trace.note,
        size=size,
        changed_ns=changed_ns,
        factor=result.ratio or 0.0,
        pair=header.pair_title or header.pair,
        prompt=header.request.prompt[:_MOST_WORDS],
    )


def file_name(title: str) -> str:
    """Returns a file name for a title that every system takes; empty if nothing of the title is left."""
    plain = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", title).split()).strip(" .")
    return f"{plain[:120]}{SUFFIX}" if plain else ""


class LibraryModel(QAbstractListModel):
    """The entries that fit search and filter, sorted, as a Qt list model; behind them the samples, folded into one."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Entry] = []
        self._shown: list[Entry] = []
        self._days: list[str] = []
        self._search = self._pair = ""
        self._sort = "new"
        self.unfolded = False

    @property
    def entries(self) -> list[Entry]:
        """All entries, also those that the search hides."""
        return self._all

    @property
    def pairs(self) -> list[str]:
        """The titles of all pairs that were raced, by name."""
        return sorted({entry.pair for entry in self._all if entry.pair})

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Shows other entries."""
        if list(entries) != self._all:
            self._change(lambda: setattr(self, "_all", list(entries)))

    def set_search(self, text: str) -> None:
        """Shows only entries with all words of ``text``."""
        self._change(lambda: setattr(self, "_search", text.casefold()))

    def set_pair(self, pair: str) -> None:
        """Shows only races of that pair; empty shows all."""
        self._change(lambda: setattr(self, "_pair", pair))

    def set_sort(self, sort: str) -> None:
        """Sorts by one of the values of :data:`SORTS`."""
        self._change(lambda: setattr(self, "_sort", sort))

    def unfold(self, on: bool) -> None:
        """Shows the samples one by one, or folds them into one entry."""
        self._change(lambda: setattr(self, "unfolded", on))

    def _change(self, change: Callable[[], None]) -> None:
        self.beginResetModel()
        change()
        words = self._search.split()
        found = [entry for entry in self._all if all(word in entry.words for word in words)]
        found = [entry for entry in found if not self._pair or entry.pair == self._pair]
        own = self._sorted([entry for entry in found if not entry.sample])
        samples = [entry for entry in found if entry.sample]
        fold = [] if not samples or words else [_fold(samples)]
        self._shown = own + fold + (samples if words or self.unfolded else [])
        self._days = self._named_days(own) + [""] * (len(self._shown) - len(own))
        self.endResetModel()

    def _sorted(self, entries: list[Entry]) -> list[Entry]:
        if self._sort == "name":
            return sorted(entries, key=lambda entry: entry.title.casefold())
        if self._sort == "ratio":
            return sorted(entries, key=lambda entry: entry.factor, reverse=True)
        return entries[::-1] if self._sort == "old" else entries

    def _named_days(self, entries: list[Entry]) -> list[str]:
        """The day above each entry that is its first; none where they are not in the order of time."""
        if self._sort not in ("new", "old"):
            return [""] * len(entries)
        today = date.today()
        days = [day_name(entry.created.date() if entry.created else None, today) for entry in entries]
        return [day if number == 0 or day != days[number - 1] else "" for number, day in enumerate(days)]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Number of entries shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, entry, day and accessible text of a row."""
        if not index.isValid() or not 0 <= index.row() < len(self._shown):
            return None
        entry = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == EntryRole:
            return entry
        if role == DayRole:
            return self._days[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.wrong or ("" if entry.fold else entry.path.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = f"{entry.phrase} {entry.ratio}".strip()
            return ", ".join(part for part in (entry.title, said, entry.about, entry.when) if part)
        return None

    def row_of(self, path: Path) -> int:
        """Row of a file, or -1 if it is not shown."""
        return next((row for row, entry in enumerate(self._shown) if entry.path == path and not entry.fold), -1)

    @property
    def fold_row(self) -> int:
        """Row of the entry that stands for all samples, or -1."""
        return next((row for row, entry in enumerate(self._shown) if entry.fold), -1)

    def entry(self, row: int) -> Entry | None:
        """The entry of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None


def _fold(samples: Sequence[Entry]) -> Entry:
    title, about = samples_name(len(samples))
    return Entry(samples[0].path.parent, title, about, sample=True, fold=len(samples))
