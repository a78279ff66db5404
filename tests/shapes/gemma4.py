"""Gemma 4 pairs of the true shape with random weights, whole or some of their layers.

Widths, kinds of layers, layers that share KV caches, per-layer embeddings and experts are those of google/gemma-4-*-it
and their assistants. Greedy text walks through the words of the vocabulary in a fixed order, and the drafter knows the
next word for a share of them, so acceptance is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import gguf
import numpy as np

from tests.shapes.vocabulary import END, WORDS_AT, came_before, put_gemma
from tests.shapes.weights import FILE_TYPES, Bytes, Floats, Kind, Writer, floats


@dataclass(frozen=True)
class Shape:
    """A Gemma 4 text model and its drafter.

    Attributes:
        period: Every so-manieth layer attends to everything.
        shared: Layers at the end that have no KV cache of their own, and with ``double_wide`` an FFN twice as wide.
        own_v: Layers that attend to everything have V apart from K.
        draft_hidden, draft_heads, draft_feed_forward: Of the drafter.
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

    def slides(self, layer: int) -> bool:
        """Whether the layer sees a window only."""
        return (layer + 1) % self.period != 0

    def has_kv(self, layer: int) -> bool:
        """Whether the layer has a KV cache of its own."""
        return layer < self.layers - self.shared

    def wide(self, layer: int) -> int:
        """Width of the layer's FFN."""
        return self.feed_forward * (2 if self.double_wide and not self.has_kv(layer) else 1)

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


E2B = Shape("gemma-4-E2B-it", 1536, 35, 8, 1, 1, 6144, 5, 512, 131072, 20, 256, double_wide=True,
            draft_hidden=256, draft_heads=4, draft_feed_forward=2048)  # fmt: skip
E4B = Shape("gemma-4-E4B-it", 2560, 42, 8, 2, 2, 10240, 6, 512, 131072, 18, 256,
            draft_hidden=256, draft_heads=4, draft_feed_forward=2048)  # fmt: skip
B12 = Shape("gemma-4-12B-it", 3840, 48, 16, 8, 1, 15360, 6, 1024, 262144, own_v=False)
A4B = Shape("gemma-4-26B-A4B-it", 2816, 30, 16, 8, 2, 2112, 6, 1024, 262144, own_v=False,
            experts=128, experts_used=8, expert_width=704)  # fmt: skip
B31 = Shape("gemma-4-31B-it", 5376, 60, 32, 16, 4, 21504, 6, 1024, 262144, own_v=False, draft_heads=32)
SHAPES = {"e2b": E2B, "e4b": E4B, "12b": B12, "26b-a4b": A4B, "31b": B31}


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


def write_pair(folder: Path, shape: Shape, wanted: Wanted) -> tuple[Path, Path]:
    """Writes a pair; returns target (its first file, if split) and drafter."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = replace(shape, feed_forward=shape.feed_forward // wanted.thin, experts=shape.experts // wanted.thin)
    layers = shape.some_layers(wanted.layers) if wanted.layers else list(range(shape.layers))
    part = "" if len(layers) == shape.layers else f"-{len(layers)}of{shape.layers}"
    name = f"{shape.name}-{wanted.quant.name}{part}"
    table = _write_target(folder / f"{name}.gguf", shape, layers, wanted)
    drafter = _write_drafter(folder / f"mtp-{name}.gguf", shape, wanted, table)
    target = folder / f"{name}.gguf"
    return (target if target.exists() else min(folder.glob(f"{name}-00001-of-*.gguf"))), drafter


def _metadata(out: gguf.GGUFWriter, shape: Shape, wanted: Wanted, layers: list[int], name: str) -> None:
    slides = [shape.slides(layer) for layer in layers]
    out.add_type("model")
    out.add_name(name.replace("gemma", "Gemma"))
    out.add_block_count(len(layers))
    out.add_context_length(shape.context)
    out.add_rope_freq_base(1e6)
    out.add_rope_freq_base_swa(1e4)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_key_length(shape.head_dim_full)
    out.add_value_length(shape.head_dim_full)
    out.add_key_length_swa(shape.head_dim)
    out.add_value_length_swa(shape.head_dim)
    out.add_rope_dimension_count(shape.head_dim_full)
    out.add_rope_dimension_count_swa(shape.head_dim)
    out.add_sliding_window(shape.window)
    out.add_sliding_window_pattern(slides)
    if shape.kv_heads == shape.kv_heads_full:
        out.add_head_count_kv(shape.kv_heads)
    else:
        out.add_head_count_kv([shape.kv_heads if sliding else shape.kv_heads_full for sliding in slides])
    out.add_quantization_version(2)
    out.add_file_type(FILE_TYPES[wanted.quant.name])


def _frequencies(shape: Shape) -> Floats:
    """Only the first quarter of a full layer's head is turned."""
    half, turned = shape.head_dim_full // 2, shape.head_dim_full // 8
    return np.array([1.0] * turned + [1e30] * (half - turned), np.float32)


def _write_target(path: Path, shape: Shape, layers: list[int], wanted: Wanted) -> Bytes:
    """Returns the bytes of its table of embeddings."""
    writer = Writer(path, "gemma4", wanted.seed, wanted.split)
    out = writer.out
    _metadata(out, shape, wanted, layers, shape.name if len(layers) == shape.layers else f"{shape.name} slice")
    out.add_embedding_length(shape.hidden)
    out.add_head_count(shape.heads)
    out.add_feed_forward_length([shape.wide(layer) for layer in layers] if shape.double_wide else shape.feed_forward)
    out.add_shared_kv_layers(sum(not shape.has_kv(layer) for layer in layers))
    out.add_embedding_length_per_layer_input(shape.per_layer)
    out.add_final_logit_softcapping(30.0)
    if shape.experts:
        out.add_expert_count(shape.experts)
        out.add_expert_used_count(shape.experts_used)
        out.add_expert_feed_forward_length(shape.expert_width)
    put_gemma(out, wanted.vocabulary)
    table = writer.table("token_embd.weight", wanted.table, wanted.vocabulary, shape.hidden)
    before = came_before(WORDS_AT, wanted.vocabulary, wanted.seed + 3)
    follows = table[before]
    follows[:WORDS_AT] = 0  # nothing but words is ever chosen
    if wanted.ends_after:
        follows[before == wanted.ends_after] = 0
        follows[END] = table[wanted.ends_after]
    writer.bytes("output.weight", wanted.table, follows)
    writer.ones("output_norm.weight", shape.hidden, 6.0)
    writer.values("rope_freqs.weight", _frequencies(shape))
    if shape.per_layer:
        rows = shape.per_layer * len(layers)
        writer.random("per_layer_token_embd.weight", wanted.table, wanted.vocabulary, rows, deviation=0.06)
        writer.random("per_layer_model_proj.weight", Kind.BF16, rows, shape.hidden)
        writer.ones("per_layer_proj_norm.weight", shape.per_layer)
    for number, layer in enumerate(layers):
        _layer(writer, shape, layer, f"blk.{number}.", wanted)
    writer.close()
    return table


def _layer(writer: Writer, shape: Shape, layer: int, name: str, wanted: Wanted) -> None:
    hidden, quant = shape.hidden, wanted.quant
    head = shape.head_dim if shape.slides(layer) else shape.head_dim_full
    kv = head * (shape.kv_heads if shape.slides(layer) else shape.kv_heads_full)
    _shell(writer, name, hidden, head, shape.heads, shape.wide(layer), quant, wanted.gain)
    if shape.has_kv(layer):
        writer.random(name + "attn_k.weight", quant, kv, hidden)
        if shape.own_v or shape.slides(layer):
            writer.random(name + "attn_v.weight", quant, kv, hidden)
        writer.ones(name + "attn_k_norm.weight", head, 0.25)
    if shape.per_layer:
        writer.random(name + "inp_gate.weight", quant, shape.per_layer, hidden)
        writer.random(name + "proj.weight", quant, hidden, shape.per_layer)
        writer.ones(name + "post_norm.weight", hidden, wanted.gain)
    if shape.experts:
        writer.random(name + "ffn_gate_inp.weight", Kind.F32, shape.experts, hidden, deviation=2.0)
        writer.ones(name + "ffn_gate_inp.scale", hidden)
        for norm in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            writer.ones(f"{name}{norm}.weight", hidden)
        writer.random(name + "ffn_gate_up_exps.weight", quant, shape.experts, 2 * shape.expert_width, hidden)
        writer.random(name + "ffn_down_exps.weight", quant, shape.experts, hidden, shape.expert_width)
        writer.ones(name + "ffn_down_exps.scale", shape.experts)


def _shell(writer: Writer, name: str, hidden: int, head: int, heads: int, wide: int, quant: Kind, gain: float) -> None:
    """What every layer has, the drafter's too."""
    for norm, value in (("attn_norm", 1.0), ("post_attention_norm", gain), ("ffn_norm", 1.0), ("post_ffw_norm", gain)):
        writer.ones(f"{name}{norm}.weight", hidden, value)
    writer.ones(name + "layer_output_scale.weight", 1)
    writer.ones(name + "attn_q_norm.weight", head)
    writer.random(name + "attn_q.weight", quant, heads * head, hidden)
    writer.random(name + "attn_output.weight", quant, hidden, heads * head)
    writer.random(name + "ffn_gate.weight", quant, wide, hidden)
    writer.random(name + "ffn_up.weight", quant, wide, hidden)
    writer.random(name + "ffn_down.weight", quant, hidden, wide)


def _write_drafter(path: Path, shape: Shape, wanted: Wanted, table: Bytes) -> Path:
    """Writes the assistant: three sliding layers and a full one."""
    own = replace(shape, layers=4, period=4, shared=0)
    hidden = shape.draft_hidden
    writer = Writer(path, "gemma4-assistant", wanted.seed + 1)
    out = writer.out
    _metadata(out, own, wanted, [0, 1, 2, 3], f"{shape.name}-assistant")
    out.add_embedding_length(hidden)
    out.add_head_count(shape.draft_heads)
    out.add_feed_forward_length(shape.draft_feed_forward)
    out.add_embedding_length_out(shape.hidden)
    out.add_nextn_predict_layers(4)
    out.add_shared_kv_layers(4)
    out.add_embedding_length_per_layer_input(0)
    put_gemma(out, wanted.vocabulary)
    # The drafter sees the first values of the last token's embedding, which its own table holds for the word that
    # follows: turned round where it is to be wrong.
    project = np.random.default_rng(wanted.seed + 2).standard_normal((hidden, 2 * shape.hidden), np.float32)
    project *= np.float32(0.05 * (2 * shape.hidden) ** -0.5)
    project[:, :hidden] += np.eye(hidden, dtype=np.float32)
    rows = _first_values(table, wanted.table, hidden)[came_before(WORDS_AT, wanted.vocabulary, wanted.seed + 3)]
    rows[np.random.default_rng(wanted.seed + 4).random(len(rows)) >= wanted.follow] *= -1
    writer.values("token_embd.weight", rows, Kind.Q8_0)
    writer.ones("output_norm.weight", hidden, 6.0)
    writer.values("rope_freqs.weight", _frequencies(shape))
    for layer in range(4):
        head = shape.head_dim if own.slides(layer) else shape.head_dim_full
        _shell(writer, f"blk.{layer}.", hidden, head, shape.draft_heads, shape.draft_feed_forward, wanted.quant, 0.05)
    writer.random("nextn.post_projection.weight", wanted.quant, shape.hidden, hidden)
    writer.values("nextn.pre_projection.weight", project, Kind.Q8_0)
    writer.close()
    return path


def _first_values(table: Bytes, kind: Kind, count: int) -> Floats:
    """Returns the first values of each row, each row made of length 1."""
    block, width = gguf.GGML_QUANT_SIZES[kind]
    rows = floats(table[:, : count // block * width], kind)
    rows /= np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return rows
