"""Two printed texts or tables: are they the same, apart from what does not matter?

The texts come from generated programs, so everything here takes time in proportion to their length: patterns never
try a character twice (possessive quantifiers), and only so much is compared more closely than by equality.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
from typing import Any

import msgspec

from app.sandbox.values import close

_NUMBER = re.compile(r"(?<![\w.])[-+]?+(?:\d[\d_]*+(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+(?!\w)")
_RULE = re.compile(r"[-=+|_*─━┄│┼]{3,}")
_BRACES = re.compile(r"\{[^{}]*+\}")
_CLOSELY = 1_000_000  # characters of two texts that are compared more closely than by equality
_LITERAL = 20_000  # characters of a set or dict that is read as a value
_DIGITS = 6  # numbers printed with so many digits or more may differ by one unit in the last


class TextMatch(msgspec.Struct, frozen=True):
    """`how` completes "the output is the same ..." or "the output differs ..."; `line` is the first line that
    differs, from 1, with both versions of it."""

    same: bool
    how: str = ""
    line: int | None = None
    a: str = ""
    b: str = ""


def compare_texts(a: str, b: str) -> TextMatch:
    """Compare two outputs line by line.

    Not counted as a difference: white space at line ends and in tables, float noise, the order within a printed set
    or dict.
    """
    if a == b:
        return TextMatch(True)
    left, right = _lines(a), _lines(b)
    if left == right:
        return TextMatch(True, "apart from white space")
    notes: list[str] = []
    looked_at = 0
    for number, (x, y) in enumerate(zip(left, right, strict=False), 1):
        if x == y:
            continue
        looked_at += len(x) + len(y) + 1
        note = _same_line(x, y) if looked_at <= _CLOSELY else None
        if note is None:
            return TextMatch(False, f"at line {number}", number, x, y)
        if note and note not in notes:
            notes.append(note)
    if len(left) != len(right):
        number = min(len(left), len(right)) + 1
        x, y = (side[number - 1] if len(side) >= number else "" for side in (left, right))
        return TextMatch(False, f"in length, {len(left)} lines against {len(right)}", number, x, y)
    return TextMatch(True, "apart from " + " and ".join(notes) if notes else "")


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")] if text.strip() else []


def _same_line(a: str, b: str) -> str | None:
    """None when the lines differ, else what was passed over: "" for nothing."""
    if a == b:
        return ""
    left, right = _squeeze(a), _squeeze(b)
    if left == right:
        return "white space"
    if same_but_numbers(left, right) and all(
        same_number(x, y) for x, y in zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True)
    ):
        return "float noise"
    if _same_braces(left, right):
        return "the order in sets"
    return None


def _squeeze(line: str) -> str:
    """White space and drawn rules as one mark each, so that a wider column is no difference."""
    return _RULE.sub("---", re.sub(r"\s+", " ", line.strip()))


def same_but_numbers(a: str, b: str) -> bool:
    """Whether two lines are equal once every number is taken out."""
    return _NUMBER.split(a) == _NUMBER.split(b)


def same_number(a: str, b: str) -> bool:
    """Whether two printed numbers are equal apart from float noise. A whole number never equals a float."""
    if a == b:
        return True
    floats = [any(mark in text for mark in ".eE") for text in (a, b)]
    if not all(floats):
        whole = [text.replace("_", "").lstrip("+") for text in (a, b)]
        return not any(floats) and whole[0] == whole[1]
    x, y = float(a.replace("_", "")), float(b.replace("_", ""))
    if math.isinf(x) or math.isinf(y):
        return False  # digits of more than a float holds are not float noise
    if close(x, y):
        return True
    digits = min(len(re.sub(r"[eE].*|\D", "", text).lstrip("0")) for text in (a, b))
    return digits >= _DIGITS and abs(x - y) <= 1.01 * max(abs(x), abs(y)) * 10.0 ** (1 - digits)


def _same_braces(a: str, b: str) -> bool:
    """Whether the lines differ only in the order within {...}."""
    found = [_BRACES.findall(a), _BRACES.findall(b)]
    if not found[0] or len(found[0]) != len(found[1]) or _BRACES.split(a) != _BRACES.split(b):
        return False
    for x, y in zip(*found, strict=True):
        try:
            if len(x) + len(y) > _LITERAL:
                raise ValueError
            if ast.literal_eval(x) != ast.literal_eval(y):
                return False
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            if sorted(x[1:-1].split(", ")) != sorted(y[1:-1].split(", ")):
                return False
    return True


class Steadiness(msgspec.Struct, frozen=True):
    """The lines of one program's output that changed from one of its runs to the next."""

    unsteady: frozenset[int] = frozenset()  # from 0
    formless: frozenset[int] = frozenset()  # those in which more than the numbers changed
    shuffled: bool = False  # the same lines in another order
    shapeless: bool = False  # the runs do not even have the same number of lines, or too many to look at


def steadiness(first: str, again: str) -> Steadiness:
    """Compare two runs of the same program, made with different seeds at different times."""
    left, right = _lines(first), _lines(again)
    if left != right and sorted(left) == sorted(right):
        return Steadiness(shuffled=True)
    if len(left) != len(right) or len(first) + len(again) > _CLOSELY:
        return Steadiness(shapeless=True)
    unsteady = frozenset(i for i, (x, y) in enumerate(zip(left, right, strict=True)) if _same_line(x, y) is None)
    return Steadiness(unsteady, frozenset(i for i in unsteady if not _same_form(left[i], right[i])))


def _same_form(a: str, b: str) -> bool:
    return same_but_numbers(_squeeze(a), _squeeze(b))


def compare_unsteady(a: str, b: str, steady_a: Steadiness, steady_b: Steadiness) -> TextMatch | None:
    """Compare two outputs of which some lines change from run to run; None when too little is left to compare.

    An unsteady line counts as the same when only its numbers (times, random draws) differ.
    """
    left, right = _lines(a), _lines(b)
    if steady_a.shuffled or steady_b.shuffled:
        if sorted(left) == sorted(right):
            return TextMatch(True, "apart from the order of lines, which changes from run to run")
        return TextMatch(False, "in more than the order of its lines")
    if steady_a.shapeless or steady_b.shapeless:
        return None
    unsteady = steady_a.unsteady | steady_b.unsteady
    compared = 0
    for number, (x, y) in enumerate(zip(left, right, strict=False)):
        if number in unsteady and _same_form(x, y):
            compared += 1
        elif number in steady_a.formless | steady_b.formless:
            continue
        elif _same_line(x, y) is not None:
            compared += 1
        else:
            return TextMatch(False, f"at line {number + 1}", number + 1, x, y)
    if len(left) != len(right):
        return TextMatch(False, f"in length, {len(left)} lines against {len(right)}")
    if compared < len(left):
        return None
    count = f"{len(unsteady)} lines" if len(unsteady) > 1 else "one line"
    return TextMatch(True, f"apart from the numbers in {count}, which change from run to run")


def compare_tables(a: str, b: str, delimiter: str = ",") -> TextMatch:
    """Compare two tables in CSV form cell by cell, numbers within float noise."""
    try:
        left, right = (list(csv.reader(io.StringIO(text), delimiter=delimiter)) for text in (a, b))
    except csv.Error:
        return compare_texts(a, b)  # a field longer than the library takes, say
    for number, (x, y) in enumerate(zip(left, right, strict=False), 1):
        if len(x) != len(y):
            return TextMatch(False, f"in row {number}: {len(x)} columns against {len(y)}", number)
        for column, (p, q) in enumerate(zip(x, y, strict=True), 1):
            if not _same_cell(p.strip(), q.strip()):
                return TextMatch(False, f"in row {number}, column {column}", number, p, q)
    if len(left) != len(right):
        return TextMatch(False, f"in length, {len(left)} rows against {len(right)}")
    return TextMatch(True, "" if a == b else "apart from float noise")


def _same_cell(a: str, b: str) -> bool:
    if a == b:
        return True
    try:
        return close(float(a), float(b))
    except ValueError:
        return False


def compare_json(a: str, b: str) -> TextMatch:
    """Compare two JSON texts by what they say."""
    try:
        left, right = json.loads(a), json.loads(b)
    except (ValueError, RecursionError):
        return compare_texts(a, b)
    if same_json(left, right):
        return TextMatch(True, "" if a == b else "apart from its layout")
    return TextMatch(False, "in its content")


def same_json(a: Any, b: Any, depth: int = 0) -> bool:
    if depth > 100:
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_json(a[k], b[k], depth + 1) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_json(x, y, depth + 1) for x, y in zip(a, b, strict=True))
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, int | float) or not isinstance(b, int | float):
        return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)
    return close(a, b) if abs(a) < 1e300 and abs(b) < 1e300 else a == b
