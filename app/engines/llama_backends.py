"""The backends of a portable llama.cpp: which lie beside the library, which suit this processor, and loading them.

A build with ``GGML_BACKEND_DL`` and ``GGML_CPU_ALL_VARIANTS`` has one library for each instruction set, and GPU
backends that load where a driver is. ggml's own search also looks beside the running program and in the current folder,
where anything may lie; so only the folder of the library is given to it. A build for one machine has nothing to load.

Source of the names and of the score (0: this processor lacks an instruction): ggml-backend-reg.cpp, ggml-cpu's
arch/*/cpu-feats.cpp.
"""

from __future__ import annotations

import ctypes
import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PATTERN = {"win32": "ggml-*.dll", "darwin": "libggml-*.so"}.get(sys.platform, "libggml-*.so")
_VARIANT = re.compile(r"ggml-cpu-(\w+)\.(?:so|dll)$")
_BASE = {"win32": "ggml-base.dll", "darwin": "libggml-base.dylib"}.get(sys.platform, "libggml-base.so")


@dataclass(frozen=True)
class CpuVariant:
    """One instruction set that a portable build holds.

    Attributes:
        name: As ggml names it, such as ``"haswell"``.
        score: Grows with what the processor can do of it; 0 where it cannot run it.
    """

    name: str
    score: int


def library_folder() -> Path | None:
    """Returns the folder of the installed llama.cpp, found without loading it; None if it is not installed."""
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "lib"


def is_portable(folder: Path) -> bool:
    """Whether the library in ``folder`` loads its backends at run time."""
    return any(_VARIANT.search(path.name) for path in folder.glob(_PATTERN))


def load_backends(library: Any, folder: Path) -> None:
    """Loads the backends beside a portable library: the best for this processor, and GPUs that have a driver.

    Args:
        library: The loaded libllama (:class:`ctypes.CDLL`). Call once, before a model is loaded.
        folder: Where it lies.
    """
    if is_portable(folder):
        load = library.ggml_backend_load_all_from_path
        load.argtypes, load.restype = [ctypes.c_char_p], None
        load(str(folder).encode())


def cpu_variants(folder: Path) -> tuple[CpuVariant, ...]:
    """Returns the instruction sets of a portable build, best first; empty for a build for one machine.

    Asks each library itself, as ggml does when it chooses; one that cannot be opened has the score 0.
    """
    found = {match[1]: path for path in folder.glob(_PATTERN) if (match := _VARIANT.search(path.name))}
    if not found:
        return ()
    base = ctypes.CDLL(str(folder / _BASE))  # kept: the variants need it, and find it once it is loaded
    scored = [CpuVariant(name, _score(path)) for name, path in found.items()]
    del base
    return tuple(sorted(scored, key=lambda item: (-item.score, item.name)))


def cpu_library(folder: Path) -> Path | None:
    """Returns the library that ggml computes with on this processor; None for a build for one machine."""
    variants = cpu_variants(folder)
    if not variants or not variants[0].score:
        return None
    wanted = variants[0].name
    return next(path for path in folder.glob(_PATTERN) if (match := _VARIANT.search(path.name)) and match[1] == wanted)


def _score(path: Path) -> int:
    try:
        ask = ctypes.CDLL(str(path)).ggml_backend_score
    except (OSError, AttributeError):
        return 0
    ask.argtypes, ask.restype = [], ctypes.c_int
    return int(ask())


def build_sentence(folder: Path | None) -> str:
    """Returns for people which build of llama.cpp is installed and which of its instruction sets runs here."""
    if folder is None:
        return "not installed"
    variants = cpu_variants(folder)
    if not variants:
        return "built for this machine"
    runs = variants[0]
    if not runs.score:
        return "portable, but none of its instruction sets runs on this processor"
    lacking = [item.name for item in variants if not item.score]
    better = (
        f"; this processor lacks what {', '.join(lacking)} need{'s' if len(lacking) == 1 else ''}" if lacking else ""
    )
    return f"portable, runs its {runs.name} code{better}"
