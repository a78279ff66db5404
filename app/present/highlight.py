"""Which stretches of a finished text are code, and how to colour them. Pure: no widgets.

The text is a model's, and colouring must never hold up the window: runs of empty lines and endless lines are left out,
which is where the patterns of lexers take time by the square of their length, and there is a limit of time in all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from app.sandbox.fences import Parser, fenced_blocks, is_python_tag, parse

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_WHOLE: Final = {"code": "python", "json": "json"}
_LONGEST: Final = 400_000
"""Characters; a longer text stays uncoloured, since nobody waits for that."""
_BLOCKS: Final = 200
_LINE: Final = 1_000
"""Characters; a longer line stays uncoloured."""
_PARSED: Final = 400_000
"""Characters that are parsed to see where blocks end."""
_LEXED_S: Final = 1.0
"""Seconds of this thread's time for one text; what is left after them stays uncoloured."""
_LANGUAGES: Final = {
    *("bash", "c", "c++", "cpp", "cs", "csharp", "css", "csv", "diff", "docker", "dockerfile", "go", "golang", "html"),
    *("ini", "java", "javascript", "js", "json", "jsonc", "jsx", "julia", "kotlin", "lua", "make", "makefile", "perl"),
    *("php", "powershell", "r", "rb", "rs", "ruby", "rust", "scala", "sh", "shell", "sql", "swift", "toml", "ts"),
    *("tsx", "typescript", "vim", "xml", "yaml", "yml", "zig", "zsh"),
}
"""Names of fences that are coloured beside Python's. A text may name any, and some lexers are very slow."""
_STARTS: Final = re.compile(r"^(def|class|import|from|for|while|@)\b", re.MULTILINE)


class Span(msgspec.Struct, frozen=True):
    """A stretch to colour: offset and length in UTF-16 units, and the name of a colour of ``app.draw.look.Look``."""

    start: int
    length: int
    role: str


def code_spans(text: str, workload: str) -> list[Span]:
    """Returns what to colour in ``text``.

    Fenced blocks are code in the language that they name (Python if they name none). Without any fence the whole text
    is code if ``workload`` says so, or if it is Python.
    """
    if len(text) > _LONGEST:
        return []
    lines = text.split("\n")
    stretches: list[tuple[int, int, str]] = []
    for block in fenced_blocks(text, Parser(_PARSED)):
        stretches.append((block.first, block.end, block.language or "python"))
        if len(stretches) >= _BLOCKS:
            break
    if not stretches:
        language = _WHOLE.get(workload.split("-")[0]) or ("python" if _is_python(text) else "")
        stretches = [(0, len(lines), language)] if language else []
    starts = _starts(lines)
    until = time.thread_time() + _LEXED_S
    spans: list[Span] = []
    for first, end, language in stretches:
        lexer = _lexer(language, lines[first])
        if lexer is not None:
            spans.extend(_lexed([(starts[at], lines[at]) for at in _told(lines, first, end)], lexer, until))
    return spans


def _starts(lines: list[str]) -> list[int]:
    """Where each line starts, in UTF-16 units."""
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += _utf16(line) + 1
    return starts


def _told(lines: list[str], first: int, end: int) -> Iterator[int]:
    """The numbers of the lines that a lexer gets: of empty ones in a row only the first, and no endless ones."""
    empty = False
    for at in range(first, end):
        was, empty = empty, not lines[at].strip()
        if not (was and empty) and len(lines[at]) <= _LINE:
            yield at


def _is_python(text: str) -> bool:
    return _STARTS.search(text) is not None and not isinstance(parse(text), str)


def _lexer(language: str, first_line: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name

    if is_python_tag(language):
        language = "pycon" if first_line.lstrip().startswith(">>>") else "python"
    elif language not in _LANGUAGES:
        return None
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def _lexed(lines: list[tuple[int, str]], lexer: Lexer, until: float) -> Iterator[Span]:
    """The spans of some lines, each with the place at which it starts, until the thread's clock shows ``until``."""
    # Pygments would make one character of two, or none, of these; places would no longer fit.
    code = "".join(text.replace("\r", " ").replace("\ufeff", " ") + "\n" for _, text in lines)
    row = column = 0
    for kind, value in lexer.get_tokens(code):
        if time.thread_time() > until:
            return
        role = _role(str(kind))
        begun: tuple[int, int] | None = None  # of a token of several lines, as far as they lie side by side
        for number, part in enumerate(value.split("\n")):
            if number:
                row, column = row + 1, 0
                if row >= len(lines):
                    break
            start, length = lines[row][0] + column, _utf16(part)
            column += length
            if role and begun is not None and begun[1] + 1 != start:
                yield Span(begun[0], begun[1] - begun[0], role)
                begun = None
            begun = (start if begun is None else begun[0], start + length)
        if role and begun is not None and begun[1] > begun[0]:
            yield Span(begun[0], begun[1] - begun[0], role)


def _role(kind: str) -> str:
    for prefix, role in (
        ("Token.Comment", "comment"),
        ("Token.Literal.String", "string"),
        ("Token.Literal.Number", "number"),
        ("Token.Keyword", "keyword"),
        ("Token.Operator.Word", "keyword"),
        ("Token.Name.Function", "name"),
        ("Token.Name.Class", "name"),
        ("Token.Name.Builtin", "name"),
        ("Token.Name.Decorator", "name"),
        ("Token.Name.Tag", "name"),
    ):
        if kind.startswith(prefix):
            return role
    return ""


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)
