"""What two figures draw is compared by their own data, and words of hostile origin come out plain."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.drawn import DrawnAxes, DrawnFigure, Row, Series, difference, plain_figure, style_words
from app.sandbox.shown import is_shown

numbers = st.none() | st.floats(-1e6, 1e6)
rows = st.lists(numbers, max_size=6).map(lambda values: row(*values))
series = st.builds(
    Series, kind=st.sampled_from(["line", "bars", "points"]), label=st.text(max_size=3), x=rows, y=rows, more=rows
)
axes = st.builds(
    DrawnAxes,
    title=st.text(max_size=3),
    x_scale=st.sampled_from(["linear", "log", "?"]),
    x_ends=st.lists(numbers, max_size=3).map(tuple),
    y_ends=st.lists(numbers, max_size=3).map(tuple),
    legend=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    series=st.lists(series, max_size=3).map(tuple),
    box=st.lists(st.floats(-2, 2), max_size=5).map(tuple),
    covered=st.lists(st.lists(st.floats(-2, 2), max_size=5).map(tuple), max_size=2).map(tuple),
)
figures = st.builds(
    DrawnFigure, sha256=st.just(""), title=st.text(max_size=3), axes=st.lists(axes, max_size=3).map(tuple)
)


def row(*values: float | None) -> Row:
    real = [value for value in values if value is not None]
    return Row(len(values), values, (min(real), max(real), sum(real)) if real else ())


def line(*heights: float, label: str = "") -> Series:
    return Series(kind="line", label=label, x=row(*map(float, range(len(heights)))), y=row(*heights))


def figure(*drawn: Series, **said: str) -> DrawnFigure:
    return msgspec.convert({"sha256": "", "axes": [msgspec.to_builtins(DrawnAxes(series=drawn)) | said]}, DrawnFigure)


@given(figures)
def test_a_figure_is_like_itself(drawn: DrawnFigure) -> None:
    assert difference(drawn, drawn) == ""
    assert style_words(drawn, drawn) == ""


@given(figures, figures)
def test_two_figures_are_found_different_in_either_order(a: DrawnFigure, b: DrawnFigure) -> None:
    assert bool(difference(a, b)) == bool(difference(b, a))


@given(figures)
def test_whatever_is_told_of_a_picture_is_looked_for_without_an_error(drawn: DrawnFigure) -> None:
    assert is_shown(drawn, np.full((60, 80, 3), 255, dtype=np.uint8)) in (True, False)


def test_float_noise_is_no_difference_and_the_sixth_digit_is_one() -> None:
    assert difference(figure(line(0.1 + 0.2, 1.0)), figure(line(0.3, 1.0))) == ""
    assert "point 1" in difference(figure(line(0.30001, 1.0)), figure(line(0.3, 1.0)))
    assert difference(figure(line(0.0, 1e9)), figure(line(1e-3, 1e9))) == ""


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (figure(line(1, 2)), figure(line(1, 2), line(2, 3)), "the first draws one line, the second 2 lines"),
        (figure(line(1, 2, label="a")), figure(line(1, 2)), 'the series is called "a" in the first and nothing'),
        (figure(line(1, 2), title="A"), figure(line(1, 2)), 'the title is "A" in the first and missing in the second'),
        (figure(line(1, 2), x_scale="log"), figure(line(1, 2)), "the x axis is logarithmic in the first and linear"),
        (figure(line(1, 2)), figure(line(1, 3)), "point 2 is (1, 2) in the first and (1, 3) in the second"),
        (
            figure(line(1, 2, label="b"), line(3, 4, label="a")),
            figure(line(3, 4, label="a"), line(1, 2, label="b")),
            "",
        ),
    ],
)
def test_a_difference_is_said_in_words(a: DrawnFigure, b: DrawnFigure, said: str) -> None:
    found = difference(a, b)
    assert said in found if said else not found


def test_words_of_a_figure_can_move_no_cursor() -> None:
    told = plain_figure(figure(line(1, 2, label="\x1b[2J"), title="a\nb", x_label="\u202eabc"))
    assert not any(ord(char) < 32 for char in msgspec.json.encode(told).decode())
    assert "\u202e" not in told.axes[0].x_label


def test_a_picture_without_the_line_does_not_show_it() -> None:
    told = msgspec.structs.replace(
        figure(line(0, 1)).axes[0], box=(0.0, 0.0, 1.0, 1.0), x_ends=(0.0, 1.0), y_ends=(0.0, 1.0)
    )
    whole = DrawnFigure(sha256="", axes=(told,))
    paper = np.full((100, 100, 3), 255, dtype=np.uint8)
    drawn, other = paper.copy(), paper.copy()
    for at in range(100):
        drawn[99 - at, at] = other[at, at] = 0
    assert is_shown(whole, drawn)
    assert not is_shown(whole, paper)
    assert not is_shown(whole, other)
    assert not is_shown(whole, np.minimum(drawn, other))
