"""Where the user's files are, and that nobody else can read them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from app.places import find_places, make_private, open_private, write_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_and_files_of_the_user_are_closed_to_others(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_private(tmp_path / "a" / "b" / "file", b"one")
        write_private(tmp_path / "a" / "b" / "file", b"two")
    finally:
        os.umask(old)
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"two"
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]
    assert mode(tmp_path / "a" / "b" / "file") == 0o600
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["file"]


def test_a_file_that_an_older_version_made_for_all_is_closed_when_it_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    path.write_bytes(b"old and long")
    path.chmod(0o644)
    with open_private(path) as out:
        out.write(b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("home", ["relative/folder", "~nobody-here/x"])
def test_a_home_that_is_not_absolute_is_made_so(home: str) -> None:
    assert find_places({"MTP_RACE_HOME": home}).data.is_absolute()
