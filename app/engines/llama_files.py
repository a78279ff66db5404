"""Files are judged before native code sees them: what is wrong is said in words instead of ending the process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psutil

from app.models.files.gguf import GgufError
from app.models.files.info import ModelInfo, match_kind, read_info, split_paths
from app.race.lanes import MAX_K, LaneKind, LaneSpec
from app.race.problems import Problem, ProblemError

_GIVES_LAYERS: Final = frozenset(
    ("bailingmoe3", "deepseek4", "gemma4", "gpt-oss", "hunyuan_vl", "lfm2", "llama", "mimo2", "minimax-01",
     "minimax-m2", "muse-glimmer", "nanbeige", "nemotron_h", "qwen3", "qwen35", "qwen35moe", "qwen3moe", "qwen3next",
     "qwen4exp")
)  # fmt: skip
"""Architectures whose graphs keep the inputs of their layers (``t_layer_inp`` in llama.cpp's src/models). For others
the library ends the process."""
_GIVES_LAST: Final = frozenset(("deepseek4", "mimo2", "nemotron_h"))
"""Those that keep what comes out of the last layer in the same way."""


def check_spec(spec: LaneSpec) -> tuple[ModelInfo, ModelInfo | None]:
    """Returns what the target's and the drafter's files say, if the lane can be loaded with them.

    Raises:
        ProblemError: kind ``k-range``, ``file-missing``, ``file-folder``, ``file-denied``, ``file-unreadable``,
            ``file-empty``, ``not-gguf``, ``target-is-drafter``, ``drafter-mismatch`` or ``memory``.
    """
    if spec.kind is not LaneKind.BASELINE:
        check_k(spec.k, least=1)
    target = _facts(spec.target, "model")
    if target.is_drafter:
        raise ProblemError(
            Problem(
                "target-is-drafter",
                f"{target.path.name} is a drafter, not a full model.",
                cause=f"Its architecture is {target.architecture}: it needs what its target computes.",
                action="Choose the full model as the target, and this file as its drafter.",
            )
        )
    drafter = None
    if spec.kind.facts.own and not spec.drafter:
        _check_head(target)
    elif spec.kind.facts.file:
        drafter = _facts(spec.drafter, "drafter")
        _check_pair(spec.kind, target, drafter)
    _check_memory(spec, target, drafter)
    return target, drafter


def check_k(k: int, least: int = 0) -> int:
    """Returns K if it is in range, else raises the problem."""
    if not least <= k <= MAX_K:
        raise ProblemError(Problem("k-range", f"K is {k}, but must be from 1 to {MAX_K}.", action="Choose another K."))
    return k


def _facts(name: str, role: str) -> ModelInfo:
    choose = f"Choose the {role} file again, or download it."
    if not name:
        raise ProblemError(Problem("file-missing", f"No {role} file is given.", action=f"Choose the {role} file."))
    path = Path(name)
    try:
        if path.is_dir():
            raise ProblemError(
                Problem("file-folder", f"{path} is a folder.", action="Choose the .gguf file inside it.")
            )
        if path.stat().st_size == 0:
            raise ProblemError(Problem("file-empty", f"The {role} file {path} is empty.", action=choose))
        return read_info(path)
    except FileNotFoundError as error:
        raise ProblemError(Problem("file-missing", f"There is no file {path}.", action=choose)) from error
    except PermissionError as error:
        raise ProblemError(
            Problem("file-denied", f"The {role} file {path} may not be read.", action="Change its permissions.")
        ) from error
    except (OSError, ValueError) as error:
        raise ProblemError(
            Problem("file-unreadable", f"The {role} file {path} cannot be read.", f"{error}.", choose)
        ) from error
    except GgufError as error:
        raise ProblemError(
            Problem(
                "not-gguf",
                f"The {role} file cannot be used.",
                cause=str(error),
                action="Download it again, or choose another file.",
                details=str(path),
            )
        ) from error


def _check_pair(kind: LaneKind, target: ModelInfo, drafter: ModelInfo) -> None:
    found = match_kind(kind, target, drafter)
    if not found.fits:
        raise ProblemError(
            Problem(
                "drafter-mismatch",
                "The drafter does not belong to the target.",
                cause=found.reason,
                action=f"Choose the drafter that was made for {target.path.name}.",
                details=f"{target.path}\n{drafter.path}",
            )
        )

    if drafter.target_layers:
        check_layers(kind, target, drafter)


def check_layers(kind: LaneKind, target: ModelInfo, drafter: ModelInfo) -> None:
    """Raises :class:`ProblemError` (``layers-kept``) if the target's graph does not give what the drafter reads."""
    last = kind is not LaneKind.EAGLE3 and target.layers in drafter.target_layers
    if target.architecture in (_GIVES_LAST if last else _GIVES_LAYERS):
        return
    raise ProblemError(
        Problem(
            "layers-kept",
            f"{drafter.path.name} cannot be run on {target.path.name} in process.",
            cause=f"llama.cpp does not give what {'the last layer' if last else 'the layers'} of a model of the "
            f"architecture {target.architecture} compute{'s' if last else ''}.",
            action="Race another drafter, or on another engine.",
        )
    )


def _check_head(target: ModelInfo) -> None:
    """Raises the problem if the target's own file has no MTP head that can be run."""
    if target.mtp_layers == 1:
        return
    several = target.mtp_layers > 1
    raise ProblemError(
        Problem(
            "head-several" if several else "head-missing",
            f"{target.path.name} has no MTP head that can draft here.",
            cause=f"It has {target.mtp_layers} heads, one for each draft token, and this engine runs one head."
            if several
            else "There is no MTP head in the file, and no drafter was given.",
            action="Choose a drafter file for it, or race prompt lookup instead.",
        )
    )


def _check_memory(spec: LaneSpec, target: ModelInfo, drafter: ModelInfo | None) -> None:
    """A cheap check against loading what cannot fit; the exact estimate is the models' part of the app."""
    if spec.options.get("memory_check") == "off" or spec.gpu_layers > 0:
        return
    needed = sum(part.stat().st_size for facts in (target, drafter) if facts for part in split_paths(facts.path))
    free = psutil.virtual_memory().available
    if needed > free:
        raise ProblemError(
            Problem(
                "memory",
                "There is not enough free memory for this model.",
                cause=f"Its files need {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free.",
                action="Close other programs, choose a smaller quantization, or run one lane at a time (heats).",
            )
        )
