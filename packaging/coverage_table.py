"""How much of each room the tests ran, as a short table: what ``make coverage`` ends with.

Lines that run in a process that a test started (a worker, a sandbox) are not counted: the app starts its processes with
an environment of its own, which says nothing of a measurement.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import coverage

APP = Path(__file__).parents[1] / "app"


def main() -> None:
    """Prints the table."""
    found = coverage.Coverage()
    found.load()
    lines: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for file in found.get_data().measured_files():
        _, statements, _, missing, _ = found.analysis2(file)
        for room in (_room(Path(file)), "together"):
            lines[room] += len(statements)
            missed[room] += len(missing)
    print(f"\n{'room':<16}{'lines':>8}{'run':>8}")
    for room in sorted(lines, key=lambda name: (name == "together", name)):
        print(f"{room:<16}{lines[room]:>8,}{1 - missed[room] / max(1, lines[room]):>8.1%}")


def _room(file: Path) -> str:
    """The folder of the app that a file is in."""
    parts = file.resolve().relative_to(APP).parts
    return f"app/{parts[0]}" if len(parts) > 1 else "app"


if __name__ == "__main__":
    main()
