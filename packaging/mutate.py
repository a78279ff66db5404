"""Mutation testing by hand: changes the code of one room a little, again and again, and sees whether its tests notice.

``make mutate`` runs all rooms, ``make mutate ROOMS="compare race/statistics"`` some; ``race/NAME`` is one file of
app/race with the tests of tests/race that name it. Each takes minutes to an hour of processor time. A mutant that
survives shows a test that is missing, or a program that is equal: see docs/reliability.md.
The tool is mutmut, which forks each mutant from one warm process: https://mutmut.readthedocs.io.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).resolve().parent.parent
WORK: Final = ROOT / "build" / "mutate"
COPIED: Final = ("app", "tests", "resources", "models.toml", "pyproject.toml", "README.md")


FORGET: Final = """

import functools
import gc

from hypothesis import Phase

settings.register_profile(
    "mutants", settings.get_profile("mtp-race"), phases=(Phase.explicit, Phase.generate), database=None
)
settings.load_profile("mutants")


def pytest_sessionstart() -> None:
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and found.__module__.startswith("app."):
            found.cache_clear()
"""
"""Added to the tests' settings: a mutant is forked from a process that ran the unchanged code and must not find what
that has cached."""


class Room(msgspec.Struct, frozen=True):
    """Files whose code is changed (patterns below the root), and the tests that must notice."""

    code: tuple[str, ...]
    tests: tuple[str, ...]


def race_rooms() -> dict[str, Room]:
    """Returns a room for each file of app/race, with the tests of tests/race that name it."""
    tests = {f"tests/race/{path.name}": path.read_text("utf-8") for path in (ROOT / "tests" / "race").glob("test_*.py")}
    rooms = {}
    for path in sorted((ROOT / "app" / "race").glob("*.py")):
        naming = tuple(sorted(name for name, text in tests.items() if f"app.race.{path.stem} " in text))
        if naming:
            rooms[f"race/{path.stem}"] = Room((f"app/race/{path.name}",), naming)
    return rooms


ROOMS: Final = {
    **race_rooms(),
    "sampling": Room(("app/engines/sampling.py",), ("tests/engines/test_sampling.py",)),
    "compare": Room(
        ("app/sandbox/compare.py",), ("tests/sandbox/test_compare_words.py", "tests/sandbox/test_compare.py")
    ),
    "transfer": Room(("app/models/hub/transfer.py",), ("tests/models/hub/test_transfer.py",)),
    "fit": Room(("app/models/fit/*",), ("tests/models/fit",)),
}


def main(names: list[str]) -> int:
    """Mutate the rooms of these names, all if there are none. Returns the exit status."""
    unknown = [name for name in names if name not in ROOMS]
    if unknown:
        print(f"There is no room {unknown[0]!r}. Use: {', '.join(ROOMS)}.", file=sys.stderr)
        return 2
    ran = [mutate(name, ROOMS[name]) for name in names or ROOMS]
    return 0 if all(ran) else 1


def mutate(name: str, room: Room) -> bool:
    """Mutate one room, and print how many mutants were caught and the names of those that were not.

    Returns False, and says why, if there is nothing to count: the tests fail without any change, or the tool stopped.
    """
    folder = WORK / name
    prepare(folder, room)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ""}
    tool = [sys.executable, "-P", "-m", "mutmut"]
    with (folder / "log.txt").open("wb") as log:
        children = str(os.cpu_count() or 1)
        run = [*tool, "run", "--max-children", children]
        status = subprocess.run(run, cwd=folder, env=environment, stdout=log, stderr=log, check=False).returncode
    if status != 0:
        end = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")[-3000:]
        print(f"{name}: nothing was counted. The room's tests fail on unchanged code, or the tool stopped.")
        print(f"Mend that first; {folder / 'log.txt'} ends so:\n{end}", file=sys.stderr)
        return False
    subprocess.run([*tool, "export-cicd-stats"], cwd=folder, env=environment, check=True, capture_output=True)
    left = subprocess.run([*tool, "results"], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    counts = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text())
    caught = counts["killed"] + counts["timeout"] + counts["suspicious"] + counts.get("segfault", 0)
    tried = counts["total"] - counts["skipped"]
    print(left.stdout)
    known = caught + counts["survived"] + counts["no_tests"]
    if not tried or known < tried:
        print(f"{name}: only {known} of {tried} mutants were tried, so nothing is told. See {folder / 'log.txt'}.")
        return False
    print(f"{name}: {caught} of {tried} mutants caught ({100 * caught / tried:.0f} %), in {folder}")
    return True


def prepare(folder: Path, room: Room) -> None:
    """Copy the project into `folder`, with the tool's settings for `room`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(source, folder / name)
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as settings_of_tests:
        settings_of_tests.write(FORGET)
    settings = {
        "source_paths": ["app"],
        "only_mutate": room.code,
        "also_copy": ["resources", "models.toml", "README.md"],
        "pytest_add_cli_args": ["-n", "0", "-p", "no:cacheprovider", "-m", "not real", "--hypothesis-seed=0"],
        "pytest_add_cli_args_test_selection": room.tests,
        "timeout_multiplier": ["5"],
        "track_dependencies": ["false"],
        "use_git_change_detection": ["false"],
    }
    lines = [f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in settings.items()]
    (folder / "setup.cfg").write_text("[mutmut]\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
