"""What the Models tab shows, gathered in one go away from the window: each pair, its card and its memory sum."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from app.models.fit.estimate import Memory, fit_text
from app.models.pairs import Pair
from app.models.shelf.shelf import Card, fit_pair, make_card, verdict_rank
from app.models.shelf.states import state
from app.places import Places


class ModelEntry(msgspec.Struct, frozen=True):
    """One pair in the Models tab.

    Attributes:
        pair, card: See there.
        facts: One line: family, quantization, parameters, size.
        engine: One line: the engine that it needs and whether it is here.
        engine_here: Whether it is.
        licence: One line, with what has to be done.
        fit_lines: The memory sum, empty if there is none.
    """

    pair: Pair
    card: Card
    facts: str
    engine: str
    engine_here: bool
    licence: str
    fit_lines: tuple[str, ...]

    @property
    def details(self) -> str:
        """Everything as text, for the clipboard."""
        card = self.card
        lines = [card.title, f"id: {card.id}", self.facts, self.engine, self.licence, card.state_text, card.action_text]
        return "\n".join(line for line in (*lines, *card.notes, *self.fit_lines) if line) + "\n"

    def fits_words(self, words: str) -> bool:
        """Whether every word typed is found somewhere in it."""
        text = f"{self.card.title} {self.card.id} {self.facts} {self.engine} {self.card.state}".lower()
        return all(word in text for word in words.lower().split())


def make_entries(
    pairs: Iterable[Pair],
    places: Places,
    memory: Memory,
    context: int,
    engine_missing: Callable[[str, Pair], str],
    cache: Path | None = None,
) -> list[ModelEntry]:
    """Gathers all, what can race first, then what fits. Reads files' heads; nothing is fetched."""
    entries = []
    for pair in pairs:
        card = make_card(pair, places, memory, context, cache)
        fit = fit_pair(pair, state(pair, places, cache), context, memory)
        missing = {name: engine_missing(name, pair) for name in pair.engines}
        here = [name for name, said in missing.items() if not said]
        engine = f"{here[0]}, installed" if here else f"{pair.engines[0]}: {missing[pair.engines[0]]}"
        lines = () if isinstance(fit, str) else tuple(fit_text(fit))
        entries.append(ModelEntry(pair, card, _facts(pair, card), engine, bool(here), _licence(pair), lines))
    return sorted(entries, key=lambda entry: verdict_rank(entry.card))


def _facts(pair: Pair, card: Card) -> str:
    parts = [pair.family, pair.quantization]
    if pair.parameters:
        active = f", {_count(pair.active_parameters)} active" if pair.active_parameters else ""
        parts.append(f"{_count(pair.parameters)} parameters{active}")
    return " \u00b7 ".join(part for part in (*parts, card.size_text) if part)


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.0f}M"


def _licence(pair: Pair) -> str:
    name = pair.licence or "Licence not stated"
    return f"{name}, gated: to be accepted on the hub first" if pair.gated else name
