"""Remembers how a demo calls the program's own functions, as literals that can be written down."""

from __future__ import annotations

import sys
import types

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from typing import Any

EVENTS = 30_000  # a profile hook slows the program, so it ends after so many events
PER_FUNCTION = 12
CHARS = 2000
OPTIMIZED = 0x1  # inspect.CO_OPTIMIZED, without importing inspect


class Recorder:
    """Watches calls of top-level functions of the file at `path`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._events = 0
        self._seen: dict[str, dict[str, dict[str, Any]]] = {}

    def start(self) -> None:
        sys.setprofile(self._on_event)

    def stop(self) -> None:
        sys.setprofile(None)

    def calls(self) -> list[dict[str, Any]]:
        return [call for per_function in self._seen.values() for call in per_function.values()]

    def _on_event(self, frame: types.FrameType, event: str, arg: object) -> None:
        self._events += 1
        if self._events > EVENTS:
            sys.setprofile(None)
            return
        code = frame.f_code
        if event != "call" or code.co_filename != self._path or not code.co_qualname.isidentifier():
            return
        if not code.co_flags & OPTIMIZED:
            return  # the body of a class
        known = self._seen.setdefault(code.co_name, {})
        if len(known) < PER_FUNCTION:
            call = written_call(frame)
            if call is not None:
                known.setdefault(repr(call), call)


def written_call(frame: types.FrameType) -> dict[str, Any] | None:
    """The call that `frame` is at the start of, or None when an argument is no literal.

    Arguments that are the default object itself are left out, so that a shared mutable default stays shared.
    """
    code, values = frame.f_code, frame.f_locals
    function: Any = frame.f_globals.get(code.co_name)
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    defaults: dict[str, Any] = {}
    names = code.co_varnames[: code.co_argcount]
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if isinstance(function, types.FunctionType) and function.__code__ is code:
        given = function.__defaults__ or ()
        defaults = dict(zip(names[len(names) - len(given) :], given, strict=True)) | (function.__kwdefaults__ or {})
    args: list[str] = []
    kwargs: dict[str, str] = {}
    skipped = False
    for name in (*names, *keywords):
        if name not in values:
            return None
        if name in defaults and values[name] is defaults[name] and not shared_constant(values[name]):
            skipped = True
            continue
        written = literal(values[name])
        if written is None:
            return None
        if skipped or name in keywords:
            kwargs[name] = written
        else:
            args.append(written)
    position = code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & 0x04:  # *args
        more = [literal(item) for item in values[code.co_varnames[position]]]
        if skipped or any(item is None for item in more):
            return None
        args += [item for item in more if item is not None]
        position += 1
    if code.co_flags & 0x08:  # **kwargs
        for name, value in values[code.co_varnames[position]].items():
            written = literal(value)
            if written is None or not name.isidentifier():
                return None
            kwargs[name] = written
    return {"function": code.co_name, "args": args, "kwargs": kwargs}


def shared_constant(value: object) -> bool:
    """Whether `is` says nothing about where the value comes from."""
    return value is None or type(value) in (bool, int, float, str, bytes, tuple, frozenset)


def literal(value: Any, depth: int = 0) -> str | None:
    """`value` as Python source, or None. Only exact built-in types, so no code of the program runs."""
    kind = type(value)
    if depth > 6:
        return None
    if value is None or value is True or value is False or kind in (int, str, bytes):
        if kind is int and value.bit_length() > 2000:
            return None
        if kind in (str, bytes) and len(value) > CHARS:
            return None
        return repr(value)
    if kind is float:
        return repr(value) if value - value == 0 else None
    if kind in (list, tuple, set):
        if (kind is set and not value) or len(value) > 300:
            return None
        parts = [literal(item, depth + 1) for item in value]
        if any(part is None for part in parts):
            return None
        found = [part for part in parts if part is not None]
        if kind is set:
            found.sort()
        inner = ", ".join(found) + ("," if kind is tuple and len(found) == 1 else "")
        left, right = "[]" if kind is list else "()" if kind is tuple else "{}"
        whole = left + inner + right
    elif kind is dict:
        if len(value) > 300:
            return None
        pairs = [(literal(k, depth + 1), literal(v, depth + 1)) for k, v in value.items()]
        if any(k is None or v is None for k, v in pairs):
            return None
        whole = "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
    else:
        return None
    return whole if len(whole) <= CHARS else None
