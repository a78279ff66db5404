"""The cache that all tools for the hub share: what another tool has fetched is not fetched again.

Its layout: `models--OWNER--NAME/` with `refs/BRANCH` (a commit), `snapshots/COMMIT/PATH` (links) and `blobs/DIGEST`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.models.files import disk
from app.models.hub import stored
from app.models.hub.remote import RemoteFile
from app.models.pairs import is_safe_path, is_sha256
from app.places import make_private

_COMMIT = re.compile(r"[0-9a-f]{40}")
_MAX_FILES = 2000


def cached_commit(cache: Path, repository: str, revision: str) -> str | None:
    """Returns the commit that `revision` meant when another tool last asked, None if none did."""
    if _COMMIT.fullmatch(revision):
        return revision
    try:
        with (_folder(cache, repository) / "refs" / revision).open("rb") as stream:
            text = stream.read(64).decode("ascii", "replace").strip()
    except OSError:
        return None
    return text if _COMMIT.fullmatch(text) else None


def find_cached(cache: Path, repository: str, revision: str, file: RemoteFile) -> Path | None:
    """Returns a file of the right name and size. Its content is not checked here."""
    for path in _candidates(cache, repository, revision, file):
        try:
            if path.is_file() and path.stat().st_size == file.size:
                return path.resolve()
        except (OSError, RuntimeError):
            continue
    return None


def describe_cached(cache: Path, repository: str, revision: str) -> tuple[str, tuple[RemoteFile, ...]] | None:
    """Returns (commit, files) of what another tool has fetched of a revision, for when the hub cannot be asked.

    The links of a snapshot lead to blobs that are named by their checksums, so each file can be checked without the
    hub. Where the tool could make no links the files are copies, which nothing but their size can be checked by.
    """
    commit = cached_commit(cache, repository, revision)
    snapshot = _folder(cache, repository) / "snapshots" / (commit or "none")
    if commit is None or not disk.is_dir(snapshot):
        return None
    files = []
    for path in disk.walk(snapshot, depth=8, most=_MAX_FILES):
        name, digest = path.relative_to(snapshot).as_posix(), _blob_name(path)
        if is_safe_path(name):
            sha256 = digest if is_sha256(digest) else None
            files.append(RemoteFile(name, disk.size(path), sha256, digest if _COMMIT.fullmatch(digest) else None))
    return commit, tuple(sorted(files, key=lambda file: file.path))


def _blob_name(path: Path) -> str:
    """Returns the name of the blob that a link of a snapshot leads to, "" for a copy (as on Windows)."""
    try:
        return path.resolve().name if path.is_symlink() else ""
    except (OSError, RuntimeError):
        return ""


def _candidates(cache: Path, repository: str, revision: str, file: RemoteFile) -> Iterator[Path]:
    folder = _folder(cache, repository)
    for digest in (file.sha256, file.git_oid):
        if digest is not None:
            yield folder / "blobs" / digest
    commit = cached_commit(cache, repository, revision)
    if commit is not None:
        yield folder / "snapshots" / commit / file.path


def _folder(cache: Path, repository: str) -> Path:
    return cache / ("models--" + repository.replace("/", "--"))


def adopt(found: Path, final: Path) -> None:
    """Makes `found` available as `final` without using its space twice, if the system can: a hard link, else a
    symbolic link, else a copy.

    Raises:
        OSError: None of them can be made.
    """
    make_private(final.parent)
    temporary = final.with_name(final.name + ".adopted")
    temporary.unlink(missing_ok=True)
    for make in (os.link, os.symlink, shutil.copyfile):
        try:
            make(found, temporary)
        except OSError:
            if make is shutil.copyfile:
                raise
        else:
            break
    temporary.replace(final)


def checked(path: Path, name: str, check: stored.Check) -> stored.CheckedFile:
    """Returns the record of a file whose content was found right."""
    status = path.stat()
    return stored.CheckedFile(path=name, size=status.st_size, mtime_ns=status.st_mtime_ns, sha256=check.sha256)
