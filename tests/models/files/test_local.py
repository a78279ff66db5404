import hashlib
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.files.info import ModelInfo
from app.models.files.local import LocalPair, as_pair, open_local, read_model
from app.models.files.other_apps import find_in_other_apps
from app.models.shelf.availability import Ready, availability
from app.places import find_places
from app.race.lanes import LaneKind
from app.race.problems import Problem
from tests.models.ggufs import Shape, write_drafter, write_reader, write_target

CONFIG: dict[str, Any] = {
    "model_type": "gemma4",
    "text_config": {
        "hidden_size": 128,
        "num_hidden_layers": 4,
        "vocab_size": 512,
        "max_position_embeddings": 4096,
        "dtype": "bfloat16",
    },
}
DRAFTER: dict[str, Any] = {
    "model_type": "gemma4_assistant",
    "backbone_hidden_size": 128,
    "text_config": {"hidden_size": 64, "num_hidden_layers": 4, "vocab_size": 512},
}


def safetensors(shapes: dict[str, list[int]], metadata: dict[str, str] | None = None) -> bytes:
    head: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    end = 0
    for name, shape in shapes.items():
        size = 2 * shape[0] * shape[1]
        head[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + bytes(end)


def folder(path: Path, config: dict[str, Any], metadata: dict[str, str] | None = None) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    (path / "model.safetensors").write_bytes(safetensors({"a": [4, 8], "b": [2, 2]}, metadata))
    return path


def test_a_dropped_target_finds_its_drafter_beside_it_and_not_a_wrong_one(tmp_path: Path) -> None:
    target = write_target(tmp_path / "target.gguf")
    write_drafter(tmp_path / "wrong.gguf", replace(Shape(), hidden=256))
    right = write_drafter(tmp_path / "right.gguf")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    found = open_local(target)
    assert isinstance(found, LocalPair)
    assert found.drafter is not None
    assert found.drafter.path == right


def test_a_drafter_in_the_mtp_folder_is_found_and_a_dropped_drafter_finds_its_target(tmp_path: Path) -> None:
    target = write_target(tmp_path / "target.gguf")
    (tmp_path / "MTP").mkdir()
    drafter = write_drafter(tmp_path / "MTP" / "mtp-target.gguf")
    for dropped in (target, drafter, tmp_path):
        found = open_local(dropped)
        assert isinstance(found, LocalPair)
        assert found.target.path == target
        assert found.drafter is not None
        assert found.drafter.path == drafter


def test_a_target_without_a_drafter_can_still_be_opened_and_says_so(tmp_path: Path) -> None:
    found = open_local(write_target(tmp_path / "target.gguf"))
    assert isinstance(found, LocalPair)
    assert found.drafter is None
    assert found.target.mtp_layers == 0
    assert "No drafter" in found.note


def test_a_wrong_drafter_is_refused_with_its_reason(tmp_path: Path) -> None:
    target = write_target(tmp_path / "target.gguf")
    wrong = write_drafter(tmp_path / "wrong.gguf", replace(Shape(), hidden=256))
    found = open_local(target, wrong)
    assert isinstance(found, Problem)
    assert found.kind == "drafter-refused"
    assert "another size" in found.sentence


def test_a_drafter_alone_says_that_its_target_is_missing(tmp_path: Path) -> None:
    found = open_local(write_drafter(tmp_path / "drafter.gguf"))
    assert isinstance(found, Problem)
    assert "no target lies beside it" in found.sentence


def test_a_drafter_of_another_kind_is_no_pairs_own_and_says_where_it_is_chosen(tmp_path: Path) -> None:
    target = write_target(tmp_path / "model.gguf")
    head = write_reader(tmp_path / "model-mtp-drafter.gguf")  # whatever it is called
    for found in (open_local(head), open_local(target, head)):
        assert isinstance(found, Problem)
        assert "an EAGLE3 head" in found.sentence
        assert "drafter of a lane" in found.action
    alone = open_local(target)
    assert isinstance(alone, LocalPair)
    assert alone.drafter is None


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"architectures": ["Eagle3Speculator"], "transformer_layer_config": DRAFTER["text_config"]}, LaneKind.EAGLE3),
        ({"speculators_model_type": "dflash", **CONFIG}, LaneKind.DFLASH),
        ({"architectures": ["Gemma4DSparkModel"], **CONFIG}, LaneKind.DSPARK),
    ],
)
def test_a_folder_with_a_drafter_that_reads_layers_is_told_by_its_config(
    tmp_path: Path, config: dict[str, Any], kind: LaneKind
) -> None:
    read = read_model(folder(tmp_path / "model", config))
    assert isinstance(read, ModelInfo)
    assert read.drafts_as is kind


def test_folders_for_transformers_and_mlx_are_told_apart_and_paired(tmp_path: Path) -> None:
    folder(tmp_path / "plain", CONFIG)
    folder(tmp_path / "plain-assistant", DRAFTER)
    mlx = folder(tmp_path / "mlx", CONFIG | {"quantization": {"bits": 4, "group_size": 64}}, {"format": "mlx"})
    found = open_local(tmp_path / "plain")
    assert isinstance(found, LocalPair)
    assert (found.target.format, found.target.quantization, found.target.parameters) == ("transformers", "BF16", 36)
    assert found.drafter is not None
    assert found.drafter.path.name == "plain-assistant"
    read = read_model(mlx)
    assert isinstance(read, ModelInfo)
    assert (read.format, read.quantization) == ("mlx", "4-bit")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("config.json", b"[]", "not a JSON object"),
        ("config.json", b"{" * 100_000, "not a JSON object"),
        ("config.json", b"{}", "does not describe"),
        ("model.safetensors", b"\xff" * 40, "not a safetensors file"),
        ("model.safetensors", struct.pack("<Q", 2) + b"[]", "cannot be read"),
        ("model.safetensors", safetensors({"a": [4, 8]})[:-1], "cut off"),
        ("model.safetensors", struct.pack("<Q", 12) + b'{"a": {"b"}}', "cannot be read"),
        ("model.safetensors", struct.pack("<Q", 10) + b'{"a":null}', "not described"),
        ("model.safetensors.index.json", b'{"weight_map": {"a": "m-2.safetensors"}}', "m-2.safetensors is missing"),
    ],
)  # fmt: skip
def test_a_broken_folder_is_refused_with_its_reason(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = folder(tmp_path / "model", CONFIG)
    (path / name).write_bytes(data)
    found = read_model(path)
    assert isinstance(found, Problem)
    assert says in found.sentence


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_safetensors_head_makes_it_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile"
    if not path.exists():
        folder(path, CONFIG)
    (path / "model.safetensors").write_bytes(struct.pack("<Q", len(data)) + data)
    assert isinstance(read_model(path), ModelInfo | Problem)


def test_an_empty_or_unclear_folder_is_refused(tmp_path: Path) -> None:
    assert "no model" in str(open_local(tmp_path))
    write_target(tmp_path / "a.gguf")
    write_target(tmp_path / "b.gguf")
    assert "choose one" in str(open_local(tmp_path))
    assert isinstance(read_model(tmp_path / "none.gguf"), Problem)


def test_models_of_ollama_and_lm_studio_are_found(tmp_path: Path) -> None:
    target, drafter = write_target(tmp_path / "t.gguf"), write_drafter(tmp_path / "d.gguf")
    ollama = tmp_path / ".ollama" / "models"
    layers = []
    (ollama / "blobs").mkdir(parents=True)
    for path in (target, drafter, tmp_path / "license"):
        data = path.read_bytes() if path.exists() else b"text"
        digest = hashlib.sha256(data).hexdigest()
        (ollama / "blobs" / f"sha256-{digest}").write_bytes(data)
        layers.append({"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"})
    manifests = ollama / "manifests" / "registry.ollama.ai" / "library" / "gemma4"
    manifests.mkdir(parents=True)
    (manifests / "12b-mtp").write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    (manifests / "broken").write_text('{"layers": [{"digest": "sha256:../../etc/passwd"}, 3]}')
    studio = tmp_path / ".lmstudio" / "models" / "maker" / "model-GGUF"
    studio.mkdir(parents=True)
    write_target(studio / "model-Q4.gguf", replace(Shape(), hidden=256))
    found = find_in_other_apps({}, tmp_path)
    assert [(pair.source, pair.title, pair.drafter is not None) for pair in found] == [
        ("Ollama", "gemma4:12b-mtp", True),
        ("LM Studio", "model-Q4", False),
    ]


def test_a_local_pair_races_like_one_of_the_registry(tmp_path: Path) -> None:
    write_target(tmp_path / "My Model.gguf")
    write_drafter(tmp_path / "d.gguf")
    local = open_local(tmp_path / "My Model.gguf")
    assert isinstance(local, LocalPair)
    pair = as_pair(local)
    assert pair.id == "local-my-model"
    assert availability(pair, find_places({"MTP_RACE_HOME": str(tmp_path)})) == Ready(
        tmp_path / "My Model.gguf", tmp_path / "d.gguf"
    )


def test_a_folder_of_an_embedding_model_is_refused(tmp_path: Path) -> None:
    folder(tmp_path / "bert", CONFIG | {"model_type": "bert"})
    marked = folder(tmp_path / "marked", CONFIG)
    (marked / "config_sentence_transformers.json").write_text("{}")
    for path in (tmp_path / "bert", marked):
        refused = read_model(path)
        assert isinstance(refused, Problem)
        assert "writes no text" in refused.sentence
