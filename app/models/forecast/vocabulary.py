"""Vocabularies of the true form, cut to any length."""

from __future__ import annotations

from functools import cache

import gguf
import numpy as np

_SPECIAL = {0: "<pad>", 1: "<eos>", 2: "<bos>", 3: "<unk>", 4: "<mask>", 46: "<|tool>", 47: "<tool|>",
            48: "<|tool_call>", 49: "<tool_call|>", 50: "<|tool_response>", 51: "<tool_response|>", 52: '<|"|>',
            98: "<|think|>", 100: "<|channel>", 101: "<channel|>", 105: "<|turn>", 106: "<turn|>"}  # fmt: skip
_VISIBLE = (48, 49, 50, 51, 52, 100, 101)
_BYTES_AT = 238
END = 106
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{{ m['content'] | trim }}<turn|>\n{% endfor %}{% if add_generation_prompt %}<|turn>model\n{% endif %}"
)


@cache
def gemma_vocabulary(count: int) -> tuple[list[str], list[int], list[str]]:
    """Returns tokens, their types and merges of a byte-fallback BPE vocabulary in Gemma 4's order of tokens."""
    tokens = [_SPECIAL.get(number, f"<unused{number}>") for number in range(_BYTES_AT)]
    types = [4 if number in _VISIBLE else 3 for number in range(_BYTES_AT)]
    tokens += [f"<0x{byte:02X}>" for byte in range(256)]
    types += [6] * 256
    words = [
        "\n",
        "▁",
        *(chr(code) for code in range(33, 127) if chr(code) != "<"),
    ]  # which would look like a special token
    known = {*words, *tokens}
    pairs: list[str] = []
    random = np.random.default_rng(11)
    while len(tokens) + len(words) < count:
        lefts, rights = (random.random((2, 4096)) ** 2 * len(words)).astype(np.int64)
        for left, right in zip(lefts, rights, strict=True):
            word = words[left] + words[right]
            if len(word) > 16 or word in known or "\n" in word or "▁" in word[1:] or len(tokens) + len(words) >= count:
                continue
            known.add(word)
            words.append(word)
            pairs.append(f"{words[left]} {words[right]}")
    return (tokens + words)[:count], (types + [1] * len(words))[:count], pairs


def put_gemma(out: gguf.GGUFWriter, count: int) -> None:
    """Writes a vocabulary of so many tokens, with the ids of Gemma 4's special tokens and its chat format."""
    tokens, types, pairs = gemma_vocabulary(count)
    out.add_tokenizer_model("gemma4")
    out.add_token_list(tokens)
    out.add_token_scores([-1000.0] * len(tokens))
    out.add_token_types(types)
    out.add_token_merges(pairs)
    out.add_bos_token_id(2)
    out.add_eos_token_id(END)
    out.add_unk_token_id(3)
    out.add_pad_token_id(0)
    out.add_mask_token_id(4)
    out.add_add_bos_token(True)
    out.add_add_space_prefix(False)
    out.add_chat_template(TEMPLATE)
