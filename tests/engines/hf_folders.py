"""Makes Hugging Face folders out of the built-in pair's GGUF files, for the engines that read those."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, dequantize

_LAYER = {
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "layer_output_scale": "layer_scalar",
}
_TOP = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "nextn.pre_projection.weight": "pre_projection.weight",
    "nextn.post_projection.weight": "post_projection.weight",
}


def hf_name(name: str) -> str | None:
    """Returns transformers' name of a GGUF tensor; None for one that it computes itself."""
    if found := re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name):
        part = _LAYER[found[2]]
        return f"model.layers.{found[1]}.{part}" + ("" if part == "layer_scalar" else ".weight")
    return _TOP.get(name)


def _text_config(meta: dict[str, Any], arch: str) -> dict[str, Any]:
    def get(key: str) -> Any:
        return meta[f"{arch}.{key}"]

    pattern = get("attention.sliding_window_pattern")
    layers = get("block_count")
    config = {
        "model_type": "gemma4_text",
        "vocab_size": len(meta["tokenizer.ggml.tokens"]),
        "hidden_size": get("embedding_length"),
        "intermediate_size": get("feed_forward_length"),
        "num_hidden_layers": layers,
        "num_attention_heads": get("attention.head_count"),
        "num_key_value_heads": get("attention.head_count_kv"),
        "head_dim": get("attention.key_length_swa"),
        "global_head_dim": get("attention.key_length"),
        "hidden_size_per_layer_input": 0,
        "vocab_size_per_layer_input": 0,
        "sliding_window": get("attention.sliding_window"),
        "max_position_embeddings": get("context_length"),
        "final_logit_softcapping": meta.get(f"{arch}.final_logit_softcapping"),
        "rms_norm_eps": 1e-6,
        "layer_types": ["sliding_attention" if sliding else "full_attention" for sliding in pattern],
        "num_kv_shared_layers": get("attention.shared_kv_layers"),
        "bos_token_id": 2,
        "eos_token_id": [1, 6],
        "pad_token_id": 0,
        "tie_word_embeddings": True,
    }
    return {key: value for key, value in config.items() if value is not None}


def _tokenizer(meta: dict[str, Any]) -> dict[str, Any]:
    tokens, types = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": index, "content": token, **plain} for index, token in enumerate(tokens) if types[index] == 3
        ],
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": "[^\\n]+|\\n+"},
            "behavior": "Isolated",
            "invert": False,
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
            ],
        },
        "model": {
            "type": "BPE",
            "unk_token": "<unk>",
            "fuse_unk": True,
            "byte_fallback": True,
            "vocab": {token: index for index, token in enumerate(tokens)},
            "merges": [merge.split(" ", 1) for merge in meta["tokenizer.ggml.merges"]],
        },
    }


def _write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def write_hf_folder(gguf: Path, folder: Path, *, mlx: bool = False) -> Path:
    """Writes config, tokenizer and dequantised float32 weights of one GGUF file; returns the folder.

    Args:
        mlx: Write a target as mlx-vlm wants it: inside a multimodal model whose other parts are stubs.
    """
    from safetensors.numpy import save_file

    reader = GGUFReader(gguf)
    meta = {key: field.contents() for key, field in reader.fields.items()}
    arch = meta["general.architecture"]
    weights = {
        name: np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        for tensor in reader.tensors
        if (name := hf_name(tensor.name)) is not None
    }
    text = _text_config(meta, arch)
    config: dict[str, Any]
    if arch.endswith("assistant"):
        config = {
            "architectures": ["Gemma4AssistantForCausalLM"],
            "model_type": "gemma4_assistant",
            "text_config": text,
            "backbone_hidden_size": meta[f"{arch}.embedding_length_out"],
            "tie_word_embeddings": True,
        }
    elif mlx:
        weights = {"model.language_model." + name.removeprefix("model."): value for name, value in weights.items()}
        config = {"model_type": "gemma4", "text_config": text, "vision_config": {"model_type": "gemma4_vision"}}
    else:
        config = {"architectures": ["Gemma4ForCausalLM"], **text}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _write(folder, "config.json", {**config, "dtype": "float32", "eos_token_id": [1, 6]})
    _write(folder, "tokenizer.json", _tokenizer(meta))
    special = {f"{name}_token": f"<{name}>" for name in ("bos", "eos", "pad", "unk", "mask")}
    _write(
        folder,
        "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            **special,
            "add_bos_token": True,
            "clean_up_tokenization_spaces": False,
            "additional_special_tokens": ["<|turn>", "<turn|>"],
            "chat_template": meta["tokenizer.chat_template"],
        },
    )
    _write(
        folder,
        "generation_config.json",
        {"bos_token_id": 2, "eos_token_id": [1, 6], "pad_token_id": 0, "do_sample": False},
    )
    return folder
