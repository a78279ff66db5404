"""A process that writes slices of a shape with random weights: ``python -m app.models.forecast.write FOLDER``.

The plan comes as JSON on standard input. It is a process of its own, so that writing gigabytes holds up nobody, takes
its memory with it, and can be ended at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from app.models.forecast.folder import DRAFTER, slice_path
from app.models.forecast.gemma4 import write_drafter, write_target
from app.models.forecast.shape import SlicePlan


def write(plan: SlicePlan, folder: Path) -> None:
    """Writes the slices and the drafter into a folder that is there.

    Raises:
        OSError: They cannot be written.
    """
    write_drafter(folder / DRAFTER, plan.shape, plan.draft_weights)
    for number, layers in enumerate(plan.layers):
        write_target(slice_path(folder, number), plan.shape, layers, plan.weights, plan.table)


def main() -> int:
    """Returns 0, or 1 after a sentence on standard error."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=SlicePlan)
    try:
        write(plan, Path(sys.argv[1]))
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
