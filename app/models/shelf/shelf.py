"""Everything that a list of models shows: each pair with its state, size, fit and what can be done with it.

The Models tab and `mtp-race models` are both made from these cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from app.models.files.facts import Facts, read_heads
from app.models.files.folders import read_folder_facts
from app.models.files.gguf import GgufError
from app.models.fit.estimate import Fit, Memory, Verdict, estimate
from app.models.fit.needs import Need, Runtime, need_of
from app.models.hub import stored
from app.models.hub.progress import bytes_text
from app.models.pairs import ModelSource, Pair
from app.models.shelf.states import Damaged, Missing, Partial, Ready, State, source_folder, state
from app.places import Places
from app.race.lanes import Contender, LaneKind

_ROUGH_COMPUTE = 300_000_000
_ROUGH_TABLES = 100_000_000


class Card(msgspec.Struct, frozen=True):
    """One pair in the list. Every text is ready to be shown.

    Attributes:
        id: Of the pair.
        title: For people.
        state: "ready", "missing", "partial" or "damaged".
        state_text: A sentence on the state.
        action_text: What to do about it, "" if nothing.
        size_text: Of all files, such as "6.9 GB to download".
        fit: "fits", "tight", "does not fit" or "unknown".
        fit_text: A sentence on the fit.
        licence: Short name.
        licence_page: Where to read or accept it, "" if none.
        engines: Names.
        can_race, can_download, can_remove: What its buttons may do.
        folder: To open in the file manager, None if it does not exist.
        notes: Further sentences: not verified, where the recommended K is from.
    """

    id: str
    title: str
    state: str
    state_text: str
    action_text: str
    size_text: str
    fit: str
    fit_text: str
    licence: str
    licence_page: str
    engines: tuple[str, ...]
    can_race: bool
    can_download: bool
    can_remove: bool
    folder: str | None
    notes: tuple[str, ...] = ()


def make_card(pair: Pair, places: Places, memory: Memory, context: int, cache: Path | None = None) -> Card:
    """Makes the card of one pair. Reads the heads of its files if they are here; nothing is fetched."""
    found = state(pair, places, cache)
    fit = fit_pair(pair, found, context, memory)
    folder = source_folder(pair.target, places)
    is_remote = any(source.repository is not None for source in pair.sources)
    return Card(
        id=pair.id,
        title=pair.title,
        state=type(found).__name__.lower(),
        state_text=state_text(found),
        action_text="" if isinstance(found, Ready) else found.action,
        size_text=_size_text(pair, found),
        fit="unknown" if isinstance(fit, str) else fit.verdict.value,
        fit_text=fit if isinstance(fit, str) else fit.advice,
        licence=pair.licence,
        licence_page=pair.licence_page,
        engines=pair.engines,
        can_race=isinstance(found, Ready),
        can_download=is_remote and not isinstance(found, Ready),
        can_remove=is_remote and not isinstance(found, Missing),
        folder=str(folder) if folder.is_dir() else None,
        notes=tuple(_notes(pair)),
    )


def state_text(found: State) -> str:
    """Returns one sentence on a state."""
    if isinstance(found, Ready):
        return "Ready to race."
    if isinstance(found, Partial):
        total = f" of {bytes_text(found.total)}" if found.total else ""
        return f"Partly here: {bytes_text(found.have)}{total}. {found.reason}"
    return f"Damaged: {found.reason}" if isinstance(found, Damaged) else found.reason


def _size_text(pair: Pair, found: State) -> str:
    if pair.is_built_in:
        return "comes with the app"
    size = pair.download_size
    if isinstance(found, Ready):
        paths = [path for path in (found.target_path, found.drafter_path) if path is not None]
        return f"{bytes_text(sum(_bytes_in(path) for path in paths))} on this disk"
    if size is None:
        return "size not known before the hub is asked"
    return f"{bytes_text(size)} to download"


def _bytes_in(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.glob("*") if file.is_file())


def _notes(pair: Pair) -> Iterable[str]:
    if pair.summary:
        yield pair.summary
    if pair.unverified:
        yield "Its names and sizes were not verified when this version was made; the hub is asked at the first use."
    if pair.recommended_k_source:
        yield f"Recommended K {pair.recommended_k}. {pair.recommended_k_source}"


def fit_pair(pair: Pair, found: State, context: int, memory: Memory) -> Fit | str:
    """Estimates a race of this pair: from its files if they are here, else roughly from the registry.

    Returns:
        The estimate, or a sentence on why there is none.
    """
    runtime = Runtime(context=context, on_gpu=memory.gpu_free is not None and not memory.unified)
    if isinstance(found, Ready):
        try:
            drafter = _need(found.drafter_path, pair, runtime) if found.drafter_path is not None else None
            return estimate(_need(found.target_path, pair, runtime), drafter, context, memory)
        except (GgufError, OSError) as error:
            return f"The files cannot be read: {error}"
    sizes = [source.total_size for source in pair.sources]
    if None in sizes or pair.cache_bytes_per_token is None:
        return "Its size is not known before the hub is asked."
    needs = [_rough(pair, source, runtime) for source in pair.sources]
    fit = estimate(needs[0], needs[1] if len(needs) > 1 else None, context, memory)
    return msgspec.structs.replace(fit, advice=f"{fit.advice} (A rough estimate; the files will tell more.)")


def fit_race(pair: Pair, found: State, lanes: Sequence[Contender], context: int, memory: Memory) -> Fit | str:
    """Estimates a race of a baseline lane and these lanes, from files that are here; see :func:`fit_pair`."""
    if not isinstance(found, Ready) or not lanes:
        return fit_pair(pair, found, context, memory)
    runtime = Runtime(context=context, on_gpu=memory.gpu_free is not None and not memory.unified)

    def drafter(lane: Contender) -> Need | None:
        own = found.drafter_path if lane.kind is LaneKind.MTP else None
        path = Path(lane.drafter) if lane.drafter else own
        return None if path is None else _need(path, pair, runtime)

    try:
        first, *more = [drafter(lane) for lane in lanes]
        return estimate(_need(found.target_path, pair, runtime), first, context, memory, more)
    except (GgufError, OSError) as error:
        return f"The files cannot be read: {error}"


def _need(path: Path, pair: Pair, runtime: Runtime) -> Need:
    if path.is_file():
        return need_of(read_heads(path), runtime)
    facts = read_folder_facts(path)
    # Engines for folders hold the weights in each lane's own memory.
    return Need(
        facts=facts,
        mapped=0,
        copied=facts.bytes,
        cache=0 if facts.is_drafter else context_cache(pair, runtime),
        compute=0 if facts.is_drafter else _ROUGH_COMPUTE,
        tables=_ROUGH_TABLES,
        host=0,
    )


def context_cache(pair: Pair, runtime: Runtime) -> int:
    return (pair.cache_bytes_per_token or 0) * runtime.context


def _rough(pair: Pair, source: ModelSource, runtime: Runtime) -> Need:
    size, is_target = source.total_size or 0, source is pair.target
    four_bit = any(name in pair.quantization for name in ("Q4_", "IQ4", "MXFP4"))
    is_file = source.is_single_file
    facts = Facts(
        path=Path(pair.id), architecture=pair.family, name=pair.title, parameters=pair.parameters or 0,
        quantization=pair.quantization, bytes=size, context=0, layers=1, hidden=1, vocabulary=0, vocabulary_digest="",
        has_template=True,
    )  # fmt: skip
    return Need(
        facts=facts,
        mapped=size if is_file else 0,
        copied=0 if runtime.on_gpu or (is_file and not (four_bit and is_target)) else size,
        cache=context_cache(pair, runtime) if is_target else 0,
        compute=_ROUGH_COMPUTE if is_target else 0,
        tables=_ROUGH_TABLES,
        host=size // 10 if is_file else 0,
    )


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
        if other.id != pair.id and isinstance(state(other, places), Ready)
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
    (folder / stored.NOTES / "lock").unlink(missing_ok=True)
    for empty in (folder / stored.NOTES, folder, folder.parent):
        # A folder that still holds something, such as another pair's unfinished download, stays.
        with suppress(OSError):
            empty.rmdir()


def verdict_rank(card: Card) -> int:
    """Returns an order for lists: what can race first, then what fits."""
    fits = [Verdict.FITS.value, Verdict.TIGHT.value, "unknown", Verdict.NO.value]
    return (0 if card.can_race else 10) + fits.index(card.fit)
