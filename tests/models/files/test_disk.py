"""Folders of other users, links in circles, and huge folders: nothing of them ends the search for the rest."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.models.files import disk
from app.models.files.info import ModelInfo
from app.models.files.local import LocalPair, open_local, read_model
from app.models.files.other_apps import find_in_other_apps
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.shelf.availability import Missing, availability
from app.places import find_places
from app.race.problems import Problem
from tests.models.ggufs import Shape, write_drafter, write_target


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """As another user would see it: root may read everything, so for the time it is nobody."""
    if sys.platform == "win32":
        pytest.skip("Windows keeps rights in another way")
    folder.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that everybody may look into."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


def studio_model(folder: Path, name: str = "model") -> Path:
    (folder / "maker" / "model-GGUF").mkdir(parents=True)
    return write_target(folder / "maker" / "model-GGUF" / f"{name}.gguf")


def test_a_folder_of_another_user_is_left_out_and_the_other_apps_models_are_found(home: Path) -> None:
    studio_model(home / ".lmstudio" / "models")
    theirs = home / "ollama"
    (theirs / "models" / "manifests").mkdir(parents=True)
    with without_rights(theirs):
        found = find_in_other_apps({"OLLAMA_MODELS": str(theirs / "models")}, home)
        assert [pair.title for pair in found] == ["model"]
        assert not disk.is_dir(theirs / "models")
        assert not disk.is_file(theirs / "x")
        assert disk.entries(theirs) == []


def test_an_unreadable_folder_among_the_models_does_not_hide_the_others(home: Path) -> None:
    models = home / ".lmstudio" / "models"
    studio_model(models)
    (models / "lost+found").mkdir()
    (home / "beside" / "MTP").mkdir(parents=True)
    target = write_target(home / "beside" / "t.gguf")
    with without_rights(models / "lost+found"):
        assert len(find_in_other_apps({}, home)) == 1
    with without_rights(home / "beside" / "MTP"):
        assert isinstance(open_local(target), LocalPair)
    with without_rights(home / "beside"):
        refused = read_model(home / "beside")
        assert isinstance(refused, Problem)
        assert "may not read" in refused.sentence


def test_the_files_of_a_pair_in_an_unreadable_folder_are_missing_and_not_a_crash(home: Path) -> None:
    folder = home / "closed"
    folder.mkdir()
    file = ModelFile("t.gguf", write_target(folder / "t.gguf").stat().st_size)
    pair = Pair("x", "X", ("llama.cpp",), ModelSource(folder=str(folder), files=(file,)))
    places = find_places({"MTP_RACE_HOME": str(home)})
    with without_rights(folder):
        assert isinstance(availability(pair, places), Missing)


def test_links_in_a_circle_end_and_a_huge_folder_is_cut_short(tmp_path: Path) -> None:
    models = tmp_path / ".lmstudio" / "models"
    studio_model(models)
    (models / "maker" / "again").symlink_to(models)
    (models / "self").symlink_to("self")
    assert [pair.title for pair in find_in_other_apps({}, tmp_path)] == ["model"]
    many = tmp_path / "many"
    many.mkdir()
    for number in range(50):
        (many / f"{number}").touch()
    assert len(disk.entries(many, most=20)) == 20
    assert len(list(disk.walk(tmp_path, depth=9, most=10))) == 10


@pytest.mark.parametrize("place", [".lmstudio", ".cache/lm-studio", ".config/LM Studio", "elsewhere"])
def test_the_folder_that_lm_studios_settings_name_is_searched(tmp_path: Path, place: str) -> None:
    moved = tmp_path / "big disk" / "models"
    studio_model(moved, "moved")
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "settings.json").write_text(json.dumps({"downloadsFolder": str(moved)}), encoding="utf-8-sig")
    (tmp_path / ".lmstudio-home-pointer").write_text(f"{tmp_path / 'elsewhere'}\n")
    assert [(pair.source, pair.title) for pair in find_in_other_apps({}, tmp_path)] == [("LM Studio", "moved")]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"downloadsFolder": 3}', '{"downloadsFolder": "~nobody-here/x"}', "\0", "{" * 9999]
)
def test_settings_of_lm_studio_that_cannot_be_read_leave_the_usual_folder(tmp_path: Path, text: str) -> None:
    studio_model(tmp_path / ".lmstudio" / "models")
    (tmp_path / ".lmstudio" / "settings.json").write_text(text)
    (tmp_path / ".lmstudio-home-pointer").write_text(text)
    assert len(find_in_other_apps({}, tmp_path)) == 1


@pytest.mark.parametrize("folder", ["UD-Q4_K_XL", "BF16", "model-Q8_0", "mxfp4", "anything"])
def test_a_drafter_above_the_folder_of_its_target_is_found_from_both_sides(tmp_path: Path, folder: str) -> None:
    inside = tmp_path / folder
    inside.mkdir()
    target = write_target(inside / "target.gguf")
    drafter = write_drafter(tmp_path / "mtp-target.gguf")
    for dropped in (target, drafter, inside):
        found = open_local(dropped)
        assert isinstance(found, LocalPair)
        assert found.drafter is not None
        assert (found.target.path, found.drafter.path) == (target, drafter)


def test_a_folder_says_why_its_only_model_cannot_be_read(tmp_path: Path) -> None:
    split = tmp_path / "split"
    split.mkdir()
    for number in (2, 3):
        (split / f"m-0000{number}-of-00003.gguf").write_bytes(b"GGUF")
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "model.gguf.part1of2").write_bytes(b"GGUF")
    outer = tmp_path / "outer"
    (outer / "inner").mkdir(parents=True)
    write_target(outer / "inner" / "UPPER.GGUF")
    for folder, says in ((split, "m-00001-of-00003.gguf is missing"), (unfinished, "not finished"), (outer, "inner")):
        refused = read_model(folder)
        assert isinstance(refused, Problem)
        assert says in refused.sentence
    assert isinstance(read_model(outer / "inner"), ModelInfo)


def test_names_with_control_characters_are_shown_with_signs(tmp_path: Path) -> None:
    path = write_target(tmp_path / "odd\x1b[2J\nname.gguf", replace(Shape(), layers=1))
    info = read_model(path)
    assert isinstance(info, ModelInfo)
    assert info.name.isprintable()
    assert "\u241b" in info.name
    path.write_bytes(b"GGUF")
    refused = read_model(path)
    assert isinstance(refused, Problem)
    assert refused.sentence.isprintable()
