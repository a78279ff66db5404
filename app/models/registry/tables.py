"""A table of a TOML file held against a struct: every error with its key, what is allowed there and what is there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from app.models.registry.toml_lines import Path
from app.race.visible import visible

Made = TypeVar("Made", bound=msgspec.Struct)
Wrong = tuple[Path, str]
_LARGEST = 1 << 60


def read_table(table: Any, kind: type[Made]) -> tuple[Made | None, list[Wrong], list[Wrong]]:
    """Reads a struct of a table as tomllib gives it.

    Returns:
        The struct, or None; what is wrong, for each error the key's path and a sentence; and the same for keys that
        this version does not know, which are left out and keep nothing from being used.
    """
    unknown: list[Wrong] = []
    form = inspect.type_info(kind)
    known = _known_part(table, form, (), unknown)
    found = list(_check(known, form, ()))
    if found:
        return None, found, unknown
    try:
        return msgspec.convert(known, kind), [], unknown
    except (msgspec.ValidationError, OverflowError, ValueError) as error:
        return None, [((), f"{visible(str(error))}.")], unknown


def _known_part(value: Any, kind: inspect.Type, path: Path, unknown: list[Wrong]) -> Any:
    """Returns what this version knows of a value; keys that it does not know are noted and left out."""
    kind = _meant(kind)
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        for key in sorted(value.keys() - fields.keys()):
            said = f'"{key_text((*path, key))}" is not a known key here and is left out. There are {", ".join(fields)}.'
            unknown.append(((*path, key), said))
        return {key: _known_part(value[key], fields[key], (*path, key), unknown) for key in value if key in fields}
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        return [_known_part(item, kind.item_type, (*path, number), unknown) for number, item in enumerate(value)]
    return value


def _meant(kind: inspect.Type) -> inspect.Type:
    """In these structs a union is a type or nothing, and TOML knows no nothing."""
    if isinstance(kind, inspect.UnionType):
        return next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    return kind


def key_text(path: Path) -> str:
    """Returns a key as it is written: `target.files[0].size`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return visible(text.removeprefix("."), 120)


def _check(value: Any, kind: inspect.Type, path: Path) -> Iterator[Wrong]:
    kind = _meant(kind)
    if isinstance(kind, inspect.StructType):
        yield from _check_struct(value, kind, path)
    elif isinstance(kind, inspect.VarTupleType):
        if not isinstance(value, list):
            yield _must_be(path, "a list", value)
            return
        for number, item in enumerate(value):
            yield from _check(item, kind.item_type, (*path, number))
    elif isinstance(kind, inspect.LiteralType):
        if value not in kind.values:
            yield _must_be(path, f"one of {', '.join(map(_quoted, kind.values))}", value)
    elif isinstance(kind, inspect.StrType):
        if not isinstance(value, str):
            yield _must_be(path, "a text", value)
    elif isinstance(kind, inspect.BoolType):
        if not isinstance(value, bool):
            yield _must_be(path, "true or false", value)
    elif isinstance(kind, inspect.IntType | inspect.FloatType):
        yield from _check_number(value, kind, path)


def _check_number(value: Any, kind: inspect.IntType | inspect.FloatType, path: Path) -> Iterator[Wrong]:
    whole = isinstance(kind, inspect.IntType)
    allowed = "a whole number" if whole else "a number"
    least, most = (-_LARGEST if kind.ge is None else kind.ge), (_LARGEST if kind.le is None else kind.le)
    if abs(most) < _LARGEST:
        allowed += f" from {least:,} to {most:,}"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        yield _must_be(path, allowed, value)
    elif not (least <= value <= most) or (isinstance(value, float) and not math.isfinite(value)):
        said = f" from {-_LARGEST:,} to {_LARGEST:,}" if abs(most) >= _LARGEST else ""
        yield path, f"{key_text(path)} must be {allowed}{said}."


def _check_struct(value: Any, kind: inspect.StructType, path: Path) -> Iterator[Wrong]:
    if not isinstance(value, dict):
        yield _must_be(path, "a table", value)
        return
    for field in kind.fields:
        name = field.encode_name
        if name in value:
            yield from _check(value[name], field.type, (*path, name))
        elif field.required:
            yield path, f'The key "{key_text((*path, name))}" is missing.'


def _must_be(path: Path, allowed: str, value: Any) -> Wrong:
    return path, f"{key_text(path) or 'This'} must be {allowed}, and is {_what(value)}."


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{visible(value, 60)}"'
    kinds = {int: "a whole number", float: "a number", list: "a list", dict: "a table"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), "a date or time")


def _quoted(value: Any) -> str:
    return f'"{value}"'
