"""The races on this machine: reading their traces, and the list that the Library tab shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.library.traces import open_trace
from app.present.view import RaceView
from app.race.lanes import lane_title
from app.race.problems import ProblemError

SUFFIX = ".ndjson"
_AUTOMATIC = re.compile(r"^\d{8}-\d{6}-")
EntryRole = Qt.ItemDataRole.UserRole + 1


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

    @property
    def when(self) -> str:
        """Date and time for people."""
        return self.created.strftime("%d %b %Y, %H:%M") if self.created else ""

    @property
    def words(self) -> str:
        """What a search looks in."""
        return f"{self.title} {self.about} {self.when} {self.path.name}".casefold()


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
        return Entry(path, path.stem, wrong=error.problem.sentence, size=size, changed_ns=changed_ns)
    header, view = trace.header, RaceView.of(trace)
    result = view.result
    lanes = [lane_title(lane) for lane in header.lanes if lane.kind.facts.drafts]
    about = [header.pair_title or header.pair, *lanes, view.format_title]
    named = not _AUTOMATIC.match(path.stem)
    prompt = "Your prompt" if header.prompt_name == "custom" else titles.get(header.prompt_name, header.prompt_name)
    return Entry(
        path=path,
        title=path.stem if named else prompt or path.stem,
        about=" \u00b7 ".join(part for part in about if part),
        created=_local(header.created),
        phrase=result.phrase,
        ratio="" if result.ratio is None else result.ratio_text,
        lane=result.lane,
        wrong=trace.note,
        size=size,
        changed_ns=changed_ns,
    )


def _local(created: str) -> datetime | None:
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def file_name(title: str) -> str:
    """Returns a file name for a title that every system takes; empty if nothing of the title is left."""
    plain = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", title).split()).strip(" .")
    return f"{plain[:120]}{SUFFIX}" if plain else ""


class LibraryModel(QAbstractListModel):
    """The entries that fit the search, as a Qt list model."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Entry] = []
        self._shown: list[Entry] = []
        self._search = ""

    @property
    def entries(self) -> list[Entry]:
        """All entries, also those that the search hides."""
        return self._all

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Shows other entries."""
        if list(entries) != self._all:
            self._change(lambda: setattr(self, "_all", list(entries)))

    def set_search(self, text: str) -> None:
        """Shows only entries with all words of ``text``."""
        self._change(lambda: setattr(self, "_search", text.casefold()))

    def _change(self, change: Callable[[], None]) -> None:
        self.beginResetModel()
        change()
        words = self._search.split()
        self._shown = [entry for entry in self._all if all(word in entry.words for word in words)]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Number of entries shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, entry and accessible text of a row."""
        if not index.isValid() or not 0 <= index.row() < len(self._shown):
            return None
        entry = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == EntryRole:
            return entry
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.wrong or entry.path.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = f"{entry.phrase} {entry.ratio}".strip()
            return ", ".join(part for part in (entry.title, said, entry.about, entry.when) if part)
        return None

    def row_of(self, path: Path) -> int:
        """Row of a file, or -1 if it is not shown."""
        return next((row for row, entry in enumerate(self._shown) if entry.path == path), -1)

    def entry(self, row: int) -> Entry | None:
        """The entry of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None
