"""The work of `mtp-race models ...`: data for programs and lines for people. Printing is the caller's.

Every function takes what it needs and returns a Result; nothing here reads arguments, prints or exits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from app.engines import ENGINES
from app.models.files.disk import is_dir, is_file
from app.models.files.local import LocalPair, as_pair, open_local
from app.models.files.other_apps import find_in_other_apps
from app.models.fit.estimate import Fit, FitVerdict, Memory, fit_text
from app.models.hub.client import Hub
from app.models.hub.control import Control
from app.models.hub.download import Download, DownloadSettings
from app.models.hub.progress import Progress, bytes_text
from app.models.hub.transfer import Retries
from app.models.hub.wanted import find_wanted
from app.models.pairs import ModelSource, MoreDrafters, Pair, expand
from app.models.registry.reader import Registry, load_registry
from app.models.registry.servers import SERVER
from app.models.shelf.availability import Damaged, Ready, availability
from app.models.shelf.pair_fit import fit_pair
from app.models.shelf.removal import remove_pair
from app.places import Places
from app.present.pair_summary import PairSummary, Told, in_order, info_text, summarize_pair
from app.race.problems import Problem, ProblemError

GOOD, WRONG, STOPPED = 0, 1, 130


class Result(msgspec.Struct, frozen=True):
    """What a command found.

    Attributes:
        code: For the shell: 0 if all is well, 1 if not, 130 if the user stopped it.
        data: For --json: plain values.
        lines: For people.
    """

    code: int
    data: Any
    lines: tuple[str, ...]


def list_models(places: Places, memory: Memory, context: int = 2048, cache: Path | None = None) -> Result:
    """Lists every pair of the registry with its state, size and fit."""
    registry = load_registry(places=places)
    told = Told.of(places)
    made = [summarize_pair(pair, places, memory, context, registry.servers, cache, told) for pair in registry.pairs]
    summaries = in_order(made)
    lines = [line for summary in summaries for line in _summary_lines(summary)]
    errors = [str(error) for error in registry.errors]
    return Result(
        code=WRONG if errors else GOOD,
        data={"pairs": msgspec.to_builtins(summaries), "errors": errors},
        lines=(*lines, *errors),
    )


def _summary_lines(summary: PairSummary) -> list[str]:
    lines = [f"{summary.id:<28} {summary.title}, {summary.size_text}", f"{'':<28} {summary.state_text}"]
    if summary.state != "ready":
        lines[1] += f" {summary.action_text}"
    beside = [f"{'':<28} {summary.beside}"] if summary.beside else []
    return [*lines, f"{'':<28} Memory: {summary.fit_text}", *beside]


def get_model(
    pair_id: str,
    places: Places,
    hub: Hub,
    on_progress: Callable[[Progress], None] = lambda now: None,
    settings: DownloadSettings | None = None,
) -> Result:
    """Downloads a pair, or goes on with it. Ctrl+C stops it; what was fetched is kept.

    Args:
        pair_id: Of the registry.
        places: Where to put it.
        hub: Where to get it.
        on_progress: Called about ten times a second, from other threads.
        settings: How it behaves, if not as usual.
    """
    registry = load_registry(places=places)
    pair = registry.get(pair_id)
    if pair is None:
        return _unknown(pair_id, registry)
    if all(source.repository is None for source in pair.sources):
        found = availability(pair, places)
        ready = isinstance(found, Ready)
        line = f"{pair_id} needs no download." if isinstance(found, Ready) else f"{found.reason} {found.action}"
        return Result(GOOD if ready else WRONG, {"id": pair_id, "state": type(found).__name__.lower()}, (line,))
    download = Download(pair, places, hub, on_progress, settings or DownloadSettings())
    download.start()
    try:
        while (report := download.join(0.2)) is None:
            pass
    except KeyboardInterrupt:
        download.cancel()
        download.join()
        return Result(STOPPED, {"id": pair_id, "state": "stopped"}, ("Stopped. What was fetched is kept.",))
    data = {"id": pair_id, "fetched": report.fetched, "reused": report.reused}
    if report.problem is not None:
        return _problem(report.problem, data)
    line = f"{pair_id} is ready: {bytes_text(report.fetched)} fetched, {bytes_text(report.reused)} were here already."
    return Result(GOOD, data | {"state": "ready"}, (line,))


def remove_model(pair_id: str, places: Places) -> Result:
    """Removes a pair's downloaded files; what another pair that is ready needs stays."""
    registry = load_registry(places=places)
    pair = registry.get(pair_id)
    if pair is None:
        return _unknown(pair_id, registry)
    try:
        removed = remove_pair(pair, registry.pairs, places)
    except OSError as error:
        return Result(WRONG, {"id": pair_id, "error": str(error)}, (f"A file cannot be removed: {error.strerror}.",))
    lines = [f"{bytes_text(removed.bytes)} removed."]
    if removed.kept:
        lines.append(f"Kept, since another pair uses them: {', '.join(removed.kept)}.")
    return Result(GOOD, {"id": pair_id, "removed": removed.bytes, "kept": list(removed.kept)}, tuple(lines))


def check_models(places: Places, hub: Hub | None = None, retries: Retries | None = None) -> Result:
    """Validates the registry files and the files on this machine; with a hub, also what the hub says of every pair.

    Args:
        places: Where the registry files are.
        hub: To ask; None asks nobody.
        retries: Patience with the hub.
    """
    registry = load_registry(places=places)
    lines = [f"{places.registry.name}: {len(registry.pairs)} pairs with those of your own file"]
    there = "is read" if places.user_registry.is_file() else "does not exist yet; pairs you write there are added"
    lines.append(f"Your own file {places.user_registry} {there}")
    errors = [str(error) for error in registry.errors]
    checked: list[dict[str, str]] = []
    for pair in registry.pairs:
        found = availability(pair, places)
        if isinstance(found, Damaged):
            errors.append(f"{pair.id}: {found.reason} {found.action}")
        unknown = [name for name in pair.engines if name not in (*ENGINES, SERVER)]
        errors += [f"{pair.id}: This version has no engine {name}." for name in unknown]
        if hub is not None and not pair.is_built_in:
            said = _ask(pair, places, hub, retries or Retries(attempts=3))
            checked.append({"id": pair.id, "hub": said or "as described"})
            lines.append(f"{pair.id:<28} {said or 'as the registry describes it'}")
            if said:
                errors.append(f"{pair.id}: {said}")
    lines += errors or ["No errors."]
    data = {"pairs": len(registry.pairs), "errors": errors, "hub": checked}
    return Result(WRONG if errors else GOOD, data, tuple(lines))


def _ask(pair: Pair, places: Places, hub: Hub, retries: Retries) -> str:
    """Returns "" if the hub has every file as described, else a sentence."""
    more = {kind.value: _unpinned(source) for kind, source in pair.drafters.by_kind.items()}
    asked = msgspec.structs.replace(pair, target=_unpinned(pair.target), drafters=MoreDrafters(**more))
    if pair.drafter is not None:
        asked = msgspec.structs.replace(asked, drafter=_unpinned(pair.drafter))
    try:
        for wanted, source in zip(find_wanted(asked, places, hub, retries, Control()), pair.sources, strict=True):
            for file, described in zip(source.files, wanted.files, strict=False):
                if file.size not in (None, described.size) or file.sha256 not in (None, described.sha256):
                    return f"{file.path} is another file on the hub now."
    except ProblemError as error:
        return error.problem.sentence
    return ""


def _unpinned(source: ModelSource) -> ModelSource:
    """The source without what the registry says of its files, so that the hub is asked for it."""
    files = tuple(msgspec.structs.replace(file, size=None, sha256=None) for file in source.files)
    return msgspec.structs.replace(source, files=files)


def fit_model(what: str, places: Places, memory: Memory, context: int = 4096) -> Result:
    """Estimates a race's memory.

    Args:
        what: A pair's id, or the path of a model file or folder.
        places: Where the registry and the files are.
        memory: To hold it against.
        context: Tokens.
    """
    registry = load_registry(places=places)
    pair = registry.get(what)
    if pair is None:
        path = expand(what)
        if not is_file(path) and not is_dir(path):
            return _unknown(what, registry)
        opened = open_local(path)
        if isinstance(opened, Problem):
            return _problem(opened, {"path": what})
        pair = as_pair(opened)
    fit = fit_pair(pair, availability(pair, places), context, memory)
    if isinstance(fit, str):
        return Result(WRONG, {"id": pair.id, "reason": fit}, (fit,))
    lines = (f"{pair.title}, context {context:,} tokens", *fit_text(fit))
    return Result(GOOD if fit.verdict is not FitVerdict.NO else WRONG, _fit_data(pair, context, fit), lines)


def _fit_data(pair: Pair, context: int, fit: Fit) -> dict[str, Any]:
    return {"id": pair.id, "context": context, **msgspec.to_builtins(fit)}


def find_local(paths: Iterable[Path] = ()) -> Result:
    """Lists models that are here already: of other apps, and the given files and folders."""
    found: list[LocalPair] = []
    problems: list[Problem] = []
    for path in paths:
        opened = open_local(path)
        if isinstance(opened, Problem):
            problems.append(opened)
        else:
            found.append(opened)
    found += find_in_other_apps()
    lines = [_local_line(pair) for pair in found] + [str(problem) for problem in problems]
    data = {
        "pairs": [
            {
                "title": pair.title,
                "source": pair.source,
                "target": str(pair.target.path),
                "drafter": str(pair.drafter.path) if pair.drafter else None,
                "note": pair.note,
            }
            for pair in found
        ],
        "problems": msgspec.to_builtins(problems),
    }
    return Result(WRONG if problems else GOOD, data, tuple(lines or ["No models of other apps were found."]))


def _local_line(pair: LocalPair) -> str:
    target = pair.target
    drafter = f"drafter {pair.drafter.path.name}" if pair.drafter else "no drafter"
    return f"{pair.title} ({pair.source}): {info_text(target)}; {drafter}. {pair.note}".rstrip()


def _unknown(pair_id: str, registry: Registry) -> Result:
    close = [pair.id for pair in registry.pairs if pair_id.lower() in pair.id][:5]
    hint = f" Do you mean {' or '.join(close)}?" if close else " `mtp-race models` lists all."
    return Result(WRONG, {"id": pair_id, "error": "unknown"}, (f'There is no pair "{pair_id}".{hint}',))


def _problem(problem: Problem, data: dict[str, Any]) -> Result:
    lines = tuple(part for part in (problem.sentence, problem.cause, problem.action) if part)
    return Result(WRONG, data | {"problem": msgspec.to_builtins(problem)}, lines)
