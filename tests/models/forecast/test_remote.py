"""Shapes of models on the hub, read from the beginning of their files; a hub of real HTTP servers on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gguf import GGUFWriter
from hypothesis import given
from hypothesis import strategies as st

from app.models.forecast.described import FILE_WEIGHTS, shape_of_config, shape_of_metadata
from app.models.forecast.gemma4 import Made, put_metadata
from app.models.forecast.remote import describe_remote, is_remote_name
from app.models.forecast.shape import ModelShape, shape_problems
from app.models.forecast.vocabulary import put_gemma
from app.models.forecast.weights import KINDS
from app.models.hub.client import Hub, make_client
from app.models.hub.settings import HubSettings
from app.models.hub.transfer import Retries
from app.places import find_places
from app.race.problems import ProblemError
from tests.models.fakehub import FakeHub
from tests.models.forecast.test_shape import REGISTRY, tiny_shape

OWNER, FILE = "maker/model", "model-Q4_0.gguf"
ONCE = Retries(attempts=1, first_wait=0.0)
SHAPES = [*REGISTRY.shapes.values(), tiny_shape()]


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as made:
        made.files[OWNER] = {}
        yield made


@pytest.fixture
def hub(fake: FakeHub, tmp_path: Path) -> Iterator[Hub]:
    with make_client() as client:
        yield Hub(HubSettings(fake.endpoint, None, tmp_path / "cache", False), client)


def config_of(shape: ModelShape) -> dict[str, Any]:
    """The config.json that transformers writes for a model of this shape."""
    kinds = ["sliding_attention" if shape.slides(layer) else "full_attention" for layer in range(shape.layers)]
    same = not shape.own_v
    text = {
        "model_type": "gemma4_text",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "num_global_key_value_heads": shape.kv_heads_full if same else None,
        "attention_k_eq_v": same,
        "intermediate_size": shape.feed_forward,
        "layer_types": kinds,
        "sliding_window": shape.window,
        "max_position_embeddings": shape.context,
        "num_kv_shared_layers": shape.shared,
        "hidden_size_per_layer_input": shape.per_layer,
        "use_double_wide_mlp": shape.double_wide,
        "enable_moe_block": bool(shape.experts),
        "num_experts": shape.experts or None,
        "top_k_experts": shape.experts_used or None,
        "moe_intermediate_size": shape.expert_width or None,
        "head_dim": shape.head_dim,
        "global_head_dim": shape.head_dim_full,
        "vocab_size": shape.vocabulary,
    }
    return {"model_type": "gemma4", "text_config": text}


def gguf_of(shape: ModelShape, folder: Path, *, words: int = 2048, rest: int = 0) -> bytes:
    """A GGUF file that describes such a model, with a short vocabulary, and ``rest`` bytes in place of its weights."""
    path = folder / FILE
    out = GGUFWriter(path, "gemma4")
    put_metadata(out, shape, range(shape.layers), Made(KINDS["Q4_0"]), shape.name)
    put_gemma(out, words)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.close()
    return path.read_bytes() + bytes(rest)


def plain(shape: ModelShape) -> dict[str, object]:
    """A shape without what its description cannot tell."""
    found = msgspec.structs.asdict(shape)
    return {key: value for key, value in found.items() if key not in ("name", "source", "vocabulary")}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_config_gives_the_shape_that_it_describes(shape: ModelShape, fake: FakeHub, hub: Hub) -> None:
    fake.files[OWNER]["config.json"] = json.dumps(config_of(shape)).encode()
    found = describe_remote(OWNER, hub, SHAPES, ONCE)
    assert plain(found.shape) == plain(shape)
    assert found.shape.source == f"config.json of {OWNER}"
    assert found.shape.vocabulary == shape.vocabulary


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_first_megabyte_of_a_gguf_file_is_enough(
    shape: ModelShape, fake: FakeHub, hub: Hub, tmp_path: Path
) -> None:
    size = 40_000_000
    data = gguf_of(shape, tmp_path, words=100_000, rest=size)
    fake.files[OWNER][FILE] = data
    found = describe_remote(f"{OWNER}/{FILE}", hub, SHAPES, ONCE)
    assert plain(found.shape) == plain(shape)
    assert (found.weights, found.size) == ("Q4_0", len(data))
    sent, _ = fake.served(FILE)
    assert sent == 1 << 20


def test_a_file_that_puts_its_vocabulary_first_is_read_further(fake: FakeHub, hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / FILE
    out = GGUFWriter(path, "gemma4")
    put_gemma(out, 100_000)
    put_metadata(out, tiny_shape(), range(12), Made(KINDS["Q8_0"]), "tiny")
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.close()
    fake.files[OWNER][FILE] = path.read_bytes() + bytes(100)
    found = describe_remote(f"{OWNER}/{FILE}", hub, SHAPES, ONCE)
    assert (found.shape.layers, found.weights, found.shape.vocabulary) == (12, "Q8_0", 100_000)


def test_a_server_without_ranges_is_cut_off(fake: FakeHub, hub: Hub, tmp_path: Path) -> None:
    data = gguf_of(tiny_shape(), tmp_path, rest=30_000_000)
    fake.files[OWNER][FILE] = data
    fake.always[("storage", FILE)] = lambda handler: (setattr(handler, "end", None), handler.usual_storage(handler))[0]
    found = describe_remote(f"{OWNER}/{FILE}", hub, SHAPES, ONCE)
    assert found.shape.layers == 12
    assert found.size == len(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"model_type": "llama", "hidden_size": 4096}', 'architecture "llama"'),
        (b"{}", "does not say what it is"),
        (b'{"model_type": "gemma4", "text_config": {"hidden_size": -1}}', "makes no sense"),
        (b"not json", "no description"),
        (b"[1]", "no description"),
    ],
)
def test_a_config_of_something_else_is_refused_in_words(data: bytes, said: str, fake: FakeHub, hub: Hub) -> None:
    fake.files[OWNER]["config.json"] = data
    with pytest.raises(ProblemError) as caught:
        describe_remote(OWNER, hub, SHAPES, ONCE)
    assert said in str(caught.value.problem)


def test_a_gguf_file_of_another_architecture_is_refused_after_its_first_megabyte(
    fake: FakeHub, hub: Hub, tmp_path: Path
) -> None:
    out = GGUFWriter(tmp_path / FILE, "llama")
    out.add_block_count(32)
    put_gemma(out, 200_000)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.close()
    fake.files[OWNER][FILE] = (tmp_path / FILE).read_bytes()
    with pytest.raises(ProblemError) as caught:
        describe_remote(f"{OWNER}/{FILE}", hub, SHAPES, ONCE)
    assert caught.value.problem.kind == "forecast-architecture"
    assert fake.served(FILE)[0] == 1 << 20


@pytest.mark.parametrize("data", [b"", b"<html>", b"GGUF", b"GGUF\x03\0\0\0" + b"\xff" * 16])
def test_what_is_no_gguf_file_is_refused_in_words(data: bytes, fake: FakeHub, hub: Hub) -> None:
    fake.files[OWNER][FILE] = data
    with pytest.raises(ProblemError) as caught:
        describe_remote(f"{OWNER}/{FILE}", hub, SHAPES, ONCE)
    assert caught.value.problem.kind in ("forecast-shape", "forecast-architecture")


def test_a_repository_that_is_not_there_is_told_as_by_a_download(hub: Hub) -> None:
    with pytest.raises(ProblemError) as caught:
        describe_remote("no/such", hub, SHAPES, ONCE)
    assert "no/such" in str(caught.value.problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("google/gemma-4-E2B-it", True),
        ("unsloth/gemma-4-E2B-it-GGUF/folder/a-00001-of-00002.gguf", True),
        ("gemma-4-e2b-q4", False),
        ("a/b/c.safetensors", False),
        ("a/b/../c.gguf", False),
        ("/etc/passwd", False),
        ("https://host/a/b", False),
    ],
)
def test_names_on_the_hub_are_told_from_other_texts(text: str, expected: bool) -> None:
    assert is_remote_name(text) is expected


def test_the_config_of_the_built_in_pair_is_read() -> None:
    config = json.loads((find_places().resources / "nano" / "hf" / "target.json").read_text(encoding="utf-8"))
    found = shape_of_config(config, "nano", "its file", SHAPES)
    assert (found.hidden, found.layers, found.period, found.vocabulary) == (640, 8, 4, 16384)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 1 << 30) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(config_of(tiny_shape())["text_config"])), JSON))
def test_whatever_a_config_says_it_gives_a_sensible_shape_or_a_sentence(changes: dict[str, Any]) -> None:
    config = config_of(tiny_shape())
    config["text_config"] |= changes
    with suppress(ProblemError):
        assert list(shape_problems(shape_of_config(config, "x", "y", SHAPES))) == []


@given(
    st.dictionaries(
        st.sampled_from(["block_count", "embedding_length", "feed_forward_length", "attention.head_count_kv",
                         "attention.sliding_window_pattern", "attention.key_length", "expert_count"]),
        st.integers(-2, 1 << 40) | st.booleans() | st.text(max_size=5) | st.tuples(st.integers(0, 9), st.booleans()),
    ),
    st.none() | st.integers(0, 50) | st.text(max_size=3),
)  # fmt: skip
def test_whatever_metadata_says_it_gives_a_sensible_shape_or_a_sentence(
    changes: dict[str, Any], file_type: object
) -> None:
    metadata: dict[str, Any] = {f"gemma4.{key}": value for key, value in changes.items()}
    metadata |= {"general.architecture": "gemma4", "general.file_type": file_type}
    with suppress(ProblemError):
        shape, weights = shape_of_metadata(metadata, "x", "y", SHAPES)
        assert list(shape_problems(shape)) == []
        assert weights in ("", *FILE_WEIGHTS.values())
