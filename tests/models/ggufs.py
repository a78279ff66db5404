"""Synthetic GGUF models, written with the `gguf` package: real files with random weights that engines load."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import gguf
import numpy as np

TEMPLATE = "{{ bos_token }}{% for m in messages %}<|turn>{{ m['role'] }}\n{{ m['content'] }}<turn|>\n{% endfor %}"


@dataclass(frozen=True)
class Shape:
    """A Gemma 4 text model.

    sliding: for each layer whether it attends to the window only. per_layer: width of the embeddings that each layer
    has of its own (as in E2B), 0 for none. experts: of a mixture (as in 26B A4B), 0 for none.
    """

    hidden: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 32
    feed_forward: int = 256
    vocabulary: int = 512
    window: int = 64
    context: int = 4096
    sliding: tuple[bool, ...] = (True, True, True, False)
    quantization: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F16
    per_layer: int = 0
    experts: int = 0
    experts_used: int = 2
    expert_width: int = 0

    @property
    def pattern(self) -> list[bool]:
        return [self.sliding[layer % len(self.sliding)] for layer in range(self.layers)]


def tokens_of(shape: Shape) -> list[bytes]:
    special = [b"<pad>", b"<eos>", b"<bos>", b"<unk>", b"<mask>", b"<|turn>", b"<turn|>"]
    pieces = [f"<0x{byte:02X}>".encode() for byte in range(256)]
    words = [f"w{number}".encode() for number in range(shape.vocabulary)]
    return (special + pieces + words)[: shape.vocabulary]


def write_target(path: Path, shape: Shape = Shape(), template: bool = True) -> Path:
    """Writes a full model."""
    writer = _begin(path, "gemma4", shape, template)
    writer.add_embedding_length(shape.hidden)
    writer.add_shared_kv_layers(0)
    writer.add_embedding_length_per_layer_input(shape.per_layer)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.experts_used)
        writer.add_expert_feed_forward_length(shape.expert_width)
    put = _Tensors(writer, shape)
    put.plain("rope_freqs.weight", shape.head_dim // 2)
    put.weight("token_embd.weight", shape.vocabulary, shape.hidden)
    for layer in range(shape.layers):
        name = f"blk.{layer}."
        _common_layer(put, name, shape, shape.hidden, shape.feed_forward)
        put.weight(name + "attn_k.weight", shape.kv_heads * shape.head_dim, shape.hidden)
        put.weight(name + "attn_v.weight", shape.kv_heads * shape.head_dim, shape.hidden)
        put.plain(name + "attn_k_norm.weight", shape.head_dim)
        _own_embeddings(put, name, shape)
        _experts(put, name, shape)
    if shape.per_layer:
        put.weight("per_layer_token_embd.weight", shape.vocabulary, shape.per_layer * shape.layers)
        put.weight("per_layer_model_proj.weight", shape.per_layer * shape.layers, shape.hidden)
        put.plain("per_layer_proj_norm.weight", shape.per_layer)
    put.plain("output_norm.weight", shape.hidden)
    return _end(writer, path)


def _own_embeddings(put: _Tensors, name: str, shape: Shape) -> None:
    if shape.per_layer:
        put.weight(name + "inp_gate.weight", shape.per_layer, shape.hidden)
        put.weight(name + "proj.weight", shape.hidden, shape.per_layer)
        put.plain(name + "post_norm.weight", shape.hidden)


def _experts(put: _Tensors, name: str, shape: Shape) -> None:
    if shape.experts:
        put.weight(name + "ffn_gate_inp.weight", shape.experts, shape.hidden)
        put.plain(name + "ffn_gate_inp.scale", shape.hidden)
        for norm in ("pre_ffw_norm_2", "post_ffw_norm_1", "post_ffw_norm_2"):
            put.plain(f"{name}{norm}.weight", shape.hidden)
        put.weight(name + "ffn_gate_up_exps.weight", shape.experts, 2 * shape.expert_width, shape.hidden)
        put.weight(name + "ffn_down_exps.weight", shape.experts, shape.hidden, shape.expert_width)


def write_drafter(path: Path, shape: Shape = Shape(), hidden: int = 64, layers: int = 4) -> Path:
    """Writes an MTP drafter for a target of this shape."""
    own = replace(shape, hidden=hidden, layers=layers, feed_forward=hidden * 2)
    writer = _begin(path, "gemma4-assistant", own, template=False)
    writer.add_embedding_length(hidden)
    writer.add_embedding_length_out(shape.hidden)
    writer.add_nextn_predict_layers(layers)
    writer.add_shared_kv_layers(layers)
    writer.add_embedding_length_per_layer_input(0)
    put = _Tensors(writer, own)
    put.plain("rope_freqs.weight", shape.head_dim // 2)
    put.weight("token_embd.weight", shape.vocabulary, hidden)
    for layer in range(layers):
        _common_layer(put, f"blk.{layer}.", own, hidden, own.feed_forward)
    put.plain("output_norm.weight", hidden)
    put.weight("nextn.post_projection.weight", shape.hidden, hidden)
    put.weight("nextn.pre_projection.weight", hidden, 2 * shape.hidden)
    return _end(writer, path)


def write_reader(path: Path, shape: Shape = Shape(), layers: tuple[int, ...] = (1, 2, 3), markov: bool = False) -> Path:
    """Writes the head of a drafter that reads layers of its target: EAGLE3 by its three, DFlash with another number."""
    architecture = "eagle3" if len(layers) == 3 and not markov else "dflash"
    writer = _begin(path, architecture, replace(shape, layers=1), template=False)
    writer.add_embedding_length(shape.hidden)
    writer.add_array(f"{architecture}.target_layers", list(layers))
    writer.add_uint32(f"{architecture}.target_hidden_size", shape.hidden)
    put = _Tensors(writer, shape)
    put.weight("fc.weight", shape.hidden, len(layers) * shape.hidden)
    if markov:
        put.weight("markov_w1.weight", shape.vocabulary, 16)
    return _end(writer, path)


def _begin(path: Path, architecture: str, shape: Shape, template: bool) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("model")
    writer.add_name(path.stem)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_key_length_swa(shape.head_dim)
    writer.add_value_length_swa(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_dimension_count_swa(shape.head_dim)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(shape.window)
    writer.add_sliding_window_pattern(shape.pattern)
    tokens = tokens_of(shape)
    writer.add_tokenizer_model("gemma4")
    writer.add_token_list(tokens)
    writer.add_token_scores([-1000.0] * len(tokens))
    byte = range(7, 263)
    writer.add_token_types([3 if i < 7 else 6 if i in byte else 1 for i in range(len(tokens))])
    writer.add_token_merges(["w 1", "w 2"])
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    if template:
        writer.add_chat_template(TEMPLATE)
    return writer


class _Tensors:
    def __init__(self, writer: gguf.GGUFWriter, shape: Shape) -> None:
        self._writer, self._kind = writer, shape.quantization
        self._random = np.random.default_rng(7)

    def plain(self, name: str, count: int) -> None:
        self._writer.add_tensor(name, np.ones(count, np.float32))

    def weight(self, name: str, *dims: int) -> None:
        data = (self._random.standard_normal(dims, np.float32) * 0.02).astype(np.float32)
        packed = gguf.quants.quantize(data, self._kind)
        self._writer.add_tensor(name, packed, raw_dtype=self._kind)


def _common_layer(put: _Tensors, name: str, shape: Shape, hidden: int, feed_forward: int) -> None:
    for norm in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"):
        put.plain(f"{name}{norm}.weight", hidden)
    put.plain(name + "layer_output_scale.weight", 1)
    put.plain(name + "attn_q_norm.weight", shape.head_dim)
    put.weight(name + "attn_q.weight", shape.heads * shape.head_dim, hidden)
    put.weight(name + "attn_output.weight", hidden, shape.heads * shape.head_dim)
    put.weight(name + "ffn_gate.weight", feed_forward, hidden)
    put.weight(name + "ffn_up.weight", feed_forward, hidden)
    put.weight(name + "ffn_down.weight", hidden, feed_forward)


def _end(writer: gguf.GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
