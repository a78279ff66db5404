"""Models that other apps have fetched: in the folders of Ollama and of LM Studio.

Each folder is looked at by itself: one that may not be read, or holds anything else than it should, is left out.
Layouts: Ollama's `manifests/HOST/NAMESPACE/MODEL/TAG` (JSON with `layers`) beside `blobs/sha256-DIGEST`; LM Studio's
`PUBLISHER/MODEL/*.gguf`, in the folder that its settings name.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.models.files import disk
from app.models.files.folders import is_model_folder
from app.models.files.gguf import MAGIC
from app.models.files.info import ModelInfo, split_paths
from app.models.files.local import LocalPair, find_pair, read_model
from app.race.visible import visible

_MAX_MANIFEST = 1 << 20
_MAX_MODELS = 2000
_STUDIO_DEPTH = 3
"""PUBLISHER/MODEL/, and a folder in it such as MTP/."""


def find_in_other_apps(environment: Mapping[str, str] | None = None, home: Path | None = None) -> list[LocalPair]:
    """Returns the pairs and single targets in other apps' model folders. What cannot be read is left out.

    Args:
        environment: The process's, if None. OLLAMA_MODELS and APPDATA are looked at.
        home: The user's home folder, if not the usual one.
    """
    env = os.environ if environment is None else environment
    home = disk.absolute("~") if home is None else home
    ollama = [named for folder in _ollama_folders(env, home) for named in _ollama_models(folder)]
    studio = [named for folder in _studio_folders(env, home) for named in _studio_models(folder)]
    return [*_pairs(ollama, "Ollama"), *_pairs(studio, "LM Studio")]


def _pairs(named: list[tuple[str, Path]], source: str) -> list[LocalPair]:
    found: dict[Path, tuple[str, ModelInfo]] = {}
    for title, path in named[:_MAX_MODELS]:
        if path not in found and isinstance(info := read_model(path), ModelInfo):
            found[path] = (visible(title, 200), info)
    others = [info for _, info in found.values()]
    return [
        msgspec.structs.replace(find_pair(info, others), source=source, title=title)
        for title, info in found.values()
        if not info.is_drafter
    ]


def _ollama_folders(env: Mapping[str, str], home: Path | None) -> list[Path]:
    own = [home / ".ollama" / "models"] if home is not None else []
    services = ["/usr/share/ollama/.ollama/models", "/var/lib/ollama/models", "/var/lib/ollama/.ollama/models"]
    chosen = disk.absolute(env.get("OLLAMA_MODELS", ""))
    return list(dict.fromkeys([*([chosen] if chosen else []), *own, *map(Path, services)]))


def _ollama_models(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields ("name:tag", file) for each model layer of each manifest."""
    manifests = folder / "manifests"
    for path in disk.walk(manifests, depth=5, most=_MAX_MODELS):
        parts = path.relative_to(manifests).parts
        title = f"{'/'.join(part for part in parts[1:-1] if part != 'library')}:{parts[-1]}"
        for digest in _manifest_digests(path):
            blob = folder / "blobs" / digest.replace(":", "-")
            if disk.read_start(blob, len(MAGIC)) == MAGIC:
                yield title, blob


def _manifest_digests(path: Path) -> list[str]:
    manifest = _read_json(path)
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    digests = [layer.get("digest") for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    return [digest for digest in digests if isinstance(digest, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", digest)]


def _read_json(path: Path) -> Any:
    """Returns what a JSON file holds, None if it cannot be read."""
    try:
        return json.loads(disk.read_start(path, _MAX_MANIFEST).removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None


def _studio_folders(env: Mapping[str, str], home: Path | None) -> list[Path]:
    """Returns where LM Studio keeps models: the folder that its settings name, and the usual ones.

    `~/.lmstudio-home-pointer` names its home if that was moved; `settings.json` there, or in the app's own folder of
    the system, names the models' folder as `downloadsFolder`.
    """
    if home is None:
        return []
    pointer = disk.read_start(home / ".lmstudio-home-pointer", 4096).decode("utf-8", "replace").partition("\n")[0]
    moved = disk.absolute(pointer)
    homes = [*([moved] if moved else []), home / ".lmstudio", home / ".cache" / "lm-studio"]
    roaming = disk.absolute(env.get("APPDATA", ""))
    systems = [home / ".config" / "LM Studio", home / "Library" / "Application Support" / "LM Studio"]
    if roaming is not None and sys.platform == "win32":
        systems.append(roaming / "LM Studio")
    chosen: list[Path] = []
    for folder in (*homes, *systems):
        settings = _read_json(folder / "settings.json")
        named = settings.get("downloadsFolder") if isinstance(settings, dict) else None
        if isinstance(named, str) and (path := disk.absolute(named)) is not None:
            chosen.append(path)
    return list(dict.fromkeys([*chosen, *(folder / "models" for folder in homes)]))


def _studio_models(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields (name, file or folder) for each model."""
    folders: set[Path] = set()
    for file in disk.walk(folder, depth=_STUDIO_DEPTH, most=_MAX_MODELS * 10):
        if file.name.lower().endswith(".gguf") and split_paths(file)[0] == file:
            yield file.stem, file
        elif file.name == "config.json" and file.parent not in folders and is_model_folder(file.parent):
            folders.add(file.parent)
            yield file.parent.name, file.parent
