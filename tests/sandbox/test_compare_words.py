"""Every sentence with which two runs are compared, word by word, and the place of each difference."""

from __future__ import annotations

from typing import Any

import pytest

from app.sandbox.behaviour import Aspect
from app.sandbox.compare import (
    compare_ending,
    compare_errors,
    compare_figures,
    compare_files,
    compare_output,
    is_figure,
    steady_svg,
)
from app.sandbox.results import ProducedFile, Raised, RunResult
from tests.sandbox.test_compare import picture


def run(*files: ProducedFile, **fields: Any) -> RunResult:
    return RunResult(**{"ended": "exited", "exit_code": 0, "files": files, **fields})


def file(name: str, data: bytes | None, digest: str = "") -> ProducedFile:
    return ProducedFile(name, len(data or b""), digest, data)


def failed(kind: str, line: int | None = 2) -> RunResult:
    return run(exit_code=1, error=Raised(kind, "", line))


MISSING, ASKING = run(exit_code=1, missing_module="numpy"), run(exit_code=1, wanted_input=True)
STOPPED, BROKEN, LATE = run(ended="stopped"), run(ended="broken"), run(ended="timed_out")
CRASHED, OTHER_STATUS = run(exit_code=None, signal="SIGSEGV"), run(exit_code=3)


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence"),
    [
        (run(), run(), "same", "Both programs end without an error."),
        (OTHER_STATUS, OTHER_STATUS, "same", "Both programs end with exit status 3."),
        (failed("KeyError"), failed("KeyError", 9), "same", "Both programs stop with KeyError."),
        (
            failed("TabError"),
            failed("TabError"),
            "unclear",
            "Neither text is a program that Python can read (TabError).",
        ),
        (
            failed("SyntaxError"),
            failed("SyntaxError"),
            "unclear",
            "Neither text is a program that Python can read (SyntaxError).",
        ),
        (
            failed("IndentationError"),
            failed("IndentationError"),
            "unclear",
            "Neither text is a program that Python can read (IndentationError).",
        ),
        (
            run(),
            failed("KeyError"),
            "different",
            "The first program ran to its end, the second stopped with KeyError at line 2.",
        ),
        (
            failed("KeyError"),
            failed("ValueError", None),
            "different",
            "The first program stopped with KeyError at line 2, the second stopped with ValueError.",
        ),
        (
            CRASHED,
            OTHER_STATUS,
            "different",
            "The first program crashed with SIGSEGV, the second ended with exit status 3.",
        ),
        (run(), CRASHED, "different", "The first program ran to its end, the second crashed with SIGSEGV."),
        (LATE, run(), "different", "The first program was stopped at the time limit, the second ran to its end."),
        (LATE, LATE, "unclear", "Both programs were stopped at the time limit."),
        (STOPPED, STOPPED, "unclear", "Both programs were stopped by you."),
        (STOPPED, run(), "unclear", "The first program was stopped by you."),
        (run(), BROKEN, "unclear", "The second program ended without a report."),
        (BROKEN, BROKEN, "unclear", "Both programs ended without a report."),
        (
            MISSING,
            MISSING,
            "unclear",
            "Both programs need the module numpy, which the sandbox does not have.",
        ),
        (MISSING, run(), "unclear", "The first program needs the module numpy, which the sandbox does not have."),
        (
            ASKING,
            ASKING,
            "unclear",
            "Both programs ask for keyboard input, which there is none of in the sandbox: its input ended at once.",
        ),
        (STOPPED, BROKEN, "unclear", "The first program was stopped by you."),
    ],
)
def test_endings(a: RunResult, b: RunResult, verdict: str, sentence: str) -> None:
    found = compare_ending(a, b)
    assert (found.name, found.verdict, found.sentence) == ("ending", verdict, sentence)


LONG = "x" * 61


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence"),
    [
        ("", "", "same", "Neither prints anything."),
        ("a\n", "a\n", "same", "They print the same line."),
        ("a\nb\n", "a\nb\n", "same", "They print the same 2 lines."),
        ("a \nb\n", "a\nb\n", "same", "They print the same 2 lines apart from white space."),
        ("a\nb", "a\nc", "different", 'They print different text: line 2 is "b" in the first and "c" in the second.'),
        ("a", "a\nc", "different", 'They print different text: line 2 is nothing in the first and "c" in the second.'),
        ("a\nc", "a", "different", 'They print different text: line 2 is "c" in the first and nothing in the second.'),
        (
            "a  b\t c",
            LONG,
            "different",
            f'They print different text: line 1 is "a b c" in the first and "{"x" * 57}..." in the second.',
        ),
        (
            "y" * 60,
            "z" * 60,
            "different",
            f'They print different text: line 1 is "{"y" * 60}" in the first and "{"z" * 60}" in the second.',
        ),
    ],
)
def test_output(a: str, b: str, verdict: str, sentence: str) -> None:
    found = compare_output(run(stdout=a), run(stdout=b))
    assert (found.name, found.verdict, found.sentence) == ("output", verdict, sentence)


def printed(*texts: str) -> tuple[RunResult, ...]:
    return tuple(run(stdout=text) for text in texts)


@pytest.mark.parametrize(
    ("texts", "verdict", "sentence"),
    [
        (
            ("t 1\nx", "t 2\nx", "t 3\nx", "t 4\nx"),
            "same",
            "They print the same 2 lines apart from the numbers in one line, which change from run to run.",
        ),
        (("a\nb", "b\na", "b\na", "a\nb"), "same", "They print the same 2 lines apart from the order of lines, which"),
        (("a", "b", "a\nc", "b"), "unclear", "What they print changes from run to run."),
        (("a", "b", "a", "b\nc"), "unclear", "What they print changes from run to run."),
        (("a\nb", "c\nd", "b\na", "d\nc"), "different", "They print different text: it differs in more than the order"),
        (("a", "b", "a", "b"), "different", 'They print different text: line 1 is "a" in the first and "b" in the s'),
        (("t 1\nx", "t 2\ny", "t 3\nx", "t 4\ny"), "different", 'They print different text: line 2 is "x" in the'),
    ],
)
def test_output_that_changes_from_run_to_run(texts: tuple[str, str, str, str], verdict: str, sentence: str) -> None:
    a, b, a_again, b_again = printed(*texts)
    found = compare_output(a, b, (a_again, b_again))
    assert found.name == "output"
    assert found.verdict == verdict
    assert found.sentence.startswith(sentence)


def test_messages_on_stderr() -> None:
    here = run(stderr='File "program.py:12", line 12: careful')
    assert compare_errors(run(), run()) is None
    assert compare_errors(run(stderr=" \n"), run(stderr="")) is None
    assert compare_errors(here, failed("KeyError")) is None
    assert compare_errors(failed("KeyError"), here) is None
    same = Aspect("errors", "same", "Their messages on stderr are the same.")
    assert compare_errors(here, run(stderr='File "program.py:7", line 7: careful')) == same
    sentence = 'Their messages on stderr differ: line 1 is "a" in the first and nothing in the second.'
    assert compare_errors(run(stderr="a"), run()) == Aspect("errors", "different", sentence)
    assert compare_errors(run(), run(stderr="a")) == Aspect(
        "errors", "different", 'Their messages on stderr differ: line 1 is nothing in the first and "a" in the second.'
    )


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence"),
    [
        ([file("a.txt", b"1")], [], "different", "Only the first program writes a.txt."),
        ([], [file("b", None), file("a", None)], "different", "Only the second program writes a."),
        (
            [file("a.txt", b"1\n2")],
            [file("a.txt", b"1\n3")],
            "different",
            "They write a.txt, which differs at line 2.",
        ),
        (
            [file("a.csv", b"1,2")],
            [file("a.csv", b"1,3")],
            "different",
            "They write a.csv, which differs in row 1, column 2.",
        ),
        (
            [file("A.TSV", b"1\t2")],
            [file("A.TSV", b"1\t3")],
            "different",
            "They write A.TSV, which differs in row 1, column 2.",
        ),
        (
            [file("a.json", b"[1]")],
            [file("a.json", b"[2]")],
            "different",
            "They write a.json, which differs in its content.",
        ),
        ([file("a.json", b"[1]")], [file("a.json", b"[ 1]")], "same", "They write the same files (a.json)."),
        ([file("a", None, "x")], [file("a", None, "y")], "different", "They write a, which differs in its content."),
        ([file("a", b"1", "")], [file("a", None, "")], "different", "They write a, which differs in its content."),
        ([file("a", None, "x")], [file("a", None, "x")], "same", "They write the same files (a)."),
        (
            [file(name, None, "x") for name in "cab"],
            [file(name, None, "x") for name in "abc"],
            "same",
            "They write the same files (a, b, c).",
        ),
        (
            [file(name, None, "x") for name in "abcd"],
            [file(name, None, "x") for name in "abcd"],
            "same",
            "They write the same files (a, b, c ...).",
        ),
        ([file("a", b"\xff")], [file("a", b"\xff ")], "same", "They write the same files (a)."),
    ],
)
def test_files(a: list[ProducedFile], b: list[ProducedFile], verdict: str, sentence: str) -> None:
    found = compare_files(run(*a), run(*b))
    assert found is not None
    assert (found.name, found.verdict, found.sentence) == ("files", verdict, sentence)


def test_files_beyond_what_is_looked_at() -> None:
    read = "Their files are the same as far as they were read, but there is more than is looked at."
    for a, b in ((run(files_left_out=1), run()), (run(), run(files_left_out=1))):
        assert compare_files(a, b) == Aspect("files", "unclear", read)
    assert compare_files(run(), run()) is None
    found: Aspect | None = None
    for count, verdict in ((20, "same"), (21, "unclear")):
        left, right = ([file(f"{n:02}", data) for n in range(count)] for data in (b"0.30000001", b"0.30000002"))
        found = compare_files(run(*left), run(*right))
        assert found is not None
        assert found.verdict == verdict
    little = "They write files that differ a little, and there is more than is looked at."
    assert found == Aspect("files", "unclear", little)
    same, other = file("a", None, "x"), file("b", b"1")
    assert compare_files(run(same, other), run(same, file("b", b"2"))) == Aspect(
        "files", "different", "They write b, which differs at line 1."
    )


SQUARE, SMALL = picture(), picture(size=(100, 100))
DRAWING, OTHER_DRAWING = b"<svg><path d='M1'/></svg>", b"<svg><path d='M2'/></svg>"


@pytest.mark.parametrize(
    ("a", "b", "verdict", "sentence", "pairs"),
    [
        ([file("a.png", SQUARE)], [file("b.PNG", SQUARE)], "same", "They draw the same figure.", ["same"]),
        (
            [file("a.png", SQUARE), file("b.png", SMALL)],
            [file("a.png", SQUARE), file("b.png", SMALL)],
            "same",
            "They draw the same 2 figures.",
            ["same", "same"],
        ),
        (
            [file("a.png", SQUARE)],
            [file("a.png", SMALL)],
            "different",
            "Figure 1: the pictures differ in size, 160 x 120 against 100 x 100 pixels.",
            ["different"],
        ),
        (
            [file("a.png", SQUARE)],
            [],
            "different",
            "The first program draws one figure, the second no figure.",
            ["different"],
        ),
        (
            [],
            [file("a.png", SQUARE), file("b.svg", DRAWING)],
            "different",
            "The first program draws no figure, the second 2 figures.",
            ["different", "different"],
        ),
        (
            [file("a.png", SQUARE)],
            [file("a.svg", DRAWING)],
            "different",
            "Figure 1: one is a PNG file, the other an SVG file.",
            ["different"],
        ),
        ([file("a.svg", DRAWING)], [file("b.svg", DRAWING)], "same", "They draw the same figure.", ["same"]),
        (
            [file("a.svg", DRAWING)],
            [file("a.svg", OTHER_DRAWING)],
            "different",
            "Figure 1: the drawings differ.",
            ["different"],
        ),
        (
            [file("a.svg", DRAWING)],
            [file("a.svg", None)],
            "unclear",
            "Figure 1: not comparable: a drawing is too large to be looked at.",
            ["unreadable"],
        ),
        (
            [file("a.png", None)],
            [file("a.png", SQUARE)],
            "unclear",
            "Figure 1: not comparable: a picture is too large to be looked at.",
            ["unreadable"],
        ),
        (
            [file("a.png", SQUARE)],
            [file("a.png", b"x")],
            "unclear",
            "Figure 1: not comparable: the file is no readable PNG (UnidentifiedImageError).",
            ["unreadable"],
        ),
        (
            [file("a.png", b"x"), file("b.png", SQUARE)],
            [file("a.png", b"x"), file("b.png", SMALL)],
            "different",
            "Figure 2: the pictures differ in size, 160 x 120 against 100 x 100 pixels.",
            ["unreadable", "different"],
        ),
    ],
)
def test_figures(a: list[ProducedFile], b: list[ProducedFile], verdict: str, sentence: str, pairs: list[str]) -> None:
    aspect, found = compare_figures(run(*a), run(*b))
    assert aspect is not None
    assert (aspect.name, aspect.verdict, aspect.sentence) == ("figures", verdict, sentence)
    assert [pair.verdict for pair in found] == pairs


def test_the_pairs_of_figures_are_those_of_the_files() -> None:
    _, (first, second) = compare_figures(run(file("a.png", SQUARE), file("b.svg", DRAWING)), run(file("c.png", SQUARE)))
    assert (first.name_a, first.name_b, first.sentence, first.changed) == (
        "a.png",
        "c.png",
        "the pictures are the same.",
        0.0,
    )
    assert first.a is not None
    assert first.a == first.b
    assert (second.name_a, second.name_b, second.a, second.b, second.changed) == ("b.svg", "", None, None, None)
    assert second.sentence == "only the first program draws it."
    _, (only,) = compare_figures(run(), run(file("c.png", SQUARE)))
    assert (only.name_a, only.name_b, only.sentence) == ("", "c.png", "only the second program draws it.")
    assert (only.a, only.b is None) == (None, False)
    assert compare_figures(run(), run(file("c.txt", b""))) == (None, ())


def test_figures_are_told_by_their_endings() -> None:
    names = ("a.png", "A.PNG", "a.svg", "a.jpg", "png", "a.png.txt")
    assert [name for name in names if is_figure(file(name, b""))] == ["a.png", "A.PNG", "a.svg"]


def test_what_changes_in_a_drawing_from_run_to_run_is_left_out() -> None:
    assert steady_svg("a<!---->b<!--->c-->d") == "abd"
    assert steady_svg("<!-- x -->a") == "a"
    assert steady_svg('<g id="ab-1.x" class="k">') == '<g " class="k">'
    assert steady_svg('<use href="#m1_a"/>') == '<use href=""/>'
    assert steady_svg('fill="url(#p1)"') == 'fill=")"'
    assert steady_svg("<dc:date>2026-12</dc:date>") == "</dc:date>"


def test_drawings_that_are_no_text_are_compared_too() -> None:
    odd, same = file("a.svg", b"<svg>\xff<!-- 1 --></svg>"), file("a.svg", b"<svg>\xff<!-- 2 --></svg>")
    _, (pair,) = compare_figures(run(odd), run(same))
    assert (pair.verdict, pair.sentence, pair.changed) == ("same", "the drawings are the same.", None)
    _, (pair,) = compare_figures(run(odd), run(file("a.svg", b"<svg>\xfe\xff</svg>")))
    assert (pair.verdict, pair.sentence, pair.changed) == ("different", "the drawings differ.", None)
    _, (pair,) = compare_figures(run(odd), run(file("a.svg", None)))
    assert pair.changed is None
    assert pair.verdict == "unreadable"
