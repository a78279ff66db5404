"""The built-in pair in the form that an engine opens.

It ships as GGUF files. For an engine that opens a model's folder, the folders are made from them when they are first
asked for, without loss, and kept in the cache: two seconds and 110 MB.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from app.models.files.gguf import GgufError
from app.models.pairs import Pair
from app.models.shelf.availability import Ready
from app.places import Places, make_private
from app.race.problems import Problem, ProblemError

FILE: Final = "file"
MLX: Final = "mlx"
"""A folder whose target is wrapped as mlx-vlm loads it; where it matters only for the built-in pair."""


def opens(form: str, pair: Pair) -> bool:
    """Whether an engine that opens this form can open the pair's files, as they are or made anew."""
    return (form == FILE) == pair.target.is_single_file or pair.is_built_in


def form_place(pair: Pair, found: Ready, form: str, places: Places) -> Ready:
    """Returns where the pair's files are in this form, or will be once :func:`in_form` has made them.

    Those of other pairs than the built-in one are used as they are.
    """
    if form == FILE or not pair.is_built_in:
        return found
    digest = (pair.target.files[0].sha256 or "")[:12]
    kept = places.cache / "forms" / f"{pair.id}-{digest}-{form}"
    return Ready(kept / "target", kept / "assistant")


def in_form(pair: Pair, found: Ready, form: str, places: Places) -> Ready:
    """Returns the pair's files in this form, made if need be: that takes seconds, so call it off the UI thread.

    Raises:
        ProblemError: they cannot be made.
    """
    wanted = form_place(pair, found, form, places)
    kept = wanted.target_path.parent
    if wanted != found and not kept.is_dir():
        try:
            _make(found.target_path.parent, kept, mlx=form == MLX)
        except (OSError, GgufError) as error:
            raise ProblemError(
                Problem(
                    "form-failed",
                    f"{pair.title} could not be written in the form that this engine opens.",
                    cause=f"{error}.",
                    action=f"Make room for 110 MB in {places.cache}.",
                )
            ) from error
    return wanted


def _make(resources: Path, kept: Path, *, mlx: bool) -> None:
    """Writes the folders beside their place and moves them there whole, once, however many races ask for them."""
    import filelock

    from app.models.files.nano_hf import convert  # It needs numpy; the window starts without both.

    part = kept.with_name(f"{kept.name}.part")
    make_private(kept.parent)
    with filelock.FileLock(kept.with_name(f"{kept.name}.lock")):
        if kept.is_dir():
            return
        try:
            convert(resources, part, mlx=mlx)  # over what a process that was killed may have left
            os.replace(part, kept)
        finally:
            shutil.rmtree(part, ignore_errors=True)
