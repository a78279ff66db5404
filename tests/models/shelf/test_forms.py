from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.models.shelf.forms import FILE, MLX, in_form, opens
from app.places import Places, find_places
from app.race.problems import ProblemError


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return msgspec.structs.replace(find_places(), cache=tmp_path / "cache")


@pytest.fixture
def nano(places: Places) -> tuple[Pair, Ready]:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    found = availability(pair, places)
    if not isinstance(found, Ready):
        pytest.skip("the built-in pair's weights are not in this checkout")
    return pair, found


def folders(places: Places) -> list[str]:
    return [item.name for item in (places.cache / "forms").iterdir() if item.is_dir()]


@pytest.mark.parametrize("form", ["folder", MLX])
def test_the_built_in_pair_is_made_once_for_engines_that_open_folders(
    nano: tuple[Pair, Ready], places: Places, form: str
) -> None:
    pair, found = nano
    assert opens(form, pair)
    made = in_form(pair, found, form, places)
    assert made.drafter_path is not None
    for folder in (made.target_path, made.drafter_path):
        assert folder.is_relative_to(places.cache)
        assert {"config.json", "model.safetensors", "tokenizer.json"} <= {item.name for item in folder.iterdir()}
    weights = made.target_path / "model.safetensors"
    before = weights.stat()
    assert in_form(pair, found, form, places) == made
    assert weights.stat().st_ino == before.st_ino
    assert folders(places) == [made.target_path.parent.name]


def test_files_are_used_as_they_come(nano: tuple[Pair, Ready], places: Places) -> None:
    pair, found = nano
    assert in_form(pair, found, FILE, places) is found
    assert not places.cache.exists()


def test_other_pairs_are_never_written_anew(places: Places, tmp_path: Path) -> None:
    registry = load_registry(places=places)
    found = Ready(tmp_path / "a.gguf", tmp_path / "b.gguf")
    for pair in registry.pairs:
        if pair.id != "nano":
            assert in_form(pair, found, "folder", places) is found
            assert opens(FILE, pair) is not opens("folder", pair)


def test_a_cache_that_cannot_be_written_is_said_and_leaves_nothing(
    nano: tuple[Pair, Ready], places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ProblemError) as caught:
        in_form(*nano, "folder", places)
    assert caught.value.problem.kind == "form-failed"
    assert "No space left" in caught.value.problem.cause
    assert folders(places) == []
