"""The built-in pair's weights survive the way from GGUF to safetensors."""

import json
import struct

import numpy as np
import pytest

from app.models.files.gguf import GgufError, read_gguf
from app.models.files.nano_hf import hf_name, mlx_config, to_bf16, write_safetensors


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def gguf_file(path, tensors):
    """A GGUF file: name -> (shape fastest first, type number, bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 0)
    at, body = 0, b""
    for name, (shape, kind, raw) in tensors.items():
        head += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", kind, at)
        padded = raw + b"\0" * (-len(raw) % 32)
        body += padded
        at += len(padded)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + body)


def q4_block(scale, quants):
    packed = [a | b << 4 for a, b in zip(quants[:16], quants[16:], strict=True)]
    return np.float16(scale).tobytes() + bytes(packed)


def as_float(bits):
    return (np.asarray(bits, np.uint32) << 16).view(np.float32)


def test_a_q4_block_becomes_its_values():
    quants = [i % 16 for i in range(32)]
    bits = to_bf16(np.frombuffer(q4_block(0.25, quants), np.uint8), "Q4_0")
    assert as_float(bits).tolist() == [(q - 8) * 0.25 for q in quants]


def test_a_value_that_bf16_cannot_hold_is_refused():
    with pytest.raises(GgufError, match="does not fit bf16"):
        to_bf16(np.frombuffer(q4_block(0.2502, [3] * 32), np.uint8), "Q4_0")


def test_another_number_format_is_refused():
    with pytest.raises(GgufError, match="Q8_0"):
        to_bf16(np.zeros(34, np.uint8), "Q8_0")


def test_names_are_those_of_transformers():
    assert hf_name("blk.3.ffn_norm.weight") == "model.layers.3.pre_feedforward_layernorm.weight"
    assert hf_name("blk.0.layer_output_scale.weight") == "model.layers.0.layer_scalar"
    assert hf_name("nextn.pre_projection.weight") == "pre_projection.weight"
    assert hf_name("rope_freqs.weight") == ""


def test_a_file_becomes_a_safetensors_file_with_the_same_numbers(tmp_path):
    rows = np.arange(12, dtype=np.uint16).reshape(3, 4) + 0x3F80
    gguf_file(
        tmp_path / "a.gguf",
        {
            "token_embd.weight": ((32, 1), 2, q4_block(0.5, list(range(16)) * 2)),
            "blk.0.attn_q.weight": ((4, 3), 30, rows.astype("<u2").tobytes()),
            "output_norm.weight": ((2,), 0, np.array([1, 1.5], "<f4").tobytes()),
            "rope_freqs.weight": ((2,), 0, np.array([1, 1e30], "<f4").tobytes()),
        },
    )
    write_safetensors(tmp_path / "a.safetensors", read_gguf(tmp_path / "a.gguf"), "model.language_model.")
    raw = (tmp_path / "a.safetensors").read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    assert set(header) == {
        "__metadata__",
        "model.language_model.embed_tokens.weight",
        "model.language_model.layers.0.self_attn.q_proj.weight",
        "model.language_model.norm.weight",
    }
    entry = header["model.language_model.layers.0.self_attn.q_proj.weight"]
    begin, end = (8 + size + at for at in entry["data_offsets"])
    assert entry["shape"] == [3, 4]
    assert np.frombuffer(raw[begin:end], "<u2").reshape(3, 4).tolist() == rows.tolist()
    assert end <= len(raw)


def test_mlx_gets_the_text_model_inside_a_gemma4():
    config = mlx_config({"hidden_size": 8, "bos_token_id": 2, "eos_token_id": [1, 6], "pad_token_id": 0})
    assert config["model_type"] == "gemma4"
    assert config["text_config"]["hidden_size"] == 8
