"""The line on which a key of a TOML file stands.

tomllib says the line of a syntax error but not of a value. This is a scan of the text for that one purpose: it knows
table headers, keys and multi-line strings and arrays, and is used only on text that tomllib has already accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")
_MOST_LINE = 20_000
"""Characters of a line that are looked at: the search for texts in it takes the square of them at worst."""
_SKIP = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$')


class LineIndex:
    """Looks up the line (from 1) of a path such as ("pair", 0, "target", "files")."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[Path, int]:
        """Built when the first line is asked for: only errors ask."""
        lines: dict[Path, int] = {}
        for path, line in _scan(self._text):
            for length in range(1, len(path) + 1):
                lines.setdefault(path[:length], line)
            lines[path] = min(lines[path], line)
        return lines

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest table around it; 1 if there is none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1


def _parts(key: str) -> tuple[str, ...]:
    return tuple(next(group for group in match.groups() if group is not None) for match in _PART.finditer(key))


def _scan(text: str) -> Iterator[tuple[Path, int]]:
    counts: dict[Path, int] = {}
    table: Path = ()
    depth = 0
    quote = ""
    for number, whole in enumerate(text.split("\n"), start=1):
        line = whole[:_MOST_LINE]
        if quote:
            if quote in line:
                quote = ""
            continue
        if depth == 0:
            if header := _HEADER.match(line):
                table = _table_path(_parts(header[2]), header[1] == "[[", counts)
                yield table, number
                continue
            if key := _KEY.match(line):
                yield table + _parts(key[1]), number
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                quote = mark
        bare = _SKIP.sub("", line)
        depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))


def _table_path(parts: tuple[str, ...], is_array: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    for place, part in enumerate(parts):
        path += (part,)
        last = place == len(parts) - 1
        if last and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path
