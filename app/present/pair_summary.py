"""What lists and cards show of a pair: made here, once, for the Models tab and for ``mtp-race models``.

Every text is ready to be shown. Gathering reads the heads of files; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from app.library.records import PairRecord, pair_records
from app.models.files import disk
from app.models.files.info import ModelInfo
from app.models.fit.estimate import FitVerdict, Memory, fit_text
from app.models.hub.progress import bytes_text
from app.models.pairs import Pair, can_forecast, source_folder
from app.models.registry.servers import ServerTable
from app.models.shelf.availability import Availability, Damaged, Missing, Partial, Ready, availability
from app.models.shelf.pair_fit import fit_pair
from app.places import Places
from app.present.forecast import beside_text, short_text
from app.race.forecast import Forecast
from app.worker.engine_names import engine_missing
from app.worker.forecast_store import ForecastStore
from app.worker.machine import describe_machine

FIT_UNKNOWN = "unknown"
GROUPS = ("Ready", "Good for this machine", "Not known whether it fits", "Too large for this machine")
"""Of lists, in their order."""
_FIT_ORDER = (FitVerdict.FITS.value, FitVerdict.TIGHT.value, FIT_UNKNOWN, FitVerdict.NO.value)


class PairSummary(msgspec.Struct, frozen=True):
    """One pair in a list.

    Attributes:
        id: Of the pair.
        title: For people.
        built_in: Whether it comes with the app.
        state: "ready", "missing", "partial" or "damaged".
        state_text: A sentence on the state.
        action_text: What to do about it, "" if nothing.
        size_text: Of all files, such as "6.9 GB to download".
        download_text: On the button that fetches it: "Download 6.9 GB", or what is left of it.
        about: One line: family, quantization, parameters, size.
        fit: "fits", "tight", "does not fit" or "unknown".
        fit_text: A sentence on the fit.
        fit_lines: The memory sum, empty if there is none.
        licence: Short name.
        licence_text: One line, with what has to be done.
        licence_page: Where to read or accept it, "" if none.
        engines: Names.
        engine_text: One line: the engine that it needs and whether it is here.
        engine_here: Whether it is.
        can_race, can_download, can_remove: What its buttons may do.
        folder: To open in the file manager, None if it does not exist.
        notes: Further sentences: not verified, what others recommend for K.
        can_forecast: Whether it can be told before a download what MTP brings here.
        forecast: That in a few words, "" before it was forecast.
        beside: What was measured here, and what was forecast, "" without either.
    """

    id: str
    title: str
    built_in: bool
    state: str
    state_text: str
    action_text: str
    size_text: str
    download_text: str
    about: str
    fit: str
    fit_text: str
    fit_lines: tuple[str, ...]
    licence: str
    licence_text: str
    licence_page: str
    engines: tuple[str, ...]
    engine_text: str
    engine_here: bool
    can_race: bool
    can_download: bool
    can_remove: bool
    folder: str | None
    notes: tuple[str, ...] = ()
    can_forecast: bool = False
    forecast: str = ""
    beside: str = ""

    @property
    def group(self) -> str:
        """Where lists have it: one of :data:`GROUPS`."""
        if self.can_race:
            return GROUPS[0]
        return GROUPS[{FIT_UNKNOWN: 2, FitVerdict.NO.value: 3}.get(self.fit, 1)]

    @property
    def details(self) -> str:
        """Everything as text, for the clipboard."""
        lines = [
            self.title, f"id: {self.id}", self.about, self.engine_text, self.licence_text, self.state_text,
            self.action_text, self.beside, *self.notes, *self.fit_lines,
        ]  # fmt: skip
        return "\n".join(line for line in lines if line) + "\n"

    def has_words(self, words: str) -> bool:
        """Returns whether every word typed is found somewhere in it."""
        text = f"{self.title} {self.id} {self.about} {self.engine_text} {self.state}".lower()
        return all(word in text for word in words.lower().split())


class Told(msgspec.Struct, frozen=True):
    """What is known of the pairs on this machine, by their ids.

    Attributes:
        forecasts: What was forecast.
        records: What races came to.
    """

    forecasts: dict[str, Forecast]
    records: dict[str, PairRecord]

    @classmethod
    def of(cls, places: Places) -> Told:
        """Reads it; takes a while where there are many races."""
        machine = describe_machine()
        return cls(ForecastStore.of(places).all(), pair_records(places.races, machine))


def summarize_pair(
    pair: Pair,
    places: Places,
    memory: Memory,
    context: int,
    servers: Mapping[str, ServerTable],
    cache: Path | None = None,
    told: Told | None = None,
) -> PairSummary:
    """Gathers what is shown of one pair.

    Args:
        pair: The pair.
        places: Where its files are looked for.
        memory: To hold the estimate against.
        context: Tokens, for the estimate.
        servers: How servers are started, by name: their programs are looked for.
        cache: The shared hub cache, to say that a file need not be fetched.
        told: What was forecast and measured on this machine.
    """
    told = told or Told({}, {})
    made, record = told.forecasts.get(pair.id), told.records.get(pair.id)
    found = availability(pair, places, cache)
    fit = fit_pair(pair, found, context, memory)
    folder = source_folder(pair.target, places)
    is_remote = any(source.repository is not None for source in pair.sources)
    size = _size_text(pair, found)
    missing = {name: engine_missing(name, pair, servers) for name in pair.engines}
    here = next((name for name, said in missing.items() if not said), "")
    return PairSummary(
        id=pair.id,
        title=pair.title,
        built_in=pair.is_built_in,
        state=type(found).__name__.lower(),
        state_text=availability_text(found),
        action_text="" if isinstance(found, Ready) else found.action,
        size_text=size,
        download_text=_download_text(pair, found),
        about=_about(pair, size),
        fit=FIT_UNKNOWN if isinstance(fit, str) else fit.verdict.value,
        fit_text=fit if isinstance(fit, str) else fit.advice,
        fit_lines=() if isinstance(fit, str) else tuple(fit_text(fit)),
        licence=pair.licence,
        licence_text=_licence_text(pair),
        licence_page=pair.licence_page,
        engines=pair.engines,
        engine_text=f"{here}, installed" if here else f"{pair.engines[0]}: {missing[pair.engines[0]]}",
        engine_here=here != "",
        can_race=isinstance(found, Ready),
        can_download=is_remote and not isinstance(found, Ready),
        can_remove=is_remote and not isinstance(found, Missing),
        folder=str(folder) if disk.is_dir(folder) else None,
        notes=tuple(_notes(pair)),
        can_forecast=can_forecast(pair),
        forecast="" if made is None else short_text(made),
        beside=beside_text(made, record),
    )


def in_order(summaries: Iterable[PairSummary]) -> list[PairSummary]:
    """Sorts for lists: what can race first, then what fits."""
    return sorted(summaries, key=lambda summary: (GROUPS.index(summary.group), _FIT_ORDER.index(summary.fit)))


def availability_text(found: Availability) -> str:
    """Returns one sentence on whether a pair's files are here."""
    if isinstance(found, Ready):
        return "Ready to race."
    if isinstance(found, Partial):
        total = f" of {bytes_text(found.total)}" if found.total else ""
        return f"Partly here: {bytes_text(found.have)}{total}. {found.reason}"
    return f"Damaged: {found.reason}" if isinstance(found, Damaged) else found.reason


def info_text(info: ModelInfo) -> str:
    """Returns a model's info in a few words: "gemma4, 54M parameters, Q8_0, 57.5 MB"."""
    count = parameters_text(info.parameters, info.active_parameters)
    return f"{info.architecture}, {count}, {info.quantization}, {bytes_text(info.bytes)}"


def parameters_text(count: int, active: int | None = None) -> str:
    """Returns a number of parameters in words, with those that one token uses where they are fewer: "25.2B parameters,
    3.8B active"."""
    words = f"{_short(count)} parameters"
    return f"{words}, {_short(active)} active" if active and active < count else words


def _short(count: int) -> str:
    return f"{count / 1e9:.1f}B" if count >= 1e9 else f"{count / 1e6:.0f}M"


def _about(pair: Pair, size: str) -> str:
    count = parameters_text(pair.parameters, pair.active_parameters) if pair.parameters else ""
    return " \u00b7 ".join(part for part in (pair.family, pair.quantization, count, size) if part)


def _licence_text(pair: Pair) -> str:
    name = pair.licence or "Licence not stated"
    return f"{name}, gated: to be accepted on the hub first" if pair.gated else name


def _size_text(pair: Pair, found: Availability) -> str:
    if pair.is_built_in:
        return "comes with the app"
    if isinstance(found, Ready):
        paths = [path for path in (found.target_path, found.drafter_path) if path is not None]
        return f"{bytes_text(sum(_bytes_in(path) for path in paths))} on this disk"
    if pair.download_size is None:
        return "size not known before the hub is asked"
    return f"{bytes_text(pair.download_size)} to download"


def _download_text(pair: Pair, found: Availability) -> str:
    if isinstance(found, Partial):
        return f"Resume, {bytes_text(max(0, found.total - found.have))} left" if found.total else "Resume"
    return "Download" if pair.download_size is None else f"Download {bytes_text(pair.download_size)}"


def count_text(shown: int, every: int, ready: int) -> str:
    """Returns what stands above a list of pairs: how many of them it shows, and how many can race."""
    if every and not shown:
        return "No model fits the filter."
    of = f"{every} models" if every != 1 else "1 model"
    listed = of if shown == every else f"{shown} of {of}"
    return f"{listed}, {ready or 'none'} ready to race on this machine."


def _bytes_in(path: Path) -> int:
    """Returns the bytes of a file, or of the files in a folder; 0 for what cannot be looked at."""
    return disk.size(path) if disk.is_file(path) else sum(map(disk.size, filter(disk.is_file, disk.entries(path))))


def _notes(pair: Pair) -> Iterable[str]:
    if pair.summary:
        yield pair.summary
    if pair.unverified:
        yield "Its names and sizes were not verified when this version was made; the hub is asked at the first use."
    if not pair.recommended_k_source:
        yield "No recommendation for K is known for this pair; the sweep finds the best one."
    elif pair.is_built_in:
        yield f"Recommended: K = {pair.recommended_k}. {pair.recommended_k_source}"
    else:
        yield f"Others recommend K = {pair.recommended_k}. {pair.recommended_k_source}"
