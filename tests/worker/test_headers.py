from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.lanes import LaneKind, LaneSpec
from app.race.prompts import custom_prompt
from app.race.trace import FileHash
from app.worker.headers import make_header
from app.worker.request import RaceRequest


def hash_of(target: Path) -> FileHash:
    pair = load_registry(places=find_places()).get("nano")
    assert pair is not None
    spec = LaneSpec(id="baseline", kind=LaneKind.BASELINE, engine="transformers", target=str(target))
    (found,) = make_header(RaceRequest(pair, custom_prompt("hello")), (spec,), datetime.now(UTC)).files
    return found


def test_a_models_folder_is_known_by_its_config_and_its_weights(tmp_path: Path) -> None:
    found = []
    for number, (config, weights) in enumerate([("{}", b"a"), ("{}", b"b"), ('{"x": 1}', b"a")]):
        folder = tmp_path / str(number) / "target"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(config)
        (folder / "model.safetensors").write_bytes(weights)
        found.append(hash_of(folder))
    assert {item.name for item in found} == {"target"}
    assert len({item.digest for item in found}) == 3
    again = hash_of(tmp_path / "0" / "target")
    assert again == found[0]
    (tmp_path / "0" / "target" / "notes.txt").write_text("not the model")
    assert hash_of(tmp_path / "0" / "target") == again


def test_a_server_has_no_files_to_hash() -> None:
    assert hash_of(Path("http://127.0.0.1:8080")).digest == ""
