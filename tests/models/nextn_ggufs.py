"""Synthetic GGUF models with an MTP head in the same file (NextN), in the form of Qwen 3.5: layers that keep a running
state, every fourth one with attention, and one more block behind them that reads the last hidden row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

Weight = Callable[..., None]
Ones = Callable[[str, int], None]
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"


@dataclass(frozen=True)
class NextNShape:
    """heads: MTP blocks behind the layers. seed: of the random weights."""

    hidden: int = 64
    layers: int = 4
    heads: int = 1
    attention_heads: int = 2
    kv_heads: int = 1
    head_dim: int = 32
    feed_forward: int = 128
    state: int = 16
    state_heads: int = 4
    seed: int = 3
    scale: float = 0.15

    @property
    def blocks(self) -> int:
        return self.layers + self.heads


def byte_tokens() -> list[str]:
    """The 256 byte tokens in the spelling of byte-level vocabularies."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spelled = {byte: chr(byte) for byte in printable}
    for number, byte in enumerate(byte for byte in range(256) if byte not in spelled):
        spelled[byte] = chr(256 + number)
    return [spelled[byte] for byte in range(256)]


def write_nextn(
    path: Path, shape: NextNShape = NextNShape(), *, trunk: bool = True, head: bool = True, words: int = 0
) -> Path:
    """Writes a model; without its trunk only the head, without its head a file that only declares one."""
    writer = gguf.GGUFWriter(path, "qwen35")
    _metadata(writer, path.stem, shape, words)
    random = np.random.default_rng(shape.seed)

    def weight(name: str, *dims: int, scale: float = shape.scale) -> None:
        writer.add_tensor(name, (random.standard_normal(dims, np.float32) * scale).astype(np.float32))

    def ones(name: str, count: int) -> None:
        writer.add_tensor(name, np.ones(count, np.float32))

    weight("token_embd.weight", 258 + words, shape.hidden, scale=0.15)
    ones("output_norm.weight", shape.hidden)
    for layer in range(shape.layers if trunk else 0):
        name = f"blk.{layer}."
        _block(weight, ones, name, shape)
        if (layer + 1) % 4 == 0:
            _attention(weight, ones, name, shape)
        else:
            _running_state(writer, weight, ones, name, shape)
    for number in range(shape.heads if head else 0):
        name = f"blk.{shape.layers + number}."
        _block(weight, ones, name, shape)
        _attention(weight, ones, name, shape)
        project = random.standard_normal((shape.hidden, 2 * shape.hidden), np.float32) * shape.scale
        project[:, : shape.hidden] += np.eye(shape.hidden, dtype=np.float32)
        writer.add_tensor(name + "nextn.eh_proj.weight", project.astype(np.float32))
        ones(name + "nextn.enorm.weight", shape.hidden)
        ones(name + "nextn.hnorm.weight", shape.hidden)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _metadata(writer: gguf.GGUFWriter, name: str, shape: NextNShape, words: int) -> None:
    writer.add_type("model")
    writer.add_name(name)
    writer.add_block_count(shape.blocks)
    writer.add_context_length(4096)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.attention_heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim // 4)
    writer.add_rope_dimension_sections([2, 1, 1, 0])
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_ssm_conv_kernel(4)
    writer.add_ssm_inner_size(shape.state * shape.state_heads)
    writer.add_ssm_state_size(shape.state)
    writer.add_ssm_time_step_rank(shape.state_heads)
    writer.add_ssm_group_count(shape.state_heads // 2)
    writer.add_full_attention_interval(4)
    writer.add_nextn_predict_layers(shape.heads)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen35")
    writer.add_token_list([*byte_tokens(), "<|im_start|>", "<|im_end|>", *(f"word{number}" for number in range(words))])
    writer.add_token_types([1] * 256 + [3, 3] + [1] * words)
    writer.add_token_merges(["a b", "c d"])
    writer.add_eos_token_id(257)
    writer.add_chat_template(TEMPLATE)


def _block(weight: Weight, ones: Ones, name: str, shape: NextNShape) -> None:
    ones(name + "attn_norm.weight", shape.hidden)
    ones(name + "post_attention_norm.weight", shape.hidden)
    weight(name + "ffn_gate.weight", shape.feed_forward, shape.hidden)
    weight(name + "ffn_up.weight", shape.feed_forward, shape.hidden)
    weight(name + "ffn_down.weight", shape.hidden, shape.feed_forward)


def _attention(weight: Weight, ones: Ones, name: str, shape: NextNShape) -> None:
    wide, narrow = shape.attention_heads * shape.head_dim, shape.kv_heads * shape.head_dim
    weight(name + "attn_q.weight", 2 * wide, shape.hidden)
    weight(name + "attn_k.weight", narrow, shape.hidden)
    weight(name + "attn_v.weight", narrow, shape.hidden)
    weight(name + "attn_output.weight", shape.hidden, wide)
    ones(name + "attn_q_norm.weight", shape.head_dim)
    ones(name + "attn_k_norm.weight", shape.head_dim)


def _running_state(writer: gguf.GGUFWriter, weight: Weight, ones: Ones, name: str, shape: NextNShape) -> None:
    values = shape.state * shape.state_heads
    channels = values + 2 * shape.state * (shape.state_heads // 2)
    weight(name + "attn_qkv.weight", channels, shape.hidden)
    weight(name + "attn_gate.weight", values, shape.hidden)
    weight(name + "ssm_conv1d.weight", channels, 4)
    weight(name + "ssm_beta.weight", shape.state_heads, shape.hidden)
    weight(name + "ssm_alpha.weight", shape.state_heads, shape.hidden)
    weight(name + "ssm_out.weight", shape.hidden, values)
    ones(name + "ssm_norm.weight", shape.state)
    ones(name + "ssm_dt.bias", shape.state_heads)
    writer.add_tensor(name + "ssm_a", -np.ones(shape.state_heads, np.float32))
