"""Adds a pair to the user's own models.toml, so that it is there again at the next start."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import msgspec

from app.models.files.disk import is_file
from app.models.pairs import ModelSource, Pair
from app.models.registry.reader import SCHEMA, load_registry, read_registry_file
from app.places import Places, make_private
from app.race.problems import Problem


def add_user_pair(pair: Pair, places: Places) -> Pair | Problem:
    """Writes a pair of local files down. The file keeps what the user wrote in it; a pair with the same files is not
    written twice.

    Returns:
        The pair as it is in the registry now, or why it could not be written.
    """
    known = load_registry(places=places)
    for other in known.pairs:
        if (other.target, other.drafter) == (pair.target, pair.drafter):
            return other
    ids = {other.id for other in known.pairs}
    number, name = 2, pair.id
    while pair.id in ids:
        pair = msgspec.structs.replace(pair, id=f"{name}-{number}")
        number += 1
    path = places.user_registry
    try:
        old = path.read_text(encoding="utf-8-sig") if is_file(path) else f"schema = {SCHEMA}\n"
        make_private(path.parent)
        return _write(path, f"{old.rstrip()}\n\n{pair_text(pair)}", pair)
    except (OSError, UnicodeDecodeError) as error:
        return Problem("registry-unwritable", f"{path} cannot be written.", cause=f"{error}.")


def _write(path: Path, text: str, pair: Pair) -> Pair | Problem:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".models-", suffix=".toml")
    new = Path(temporary)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        pairs, errors = read_registry_file(new)
        if pair not in pairs:
            said = errors[0].message if errors else "It was not read back as it was written."
            return Problem(
                "registry-bad", f"The pair cannot be added to {path}.", cause=said, action="Correct the file first."
            )
        new.replace(path)
        return pair
    finally:
        new.unlink(missing_ok=True)


def pair_text(pair: Pair) -> str:
    """Returns a pair as it stands in a models.toml. Keys at their defaults are left out."""
    lines = ["[[pair]]"]
    for field in msgspec.structs.fields(Pair):
        value = getattr(pair, field.name)
        if value == field.default:
            continue
        if isinstance(value, ModelSource):
            lines += [f"{field.name}.{line}" for line in _source_lines(value)]
        else:
            lines.append(f"{field.name} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _source_lines(source: ModelSource) -> list[str]:
    lines = []
    for field in msgspec.structs.fields(ModelSource):
        value = getattr(source, field.name)
        if value == field.default:
            continue
        if field.name == "files":
            tables = ", ".join(
                "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in msgspec.to_builtins(file).items() if item)
                + " }"
                for file in value
            )  # fmt: skip
            lines.append(f"files = [{tables}]")
        else:
            lines.append(f"{field.name} = {_value(value)}")
    return lines


def _value(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(list(value) if isinstance(value, tuple) else value)
