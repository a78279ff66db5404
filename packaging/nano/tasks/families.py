"""Families: generators that put small pieces together to thousands of distinct tasks, each with exact code.

Every family is a function from a random generator to a Program. Its checks hold results computed a second time, away
from the generated text.
"""

import importlib
import random
from functools import lru_cache

from .base import Program
from .family import FAMILIES

MODULES = (
    *("numbers", "words", "chars", "records", "formulas", "loops", "objects", "data", "science"),
    *("small_texts", "small_lists", "small_rules"),
)


@lru_cache(maxsize=1)
def load_families() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Import all families; their names and weights in a fixed order."""
    for module in MODULES:
        importlib.import_module(f"{__package__}.family_{module}")
    names = tuple(sorted(FAMILIES))
    return names, tuple(FAMILIES[name][0] for name in names)


def sample_program(rng: random.Random, family: str | None = None) -> Program:
    """One program of a random family, or of the named one."""
    names, weights = load_families()
    chosen = family or rng.choices(names, weights=weights)[0]
    return FAMILIES[chosen][1](rng)
