"""A Gemma-style BPE tokenizer: spaces as "▁", byte fallback, turn tokens special.

    python packaging/nano/tokenizer.py WORK [--mb N]

Learns from WORK/docs.jsonl and WORK/chat.jsonl and writes WORK/tokenizer.json. It learns within words, runs of blanks,
single digits and runs of signs; what is written splits only at line breaks, as Gemma's and llama.cpp's "gemma4" do.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from config import BYTES, SPECIAL, TargetConfig
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

LEARN_WITHIN = "\\n+|▁?[A-Za-z]+|▁?\\d|▁+|▁?[^▁\\sA-Za-z\\d]+"
ALPHABET = 1500


def learn(texts: Iterator[str], size: int) -> dict[str, object]:
    """tokenizer.json as a dictionary, with `size` tokens: special, bytes, then learnt ones."""
    t = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(Regex(LEARN_WITHIN), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=size - BYTES,
        special_tokens=list(SPECIAL),
        limit_alphabet=ALPHABET,
        max_token_length=16,
        show_progress=False,
    )
    t.train_from_iterator(texts, trainer)
    return finish(json.loads(t.to_str()))


def finish(j: dict) -> dict[str, object]:
    """Put byte tokens behind the special ones, and set how text is split and put together again."""
    vocab = j["model"]["vocab"]
    learnt = [token for token in sorted(vocab, key=vocab.get) if token not in SPECIAL]
    names = [*SPECIAL, *(f"<0x{i:02X}>" for i in range(BYTES)), *learnt]
    j["model"]["vocab"] = {name: i for i, name in enumerate(names)}
    j["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"Regex": "[^\\n]+|\\n+"},
        "behavior": "Isolated",
        "invert": False,
    }
    j["decoder"] = {
        "type": "Sequence",
        "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
        ],
    }
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    j["added_tokens"] = [dict(id=i, content=name, **plain) for i, name in enumerate(SPECIAL)]
    return j


def texts(work: Path, mb: float) -> Iterator[str]:
    """Chat first (all of it), then source files up to `mb`."""
    with (work / "chat.jsonl").open() as lines:
        for line in lines:
            item = json.loads(line)
            yield item["prompt"] + "\n" + item["answer"]
    total = 0
    with (work / "docs.jsonl").open() as lines:
        for line in lines:
            text = json.loads(line)
            total += len(text)
            if total > mb * 1e6:
                return
            yield text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--mb", type=float, default=60)
    a = parser.parse_args()
    j = learn(texts(a.work, a.mb), TargetConfig().vocab)
    (a.work / "tokenizer.json").write_text(json.dumps(j, ensure_ascii=False))
    print(len(j["model"]["vocab"]), "tokens")


if __name__ == "__main__":
    main()
