"""What machine this is, for the trace's header."""

from __future__ import annotations

import platform
import sys
from functools import cache
from pathlib import Path

from app.processes import output_of
from app.race.trace import Machine

_USUAL_CACHE = 64 << 20


def physical_cores() -> int:
    """Returns the number of physical cores, at least 1."""
    import psutil  # Here: it takes longer to load than a window may take to show.

    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def last_cache_bytes() -> int:
    """Returns the size of the processor's last cache; a usual one where the system does not tell."""
    found = [_USUAL_CACHE]
    try:
        for path in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
            text = path.read_text(encoding="ascii").strip()
            if text.endswith("K") and text[:-1].isdigit():
                found.append(int(text[:-1]) << 10)
    except (OSError, UnicodeDecodeError):
        pass
    return max(found)


@cache
def describe_machine() -> Machine:
    """Describes this machine. What cannot be found out stays empty."""
    import psutil

    return Machine(
        cpu=_cpu_name(),
        cores=physical_cores(),
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.release()}",
        gpus=_nvidia_gpus(),
    )


def _cpu_name() -> str:
    if sys.platform == "linux":
        try:
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        return output_of("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine()


def _nvidia_gpus() -> tuple[str, ...]:
    listed = output_of("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
    return tuple(line.strip() for line in listed.splitlines() if line.strip())
