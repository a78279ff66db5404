"""What is said of a forecast: whether MTP will pay, at which K, and what decides it. Worded here, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from app.library.records import PairRecord
from app.models.hub.progress import bytes_text
from app.race.choose_k import special
from app.race.costs import probed_costs
from app.race.forecast import Forecast, ForecastK, ForecastText, WorkloadRates

_PAYS: Final = 1.02
_SAME: Final = 0.005


class Pays(StrEnum):
    """Whether it will pay. The words are also shown."""

    YES = "pays"
    MAYBE = "depends on the text"
    NO = "does not pay"


def pays(made: Forecast) -> Pays:
    """Returns whether the best K will pay: in all texts that others published, in some of them, or in none."""
    best = made.best
    return Pays.YES if best.low > _PAYS else Pays.MAYBE if best.high > _PAYS else Pays.NO


def band_text(item: ForecastK) -> str:
    """Returns a speedup as a band: ``"1.17 to 2.87×"``."""
    if item.high - item.low < _SAME:
        return f"{item.high:.2f}×"
    return f"{item.low:.2f} to {item.high:.2f}×"


def headline(made: Forecast) -> str:
    """Says in one sentence what is forecast."""
    best, plain = made.best, f"about {made.baseline_tps:.3g} tokens a second without a drafter"
    match pays(made):
        case Pays.YES:
            rest = f"with K = {best.k} {band_text(best)} as fast, by the text."
        case Pays.MAYBE:
            rest = f"with K = {best.k} {band_text(best)} as fast: it depends on the text whether that pays."
        case Pays.NO:
            rest = f"no K will pay; the best, K = {best.k}, is forecast at {band_text(best)}."
    return f"{made.title} on this machine: {plain}, {rest}"


def short_text(made: Forecast) -> str:
    """Says it in a few words, for a row of a list."""
    return f"Forecast {band_text(made.best)} at K = {made.best.k}"


def beside_text(made: Forecast | None, record: PairRecord | None) -> str:
    """Says what was measured here, and beside it what was forecast and what decides it; empty without either."""
    parts = []
    if record is not None:
        races = "1 race" if record.races == 1 else f"{record.races} races"
        ks = ", ".join(f"{ratio:.2f}× at K = {k}" for k, ratio in record.speedups.items())
        parts.append(f"Measured here in {races}: {ks}, {record.baseline_tps:.3g} tok/s without a drafter.")
    if made is not None:
        told = {item.k: item for item in made.texts[0].ks}
        beside = [told[k] for k in (record.speedups if record is not None else ()) if k in told] or [made.best]
        bands = ", ".join(f"{band_text(item)} at K = {item.k}" for item in beside)
        best = "" if made.best in beside else f", best K = {made.best.k}"
        parts.append(f"Forecast: {bands}, {made.baseline_tps:.3g} tok/s without a drafter{best}.")
        parts.append(decides_text(made))
    return " ".join(parts)


def decides_text(made: Forecast) -> str:
    """Says what decides it: what a round of the best K costs, and what is special about passes here."""
    costs, k = probed_costs(made.costs), made.best.k
    check, drafts = costs.verify_ns(k + 1) / costs.step, costs.draft_ns(k) / costs.step
    said = (
        f"What decides it: a check of {k + 1} tokens costs {check:.2f} single steps here and drafting {k} of them "
        f"{drafts:.2f}, so a round has to bring {made.best.break_even:.2f} tokens."
    )
    return " ".join([said, *special(made.costs, made.weights)])


def how_lines(made: Forecast) -> Iterator[str]:
    """Says how a forecast came about, and what it does not know."""
    depth = " and ".join(str(count) for count in made.slices)
    clock = "time of the GPU's work" if made.costs.on_gpu else "processor time"
    yield (
        f"Measured on slices of {depth} of its {made.layers} layers with random weights in {made.weights}, by {clock}, "
        f"{_threads(made)}, behind {made.costs.context:,} tokens. Shape: {made.shape_source}."
    )
    yield rates_text(made.texts[0].rates)
    if made.experts:
        yield (
            "The band also has both bounds of a mixture of experts: tokens that load different experts, and tokens "
            "that load the same ones."
        )


def rates_text(rates: WorkloadRates) -> str:
    """Says where the acceptance of a kind of text comes from."""
    if not rates.sources:
        return "Nobody published how many drafts are accepted; 50 to 90 % are usual."
    whose = "of this model" if rates.same else "of other models of its family"
    band = f"{rates.low:.0%}" if rates.high - rates.low < _SAME else f"{rates.low:.0%} to {rates.high:.0%}"
    named = "; ".join(rates.sources)
    return f"Drafts accepted, as others published it {whose}: {band} ({named})."


def _threads(made: Forecast) -> str:
    return "1 thread" if made.threads == 1 else f"{made.threads} threads"


def k_rows(made: Forecast) -> list[tuple[str, str, str]]:
    """Returns for every K its name, the best one marked, its speedup, and from how many tokens a round it pays."""
    best = made.best.k
    return [
        (f"{item.k}{' ★' if item.k == best else ''}", band_text(item), f"{item.break_even:.2f}")
        for item in made.texts[0].ks
    ]


def text_rows(made: Forecast) -> list[tuple[str, str, str, str]]:
    """Returns for every kind of text its name, its best K, its speedup, and whose acceptance it is."""
    return [(item.rates.workload, str(item.best_k), band_text(item.best), _whose(item)) for item in made.texts]


def _whose(item: ForecastText) -> str:
    count = len(item.rates.sources)
    if not count:
        return "usual"
    return f"{count} published" + ("" if item.rates.same else ", other models")


def memory_text(made: Forecast) -> str:
    """Says what a race of both lanes takes."""
    return f"Memory: {bytes_text(made.memory_bytes)}. {made.memory}" if made.memory_bytes else f"Memory: {made.memory}"


def forecast_lines(made: Forecast) -> list[str]:
    """Returns all that is said of a forecast but its tables."""
    return [headline(made), decides_text(made), memory_text(made), *how_lines(made)]


def by_speedup(several: Iterable[Forecast]) -> list[Forecast]:
    """Sorts forecasts for the question which model will pay: the largest gain first."""
    return sorted(several, key=lambda made: (-made.best.middle, made.title))


PAY_QUESTION: Final = "Will it pay?"
PAY_ABOUT: Final = (
    "What MTP brings on this machine with each model that fits, before any of them is fetched. A forecast writes "
    "slices of a model's true shape with random weights, measures them and removes them: a minute or two each."
)
PAY_TITLES: Final = ("Model", "tok/s", "Best K", "Speedup", "Will it pay?")


def pay_state(fitting: int, missing: int) -> str:
    """Says how many of the models that fit were forecast, and how long the others take."""
    if not fitting:
        return "No model that can be forecast fits on this machine."
    if not missing:
        return "All models that fit were forecast."
    minutes = 2 * missing
    return f"{fitting - missing} of {fitting} models that fit were forecast; the others take about {minutes} minutes."


def pay_rows(several: Sequence[Forecast]) -> list[tuple[str, str, str, str, str]]:
    """Returns rows under :data:`PAY_TITLES`, the largest gain first."""
    return [
        (made.title, f"{made.baseline_tps:.3g}", str(made.best.k), band_text(made.best), pays(made).value)
        for made in by_speedup(several)
    ]
