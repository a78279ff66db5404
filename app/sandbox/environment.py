"""The scientific environment: numpy, pandas and matplotlib for generated programs, kept apart from the app's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from app.places import find_places
from app.processes import find_program
from app.race.problems import DECODE_ERRORS, Problem
from app.sandbox.base import Sandbox, Unavailable, sandbox_for
from app.sandbox.interpreter import Interpreter, base_interpreter
from app.sandbox.results import Job, Limits

REQUIREMENTS = ("numpy>=1.26,<3", "pandas>=2.2,<4", "matplotlib>=3.9,<4")
PACKAGES = "packages"
_READY = "ready.json"
_FONTS = """
import pathlib, shutil, matplotlib.font_manager
for found in pathlib.Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
    shutil.copy(found, found.name)
"""


class ReadyEnvironment(msgspec.Struct, frozen=True):
    """What stands in the environment's folder once it is complete."""

    python: str
    packages: str
    fonts: str | None = None


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
    progress: Callable[[str], None],
    *,
    make_sandbox: Callable[[Interpreter], Sandbox | Unavailable] = sandbox_for,
    where: Path | None = None,
    requirements: Sequence[str] = REQUIREMENTS,
    pip_options: Sequence[str] = (),
) -> Interpreter | Problem:
    """Make the environment anew and return its interpreter, or what went wrong.

    `progress` gets a line of text at a time. `make_sandbox` gives the sandbox in which the result is tried. An older
    environment stays in use until the new one is complete.
    """
    target = where or folder()
    base = base_interpreter() or _python_on_path()
    if base is None:
        return Problem("no-python", "No Python was found.", action="Install Python 3.11 or newer, then try again.")
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        problem = _install(base.python, fresh, requirements, pip_options, progress)
        if problem is not None:
            return problem
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except OSError as error:
        return Problem("disk", "The environment could not be written.", cause=str(error), action="Free some space.")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return _finish(base.python, target, make_sandbox, progress)


def _python_on_path() -> Interpreter | None:
    found = find_program("python3")
    return Interpreter(os.path.realpath(found)) if found else None


def _install(
    python: str, fresh: Path, requirements: Sequence[str], pip_options: Sequence[str], progress: Callable[[str], None]
) -> Problem | None:
    """Install into the folder `fresh` with the interpreter's own pip, or the one that came with it unused."""
    pip = _pip_of(python)
    if pip is None:
        return Problem(
            "no-pip",
            f"The Python at {python} has no pip.",
            action="Install it (on Debian and Ubuntu: the package python3-pip), then try again.",
        )
    progress(f"Installing {', '.join(requirements)} for {python}")
    options = [
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--no-warn-script-location",
    ]
    lines = list(_lines([*pip, *options, *pip_options, "--target", str(fresh / PACKAGES), *requirements], progress))
    if lines[-1] == "0":
        return None
    return Problem(
        "install-failed",
        "The packages could not be installed.",
        cause=next((line for line in reversed(lines[:-1]) if line.startswith("ERROR")), ""),
        action="Check the connection to the internet, then try again.",
        details="\n".join(lines[-20:-1]),
    )


def _pip_of(python: str) -> list[str] | None:
    """The command line of a pip for `python`. A pip also runs straight from its wheel, as ensurepip itself does it."""
    ask = "import ensurepip, pathlib; print(*(pathlib.Path(ensurepip.__file__).parent / '_bundled').glob('pip-*.whl'))"
    if list(_lines([python, "-I", "-m", "pip", "--version"], lambda line: None))[-1] == "0":
        return [python, "-I", "-m", "pip"]
    said = list(_lines([python, "-I", "-c", ask], lambda line: None))
    if said[-1] == "0" and said[0].endswith(".whl"):
        return [python, "-I", f"{said[0]}/pip"]
    return None


def _lines(command: Sequence[str], progress: Callable[[str], None]) -> Iterator[str]:
    """Run `command`; its lines of output, then its exit status as the last one."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        umask=0o022,  # the program runs as another user when the app runs as root
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            progress(line.rstrip())
            yield line.rstrip()
    yield str(process.returncode)


def _finish(
    python: str,
    target: Path,
    make_sandbox: Callable[[Interpreter], Sandbox | Unavailable],
    progress: Callable[[str], None],
) -> Interpreter:
    """Try the new packages in the sandbox, keep matplotlib's font list, and declare the environment complete."""
    packages = str(target / PACKAGES)
    fonts: str | None = None
    if os.path.isfile(f"{packages}/matplotlib/__init__.py"):
        progress("Trying it in the sandbox")
        sandbox = make_sandbox(Interpreter(python, packages))
        fonts = None if isinstance(sandbox, Unavailable) else make_font_list(sandbox, target)
    ready = ReadyEnvironment(python, packages, fonts)
    (target / _READY).write_bytes(msgspec.json.encode(ready))
    progress("Done")
    return Interpreter(ready.python, ready.packages, ready.fonts)


def make_font_list(sandbox: Sandbox, target: Path) -> str | None:
    """matplotlib's list of fonts as it is inside the sandbox, kept in `target`: making it takes seconds."""
    result = sandbox.run(Job(source=_FONTS, limits=Limits(wall_s=60.0, cpu_s=60)))
    for file in result.files:
        if file.data is not None and file.name.startswith("fontlist-") and "/" not in file.name:
            path = target / file.name
            path.write_bytes(file.data)
            return str(path)
    return None
