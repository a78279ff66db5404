"""Compares two runs: how they ended, what they printed, which files and figures they made. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import numpy as np

from app.sandbox.behaviour import Aspect, FigurePair
from app.sandbox.drawn import DrawnFigure, difference, style_words
from app.sandbox.gate.words import NETWORK_ERRORS
from app.sandbox.pictures import Budget, Pixels, compare_pixels, decode, drawn_anew, same_shapes
from app.sandbox.results import ProducedFile, RunResult
from app.sandbox.shown import is_shown
from app.sandbox.texts import (
    TextMatch,
    compare_json,
    compare_tables,
    compare_texts,
    compare_unsteady,
    steadiness,
)

Verdict = Literal["same", "different", "unclear"]
FigureVerdict = Literal["same", "different", "unreadable"]
_KEPT_BY_LIBRARIES = (".cache/", ".config/", ".local/")
_NOT_A_PROGRAM = ("SyntaxError", "IndentationError", "TabError")
_RANDOM_IDS = re.compile(r'(?:id="|(?<=href=")#|url\(#)[\w.-]++|<dc:date>[^<]*+')
_COLOURS = re.compile(r"#[0-9a-fA-F]{3,8}\b")
_CLOSELY = 20  # files that are compared more closely than by their digests
_TOO_MUCH = "there is more than is looked at."
_LINE_NUMBERS = re.compile(r"program\.py:\d+|line \d+")


def compare_ending(a: RunResult, b: RunResult) -> Aspect:
    """Whether both programs ended alike. "unclear" when an ending says nothing about the program."""
    left, right = _says_nothing(a), _says_nothing(b)
    if left and left == right:
        return Aspect("ending", "unclear", f"Both programs {_plural(left)}.")
    if left or right:
        who = "first" if left else "second"
        return Aspect("ending", "unclear", f"The {who} program {left or right}.")
    if a.ended != b.ended or (a.exit_code, a.signal) != (b.exit_code, b.signal) or _error(a) != _error(b):
        return Aspect("ending", "different", f"The first program {a.sentence()}, the second {b.sentence()}.")
    if a.ended != "exited":
        return Aspect("ending", "unclear", f"Both programs {_plural(a.sentence())}.")
    if _error(a) in _NOT_A_PROGRAM:
        return Aspect("ending", "unclear", f"Neither text is a program that Python can read ({_error(a)}).")
    if _error(a):
        return Aspect("ending", "same", f"Both programs stop with {_error(a)}.")
    code = f"with exit status {a.exit_code}" if a.exit_code else "without an error"
    return Aspect("ending", "same", f"Both programs end {code}.")


def _says_nothing(result: RunResult) -> str:
    """Why this ending cannot be compared, as the end of a sentence; empty when it can."""
    if result.ended == "stopped":
        return "was stopped by you"
    if result.ended == "broken":
        return "ended without a report"
    if result.missing_module:
        return f"needs the module {result.missing_module}, which the sandbox does not have"
    if result.error is not None and result.error.type in NETWORK_ERRORS:
        return f"could not fetch what was asked for ({result.error.type})"
    if result.wanted_input or result.wanted_arguments:
        return result.sentence()
    return ""


def _plural(text: str) -> str:
    for one, many in (("was ", "were "), ("needs ", "need "), ("asks ", "ask "), ("wants ", "want ")):
        if text.startswith(one):
            return many + text[len(one) :]
    return text


def _error(result: RunResult) -> str:
    return result.error.type if result.error is not None else ""


def compare_output(a: RunResult, b: RunResult, again: tuple[RunResult, RunResult] | None = None) -> Aspect:
    """Whether both printed the same. `again`: second runs of both, for what changes from run to run."""
    match = compare_texts(a.stdout, b.stdout)
    if not match.same and again is not None:
        steady = steadiness(a.stdout, again[0].stdout), steadiness(b.stdout, again[1].stdout)
        if any(s.unsteady or s.shuffled or s.shapeless for s in steady):
            found = compare_unsteady(a.stdout, b.stdout, *steady)
            if found is None:
                return Aspect("output", "unclear", "What they print changes from run to run.")
            match = found
    if not match.same:
        return Aspect("output", "different", f"They print different text: {_first_difference(match)}")
    lines = len(a.stdout.strip().splitlines())
    if not lines:
        return Aspect("output", "same", "Neither prints anything.")
    amount = "line" if lines == 1 else f"{lines} lines"
    return Aspect("output", "same", f"They print the same {amount}{' ' if match.how else ''}{match.how}.")


def _first_difference(match: TextMatch) -> str:
    if match.line is None:
        return f"it differs {match.how}."
    a, b = (_short(text) if text else "nothing" for text in (match.a, match.b))
    return f"line {match.line} is {a} in the first and {b} in the second."


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def compare_errors(a: RunResult, b: RunResult) -> Aspect | None:
    """Compare stderr of two programs that ended well (log messages, warnings); None when both are silent."""
    if a.error is not None or b.error is not None or not (a.stderr.strip() or b.stderr.strip()):
        return None
    left, right = (_LINE_NUMBERS.sub("", result.stderr) for result in (a, b))
    match = compare_texts(left, right)
    if match.same:
        return Aspect("errors", "same", "Their messages on stderr are the same.")
    return Aspect("errors", "different", f"Their messages on stderr differ: {_first_difference(match)}")


def compare_files(a: RunResult, b: RunResult) -> Aspect | None:
    """Compare the files that are no figures, by name; None when there are none."""
    left, right = ({file.name: file for file in result.files if _is_output(file)} for result in (a, b))
    if not left and not right and not a.files_left_out and not b.files_left_out:
        return None
    for mine, other, who in ((left, right, "first"), (right, left, "second")):
        extra = sorted(mine.keys() - other.keys())
        if extra:
            return Aspect("files", "different", f"Only the {who} program writes {extra[0]}.")
    looked_at = 0
    for name in sorted(left):
        if left[name].sha256 and left[name].sha256 == right[name].sha256:
            continue
        looked_at += 1
        if looked_at > _CLOSELY:
            return Aspect("files", "unclear", f"They write files that differ a little, and {_TOO_MUCH}")
        match = _compare_file(left[name], right[name])
        if not match.same:
            return Aspect("files", "different", f"They write {name}, which differs {match.how}.")
    if a.files_left_out or b.files_left_out:
        return Aspect("files", "unclear", f"Their files are the same as far as they were read, but {_TOO_MUCH}")
    names = ", ".join(sorted(left)[:3]) + (" ..." if len(left) > 3 else "")
    return Aspect("files", "same", f"They write the same files ({names}).")


def _compare_file(a: ProducedFile, b: ProducedFile) -> TextMatch:
    if a.data is None or b.data is None:
        return TextMatch(False, "in its content")
    left, right = (file.data.decode("utf-8", "replace") for file in (a, b) if file.data is not None)
    name = a.name.lower()
    if name.endswith((".csv", ".tsv")):
        return compare_tables(left, right, "\t" if name.endswith(".tsv") else ",")
    return compare_json(left, right) if name.endswith(".json") else compare_texts(left, right)


def _is_output(file: ProducedFile) -> bool:
    """Whether a file is no figure, and none that a library keeps for itself."""
    return not is_figure(file) and not file.name.startswith(_KEPT_BY_LIBRARIES)


def is_figure(file: ProducedFile) -> bool:
    """Whether a file that a program wrote is a figure, by its name."""
    return file.name.lower().endswith((".png", ".svg"))


def compare_figures(a: RunResult, b: RunResult) -> tuple[Aspect | None, tuple[FigurePair, ...]]:
    """Compare the figures in the order of their names; the pairs are there to be shown side by side.

    Pictures are looked at up to PIXELS of them together; those after that are not comparable.
    """
    left, right = ([file for file in result.files if is_figure(file)] for result in (a, b))
    if not left and not right:
        return None, ()
    most = max(len(left), len(right))
    budget = Budget()
    told = [{figure.sha256: figure for figure in result.drawn if figure.sha256} for result in (a, b)]
    pairs = tuple(
        _pair(left[i] if i < len(left) else None, right[i] if i < len(right) else None, told, budget)
        for i in range(most)
    )
    if len(left) != len(right):
        sentence = f"The first program draws {_figures(len(left))}, the second {_figures(len(right))}."
        return Aspect("figures", "different", sentence), pairs
    for wanted, verdict in _WORST_FIRST:
        for number, pair in enumerate(pairs, 1):
            if pair.verdict == wanted:
                return Aspect("figures", verdict, f"Figure {number}: {pair.sentence}"), pairs
    same = f"They draw the same {'figure' if most == 1 else f'{most} figures'}"
    styled = [pair.style for pair in pairs if pair.style]
    return Aspect("figures", "same", f"{same}, in another style: {styled[0]}." if styled else f"{same}."), pairs


_WORST_FIRST: tuple[tuple[str, Verdict], ...] = (("different", "different"), ("unreadable", "unclear"))


def _figures(count: int) -> str:
    return "no figure" if count == 0 else "one figure" if count == 1 else f"{count} figures"


Told = dict[str, DrawnFigure]


def _pair(a: ProducedFile | None, b: ProducedFile | None, told: list[Told], budget: Budget) -> FigurePair:
    pictures = _decoded(a, budget), _decoded(b, budget)
    verdict, sentence, changed = _compare_pair(a, b, pictures)
    style = ""
    if a is not None and b is not None and _is_png(a) == _is_png(b) and changed != 0.0 and verdict != "unreadable":
        drawn = told[0].get(a.sha256), told[1].get(b.sha256)
        if drawn[0] is not None and drawn[1] is not None:
            seen = _seen_alike((a, b), (drawn[0], drawn[1]), pictures)
            verdict, sentence, style = _by_own_data(drawn[0], drawn[1], (verdict, sentence), seen)
    return FigurePair(
        name_a=a.name if a else "",
        name_b=b.name if b else "",
        a=_drawn_anew(pictures[0]),
        b=_drawn_anew(pictures[1]),
        verdict=verdict,
        sentence=sentence,
        changed=changed,
        style=style,
    )


Pictures = tuple[Pixels | str | None, Pixels | str | None]


def _seen_alike(
    files: tuple[ProducedFile, ProducedFile], drawn: tuple[DrawnFigure, DrawnFigure], pictures: Pictures
) -> Callable[[], bool]:
    """Whether two pictures may well be of one figure: their shapes are alike, or they show what was told of them."""

    def found() -> bool:
        left, right = pictures
        if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
            return same_shapes(left, right) or (is_shown(drawn[0], left) and is_shown(drawn[1], right))
        texts = [file.data.decode("utf-8", "replace") for file in files if file.data is not None and not _is_png(file)]
        return len(texts) == 2 and _outlines(texts[0]) == _outlines(texts[1])

    return found


def _outlines(text: str) -> str:
    return _COLOURS.sub("", steady_svg(text))


def _by_own_data(
    a: DrawnFigure, b: DrawnFigure, by_looks: tuple[FigureVerdict, str], seen_alike: Callable[[], bool]
) -> tuple[FigureVerdict, str, str]:
    """The verdict of two files that are not equal by what their programs say that they draw, and the style's words.

    That they differ is believed. That they draw the same is believed where all of it was read and is what is seen.
    """
    verdict, sentence = by_looks
    found = difference(a, b)
    if found:
        return "different", f"{found}.", ""
    if verdict == "same" or not a.whole or not b.whole:
        return verdict, sentence, ""
    style = style_words(a, b)
    if style and seen_alike():
        return "same", f"the same figure in another style: {style}.", style
    return "unreadable", f"by their programs' own account they draw the same, but {sentence}", ""


def _decoded(file: ProducedFile | None, budget: Budget) -> Pixels | str | None:
    """The pixels of a PNG file, or why they are not to be had; None for what is no such file."""
    if file is None or not _is_png(file):
        return None
    if file.data is None:
        return "a picture is too large to be looked at"
    return decode(file.data, budget)


def _drawn_anew(picture: Pixels | str | None) -> bytes | None:
    return None if picture is None or isinstance(picture, str) else drawn_anew(picture)


def _compare_pair(
    a: ProducedFile | None, b: ProducedFile | None, pictures: Pictures
) -> tuple[FigureVerdict, str, float | None]:
    if a is None or b is None:
        return "different", f"only the {'second' if a is None else 'first'} program draws it.", None
    if _is_png(a) != _is_png(b):
        return "different", "one is a PNG file, the other an SVG file.", None
    if a.sha256 and a.sha256 == b.sha256:
        return "same", "the pictures are the same.", 0.0  # also where they are too many or too large to be looked at
    if not _is_png(a):
        return _compare_drawings(a, b)
    match = compare_pixels(*(picture if picture is not None else "" for picture in pictures))
    sentence = {
        "same": f"the pictures are the same {match.how}".rstrip(),
        "different": f"the pictures differ {match.how}",
        "unreadable": f"not comparable: {match.how}",
    }[match.verdict]
    return match.verdict, sentence + ".", match.changed


def _compare_drawings(a: ProducedFile, b: ProducedFile) -> tuple[FigureVerdict, str, float | None]:
    if a.data is None or b.data is None:
        return "unreadable", "not comparable: a drawing is too large to be looked at.", None
    if steady_svg(a.data.decode("utf-8", "replace")) == steady_svg(b.data.decode("utf-8", "replace")):
        return "same", "the drawings are the same.", None
    return "different", "the drawings differ.", None


def _is_png(file: ProducedFile) -> bool:
    return file.name.lower().endswith(".png")


def steady_svg(text: str) -> str:
    """The text of an SVG file without comments, and without the ids and dates that change from run to run.

    Takes time in proportion to the text's length: a comment that never ends is looked for once.
    """
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    kept.append(text[at:])
    return _RANDOM_IDS.sub("", "".join(kept))
