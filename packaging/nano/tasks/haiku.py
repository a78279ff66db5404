# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Haiku put together from hand-written lines of one subject.

The data file gives each subject as "= key | wordings of it", then lines with their number of syllables. The last line
of five syllables of a subject closes a haiku.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .base import Example

REQUESTS = (
    "Write a haiku about {s}.", "Compose a haiku about {s}.", "Can you write a haiku about {s}?", "A haiku about {s}, please.", "Give me a haiku on {s}.",
    "Please write a haiku about {s}.", "I would like a haiku about {s}.", "Write a short haiku about {s}.", "haiku about {s}", "Make a haiku about {s}.",
    "Write a haiku on the subject of {s}.", "Could you compose a haiku on {s}?", "Write me a haiku about {s}.", "Haiku: {s}", "Write a poem in haiku form about {s}.",
    "write a haiku about {s}",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    key: str
    wordings: tuple[str, ...]
    fives: tuple[str, ...]
    sevens: tuple[str, ...]
    last: str


@lru_cache(maxsize=1)
def subjects() -> tuple[Subject, ...]:
    """All subjects of haiku.txt."""
    found = []
    for block in (Path(__file__).parent / "haiku.txt").read_text(encoding="utf-8").split("\n= "):
        head, *lines = block.removeprefix("= ").strip().split("\n")
        key, *wordings = (part.strip() for part in head.split("|"))
        fives = [line[2:] for line in lines if line.startswith("5 ")]
        sevens = [line[2:] for line in lines if line.startswith("7 ")]
        found.append(Subject(key, tuple(wordings), tuple(fives[:-1]), tuple(sevens), fives[-1]))
    return tuple(found)


def compose(subject: Subject, rng: random.Random) -> str:
    """Three lines of 5, 7 and 5 syllables."""
    first, other = rng.sample(subject.fives, 2)
    last = subject.last if rng.random() < 0.45 else other
    return f"{first[0].upper()}{first[1:]},\n{rng.choice(subject.sevens)};\n{last}."


def example(rng: random.Random) -> Example:
    """One request for a haiku and the haiku."""
    subject = rng.choice(subjects())
    prompt = rng.choice(REQUESTS).format(s=rng.choice(subject.wordings))
    return Example(prompt, compose(subject, rng), "haiku", f"haiku_{subject.key}")
