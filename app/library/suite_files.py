"""Suites from files: many prompts at once, from JSONL, CSV, Markdown and folders. All of it is hostile.

What is read, by the ending of the file:

* ``.jsonl``, ``.ndjson``, ``.json``: one record a line, or one array. A record is OpenAI's ``messages`` (also inside
  ``body``, as in batch files), ShareGPT's ``conversations``, the ``turns`` of Spec-Bench and SPEED-Bench, or has its
  text under ``prompt``, ``question``, ``instruction`` (with ``input``), ``text`` or ``content``. The last user's turn
  is the prompt and what was said before stays before it; an answer after it is left out. Of several ``turns`` without
  answers only the first is raced, since what follows depends on the answer.
* ``.csv``, ``.tsv``: a heading with one of the same names; without one the first column.
* ``.md``: a heading with text below it is a prompt, the heading above it its kind. Where all that is below a heading
  is a list, each item is a prompt of that kind. Without headings each item of a list is one, and without lists the
  whole file is.
* ``.txt``: the file is the prompt.
* A folder: each ``.txt`` and ``.md`` in it is a prompt, the folder inside which it lies its kind.

``category``, ``workload``, ``kind`` or ``task`` of a record is its kind; without one it is guessed from the text.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.models.files.disk import is_dir, is_file, read_start, walk
from app.race.lanes import Message
from app.race.problems import Problem, ProblemError
from app.race.prompts import MAX_CHARACTERS, MAX_TURNS, Prompt
from app.race.secrets import secrets_in
from app.race.visible import visible

MAX_BYTES: Final = 64 << 20
MAX_PROMPTS: Final = 20_000
MAX_RACED: Final = 1000
"""Prompts of one suite that are raced; of more a sample has to be taken."""
_MAX_MARKDOWN: Final = 1 << 20
_MAX_LINE: Final = 4 << 20
_TEXTS: Final = ("prompt", "question", "instruction", "text", "content", "input", "query", "user")
_KINDS: Final = ("category", "workload", "kind", "task")
_TITLE: Final = 70


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """A suite that was read.

    Attributes:
        name: Of its file or folder.
        prompts: In the order of the file, each once.
        found: Prompts in the file before duplicates were dropped and a sample was taken.
        notes: What was left out, in sentences.
        secrets: Prompts in which something looks like a key, a token or an address, in sentences. They are kept.
    """

    name: str
    prompts: tuple[Prompt, ...]
    found: int
    notes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt as a file has it."""

    text: str
    before: tuple[Message, ...] = ()
    kind: str = ""
    title: str = ""


class _Bad(msgspec.Struct, frozen=True):
    """Something in a file that is no prompt, and why."""

    why: str


def read_suite(path: Path, sample: int = 0, seed: int = 0) -> Suite:
    """Reads a suite.

    Args:
        path: A file or a folder.
        sample: Take so many at random; 0 takes all.
        seed: Of the sample: the same one takes the same prompts.

    Raises:
        ProblemError: it cannot be read, has no prompt, or has too many to race them all.
    """
    found: list[tuple[int, _Found]] = []
    bad: list[str] = []
    for number, item in enumerate(_read(path), start=1):
        if isinstance(item, _Bad):
            bad.append(item.why)
        elif (why := _unfit(item)) is not None:
            bad.append(f"{_place(path, number)}: {why}")
        else:
            found.append((number, item))
        if len(found) + len(bad) >= MAX_PROMPTS:
            bad.append(f"Only the first {MAX_PROMPTS:,} entries were read.")
            break
    notes = [_bad_words(bad)] if bad else []
    kept: dict[str, tuple[int, _Found]] = {}
    for number, item in found:
        kept.setdefault(_same(item), (number, item))
    if len(kept) < len(found):
        notes.append(_twice_words(len(found) - len(kept)))
    chosen = list(kept.values())
    if not chosen:
        why = f"{bad[0]}" if bad else "It is empty."
        raise ProblemError(
            Problem("suite-empty", f"{path.name} has no prompt.", why, "See the README for the files that can be read.")
        )
    if sample and sample < len(chosen):
        notes.append(f"{sample} of {len(chosen)} prompts were taken at random, with seed {seed}.")
        chosen = sorted(random.Random(seed).sample(chosen, sample), key=lambda pair: pair[0])
    if len(chosen) > MAX_RACED:
        raise ProblemError(
            Problem(
                "suite-large",
                f"{path.name} has {len(chosen):,} prompts; {MAX_RACED:,} at most can be raced.",
                action="Take a sample of them, such as --sample 50.",
            )
        )
    prompts = tuple(_prompt(number, item) for number, item in chosen)
    return Suite(
        name=visible(path.name),
        prompts=prompts,
        found=len(found),
        notes=tuple(notes),
        secrets=tuple(_secret_words(prompts)),
    )


def _read(path: Path) -> Iterator[_Found | _Bad]:
    if is_dir(path):
        yield from _folder(path)
        return
    if not is_file(path):
        raise ProblemError(
            Problem("suite-missing", f"{path.name} is no file or folder here.", action="Check its name.")
        )
    ending = path.suffix.lower()
    if ending not in _READERS:
        known = ", ".join(_READERS)
        raise ProblemError(
            Problem("suite-kind", f"{path.name} is no suite that can be read.", action=f"Use {known}, or a folder.")
        )
    yield from _READERS[ending](_text(path))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ProblemError(
                Problem(
                    "suite-huge",
                    f"{path.name} is larger than {MAX_BYTES >> 20} MB.",
                    action="Take a part of it, such as its first thousand lines.",
                )
            )
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(
            "suite-text", f"{path.name} is not UTF-8 text.", f"Byte {error.start} does not fit.", "Convert it."
        )
    except OSError as error:
        problem = Problem("suite-unreadable", f"{path.name} cannot be read.", f"{error.strerror or error}.")
    raise ProblemError(problem)


def _folder(path: Path) -> Iterator[_Found | _Bad]:
    for file in walk(path, depth=3, most=MAX_PROMPTS):
        if file.suffix.lower() not in (".txt", ".md"):
            continue
        try:
            text = read_start(file, 8 * MAX_CHARACTERS).decode("utf-8-sig")
        except UnicodeDecodeError:
            yield _Bad(f"{visible(file.name)} is not UTF-8 text.")
            continue
        kind = file.parent.name if file.parent != path else ""
        yield _Found(text=text, kind=visible(kind), title=visible(file.stem))


def _json_lines(text: str) -> Iterator[_Found | _Bad]:
    start = text.lstrip()[:1]
    if start == "[" or (start == "{" and "\n" in text.strip() and not _is_json(text.strip().split("\n", 1)[0])):
        yield from _json_whole(text)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if len(line) > _MAX_LINE:
            yield _Bad(f"Line {number} is too long.")
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield _Bad(f"Line {number} is no JSON.")
            continue
        yield _record(record, f"Line {number}")


def _is_json(line: str) -> bool:
    try:
        json.loads(line[:_MAX_LINE])
    except (ValueError, RecursionError):
        return False
    return True


def _json_whole(text: str) -> Iterator[_Found | _Bad]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield _Bad(f"It is no JSON: {visible(str(error), 100)}.")
        return
    if isinstance(data, dict):
        # A file that wraps its records, such as {"data": [...]}.
        lists = [value for value in data.values() if isinstance(value, list)]
        inside = lists[0] if len(lists) == 1 and not {"messages", "conversations", "turns"} & set(data) else None
        data = [data] if inside is None else inside
    for number, record in enumerate(data if isinstance(data, list) else [data], start=1):
        yield _record(record, f"Record {number}")


def _record(record: Any, place: str) -> _Found | _Bad:
    if isinstance(record, str):
        return _Found(text=record)
    if not isinstance(record, dict):
        return _Bad(f"{place} is no record.")
    if isinstance(record.get("body"), dict):
        record = {**record, **record["body"]}
    turns = _turns(record)
    while turns and turns[-1].role != "user":
        turns.pop()
    if not turns:
        return _Bad(f"{place} has no prompt.")
    kind = next((value for name in _KINDS if isinstance(value := record.get(name), str)), "")
    title = record.get("title")
    return _Found(
        text=turns[-1].text,
        before=tuple(turns[:-1]),
        kind=kind,
        title=title if isinstance(title, str) else "",
    )


def _turns(record: Mapping[str, Any]) -> list[Message]:
    """The chat of a record, empty where there is none that can be read."""
    for name in ("messages", "conversations", "conversation", "prompt"):
        said = record.get(name)
        if isinstance(said, list) and said:
            turns = [turn for item in said[: MAX_TURNS + 1] if (turn := _turn(item)) is not None]
            return turns if len(turns) == len(said) else []
    system = record.get("system")
    before = [Message("system", system)] if isinstance(system, str) and system.strip() else []
    asked = record.get("turns")
    if isinstance(asked, list) and asked:
        first = asked[0]
        text = first if isinstance(first, str) else _content(first.get("content")) if isinstance(first, dict) else ""
        return [*before, Message("user", text)] if text else []
    text = next((value for name in _TEXTS if isinstance(value := record.get(name), str) and value.strip()), "")
    more = record.get("input")
    if text and isinstance(record.get("instruction"), str) and isinstance(more, str) and more.strip():
        text = f"{text}\n\n{more}"
    return [*before, Message("user", text)] if text else []


_ROLES: Final = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "gpt": "assistant", "model": "assistant", "bot": "assistant", "chatgpt": "assistant",
}  # fmt: skip


def _turn(item: Any) -> Message | None:
    if not isinstance(item, dict):
        return None
    who, said = item.get("role", item.get("from")), item.get("content", item.get("value"))
    role = _ROLES.get(who.lower()) if isinstance(who, str) else None
    text = _content(said)
    return Message(role, text) if role is not None and text else None


def _content(said: Any) -> str:
    """The text of a content: a text, or parts of which all are texts."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        parts = [part.get("text") if isinstance(part, dict) else part for part in said]
        texts = [part for part in parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(parts) else ""
    return ""


def _table(text: str, separator: str) -> Iterator[_Found | _Bad]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names: list[str] = []
    column = 0
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Bad(f"Row {number} cannot be read: {visible(str(error), 100)}.")
            continue
        if number == 1:
            names = [cell.strip().lower() for cell in row]
            known = [name for name in _TEXTS if name in names]
            if known:
                column = names.index(known[0])
                continue
            names = []
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= column or not row[column].strip():
            yield _Bad(f"Row {number} has no prompt.")
            continue
        cells = dict(zip(names, row, strict=False))
        yield _record({**cells, "prompt": row[column]}, f"Row {number}")


def _markdown(text: str) -> Iterator[_Found | _Bad]:
    if len(text) > _MAX_MARKDOWN:
        yield _Bad("It is too long for a Markdown file.")
        return
    lines = text.split("\n")
    try:
        parsed = MarkdownIt().disable("inline").parse(text)
    except RecursionError:
        yield _Bad("It is nested too deeply.")
        return
    tokens = [token for token in parsed if token.level == 0 or token.type == "list_item_open"]
    path: list[tuple[int, str]] = []
    section: list[Token] = []
    for token in tokens:
        if token.type != "heading_open" or token.map is None:
            section.append(token)
            continue
        yield from _section(path, section, lines)
        level = int(token.tag[1:])
        title = lines[token.map[0]].strip().strip("#").strip()
        path = [*(item for item in path if item[0] < level), (level, title)]
        section = []
    yield from _section(path, section, lines)


def _section(path: list[tuple[int, str]], section: list[Token], lines: list[str]) -> Iterator[_Found]:
    """The prompts between one heading and the next."""
    blocks = [token for token in section if token.level == 0 and token.map is not None]
    title = path[-1][1] if path else ""
    if not blocks:
        return
    items = [token for token in section if token.type == "list_item_open" and token.level == 1]
    if items and all(token.type in ("bullet_list_open", "ordered_list_open") for token in blocks):
        for token in items:
            yield _Found(text=_lines(lines, token, _ITEM), kind=title)
        return
    first, last = blocks[0].map, blocks[-1].map
    assert first is not None
    assert last is not None
    kind = path[-2][1] if len(path) > 1 else ""
    yield _Found(text="\n".join(lines[first[0] : last[1]]), kind=kind, title=title)


_ITEM: Final = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,9}[.)])\s{1,4}(?:\[[ xX]\]\s)?")


def _lines(lines: list[str], token: Token, mark: re.Pattern[str]) -> str:
    """The text of a list's item without its mark and its indentation."""
    assert token.map is not None
    own = lines[token.map[0] : token.map[1]]
    found = mark.match(own[0])
    if found is None:
        return "\n".join(own)
    width = len(found[0])
    rest = [line[width:] if not line[:width].strip() else line.lstrip() for line in own[1:]]
    return "\n".join([own[0][width:], *rest])


_READERS: Final[dict[str, Callable[[str], Iterator[_Found | _Bad]]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json_lines,
    ".csv": lambda text: _table(text, ","),
    ".tsv": lambda text: _table(text, "\t"),
    ".md": _markdown,
    ".txt": lambda text: iter([_Found(text=text)]),
}


def _unfit(item: _Found) -> str | None:
    texts = [item.text, *(turn.text for turn in item.before)]
    if not item.text.strip():
        return "It is empty."
    if sum(map(len, texts)) > MAX_CHARACTERS:
        return f"It is longer than {MAX_CHARACTERS:,} characters."
    if len(item.before) > MAX_TURNS:
        return f"It has more than {MAX_TURNS} turns."
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return "It holds something that is no text."
    return None


def _place(path: Path, number: int) -> str:
    return f"Prompt {number}" if path.suffix.lower() in _READERS else f"File {number}"


def _same(item: _Found) -> str:
    """What two prompts have in common that are the same but for spaces."""
    texts = [*(f"{turn.role}\0{turn.text}" for turn in item.before), item.text]
    return "\0".join(" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)


def _prompt(number: int, item: _Found) -> Prompt:
    text = item.text.strip()
    title = visible(" ".join((item.title or text[:400]).split()), _TITLE)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:24].strip("-")
    kind = re.sub(r"[^a-z]+", "-", item.kind.lower()).strip("-")[:40].strip("-") or guessed_kind(text)
    return Prompt(f"{number:04}-{slug}".rstrip("-"), title, kind, "", text, item.before)


_CODE: Final = re.compile(
    r"```|\b(?:python|javascript|typescript|rust|golang|java|sql|c\+\+|bash|regex|html|css|function|class|refactor|"
    r"unit tests?|def|stack trace|compile)\b",
    re.IGNORECASE,
)
_JSON: Final = re.compile(r"\b(?:json|yaml|xml|csv)\b", re.IGNORECASE)
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LOOKED_AT: Final = 4000


def guessed_kind(text: str) -> str:
    """Returns the kind of a prompt that says none, from the words of its beginning: a guess, to group by."""
    start = text[:_LOOKED_AT]
    if _KANA.search(start):
        return "japanese"
    if _HAN.search(start):
        return "chinese"
    if _JSON.search(start):
        return "json"
    return "code" if _CODE.search(start) else "prose"


def _secret_words(prompts: Iterable[Prompt]) -> Iterator[str]:
    for prompt in prompts:
        kinds = sorted(
            {kind for text in (prompt.text, *(turn.text for turn in prompt.before)) for kind in secrets_in(text)}
        )
        if kinds:
            yield f"{prompt.title!r} seems to hold {' and '.join(kinds)}. It will stand in the traces."


def _bad_words(bad: list[str]) -> str:
    first = bad[0].removesuffix(".")
    if len(bad) == 1:
        return f"One entry was left out: {first}."
    return f"{len(bad):,} entries were left out, such as: {first}."


def _twice_words(number: int) -> str:
    return f"{number} prompt{' came twice and was' if number == 1 else 's came twice and were'} dropped."
