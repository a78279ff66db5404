"""Folders that a program made as deep and as full as it could are measured and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.sandbox.folders import folder_use, remove_folder
from app.sandbox.inside import supervisor

LEVELS = 3000  # deeper than Python's recursion goes, and longer than a path may be


def dig(folder: Path, levels: int) -> None:
    """Folders within each other below `folder`, with a file in the last one."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("last", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "first.txt").write_text("x" * 5000)
    dig(folder, LEVELS)
    return folder


def test_a_deep_folder_is_measured_as_far_as_its_paths_go(deep: Path) -> None:
    size, entries = folder_use(deep)
    assert size >= 5000
    assert 500 < entries <= LEVELS + 2
    remove_folder(deep)


def test_measuring_ends_at_its_cap(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}").touch()
    assert folder_use(tmp_path, most=12)[1] == 12


def test_a_deep_folder_is_removed_whole(deep: Path) -> None:
    remove_folder(deep)
    assert not deep.exists()


def test_what_is_linked_to_and_what_lies_beside_stays(tmp_path: Path) -> None:
    box, beside = tmp_path / "box", tmp_path / "beside"
    for folder in (box, box / "within", beside):
        folder.mkdir()
    (beside / "kept.txt").write_text("kept")
    (box / "link").symlink_to(beside)
    (box / "within" / "link").symlink_to(beside / "kept.txt")
    os.link(beside / "kept.txt", box / "within" / "hard.txt")
    (box / "within").chmod(0o000)
    remove_folder(box)
    assert not box.exists()
    assert (beside / "kept.txt").read_text() == "kept"


def test_the_supervisor_reads_what_is_near_and_counts_what_is_too_deep(deep: Path) -> None:
    files, left_out = supervisor.collect(str(deep))
    assert [file["name"] for file in files] == ["first.txt"]
    assert left_out == 1
    remove_folder(deep)


def test_the_supervisor_stops_at_its_cap_of_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ENTRIES", 20)
    for number in range(50):
        (tmp_path / f"{number:02}").touch()
    files, left_out = supervisor.collect(str(tmp_path))
    assert len(files) == 20
    assert left_out == 1
