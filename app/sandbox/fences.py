"""The code blocks of a model's reply, as people would see them rather than as CommonMark does.

CommonMark ends a block at the first line that is a fence, also where that line stands in a string of the program; here
a Python block ends at the first fence with which it parses. Every step takes time in proportion to the reply's length.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

import msgspec

_PREFIX = r"(?P<prefix>(?:[ \t>]|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*+)"
_FENCE = re.compile(_PREFIX + r"(?P<fence>`{3,}+(?=[^`]*+\Z)|~{3,}+)(?P<info>.*+)\Z")
_AFTER_PROSE = re.compile(r"(?P<prefix>[^`]*+)(?P<fence>`{3,}+)(?P<info>[ \t]*+[\w.+-]++)[ \t]*+\Z")
_QUOTE = re.compile(r"[ \t]*+>[ \t]?+")
_PYTHON = re.compile(r"(?:(?:i|c|micro)?python|py|pypy|sage|jupyter)[\d.]*+\Z")
_ALSO_PYTHON = {
    *("tool_code", "code_interpreter", "pycon", "doctest", "pyrepl", "python-repl", "python-console", "py-repl"),
    *("python_code", "python-code", "python-script", "python-exec", "jupyter-python", "python-session"),
}
_ANY_CODE = {"code", "code-cell", "script", "program", "file", "source"}  # the next word says in which language
_MARKDOWN = {"markdown", "md", "commonmark", "mdx"}
_PROMPT = re.compile(r"[ \t]*+(?:>>>|In \[\d*+\]:)(?: (?P<code>.*+)|)\Z")
_MORE = re.compile(r"[ \t]*+(?:\.\.\.:?|[ ]*+\.\.\.:)(?: (?P<code>.*+)|)\Z")
_CODE_START = re.compile(
    r"\s*+(?:def |class |import |from |async |@|if |for |while |with |try:|#|print\(|>>> |In \[\d*+\]:|[a-z_]\w*+ = )"
)
_CLOSINGS = 30  # of one block that are tried
_NESTED = 3  # Markdown within Markdown


class Block(msgspec.Struct):
    """One block. `language` is the first word after the fence; `closed`: its end was there.

    `first` and `end` are the numbers of its first line and of the line after its last, from 0."""

    source: str
    language: str
    closed: bool
    first: int
    end: int

    @property
    def python(self) -> bool:
        return is_python_tag(self.language)


class Parser:
    """Parses sources until a budget of characters is spent; then nothing parses any more. Remembers its last answers.

    Never raises, however odd the text is."""

    def __init__(self, budget: int) -> None:
        self._left = budget
        self._known: dict[str, ast.Module | str] = {}

    def tree(self, source: str) -> ast.Module | str:
        """The syntax tree of `source`, or what is wrong with it."""
        if source not in self._known:
            self._left -= len(source)
            self._known[source] = parse(source) if self._left >= 0 else "too long to be parsed"
        return self._known[source]

    def spend(self, chars: int) -> bool:
        """Take `chars` from the budget; False when there is nothing left."""
        self._left -= chars
        return self._left >= 0

    @property
    def spent(self) -> bool:
        return self._left < 0

    def parses(self, source: str) -> bool:
        return isinstance(self.tree(source), ast.Module)

    def acts(self, source: str) -> bool:
        """Whether it parses and does something: a word or a sentence can parse too."""
        tree = self.tree(source)
        return isinstance(tree, ast.Module) and any(_acts(node) for node in tree.body)


def parse(source: str) -> ast.Module | str:
    """The syntax tree of `source`, or what is wrong with it in a few words."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__


_BUSY = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign),
    *(ast.AnnAssign, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.If, ast.Try, ast.Match, ast.Assert),
)


def _acts(node: ast.stmt) -> bool:
    return isinstance(node, _BUSY) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))


def language_of(info: str) -> str:
    """The language that the words after a fence name: ``{.python .numberLines}``, ``py title="x"``, ``main.py``."""
    words = [word for word in re.split(r"[\s{},;:=()\[\]]++", info.lower()) if word.strip(".")]
    named = [word if word.endswith(".py") else word.lstrip(".") for word in words]
    if named and named[0] in _ANY_CODE and len(named) > 1:
        named = named[1:]
    return named[0] if named else ""


def is_python_tag(language: str) -> bool:
    return bool(_PYTHON.match(language)) or language in _ALSO_PYTHON or language.endswith((".py", ".ipynb"))


def holds_python_block(text: str) -> bool:
    """Whether a fence opens somewhere in `text` that has a Python tag, or none before what starts like Python.

    Cheap: nothing is parsed."""
    lines = _lines(text)
    for at, line in enumerate(lines):
        found = opening(line)
        if found is not None:
            language = language_of(found["info"])
            after = lines[at + 1] if at + 1 < len(lines) else ""
            if is_python_tag(language) or (not language and looks_like_code(after)):
                return True
    return False


def opening(line: str) -> re.Match[str] | None:
    """The fence that opens a block in this line, also after prose where it has a Python tag."""
    if "```" not in line and "~~~" not in line:
        return None
    found = _FENCE.match(line)
    if found is None:
        found = _AFTER_PROSE.match(line)
        if found is None or not is_python_tag(language_of(found["info"])):
            return None
    return found


def fenced_blocks(text: str, parser: Parser) -> Iterator[Block]:
    """The fenced blocks of `text` in order. What a Markdown block holds is taken as if it stood there by itself."""
    lines = _lines(text)
    return _blocks(lines, 0, len(lines), parser, 0)


def _blocks(lines: list[str], at: int, last: int, parser: Parser, depth: int) -> Iterator[Block]:
    while at < last:
        found = opening(lines[at])
        at += 1
        if found is None:
            continue
        language = language_of(found["info"])
        if language in _MARKDOWN and depth < _NESTED:
            end = _end_of_markdown(lines, at, last, found["fence"])
            yield from _blocks(lines, at, end, parser, depth + 1)
            at = end + 1
            continue
        block, at = _FencedBlock(lines, at, last, found, language, parser).read()
        if block.source.strip():
            yield block


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _end_of_markdown(lines: list[str], start: int, last: int, fence: str) -> int:
    """The line that closes a Markdown block: a fence within it opens or closes a block of its own."""
    inner = ""
    for at in range(start, last):
        found = _FENCE.match(lines[at])
        if found is None or found["fence"][0] != fence[0]:
            continue
        bare = not found["info"].strip()
        if inner:
            inner = "" if bare and len(found["fence"]) >= len(inner) else inner
        elif bare and len(found["fence"]) >= len(fence):
            return at
        else:
            inner = found["fence"]
    return last


class _FencedBlock:
    """Reads one block from the line after its opening fence."""

    def __init__(
        self, lines: list[str], start: int, last: int, opened: re.Match[str], language: str, parser: Parser
    ) -> None:
        self._lines, self._start, self._last, self._language, self._parser = lines, start, last, language, parser
        self._mark = opened["fence"]
        self._tried = is_python_tag(language) or not language
        prefix = opened["prefix"] if _FENCE.match(opened.string) else ""  # prose before a fence is no indentation
        self._quotes = prefix.count(">")
        self._indent = len(prefix.rpartition(">")[2].removeprefix(" ") if self._quotes else prefix)

    def read(self) -> tuple[Block, int]:
        """The block, and the line at which to go on."""
        first: int | None = None  # the closing fence to take when nothing parses
        tails: list[tuple[int, str | None]] = []
        tag: int | None = None  # the next Python block's opening fence
        closings = 0
        at = self._start
        while at < self._last and closings < _CLOSINGS:
            line = self._content(at)
            if line is None:
                break  # the quote ends, and the block with it
            kind = self._kind(line)
            if kind == "closing":
                closings += 1
                source = self._source(at)
                if not self._tried or self._parser.spent or self._fits(source):
                    return self._block(source, at, closed=True), at + 1
                if first is None and tag is None and not self._within_string(source):
                    first = at
            elif kind == "tail" and len(tails) < _CLOSINGS:
                code = line.rstrip().removesuffix(self._mark)
                tails.append((at, code if code != line.rstrip() else None))
            elif kind == "tag" and tag is None:
                tag = at
            at += 1
            # What is looked at again as a part of the next block is paid for, or it would be looked at without end.
            if (first is not None or tag is not None) and not self._parser.spend(len(line) + 1):
                break
        return self._without_closing(first, tails, tag, at)

    def _without_closing(
        self, first: int | None, tails: list[tuple[int, str | None]], tag: int | None, end: int
    ) -> tuple[Block, int]:
        """No closing fence fits: a fence at the end of a line of code may, or the next block's opening one, or none."""
        for at, kept in tails if self._tried else ():
            source = self._source(at, kept)
            if self._fits(source):
                return self._block(source, at, closed=True), at + 1
        if tag is not None and self._language and (first is None or tag < first):
            return self._block(self._source(tag), tag, closed=False), tag
        if first is not None:
            return self._block(self._source(first), first, closed=True), first + 1
        return self._block(self._source(end), end, closed=False), end

    def _block(self, source: str, end: int, *, closed: bool) -> Block:
        return Block(source, self._language, closed, self._start, end)

    def _fits(self, source: str) -> bool:
        """Whether the block can end here. One without a tag may be anything, so it ends at the first chance."""
        if not self._language and not looks_like_code(source):
            return True
        return self._parser.parses(source)

    def _kind(self, line: str) -> str:
        bare = line.strip()
        if not bare.startswith(self._mark) and not bare.endswith(self._mark):
            return ""
        if set(bare) == {self._mark[0]}:
            return "closing"
        found = opening(line)
        if found is not None and is_python_tag(language_of(found["info"])):
            return "tag"
        return "tail"

    def _within_string(self, source: str) -> bool:
        """Whether the program is inside a string there, so that the fence is a part of it."""
        tree = self._parser.tree(source)
        return isinstance(tree, str) and "unterminated triple-quoted" in tree

    def _content(self, at: int) -> str | None:
        """A line without the marks of the quote that it stands in; None after the quote's end."""
        line = self._lines[at]
        for _ in range(self._quotes):
            mark = _QUOTE.match(line)
            if mark is None:
                return None
            line = line[mark.end() :]
        return line

    def _source(self, end: int, last: str | None = None) -> str:
        """The lines from the start to `end` without their common indentation, as a program; `last`: one line more."""
        lines = [line for at in range(self._start, end) if (line := self._content(at)) is not None]
        if last is not None:
            lines.append(last)
        widths = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
        cut = min([*widths, self._indent]) if widths else 0
        source = "".join(f"{line[cut:] if line.strip() else line.lstrip(' ')}\n" for line in lines)
        source = without_prompts(source)
        if is_python_tag(self._language) and not self._parser.parses(source):
            straight = textwrap.dedent(source)
            return straight if straight != source and self._parser.parses(straight) else source
        return source


def looks_like_code(source: str) -> bool:
    """Whether a block without a tag starts as a Python program may."""
    return bool(
        re.match(r"\s*+(?:def |class |import |from |async |@|if |for |while |with |try:|#|print\(|\w+ = )", source)
    )


def without_prompts(source: str) -> str:
    """The input of an interactive session (``>>> ``, ``In [1]: ``); anything else as it is."""
    lines = source.split("\n")
    if not any(_PROMPT.match(line) for line in lines):
        return source
    start = next((line for line in lines if line.strip()), "")
    if not _PROMPT.match(start):
        return source  # a docstring with examples
    typed: list[str] = []
    going = False
    for line in lines:
        found = _PROMPT.match(line) or (_MORE.match(line) if going else None)
        going = found is not None
        if found is not None:
            typed.append(found["code"] or "")
    return "\n".join(typed) + "\n"
