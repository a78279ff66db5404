"""Removing what was downloaded for a pair, and nothing that another pair needs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from app.models.hub import stored
from app.models.pairs import NOTES, ModelSource, Pair, source_folder
from app.models.shelf.availability import Ready, availability
from app.places import Places


class Removed(msgspec.Struct, frozen=True):
    """What removing a pair did.

    Attributes:
        bytes: Freed by its files (a file that another tool shares keeps its space there).
        kept: Files that stay, since another pair that is ready uses them.
    """

    bytes: int
    kept: tuple[str, ...] = ()


def remove_pair(pair: Pair, others: Iterable[Pair], places: Places) -> Removed:
    """Removes the downloaded files of a pair, unless another pair that is ready needs them.

    Raises:
        OSError: A file cannot be removed.
    """
    needed = {
        path
        for other in others
        if other.id != pair.id and isinstance(availability(other, places), Ready)
        for path in _files(other, places)
    }
    freed, kept = 0, []
    for source in pair.sources:
        if source.repository is None:
            continue
        folder = source_folder(source, places)
        gone = []
        for path in _files_of(source, folder):
            if path in needed:
                kept.append(path.name)
                continue
            name = path.relative_to(folder).as_posix()
            for file in (path, stored.part_path(folder, name)):
                if file.is_file() or file.is_symlink():
                    freed += file.stat().st_size if file.is_file() else 0
                    file.unlink()
            for note in (stored.note_path(folder, name), stored.damaged_path(folder, name)):
                note.unlink(missing_ok=True)
            gone.append(name)
        _forget(source, folder, gone)
    return Removed(freed, tuple(kept))


def _files(pair: Pair, places: Places) -> Iterable[Path]:
    for source in pair.sources:
        yield from _files_of(source, source_folder(source, places))


def _files_of(source: ModelSource, folder: Path) -> list[Path]:
    if not source.include:
        return [folder / file.path for file in source.files]
    complete = stored.read_note(stored.complete_path(folder), stored.Complete)
    parts = [path.with_name(path.name.removesuffix(".part")) for path in folder.glob("*.part")]
    return [*(folder / file.path for file in (complete.files if complete else ())), *parts]


def _forget(source: ModelSource, folder: Path, gone: list[str]) -> None:
    path = stored.complete_path(folder)
    complete = stored.read_note(path, stored.Complete)
    if complete is None:
        return
    files = tuple(file for file in complete.files if file.path not in gone)
    if files:
        sets = tuple(patterns for patterns in complete.sets if patterns != source.include)
        stored.write_note(path, stored.Complete(complete.repository, complete.commit, files, sets))
        return
    path.unlink(missing_ok=True)
    (folder / NOTES / "lock").unlink(missing_ok=True)
    for empty in (folder / NOTES, folder, folder.parent):
        # A folder that still holds something, such as another pair's unfinished download, stays.
        with suppress(OSError):
            empty.rmdir()
