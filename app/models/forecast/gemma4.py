"""Gemma 4 targets and drafters of the true shape with random weights, whole or some of their layers, as GGUF files.

Widths, kinds of layers, layers that share KV caches, per-layer embeddings and experts are those of google/gemma-4-*-it
and their assistants; names and keys are those that llama.cpp reads (src/llama-arch.cpp).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gguf
import msgspec
import numpy as np

from app.models.forecast.shape import ROWS, ModelShape
from app.models.forecast.vocabulary import put_gemma
from app.models.forecast.weights import FILE_TYPES, KINDS, Floats, Kind, Writer

DRAFTER_LAYERS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Made:
    """How layers are made.

    Attributes:
        quant: Type of the matrices.
        gain: How much a layer adds to what goes through it; 1 is as in a trained model.
    """

    quant: Kind
    gain: float = 1.0


def write_target(path: Path, shape: ModelShape, layers: Sequence[int], matrices: str, table: str) -> None:
    """Writes a target with these of its layers. Its output matrix is its table of embeddings, as Gemma 4's is.

    Args:
        matrices, table: Types of the weights in the layers, and of the tables of embeddings.
    """
    writer = Writer(path, "gemma4", seed=5)
    put_metadata(writer.out, shape, layers, Made(KINDS[matrices]), f"{shape.name} slice")
    put_gemma(writer.out, shape.vocabulary)
    writer.random("token_embd.weight", KINDS[table], shape.vocabulary, shape.hidden)
    put_target(writer, shape, layers, Made(KINDS[matrices]), KINDS[ROWS])
    writer.close()


def write_drafter(path: Path, shape: ModelShape, matrices: str) -> None:
    """Writes the shape's assistant, whole."""
    kind = KINDS[matrices]
    writer = Writer(path, "gemma4-assistant", seed=6)
    put_drafter_metadata(writer.out, shape, Made(kind))
    put_gemma(writer.out, shape.vocabulary)
    writer.random("token_embd.weight", kind, shape.vocabulary, shape.draft_hidden)
    writer.random("nextn.pre_projection.weight", kind, shape.draft_hidden, 2 * shape.hidden)
    put_drafter(writer, shape, Made(kind))
    writer.close()


def put_metadata(out: gguf.GGUFWriter, shape: ModelShape, layers: Sequence[int], made: Made, name: str) -> None:
    """Writes what a target's file says of itself, but for its vocabulary."""
    _put_common(out, shape, layers, made, name)
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


def put_drafter_metadata(out: gguf.GGUFWriter, shape: ModelShape, made: Made) -> None:
    """Writes what a drafter's file says of itself, but for its vocabulary."""
    _put_common(out, _drafter(shape), DRAFTER_LAYERS, made, f"{shape.name}-assistant")
    out.add_embedding_length(shape.draft_hidden)
    out.add_head_count(shape.draft_heads)
    out.add_feed_forward_length(shape.draft_feed_forward)
    out.add_embedding_length_out(shape.hidden)
    out.add_nextn_predict_layers(len(DRAFTER_LAYERS))
    out.add_shared_kv_layers(len(DRAFTER_LAYERS))
    out.add_embedding_length_per_layer_input(0)


def _drafter(shape: ModelShape) -> ModelShape:
    """Its layers: three sliding ones and a full one, which read the target's caches."""
    count = len(DRAFTER_LAYERS)
    return msgspec.structs.replace(shape, layers=count, period=count, shared=0)


def _put_common(out: gguf.GGUFWriter, shape: ModelShape, layers: Sequence[int], made: Made, name: str) -> None:
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
    out.add_file_type(FILE_TYPES[made.quant.name])


def _frequencies(shape: ModelShape) -> Floats:
    """Only the first quarter of a full layer's head is turned."""
    half, turned = shape.head_dim_full // 2, shape.head_dim_full // 8
    return np.array([1.0] * turned + [1e30] * (half - turned), np.float32)


def put_target(writer: Writer, shape: ModelShape, layers: Sequence[int], made: Made, rows: Kind) -> None:
    """Adds all weights of a target but the table of embeddings and an output matrix.

    Args:
        rows: Type of the per-layer embeddings.
    """
    writer.ones("output_norm.weight", shape.hidden, 6.0)
    writer.values("rope_freqs.weight", _frequencies(shape))
    if shape.per_layer:
        width = shape.per_layer * len(layers)
        writer.random("per_layer_token_embd.weight", rows, shape.vocabulary, width, deviation=0.06)
        writer.random("per_layer_model_proj.weight", Kind.BF16, width, shape.hidden)
        writer.ones("per_layer_proj_norm.weight", shape.per_layer)
    for number, layer in enumerate(layers):
        _put_layer(writer, shape, layer, f"blk.{number}.", made)


def put_drafter(writer: Writer, shape: ModelShape, made: Made) -> None:
    """Adds all weights of a drafter but its table of embeddings and what brings the target's rows to its width."""
    own, hidden = _drafter(shape), shape.draft_hidden
    writer.ones("output_norm.weight", hidden, 6.0)
    writer.values("rope_freqs.weight", _frequencies(shape))
    for layer in DRAFTER_LAYERS:
        head = shape.head_dim if own.slides(layer) else shape.head_dim_full
        _put_shell(writer, f"blk.{layer}.", (hidden, head, shape.draft_heads, shape.draft_feed_forward), made)
    writer.random("nextn.post_projection.weight", made.quant, shape.hidden, hidden)


def _put_layer(writer: Writer, shape: ModelShape, layer: int, name: str, made: Made) -> None:
    hidden, quant = shape.hidden, made.quant
    head = shape.head_dim if shape.slides(layer) else shape.head_dim_full
    kv = head * (shape.kv_heads if shape.slides(layer) else shape.kv_heads_full)
    _put_shell(writer, name, (hidden, head, shape.heads, shape.wide(layer)), made)
    if shape.has_kv(layer):
        writer.random(name + "attn_k.weight", quant, kv, hidden)
        if shape.own_v or shape.slides(layer):
            writer.random(name + "attn_v.weight", quant, kv, hidden)
        writer.ones(name + "attn_k_norm.weight", head, 0.25)
    if shape.per_layer:
        writer.random(name + "inp_gate.weight", quant, shape.per_layer, hidden)
        writer.random(name + "proj.weight", quant, hidden, shape.per_layer)
        writer.ones(name + "post_norm.weight", hidden, made.gain)
    if shape.experts:
        writer.random(name + "ffn_gate_inp.weight", Kind.F32, shape.experts, hidden, deviation=2.0)
        writer.ones(name + "ffn_gate_inp.scale", hidden)
        for norm in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            writer.ones(f"{name}{norm}.weight", hidden)
        writer.random(name + "ffn_gate_up_exps.weight", quant, shape.experts, 2 * shape.expert_width, hidden)
        writer.random(name + "ffn_down_exps.weight", quant, shape.experts, hidden, shape.expert_width)
        writer.ones(name + "ffn_down_exps.scale", shape.experts)


def _put_shell(writer: Writer, name: str, widths: tuple[int, int, int, int], made: Made) -> None:
    """Adds what every layer has, the drafter's too; widths: hidden, head, heads, feed forward."""
    hidden, head, heads, wide = widths
    for norm, value in (
        ("attn_norm", 1.0), ("post_attention_norm", made.gain), ("ffn_norm", 1.0), ("post_ffw_norm", made.gain),
    ):  # fmt: skip
        writer.ones(f"{name}{norm}.weight", hidden, value)
    writer.ones(name + "layer_output_scale.weight", 1)
    writer.ones(name + "attn_q_norm.weight", head)
    writer.random(name + "attn_q.weight", made.quant, heads * head, hidden)
    writer.random(name + "attn_output.weight", made.quant, hidden, heads * head)
    writer.random(name + "ffn_gate.weight", made.quant, wide, hidden)
    writer.random(name + "ffn_up.weight", made.quant, wide, hidden)
    writer.random(name + "ffn_down.weight", made.quant, hidden, wide)
