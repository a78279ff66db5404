"""Sentences in other languages: one catalogue for all faces. ``docs/decisions.md`` says why it is made like this.

A sentence is written in English where it is decided, with its values named: ``say("{name} wins", name=lane.name)``. In
another language the same call gives the catalogue's sentence. What a catalogue lacks stays English, and is noted.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Catalogue:
    """The sentences of a language.

    Attributes:
        code: As in BCP 47, such as ``"ja"``; ``name`` is the language's name in itself.
        sentences: By the English one. Each names the same values as that one, in any order.
        missing: The English sentences that were asked for and are not there.
    """

    code: str
    name: str
    sentences: Mapping[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def get(self, sentence: str) -> str:
        """Returns the sentence in this language, values still to be put in; the English one where there is none."""
        if self.code == ENGLISH_CODE:
            return sentence
        if sentence not in self.sentences:
            self.missing.add(sentence)
        return self.sentences.get(sentence, sentence)


ENGLISH_CODE: Final = "en"
ENGLISH: Final = Catalogue(ENGLISH_CODE, "English")
_spoken: ContextVar[Catalogue] = ContextVar("_spoken", default=ENGLISH)


def say(sentence: str, /, **values: object) -> str:
    """Returns an English sentence in the language that is spoken, with its values put in."""
    return _spoken.get().get(sentence).format_map(values)


@contextmanager
def speaking(catalogue: Catalogue) -> Iterator[None]:
    """Speaks that language inside the ``with``, in this thread or task."""
    token = _spoken.set(catalogue)
    try:
        yield
    finally:
        _spoken.reset(token)


def value_names(sentence: str) -> set[str]:
    """Returns the names of the values in a sentence.

    Raises:
        ValueError: its braces do not fit.
    """
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
