"""How much memory this machine has to give now."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

import psutil

from app.models.fit.estimate import Memory
from app.processes import output_of

_MIB = 1 << 20


def free_memory(use_gpu: bool = False, run: Callable[[tuple[str, ...]], str] | None = None) -> Memory:
    """Looks at the machine.

    Args:
        use_gpu: The engine puts the model on the GPU, so that its memory counts.
        run: Runs a command and returns what it printed, "" if it cannot; for tests.
    """
    now = psutil.virtual_memory()
    unified = sys.platform == "darwin" and platform.machine() == "arm64"
    gpu_free = gpu_total = None
    if use_gpu and not unified:
        gpu_free, gpu_total = _nvidia((lambda command: output_of(*command)) if run is None else run)
    return Memory(free=now.available, total=now.total, gpu_free=gpu_free, gpu_total=gpu_total, unified=unified)


def _nvidia(run: Callable[[tuple[str, ...]], str]) -> tuple[int | None, int | None]:
    """Returns (free, total) bytes of the GPU with the most free memory, (None, None) if there is none."""
    listed = run(("nvidia-smi", "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits"))
    found = []
    for line in listed.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 2 and all(part.isascii() and part.isdigit() for part in parts):
            found.append((int(parts[0]) * _MIB, int(parts[1]) * _MIB))
    return max(found) if found else (None, None)
