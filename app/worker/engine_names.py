"""Which engines can be used here, and what to do about the others. No engine is loaded to find out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from importlib import metadata
from typing import Final

import msgspec

from app.engines import ENGINES
from app.engines.base import EngineInfo
from app.models.pairs import Pair
from app.models.registry.servers import SERVER, ServerTable
from app.processes import find_program
from app.race.problems import ProblemError
from app.worker.server_lanes import PYTHON, concrete


class Readiness(StrEnum):
    """Whether an engine can be used here."""

    READY = "ready"
    MISSING = "missing"
    UNFIT = "not for this platform"


class EngineState(msgspec.Struct, frozen=True):
    """What is said of one engine.

    Attributes:
        readiness: In a word.
        details: What is here, or what is not.
        install: The one command that installs it; empty where there is nothing to install.
    """

    readiness: Readiness
    details: str = ""
    install: str = ""

    @property
    def sentence(self) -> str:
        """For people, without the command."""
        return f"{self.readiness.value}{f': {self.details}' if self.details else ''}"


def engine_state(
    info: EngineInfo, servers: Mapping[str, ServerTable] | None = None, platform: str = sys.platform
) -> EngineState:
    """Looks whether what an engine needs is installed.

    Args:
        info: The engine.
        servers: How servers are started, by name: their programs are looked for.
        platform: As in ``sys.platform``.
    """
    if not info.runs_on(platform):
        return EngineState(Readiness.UNFIT)
    found = []
    for package in info.requires:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            return EngineState(Readiness.MISSING, f"{package} is not installed", info.install_command(platform))
    if not info.program:
        return EngineState(Readiness.READY, ", ".join(found))
    table = (servers or {}).get(info.name)
    program = table.program.replace(PYTHON, sys.executable) if table else info.program
    if find_program(program) is None:
        return EngineState(Readiness.MISSING, f"there is no program {program} here", info.install_command(platform))
    return EngineState(Readiness.READY, f"the app starts {program}" if table else f"start {program} yourself")


_TELLS: Final = {
    "chess clock": "stepping",
    "per-round counts": "rounds",
    "token ids": "token_ids",
    "logit gaps": "logits",
    "same random numbers in every lane": "sampling",
    "K changes without loading": "sets_k",
}


def engine_facts(info: EngineInfo) -> dict[str, str]:
    """Returns what an engine can do and tell, in words: the columns of the README's table."""
    can = info.capabilities
    found = {title: "yes" if getattr(can, name) else "no" for title, name in _TELLS.items()}
    if not can.rounds:
        at_end = "at the end" if can.rounds_at_end else "sums at the end" if can.sums_at_end else "no"
        found["per-round counts"] = at_end
    return found


def engine_missing(name: str, pair: Pair, servers: Mapping[str, ServerTable]) -> str:
    """Returns "" if the engine can be used for the pair here, else a sentence with what to do."""
    if name == SERVER:
        try:
            concrete(name, pair, servers)
        except ProblemError as error:
            return f"{error.problem.sentence} {error.problem.cause}"
        return ""
    info = ENGINES.get(name)
    if info is None:
        return f"This version has no engine {name}."
    found = engine_state(info, servers)
    if found.readiness is Readiness.UNFIT:
        return f"{info.title} does not run on this system."
    if found.readiness is Readiness.MISSING:
        return f"Not installed. Install it with: {found.install}" if found.install else "Not installed."
    return ""
