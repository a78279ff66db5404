"""Outputs, tables, values and pictures: what counts as the same and what does not."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.sandbox.compare import compare_ending, compare_figures, compare_files
from app.sandbox.inside.values import encode
from app.sandbox.pictures import compare_pictures, decode, redraw
from app.sandbox.results import ProducedFile, RunResult
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
def test_a_value_is_the_same_as_itself_and_is_shown_as_python_writes_it(value):
    assert same_value(encode(value), encode(value))
    if not isinstance(value, float):
        assert eval(show_value(encode(value)), {"inf": float("inf")}) == value


@given(literals, literals)
def test_different_values_are_told_apart(a, b):
    if same_value(encode(a), encode(b)):
        assert a == b or repr(a) != repr(b)
    elif type(a) is type(b):
        assert a != b


@given(anything, anything)
def test_malformed_values_are_compared_and_shown_without_an_exception(a, b):
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
def test_values_are_equal_as_python_sees_it_but_for_float_noise(a, b, same):
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
def test_what_does_not_matter_is_passed_over_and_named(a, b, how):
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
def test_what_matters_is_found_with_its_line(a, b, line):
    match = compare_texts(a, b)
    assert not match.same
    assert match.line == line


@given(st.text(), st.text())
def test_any_two_texts_are_compared_the_same_way_round(a, b):
    assert compare_texts(a, b).same == compare_texts(b, a).same
    assert compare_texts(a, a).same
    assert compare_tables(a, b).same in (True, False)
    assert compare_json(a, b).same in (True, False)


@given(st.lists(st.text("ab1. \n", max_size=6), max_size=4), st.lists(st.text("ab1. \n", max_size=6), max_size=4))
def test_unsteady_outputs_are_compared_without_an_exception(a, b):
    x, y = "\n".join(a), "\n".join(b)
    match = compare_unsteady(x, y, steadiness(x, y), steadiness(y, x))
    assert match is None or match.same in (True, False)


def test_tables_are_compared_cell_by_cell():
    assert compare_tables("a,b\n1,0.3\n", "a,b\n1.0,0.30000000000000004\n").same
    match = compare_tables("a,b\n1,2\n", "a,b\n1,3\n")
    assert "row 2, column 2" in match.how


def test_json_is_compared_by_what_it_says():
    assert compare_json('{"a": [1, 0.3], "b": null}', '{"b":null,"a":[1,0.30000000000000004]}').same
    assert not compare_json('{"a": true}', '{"a": 1}').same


def picture(change=None, size=(120, 160)):
    pixels = np.full((*size, 3), 255, np.uint8)
    pixels[40:60, 20:100] = (30, 60, 200)
    if change is not None:
        change(pixels)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def test_pictures_are_the_same_within_a_hair():
    def hair(pixels):
        pixels[40, 20] = (60, 90, 220)

    assert compare_pictures(picture(), picture()).verdict == "same"
    assert compare_pictures(picture(), picture(hair)).verdict == "same"


def test_pictures_that_differ_say_how():
    def recolour(pixels):
        pixels[40:60, 20:100] = (200, 60, 30)

    def move(pixels):
        pixels[40:60, 20:100] = 255
        pixels[80:100, 20:100] = (30, 60, 200)

    assert "colours" in compare_pictures(picture(), picture(recolour)).how
    moved = compare_pictures(picture(), picture(move))
    assert moved.verdict == "different"
    assert moved.changed == pytest.approx(2 * 20 * 80 / (120 * 160))
    assert "size" in compare_pictures(picture(), picture(size=(130, 160))).how


def test_a_picture_of_endless_size_is_not_decoded():
    small = picture()
    bomb = small[:16] + (60_000).to_bytes(4, "big") * 2 + small[24:]
    assert "too large" in str(decode(bomb))
    assert redraw(bomb) is None


@given(st.binary(max_size=300), st.integers(0, 200))
def test_broken_pictures_are_refused_without_an_exception(data, cut):
    for candidate in (data, picture()[:cut], picture()[:cut] + data, b"GIF89a" + data, b"\x89PNG\r\n\x1a\n" + data):
        assert compare_pictures(candidate, picture()).verdict in ("unreadable", "different", "same")


def run(*files, **fields):
    return RunResult(ended="exited", exit_code=0, files=files, **fields)


def test_figures_are_paired_in_order_and_drawn_anew():
    a, b = ProducedFile("plot.png", 1, "x", picture()), ProducedFile("chart.png", 1, "y", picture())
    aspect, (pair,) = compare_figures(run(a), run(b))
    assert aspect is not None
    assert aspect.verdict == "same"
    assert (pair.name_a, pair.name_b) == ("plot.png", "chart.png")
    assert pair.a is not None
    assert pair.a.startswith(b"\x89PNG")


def test_vector_drawings_are_compared_without_their_random_names():
    a = ProducedFile("a.svg", 1, "x", b'<svg><g id="p1a"><path d="M1 2"/></g><dc:date>2026</dc:date></svg>')
    b = ProducedFile("a.svg", 1, "y", b'<svg><g id="p9z"><path d="M1 2"/></g><dc:date>2027</dc:date></svg>')
    c = ProducedFile("a.svg", 1, "z", b'<svg><g id="p9z"><path d="M1 3"/></g></svg>')
    assert compare_figures(run(a), run(b))[1][0].verdict == "same"
    assert compare_figures(run(a), run(c))[1][0].verdict == "different"


def test_a_file_that_only_one_program_writes_is_a_difference():
    aspect = compare_files(run(ProducedFile("a.txt", 1, "x", b"1")), run())
    assert aspect is not None
    assert aspect.sentence == "Only the first program writes a.txt."


@pytest.mark.parametrize("ended", ["stopped", "broken", "timed_out", "out_of_memory"])
def test_two_runs_that_both_did_not_end_are_unclear(ended):
    both = RunResult(ended=ended)
    assert compare_ending(both, both).verdict == "unclear"
