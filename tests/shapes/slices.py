"""Small slices of the true shapes for tests: true widths of everything that is attended to, few layers, few words."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from app.models.forecast.shape import ModelShape
from app.models.forecast.weights import Kind
from app.race.lanes import LaneKind, LaneSpec, Request
from tests.engines.conformance import SHORT, Run, loaded
from tests.shapes.gemma4 import SHAPES, Wanted, write_pair
from tests.shapes.nextn import Cut, write_glm, write_qwen

WORDS = 4096
E2B, E4B, B12, A4B, B31 = SHAPES.values()
Files = tuple[Path, Path | None]


def _pair(shape: ModelShape, wanted: Wanted) -> Callable[[Path], Files]:
    return lambda folder: write_pair(folder, shape, wanted)


def _head(write: Callable[[Path, Cut], Path], cut: Cut) -> Callable[[Path], Files]:
    return lambda folder: (write(folder / "model.gguf", cut), None)


def _ending_pair(shape: ModelShape, wanted: Wanted) -> Callable[[Path], Files]:
    """A pair whose answer to the conformance suite's short prompt ends by itself, after 40 words."""

    def write(folder: Path) -> Files:
        files = write_pair(folder, shape, wanted)
        with loaded(slice_spec(files)) as engine:
            word = Run(engine, Request(SHORT, max_tokens=40)).ids[39]
        return write_pair(folder, shape, replace(wanted, ends_after=word))

    return write


SLICES: dict[str, Callable[[Path], Files]] = {
    # Layers with and without a cache of their own, per-layer embeddings.
    "e2b": _ending_pair(E2B, Wanted(layers=5, vocabulary=WORDS, thin=4)),
    "e4b": _pair(E4B, Wanted(layers=4, quant=Kind.Q4_K, embedding=Kind.Q6_K, vocabulary=WORDS, thin=4)),
    # Full layers without V, target in several files.
    "12b": _pair(B12, Wanted(layers=2, vocabulary=WORDS, thin=8, split=40_000_000)),
    "26b-a4b": _pair(A4B, Wanted(layers=2, vocabulary=WORDS, thin=4)),
    "31b": _pair(B31, Wanted(layers=2, quant=Kind.Q8_0, vocabulary=WORDS, thin=24)),
    "qwen3.6-27b": _head(write_qwen, Cut(layers=4, vocabulary=WORDS, thin=16)),
    "glm-4.5-air": _head(write_glm, Cut(layers=1, vocabulary=WORDS, thin=8)),
}


def written(name: str, factory: pytest.TempPathFactory) -> Files:
    """Returns target and drafter (None: the head is in the target's file), written once for all test processes."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "shapes" / name
    done = folder / "done"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not done.exists():
            found = SLICES[name](folder)
            done.write_text("\n".join(path.name for path in found if path is not None))
        names = done.read_text().split("\n")
    return folder / names[0], folder / names[1] if len(names) > 1 else None


def slice_spec(files: Files, k: int = 0, context: int = 512) -> LaneSpec:
    """Returns a lane of a slice on one thread."""
    target, drafter = files
    return LaneSpec(
        id="lane",
        kind=LaneKind.MTP if k else LaneKind.BASELINE,
        engine="llama.cpp",
        target=str(target),
        drafter=str(drafter) if k and drafter is not None else "",
        k=k,
        context=context,
        threads=1,
    )
