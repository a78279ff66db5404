"""Finds the Python program in a model's reply."""

from __future__ import annotations

import ast
import re
from typing import Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST_CHARS = 200_000
_PYTHON = {"python", "py", "python3", "python2", "py3", "ipython"}
_END_MARKS = re.compile(r"(?:\s*(?:<\|?/?[a-z_]+\|?>|<\|[a-z_]+>|</s>))+\s*\Z")


class Program(msgspec.Struct, frozen=True):
    """A program and where it was found. `cut_off`: the reply ended inside it; `note` says so in plain words.

    `dropped_lines` counts the lines of an unfinished last statement that were left out of `source`.
    """

    source: str
    found: Literal["fenced", "indented", "plain"]
    blocks: int = 1
    cut_off: bool = False
    dropped_lines: int = 0
    note: str = ""


class _Block(msgspec.Struct):
    source: str
    language: str
    closed: bool
    fenced: bool


def extract(reply: str, *, hit_limit: bool = False) -> Program | None:
    """The program in `reply`, or None when there is no Python in it.

    `hit_limit`: the reply ended because of the token limit. Several Python blocks are joined when the later ones
    build on the earlier ones; a later block that defines the same names again replaces the earlier one.
    """
    text = _END_MARKS.sub("\n", reply[:MOST_CHARS].replace("\r\n", "\n").replace("\r", "\n"))
    blocks = [block for block in _blocks(text) if _is_python(block)]
    if any(block.fenced for block in blocks):
        blocks = [block for block in blocks if block.fenced]
    if blocks:
        chosen = _choose(blocks)
        source = "\n\n".join(block.source.strip("\n") for block in chosen) + "\n"
        last = chosen[-1]
        open_end = last.fenced and not last.closed and last is blocks[-1]
        return _finish(source, "fenced" if last.fenced else "indented", len(chosen), open_end, hit_limit)
    plain = _plain(text, hit_limit)
    return None if plain is None else _finish(plain, "plain", 1, hit_limit, hit_limit)


def parses(source: str) -> bool:
    """Whether `source` is Python. Never raises, however odd the text is."""
    return _syntax_error(source) is None


def _syntax_error(source: str) -> str | None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return None


def _blocks(text: str) -> list[_Block]:
    """The code blocks of a Markdown text, in order, also those within lists and quotes."""
    lines = text.split("\n")
    found = []
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence":
            words = token.info.strip().strip("{}.").replace(",", " ").split()
            language = words[0].lower().strip("{}.").partition(":")[0] if words else ""
            found.append(_Block(token.content, language, _closed(token, lines), fenced=True))
        elif token.type == "code_block":
            found.append(_Block(token.content, "", True, fenced=False))
    return found


def _closed(token: Token, lines: list[str]) -> bool:
    """Whether the fence of `token` has its closing line (a fence without one runs to the end of its container)."""
    if token.map is None or token.map[1] - token.map[0] < 2:
        return False
    last = lines[token.map[1] - 1].lstrip(" \t>").rstrip()
    return len(last) >= len(token.markup) and set(last) == {token.markup[0]}


def _is_python(block: _Block) -> bool:
    if not block.source.strip():
        return False
    if block.language:
        return block.language in _PYTHON
    return _looks_like_python(block.source) or (
        not block.closed and _looks_like_python(_whole_statements(block.source))
    )


def _looks_like_python(source: str) -> bool:
    """Whether it parses and does something: a word or a sentence can parse too."""
    if not source.strip() or not parses(source):
        return False
    busy = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign)
    return any(
        isinstance(node, (*busy, ast.For, ast.While, ast.With, ast.If, ast.AugAssign, ast.AnnAssign))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        for node in ast.parse(source).body
    )


def _choose(blocks: list[_Block]) -> list[_Block]:
    """The blocks that belong together: one that defines an earlier block's names again starts anew."""
    chosen: list[_Block] = []
    defined: set[str] = set()
    for block in blocks:
        names = _defined_names(block.source)
        if defined & names and block.closed:
            chosen, defined = [], set()
        chosen.append(block)
        defined |= names
    return chosen


def _defined_names(source: str) -> set[str]:
    return set(re.findall(r"^(?:async\s+def|def|class)\s+([^\W\d]\w*)", source, re.MULTILINE))


def _plain(text: str, hit_limit: bool) -> str | None:
    """A reply without blocks: the longest run of lines that is Python."""
    if _looks_like_python(text):
        return text.strip("\n") + "\n"
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"(?:def|class|import|from|async def)\b|@", line)]
    best: str | None = None
    for start in starts[:20]:
        for end in range(len(lines), start, -1):
            candidate = "\n".join(lines[start:end])
            if len(lines) - end > 60 or (best is not None and len(candidate) <= len(best)):
                break
            if _looks_like_python(candidate):
                best = candidate
                break
        if hit_limit and best is None:
            candidate = _whole_statements("\n".join(lines[start:]))
            best = candidate if _looks_like_python(candidate) else None
    return None if best is None else best.strip("\n") + "\n"


def _finish(
    source: str, found: Literal["fenced", "indented", "plain"], blocks: int, open_end: bool, hit_limit: bool
) -> Program:
    """Say whether the program is whole; leave out an unfinished last statement of one that was cut off."""
    broken = _syntax_error(source)
    if not open_end or (broken is None and not hit_limit):
        return Program(source, found, blocks)
    if broken is None:
        return Program(source, found, blocks, cut_off=True, note="The reply ended inside the program.")
    whole = _whole_statements(source)
    if not whole.strip():
        return Program(source, found, blocks, cut_off=True, note="The reply ended inside the first statement.")
    dropped = len(source.rstrip("\n").split("\n")) - len(whole.rstrip("\n").split("\n"))
    lines = "line was" if dropped == 1 else f"{dropped} lines were"
    note = f"The reply ended inside the program; its last {lines} left out."
    return Program(whole, found, blocks, cut_off=True, dropped_lines=dropped, note=note)


def _whole_statements(source: str) -> str:
    """`source` up to its last complete top-level statement; empty when there is none."""
    lines = source.rstrip("\n").split("\n")
    ends = [i for i, line in enumerate(lines) if line[:1].strip() and line[:1] not in ")]}#"]
    for end in reversed(ends[-200:]):
        kept = "\n".join(lines[:end]).rstrip("\n") + "\n"
        if parses(kept):
            return kept if kept.strip() else ""
    return ""
