"""What a pair is: a target, its drafter, where their files come from and what is known about them.

These structs are also the schema of models.toml: a key there is a field here.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from app.places import Places
from app.race.lanes import LaneKind

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BAD_CHARACTERS = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
NOTES = ".mtp-race"
"""Folder of what this app notes beside downloaded files; no file of a repository may lie there."""
_RESERVED = {
    NOTES,
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(1, 10)),
}


def is_sha256(text: str) -> bool:
    """Returns whether `text` is a SHA-256 digest in small hexadecimal letters."""
    return _SHA256.fullmatch(text) is not None


def is_safe_path(path: str) -> bool:
    """Returns whether `path` stays inside the folder it is joined to, on every system.

    Paths come from registry files and from servers. Parts are separated by "/"; none is empty, ".", "..", a device
    name of Windows, ends in a dot or a space, or is this app's own folder of notes; no character turns text around.
    """
    if not 0 < len(path) <= 400 or _BAD_CHARACTERS.search(path):
        return False
    return all(
        part.rstrip(" .") == part and part != "" and not {part.lower(), part.split(".", 1)[0].lower()} & _RESERVED
        for part in path.split("/")
    )


class ModelFile(msgspec.Struct, frozen=True):
    """One file of a model.

    path: inside its repository, with "/". size: bytes. sha256: lower-case hex. What is not known here is taken from the
    hub's metadata at download.
    """

    path: str
    size: int | None = None
    sha256: str | None = None


class ModelSource(msgspec.Struct, frozen=True):
    """Where the files of a target or of a drafter come from: exactly one of three.

    repository: on the model hub, "owner/name", at `revision` (a branch, tag or commit).
    resource: a folder of the app's own resources. folder: an absolute folder on this machine.
    files: the files by name, the one to open first (for a split GGUF: its first part).
    include: instead of names, patterns such as "*.safetensors", looked up in the repository at download.
    size: bytes of all files together, where the files do not say so (an estimate if the pair is unverified).
    """

    repository: str | None = None
    revision: str = "main"
    resource: str | None = None
    folder: str | None = None
    files: tuple[ModelFile, ...] = ()
    include: tuple[str, ...] = ()
    size: int | None = None

    @property
    def total_size(self) -> int | None:
        """Bytes to fetch, None if not known."""
        sizes = [file.size for file in self.files]
        known = [size for size in sizes if size is not None]
        if sizes and len(known) == len(sizes):
            return sum(known)
        return self.size

    @property
    def is_single_file(self) -> bool:
        """Whether an engine opens a file (GGUF) and not a folder. A file of another app need not be named .gguf."""
        return len(self.files) == 1 or (bool(self.files) and self.files[0].path.lower().endswith(".gguf"))


class MoreDrafters(msgspec.Struct, frozen=True):
    """Drafters of other kinds for the same target, where their files come from. A field is a kind's value in traces."""

    eagle3: ModelSource | None = None
    dflash: ModelSource | None = None
    dspark: ModelSource | None = None

    @property
    def by_kind(self) -> dict[LaneKind, ModelSource]:
        """Those that there are."""
        told = ((LaneKind.EAGLE3, self.eagle3), (LaneKind.DFLASH, self.dflash), (LaneKind.DSPARK, self.dspark))
        return {kind: source for kind, source in told if source is not None}


class Pair(msgspec.Struct, frozen=True):
    """One target with its drafter, for the engines that can open these files.

    parameters: of the target, all of them; active_parameters: those that one token uses, where they differ.
    cache_bytes_per_token: of the target's KV cache in f16 with every layer keeping the whole context; for an estimate
    before anything is fetched. Afterwards the file itself says it.
    recommended_k: draft tokens per round, with where the number comes from.
    shape: name of the target's shape in the registry, for a forecast before the download; weights and draft_weights:
    the type that most of the target's and of the drafter's weights have, such as "Q4_0".
    gated: whether the hub asks for a licence click first; licence_page is where.
    unverified: names or sizes could not be confirmed when this was written; the hub is asked at first use.
    drafter is None for a target with its MTP head in the same file; drafters are those of other kinds.
    """

    id: str
    title: str
    engines: tuple[str, ...]
    target: ModelSource
    drafter: ModelSource | None = None
    drafters: MoreDrafters = MoreDrafters()
    family: str = "gemma-4"
    quantization: str = ""
    parameters: int | None = None
    active_parameters: int | None = None
    cache_bytes_per_token: int | None = None
    recommended_k: int = 3
    recommended_k_source: str = ""
    shape: str = ""
    weights: str = ""
    draft_weights: str = ""
    licence: str = ""
    licence_page: str = ""
    gated: bool = False
    unverified: bool = False
    summary: str = ""

    @property
    def sources(self) -> tuple[ModelSource, ...]:
        """The target's, the drafter's if it has files of its own, and those of drafters of other kinds."""
        own = () if self.drafter is None else (self.drafter,)
        return (self.target, *own, *self.drafters.by_kind.values())

    @property
    def is_built_in(self) -> bool:
        """Whether every file comes with the app."""
        return all(source.resource is not None for source in self.sources)

    @property
    def download_size(self) -> int | None:
        """Bytes of target and drafters together, None if one of them is not known."""
        sizes = [source.total_size for source in self.sources if source.resource is None]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None


def can_forecast(pair: Pair) -> bool:
    """Whether slices of the pair's shape can stand for it: llama.cpp opens it, and its shape is known."""
    return "llama.cpp" in pair.engines and bool(pair.shape and pair.weights)


def source_folder(source: ModelSource, places: Places) -> Path:
    """Returns the folder in which the files of `source` are, or will be after a download."""
    if source.resource is not None:
        return places.resources / source.resource
    if source.folder is not None:
        return expand(source.folder)
    owner, _, name = (source.repository or "").partition("/")
    return places.models / f"{owner}--{name}" / source.revision.replace("/", "--")


def source_path(source: ModelSource, places: Places) -> Path:
    """Returns what an engine opens of `source`: its first file (GGUF), or its folder."""
    folder = source_folder(source, places)
    return folder / source.files[0].path if source.is_single_file else folder


def expand(folder: str) -> Path:
    """Returns the path that a text names, with "~" for the user's home; as it stands where there is no such home."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        return Path(folder)


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Returns whether a path is meant by one of the patterns. A pattern without "/" means files at the top only."""
    return any(fnmatchcase(path, pattern) and path.count("/") == pattern.count("/") for pattern in patterns)
