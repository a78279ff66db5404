"""Whether the files of a pair are on this machine."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.models.files.disk import changed_ns, files, is_file, size
from app.models.hub import stored
from app.models.hub.cache import find_cached
from app.models.hub.remote import RemoteFile
from app.models.pairs import ModelFile, ModelSource, Pair, matches, source_folder, source_path
from app.places import Places


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


Availability = Ready | Missing | Partial | Damaged


def availability(pair: Pair, places: Places, cache: Path | None = None) -> Availability:
    """Tells from names, sizes and times whether `pair` can be raced; reads no model's content.

    Args:
        pair: The pair.
        places: Where the app looks.
        cache: The shared hub cache, to say that a file need not be fetched.
    """
    opened: list[Path] = []
    have, total, lacks = 0, pair.download_size, None
    for source in pair.sources:
        folder = source_folder(source, places)
        found = _local_state(pair, source, folder) if source.repository is None else _hub_state(pair, source, folder)
        if isinstance(found, Damaged):
            return found
        have += _present_bytes(source, folder)
        if isinstance(found, Missing):
            lacks = lacks or _with_cache(found, pair, source, cache)
        opened.append(source_path(source, places))
    if lacks is None:
        return Ready(target_path=opened[0], drafter_path=opened[1] if pair.drafter is not None else None)
    if have > 0:
        return Partial(have, total, lacks.reason, f"Press Download to go on, or run `mtp-race models get {pair.id}`.")
    return lacks


def _local_state(pair: Pair, source: ModelSource, folder: Path) -> Missing | Damaged | None:
    for file in source.files:
        path = folder / file.path
        if not is_file(path):
            return _missing(pair, source, f"{file.path} is not on this machine.")
        if wrong := _size_problem(file, path):
            return Damaged(path=path, reason=wrong, action=_repair(pair))
    return None


def _hub_state(pair: Pair, source: ModelSource, folder: Path) -> Missing | Damaged | None:
    complete = stored.read_note(stored.complete_path(folder), stored.Complete)
    if source.include:
        if complete is None or source.include not in complete.sets:
            return _missing(pair, source, f"Not all files of {source.repository} are on this machine.")
        wanted = tuple(ModelFile(file.path, file.size) for file in complete.files if matches(file.path, source.include))
    else:
        wanted = source.files
    for file in wanted:
        path = folder / file.path
        marker = stored.damaged_path(folder, file.path)
        if is_file(marker):
            return Damaged(path, f"{file.path} was fetched, but its checksum was wrong.", _repair(pair))
        if not is_file(path):
            return _missing(pair, source, f"{file.path} is not on this machine.")
        if wrong := _size_problem(file, path):
            return Damaged(path=path, reason=wrong, action=_repair(pair))
        record = complete.has(file.path) if complete is not None else None
        if record is None:
            return _missing(pair, source, f"{file.path} is here, but it was not checked yet.")
        if record.mtime_ns != changed_ns(path):
            return Damaged(path, f"{file.path} was changed after it was checked.", _repair(pair))
    return None


def _present_bytes(source: ModelSource, folder: Path) -> int:
    """Returns the bytes of this source that need not be fetched again."""
    if source.repository is None:
        return 0
    paths = [file.path for file in source.files]
    if source.include:
        complete = stored.read_note(stored.complete_path(folder), stored.Complete)
        paths = [file.path for file in complete.files] if complete is not None else []
        paths += [path.name.removesuffix(".part") for path in files(folder, ".part")]
        paths = [path for path in dict.fromkeys(paths) if matches(path, source.include)]
    count = 0
    for path in paths:
        for candidate in (folder / path, stored.part_path(folder, path)):
            if is_file(candidate):
                count += size(candidate)
                break
    return count


def _size_problem(file: ModelFile, path: Path) -> str | None:
    found = size(path)
    if file.size is not None and found != file.size:
        return f"{file.path} has {found:,} {'byte' if found == 1 else 'bytes'} and should have {file.size:,}."
    return f"{file.path} is empty." if found == 0 else None


def _missing(pair: Pair, source: ModelSource, reason: str) -> Missing:
    if source.resource is not None:
        return Missing(reason, "It belongs to the app: install the app again.")
    if source.folder is not None:
        return Missing(reason, f"Put the file into {source.folder}, or correct the folder in models.toml.")
    return Missing(reason, f"Press Download on its card, or run `mtp-race models get {pair.id}`.")


def _with_cache(missing: Missing, pair: Pair, source: ModelSource, cache: Path | None) -> Missing:
    """Says so if another tool has fetched the first missing file already."""
    if cache is None or source.repository is None:
        return missing
    for file in source.files:
        if file.size is None:
            continue
        remote = RemoteFile(path=file.path, size=file.size, sha256=file.sha256)
        if find_cached(cache, source.repository, source.revision, remote) is not None:
            reason = f"{file.path} is in the cache that other tools share."
            return Missing(reason, "Press Download: it is checked and taken from there, not fetched again.")
    return missing


def _repair(pair: Pair) -> str:
    if pair.is_built_in:
        return "It belongs to the app: install the app again."
    return f"Download it again: `mtp-race models get {pair.id}`."
