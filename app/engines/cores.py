"""Which CPU cores lanes should share when they take turns.

A core that waits for its turn falls idle, and what it needs to get going again (clock frequency, caches, on a virtual
machine the physical core itself) is then paid by the lane. Lanes that never compute at the same time should therefore
run on the same cores, which so never rest. Lanes that do compute at the same time must not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_SYSTEM = Path("/sys/devices/system/cpu")


def default_threads() -> int:
    """Physical cores minus one, at least one: the window needs a core, and ggml's threads wait for each other."""
    return max(1, physical_cores() - 1)


def physical_cores() -> int:
    """The number of physical cores, 1 if it is not known."""
    told = {_siblings(core) for core in range(os.cpu_count() or 1) if (_SYSTEM / f"cpu{core}/topology").is_dir()}
    if told:
        return len(told)
    import psutil  # Here: it takes longer to load than a window may take to show.

    return psutil.cpu_count(logical=False) or 1


def shared_cores(threads: int) -> tuple[int, ...]:
    """Returns the cores for ``threads`` threads of every lane of a race in turns, the same in every process.

    Empty where the system cannot bind threads to cores, or has too few physical cores: then do not bind.
    """
    allowed = _allowed()
    siblings = {core: _siblings(core) for core in allowed}
    speed = {core: _speed(core) for core in allowed}
    return choose_cores(threads, allowed, siblings, speed)


def choose_cores(
    threads: int, allowed: Iterable[int], siblings: Mapping[int, frozenset[int]], speed: Mapping[int, int]
) -> tuple[int, ...]:
    """Returns the fastest physical cores, one hardware thread of each, the first core (interrupts) last of equals.

    Args:
        threads: How many cores are wanted.
        allowed: Hardware threads that may be used.
        siblings: For each of them those of the same physical core, itself included.
        speed: For each of them its speed in any unit; efficiency cores have less.
    """
    physical: dict[frozenset[int], int] = {}
    for core in sorted(allowed):
        physical.setdefault(siblings.get(core, frozenset((core,))), core)
    ranked = sorted(physical.values(), key=lambda core: (-speed.get(core, 0), core == 0, core))
    return tuple(ranked[:threads]) if 0 < threads <= len(ranked) else ()


def parse_cores(text: str) -> tuple[int, ...]:
    """Reads a list such as ``"0,2-3"``. Raises ValueError for anything else."""
    cores: list[int] = []
    for part in text.split(",") if text.strip() else []:
        first, dash, last = part.partition("-")
        start, stop = int(first), int(last) if dash else int(first)
        if not 0 <= start <= stop < 1 << 16:
            raise ValueError(f"{part!r} is not a core or a range of cores")
        cores.extend(range(start, stop + 1))
    return tuple(cores)


def _allowed() -> list[int]:
    """The hardware threads that this process may use; none where the system cannot bind processes to them."""
    affinity = getattr(os, "sched_getaffinity", None)
    if affinity is not None:
        return sorted(affinity(0))
    import psutil

    process = psutil.Process()
    return list(process.cpu_affinity() or []) if hasattr(process, "cpu_affinity") else []


def _siblings(core: int) -> frozenset[int]:
    try:
        return frozenset(parse_cores((_SYSTEM / f"cpu{core}/topology/thread_siblings_list").read_text()))
    except (OSError, ValueError):
        return frozenset((core,))


def _speed(core: int) -> int:
    for name in ("cpu_capacity", "cpufreq/cpuinfo_max_freq"):
        try:
            return int((_SYSTEM / f"cpu{core}" / name).read_text())
        except (OSError, ValueError):
            continue
    return 0
