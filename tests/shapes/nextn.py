"""Targets of the true width with their MTP head in the same file (NextN): few layers of Qwen 3.6 27B and GLM 4.5 Air.

Small gains let the model mostly follow its output matrix, that is the words in a fixed order, which the head knows for
a share of them. ``thin`` divides the width of the feed forward part and the number of experts, for tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from app.models.forecast.weights import Bytes, Kind, Writer
from tests.models.nextn_ggufs import byte_tokens
from tests.shapes.vocabulary import came_before

_ROOM = 8  # special tokens at the end of the vocabulary, and a few besides
_SMALL = 0.002  # of what a layer adds
_STATE, _STATE_GROUPS, _STATE_HEADS = 128, 16, 48
_TEMPLATES = {
    "qwen35": "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    "glm4moe": "[gMASK]<sop>{% for m in messages %}<|user|>\n{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
}
_SPECIAL = {
    "qwen35": ["<|im_start|>", "<|endoftext|>", "<|im_end|>"],
    "glm4moe": ["[gMASK]", "<sop>", "<|user|>", "<|assistant|>", "<|endoftext|>"],
}


@dataclass(frozen=True)
class Cut:
    """How much of a model is written.

    Attributes:
        layers: Of its layers, besides the head's.
        follow: Share of the words after which the head knows the next one.
        thin: Divides the width of the feed forward part and the number of experts.
    """

    layers: int
    kind: Kind = Kind.Q4_0
    vocabulary: int = 8192
    follow: float = 0.7
    thin: int = 1


def write_qwen(path: Path, cut: Cut) -> Path:
    """Writes a slice of Qwen 3.6 27B: gated delta net, every fourth layer with attention, and the head."""
    hidden, feed, heads, kv, head = 5120, 17408 // cut.thin, 24, 4, 256
    writer, layers, kind = Writer(path, "qwen35", 5), cut.layers, cut.kind
    out = writer.out
    _metadata(out, "Qwen3.6-27B slice", cut, (hidden, feed, heads, kv, head), "qwen35", "qwen35")
    out.add_context_length(262144)
    out.add_rope_dimension_count(head // 4)
    out.add_rope_dimension_sections([11, 11, 10, 0])
    out.add_rope_freq_base(1e7)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_ssm_conv_kernel(4)
    out.add_ssm_inner_size(_STATE * _STATE_HEADS)
    out.add_ssm_state_size(_STATE)
    out.add_ssm_time_step_rank(_STATE_HEADS)
    out.add_ssm_group_count(_STATE_GROUPS)
    out.add_full_attention_interval(4)
    follows = _tables(writer, kind, cut.vocabulary, hidden)
    for layer in range(layers + 1):
        name = f"blk.{layer}."
        writer.ones(name + "attn_norm.weight", hidden)
        writer.ones(name + "post_attention_norm.weight", hidden)
        _ffn(writer, name, kind, hidden, feed)
        if (layer + 1) % 4 == 0 or layer == layers:
            writer.random(name + "attn_q.weight", kind, 2 * heads * head, hidden)
            writer.random(name + "attn_k.weight", kind, kv * head, hidden)
            writer.random(name + "attn_v.weight", kind, kv * head, hidden)
            writer.random(name + "attn_output.weight", kind, hidden, heads * head, deviation=_SMALL * hidden**-0.5)
            writer.ones(name + "attn_q_norm.weight", head)
            writer.ones(name + "attn_k_norm.weight", head)
            continue
        _running_state(writer, name, kind, hidden)
    _head(writer, f"blk.{layers}.", hidden, follows, cut)
    writer.close()
    return path


def _running_state(writer: Writer, name: str, kind: Kind, hidden: int) -> None:
    channels = _STATE * _STATE_HEADS + 2 * _STATE * _STATE_GROUPS
    writer.random(name + "attn_qkv.weight", kind, channels, hidden)
    writer.random(name + "attn_gate.weight", kind, _STATE * _STATE_HEADS, hidden)
    writer.random(name + "ssm_conv1d.weight", Kind.F32, channels, 4)
    writer.random(name + "ssm_beta.weight", kind, _STATE_HEADS, hidden)
    writer.random(name + "ssm_alpha.weight", kind, _STATE_HEADS, hidden)
    writer.random(name + "ssm_out.weight", kind, hidden, _STATE * _STATE_HEADS, deviation=_SMALL * hidden**-0.5)
    writer.ones(name + "ssm_norm.weight", _STATE)
    writer.ones(name + "ssm_dt.bias", _STATE_HEADS)
    writer.values(name + "ssm_a", -np.ones(_STATE_HEADS, np.float32))


def write_glm(path: Path, cut: Cut) -> Path:
    """Writes a slice of GLM 4.5 Air: one dense layer, then mixtures of 128 experts, the head's block among them."""
    hidden, feed, heads, kv, head = 4096, 10944 // cut.thin // 32 * 32, 96, 8, 128
    experts, wide = 128 // cut.thin, 1408
    writer, layers, kind = Writer(path, "glm4moe", 5), cut.layers, cut.kind
    out = writer.out
    _metadata(out, "GLM-4.5-Air slice", cut, (hidden, feed, heads, kv, head), "glm4moe", "glm4")
    out.add_context_length(131072)
    out.add_rope_dimension_count(head // 2)
    out.add_rope_freq_base(1e6)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_expert_count(experts)
    out.add_expert_used_count(8)
    out.add_expert_feed_forward_length(wide)
    out.add_expert_shared_count(1)
    out.add_leading_dense_block_count(1)
    out.add_expert_weights_scale(1.0)
    out.add_expert_weights_norm(True)
    out.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    follows = _tables(writer, kind, cut.vocabulary, hidden)
    for layer in range(layers + 1):
        name = f"blk.{layer}."
        writer.ones(name + "attn_norm.weight", hidden)
        writer.ones(name + "post_attention_norm.weight", hidden)
        for part, rows in (("q", heads * head), ("k", kv * head), ("v", kv * head)):
            writer.random(f"{name}attn_{part}.weight", kind, rows, hidden)
            writer.ones(f"{name}attn_{part}.bias", rows, 0.0)
        writer.random(name + "attn_output.weight", kind, hidden, heads * head, deviation=_SMALL * hidden**-0.5)
        if layer < 1:
            _ffn(writer, name, kind, hidden, feed)
            continue
        writer.random(name + "ffn_gate_inp.weight", Kind.F32, experts, hidden)
        writer.ones(name + "exp_probs_b.bias", experts, 0.0)
        for part, shape in (("gate", (wide, hidden)), ("up", (wide, hidden)), ("down", (hidden, wide))):
            deviation = _SMALL * wide**-0.5 if part == "down" else 0.0
            writer.random(f"{name}ffn_{part}_exps.weight", kind, experts, *shape, deviation=deviation)
            writer.random(f"{name}ffn_{part}_shexp.weight", kind, *shape, deviation=deviation)
    _head(writer, f"blk.{layers}.", hidden, follows, cut)
    writer.close()
    return path


def _metadata(
    out: gguf.GGUFWriter,
    name: str,
    cut: Cut,
    widths: tuple[int, int, int, int, int],
    family: str,
    splitter: str,
) -> None:
    """Widths: hidden, feed forward, heads, KV heads, head."""
    hidden, feed, heads, kv, head = widths
    out.add_type("model")
    out.add_name(name)
    out.add_block_count(cut.layers + 1)
    out.add_nextn_predict_layers(1)
    out.add_embedding_length(hidden)
    out.add_feed_forward_length(feed)
    out.add_head_count(heads)
    out.add_head_count_kv(kv)
    out.add_key_length(head)
    out.add_value_length(head)
    out.add_quantization_version(2)
    out.add_file_type(2)
    special = _SPECIAL[family]
    words = [f"Ġw{number}" for number in range(cut.vocabulary - 256 - len(special))]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre(splitter)
    out.add_token_list([*byte_tokens(), *words, *special])
    out.add_token_types([1] * (256 + len(words)) + [3] * len(special))
    out.add_token_merges(["a b", "c d"])
    out.add_eos_token_id(cut.vocabulary - 1)
    out.add_chat_template(_TEMPLATES[family])


def _tables(writer: Writer, kind: Kind, vocabulary: int, hidden: int) -> Bytes:
    """Adds the embeddings and the output matrix; returns the latter."""
    table = writer.table("token_embd.weight", kind, vocabulary, hidden)
    follows = np.zeros_like(table)  # nothing but words is ever chosen
    end = vocabulary - _ROOM
    follows[256:end] = table[came_before(256, end, 9)[256:]]
    writer.bytes("output.weight", kind, follows)
    writer.ones("output_norm.weight", hidden, 6.0)
    return follows


def _ffn(writer: Writer, name: str, kind: Kind, hidden: int, feed: int) -> None:
    writer.random(name + "ffn_gate.weight", kind, feed, hidden)
    writer.random(name + "ffn_up.weight", kind, feed, hidden)
    writer.random(name + "ffn_down.weight", kind, hidden, feed, deviation=_SMALL * feed**-0.5)


def _head(writer: Writer, name: str, hidden: int, follows: Bytes, cut: Cut) -> None:
    """The head reads embedding and hidden row; with an output matrix of its own it can be wrong on purpose."""
    project = np.random.default_rng(21).standard_normal((hidden, 2 * hidden), np.float32)
    project *= np.float32(0.05 * (2 * hidden) ** -0.5)
    project[:, :hidden] += np.eye(hidden, dtype=np.float32)
    writer.values(name + "nextn.eh_proj.weight", project, Kind.Q8_0)
    for norm, value in (("enorm", 1.0), ("hnorm", 1.0), ("shared_head_norm", 6.0)):
        writer.ones(f"{name}nextn.{norm}.weight", hidden, value)
    rows = follows.copy()
    unknown = np.random.default_rng(22).random(len(rows)) >= cut.follow
    rows[unknown] = np.roll(rows[unknown], 1, axis=0)
    writer.bytes(name + "nextn.shared_head_head.weight", cut.kind, rows)
