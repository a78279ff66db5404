"""Heads that read layers of a target: EAGLE3 and DFlash with random weights, for any target file.

Config as llama.cpp's converter writes it for published heads (conversion/llama.py, qwen.py). For a target whose greedy
text goes through its words in a fixed order (gemma4.py), the EAGLE3 head knows a share of the words: its features carry
the embedding of the token before the last, and its output matrix that of the word two places before each one.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from app.models.forecast.weights import Kind, Writer
from tests.shapes.vocabulary import WORDS_AT

_HEADS, _KV, _WIDTH = 4, 2, 64
_RANK = 64  # of the Markov head: codes so long that two of 4,096 words are never alike
_SMALL = 0.002  # of what a layer adds


class _Target:
    """What a head has to know of its target."""

    def __init__(self, path: Path) -> None:
        self.reader = gguf.GGUFReader(path)
        self.hidden = int(self.reader.fields["gemma4.embedding_length"].contents())
        self.layers = int(self.reader.fields["gemma4.block_count"].contents())
        self.vocabulary = len(self.reader.fields["tokenizer.ggml.tokens"].data)

    def words(self) -> tuple[gguf.ReaderTensor, NDArray[np.int64]]:
        """Returns its embeddings, and for each token the word before it in its text, -1 for what is no word.

        A target that goes through its words has the embedding of the word before as a word's row of the output matrix.
        For another one any order does.
        """
        tensors = {tensor.name: tensor for tensor in self.reader.tensors}
        table = tensors["token_embd.weight"]
        count = len(table.data)
        if "output.weight" not in tensors:
            return table, np.where(np.arange(count) > 300, np.roll(np.arange(count), 1), -1)
        rows = {row.tobytes(): number for number, row in enumerate(table.data)}
        before = np.array([rows.get(row.tobytes(), -1) for row in tensors["output.weight"].data])
        return table, np.where(np.arange(count) < WORDS_AT, -1, before)


def write_eagle3(path: Path, target_path: Path, follow: float = 0.7, seed: int = 3) -> Path:
    """Writes an EAGLE3 head for a target of Gemma 4's architecture; its drafts are words only."""
    target = _Target(target_path)
    writer = _begin(path, "eagle3", target, [0, target.layers // 2, target.layers - 1], layers=1)
    hidden = target.hidden
    fuse = np.zeros((hidden, 3 * hidden), np.float32)
    fuse[:, :hidden] = np.eye(hidden)
    writer.values("fc.weight", fuse, Kind.Q8_0)
    writer.ones("output_norm.weight", hidden)
    table, before = target.words()
    words = np.flatnonzero(before >= 0)
    known = table.data[before[before[words]]]
    wrong = np.random.default_rng(seed).random(len(words)) >= follow
    known[wrong] = table.data[words[wrong] % WORDS_AT]  # rows of no word; another word's would tie with its own
    writer.bytes("output.weight", table.tensor_type, known)
    writer.whole("d2t", words.astype(np.int64))
    for norm in ("attn_norm", "attn_norm_2"):
        writer.ones(f"blk.0.{norm}.weight", hidden)
    _layer(writer, "blk.0.", hidden, 2 * hidden)
    writer.close()
    return path


def write_dflash(path: Path, target_path: Path, block: int = 9, markov: bool = False) -> Path:
    """Writes a DFlash drafter of two layers with random weights, or a DSpark one whose Markov head knows the words."""
    target = _Target(target_path)
    hidden = target.hidden
    writer = _begin(path, "dflash", target, [1, target.layers - 1], layers=2)
    writer.out.add_uint32("dflash.block_size", block)
    writer.random("fc.weight", Kind.Q8_0, hidden, 2 * hidden)
    writer.ones("enc.output_norm.weight", hidden)
    writer.ones("output_norm.weight", hidden)
    for layer in range(2):
        name = f"blk.{layer}."
        writer.ones(name + "attn_norm.weight", hidden)
        writer.ones(name + "attn_q_norm.weight", _WIDTH)
        writer.ones(name + "attn_k_norm.weight", _WIDTH)
        _layer(writer, name, hidden, hidden)
    if markov:
        _, before = target.words()
        codes = np.random.default_rng(5).choice(np.array([-1, 1], np.float32), (target.vocabulary, _RANK))
        writer.values("markov_w1.weight", codes)
        writer.values("markov_w2.weight", np.where(before[:, None] >= 0, codes[before], 0))
    writer.close()
    return path


def _begin(path: Path, architecture: str, target: _Target, reads: list[int], layers: int) -> Writer:
    writer = Writer(path, architecture, 3)
    out = writer.out
    out.add_type("model")
    out.add_name(f"{architecture} head")
    out.add_block_count(layers)
    out.add_context_length(4096)
    out.add_embedding_length(target.hidden)
    out.add_feed_forward_length(2 * target.hidden)
    out.add_head_count(_HEADS)
    out.add_head_count_kv(_KV)
    out.add_key_length(_WIDTH)
    out.add_value_length(_WIDTH)
    out.add_rope_dimension_count(_WIDTH)
    out.add_rope_freq_base(1e4)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_array(f"{architecture}.target_layers", reads)
    out.add_uint32(f"{architecture}.target_hidden_size", target.hidden)
    for key, field in target.reader.fields.items():
        if key.startswith("tokenizer."):
            kinds = field.types
            out.add_key_value(key, field.contents(), kinds[0], kinds[-1] if len(kinds) > 1 else None)
    if "tokenizer.ggml.mask_token_id" not in target.reader.fields:
        out.add_mask_token_id(4)
    return writer


def _layer(writer: Writer, name: str, hidden: int, reads: int) -> None:
    writer.random(name + "attn_q.weight", Kind.Q8_0, _HEADS * _WIDTH, reads)
    for part in "kv":
        writer.random(f"{name}attn_{part}.weight", Kind.Q8_0, _KV * _WIDTH, reads)
    writer.random(name + "attn_output.weight", Kind.Q8_0, hidden, _HEADS * _WIDTH, deviation=_SMALL / 16)
    writer.ones(name + "ffn_norm.weight", hidden)
    writer.random(name + "ffn_gate.weight", Kind.Q8_0, 2 * hidden, hidden)
    writer.random(name + "ffn_up.weight", Kind.Q8_0, 2 * hidden, hidden)
    writer.random(name + "ffn_down.weight", Kind.Q8_0, hidden, 2 * hidden, deviation=_SMALL / 40)
