"""Models that are on this machine already: a dropped file or folder, and what other apps have fetched."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from app.models.files.folders import is_model_folder, read_folder_info
from app.models.files.gguf import MAGIC, GgufError
from app.models.files.info import ModelInfo, match, read_info, split_paths
from app.models.pairs import Engine, ModelFile, ModelSource, Pair
from app.race.problems import Problem

_MAX_MANIFEST = 1 << 20
_MAX_SEARCHED = 2000
_NEARBY = ("", "MTP", "mtp")


class LocalPair(msgspec.Struct, frozen=True):
    """A target on this machine and the drafter that belongs to it.

    Attributes:
        target: The full model.
        drafter: None if none was found.
        note: A sentence on what was found or is missing. Empty if all is well.
        source: Where it was found: "file", "Ollama" or "LM Studio".
        title: For people.
    """

    target: ModelInfo
    drafter: ModelInfo | None = None
    note: str = ""
    source: str = "file"
    title: str = ""

    @property
    def can_race_mtp(self) -> bool:
        return self.drafter is not None or self.target.mtp_layers > 0


def read_model(path: Path) -> ModelInfo | Problem:
    """Reads what a GGUF file or a model folder says of itself."""
    try:
        if path.is_dir():
            if is_model_folder(path):
                return read_folder_info(path)
            files = sorted(file for file in path.glob("*.gguf") if split_paths(file)[0] == file)
            models = [info for file in files if isinstance(info := read_model(file), ModelInfo)]
            targets = [info for info in models if not info.is_drafter]
            if len(targets) == 1:
                return targets[0]
            wanted = "several models: choose one of its files" if targets else "no model (GGUF or safetensors)"
            return _refused(path, f"The folder {path.name} holds {wanted}.")
        return read_info(split_paths(path)[0])
    except GgufError as error:
        return _refused(path, str(error))
    except OSError as error:
        return Problem("file-unreadable", f"{path.name} cannot be read.", cause=f"{error.strerror or error}.")


def _refused(path: Path, sentence: str) -> Problem:
    return Problem(
        kind="model-refused",
        sentence=sentence,
        action="Open a complete GGUF file, or a folder with config.json and *.safetensors files.",
        details=str(path),
    )


def open_local(path: Path, drafter: Path | None = None) -> LocalPair | Problem:
    """Opens a dropped file or folder, and finds what belongs to it.

    Args:
        path: A target, or a drafter whose target lies near it.
        drafter: Chosen by the user; refused with the reason if it is not for this target.
    """
    opened = read_model(path)
    if isinstance(opened, Problem):
        return opened
    if drafter is not None:
        return _with_drafter(opened, drafter)
    if opened.is_drafter:
        for near in read_near(opened.path):
            if match(near, opened).fits:
                return LocalPair(near, opened, match(near, opened).reason, title=near.name)
        return _refused(path, f"{opened.path.name} is a drafter for {opened.drafts_for}, and no target lies beside it.")
    return find_pair(opened, read_near(opened.path))


def _with_drafter(target: ModelInfo, path: Path) -> LocalPair | Problem:
    chosen = read_model(path)
    if isinstance(chosen, Problem):
        return chosen
    found = match(target, chosen)
    if not found.fits:
        return Problem("drafter-refused", found.reason, action="Choose the drafter that was made for this target.")
    return LocalPair(target, chosen, found.reason, title=target.name)


def find_pair(target: ModelInfo, others: Iterable[ModelInfo]) -> LocalPair:
    """Chooses the drafter for `target` among `others`: one without reservations, then of the same quantization, then
    the largest."""
    fitting = [(match(target, other), other) for other in others if other.is_drafter and match(target, other).fits]
    if fitting:
        fitting.sort(
            key=lambda found: (found[0].reason != "", found[1].quantization != target.quantization, -found[1].bytes)
        )
        return LocalPair(target, fitting[0][1], fitting[0][0].reason, title=target.name)
    if target.mtp_layers:
        return LocalPair(target, None, "Its MTP head is in its own file.", title=target.name)
    return LocalPair(
        target, None, "No drafter for it was found beside it: it can race as a baseline and with lookup.",
        title=target.name,
    )  # fmt: skip


def read_near(path: Path) -> Iterator[ModelInfo]:
    """Reads the models that lie beside one: in its folder and MTP/ below it, or the folders beside its folder."""
    if path.is_dir():
        places: Iterable[Path] = sorted(path.parent.iterdir())[:_MAX_SEARCHED]
    else:
        folders = [path.parent / name if name else path.parent for name in _NEARBY]
        if path.parent.name in _NEARBY:
            folders.append(path.parent.parent)
        places = [file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.gguf"))]
    for place in places:
        if place == path or (place.is_dir() and not is_model_folder(place)) or (path.is_dir() and not place.is_dir()):
            continue
        if place.is_file() and split_paths(place)[0] != place:
            continue
        info = read_model(place)
        if isinstance(info, ModelInfo):
            yield info


def find_in_other_apps(environment: Mapping[str, str] | None = None, home: Path | None = None) -> list[LocalPair]:
    """Returns the pairs and single targets in Ollama's and LM Studio's model folders. Files that cannot be read are
    left out."""
    env = os.environ if environment is None else environment
    home = Path.home() if home is None else home
    found: list[LocalPair] = []
    ollama = [(title, path) for folder in _ollama_folders(env, home) for title, path in _ollama_models(folder)]
    found += _pairs(ollama, "Ollama")
    studio = [home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"]
    found += _pairs([named for folder in studio for named in _studio_models(folder)], "LM Studio")
    return found


def _pairs(named: list[tuple[str, Path]], source: str) -> list[LocalPair]:
    info: dict[Path, tuple[str, ModelInfo]] = {}
    for title, path in named[:_MAX_SEARCHED]:
        if path not in info and isinstance(read := read_model(path), ModelInfo):
            info[path] = (title, read)
    others = [read for _, read in info.values()]
    return [
        msgspec.structs.replace(find_pair(read, others), source=source, title=title)
        for title, read in info.values()
        if not read.is_drafter
    ]


def _ollama_folders(env: Mapping[str, str], home: Path) -> list[Path]:
    chosen = env.get("OLLAMA_MODELS", "").strip()
    folders = [Path(chosen).expanduser()] if chosen else []
    return [*folders, home / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models")]


def _ollama_models(folder: Path) -> Iterator[tuple[str, Path]]:
    """Gives ("name:tag", file) for each model layer of each manifest. A manifest is JSON with `layers`; the file of a
    layer is blobs/sha256-DIGEST."""
    manifests = folder / "manifests"
    if not manifests.is_dir():
        return
    for path in sorted(manifests.rglob("*"))[:_MAX_SEARCHED]:
        if not path.is_file():
            continue
        parts = path.relative_to(manifests).parts
        title = f"{'/'.join(part for part in parts[1:-1] if part != 'library')}:{parts[-1]}"
        for digest in _manifest_digests(path):
            blob = folder / "blobs" / digest.replace(":", "-")
            if _is_gguf(blob):
                yield title, blob


def _manifest_digests(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            manifest = json.loads(stream.read(_MAX_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return []
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    digests = [layer.get("digest") for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    return [digest for digest in digests if isinstance(digest, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", digest)]


def _is_gguf(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4) == MAGIC
    except OSError:
        return False


def _studio_models(folder: Path) -> Iterator[tuple[str, Path]]:
    """Gives (name, file or folder) for models/PUBLISHER/MODEL/."""
    for model in sorted(folder.glob("*/*"))[:_MAX_SEARCHED]:
        if is_model_folder(model):
            yield model.name, model
        for nearby in _NEARBY:
            for file in sorted((model / nearby).glob("*.gguf")):
                if split_paths(file)[0] == file:
                    yield file.stem, file


_ENGINES: dict[str, tuple[Engine, ...]] = {
    "gguf": ("llama.cpp",),
    "mlx": ("mlx",),
    "transformers": ("transformers",),
}


def as_pair(local: LocalPair) -> Pair:
    """Returns the entry that a local pair has in the registry, for racing it like any other."""
    slug = re.sub(r"[^a-z0-9._-]+", "-", (local.title or local.target.name).lower()).strip("-._")[:60] or "model"
    drafter = local.drafter
    return Pair(
        id=f"local-{slug}",
        title=(local.title or local.target.name)[:100],
        engines=_ENGINES[local.target.format],
        target=_as_source(local.target),
        drafter=_as_source(drafter) if drafter is not None else None,
        family=local.target.architecture,
        quantization=local.target.quantization,
        parameters=local.target.parameters or None,
        active_parameters=local.target.active_parameters,
        summary=local.note,
    )


def _as_source(info: ModelInfo) -> ModelSource:
    if info.path.is_dir():
        files = [*sorted(info.path.glob("*.safetensors")), info.path / "config.json"]
        return ModelSource(folder=str(info.path), files=tuple(_as_file(path) for path in files))
    return ModelSource(folder=str(info.path.parent), files=tuple(_as_file(path) for path in split_paths(info.path)))


def _as_file(path: Path) -> ModelFile:
    return ModelFile(path=path.name, size=path.stat().st_size)
