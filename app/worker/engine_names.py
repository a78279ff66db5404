"""What a list of models says of engines: which one a pair needs and whether it is here. No engine is loaded."""

from __future__ import annotations

import sys
from importlib import metadata

from app.engines import ENGINES


def engine_missing(name: str) -> str:
    """Returns "" if the engine can be used here, else a sentence with what to do."""
    if name == "server":
        return "It needs a server that you start yourself."
    info = ENGINES.get(name)
    if info is None:
        return f"This version has no engine {name}."
    if info.platforms and not any(sys.platform.startswith(platform) for platform in info.platforms):
        return f"{info.title} does not run on this system."
    for package in info.requires:
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            return f"Not installed. Install it with: {info.install}" if info.install else "Not installed."
    return ""
