"""``python -m app`` and ``mtp-race``: hears signals before anything that is slow to import."""

from __future__ import annotations

import os
import sys

from app.interrupts import Interrupts


def _open_what_is_closed() -> None:
    """Opens standard streams that whoever started this process closed: else the next file would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # Takes the lowest number that is free.
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def main() -> int:
    """Runs the command line of this process and returns the exit status."""
    _open_what_is_closed()
    with Interrupts() as interrupts:
        from app import cli
        from app.terminal.environment import Environment

        try:
            status = cli.main(env=Environment(interrupts=interrupts))
            interrupts.ignore()
        except KeyboardInterrupt:  # between two steps, where nobody else takes it
            interrupts.ignore()
            status = 130
    return status


if __name__ == "__main__":
    sys.exit(main())
