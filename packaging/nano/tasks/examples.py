"""The stream of training examples: deterministic by seed, computed in chunks by a pool of processes."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from .base import Example, load_programs
from .variants import variants

CHUNK = 500
MIX: Mapping[str, float] = {"code": 0.8, "english": 0.08, "japanese": 0.05, "haiku": 0.04, "json": 0.03}
FAMILY_SHARE = 0.5  # families teach to put pieces together; written programs are more like what people ask


def code_example(rng: random.Random) -> Example:
    """One program in one wording, from the hand-written ones or from a family."""
    from .families import sample_program

    entry = sample_program(rng) if rng.random() < FAMILY_SHARE else rng.choice(load_programs())
    return variants(entry, rng)


def makers() -> Mapping[str, Callable[[random.Random], Example]]:
    from . import haiku, japanese, json_answers, prose

    return {
        "code": code_example,
        "english": prose.example,
        "japanese": japanese.example,
        "haiku": haiku.example,
        "json": json_answers.example,
    }


def chunk(index: int, seed: int, mix: Mapping[str, float]) -> list[Example]:
    """The examples of one chunk; they depend on nothing but the arguments."""
    rng = random.Random(f"{seed}/{index}")
    make = makers()
    kinds = rng.choices(list(mix), weights=list(mix.values()), k=CHUNK)
    return [make[kind](rng) for kind in kinds]


def iter_examples(
    count: int, seed: int = 0, mix: Mapping[str, float] | None = None, workers: int = 1
) -> Iterator[Example]:
    """Yield `count` examples of the kinds in `mix` (shares by kind), the same for the same count, seed and mix.

    With several workers the chunks are made in as many processes; the order does not change.
    """
    chunks = (count + CHUNK - 1) // CHUNK
    work = partial(chunk, seed=seed, mix=dict(mix or MIX))
    left = count
    if workers <= 1:
        for index in range(chunks):
            yield from work(index)[:left]
            left -= CHUNK
        return
    with ProcessPoolExecutor(workers) as pool:
        for examples in pool.map(work, range(chunks)):
            yield from examples[:left]
            left -= CHUNK
