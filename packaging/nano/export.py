"""From trained weights to what ships: transformers folders, then GGUF by llama.cpp's own converter.

    python packaging/nano/export.py WORK --llama-cpp PATH/TO/llama.cpp [--out FOLDER]

Reads WORK/target.pt, drafter.pt, tokenizer.json. Writes OUT/hf/target and OUT/hf/assistant (bf16 safetensors) and
OUT/nano-target.gguf, OUT/nano-assistant.gguf: layers bf16, the embedding Q4_0. The embedding was trained on that grid
(model.to_q4_grid), so both forms hold the same numbers; the last step checks it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import shutil
import subprocess
import sys
from pathlib import Path

import llama_cpp as llama
import torch
from carry import shipped
from config import BOS, CHAT_TEMPLATE, END_TURN, EOS, PAD, SPECIAL, DrafterConfig, TargetConfig
from gguf import GGUFReader, quants
from hf import hf_pair

Q4_0, BF16_FILE = 2, 32  # ggml_type and llama_ftype
NAMES = {"target": "MTP Race Nano", "assistant": "MTP Race Nano Assistant"}


def tokenizer_files(work: Path, folder: Path) -> None:
    """tokenizer.json and its configs. The turn tokens must be listed as special, or llama.cpp splits them."""
    shutil.copy(work / "tokenizer.json", folder)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<bos>",
        "eos_token": "<eos>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
        "add_bos_token": True,
        "model_max_length": 8192,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": list(SPECIAL[5:]),
        "chat_template": CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))
    generation = {"bos_token_id": BOS, "eos_token_id": [EOS, END_TURN], "pad_token_id": PAD, "do_sample": False}
    (folder / "generation_config.json").write_text(json.dumps(generation))


def name_wide_heads(path: Path) -> None:
    """transformers 5.17 writes the wider heads of full layers by layer; others look for `global_head_dim`."""
    config = json.loads(path.read_text())
    text = config.get("text_config", config)
    text["global_head_dim"] = next(iter(text["per_layer_config"].values()))["head_dim"]
    text["num_global_key_value_heads"] = text["num_key_value_heads"]
    path.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")


def write_hf(work: Path, out: Path, c: TargetConfig, d: DrafterConfig) -> None:
    """Both transformers folders."""
    weights = [shipped(torch.load(work / f"{name}.pt", weights_only=True)) for name in ("target", "drafter")]
    for name, module in zip(NAMES, hf_pair(c, d, weights[0], weights[1], torch.bfloat16), strict=True):
        folder = out / "hf" / name
        folder.mkdir(parents=True, exist_ok=True)
        module.save_pretrained(folder)
        name_wide_heads(folder / "config.json")
        tokenizer_files(work, folder)


def quantize(source: Path, out: Path) -> None:
    """bf16 GGUF to the shipped form: only the embedding changes, to Q4_0."""
    p = llama.llama_model_quantize_default_params()
    p.ftype, p.token_embedding_type, p.nthread = BF16_FILE, Q4_0, 2
    if llama.llama_model_quantize(str(source).encode(), str(out).encode(), ctypes.byref(p)) != 0:
        raise RuntimeError(f"could not quantize {source}")


def differences(a: Path, b: Path) -> list[str]:
    """Names of tensors whose values differ between two GGUF files."""
    left, right = ({t.name: t for t in GGUFReader(path).tensors} for path in (a, b))
    if left.keys() != right.keys():
        return sorted(left.keys() ^ right.keys())
    return [
        name
        for name, t in left.items()
        if (
            quants.dequantize(t.data, t.tensor_type) != quants.dequantize(right[name].data, right[name].tensor_type)
        ).any()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--llama-cpp", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    a = parser.parse_args()
    out = a.out or a.work / "export"
    out.mkdir(parents=True, exist_ok=True)
    write_hf(a.work, out, TargetConfig(), DrafterConfig())
    for name, title in NAMES.items():
        plain, final = out / f"{name}-bf16.gguf", out / f"nano-{name}.gguf"
        convert = [sys.executable, str(a.llama_cpp / "convert_hf_to_gguf.py"), str(out / "hf" / name)]
        subprocess.run([*convert, "--outtype", "bf16", "--outfile", str(plain), "--model-name", title], check=True)
        quantize(plain, final)
        wrong = differences(plain, final)
        if wrong:
            raise ValueError(f"{final.name} does not hold the trained numbers: {wrong}")
        print(f"{final}: {final.stat().st_size / 1e6:.1f} MB, every tensor equal to the bf16 file", flush=True)


if __name__ == "__main__":
    main()
