"""What the filter of system calls refuses, read from its own table."""

from __future__ import annotations

from app.sandbox import seccomp


def refused_numbers(machine: str) -> dict[str, int]:
    """Name and number of every call that is refused whatever its arguments, on that kind of processor."""
    column = seccomp._ARCHITECTURES[machine][0]
    return {name: number for name, found in seccomp._DENIED.items() if (number := found[column]) is not None}
