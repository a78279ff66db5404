"""The contract of a sandbox, and the list of those the app knows. A new one is one file and one line below."""

from __future__ import annotations

import importlib
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.sandbox.interpreter import Interpreter
from app.sandbox.results import Job, RunResult

if TYPE_CHECKING:
    from app.sandbox.gate.gate import Access

NO_GATE: Final = "Programs can fetch only in the sandbox of Linux."


@dataclass(frozen=True)
class Available:
    """The sandbox was started here and did what it promises."""

    name: str


@dataclass(frozen=True)
class Unavailable:
    """No sandbox: `reason` and `action` are plain sentences for the user."""

    reason: str
    action: str


@dataclass(frozen=True)
class SandboxRecipe:
    """A sandbox that was tried and works, in words that another process can make it again from."""

    name: str
    python: Interpreter
    binary: str
    as_root: bool = False


class Sandbox(Protocol):
    """One way of running a program so that it can neither read, change nor reach anything of the user's."""

    name: str
    carries_gate: bool
    """Whether a program in it can be given a gate to fetch through."""

    def probe(self) -> Available | Unavailable:
        """Say whether it works here, by running it. The answer may be remembered."""
        ...

    def recipe(self) -> SandboxRecipe:
        """How to make it again. Only after a probe that found it working."""
        ...

    def run(self, job: Job, stop: threading.Event | None = None, gate: Access | None = None) -> RunResult:
        """Run `job` and wait for its end. Nothing of the run is left afterwards, whatever happened.

        Setting `stop` from another thread ends the run soon. Never raises for anything that the program does. With a
        `gate` the program may fetch what the gate gives, and nothing else; a sandbox that carries none runs nothing.
        """
        ...


# platform prefix -> "module:class"; the class takes the interpreter to use, None for the app's choice
SANDBOXES: dict[str, str] = {
    "linux": "app.sandbox.bubblewrap:Bubblewrap",
    "darwin": "app.sandbox.seatbelt:Seatbelt",
}
_working: dict[str, Sandbox] = {}


def find_sandbox(platform: str = sys.platform) -> Sandbox | Unavailable:
    """The working sandbox of this machine, or why there is none. There is never a run without one.

    A sandbox that works is found once; one that does not is tried again, since the user may have put it right.
    """
    if platform in _working:
        return _working[platform]
    sandbox = sandbox_for(None, platform)
    if isinstance(sandbox, Unavailable):
        return sandbox
    answer = sandbox.probe()
    if isinstance(answer, Unavailable):
        return answer
    _working[platform] = sandbox
    return sandbox


def sandbox_for(python: Interpreter | None, platform: str = sys.platform) -> Sandbox | Unavailable:
    """This system's sandbox with the interpreter `python`, not yet probed, or why there is none."""
    for prefix, where in SANDBOXES.items():
        if platform.startswith(prefix):
            made: Sandbox = _class_at(where)(python)
            return made
    system = "Windows" if platform.startswith("win") else f"this system ({platform})"
    return Unavailable(
        reason=f"MTP Race has no sandbox for {system}, and it runs no generated program without one.",
        action="Compare the two texts by eye, or open the trace on Linux or macOS to run the programs.",
    )


def made_again(recipe: SandboxRecipe) -> Sandbox:
    """The sandbox of `recipe`, which is not tried again. Raises LookupError for a name that no sandbox has."""
    for where in SANDBOXES.values():
        found = _class_at(where)
        if found.name == recipe.name:
            made: Sandbox = found.made_from(recipe)
            return made
    raise LookupError(recipe.name)


def _class_at(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)
