"""Layers that keep a running state in place of a KV cache (Qwen 3.5, LFM2 and others), and the bytes that takes.

Source: llama.cpp's llama-hparams.cpp (n_embd_r, n_embd_s) for the size of one state, llama-memory-recurrent.cpp for how
many are kept, llama-arch.cpp for the models whose states can be taken back, models/*.cpp for which layers these are.
"""

from __future__ import annotations

from typing import Final

from app.models.files.gguf import Gguf

_BY_INTERVAL: Final = frozenset({"qwen3next", "qwen35", "qwen35moe", "qwen4exp", "minimax-01"})
"""Models in which every n-th layer has attention, and the others a state."""
_BOTH: Final = frozenset({"falcon-h1"})
"""Models whose layers have attention and a state."""
_TAKEN_BACK: Final = frozenset(
    {"kimi-k3", "qwen35", "qwen35moe", "qwen4exp", "glm5-next", "nemotron_h", "nemotron_h_moe", "lfm2", "lfm2moe"}
    | {"bailingmoe3"}
)
"""Models of which llama.cpp keeps a state after each of the last tokens, so that rejected drafts can be taken back."""
_STATE_BYTES: Final = 4
_INTERVAL: Final = 4


def with_state(head: Gguf, arch: str, layers: int) -> tuple[bool, ...]:
    """Returns for each layer whether it keeps a running state."""
    trunk = layers - min(layers, head.number(f"{arch}.nextn_predict_layers") or 0)  # MTP layers have attention
    told = head.metadata.get(f"{arch}.attention.recurrent_layers")
    if isinstance(told, tuple) and len(told) >= layers:
        return tuple(bool(item) for item in told[:layers])
    if not state_values(head, arch):
        return (False,) * layers
    if arch in _BOTH:
        return (True,) * layers
    if arch in _BY_INTERVAL:
        interval = head.number(f"{arch}.full_attention_interval") or _INTERVAL
        return tuple(layer < trunk and (layer + 1) % interval != 0 for layer in range(layers))
    kv_heads = head.metadata.get(f"{arch}.attention.head_count_kv")
    if not isinstance(kv_heads, tuple) or len(kv_heads) < layers:
        return (False,) * layers
    # In Nemotron-H a layer with neither attention nor a state has a feed-forward part only.
    wide = (head.per_layer(f"{arch}.feed_forward_length", layers) if arch.startswith("nemotron_h") else None) or ()
    plain = [bool(width) for width in wide] or [False] * layers
    return tuple(
        layer < trunk and not heads and not other
        for layer, (heads, other) in enumerate(zip(kv_heads[:layers], plain, strict=True))
    )


def with_attention(head: Gguf, arch: str, layers: int) -> tuple[bool, ...]:
    """Returns for each layer whether it has a KV cache."""
    if arch in _BOTH:
        return (True,) * layers
    return tuple(not state for state in with_state(head, arch, layers))


def state_values(head: Gguf, arch: str) -> int:
    """Returns the values in one state of one layer; 0 if the model has none."""

    def number(key: str) -> int:
        return head.number(f"{arch}.{key}") or 0

    kernel, inner, state = number("ssm.conv_kernel"), number("ssm.inner_size"), number("ssm.state_size")
    hidden, heads = number("embedding_length"), max(head.per_layer(f"{arch}.attention.head_count", 1) or (0,))
    if short := number("shortconv.l_cache"):
        return hidden * (short - 1) + state * inner
    if width := number("kda.head_dim"):
        return 3 * ((kernel or 4) - 1) * heads * width + width * width * heads
    return max(0, kernel - 1) * (inner + 2 * number("ssm.group_count") * state) + state * inner


def state_bytes(head: Gguf, arch: str, layers: int, kept: int) -> int:
    """Returns the bytes of one lane's states.

    Args:
        kept: States kept besides the present one, for drafts that are rejected.
    """
    rows = 1 + (kept if arch in _TAKEN_BACK else 0)
    return _STATE_BYTES * rows * state_values(head, arch) * sum(with_state(head, arch, layers))
