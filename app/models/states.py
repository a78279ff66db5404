"""Whether the files of a pair are on this machine."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.places import Places


class Ready(msgspec.Struct, frozen=True):
    """Every file is here. The paths are what an engine opens: a GGUF file or a folder.

    drafter_path is None for a pair whose MTP head is in the target's file.
    """

    target_path: Path
    drafter_path: Path | None


class Missing(msgspec.Struct, frozen=True):
    """No file, or not every file, is here and none is half loaded. reason and action are sentences to show."""

    reason: str
    action: str


class Partial(msgspec.Struct, frozen=True):
    """A download was begun. have and total are bytes; total is None if not known yet."""

    have: int
    total: int | None
    reason: str
    action: str


class Damaged(msgspec.Struct, frozen=True):
    """A file is here but is not the file that the registry or the hub describes."""

    path: Path
    reason: str
    action: str


State = Ready | Missing | Partial | Damaged


def source_folder(source: ModelSource, places: Places) -> Path:
    """The folder in which the files of `source` are, or will be after a download."""
    if source.resource is not None:
        return places.resources / source.resource
    if source.folder is not None:
        return Path(source.folder).expanduser()
    owner, _, name = (source.repository or "").partition("/")
    return places.models / f"{owner}--{name}" / source.revision.replace("/", "--")


def state(pair: Pair, places: Places) -> State:
    """The state of `pair`, from names and sizes; reads no file's content."""
    opened: list[Path] = []
    for source in pair.sources:
        folder = source_folder(source, places)
        wrong = _files_state(pair, source, folder)
        if wrong is not None:
            return wrong
        opened.append(folder / source.files[0].path if source.is_single_file else folder)
    return Ready(target_path=opened[0], drafter_path=opened[1] if pair.drafter is not None else None)


def _files_state(pair: Pair, source: ModelSource, folder: Path) -> Missing | Damaged | None:
    if not source.files:
        return _missing(pair, source, "Nothing of it has been downloaded.")
    for file in source.files:
        path = folder / file.path
        if not path.is_file():
            return _missing(pair, source, f"{file.path} is not on this machine.")
        if wrong := _size_problem(file, path):
            return Damaged(path=path, reason=wrong, action=_repair(pair))
    return None


def _size_problem(file: ModelFile, path: Path) -> str | None:
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        return f"{file.path} has {size:,} bytes and should have {file.size:,}."
    return f"{file.path} is empty." if size == 0 else None


def _missing(pair: Pair, source: ModelSource, reason: str) -> Missing:
    if source.resource is not None:
        return Missing(reason, "It belongs to the app: install the app again.")
    if source.folder is not None:
        return Missing(reason, f"Put the file into {source.folder}, or correct the folder in models.toml.")
    return Missing(reason, f"Download it: press Download on its card, or run `mtp-race models get {pair.id}`.")


def _repair(pair: Pair) -> str:
    if pair.is_built_in:
        return "It belongs to the app: install the app again."
    return f"Remove it and download it again: `mtp-race models get {pair.id}`."
