"""Which stretches of a finished text are code, and how to colour them. Pure: no widgets."""

from __future__ import annotations

import ast
import re
from typing import Final

import msgspec

_FENCE: Final = re.compile(r"^```([\w+-]*)[ \t]*\n(.*?)(?:^```|\Z)", re.MULTILINE | re.DOTALL)
_WHOLE: Final = {"code": "python", "json": "json"}
_LONGEST: Final = 400_000
"""Characters; a longer text stays uncoloured, since nobody waits for that."""


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
    fences = [(match.start(2), match[2], match[1] or "python") for match in _FENCE.finditer(text)]
    language = _WHOLE.get(workload.split("-")[0]) or ("python" if _is_python(text) else "")
    if not fences and language:
        fences = [(0, text, language)]
    spans: list[Span] = []
    for offset, code, name in fences:
        spans.extend(_lexed(_utf16(text[:offset]), code, name))
    return spans


def _is_python(text: str) -> bool:
    if not re.search(r"^(def|class|import|from|for|while|@)\b", text, re.MULTILINE):
        return False
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _lexed(offset: int, code: str, language: str) -> list[Span]:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return []
    spans = []
    for kind, value in lexer.get_tokens(code):
        length = _utf16(value)
        role = _role(str(kind))
        if role:
            spans.append(Span(offset, length, role))
        offset += length
    return spans


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
