"""``python -m app`` and ``mtp-race``: hears signals before anything that is slow to import."""

from __future__ import annotations

import sys

from app.interrupts import Interrupts


def main() -> int:
    """Runs the command line of this process and returns the exit status."""
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
