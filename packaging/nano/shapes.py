"""What does a forward of w tokens cost for a given shape and number format? Random weights answer that.

    python packaging/nano/shapes.py --out shapes.json [--only NAME ...]

Writes a GGUF of random weights for each candidate, loads it in llama.cpp with one thread, fills 128 positions and times
forwards of 1, 2, 3, 4, 5, 8 and 9 tokens, in turns so that a disturbance hits all of them alike. Prints medians in ms,
and for an acceptance curve the speedup that each K would give. Needs llama-cpp-python, gguf and numpy.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import gguf
import llama_cpp as llama
import numpy as np
from gguf import GGMLQuantizationType as Q

WIDTHS = (1, 2, 3, 4, 5, 8, 9)
CONTEXT = 128
VOCAB = 16384


@dataclass(frozen=True)
class Shape:
    """Widths of a target: hidden, layers, FFN, heads and key/value heads; number formats by part."""

    hidden: int
    layers: int
    ffn: int
    heads: int = 8
    kv: int = 2
    head: str = "Q8_0"
    body: str = "BF16"
    attn: str = ""
    period: int = 4
    head_dim: int = 64

    def layer_types(self) -> list[bool]:
        """True for a sliding layer. The last layer is always full."""
        return [(i + 1) % self.period != 0 and i != self.layers - 1 for i in range(self.layers)]


def encode(array: np.ndarray, kind: str) -> tuple[np.ndarray, Q]:
    """The array in the number format `kind`."""
    q = Q[kind]
    return gguf.quants.quantize(array, q), q


def write(shape: Shape, path: Path) -> int:
    """A Gemma 4 text GGUF of random weights; returns its parameter count."""
    w = gguf.GGUFWriter(path, "gemma4")
    _metadata(w, shape)
    _tokens(w)
    count = _weights(w, shape)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return count


def _metadata(w: gguf.GGUFWriter, shape: Shape) -> None:
    full_dim = 2 * shape.head_dim
    w.add_block_count(shape.layers)
    w.add_context_length(2048)
    w.add_embedding_length(shape.hidden)
    w.add_feed_forward_length(shape.ffn)
    w.add_head_count(shape.heads)
    w.add_head_count_kv(shape.kv)
    w.add_layer_norm_rms_eps(1e-6)
    w.add_rope_freq_base(1e6)
    w.add_float32("gemma4.rope.freq_base_swa", 1e4)
    w.add_key_length(full_dim)
    w.add_value_length(full_dim)
    w.add_key_length_swa(shape.head_dim)
    w.add_value_length_swa(shape.head_dim)
    w.add_rope_dimension_count(full_dim)
    w.add_rope_dimension_count_swa(shape.head_dim)
    w.add_final_logit_softcapping(30.0)
    w.add_sliding_window(512)
    w.add_sliding_window_pattern(shape.layer_types())
    w.add_shared_kv_layers(0)
    w.add_embedding_length_per_layer_input(0)


def _matrices(shape: Shape, dim: int) -> dict[str, tuple[int, int, str]]:
    """Rows, columns and number format of a layer's matrices."""
    attn = shape.attn or shape.body
    return {
        "attn_q": (shape.heads * dim, shape.hidden, attn),
        "attn_k": (shape.kv * dim, shape.hidden, attn),
        "attn_v": (shape.kv * dim, shape.hidden, attn),
        "attn_output": (shape.hidden, shape.heads * dim, attn),
        "ffn_gate": (shape.ffn, shape.hidden, shape.body),
        "ffn_up": (shape.ffn, shape.hidden, shape.body),
        "ffn_down": (shape.hidden, shape.ffn, shape.body),
    }


def _weights(w: gguf.GGUFWriter, shape: Shape) -> int:
    """Adds the tensors; returns how many values the matrices hold."""
    rng, count = np.random.default_rng(0), 0

    def put(name: str, rows: int, cols: int, kind: str) -> int:
        data, q = encode(rng.normal(0, cols**-0.5, (rows, cols)).astype(np.float32), kind)
        w.add_tensor(f"{name}.weight", data, raw_dtype=q)
        return rows * cols

    def ones(name: str, n: int) -> None:
        w.add_tensor(f"{name}.weight", np.ones(n, np.float32))

    ones("rope_freqs", shape.head_dim)
    ones("output_norm", shape.hidden)
    count += put("token_embd", VOCAB, shape.hidden, shape.head)
    for i, is_sliding in enumerate(shape.layer_types()):
        dim = shape.head_dim if is_sliding else 2 * shape.head_dim
        for name in ("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"):
            ones(f"blk.{i}.{name}", shape.hidden)
        ones(f"blk.{i}.attn_q_norm", dim)
        ones(f"blk.{i}.attn_k_norm", dim)
        ones(f"blk.{i}.layer_output_scale", 1)
        for name, (rows, cols, kind) in _matrices(shape, dim).items():
            count += put(f"blk.{i}.{name}", rows, cols, kind)
    return count


def _tokens(w: gguf.GGUFWriter) -> None:
    names = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{i:02X}>" for i in range(256)]
    kinds = [3, 3, 3, 2] + [6] * 256
    names += [f"t{i}" for i in range(VOCAB - len(names))]
    w.add_tokenizer_model("gemma4")
    w.add_token_list(names)
    w.add_token_scores([0.0] * VOCAB)
    w.add_token_types(kinds + [1] * (VOCAB - len(kinds)))
    w.add_token_merges(["t 1"])
    w.add_bos_token_id(2)
    w.add_eos_token_id(1)
    w.add_unk_token_id(3)
    w.add_add_bos_token(True)


@llama.llama_log_callback
def _quiet(_level: int, _text: bytes, _data: object) -> None:
    return None


def open_model(path: Path, threads: int) -> tuple[object, object]:
    """Model and context with `threads` threads on the CPU."""
    mp = llama.llama_model_default_params()
    mp.n_gpu_layers = 0
    model = llama.llama_model_load_from_file(str(path).encode(), mp)
    cp = llama.llama_context_default_params()
    cp.n_ctx, cp.n_batch, cp.n_ubatch = 512, 256, 256
    cp.n_threads = cp.n_threads_batch = threads
    cp.n_outputs_max = 16
    return model, llama.llama_init_from_model(model, cp)


def forward(ctx: object, batch: object, width: int, at: int) -> None:
    """Decodes `width` tokens from position `at`, with logits for each."""
    batch.n_tokens = width
    for i in range(width):
        batch.token[i] = 300 + i
        batch.pos[i] = at + i
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = 0
        batch.logits[i] = width <= 16 or i == width - 1
    if llama.llama_decode(ctx, batch) != 0:
        raise RuntimeError("decode failed")
    np.ctypeslib.as_array(llama.llama_get_logits_ith(ctx, width - 1), shape=(VOCAB,)).argmax()


def measure(path: Path, repeats: int, threads: int) -> dict[int, float]:
    """Median ms of a forward for each of WIDTHS."""
    model, ctx = open_model(path, threads)
    memory = llama.llama_get_memory(ctx)
    batch = llama.llama_batch_init(256, 0, 1)
    forward(ctx, batch, CONTEXT, 0)
    seen: dict[int, list[float]] = {w: [] for w in WIDTHS}
    for turn in range(repeats + 2):
        for width in WIDTHS:
            start = time.perf_counter()
            forward(ctx, batch, width, CONTEXT)
            spent = (time.perf_counter() - start) * 1e3
            llama.llama_memory_seq_rm(memory, 0, CONTEXT, -1)
            if turn >= 2:
                seen[width].append(spent)
    llama.llama_batch_free(batch)
    llama.llama_free(ctx)
    llama.llama_model_free(model)
    return {w: float(np.median(v)) for w, v in seen.items()}


def predicted(cost: dict[int, float], draft_ms: float, accepted: dict[int, float]) -> dict[int, float]:
    """Speedup for each K: tokens a round over its cost, against one token a step."""
    return {k: (1 + a) * cost[1] / (cost[k + 1] + k * draft_ms) for k, a in accepted.items() if k + 1 in cost}


WIDE = Shape(768, 6, 2304)
CANDIDATES: dict[str, Shape] = {
    "512x12 q8_0": Shape(512, 12, 2048, body="Q8_0"),
    "512x12 bf16": Shape(512, 12, 1536, head="BF16"),
    "640x8 bf16+q8 head": Shape(640, 8, 2048),
    "640x8 bf16": Shape(640, 8, 2048, head="BF16"),
    "640x8 f16": Shape(640, 8, 2048, head="F16", body="F16"),
    "640x8 q8_0": Shape(640, 8, 2048, body="Q8_0"),
    "768x6 bf16+q8 head": WIDE,
    "768x6 bf16": replace(WIDE, head="BF16"),
    "768x6 q8_0": replace(WIDE, body="Q8_0"),
    "768x6 q4_0": replace(WIDE, head="Q4_0", body="Q4_0"),
    "768x6 bf16 ffn, q8 rest": replace(WIDE, attn="Q8_0"),
    "768x6 bf16, q4_0 head": replace(WIDE, head="Q4_0"),
    "1024x4 bf16+q8 head": Shape(1024, 4, 2560),
    "640x8 bf16, q4_0 head": Shape(640, 8, 2048, head="Q4_0"),
    "640x8 bf16, f2304, q4_0 head": Shape(640, 8, 2304, head="Q4_0"),
    "512x12 bf16, q4_0 head": Shape(512, 12, 1536, head="Q4_0"),
    "192x2 drafter q4_0 head": Shape(192, 2, 512, heads=4, head="Q4_0", body="Q8_0"),
    "256x2 drafter q8_0": Shape(256, 2, 768, heads=4, body="Q8_0"),
    "256x2 drafter q4_0 head": Shape(256, 2, 768, heads=4, head="Q4_0", body="Q8_0"),
    "256x3 drafter q4_0 head": Shape(256, 3, 768, heads=4, head="Q4_0", body="Q8_0"),
    "256x4 drafter q4_0 head": Shape(256, 4, 768, heads=4, head="Q4_0", body="Q8_0"),
    "256x4 drafter q4_0": Shape(256, 4, 768, heads=4, head="Q4_0", body="Q4_0"),
    "256x4 drafter q4_0 head bf16": Shape(256, 4, 768, heads=4, head="Q4_0", body="BF16"),
}


def main(report: Callable[[str], None] = print) -> None:
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--out", type=Path, default=Path("shapes.json"))
    args.add_argument("--scratch", type=Path, default=Path("/tmp/nano-shapes"))
    args.add_argument("--only", nargs="*")
    args.add_argument("--repeats", type=int, default=15)
    args.add_argument("--threads", type=int, default=1)
    a = args.parse_args()
    a.scratch.mkdir(parents=True, exist_ok=True)
    llama.llama_backend_init()
    llama.llama_log_set(_quiet, ctypes.c_void_p(0))
    rows = {}
    for name, shape in CANDIDATES.items():
        if a.only and not any(part in name for part in a.only):
            continue
        path = a.scratch / "shape.gguf"
        count = write(shape, path)
        cost = measure(path, a.repeats, a.threads)
        size = path.stat().st_size / 1e6
        path.unlink()
        rows[name] = {"shape": asdict(shape), "parameters": count, "mb": size, "ms": cost}
        ratios = " ".join(f"{w}:{cost[w]:.1f}({cost[w] / cost[1]:.2f})" for w in WIDTHS)
        guess = predicted(cost, 0.06 * cost[1], {1: 0.85, 2: 1.6, 3: 2.25, 4: 2.75, 7: 3.6, 8: 3.7})
        best = " ".join(f"K{k} {v:.2f}x" for k, v in guess.items())
        report(f"{name:30s} {count / 1e6:5.1f}M {size:5.1f}MB  {ratios} | {best}")
    a.out.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
