"""The scientific environment: numpy, pandas and matplotlib for generated programs, kept apart from the app's own."""

from __future__ import annotations

import importlib.metadata
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from app.places import find_places
from app.processes import find_program
from app.race.problems import DECODE_ERRORS, Problem
from app.sandbox.base import Sandbox, Unavailable, sandbox_for
from app.sandbox.folders import remove_folder
from app.sandbox.installing import Bringing, Tell, install, wanted_packages
from app.sandbox.interpreter import Interpreter, base_interpreter
from app.sandbox.packages import SCIENTIFIC
from app.sandbox.results import Job, Limits

PINS = "sandbox/requirements.txt"
"""The pins of the packages that the app offers, below its resources."""
PACKAGES = "packages"
_READY = "ready.json"
_FONTS = """
import pathlib, shutil, matplotlib.font_manager
for found in pathlib.Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
    shutil.copy(found, found.name)
"""


class ReadyEnvironment(msgspec.Struct, frozen=True):
    """What stands in the environment's folder once it is complete.

    Attributes:
        names: Packages that were asked for. versions: All that are there, by name.
    """

    python: str
    packages: str
    fonts: str | None = None
    names: tuple[str, ...] = ()
    versions: dict[str, str] = {}


def folder() -> Path:
    """Where the environment is kept, in the user's data folder."""
    return find_places().data / "sandbox"


def interpreter(where: Path | None = None) -> Interpreter | None:
    """The interpreter for generated programs: with the scientific environment when there is one, else the one under
    the app's own environment, without the app's packages. None when no Python is found (a frozen app without
    a scientific environment)."""
    ready = read_ready(where or folder())
    if ready is None:
        return base_interpreter()
    return Interpreter(ready.python, ready.packages, ready.fonts)


def read_ready(where: Path) -> ReadyEnvironment | None:
    """The complete environment in `where`; None when there is none or a part of it has gone."""
    try:
        ready = msgspec.json.decode((where / _READY).read_bytes(), type=ReadyEnvironment)
    except (OSError, *DECODE_ERRORS):
        return None
    if not os.access(ready.python, os.X_OK) or not os.path.isdir(ready.packages):
        return None
    fonts = ready.fonts if ready.fonts and os.path.isfile(ready.fonts) else None
    return msgspec.structs.replace(ready, fonts=fonts)


def setup(
    tell: Tell,
    *,
    make_sandbox: Callable[[Interpreter], Sandbox | Unavailable] = sandbox_for,
    where: Path | None = None,
    more: Sequence[str] = (),
    stop: threading.Event | None = None,
    hold: threading.Event | None = None,
    always: Sequence[str] = SCIENTIFIC,
    pins: Path | None = None,
    pip_options: Sequence[str] = (),
) -> Interpreter | Problem:
    """Make the environment anew and return its interpreter, or what went wrong.

    An older environment stays in use until the new one is complete.

    Args:
        tell: Called with every step.
        make_sandbox: Gives the sandbox in which the result is tried.
        more: Packages besides those that are always there.
        stop: Set to give it up. hold: Set while it must stand still.
    """
    target = where or folder()
    base = base_interpreter() or _python_on_path()
    if base is None:
        return Problem("no-python", "No Python was found.", action="Install Python 3.11 or newer, then try again.")
    fresh = target.with_name(target.name + ".new")
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=0):
            remove_folder(fresh)
            fresh.parent.mkdir(parents=True, exist_ok=True)
            wanted = wanted_packages(always, more, pins or find_places().resources / PINS)
            problem = install(base.python, fresh / PACKAGES, wanted, tell, stop=stop, hold=hold, options=pip_options)
            if problem is not None:
                return problem
            remove_folder(target)
            fresh.rename(target)
            return _finish(base.python, target, wanted.names, make_sandbox, tell)
    except Timeout:
        return Problem("busy", "The packages are being brought already.", action="Wait until that has ended.")
    except OSError as error:
        return Problem("disk", "The environment could not be written.", cause=str(error), action="Free some space.")
    finally:
        remove_folder(fresh)


def _python_on_path() -> Interpreter | None:
    found = find_program("python3")
    return Interpreter(os.path.realpath(found)) if found else None


def _finish(
    python: str,
    target: Path,
    names: tuple[str, ...],
    make_sandbox: Callable[[Interpreter], Sandbox | Unavailable],
    tell: Tell,
) -> Interpreter:
    """Try the new packages in the sandbox, keep matplotlib's font list, and declare the environment complete."""
    packages = str(target / PACKAGES)
    fonts: str | None = None
    if os.path.isfile(f"{packages}/matplotlib/__init__.py"):
        tell(Bringing("Trying it in the sandbox", 0.95))
        sandbox = make_sandbox(Interpreter(python, packages))
        fonts = None if isinstance(sandbox, Unavailable) else make_font_list(sandbox, target)
    ready = ReadyEnvironment(python, packages, fonts, names, versions_in(packages))
    (target / _READY).write_bytes(msgspec.json.encode(ready))
    tell(Bringing("Done", 1.0))
    return Interpreter(ready.python, ready.packages, ready.fonts)


def versions_in(packages: str | None) -> dict[str, str]:
    """The versions of the packages in a folder, by name; what a broken one says of itself is left out."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions(path=[packages] if packages else []):
        name, version = distribution.metadata["Name"], distribution.version
        if name and version:
            found[str(name)] = str(version)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def make_font_list(sandbox: Sandbox, target: Path) -> str | None:
    """matplotlib's list of fonts as it is inside the sandbox, kept in `target`: making it takes seconds."""
    result = sandbox.run(Job(source=_FONTS, limits=Limits(wall_s=60.0, cpu_s=60)))
    for file in result.files:
        if file.data is not None and file.name.startswith("fontlist-") and "/" not in file.name:
            path = target / file.name
            path.write_bytes(file.data)
            return str(path)
    return None
