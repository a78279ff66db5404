"""Trained heads as GGUF files for llama.cpp.

    python packaging/nano/export_heads.py WORK --target nano-target.gguf [--out FOLDER]

Reads WORK/eagle3.pt and dflash.pt. Writes OUT/nano-eagle3.gguf and nano-dflash.gguf: matrices Q4_0, norms F32, the
target's vocabulary. They were trained on that grid; a matrix that Q4_0 does not hold to the bit is an error.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf
import numpy as np
import torch
from config import BLOCK, CONTEXT, DFLASH, EAGLE3, MASK, HeadConfig

TITLES = {"eagle3": "MTP Race Nano EAGLE3", "dflash": "MTP Race Nano DFlash"}
Q4_0 = gguf.GGMLQuantizationType.Q4_0
FILE_TYPE = 2  # mostly Q4_0


def gguf_name(name: str) -> str:
    """GGUF's name of a parameter."""
    if name == "attn_norm_2.weight":  # EAGLE3's layer has it
        return "blk.0.attn_norm_2.weight"
    return name.replace("enc_output_norm", "enc.output_norm")


def header(out: gguf.GGUFWriter, kind: str, c: HeadConfig, target: gguf.GGUFReader) -> None:
    """The config as llama.cpp's converter writes it, and the target's vocabulary."""
    hidden = c.target.hidden
    out.add_type("model")
    out.add_name(TITLES[kind])
    out.add_file_type(FILE_TYPE)
    out.add_quantization_version(2)
    out.add_block_count(c.layers)
    out.add_context_length(CONTEXT)
    out.add_embedding_length(hidden)
    out.add_feed_forward_length(c.ffn)
    out.add_head_count(c.heads)
    out.add_head_count_kv(c.kv)
    out.add_key_length(c.head_dim)
    out.add_value_length(c.head_dim)
    out.add_rope_dimension_count(c.head_dim)
    out.add_rope_freq_base(c.rope_base)
    out.add_layer_norm_rms_eps(c.target.eps)
    out.add_array(f"{kind}.target_layers", list(c.reads))
    out.add_uint32(f"{kind}.target_hidden_size", hidden)
    if kind == "eagle3":
        out.add_bool("eagle3.norm_before_residual", True)
    else:
        out.add_uint32("dflash.block_size", BLOCK)
    for key, field in target.fields.items():
        if key.startswith("tokenizer."):
            kinds = field.types
            out.add_key_value(key, field.contents(), kinds[0], kinds[-1] if len(kinds) > 1 else None)
    if "tokenizer.ggml.mask_token_id" not in target.fields:
        out.add_mask_token_id(MASK)


def export(state: dict[str, torch.Tensor], path: Path, kind: str, c: HeadConfig, target: gguf.GGUFReader) -> None:
    """Write one head."""
    out = gguf.GGUFWriter(path, kind)
    header(out, kind, c, target)
    scale = state.pop("scale").repeat_interleave(c.target.hidden)
    d2t = state.pop("d2t")
    out.add_tensor("d2t", d2t.numpy().astype(np.int64))
    for name, weights in state.items():
        values = (weights / scale if name == "fc.weight" else weights).float().numpy()
        if values.ndim == 1:
            out.add_tensor(gguf_name(name), values)
            continue
        packed = gguf.quants.quantize(values, Q4_0)
        if not np.array_equal(gguf.quants.dequantize(packed, Q4_0), values):
            raise ValueError(f"{name} is not on the Q4_0 grid")
        out.add_tensor(gguf_name(name), packed, raw_dtype=Q4_0)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    a = parser.parse_args()
    out = a.out or a.work / "export"
    out.mkdir(parents=True, exist_ok=True)
    target = gguf.GGUFReader(a.target)
    for kind, c in (("eagle3", EAGLE3), ("dflash", DFLASH)):
        state = torch.load(a.work / f"{kind}.pt", weights_only=True, map_location="cpu")
        export(state, out / f"nano-{kind}.gguf", kind, c, target)


if __name__ == "__main__":
    main()
