"""Models that are on this machine already: a dropped file or folder, and what other apps have fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from app.models.files import disk
from app.models.files.disk import is_dir
from app.models.files.folders import is_model_folder, read_folder_info
from app.models.files.gguf import GgufError
from app.models.files.info import ModelInfo, kind_of_file, match, read_info, split_paths
from app.models.pairs import ModelFile, ModelSource, Pair
from app.race.lanes import LaneKind
from app.race.problems import Problem
from app.race.visible import visible

_MAX_NEAR = 64
"""Models whose heads are read in search of a partner."""
_PART_FOLDER = re.compile(
    r"(?i)(?:mtp|drafts?|drafters?|assistants?|speculators?)(?:[-_. ].*)?"
    r"|(?:.*[-_. ])?(?:i?q\d|tq\d|bf16|fp?16|fp?32|mxfp\d|nvfp\d|int\d|\d-?bit)(?:[-_. ].*)?"
)
"""Folders that hold a part of a repository: the drafters, or one quantization."""
_DRAFTER_NAME = re.compile(r"(?i)mtp|assist|draft|specul")
_UNFINISHED = re.compile(r"\.(?:part|partial|incomplete|crdownload|download|aria2|tmp)$|\.part\d|-split-[a-z]$")


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


def read_model(path: Path) -> ModelInfo | Problem:
    """Reads what a GGUF file or a model folder says of itself."""
    try:
        if not is_dir(path):
            return read_info(split_paths(path)[0])
        return read_folder_info(path) if is_model_folder(path) else _read_only_model(path)
    except GgufError as error:
        return _refused(path, str(error))
    except OSError as error:
        name = visible(path.name, 120)
        return Problem("file-unreadable", f"{name} cannot be read.", cause=f"{error.strerror or error}.")


def _read_only_model(folder: Path) -> ModelInfo | Problem:
    """Reads the one target among the GGUF files of a folder; of one with none says why."""
    read = [read_model(file) for file in _models_in(folder)[:_MAX_NEAR]]
    models = [info for info in read if isinstance(info, ModelInfo)]
    targets = [info for info in models if not info.is_drafter]
    if len(targets) == 1:
        return targets[0]
    name = visible(folder.name, 120)
    if targets:
        return _refused(folder, f"The folder {name} holds several models: choose one of its files.")
    if models:
        return models[0]
    reasons = [problem.sentence for problem in read if isinstance(problem, Problem)]
    if len(reasons) == 1:
        return _refused(folder, reasons[0])
    if reasons:
        return _refused(folder, f"The folder {name} holds no model that can be read. {' '.join(reasons[:3])}")
    return _refused(folder, f"The folder {name} holds no model (GGUF or safetensors). {_what_else(folder)}".rstrip())


def _what_else(folder: Path) -> str:
    """Says what a folder without models has instead, for the common cases."""
    if not disk.may_list(folder):
        return "This user may not read it."
    listed = disk.entries(folder)
    if any(_UNFINISHED.search(path.name.lower()) for path in listed):
        return "It holds a download that is not finished, or pieces of a file that have to be joined first."
    if any(path.name == "config.json" for path in listed):
        return "It has a config.json and no weights."
    inside = [path for path in listed if is_dir(path) and (_models_in(path) or is_model_folder(path))]
    return f"Open the folder {visible(inside[0].name, 120)} in it." if inside else ""


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
    if opened.drafts_as is not None:
        if opened.drafts_as is not LaneKind.MTP:
            return _refused_reader(opened)
        for near in read_near(opened.path, for_drafter=True):
            if match(near, opened).fits:
                return LocalPair(near, opened, match(near, opened).reason, title=near.name)
        name = visible(opened.path.name, 120)
        return _refused(path, f"{name} is a drafter for {opened.drafts_for}, and no target lies beside it.")
    return find_pair(opened, read_near(opened.path))


def _refused_reader(drafter: ModelInfo) -> Problem:
    """Says what to do with a drafter that is no pair's own: it is chosen for a lane."""
    kind = kind_of_file(drafter)
    return Problem(
        "drafter-refused",
        f"{visible(drafter.path.name, 120)} is {kind.facts.phrase}, not a full model.",
        cause="It reads what its target computes, and writes nothing by itself.",
        action="Open the full model that it was made for, and choose this file as the drafter of a lane.",
    )


def _with_drafter(target: ModelInfo, path: Path) -> LocalPair | Problem:
    chosen = read_model(path)
    if isinstance(chosen, Problem):
        return chosen
    if kind_of_file(chosen) not in (LaneKind.MTP, LaneKind.DRAFT_MODEL):
        return _refused_reader(chosen)
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


def read_near(path: Path, *, for_drafter: bool = False) -> Iterator[ModelInfo]:
    """Reads the models that lie beside one, the nearest first.

    For a model folder: the folders beside it. For a file: what is in its folder and in the folders of drafters and of
    quantizations in and beside it, so that a drafter above the folder of a quantization is found (as some makers lay
    their repositories out).

    Args:
        path: The file or folder.
        for_drafter: It is a drafter, and its target is looked for.
    """
    if is_dir(path):
        candidates = [folder for folder in disk.folders(path.parent) if is_model_folder(folder)]
    else:
        candidates = _near_files(path.parent, for_drafter)
    for candidate in candidates[:_MAX_NEAR]:
        if candidate != path and isinstance(info := read_model(candidate), ModelInfo):
            yield info


def _near_files(folder: Path, for_drafter: bool) -> list[Path]:
    """Returns the files among which the partner of one in `folder` may be, the nearest first."""
    above = folder.parent
    near = [folder, *(inside for inside in disk.folders(folder) if for_drafter or _PART_FOLDER.fullmatch(inside.name))]
    found = [file for place in near for file in _models_in(place)]
    if _PART_FOLDER.fullmatch(folder.name):
        near = [above, *(inside for inside in disk.folders(above) if _PART_FOLDER.fullmatch(inside.name))]
        found += [file for place in near for file in _models_in(place)]
    else:
        found += [file for file in _models_in(above) if _DRAFTER_NAME.search(file.name)]
    return list(dict.fromkeys(found))


def _models_in(folder: Path) -> list[Path]:
    """Returns the GGUF files in a folder, of a split model the first one."""
    return sorted({split_paths(file)[0] for file in disk.files(folder, ".gguf")})


_ENGINES: dict[str, tuple[str, ...]] = {
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
        title=visible(local.title or local.target.name, 100),
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
    if is_dir(info.path):
        files = [*disk.files(info.path, ".safetensors"), info.path / "config.json"]
        return ModelSource(folder=str(info.path), files=tuple(_as_file(path) for path in files))
    return ModelSource(folder=str(info.path.parent), files=tuple(_as_file(path) for path in split_paths(info.path)))


def _as_file(path: Path) -> ModelFile:
    return ModelFile(path=path.name, size=disk.size(path) or None)
