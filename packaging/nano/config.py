"""The shape of the pair, its special tokens and its chat format: the one place where they are written down."""

from __future__ import annotations

from dataclasses import dataclass, field

SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<|turn>", "<turn|>")
PAD, EOS, BOS, UNK, MASK, TURN, END_TURN = range(7)
BYTES = 256  # byte fallback tokens follow the special ones

SLIDING, FULL = "sliding_attention", "full_attention"

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{{ m['content'] }}<turn|>\n{% endfor %}{% if add_generation_prompt %}<|turn>model\n{% endif %}"
)


def request(prompt: str) -> str:
    """The text before the answer, without `<bos>`."""
    return f"<|turn>user\n{prompt}<turn|>\n<|turn>model\n"


@dataclass(frozen=True)
class TargetConfig:
    """Gemma 4 text. head_dim is that of sliding layers, global_head_dim that of full ones."""

    vocab: int = 16384
    hidden: int = 640
    ffn: int = 2048
    heads: int = 8
    kv: int = 2
    head_dim: int = 64
    global_head_dim: int = 128
    window: int = 512
    softcap: float = 30.0
    eps: float = 1e-6
    layers: tuple[str, ...] = ((SLIDING,) * 3 + (FULL,)) * 2

    def dim(self, kind: str) -> int:
        """Head dimension in layers of this kind."""
        return self.head_dim if kind == SLIDING else self.global_head_dim


@dataclass(frozen=True)
class DrafterConfig:
    """gemma4_assistant with a dense head. Its layers have queries only; keys and values are the target's."""

    hidden: int = 256
    ffn: int = 768
    heads: int = 4
    layers: tuple[str, ...] = (SLIDING, SLIDING, FULL)
    target: TargetConfig = field(default_factory=TargetConfig)


@dataclass(frozen=True)
class HeadConfig:
    """A head that reads layers of the target: what EAGLE3 and DFlash have in common.

    reads: layers whose inputs it reads. The final state is none: llama.cpp does not give it for this architecture.
    draft_vocab: tokens that it can draft, the most frequent ones of the target's text.
    """

    reads: tuple[int, ...] = (2, 5, 7)
    layers: int = 1
    ffn: int = 1280
    heads: int = 8
    kv: int = 2
    head_dim: int = 64
    rope_base: float = 10_000.0
    draft_vocab: int = 4096
    target: TargetConfig = field(default_factory=TargetConfig)


EAGLE3 = HeadConfig()
DFLASH = HeadConfig(layers=2, ffn=1024)
BLOCK = 9
"""Tokens of a block of DFlash: the last one of the text, and eight to draft."""

CONTEXT = 8192


def hf_target(c: TargetConfig) -> dict[str, object]:
    """Arguments of transformers' Gemma4TextConfig."""
    return {
        "vocab_size": c.vocab,
        "hidden_size": c.hidden,
        "intermediate_size": c.ffn,
        "num_hidden_layers": len(c.layers),
        "num_attention_heads": c.heads,
        "num_key_value_heads": c.kv,
        "head_dim": c.head_dim,
        "global_head_dim": c.global_head_dim,
        "hidden_size_per_layer_input": 0,
        "vocab_size_per_layer_input": 0,
        "sliding_window": c.window,
        "max_position_embeddings": CONTEXT,
        "final_logit_softcapping": c.softcap,
        "layer_types": list(c.layers),
        "num_kv_shared_layers": 0,
        "rms_norm_eps": c.eps,
        "eos_token_id": [EOS, END_TURN],
        "bos_token_id": BOS,
        "pad_token_id": PAD,
    }


def hf_drafter(d: DrafterConfig) -> dict[str, object]:
    """Arguments of the Gemma4TextConfig inside transformers' Gemma4AssistantConfig."""
    return hf_target(d.target) | {
        "hidden_size": d.hidden,
        "intermediate_size": d.ffn,
        "num_hidden_layers": len(d.layers),
        "num_attention_heads": d.heads,
        "layer_types": list(d.layers),
        "num_kv_shared_layers": len(d.layers),
        "final_logit_softcapping": None,
    }
