"""Where values are on a chart, and where labels go."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from app.draw.axes import Frame, free_place, spread

FRAME = Frame(QRectF(40, 10, 300, 200), 0.0, 6.0, 0.5, 2.5)


@given(st.floats(-1e9, 1e9))
def test_no_value_is_above_or_below_the_axis(value: float) -> None:
    assert FRAME.area.top() - 1e-6 <= FRAME.y(value) <= FRAME.area.bottom() + 1e-6
    assert FRAME.inside(value) == (0.5 <= value <= 2.5)


def test_a_label_hides_neither_lines_nor_other_labels_where_it_can() -> None:
    wanted = [QRectF(100, 50, 40, 12), QRectF(100, 80, 40, 12), QRectF(100, 110, 40, 12), QRectF(900, 50, 40, 12)]
    assert free_place(wanted, (), (), FRAME.area) == wanted[0]
    ink = [QPointF(110, 55), QPointF(120, 55)]
    assert free_place(wanted, ink, (), FRAME.area) == wanted[1]
    assert free_place(wanted, ink, [QRectF(100, 80, 5, 5)], FRAME.area) == wanted[2]


@given(st.lists(st.floats(-50, 400), min_size=1, max_size=9))
def test_names_keep_their_distance_and_their_order(wanted: list[float]) -> None:
    found = spread(wanted, 16, 0, 300)
    assert all(-1e-6 <= place <= 300 + 1e-6 for place in found)
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    for a, b in itertools.pairwise(order):
        assert found[b] - found[a] >= 16 - 1e-6
