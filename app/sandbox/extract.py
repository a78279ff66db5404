"""Finds the Python program in a model's reply."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from app.sandbox.fences import Block, Parser, fenced_blocks

MOST_CHARS = 200_000
PARSED_CHARS = 600_000  # for one reply, of all sources that are tried: less than a second
_END_MARK = re.compile(r"\s*+(?:<[|\uff5c]?/?[a-z_\u2581]{1,30}[|\uff5c]?>|\[/?(?:INST|EOS)\])\Z")
_MARK_CHARS = 60
# How models set their thoughts apart: https://huggingface.co/docs/transformers/chat_extras and the chat templates.
_THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<|channel>thought", "<channel|>"),
    ("<|channel|>analysis", "<|channel|>final"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<seed:think>", "</seed:think>"),
)


class Program(msgspec.Struct, frozen=True):
    """A program and where it was found. `cut_off`: the reply ended inside it; `note` says so in plain words."""

    source: str
    found: Literal["fenced", "indented", "plain"]
    blocks: int = 1
    cut_off: bool = False
    note: str = ""


def extract(reply: str, *, hit_limit: bool = False) -> Program | None:
    """The program in `reply`, or None when there is no Python in it.

    `hit_limit`: the reply ended because of the token limit. Several Python blocks are joined when the later ones
    build on the earlier ones; a later block that says the same anew replaces the earlier one. What a model thinks
    before its answer counts only where the answer holds no program.
    """
    text = reply[:MOST_CHARS].removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    parser = Parser(PARSED_CHARS)
    answer = without_thoughts(text)
    found = _extract(without_end_marks(answer), hit_limit, parser)
    if found is None and answer != text:
        found = _extract(without_end_marks(text), hit_limit, parser)
    return found


def _extract(text: str, hit_limit: bool, parser: Parser) -> Program | None:
    blocks = [block for block in fenced_blocks(text, parser) if _is_python(block, parser)]
    if blocks:
        chosen = _choose(blocks)
        source = "\n\n".join(block.source.strip("\n") for block in chosen) + "\n"
        open_end = not chosen[-1].closed and chosen[-1] is blocks[-1]
        return _finish(source, "fenced", len(chosen), open_end, hit_limit, parser)
    plain, indented = _plain(text, hit_limit, parser), _indented(text, parser)
    if indented is not None and (plain is None or len(plain) < len(indented)):
        return Program(indented, "indented")
    return None if plain is None else _finish(plain, "plain", 1, hit_limit, hit_limit, parser)


def parses(source: str) -> bool:
    """Whether `source` is Python. Never raises, however odd the text is."""
    return Parser(len(source)).parses(source)


def without_thoughts(text: str) -> str:
    """`text` without what stands between the marks of a thought, or before a closing mark that nothing opened."""
    for opened, closed in _THOUGHTS:
        if closed not in text:
            continue
        kept: list[str] = []
        start = text.find(opened)
        at = 0
        if (start < 0 or text.find(closed) < start) and not _quoted(text, text.find(closed), len(closed)):
            at = text.find(closed) + len(closed)  # the prompt's end opened it
            start = text.find(opened, at)
        while start >= 0 and (end := text.find(closed, start)) >= 0:
            if _quoted(text, start, len(opened)):
                break
            kept.append(text[at:start])
            at = end + len(closed)
            start = text.find(opened, at)
        text = "".join([*kept, text[at:]])
    return text


def _quoted(text: str, at: int, length: int) -> bool:
    """Whether a mark stands in quotes, as in a program or a sentence about it. A fence is no quote."""
    before, after = text[max(0, at - 3) : at], text[at + length : at + length + 3]
    if before[-1:] == "`" or after[:1] == "`":
        return "```" not in (before, after)
    return before[-1:] in ("'", '"') or after[:1] in ("'", '"')


def without_end_marks(text: str) -> str:
    """`text` without the marks with which models end a turn, and with one line end."""
    end = len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        found = _END_MARK.search(text, max(0, end - _MARK_CHARS), end)
        if found is None:
            return text[:end] + "\n"
        end = found.start()


def _is_python(block: Block, parser: Parser) -> bool:
    if block.language:
        return block.python
    return parser.acts(block.source) or (not block.closed and parser.acts(_whole_statements(block.source, parser)))


def _choose(blocks: list[Block]) -> list[Block]:
    """The blocks that belong together: one that says an earlier block's names or lines again starts anew."""
    chosen: list[Block] = []
    defined: set[str] = set()
    lines: set[str] = set()
    for block in blocks:
        if not block.closed and block is not blocks[-1]:
            continue  # a draft that the next block's opening fence broke off
        names = _defined_names(block.source)
        own = _telling_lines(block.source)
        if (defined & names and block.closed) or 2 * len(own & lines) > len(own):
            chosen, defined, lines = [], set(), set()
        chosen.append(block)
        defined |= names
        lines |= own
    return chosen


def _defined_names(source: str) -> set[str]:
    return set(re.findall(r"^(?:async\s+def|def|class)\s+([^\W\d]\w*)", source, re.MULTILINE))


def _telling_lines(source: str) -> set[str]:
    return {line.strip() for line in source.split("\n") if len(line.strip()) > 3 and not line.strip().startswith("#")}


def _indented(text: str, parser: Parser) -> str | None:
    """The lines that are indented as a block by themselves, where they are Python."""
    kept: list[str] = []
    within = False
    before = ""
    for line in text.split("\n"):
        deep = line.startswith(("    ", "\t"))
        within = (within or not before.strip()) and (deep or (within and not line.strip()))
        if within:
            kept.append(line.removeprefix("\t") if line.startswith("\t") else line[4:])
        before = line
    source = "\n".join(kept).strip("\n") + "\n"
    return source if parser.acts(source) else None


def _plain(text: str, hit_limit: bool, parser: Parser) -> str | None:
    """A reply without blocks: the longest run of lines that is Python."""
    if parser.acts(text):
        return text.strip("\n") + "\n"
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"(?:def|class|import|from|async def)\b|@", line)]
    best: str | None = None
    for start in starts[:20]:
        for end in range(len(lines), max(start, len(lines) - 60), -1):
            candidate = "\n".join(lines[start:end])
            if best is not None and len(candidate) <= len(best):
                break
            if parser.acts(candidate):
                best = candidate
                break
        if hit_limit and best is None:
            candidate = _whole_statements("\n".join(lines[start:]), parser)
            best = candidate if parser.acts(candidate) else None
    return None if best is None else best.strip("\n") + "\n"


def _finish(
    source: str, found: Literal["fenced", "plain"], blocks: int, open_end: bool, hit_limit: bool, parser: Parser
) -> Program:
    """Say whether the program is whole; leave out an unfinished last statement of one that was cut off."""
    whole_already = parser.parses(source)
    if not open_end or (whole_already and not hit_limit):
        return Program(source, found, blocks)
    if whole_already:
        return Program(source, found, blocks, cut_off=True, note="The reply ended inside the program.")
    whole = _whole_statements(source, parser)
    if not whole.strip():
        return Program(source, found, blocks, cut_off=True, note="The reply ended inside the first statement.")
    dropped = len(source.rstrip("\n").split("\n")) - len(whole.rstrip("\n").split("\n"))
    lines = "line was" if dropped == 1 else f"{dropped} lines were"
    note = f"The reply ended inside the program; its last {lines} left out."
    return Program(whole, found, blocks, cut_off=True, note=note)


def _whole_statements(source: str, parser: Parser) -> str:
    """`source` up to its last complete top-level statement; empty when there is none."""
    lines = source.rstrip("\n").split("\n")
    ends = [i for i, line in enumerate(lines) if line[:1].strip() and line[:1] not in ")]}#"]
    for end in reversed(ends[-200:]):
        kept = "\n".join(lines[:end]).rstrip("\n") + "\n"
        if parser.parses(kept):
            return kept if kept.strip() else ""
    return ""
