from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from app.models.forecast.shape import ModelShape, plan_slices, shape_problems
from app.models.registry.reader import load_registry
from app.places import find_places

REGISTRY = load_registry(find_places().registry)


@pytest.mark.parametrize("name", REGISTRY.shapes)
def test_slices_have_every_kind_of_layer_and_end_as_llama_cpp_requires(name: str) -> None:
    shape = REGISTRY.shapes[name]
    kinds = {shape.kind(layer) for layer in range(shape.layers)}
    shallow, deep = shape.slices("Q4_0", "Q4_0")
    assert len(shallow) < len(deep) <= 18
    for layers in (shallow, deep):
        assert list(layers) == sorted(set(layers))
        assert {shape.kind(layer) for layer in layers} == kinds
        own = [layer for layer in layers if shape.has_kv(layer)]
        for last in (own, layers):
            assert [shape.slides(layer) for layer in last[-2:]] == [True, False]


@pytest.mark.parametrize("name", REGISTRY.shapes)
def test_sizes_of_whole_models_are_those_of_the_published_files(name: str) -> None:
    shape = REGISTRY.shapes[name]
    pair = next(pair for pair in REGISTRY.pairs if pair.shape == name and pair.weights == "Q4_0")
    assert pair.drafter is not None
    plan = plan_slices(shape, pair.weights, pair.draft_weights)
    whole = shape.file_bytes(range(shape.layers), plan.weights, plan.table)
    assert whole == pytest.approx(pair.target.total_size, rel=0.01)
    assert shape.drafter_bytes(pair.draft_weights) == pytest.approx(pair.drafter.total_size, rel=0.35)


def test_every_gguf_pair_of_gemma_names_a_shape_that_is_there_and_its_weights() -> None:
    for pair in REGISTRY.pairs:
        if pair.family == "gemma-4" and "llama.cpp" in pair.engines and not pair.is_built_in:
            assert pair.shape in REGISTRY.shapes, pair.id
            assert pair.weights, pair.id


def test_the_deep_slice_of_a_mixture_is_as_deep_as_its_file_may_be_large() -> None:
    shape = REGISTRY.shapes["gemma-4-26b-a4b"]
    deep = shape.slices("Q4_0", "Q4_0")[1]
    assert len(deep) < 18
    assert shape.file_bytes(deep, "Q4_0", "Q4_0") < 3_200_000_000
    assert Counter(map(shape.kind, deep)) == {"sliding": len(deep) - 1, "full": 1}


def test_the_deep_slice_of_a_large_dense_model_is_as_deep_as_its_passes_may_be_slow() -> None:
    shape = REGISTRY.shapes["gemma-4-12b"]
    deep = shape.slices("Q4_0", "Q4_0")[1]
    assert shape.pass_bytes(deep, "Q4_0", "Q4_0") <= 1_700_000_000
    assert shape.pass_bytes(shape.some_layers(len(deep) + 1), "Q4_0", "Q4_0") > 1_700_000_000


def test_a_token_meets_only_the_experts_that_it_uses() -> None:
    shape = REGISTRY.shapes["gemma-4-26b-a4b"]
    assert shape.weights(0, shape.experts) > 8 * shape.weights(0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden": 0}, "hidden"),
        ({"vocabulary": 9}, "vocabulary"),
        ({"layers": 1}, "layers"),
        ({"period": 40}, "period"),
        ({"shared": 19}, "attend to everything"),
        ({"hidden": 1537}, "multiples"),
        ({"experts": 8}, "belong together"),
        ({"hidden": 1 << 20, "feed_forward": 1 << 22}, "larger"),
    ],
)
def test_a_senseless_shape_is_refused_in_words(changes: dict[str, int], said: str) -> None:
    good = REGISTRY.shapes["gemma-4-e2b"]
    assert list(shape_problems(good)) == []
    found = list(shape_problems(msgspec.structs.replace(good, **changes)))
    assert said in found[0]


def tiny_shape() -> ModelShape:
    """A shape as small as llama.cpp takes it, with shared caches and per-layer embeddings."""
    return ModelShape(
        "gemma-4-tiny", 256, 12, 2, 1, 1, 256, 4, 512, 4096, shared=4, per_layer=32, head_dim=64, head_dim_full=128,
        draft_hidden=64, draft_heads=1, draft_feed_forward=128, vocabulary=4096,
    )  # fmt: skip


def test_the_tiny_shape_of_other_tests_makes_sense() -> None:
    assert list(shape_problems(tiny_shape())) == []
