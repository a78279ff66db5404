"""Conditions as the other axis of a sweep: what is changed between its rows while prompts and lanes stay the same.

``context=0,4k,16k`` names an axis and its values. Under each value the baseline and every lane run again, so that a
row's speedup is against the baseline under the same condition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from app.race.lanes import Sampling

MOST_VALUES: Final = 12
"""Most values of an axis."""
MOST_DEPTH: Final = 1 << 17
"""Most tokens of text before a question."""
CACHE_TYPES: Final = ("f16", "q8_0", "q4_0")
"""Types of a KV cache's cells."""
DRAFTER_TYPES: Final = ("f16", "q8_0", "q4_0")
"""Types that a drafter's weights can be written in."""
GEMMA_SAMPLING: Final = Sampling(temperature=1.0, top_k=64, top_p=0.95)
"""What Gemma's own generation config says."""


class Setting(msgspec.Struct, frozen=True):
    """What a value of an axis sets; None leaves what the sweep has.

    Attributes:
        depth: Tokens of a long text before the question.
        sampling: How tokens are chosen.
        cache: Type of the KV cache's cells, one of ``CACHE_TYPES``.
        gpu_layers: Layers on the GPU; -1 means all.
        threads: CPU threads a lane.
        thinking: Whether the model is to think first.
        drafter: Type of the drafter's weights, one of ``DRAFTER_TYPES``; empty for the file as it is.
    """

    depth: int | None = None
    sampling: Sampling | None = None
    cache: str | None = None
    gpu_layers: int | None = None
    threads: int | None = None
    thinking: bool | None = None
    drafter: str | None = None


class AxisValue(msgspec.Struct, frozen=True):
    """One value of an axis.

    Attributes:
        word: As on the command line and below a chart, such as ``"1k"``.
        setting: What it sets.
    """

    word: str
    setting: Setting


class AxisFacts(msgspec.Struct, frozen=True):
    """All that the app knows of a kind of condition.

    Attributes:
        name: As on the command line.
        title: For people.
        unit: What the values are, below the axis of a chart.
        row: A row's name for people; ``{value}`` stands for the value's word.
        usual: The values that are offered.
        read: Makes a setting of a word and gives it its usual spelling; raises ValueError with words for users.
        engines: Engines that can change it; empty for all.
    """

    name: str
    title: str
    unit: str
    row: str
    usual: tuple[str, ...]
    read: Callable[[str], AxisValue]
    engines: tuple[str, ...] = ()


def depth_word(tokens: int) -> str:
    """Returns a depth in its usual spelling: ``"4k"`` for 4096, ``"300"`` for 300."""
    return f"{tokens // 1024}k" if tokens and tokens % 1024 == 0 else str(tokens)


def _whole(word: str, least: int, most: int) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 10 and least <= int(word) <= most):
        raise ValueError(f"{word!r} is not a whole number from {least} to {most}")
    return int(word)


def _depth(word: str) -> AxisValue:
    number, scale = (word[:-1], 1024) if word.endswith("k") else (word, 1)
    tokens = _whole(number, 0, MOST_DEPTH // scale) * scale
    return AxisValue(depth_word(tokens), Setting(depth=tokens))


def _temperature(word: str) -> AxisValue:
    if word == "gemma":
        return AxisValue(word, Setting(sampling=GEMMA_SAMPLING))
    parts = word.split("/")
    try:
        if len(parts) not in (1, 3):
            raise ValueError(word)
        temperature = float(parts[0])
        top_k, top_p = (int(parts[1]), float(parts[2])) if len(parts) == 3 else (0, 1.0)
        found = msgspec.convert({"temperature": temperature, "top_k": top_k, "top_p": top_p}, Sampling)
    except ValueError:
        raise ValueError(f"{word!r} is no temperature from 0 to 5, such as 0.7, 1.0/64/0.95 or gemma") from None
    spelled = f"{temperature:g}" if len(parts) == 1 else f"{temperature:g}/{top_k}/{top_p:g}"
    return AxisValue(spelled, Setting(sampling=found))


def _cache(word: str) -> AxisValue:
    return AxisValue(_one_of(word, CACHE_TYPES), Setting(cache=word))


def _gpu_layers(word: str) -> AxisValue:
    return AxisValue(word, Setting(gpu_layers=-1 if word == "all" else _whole(word, 0, 1000)))


def _threads(word: str) -> AxisValue:
    threads = _whole(word, 1, 1024)
    return AxisValue(str(threads), Setting(threads=threads))


def _thinking(word: str) -> AxisValue:
    return AxisValue(_one_of(word, ("off", "on")), Setting(thinking=word == "on"))


def _drafter(word: str) -> AxisValue:
    return AxisValue(_one_of(word, ("own", *DRAFTER_TYPES)), Setting(drafter="" if word == "own" else word))


def _one_of(word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")
    return word


AXES: Final = {
    facts.name: facts
    for facts in (
        AxisFacts(
            "context",
            "Context depth",
            "tokens of text before the question",
            "{value} tokens before",
            ("0", "256", "1k", "4k", "16k", "64k"),
            _depth,
        ),
        AxisFacts(
            "temperature",
            "Temperature",
            "temperature, or with top-k and top-p; gemma: 1.0, 64, 0.95",
            "temperature {value}",
            ("0", "0.7", "1", "gemma"),
            _temperature,
        ),
        AxisFacts("cache", "KV cache", "type of the KV cache", "cache {value}", CACHE_TYPES, _cache, ("llama.cpp",)),
        AxisFacts(
            "gpu-layers",
            "GPU layers",
            "layers on the GPU",
            "{value} layers on the GPU",
            ("0", "8", "16", "all"),
            _gpu_layers,
            ("llama.cpp",),
        ),
        AxisFacts("threads", "Threads", "CPU threads a lane", "{value} threads", ("1", "2", "4", "8"), _threads),
        AxisFacts("thinking", "Thinking", "thinking first", "thinking {value}", ("off", "on"), _thinking),
        AxisFacts(
            "drafter",
            "Drafter's weights",
            "type of the drafter's weights; own: as in its file",
            "drafter {value}",
            ("own", *DRAFTER_TYPES[1:]),
            _drafter,
            ("llama.cpp",),
        ),
    )
}
"""Every kind of condition, by its name."""


class Axis(msgspec.Struct, frozen=True):
    """A condition that is changed from row to row of a sweep.

    Attributes:
        name: One of ``AXES``.
        values: In the order that they are shown.
    """

    name: str
    values: tuple[AxisValue, ...]

    @property
    def facts(self) -> AxisFacts:
        """What is known of the kind."""
        return AXES[self.name]

    @property
    def text(self) -> str:
        """As on the command line, each value in its usual spelling."""
        return f"{self.name}={','.join(value.word for value in self.values)}"

    def row(self, value: AxisValue) -> str:
        """Returns what a row of that value is called."""
        return self.facts.row.format(value=value.word)


def parse_axis(text: str) -> Axis:
    """Reads ``"context=0,4k,16k"``; a name alone takes its usual values.

    Raises:
        ValueError: it is none, with words for users.
    """
    name, _, listed = text.strip().lower().partition("=")
    facts = AXES.get(name.strip())
    if facts is None:
        raise ValueError(f"{name.strip()!r} is none of {', '.join(AXES)}")
    words = [word.strip() for word in listed.split(",") if word.strip()] or list(facts.usual)
    values = tuple(dict.fromkeys(facts.read(word) for word in words))
    if len({value.word for value in values}) < len(words):
        raise ValueError(f"{listed!r} names a value twice")
    if len(values) > MOST_VALUES:
        raise ValueError(f"{listed!r} names {len(values)} values, and at most {MOST_VALUES} can be swept")
    return Axis(facts.name, values)
