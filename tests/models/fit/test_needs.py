"""What a model needs in memory, sum by sum: heads made here, and the arithmetic written out beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.models.files.gguf import Gguf, LongArray, TensorInfo, Value
from app.models.fit.needs import MemoryNeed, Runtime, cells, need_of, own_head_need

LAYERS, HIDDEN, HEADS, KV_HEADS, KEY, FEED, WORDS = 4, 96, 6, 2, 32, 200, 1000
BATCH, OUTPUTS, CONTEXT = 512, 17, 2048
SHAPE: dict[str, Value] = {
    "block_count": LAYERS,
    "embedding_length": HIDDEN,
    "attention.head_count": HEADS,
    "attention.head_count_kv": KV_HEADS,
    "attention.key_length": KEY,
    "attention.value_length": KEY,
    "feed_forward_length": FEED,
}
WEIGHTS = (TensorInfo("token_embd.weight", (HIDDEN, WORDS), "F16", 1), TensorInfo("output.weight", (8, 8), "F16", 2))


def head(
    arch: str = "any", tensors: tuple[TensorInfo, ...] = WEIGHTS, merges: Value | None = None, **more: Value
) -> Gguf:
    metadata: dict[str, Value] = {f"{arch}.{key}": value for key, value in {**SHAPE, **more}.items()}
    metadata["general.architecture"] = arch
    metadata["tokenizer.ggml.tokens"] = LongArray(8, WORDS, "digest")
    if merges is not None:
        metadata["tokenizer.ggml.merges"] = merges
    return Gguf(Path("made.gguf"), 5000, metadata, tensors)


def compute(widest: int, *, per_layer: int = 0, seen: int = CONTEXT, batch: int = BATCH) -> int:
    return batch * seen * 2 + 4 * batch * max(widest + per_layer, 3 * per_layer)


DENSE = 3 * FEED + 3 * HIDDEN
ATTENTION = 3 * HEADS * KEY + HIDDEN


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, compute(DENSE)),
        ({"feed_forward_length": 20}, compute(ATTENTION)),
        ({"feed_forward_length": (20, 200, 30, 40)}, compute(DENSE)),
        ({"feed_forward_length": 20, "attention.head_count": (2, 6, 2, 2)}, compute(ATTENTION)),
        ({"expert_used_count": 4, "expert_feed_forward_length": 50}, compute(4 * (3 * 50 + 2 * HIDDEN) + 3 * HIDDEN)),
        ({"expert_used_count": 1, "expert_feed_forward_length": 5}, compute(DENSE)),
        ({"expert_feed_forward_length": 5000}, compute(DENSE)),
        ({"embedding_length_per_layer_input": 16}, compute(DENSE, per_layer=16 * LAYERS)),
        ({"embedding_length_per_layer_input": 512}, compute(DENSE, per_layer=512 * LAYERS)),
        ({"attention.sliding_window": 100}, compute(DENSE, seen=CONTEXT + cells(100 + BATCH))),
        ({"attention.sliding_window": 4000}, compute(DENSE, seen=2 * CONTEXT)),
        # Without a length of its own, keys share the width of the model among the heads.
        ({"feed_forward_length": 1, "attention.key_length": 0}, compute(3 * HEADS * (HIDDEN // HEADS) + HIDDEN)),
    ],
)
def test_intermediate_results_are_those_of_the_widest_part(more: dict[str, Value], expected: int) -> None:
    assert need_of([head(**more)], Runtime(context=CONTEXT)).compute == expected


def test_the_logits_decide_where_the_vocabulary_is_large() -> None:
    many = head()
    many.metadata["tokenizer.ggml.tokens"] = LongArray(8, 1_000_000, "digest")
    assert need_of([many], Runtime(context=CONTEXT)).compute == 4 * (OUTPUTS * 1_000_000 + BATCH * HIDDEN)


def test_a_short_context_is_fed_in_one_batch_of_its_size() -> None:
    found = need_of([head()], Runtime(context=100)).compute
    assert found == compute(DENSE, seen=256, batch=256)


def test_a_drafter_computes_one_token_at_a_time_and_has_no_cache_of_its_own() -> None:
    found = need_of([head("gemma4-assistant", embedding_length_out=256)], Runtime(context=CONTEXT))
    assert found.info.target_hidden == 256
    assert found.cache == 0
    passing = CONTEXT * 2 + 4 * max(3 * FEED + 3 * 256, 3 * HEADS * KEY + 256)
    assert found.compute == max(passing, 4 * (WORDS + 256))
    assert found.tables == 1_300_000 + 90 * WORDS + 4 * WORDS + 4 * BATCH * 256


@pytest.mark.parametrize(
    ("merges", "count"), [(None, 0), (("a b", "c d", "e f"), 3), (LongArray(8, 500, "digest"), 500)]
)
def test_tables_are_counted_by_the_tokens_and_their_merges(merges: Value | None, count: int) -> None:
    expected = 1_300_000 + 90 * WORDS + 100 * count + 4 * OUTPUTS * WORDS + 4 * BATCH * HIDDEN
    assert need_of([head(merges=merges)], Runtime(context=CONTEXT)).tables == expected


def test_the_cache_is_that_of_the_layers_that_have_their_own() -> None:
    one = 2 * KV_HEADS * KEY * 2
    runtime = Runtime(context=CONTEXT)
    assert need_of([head()], runtime).cache == LAYERS * CONTEXT * one
    assert need_of([head(**{"attention.shared_kv_layers": 3})], runtime).cache == CONTEXT * one
    pattern = {"attention.sliding_window": 100, "attention.sliding_window_pattern": (True, False, True, True)}
    assert need_of([head(**pattern)], runtime).cache == (3 * cells(100 + BATCH) + CONTEXT) * one
    assert need_of([head(**pattern)], Runtime(context=CONTEXT, full_windows=True)).cache == LAYERS * CONTEXT * one
    assert need_of([head()], Runtime(context=CONTEXT, cache_bytes=1)).cache == LAYERS * CONTEXT * one // 2


def test_states_are_kept_for_half_the_context_at_most() -> None:
    mamba: dict[str, Value] = {"ssm.conv_kernel": 4, "ssm.inner_size": 10, "ssm.state_size": 3, "ssm.group_count": 2}
    state = 4 * (3 * (10 + 2 * 2 * 3) + 30)
    found = need_of([head("qwen35", **mamba)], Runtime(context=256, outputs=1000))
    assert found.cache == 256 * 2 * KV_HEADS * KEY * 2 + 3 * state * (1 + 128)


FOUR_BIT = (
    TensorInfo("token_embd.weight", (HIDDEN, WORDS), "Q4_0", 1000),
    TensorInfo("per_layer_token_embd.weight", (HIDDEN, WORDS), "Q4_0", 200),
    TensorInfo("blk.0.attn_norm.weight", (HIDDEN,), "Q4_0", 40),
    TensorInfo("blk.0.ffn_up.weight", (HIDDEN, 12), "Q4_0", 8),
    TensorInfo("blk.0.ffn_down.weight", (HIDDEN, 64), "Q8_0", 2),
    TensorInfo("blk.0.ffn_gate.weight", (HIDDEN, 64), "Q4_0", 30),
    TensorInfo("blk.1.ffn_gate.weight", (HIDDEN, 64), "MXFP4", 500),
)
OUTPUT = TensorInfo("output.weight", (HIDDEN, WORDS), "Q4_0", 3000)


@pytest.mark.parametrize(
    ("tensors", "runtime", "expected"),
    [
        (FOUR_BIT, Runtime(), 1000 + 30 + 500),
        ((*FOUR_BIT, OUTPUT), Runtime(), 3000 + 30 + 500),
        ((OUTPUT, *FOUR_BIT), Runtime(), 3000 + 30 + 500),
        (FOUR_BIT, Runtime(repacked=frozenset({"Q8_0"})), 2),
        (FOUR_BIT, Runtime(on_gpu=True), 0),
    ],
)
def test_weights_in_another_order_are_copied(tensors: tuple[TensorInfo, ...], runtime: Runtime, expected: int) -> None:
    found = need_of([head(tensors=tensors)], runtime)
    assert found.copied == expected
    assert (found.mapped, found.host, found.lazy) == (5000, 1000, 200)


BLOCK = (
    TensorInfo("blk.0.attn_norm.weight", (HIDDEN,), "F32", 7),
    TensorInfo("blk.3.nextn.eh_proj.weight", (HIDDEN, 64), "Q4_0", 300),
    TensorInfo("blk.3.ffn_up.weight", (HIDDEN, 64), "F16", 60),
)


def test_an_mtp_block_is_left_out_of_the_model_and_counted_for_itself() -> None:
    heads = [head(tensors=BLOCK, nextn_predict_layers=1)]
    runtime = Runtime(context=CONTEXT)
    target, block = need_of(heads, runtime), own_head_need(heads, runtime)
    one = CONTEXT * 2 * KV_HEADS * KEY * 2
    assert (target.mapped, target.copied, target.cache) == (5000 - 360, 0, 3 * one)
    assert block == MemoryNeed(
        info=target.info,
        mapped=360,
        copied=300,
        cache=one,
        compute=compute(DENSE),
        tables=4 * WORDS + 4 * BATCH * HIDDEN,
        host=0,
    )
    assert own_head_need([head(tensors=BLOCK)], runtime) is None


def test_an_mtp_block_gives_one_row_of_logits() -> None:
    heads = [head(tensors=BLOCK, nextn_predict_layers=1)]
    heads[0].metadata["tokenizer.ggml.tokens"] = LongArray(8, 10_000_000, "digest")
    block = own_head_need(heads, Runtime(context=CONTEXT))
    assert block is not None
    assert block.compute == 4 * (10_000_000 + BATCH * HIDDEN)
