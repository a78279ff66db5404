"""How the app starts programs: its own parts as processes, and tools of the system.

Whoever starts the app may stand in a folder of somebody else. Python puts that folder first on its path for ``-m``, so
that a ``psutil.py`` there would run in every worker; an empty or relative entry of PYTHONPATH or PATH means it too.
Nothing that the app starts looks there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_ROOT: Final = str(Path(__file__).resolve().parent.parent)


def module_command(module: str, *words: str) -> list[str]:
    """Returns the command that runs a module of the app in a Python of its own, without the current folder (``-P``)."""
    return [sys.executable, "-P", "-m", module, *words]


def safe_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns an environment in which Python finds this app, and neither it nor what it starts the current folder.

    Args:
        environment: The one to start from; None takes this process's.
    """
    env = dict(os.environ if environment is None else environment)
    env["PYTHONPATH"] = os.pathsep.join([_ROOT, *_absolute(env.get("PYTHONPATH", ""))])
    env["PYTHONSAFEPATH"] = "1"
    return env


def find_program(name: str) -> str | None:
    """Returns where a program is, or None if it is not on the path. The current folder is never looked into.

    Args:
        name: A name that the path is searched for, or a path.
    """
    return shutil.which(name, path=os.pathsep.join(_absolute(os.environ.get("PATH", os.defpath))))


def output_of(*command: str, timeout_s: float = 5.0) -> str:
    """Returns what a short command of the system printed; "" where it is not there, fails or takes longer."""
    program = find_program(command[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, errors="replace", timeout=timeout_s, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _absolute(paths: str) -> list[str]:
    return [part for part in paths.split(os.pathsep) if os.path.isabs(part)]
