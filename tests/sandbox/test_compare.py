"""Outputs, tables, values and pictures: what counts as the same and what does not."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.sandbox.compare import compare_ending, compare_figures, compare_files, steady_svg
from app.sandbox.inside.values import encode
from app.sandbox.pictures import Budget, PictureMatch, Pixels, compare_pixels, decode
from app.sandbox.results import Ended, ProducedFile, RunResult
from app.sandbox.texts import compare_json, compare_tables, compare_texts, compare_unsteady, steadiness
from app.sandbox.values import same_value, show_value

literals = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
        | st.sets(st.integers(), max_size=4)
    ),
    max_leaves=15,
)
anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["l", "d", "o", "f", "i", "S"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=15,
)


@given(literals)
def test_a_value_is_the_same_as_itself_and_is_shown_as_python_writes_it(value: Any) -> None:
    assert same_value(encode(value), encode(value))
    if not isinstance(value, float):
        assert eval(show_value(encode(value)), {"inf": float("inf")}) == value


@given(literals, literals)
def test_different_values_are_told_apart(a: Any, b: Any) -> None:
    if same_value(encode(a), encode(b)):
        assert a == b or repr(a) != repr(b)
    elif type(a) is type(b):
        assert a != b


@given(anything, anything)
def test_malformed_values_are_compared_and_shown_without_an_exception(a: Any, b: Any) -> None:
    assert same_value(a, b) in (True, False)
    assert isinstance(show_value(a), str)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (1, 1.0, True),
        (True, 1, True),
        ([1, 2], (1, 2), False),
        ({1, 2}, {2, 1}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (float("nan"), float("nan"), True),
        (1e-15, 0.0, True),
        (1e-6, 2e-6, False),
        ("1", 1, False),
        (10**400, 10**400 + 1, False),
    ],
)
def test_values_are_equal_as_python_sees_it_but_for_float_noise(a: Any, b: Any, same: bool) -> None:
    assert same_value(encode(a), encode(b)) is same


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        ("x\n", "x", ""),
        ("x  \n\n", "x\n", "white space"),
        ("0.30000000000000004", "0.3", "float noise"),
        ("a   1\nb  22", "a 1\nb 22", "white space"),
        ("|---|---|", "|-----|-----|", "white space"),
        ("{1, 2, 'x'}", "{'x', 2, 1}", "the order in sets"),
        ("mean 0.333333", "mean 0.333334", "float noise"),
    ],
)
def test_what_does_not_matter_is_passed_over_and_named(a: str, b: str, how: str) -> None:
    match = compare_texts(a, b)
    assert match.same
    assert how in match.how


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        ("3", "3.0", 1),
        ("a\nb", "a\nc", 2),
        ("a", "a\nb", 2),
        ("[1, 2]", "[2, 1]", 1),
        ("3.14", "3.15", 1),
        ("x1", "x2", 1),
    ],
)
def test_what_matters_is_found_with_its_line(a: str, b: str, line: int) -> None:
    match = compare_texts(a, b)
    assert not match.same
    assert match.line == line


@given(st.text(), st.text())
def test_any_two_texts_are_compared_the_same_way_round(a: str, b: str) -> None:
    assert compare_texts(a, b).same == compare_texts(b, a).same
    assert compare_texts(a, a).same
    assert compare_tables(a, b).same in (True, False)
    assert compare_json(a, b).same in (True, False)


@given(st.lists(st.text("ab1. \n", max_size=6), max_size=4), st.lists(st.text("ab1. \n", max_size=6), max_size=4))
def test_unsteady_outputs_are_compared_without_an_exception(a: Any, b: Any) -> None:
    x, y = "\n".join(a), "\n".join(b)
    match = compare_unsteady(x, y, steadiness(x, y), steadiness(y, x))
    assert match is None or match.same in (True, False)


def test_tables_are_compared_cell_by_cell() -> None:
    assert compare_tables("a,b\n1,0.3\n", "a,b\n1.0,0.30000000000000004\n").same
    match = compare_tables("a,b\n1,2\n", "a,b\n1,3\n")
    assert "row 2, column 2" in match.how


def test_json_is_compared_by_what_it_says() -> None:
    assert compare_json('{"a": [1, 0.3], "b": null}', '{"b":null,"a":[1,0.30000000000000004]}').same
    assert not compare_json('{"a": true}', '{"a": 1}').same


def compare_pictures(a: bytes, b: bytes) -> PictureMatch:
    return compare_pixels(decode(a), decode(b))


def picture(change: Callable[[Pixels], None] | None = None, size: tuple[int, int] = (120, 160)) -> bytes:
    pixels = np.full((*size, 3), 255, np.uint8)
    pixels[40:60, 20:100] = (30, 60, 200)
    if change is not None:
        change(pixels)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def test_pictures_are_the_same_within_a_hair() -> None:
    def hair(pixels: Pixels) -> None:
        pixels[40, 20] = (60, 90, 220)

    assert compare_pictures(picture(), picture()).verdict == "same"
    assert compare_pictures(picture(), picture(hair)).verdict == "same"


def test_pictures_that_differ_say_how() -> None:
    def recolour(pixels: Pixels) -> None:
        pixels[40:60, 20:100] = (200, 60, 30)

    def move(pixels: Pixels) -> None:
        pixels[40:60, 20:100] = 255
        pixels[80:100, 20:100] = (30, 60, 200)

    assert "colours" in compare_pictures(picture(), picture(recolour)).how
    moved = compare_pictures(picture(), picture(move))
    assert moved.verdict == "different"
    assert moved.changed == pytest.approx(2 * 20 * 80 / (120 * 160))
    assert "size" in compare_pictures(picture(), picture(size=(130, 160))).how


def test_a_picture_of_endless_size_is_not_decoded() -> None:
    small = picture()
    bomb = small[:16] + (60_000).to_bytes(4, "big") * 2 + small[24:]
    assert "too large" in str(decode(bomb))


def test_no_more_pixels_are_looked_at_than_the_budget_has(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(2 * 120 * 160)
    assert not isinstance(decode(picture(), budget), str)
    assert not isinstance(decode(picture(), budget), str)
    assert "more and larger" in str(decode(picture(), budget))
    files = [ProducedFile(f"{number:03}.png", 1, f"{number}", picture()) for number in range(40)]
    other = [msgspec.structs.replace(file, sha256="") for file in files]
    monkeypatch.setattr("app.sandbox.compare.Budget", lambda: Budget(12 * 120 * 160))
    aspect, pairs = compare_figures(run(*files), run(*other))
    assert aspect is not None
    assert aspect.verdict == "unclear"
    assert [pair.verdict for pair in pairs] == ["same"] * 6 + ["unreadable"] * 34
    alike, pairs = compare_figures(run(*files), run(*files))
    assert alike is not None
    assert alike.sentence == "They draw the same 40 figures."


def test_a_difference_in_one_figure_counts_before_another_that_cannot_be_read() -> None:
    broken = [ProducedFile("a.png", 1, "", b"no picture")]
    one, other = ProducedFile("b.png", 1, "", picture()), ProducedFile("b.png", 1, "", picture(size=(130, 160)))
    aspect, _ = compare_figures(run(*broken, one), run(*broken, other))
    assert aspect is not None
    assert (aspect.verdict, aspect.sentence[:9]) == ("different", "Figure 2:")


def test_a_comment_that_never_ends_is_a_part_of_the_drawing() -> None:
    assert steady_svg("<a/><!-- x --><b/><!-- y --><c/>") == "<a/><b/><c/>"
    assert steady_svg("<a/><!-- x --><b/><!-- y") == "<a/><b/><!-- y"
    assert steady_svg('<g id="p1"/><use href="#p1"/>') == steady_svg('<g id="q2"/><use href="#q2"/>')


def test_files_that_were_not_looked_at_leave_the_verdict_open() -> None:
    found = compare_files(
        run(ProducedFile("a.txt", 1, "x", b"1"), files_left_out=3), run(ProducedFile("a.txt", 1, "x"))
    )
    assert found is not None
    assert found.verdict == "unclear"
    assert compare_files(run(files_left_out=1), run()) is not None
    many = [ProducedFile(f"{n}.txt", 1, f"{n}", b"1.0000001") for n in range(30)]
    noisy = [msgspec.structs.replace(file, sha256="", data=b"1.0000002") for file in many]
    closely = compare_files(run(*many), run(*noisy))
    assert closely is not None
    assert closely.verdict == "unclear"


def test_digits_beyond_what_a_float_holds_are_no_float_noise() -> None:
    assert not compare_texts("1" * 400 + ".5", "2" * 400 + ".5").same


def test_a_number_is_found_whole_or_not_at_all() -> None:
    for a, b in (("v1.2.3", "v1.2.4"), ("1.5x", "1.6x"), ("0x1f", "0x1e"), ("1.x", "2.x"), ("1e5y", "1e6y")):
        assert not compare_texts(a, b).same


@given(st.binary(max_size=300), st.integers(0, 200))
def test_broken_pictures_are_refused_without_an_exception(data: bytes, cut: int) -> None:
    for candidate in (data, picture()[:cut], picture()[:cut] + data, b"GIF89a" + data, b"\x89PNG\r\n\x1a\n" + data):
        assert compare_pictures(candidate, picture()).verdict in ("unreadable", "different", "same")


def run(*files: ProducedFile, **fields: Any) -> RunResult:
    return RunResult(ended="exited", exit_code=0, files=files, **fields)


def test_figures_are_paired_in_order_and_drawn_anew() -> None:
    a, b = ProducedFile("plot.png", 1, "x", picture()), ProducedFile("chart.png", 1, "y", picture())
    aspect, (pair,) = compare_figures(run(a), run(b))
    assert aspect is not None
    assert aspect.verdict == "same"
    assert (pair.name_a, pair.name_b) == ("plot.png", "chart.png")
    assert pair.a is not None
    assert pair.a.startswith(b"\x89PNG")


def test_vector_drawings_are_compared_without_their_random_names() -> None:
    a = ProducedFile("a.svg", 1, "x", b'<svg><g id="p1a"><path d="M1 2"/></g><dc:date>2026</dc:date></svg>')
    b = ProducedFile("a.svg", 1, "y", b'<svg><g id="p9z"><path d="M1 2"/></g><dc:date>2027</dc:date></svg>')
    c = ProducedFile("a.svg", 1, "z", b'<svg><g id="p9z"><path d="M1 3"/></g></svg>')
    assert compare_figures(run(a), run(b))[1][0].verdict == "same"
    assert compare_figures(run(a), run(c))[1][0].verdict == "different"


def test_a_file_that_only_one_program_writes_is_a_difference() -> None:
    aspect = compare_files(run(ProducedFile("a.txt", 1, "x", b"1")), run())
    assert aspect is not None
    assert aspect.sentence == "Only the first program writes a.txt."


@pytest.mark.parametrize("ended", ["stopped", "broken", "timed_out", "out_of_memory"])
def test_two_runs_that_both_did_not_end_are_unclear(ended: Ended) -> None:
    both = RunResult(ended=ended)
    assert compare_ending(both, both).verdict == "unclear"
