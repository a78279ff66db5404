"""One world for all tests of a module, and a sandbox with the libraries that fetch."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator

import pytest

from app.sandbox.base import Sandbox, Unavailable, sandbox_for
from app.sandbox.interpreter import Interpreter, base_interpreter
from tests.sandbox.gate.world import GateWorld, gate_world

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # The gate belongs to the sandbox of Linux.


@pytest.fixture(scope="module")
def world() -> Iterator[GateWorld]:
    with gate_world() as made:
        yield made


@pytest.fixture(scope="session")
def fetching_sandbox() -> Sandbox:
    """A sandbox whose programs have the libraries of the tests' own environment."""
    base = base_interpreter()
    found = sandbox_for(None if base is None else Interpreter(base.python, sysconfig.get_paths()["purelib"]))
    answer = found if isinstance(found, Unavailable) else found.probe()
    if isinstance(found, Unavailable) or isinstance(answer, Unavailable):
        assert isinstance(answer, Unavailable)
        pytest.skip(f"no sandbox here: {answer.reason}")
    if not found.carries_gate:
        pytest.skip("this system's sandbox carries no gate")
    return found
