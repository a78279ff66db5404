"""Gemma 4 pairs of the true shape with random weights that write text and draft it.

Greedy text walks through the words of the vocabulary in a fixed order, and the drafter knows the next word for a share
of them, so acceptance is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf
import msgspec
import numpy as np

from app.models.forecast.gemma4 import Made, put_drafter, put_drafter_metadata, put_metadata, put_target
from app.models.forecast.shape import ModelShape
from app.models.forecast.vocabulary import END, put_gemma
from app.models.forecast.weights import Bytes, Floats, Kind, Writer, floats
from app.models.registry.reader import load_registry
from app.places import find_places
from tests.shapes.vocabulary import WORDS_AT, came_before

_KNOWN = load_registry(find_places().registry).shapes
SHAPES = {name: _KNOWN[f"gemma-4-{name}"] for name in ("e2b", "e4b", "12b", "26b-a4b", "31b")}


@dataclass(frozen=True)
class Wanted:
    """How a pair is written.

    Attributes:
        layers: How many of its layers; 0 takes all.
        quant: Type of the matrices.
        embedding: Type of the tables; None takes that of the matrices.
        vocabulary: Tokens; the true one has 262,144.
        gain: How much a layer adds to what goes through it; 1 is as in a trained model, small lets the text follow
            the words.
        follow: Share of the words after which the drafter knows the next one.
        split: Bytes of each file of the target; 0 writes one.
        thin: Divides the width of the feed forward part and the number of experts, for tests.
        ends_after: The word after which the text ends; 0: it never does.
    """

    layers: int = 0
    quant: Kind = Kind.Q4_0
    embedding: Kind | None = None
    vocabulary: int = 262_144
    gain: float = 0.1
    follow: float = 0.7
    split: int = 0
    thin: int = 1
    ends_after: int = 0
    seed: int = 5

    @property
    def table(self) -> Kind:
        """Type of the tables."""
        return self.embedding or self.quant


def write_pair(folder: Path, shape: ModelShape, wanted: Wanted) -> tuple[Path, Path]:
    """Writes a pair; returns target (its first file, if split) and drafter."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = msgspec.structs.replace(
        shape,
        feed_forward=shape.feed_forward // wanted.thin,
        experts=shape.experts // wanted.thin,
        vocabulary=wanted.vocabulary,
    )
    layers = shape.some_layers(wanted.layers) if wanted.layers else list(range(shape.layers))
    part = "" if len(layers) == shape.layers else f"-{len(layers)}of{shape.layers}"
    name = f"{shape.name}-{wanted.quant.name}{part}"
    table = _write_target(folder / f"{name}.gguf", shape, layers, wanted)
    drafter = _write_drafter(folder / f"mtp-{name}.gguf", shape, wanted, table)
    target = folder / f"{name}.gguf"
    return (target if target.exists() else min(folder.glob(f"{name}-00001-of-*.gguf"))), drafter


def _write_target(path: Path, shape: ModelShape, layers: list[int], wanted: Wanted) -> Bytes:
    """Returns the bytes of its table of embeddings."""
    writer, made = Writer(path, "gemma4", wanted.seed, wanted.split), Made(wanted.quant, wanted.gain)
    name = shape.name if len(layers) == shape.layers else f"{shape.name} slice"
    put_metadata(writer.out, shape, layers, made, name)
    put_gemma(writer.out, wanted.vocabulary)
    table = writer.table("token_embd.weight", wanted.table, wanted.vocabulary, shape.hidden)
    before = came_before(WORDS_AT, wanted.vocabulary, wanted.seed + 3)
    follows = table[before]
    follows[:WORDS_AT] = 0  # nothing but words is ever chosen
    if wanted.ends_after:
        follows[before == wanted.ends_after] = 0
        follows[END] = table[wanted.ends_after]
    writer.bytes("output.weight", wanted.table, follows)
    put_target(writer, shape, layers, made, wanted.table)
    writer.close()
    return table


def _write_drafter(path: Path, shape: ModelShape, wanted: Wanted, table: Bytes) -> Path:
    """Writes the assistant: three sliding layers and a full one."""
    hidden = shape.draft_hidden
    writer, made = Writer(path, "gemma4-assistant", wanted.seed + 1), Made(wanted.quant, 0.05)
    put_drafter_metadata(writer.out, shape, made)
    put_gemma(writer.out, wanted.vocabulary)
    # The drafter sees the first values of the last token's embedding, which its own table holds for the word that
    # follows: turned round where it is to be wrong.
    project = np.random.default_rng(wanted.seed + 2).standard_normal((hidden, 2 * shape.hidden), np.float32)
    project *= np.float32(0.05 * (2 * shape.hidden) ** -0.5)
    project[:, :hidden] += np.eye(hidden, dtype=np.float32)
    rows = _first_values(table, wanted.table, hidden)[came_before(WORDS_AT, wanted.vocabulary, wanted.seed + 3)]
    rows[np.random.default_rng(wanted.seed + 4).random(len(rows)) >= wanted.follow] *= -1
    writer.values("token_embd.weight", rows, Kind.Q8_0)
    writer.values("nextn.pre_projection.weight", project, Kind.Q8_0)
    put_drafter(writer, shape, made)
    writer.close()
    return path


def _first_values(table: Bytes, kind: Kind, count: int) -> Floats:
    """Returns the first values of each row, each row made of length 1."""
    block, width = gguf.GGML_QUANT_SIZES[kind]
    rows = floats(table[:, : count // block * width], kind)
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return rows
