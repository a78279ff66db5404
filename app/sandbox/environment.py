"""The scientific environment: a Python with numpy, pandas and matplotlib that only the sandbox uses."""

from __future__ import annotations

from app.sandbox.interpreter import Interpreter, base_interpreter


def interpreter() -> Interpreter | None:
    """The interpreter for generated programs."""
    return base_interpreter()
