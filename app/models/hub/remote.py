"""A file on the hub, as plain data: what the states of pairs need to know, without loading an HTTP client."""

from __future__ import annotations

import msgspec


class RemoteFile(msgspec.Struct, frozen=True):
    """One file as the hub describes it.

    Attributes:
        path: Inside the repository.
        size: Bytes.
        sha256: Of the content, for files in large-file storage.
        git_oid: Git's blob id (SHA-1 over a header and the content), for the small files.
    """

    path: str
    size: int
    sha256: str | None = None
    git_oid: str | None = None
