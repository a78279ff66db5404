"""The true shape of a model: widths and kinds of layers, without which no pass can be timed; and which slices stand for
the whole. Pure, and without numpy: the registry reads shapes too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

BITS: Final = {"Q4_0": 4.5, "Q4_K": 4.5, "Q5_K": 5.5, "Q6_K": 6.5625, "Q8_0": 8.5, "BF16": 16.0}
"""Bits a weight takes, by the types that slices can be written in."""
ROWS: Final = "Q4_0"
"""Type of per-layer embeddings in slices: a pass reads one row of them for each token, which is cheap in any type."""
_BLOCK: Final = 32
_FEW_WORDS: Final = 1024
_LARGEST: Final = 1 << 24
_MOST_LAYERS: Final = 512
_LARGEST_FILE: Final = 1 << 42
_MOST_BYTES: Final = 3_200_000_000
_MOST_READ: Final = 1_700_000_000
"""Bytes that a pass of one token may read: a processor takes some tenths of a second for it."""
_TOKEN_BYTES: Final = 54
"""Of the vocabulary in each file."""
_DEEP, _SHALLOW, _SHALLOW_SHARED = 18, 2, 6
_LAYERS_OF_DRAFTER: Final = 4


class ModelShape(msgspec.Struct, frozen=True):
    """A Gemma 4 text model and its drafter.

    Attributes:
        name: As its makers write it.
        source: Where these numbers come from.
        period: Every so-manieth layer attends to everything, the others to a window.
        kv_heads_full, head_dim_full: Of layers that attend to everything.
        shared: Layers at the end that have no KV cache of their own, and with ``double_wide`` an FFN twice as wide.
        per_layer: Width of the per-layer embeddings, 0 for none.
        own_v: Layers that attend to everything have V apart from K.
        experts, experts_used, expert_width: Of a mixture of experts; 0 for none.
        draft_hidden, draft_heads, draft_feed_forward: Of the drafter, which has three sliding layers and a full one.
        vocabulary: Tokens.
    """

    name: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    kv_heads_full: int
    feed_forward: int
    period: int
    window: int
    context: int
    shared: int = 0
    per_layer: int = 0
    own_v: bool = True
    double_wide: bool = False
    experts: int = 0
    experts_used: int = 0
    expert_width: int = 0
    head_dim: int = 256
    head_dim_full: int = 512
    draft_hidden: int = 1024
    draft_heads: int = 16
    draft_feed_forward: int = 8192
    vocabulary: int = 262_144
    source: str = ""

    def slides(self, layer: int) -> bool:
        """Whether the layer sees a window only."""
        return (layer + 1) % self.period != 0

    def has_kv(self, layer: int) -> bool:
        """Whether the layer has a KV cache of its own."""
        return layer < self.layers - self.shared

    def wide(self, layer: int) -> int:
        """Width of the layer's FFN."""
        return self.feed_forward * (2 if self.double_wide and not self.has_kv(layer) else 1)

    def kind(self, layer: int) -> str:
        """What kind of layer it is, such as ``"sliding"`` or ``"full, shared KV"``."""
        return ("sliding" if self.slides(layer) else "full") + ("" if self.has_kv(layer) else ", shared KV")

    def some_layers(self, count: int) -> list[int]:
        """Returns ``count`` of its layers, whose kinds stand in about the proportion of the whole model.

        The last of those with a cache of their own, and the last of all, are a sliding one and then a full one, as
        llama.cpp requires.
        """
        own = self.layers - self.shared
        if not self.shared:
            return [*range(count - 2), own - 2, own - 1] if count < own else list(range(own))
        keep = max(2, round(count * own / self.layers))
        rest = max(2, count - keep)
        return [*range(keep - 2), own - 2, own - 1, *range(own, own + rest - 2), self.layers - 2, self.layers - 1]

    def weights(self, layer: int, experts: int = 0) -> int:
        """Returns how many weights a layer has.

        Args:
            experts: How many of its experts count; 0 counts those that one token uses.
        """
        head = self.head_dim if self.slides(layer) else self.head_dim_full
        kv_heads = self.kv_heads if self.slides(layer) else self.kv_heads_full
        own = (2 if self.own_v or self.slides(layer) else 1) * head * kv_heads if self.has_kv(layer) else 0
        dense = self.hidden * (2 * self.heads * head + own + 3 * self.wide(layer) + 2 * self.per_layer + self.experts)
        return dense + (experts or self.experts_used) * 3 * self.hidden * self.expert_width

    @property
    def cache_bytes_per_token(self) -> int:
        """Bytes of KV cache in f16 that a token takes where every layer keeps the whole context."""
        total = 0
        for layer in range(self.layers - self.shared):
            sliding = self.slides(layer)
            total += 4 * (self.kv_heads * self.head_dim if sliding else self.kv_heads_full * self.head_dim_full)
        return total

    def file_bytes(self, layers: Sequence[int], matrices: str, table: str, rows: str = "") -> int:
        """Returns about how many bytes a file with these layers has.

        Args:
            matrices, table: Types of the weights in the layers, and of the table of embeddings.
            rows: Type of the per-layer embeddings; empty: as the table.
        """
        looked_up = self.vocabulary * self.per_layer * len(layers) * BITS[rows or table]
        inside = sum(self.weights(layer, self.experts) for layer in layers)
        tables = self.vocabulary * self.hidden * BITS[table] + looked_up
        return int((tables + inside * BITS[matrices]) / 8) + self.per_layer * len(layers) * self.hidden * 2

    def drafter_bytes(self, matrices: str) -> int:
        """Returns about how many bytes the drafter's file has."""
        hidden = self.draft_hidden
        head = 3 * self.head_dim + self.head_dim_full
        inside = hidden * (2 * self.draft_heads * head + _LAYERS_OF_DRAFTER * 3 * self.draft_feed_forward)
        return int((self.vocabulary * hidden + inside + 3 * hidden * self.hidden) * BITS[matrices] / 8)

    def slices(self, matrices: str, table: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Returns the layers of a shallow and a deep slice, from whose difference a layer's cost is told.

        The deep one is as deep as its file may be large and its passes may be slow.
        """
        shallow = _SHALLOW_SHARED if self.shared else _SHALLOW
        deep = min(_DEEP, self.layers)
        while deep > shallow + 2 and not self._serves(self.some_layers(deep), matrices, table):
            deep -= 1
        return tuple(self.some_layers(shallow)), tuple(self.some_layers(deep))

    def _serves(self, layers: Sequence[int], matrices: str, table: str) -> bool:
        small = self.file_bytes(layers, matrices, table, ROWS) <= _MOST_BYTES
        return small and self.pass_bytes(layers, matrices, table) <= _MOST_READ

    def pass_bytes(self, layers: Sequence[int], matrices: str, table: str) -> int:
        """Returns how many bytes of weights a pass of one token reads in a file with these layers; see there."""
        words = self.vocabulary * self.hidden * BITS[table]
        return int((sum(map(self.weights, layers)) * BITS[matrices] + words) / 8)


class SlicePlan(msgspec.Struct, frozen=True):
    """What is written to stand for a model.

    Attributes:
        shape: Of the model.
        weights, table, draft_weights: Types of the layers' weights, of the tables of embeddings, and of the drafter's.
        layers: Those of each slice, by their place in the whole model, the shallow one first.
    """

    shape: ModelShape
    weights: str
    table: str
    draft_weights: str
    layers: tuple[tuple[int, ...], ...]

    @property
    def bytes(self) -> int:
        """Of all files together, about."""
        slices = sum(self.shape.file_bytes(layers, self.weights, self.table, ROWS) for layers in self.layers)
        words = (len(self.layers) + 1) * _TOKEN_BYTES * self.shape.vocabulary
        return slices + self.shape.drafter_bytes(self.draft_weights) + words

    def pass_bytes(self, layers: Sequence[int]) -> int:
        """Returns how many bytes of weights a pass of one token reads in a file with these layers."""
        return self.shape.pass_bytes(layers, self.weights, self.table)

    def weight(self, layers: Sequence[int]) -> int:
        """Returns how many weights of these layers one token is multiplied with."""
        return sum(map(self.shape.weights, layers))


def plan_slices(shape: ModelShape, weights: str, draft_weights: str) -> SlicePlan:
    """Returns what to write. Tables of embeddings of mixtures such as Q4_K have 6 bits, as llama.cpp makes them."""
    table = "Q6_K" if weights in ("Q4_K", "Q5_K") else weights
    return SlicePlan(shape, weights, table, draft_weights, shape.slices(weights, table))


def shape_problems(shape: ModelShape) -> Iterator[str]:
    """Yields what is senseless about a shape: numbers that no file can be written with, or that no machine holds."""
    counts = [name for name in shape.__struct_fields__ if isinstance(getattr(shape, name), int)]
    optional = ("shared", "per_layer", "experts", "experts_used", "expert_width", "own_v", "double_wide")
    for name in counts:
        if not (0 if name in optional else 1) <= getattr(shape, name) <= _LARGEST:
            yield f"{name} must be from {0 if name in optional else 1} to {_LARGEST:,}."
            return
    if shape.vocabulary < _FEW_WORDS:
        yield f"vocabulary must be at least {_FEW_WORDS}."
    elif not 2 <= shape.period <= shape.layers <= _MOST_LAYERS:
        yield f"There must be from 2 to {_MOST_LAYERS} layers, and period must be from 2 to their number."
    elif shape.layers % shape.period or (shape.layers - shape.shared) % shape.period or shape.shared >= shape.layers:
        yield "The last layer, and the last one with a cache of its own, must attend to everything."
    elif any(width % _BLOCK for width in (shape.hidden, shape.feed_forward, shape.draft_hidden, shape.per_layer)):
        yield f"Widths must be multiples of {_BLOCK}."
    elif bool(shape.experts) != bool(shape.experts_used and shape.expert_width) or shape.experts_used > shape.experts:
        yield "experts, experts_used and expert_width belong together."
    elif shape.file_bytes(range(shape.layers), "Q4_0", "Q4_0") > _LARGEST_FILE:
        yield "It is larger than any model that this app knows of."
