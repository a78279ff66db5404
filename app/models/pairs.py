"""What a pair is: a target, its drafter, where their files come from and what is known about them.

These structs are also the schema of models.toml: a key there is a field here.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Engine = Literal["llama.cpp", "mlx", "transformers", "server"]
SHA256_PATTERN = r"^[0-9a-f]{64}$"
# A path inside a repository: no drive, no leading slash, no "." or ".." part, no backslash.
RELATIVE_PATH_PATTERN = r"^(?!/)(?!.*(^|/)\.\.?(/|$))[^\\:\x00-\x1f]+$"


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a model.

    path: inside its repository, with "/". size: bytes. sha256: lower-case hex. What is not known here is taken from the
    hub's metadata at download.
    """

    path: str
    size: int | None = None
    sha256: str | None = None


class ModelSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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
        """Whether an engine opens a file (GGUF) and not a folder."""
        return bool(self.files) and self.files[0].path.lower().endswith(".gguf")


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One target with its drafter, for the engines that can open these files.

    parameters: of the target, all of them; active_parameters: those that one token uses, where they differ.
    recommended_k: draft tokens per round, with where the number comes from.
    gated: whether the hub asks for a licence click first; licence_page is where.
    unverified: names or sizes could not be confirmed when this was written; the hub is asked at first use.
    drafter is None for a target with its MTP head in the same file.
    """

    id: str
    title: str
    engines: tuple[Engine, ...]
    target: ModelSource
    drafter: ModelSource | None = None
    family: str = "gemma-4"
    quantization: str = ""
    parameters: int | None = None
    active_parameters: int | None = None
    recommended_k: int = 3
    recommended_k_source: str = ""
    licence: str = ""
    licence_page: str = ""
    gated: bool = False
    unverified: bool = False
    summary: str = ""

    @property
    def sources(self) -> tuple[ModelSource, ...]:
        return (self.target,) if self.drafter is None else (self.target, self.drafter)

    @property
    def is_built_in(self) -> bool:
        """Whether every file comes with the app."""
        return all(source.resource is not None for source in self.sources)

    @property
    def download_size(self) -> int | None:
        """Bytes of target and drafter together, None if one of them is not known."""
        sizes = [source.total_size for source in self.sources if source.resource is None]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None
