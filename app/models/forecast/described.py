"""The shape of a model as it describes itself: from the config.json of its makers, or from the head of a GGUF file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from app.models.files.gguf import TOKENS, LongArray, Value
from app.models.forecast.shape import ModelShape, shape_problems
from app.race.problems import Problem, ProblemError
from app.race.visible import visible

_CONFIGS: Final = ("gemma4", "gemma4_text", "gemma4_unified", "gemma4_unified_text")
_ARCHITECTURE: Final = "gemma4"
_WORDS: Final = 262_144
_OF_DRAFTER: Final = ("draft_hidden", "draft_heads", "draft_feed_forward")
FILE_WEIGHTS: Final = {
    2: "Q4_0", 7: "Q8_0", 14: "Q4_K", 15: "Q4_K", 16: "Q5_K", 17: "Q5_K", 18: "Q6_K", 32: "BF16"
}  # fmt: skip
"""Type of most weights by a GGUF file's ``general.file_type`` (``llama_ftype`` of llama.cpp's llama.h)."""


def shape_of_config(config: Mapping[str, Any], name: str, source: str, known: Iterable[ModelShape]) -> ModelShape:
    """Reads a shape from config.json, with the keys of transformers' ``Gemma4TextConfig``.

    Args:
        config: As it was read.
        name: Of the model, for people.
        source: Where it comes from.
        known: Other shapes: the drafter is that of one of the same width and depth.

    Raises:
        ProblemError: It is of another architecture, or senseless.
    """
    kind = config.get("model_type")
    if kind not in _CONFIGS:
        raise ProblemError(_unknown(name, kind))
    text = config.get("text_config")
    text = text if isinstance(text, dict) else config

    def number(key: str, usual: int = 0) -> int:
        value = text.get(key, usual)
        return value if isinstance(value, int) and not isinstance(value, bool) else usual

    layers, same = number("num_hidden_layers"), text.get("attention_k_eq_v") is True
    types = text.get("layer_types")
    slides = [item == "sliding_attention" for item in types] if isinstance(types, list) else None
    experts = number("num_experts") if text.get("enable_moe_block") is True else 0
    kv_heads = number("num_key_value_heads")
    fields = {
        "hidden": number("hidden_size"),
        "layers": layers,
        "heads": number("num_attention_heads"),
        "kv_heads": kv_heads,
        "kv_heads_full": (number("num_global_key_value_heads") or kv_heads) if same else kv_heads,
        "feed_forward": number("intermediate_size"),
        "period": _period(slides, layers, name),
        "window": number("sliding_window"),
        "context": number("max_position_embeddings"),
        "shared": number("num_kv_shared_layers"),
        "per_layer": number("hidden_size_per_layer_input"),
        "own_v": not same,
        "double_wide": text.get("use_double_wide_mlp") is True,
        "experts": experts,
        "experts_used": number("top_k_experts") if experts else 0,
        "expert_width": number("moe_intermediate_size") if experts else 0,
        "head_dim": number("head_dim"),
        "head_dim_full": number("global_head_dim", 512),
        "vocabulary": number("vocab_size"),
    }
    return _checked(fields, name, source, known)


def shape_of_metadata(
    metadata: Mapping[str, Value], name: str, source: str, known: Iterable[ModelShape]
) -> tuple[ModelShape, str]:
    """Reads a shape, and the type of most weights ("" if it does not say), from a GGUF file's metadata.

    Args:
        metadata: At least what stands before the vocabulary.
        name, source, known: See :func:`shape_of_config`.

    Raises:
        ProblemError: It is of another architecture, or senseless.
    """
    kind = metadata.get("general.architecture")
    if kind != _ARCHITECTURE:
        raise ProblemError(_unknown(name, kind))

    def number(key: str, usual: int = 0) -> int:
        value = metadata.get(f"{_ARCHITECTURE}.{key}", usual)
        return value if isinstance(value, int) and not isinstance(value, bool) else usual

    def each(key: str, usual: int) -> Sequence[int]:
        value = metadata.get(f"{_ARCHITECTURE}.{key}", usual)
        numbers = value if isinstance(value, tuple) else (value,) * layers
        return [item if isinstance(item, int) and not isinstance(item, bool) else 0 for item in numbers[:layers]]

    layers = min(number("block_count"), 1 << 10)
    pattern = metadata.get(f"{_ARCHITECTURE}.attention.sliding_window_pattern")
    slides = [bool(item) for item in pattern] if isinstance(pattern, tuple) else None
    period = _period(slides, layers, name)
    kv_heads, wide = each("attention.head_count_kv", 0), each("feed_forward_length", 0)
    first = wide[0] if wide else 0
    sliding, full = (kv_heads[0], kv_heads[period - 1]) if len(kv_heads) >= period else (0, 0)
    tokens = metadata.get(TOKENS)
    words = tokens.count if isinstance(tokens, LongArray) else len(tokens) if isinstance(tokens, tuple) else _WORDS
    fields = {
        "hidden": number("embedding_length"),
        "layers": layers,
        "heads": max(each("attention.head_count", 0), default=0),
        "kv_heads": sliding,
        "kv_heads_full": full,
        "feed_forward": first,
        "period": period,
        "window": number("attention.sliding_window"),
        "context": number("context_length"),
        "shared": number("attention.shared_kv_layers"),
        "per_layer": number("embedding_length_per_layer_input"),
        # Gemma 4 models whose full layers have fewer K heads use K as V there; the metadata does not say it.
        "own_v": sliding == full,
        "double_wide": bool(wide) and wide[-1] == 2 * first,
        "experts": number("expert_count"),
        "experts_used": number("expert_used_count"),
        "expert_width": number("expert_feed_forward_length"),
        "head_dim": number("attention.key_length_swa"),
        "head_dim_full": number("attention.key_length"),
        "vocabulary": words,
    }
    file_type = metadata.get("general.file_type")
    weights = FILE_WEIGHTS.get(file_type, "") if isinstance(file_type, int) else ""
    return _checked(fields, name, source, known), weights


def _period(slides: Sequence[bool] | None, layers: int, name: str) -> int:
    """Returns how often a layer attends to everything.

    Raises:
        ProblemError: They do not come regularly.
    """
    if slides is None:
        return 6
    found = slides.index(False) + 1 if False in slides else 0
    if not found or list(slides) != [bool((layer + 1) % found) for layer in range(layers)]:
        raise ProblemError(_odd(name, "Its layers do not alternate regularly between a window and everything."))
    return found


def _checked(fields: Mapping[str, Any], name: str, source: str, known: Iterable[ModelShape]) -> ModelShape:
    alike = [item for item in known if (item.hidden, item.layers) == (fields["hidden"], fields["layers"])]
    drafter = {key: getattr(alike[0], key) for key in _OF_DRAFTER} if alike else {}
    shape = msgspec.convert({"name": name, "source": source, **fields, **drafter}, ModelShape)
    wrong = next(shape_problems(shape), None)
    if wrong is not None:
        raise ProblemError(_odd(name, wrong))
    return shape


def _unknown(name: str, kind: object) -> Problem:
    said = (
        f'It is of the architecture "{visible(kind, 80)}".' if isinstance(kind, str) else "It does not say what it is."
    )
    return Problem(
        "forecast-architecture",
        f"{name} cannot be forecast: slices can be written for Gemma 4 only.",
        cause=said,
        action="Download it and measure it with `mtp-race probe`.",
    )


def _odd(name: str, why: str) -> Problem:
    return Problem("forecast-shape", f"{name} cannot be forecast: its description makes no sense here.", cause=why)
