"""The Python that runs generated programs, and the few files of the system that it needs."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Asks an interpreter about itself: where its library is, and from which folders it loads shared libraries.
_ASK = """
import importlib, json, os, sys, sysconfig
for name in ("ctypes", "sqlite3", "ssl", "lzma", "bz2", "zlib", "hashlib", "decimal", "uuid", "readline", "curses"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
try:
    with open("/proc/self/maps") as maps:
        loaded = sorted({line.split(None, 5)[5].strip() for line in maps if line.count("/") and ".so" in line})
except OSError:
    loaded = []
paths = sysconfig.get_paths()
print(json.dumps({
    "executable": os.path.realpath(sys.executable), "prefix": sys.base_prefix, "loaded": loaded,
    "library": paths["stdlib"], "platform_library": paths["platstdlib"], "version": list(sys.version_info[:2]),
    "release": sys.version.split()[0],
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """An interpreter for the sandbox: `python` is a real file; `packages` its folder of libraries, if any."""

    python: str
    packages: str | None = None
    fonts: str | None = None  # a ready font list for matplotlib


@dataclass(frozen=True)
class Layout:
    """What of the system an interpreter needs. Absolute paths on this machine."""

    python: str
    prefix: str
    libraries: tuple[str, ...]  # folders with its own modules
    shared_folders: tuple[str, ...]  # folders from which it loads shared libraries of the system
    shared_files: tuple[str, ...]  # shared libraries of its own prefix
    loader: str | None
    release: str = ""  # of Python, such as 3.11.7


def base_interpreter() -> Interpreter | None:
    """The interpreter under the app's own environment, without the app's packages; None in a frozen app."""
    if getattr(sys, "frozen", False):
        return None
    candidates = [getattr(sys, "_base_executable", ""), sys.executable]
    for candidate in candidates:
        if candidate and os.path.exists(candidate):
            return Interpreter(os.path.realpath(candidate))
    return None


@functools.lru_cache(maxsize=8)
def layout(python: str) -> Layout | str:
    """The files that `python` needs, or a sentence saying why they cannot be told."""
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-B", "-c", _ASK],
            capture_output=True,
            timeout=20,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        found = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return f"The Python at {python} does not start: {error}"
    if tuple(found["version"]) < (3, 11):
        return f"The Python at {python} is older than 3.11."
    own = os.path.realpath(found["prefix"])
    libraries = {found["library"], found["platform_library"]}
    system = [p for p in found["loaded"] if not _inside(p, own, libraries)]
    loader = next((p for p in system if os.path.basename(p).startswith(("ld-linux", "ld-musl"))), None)
    mine = [p for p in found["loaded"] if _inside(p, own, libraries) and "lib-dynload" not in p]
    return Layout(
        python=found["executable"],
        prefix=found["prefix"],
        libraries=tuple(sorted(libraries)),
        shared_folders=tuple(sorted({os.path.dirname(p) for p in system})),
        shared_files=tuple(mine),
        release=found["release"],
        loader=_wanted_loader(found["executable"]) or loader,
    )


def _inside(path: str, prefix: str, libraries: set[str]) -> bool:
    """Whether a shared library belongs to the interpreter. With a prefix of /usr only its own folders count."""
    if any(path.startswith(os.path.realpath(folder) + "/") for folder in libraries):
        return True
    return prefix not in ("/", "/usr") and path.startswith(prefix + "/")


def _wanted_loader(python: str) -> str | None:
    """The path of the dynamic loader that is written in an ELF program (its PT_INTERP entry)."""
    data = Path(python).read_bytes()[: 64 * 1024]
    start = data.find(b"/lib")
    while start >= 0:
        end = data.find(b"\0", start)
        text = data[start:end].decode("ascii", "replace")
        if os.path.basename(text).startswith("ld-") and os.path.exists(text):
            return text
        start = data.find(b"/lib", start + 1)
    return None
