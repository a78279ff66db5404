"""What running a program and calling its functions share: a module of its own for it, and its exceptions as data."""

from __future__ import annotations

import sys
import types

TYPE_CHECKING = False  # as in program.py
if TYPE_CHECKING:
    from typing import Any

MESSAGE_CHARS = 1000


def new_module(name: str, path: str) -> types.ModuleType:
    """Return an empty module that Python knows by ``name``, as if it were loaded from ``path``."""
    module = types.ModuleType(name)
    module.__dict__.update(__file__=path, __builtins__=__builtins__, __spec__=None)
    sys.modules[name] = module
    return module


def about(error: BaseException, path: str) -> dict[str, Any]:
    """The exception as data: type, message, the program's line, and the two causes that are told apart."""
    try:
        message = str(error)[:MESSAGE_CHARS]
    except Exception:  # noqa: BLE001  a hostile __str__ must not hide the exception
        message = ""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    found: dict[str, Any] = {"error": {"type": type(error).__name__, "message": message, "line": line}}
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        found["missing_module"] = error.name.partition(".")[0]
    if isinstance(error, EOFError) and "reading a line" in message:
        found["wanted_input"] = True
    return found
