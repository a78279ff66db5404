"""Packages for generated programs: those that the app offers, pinned by hash, and what each of them needs. Pure.

The pins are the file that uv wrote (resources/sandbox/requirements.txt, by ``make lock``); its comments say for whom
each package is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

SCIENTIFIC: Final = ("numpy", "pandas", "matplotlib")
"""What is there without being asked for."""
OFFERED: Final = {
    "beautifulsoup4": ("bs4",),
    "httpx": ("httpx",),
    "openpyxl": ("openpyxl",),
    "requests": ("requests",),
    "scikit-learn": ("sklearn",),
    "scipy": ("scipy",),
    "seaborn": ("seaborn",),
    "sympy": ("sympy",),
    "yfinance": ("yfinance",),
}
"""Packages that are offered with pins besides, and the modules that they bring."""
SIZES: Final = {
    "beautifulsoup4": 0.3,
    "contourpy": 0.4,
    "curl-cffi": 12.0,
    "fonttools": 5.5,
    "kiwisolver": 1.5,
    "lxml": 5.3,
    "matplotlib": 8.8,
    "numpy": 17.0,
    "pandas": 12.4,
    "pillow": 7.1,
    "protobuf": 0.4,
    "scikit-learn": 9.1,
    "scipy": 35.5,
    "sympy": 6.3,
}
"""MB of the larger downloads, on Linux on x86_64; what is not here is taken for ``_SMALL`` MB."""
_SMALL: Final = 0.3
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION: Final = re.compile(r"\s*(?:[=<>!~]=?=?\s*[\w.*+!-]{1,60})(?:\s*,\s*[=<>!~]=?=?\s*[\w.*+!-]{1,60}){0,4}")


class Pin(msgspec.Struct, frozen=True):
    """A pinned package.

    Attributes:
        name: Normalised as the packaging specification says.
        lines: Its lines in a requirements file, with hashes.
        wanted_by: Names of the packages for which it is there; empty for one that is offered.
    """

    name: str
    lines: str
    wanted_by: tuple[str, ...]


def normal_name(name: str) -> str:
    """Returns a package's name as it is compared: lower case, with single hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(text: str) -> list[Pin]:
    """Reads a requirements file as uv writes it, with hashes and with the comments that say for whom each is there."""
    found: list[Pin] = []
    lines: list[str] = []
    wanted: list[str] = []
    for line in [*text.splitlines(), "end"]:
        stripped = line.strip()
        if stripped.startswith("#"):
            wanted += [word for word in stripped.lstrip("# ").removeprefix("via").split() if word]
        elif line.startswith((" ", "\t")):
            lines.append(stripped)
        elif stripped:
            if lines:
                name = normal_name(re.split(r"==", lines[0])[0].strip())
                users = tuple(normal_name(word) for word in wanted if _NAME.fullmatch(word) and word != "-r")
                found.append(Pin(name, "\n".join(lines) + "\n", users))
            lines, wanted = [stripped], []
    return found


def pinned(wanted: Iterable[str], pins: Sequence[Pin]) -> str:
    """Returns the requirements of these offered packages and of all that they need, with hashes."""
    names = {normal_name(name) for name in wanted}
    grown = True
    while grown:
        more = {pin.name for pin in pins if names & set(pin.wanted_by)} - names
        grown = bool(more)
        names |= more
    return "".join(pin.lines for pin in pins if pin.name in names)


def megabytes(requirements: str) -> float:
    """Returns about how much is downloaded for these pinned requirements, MB; each package counts once."""
    names = {normal_name(line.split("==")[0]) for line in requirements.splitlines() if "==" in line}
    return sum(SIZES.get(name, _SMALL) for name in names)


def read_wish(text: str) -> tuple[list[str], list[str]]:
    """Reads a list of packages as a user writes it, such as ``scipy, requests>=2``.

    Returns the packages, and what is none and was left out.
    """
    found: list[str] = []
    wrong: list[str] = []
    for word in re.split(r"[\s;]+|,(?!\s*[=<>!~])", text[:4000]):
        if not word:
            continue
        name = _NAME.match(word)
        rest = word[name.end() :] if name else word
        if name is None or (rest and not _VERSION.fullmatch(rest)):
            wrong.append(word[:100])
        elif word not in found:
            found.append(word)
    return found, wrong


def package_of(module: str) -> str | None:
    """Returns the package that the app brings or offers for a module that a program lacks; None for others."""
    if module in SCIENTIFIC:
        return module
    return next((package for package, modules in OFFERED.items() if module in modules), None)
