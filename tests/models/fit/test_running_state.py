"""Layers with a running state, from heads made here: which they are, and what one state takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models.files.gguf import Gguf, Value
from app.models.fit.running_state import state_bytes, state_values, with_attention, with_state

MAMBA = {"ssm.conv_kernel": 4, "ssm.inner_size": 10, "ssm.state_size": 3, "ssm.group_count": 2}
STATE = 3 * (10 + 2 * 2 * 3) + 3 * 10
"""Values of one such state: a window of the convolution over x, B and C, and the state itself."""


def head(arch: str, **keys: Value) -> Gguf:
    metadata: dict[str, Value] = {f"{arch}.{key}": value for key, value in keys.items()}
    return Gguf(Path("made.gguf"), 0, metadata, ())


def made(arch: str, more: dict[str, Value]) -> Gguf:
    return head(arch, **{**MAMBA, **more})


def marks(text: str) -> tuple[bool, ...]:
    return tuple(mark == "s" for mark in text)


@pytest.mark.parametrize(
    ("arch", "more", "expected"),
    [
        ("qwen35", {}, "sssasssa"),
        ("qwen35", {"full_attention_interval": 3}, "ssassass"),
        ("qwen35", {"nextn_predict_layers": 1}, "sssasssa"),
        ("qwen35", {"full_attention_interval": 5, "nextn_predict_layers": 2}, "ssssasaa"),
        ("qwen35", {"full_attention_interval": 5, "nextn_predict_layers": 99}, "aaaaaaaa"),
        ("falcon-h1", {}, "ssssssss"),
        ("lfm2", {"attention.head_count_kv": (0, 8, 0, 0, 8, 0, 0, 0)}, "sassasss"),
        ("lfm2", {"attention.head_count_kv": (0, 8, 0, 0, 8, 0, 0, 0), "nextn_predict_layers": 2}, "sassasaa"),
        ("lfm2", {"attention.head_count_kv": (0, 8, 0, 0, 8, 0, 0, 0, 7)}, "sassasss"),
        ("lfm2", {"attention.head_count_kv": (0, 8, 0)}, "aaaaaaaa"),
        ("lfm2", {"attention.head_count_kv": 8}, "aaaaaaaa"),
        ("lfm2", {"attention.head_count_kv": (0,) * 8, "feed_forward_length": 64}, "ssssssss"),
        (
            "nemotron_h",
            {"attention.head_count_kv": (0, 0, 8, 0, 0, 0, 0, 0), "feed_forward_length": (0, 64, 0, 0, 64, 0, 0, 0)},
            "saasasss",
        ),
        ("nemotron_h_moe", {"attention.head_count_kv": (0,) * 8, "feed_forward_length": 64}, "aaaaaaaa"),
        ("nemotron_h", {"attention.head_count_kv": (0,) * 8}, "ssssssss"),
        ("any", {"attention.recurrent_layers": (True, False, 1, 0, True, True, False, False)}, "sasassaa"),
        ("any", {"attention.recurrent_layers": (True,) * 7 + (False, True)}, "sssssssa"),
        ("any", {"attention.recurrent_layers": (True,) * 7}, "aaaaaaaa"),
    ],
)
def test_which_layers_keep_a_state(arch: str, more: dict[str, Value], expected: str) -> None:
    found = with_state(made(arch, more), arch, 8)
    assert found == marks(expected)
    both = arch == "falcon-h1"
    assert with_attention(made(arch, more), arch, 8) == ((True,) * 8 if both else tuple(not it for it in found))


def test_a_model_without_a_state_keeps_none() -> None:
    plain = head("qwen35", full_attention_interval=4, embedding_length=64)
    assert with_state(plain, "qwen35", 8) == (False,) * 8
    assert state_values(plain, "qwen35") == 0
    assert state_bytes(plain, "qwen35", 8, 5) == 0


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (MAMBA, STATE),
        ({**MAMBA, "ssm.conv_kernel": 0}, 3 * 10),
        ({"ssm.conv_kernel": 1, "ssm.inner_size": 10}, 0),
        ({"shortconv.l_cache": 3, "embedding_length": 64}, 64 * 2),
        ({"shortconv.l_cache": 3, "embedding_length": 64, "ssm.inner_size": 10, "ssm.state_size": 3}, 64 * 2 + 30),
        ({"kda.head_dim": 8, "attention.head_count": 5}, 3 * 3 * 5 * 8 + 8 * 8 * 5),
        ({"kda.head_dim": 8, "attention.head_count": (5, 2), "ssm.conv_kernel": 6}, 3 * 5 * 5 * 8 + 8 * 8 * 5),
        ({"kda.head_dim": 8}, 0),
    ],
)
def test_what_one_state_holds(keys: dict[str, Value], expected: int) -> None:
    assert state_values(head("any", **keys), "any") == expected


@pytest.mark.parametrize(("arch", "kept", "copies"), [("qwen35", 5, 6), ("qwen35", 0, 1), ("qwen3next", 5, 1)])
def test_states_are_kept_for_drafts_that_are_taken_back_where_the_library_can(
    arch: str, kept: int, copies: int
) -> None:
    assert state_bytes(made(arch, {}), arch, 8, kept) == 4 * copies * STATE * 6
