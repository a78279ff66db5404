"""Which files a pair needs, with what the hub says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from app.models.hub import problems as hub_problems
from app.models.hub.cache import describe_cached
from app.models.hub.client import Hub, TransientError
from app.models.hub.control import Control
from app.models.hub.remote import RemoteFile
from app.models.hub.transfer import Retries
from app.models.pairs import ModelSource, Pair, matches, source_folder
from app.places import Places
from app.race.problems import ProblemError

_COMMIT = re.compile(r"[0-9a-f]{40}")
Answer = TypeVar("Answer")


class WantedSource(msgspec.Struct, frozen=True):
    """The files of a target or drafter on the hub, all described.

    Attributes:
        repository: "owner/name".
        commit: They are asked for at this commit.
        folder: Where they will be.
        files: With size and, where the hub has one, a checksum.
        patterns: The include patterns that chose them; empty if they are named one by one.
    """

    repository: str
    commit: str
    folder: Path
    files: tuple[RemoteFile, ...]
    patterns: tuple[str, ...] = ()


def find_wanted(pair: Pair, places: Places, hub: Hub, retries: Retries, control: Control) -> list[WantedSource]:
    """Asks the hub for what the registry does not say, and only for that.

    Raises:
        ProblemError: The hub has no such file, does not let us, or has another file than the registry says.
        DownloadCancelled: By the control.
    """
    found = []
    for source in (source for source in pair.sources if source.repository is not None):
        try:
            found.append(_describe(source, places, hub, retries, control))
        except ProblemError as error:
            cached = _from_cache(source, places, hub) if error.problem.kind in ("offline", "no-connection") else None
            if cached is None:
                raise
            found.append(cached)
    return found


def _from_cache(source: ModelSource, places: Places, hub: Hub) -> WantedSource | None:
    """Describes a source by the shared cache, if another tool has fetched all of it: the hub cannot be asked now."""
    repository = source.repository or ""
    described = describe_cached(hub.settings.cache, repository, source.revision)
    if described is None:
        return None
    commit, files = described
    by_name = {file.path: file for file in files}
    if source.include:
        chosen = tuple(file for file in files if matches(file.path, source.include))
        if not _is_whole_model({file.path for file in chosen}):
            return None
    elif all(file.path in by_name for file in source.files):
        found = [(file, by_name[file.path]) for file in source.files]
        if any(file.size not in (None, here.size) for file, here in found):
            return None
        chosen = tuple(msgspec.structs.replace(here, sha256=file.sha256 or here.sha256) for file, here in found)
    else:
        return None
    return WantedSource(repository, commit, source_folder(source, places), chosen, source.include)


def _is_whole_model(names: set[str]) -> bool:
    """Returns whether the names hold a config, weights, and every part of a model that is split into parts."""
    if "config.json" not in names or not any(name.endswith(".safetensors") for name in names):
        return False
    for name in names:
        if match := re.fullmatch(r"(.*)-\d{5}-of-(\d{5})\.safetensors", name):
            total = int(match[2])
            if any(f"{match[1]}-{part:05}-of-{total:05}.safetensors" not in names for part in range(1, total + 1)):
                return False
    return True


def _describe(source: ModelSource, places: Places, hub: Hub, retries: Retries, control: Control) -> WantedSource:
    repository, folder = source.repository or "", source_folder(source, places)
    if source.include:
        listing = patiently(lambda: hub.listing(repository, source.revision), retries, control)
        files = tuple(file for file in listing.files if matches(file.path, source.include))
        if not any(file.path.endswith(".safetensors") for file in files):
            missing = hub_problems.file_missing(hub.settings, repository, source.include[0], source.revision)
            raise ProblemError(missing)
        return WantedSource(repository, listing.commit, folder, files, source.include)
    if _COMMIT.fullmatch(source.revision) and all(file.size and file.sha256 for file in source.files):
        known = tuple(RemoteFile(file.path, file.size or 0, file.sha256) for file in source.files)
        return WantedSource(repository, source.revision, folder, known)
    return WantedSource(repository, *_ask_each(source, repository, hub, retries, control, folder))


def _ask_each(
    source: ModelSource, repository: str, hub: Hub, retries: Retries, control: Control, folder: Path
) -> tuple[str, Path, tuple[RemoteFile, ...]]:
    commit, files = source.revision, []
    for file in source.files:
        # The first answer names the commit; the other files are asked for at that commit, so that they belong together.
        asked = commit
        commit, described = patiently(lambda: hub.describe(repository, asked, file.path), retries, control)  # noqa: B023
        for expected, said in ((file.size, described.size), (file.sha256, described.sha256)):
            if expected is not None and said is not None and expected != said:
                raise ProblemError(hub_problems.changed(repository, file.path))
        if file.sha256 is not None:
            described = msgspec.structs.replace(described, sha256=file.sha256)
        files.append(described)
    return commit, folder, tuple(files)


def patiently(ask: Callable[[], Answer], retries: Retries, control: Control) -> Answer:
    failed, wait = 0, retries.first_wait
    while True:
        control.wait_while_paused()
        try:
            return ask()
        except TransientError as error:
            control.check()  # A cancel ends the connection too.
            failed += 1
            if failed >= retries.allowed(error.problem, begun=False) or (error.wait or 0.0) > retries.longest_wait:
                raise ProblemError(error.problem) from error
            control.wait(min(retries.longest_wait, wait if error.wait is None else error.wait))
            wait *= 2
