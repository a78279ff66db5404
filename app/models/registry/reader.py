"""The registry of pairs and servers: models.toml of the app, with the user's own file on top."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from app.models.files.disk import is_file
from app.models.forecast.shape import BITS, ModelShape, shape_problems
from app.models.pairs import ModelFile, ModelSource, Pair, expand, is_safe_path, is_sha256
from app.models.registry.servers import ServerName, ServerTable, server_problems
from app.models.registry.tables import read_table
from app.models.registry.toml_lines import LineIndex
from app.models.registry.toml_lines import Path as KeyPath
from app.places import Places, find_places
from app.race.lanes import MAX_K
from app.race.visible import visible

SCHEMA = 1
_MAX_BYTES = 4 << 20
_Wrong = Callable[[KeyPath, str], None]
_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,79}$")
_REPOSITORY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")
_REVISION = re.compile(r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$")
_LONG_NUMBER = re.compile(r"[0-9](?:_?[0-9]){999}")
_MOST = 1 << 50
"""Largest size in bytes or number of parameters that is believed."""
_MOST_ERRORS = 100


class RegistryError(msgspec.Struct, frozen=True):
    """What is wrong in a registry file, and on which line. `str()` gives the sentence to show."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{visible(self.file.name, 80)} line {self.line}: {self.message}"


class Registry(msgspec.Struct, frozen=True):
    """The pairs in the order of the files, servers and shapes by name, and what was wrong. What cannot be used is left
    out, the others stay; so do pairs and servers with keys that only a newer version knows."""

    pairs: tuple[Pair, ...]
    errors: tuple[RegistryError, ...] = ()
    servers: dict[str, ServerTable] = {}
    shapes: dict[str, ModelShape] = {}

    def get(self, pair_id: str) -> Pair | None:
        """Returns a pair by its id, None if there is none."""
        return next((pair for pair in self.pairs if pair.id == pair_id), None)


def load_registry(*paths: Path, places: Places | None = None) -> Registry:
    """Read registry files, later ones on top. Without paths: the app's own file, then the user's if there is one."""
    if not paths:
        places = find_places() if places is None else places
        paths = (places.registry, *([places.user_registry] if is_file(places.user_registry) else []))
    pairs: dict[str, Pair] = {}
    errors: list[RegistryError] = []
    servers: dict[str, ServerTable] = {}
    shapes: dict[str, ModelShape] = {}
    for path in paths:
        found = _read_file(path)
        pairs.update((pair.id, pair) for pair in found.pairs)
        servers.update(found.servers)
        shapes.update(found.shapes)
        errors.extend(found.errors)
    return Registry(tuple(pairs.values()), tuple(errors), servers, shapes)


def read_registry_file(path: Path) -> tuple[list[Pair], list[RegistryError]]:
    """The pairs of one file and its errors. Never raises for what the file holds or for a file that cannot be read."""
    found = _read_file(path)
    return list(found.pairs), list(found.errors)


def _read_file(path: Path) -> Registry:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            return _wrong(RegistryError(path, 1, "The file is larger than 4 MiB."))
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _wrong(RegistryError(path, 1, "The text is UTF-16: save it as UTF-8."))
        text = raw.decode("utf-8-sig")  # Editors of Windows write a mark (BOM) before the text.
        document = tomllib.loads(text)
    except OSError as error:
        return _wrong(RegistryError(path, 1, f"The file cannot be read ({error.strerror or error})."))
    except UnicodeDecodeError as error:
        return _wrong(RegistryError(path, raw[: error.start].count(b"\n") + 1, "The text is not UTF-8."))
    except tomllib.TOMLDecodeError as error:
        return _wrong(_syntax_error(path, text, str(error)))
    except RecursionError:
        return _wrong(RegistryError(path, 1, "The tables are nested too deeply."))
    except (ValueError, OverflowError):
        # Python reads no number of more than 4,300 digits, and tomllib lets that through.
        return _wrong(RegistryError(path, _line_of_long_number(text), "A number has far too many digits."))
    return _read_document(path, document, LineIndex(text))


def _line_of_long_number(text: str) -> int:
    found = _LONG_NUMBER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _wrong(error: RegistryError) -> Registry:
    return Registry((), (error,))


def _syntax_error(path: Path, text: str, message: str) -> RegistryError:
    where = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(where[1]) if where and where[1] else text.count("\n") + 1
    said = re.sub(r"\s*\(at [^)]*\)$", "", message)
    return RegistryError(path, line, f"This is not valid TOML: {said}.")


def _read_document(path: Path, document: dict[str, Any], lines: LineIndex) -> Registry:
    errors: list[RegistryError] = []

    def wrong(key: KeyPath, message: str) -> None:
        if len(errors) < _MOST_ERRORS:
            errors.append(RegistryError(path, lines.line(key), visible(message, 600)))

    if document.get("schema") != SCHEMA:
        newer = type(document.get("schema")) is int and document["schema"] > SCHEMA
        why = "the file was made for a newer version of the app" if newer else "this version of the app reads no other"
        wrong(("schema",), f"schema must be {SCHEMA}: {why}.")
        return Registry((), tuple(errors))
    for key in sorted(document.keys() - {"schema", "pair", "server", "shape"}):
        wrong(
            (key,),
            f'"{visible(key, 60)}" is not a key of this file. It has schema, [[pair]], [server.NAME] and [shape.NAME] '
            "tables.",
        )
    servers = _read_servers(document.get("server", {}), wrong)
    pairs = _read_pairs(document.get("pair", []), wrong)
    shapes = _read_shapes(document.get("shape", {}), wrong)
    return Registry(tuple(pairs.values()), tuple(errors), servers, shapes)


def _read_shapes(tables: Any, wrong: _Wrong) -> dict[str, ModelShape]:
    if not isinstance(tables, dict):
        wrong(("shape",), "Write a shape as [shape.NAME], such as [shape.gemma-4-e2b].")
        return {}
    shapes: dict[str, ModelShape] = {}
    for name, table in tables.items():
        shape, problems, unknown = read_table(table, ModelShape)
        problems += [((), said) for said in shape_problems(shape)] if shape is not None else ()
        for problem_key, message in unknown + problems:
            wrong(("shape", name, *problem_key), message)
        if shape is not None and not problems:
            shapes[name] = shape
    return shapes


def _read_servers(tables: Any, wrong: _Wrong) -> dict[str, ServerTable]:
    if not isinstance(tables, dict):
        wrong(("server",), "Write a server as [server.NAME], such as [server.vllm].")
        return {}
    servers: dict[str, ServerTable] = {}
    for name, table in tables.items():
        place: KeyPath = ("server", name)
        if name not in get_args(ServerName):
            wrong(place, f'There is no server "{visible(name, 60)}". There are {", ".join(get_args(ServerName))}.')
            continue
        server, problems, unknown = read_table(table, ServerTable)
        problems += server_problems(server) if server is not None else ()
        for problem_key, message in unknown + problems:
            wrong(place + problem_key, message)
        if server is not None and not problems:
            servers[name] = server
    return servers


def _read_pairs(tables: Any, wrong: _Wrong) -> dict[str, Pair]:
    if not isinstance(tables, list):
        wrong(("pair",), "Write pairs as [[pair]], with two brackets on each side.")
        return {}
    pairs: dict[str, Pair] = {}
    for number, table in enumerate(tables):
        place: KeyPath = ("pair", number)
        pair, problems, unknown = read_table(table, Pair)
        problems += _pair_problems(pair) if pair is not None else ()
        for problem_key, message in unknown + problems:
            wrong(place + problem_key, message)
        if pair is None:
            continue
        if pair.id in pairs:
            wrong((*place, "id"), f'The id "{pair.id}" is used twice in this file.')
        elif not problems:
            pairs[pair.id] = pair
    return pairs


def _pair_problems(pair: Pair) -> Iterator[tuple[KeyPath, str]]:
    if not _ID.fullmatch(pair.id):
        yield ("id",), 'An id has small letters, digits, ".", "_" and "-", and starts with a letter or a digit.'
    if not pair.title.strip():
        yield ("title",), "The title is empty."
    if not pair.engines:
        yield ("engines",), "Name at least one engine."
    if not 1 <= pair.recommended_k <= MAX_K:
        yield ("recommended_k",), f"recommended_k must be from 1 to {MAX_K}."
    for name in ("parameters", "active_parameters", "cache_bytes_per_token"):
        value = getattr(pair, name)
        if value is not None and not 0 < value <= _MOST:
            yield (name,), f"{name} must be above 0 and at most {_MOST:,}."
    for name in ("weights", "draft_weights"):
        if getattr(pair, name) not in ("", *BITS):
            yield (name,), f"{name} must be one of {', '.join(BITS)}."
    if pair.gated and not pair.licence_page:
        yield ("gated",), "A gated pair needs licence_page, the page where the licence is accepted."
    if pair.licence_page and not pair.licence_page.startswith("https://"):
        yield ("licence_page",), "licence_page must start with https://."
    for name, source in (("target", pair.target), ("drafter", pair.drafter)):
        if source is not None:
            yield from (((name, *key), message) for key, message in _source_problems(source))
    for kind, source in pair.drafters.by_kind.items():
        yield from ((("drafters", kind.value, *key), message) for key, message in _source_problems(source))


def _source_problems(source: ModelSource) -> Iterator[tuple[KeyPath, str]]:
    given = [name for name in ("repository", "resource", "folder") if getattr(source, name) is not None]
    if len(given) != 1:
        yield (given[-1:] and (given[-1],)) or (), "Give exactly one of repository, resource and folder."
    if source.repository is not None and not _REPOSITORY.fullmatch(source.repository):
        yield ("repository",), 'A repository is written "owner/name".'
    if not _REVISION.fullmatch(source.revision):
        yield ("revision",), "The revision must be a branch, a tag or a commit."
    if source.resource is not None and not is_safe_path(source.resource):
        yield ("resource",), 'resource must be a relative path without "..".'
    if source.folder is not None and not expand(source.folder).is_absolute():
        yield ("folder",), "folder must be an absolute path."
    if bool(source.files) == bool(source.include):
        yield ("files",), "Give either files or include."
    if source.include and source.repository is None:
        yield ("include",), "include is for a repository; name the files of a folder in files."
    if source.size is not None and not 0 <= source.size <= _MOST:
        yield ("size",), f"size must be from 0 to {_MOST:,}."
    yield from _file_problems(source.files)


def _file_problems(files: Iterable[ModelFile]) -> Iterator[tuple[KeyPath, str]]:
    seen: set[str] = set()
    for number, file in enumerate(files):
        if not is_safe_path(file.path):
            yield ("files", number, "path"), f'"{file.path}" must be a relative path without "..".'
        if file.path in seen:
            yield ("files", number, "path"), f'"{file.path}" is listed twice.'
        if file.size is not None and not 0 < file.size <= _MOST:
            yield ("files", number, "size"), f"size must be above 0 and at most {_MOST:,}."
        if file.sha256 is not None and not is_sha256(file.sha256):
            yield ("files", number, "sha256"), "sha256 must be 64 hexadecimal digits in small letters."
        seen.add(file.path)
