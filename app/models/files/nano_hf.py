"""The built-in pair for transformers and MLX: from the GGUF files that ship to folders with safetensors.

Nothing is lost. The layers are bf16 in both forms. The embedding is Q4_0 in the GGUF file and was trained on those
values with scales of five significant bits, so that each value fits bf16 exactly (packaging/nano/model.py).
Formats: GGUF's block Q4_0 (ggml-common.h, ``block_q4_0``) and safetensors (a header of JSON behind its length).
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.models.files.gguf import Gguf, GgufError, read_gguf

PARTS = {"target": "nano-target.gguf", "assistant": "nano-assistant.gguf"}
_ALIGNMENT = 32
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "post_ffw_norm": "post_feedforward_layernorm",
}
_OUTER = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "nextn.pre_projection.weight": "pre_projection.weight",
    "nextn.post_projection.weight": "post_projection.weight",
}


def hf_name(name: str) -> str:
    """Returns transformers' name of a tensor, "" for one that transformers computes itself."""
    if name == "rope_freqs.weight":
        return ""
    if name in _OUTER:
        return _OUTER[name]
    _, layer, part, *_ = name.split(".")
    if part == "layer_output_scale":
        return f"model.layers.{layer}.layer_scalar"
    return f"model.layers.{layer}.{_LAYER[part]}.weight"


def to_bf16(raw: npt.NDArray[np.uint8], kind: str) -> npt.NDArray[np.uint16]:
    """Returns the bits of a tensor's values in bf16, flat.

    Raises:
        GgufError: A value does not fit bf16, or the number format is not one that the pair uses.
    """
    if kind == "BF16":
        return raw.view("<u2").astype(np.uint16)
    if kind == "F32":
        values = raw.view("<f4").astype(np.float32)
    elif kind == "Q4_0":
        blocks = raw.reshape(-1, 18)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        values = (np.concatenate((low, high), 1).astype(np.float32) - 8) * scale
    else:
        raise GgufError(f"The built-in pair has no tensors of the kind {kind}.")
    bits = np.ascontiguousarray(values).reshape(-1).view(np.uint32)
    if (bits & 0xFFFF).any():
        raise GgufError("These are not the built-in pair's files: a value does not fit bf16.")
    return (bits >> 16).astype(np.uint16)


def tensors(head: Gguf) -> Iterator[tuple[str, tuple[int, ...], npt.NDArray[np.uint16]]]:
    """Yields transformers' name, shape (slowest dimension first) and bf16 bits of each tensor of a file."""
    sizes = [-(-tensor.bytes // _ALIGNMENT) * _ALIGNMENT for tensor in head.tensors]
    at = head.size - sum(sizes)
    with head.path.open("rb") as stream:
        for tensor, size in zip(head.tensors, sizes, strict=True):
            stream.seek(at)
            raw = np.frombuffer(stream.read(tensor.bytes), np.uint8)
            at += size
            if name := hf_name(tensor.name):
                yield name, tensor.shape[::-1], to_bf16(raw, tensor.type)


def write_safetensors(path: Path, head: Gguf, prefix: str = "model.") -> None:
    """Writes a file's tensors; `prefix` takes the place of transformers' "model."."""
    found = [
        (prefix + name.removeprefix("model.") if name.startswith("model.") else name, shape, bits)
        for name, shape, bits in tensors(head)
    ]
    at = 0
    header: dict[str, Any] = {}
    for name, shape, bits in found:
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + bits.nbytes]}
        at += bits.nbytes
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    text += b" " * (-len(text) % 8)
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        for _, _, bits in found:
            stream.write(bits.astype("<u2").tobytes())
    os.replace(part, path)


def mlx_config(config: dict[str, Any]) -> dict[str, Any]:
    """Returns the target's config as mlx-vlm wants it: a `gemma4` around the text model, with a vision part unused."""
    vision = {"model_type": "gemma4_vision", "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    vision |= {"num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 16}
    tokens = {key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    return {
        "architectures": ["Gemma4ForConditionalGeneration"],
        "model_type": "gemma4",
        "tie_word_embeddings": True,
        "text_config": config,
        "vision_config": vision,
        **tokens,
    }


def convert(resources: Path, out: Path, *, mlx: bool = False) -> tuple[Path, Path]:
    """Writes both folders and returns them; what is there already is written anew.

    Args:
        resources: The folder with the pair's GGUF files and `hf/` beside them.
        out: Gets the folders `target` and `assistant`.
        mlx: Write the target as mlx-vlm loads it. The assistant is the same for both.

    Raises:
        GgufError: A file is not the built-in pair's.
        OSError: It cannot be read or written.
    """
    folders = []
    for part, file in PARTS.items():
        folder = out / part
        folder.mkdir(parents=True, exist_ok=True)
        config = json.loads((resources / "hf" / f"{part}.json").read_text())
        wrapped = mlx and part == "target"
        head = read_gguf(resources / file)
        write_safetensors(folder / "model.safetensors", head, "model.language_model." if wrapped else "model.")
        (folder / "config.json").write_text(json.dumps(mlx_config(config) if wrapped else config, indent=1))
        for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
            shutil.copyfile(resources / "hf" / name, folder / name)
        folders.append(folder)
    return folders[0], folders[1]
