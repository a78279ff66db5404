"""The charts of a race, drawn on real pictures from a real race, once for window and films."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.draw.canvas import Canvas
from app.draw.look import DARK, LIGHT, Look
from app.draw.race_charts import RaceChart, RacePlot, RateChart, RoundChart
from app.library.traces import open_trace
from app.present.playback import Playback
from app.present.view import LaneView

TRACE = Path(__file__).parents[1] / "video" / "data" / "fibonacci.ndjson"
SIZE = (420, 180)


@pytest.fixture(autouse=True)
def _qt(qapp: QApplication) -> QApplication:
    return qapp


@pytest.fixture(scope="module")
def lanes() -> list[LaneView]:
    return Playback(open_trace(TRACE)).final().lanes


def drawn(
    chart: RaceChart, lanes: list[LaneView], look: Look = DARK, scale: int = 1, steps: int = 1
) -> tuple[QImage, RacePlot, list[str]]:
    """The picture, where its values are, and what is written on it; drawn in as many steps as asked for."""
    image = QImage(SIZE[0] * scale, SIZE[1] * scale, QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    said: list[str] = []
    canvas = Canvas(painter, look, said)
    plot = RacePlot(chart, QRectF(0, 0, *SIZE), 5.0, chart.top(lanes, 0.0))
    plot.axes(canvas)
    pieces = chart.pieces(lanes, look)
    for piece in pieces:
        ends = [round(piece.count * step / steps) for step in range(steps + 1)]
        for start, stop in itertools.pairwise(ends):
            piece.draw(canvas, plot.frame, start, stop)
    plot.ends(canvas, pieces)
    painter.end()
    return image, plot, said


def rows_of(image: QImage, x: int, tone: str) -> list[int]:
    """The rows of a column that have nearly that colour."""
    wanted = QColor(tone)

    def near(y: int) -> bool:
        found = image.pixelColor(x, y)
        return abs(found.red() - wanted.red()) + abs(found.blue() - wanted.blue()) < 12

    return [y for y in range(image.height()) if near(y)]


@pytest.mark.parametrize("look", [DARK, LIGHT])
def test_each_lane_has_its_colour_its_sign_and_its_last_value(lanes: list[LaneView], look: Look) -> None:
    image, plot, said = drawn(RateChart(), lanes, look)
    for lane in lanes:
        end = plot.frame.at(lane.rates.at[-1], lane.rates.smooth[-1])
        assert image.pixelColor(end.toPoint()) == QColor(look.lane(lane.index))
        assert f"{lane.state.total_tps:.1f}" in said


def test_the_axes_have_three_numbers_at_least_and_the_time_its_unit(lanes: list[LaneView]) -> None:
    _, _, said = drawn(RateChart(), lanes)
    assert {"0", "50", "100", "150", "200", "1", "2", "3", "4", "5 s"} <= set(said)
    _, _, said = drawn(RoundChart(1, 3), lanes)
    assert said[:4] == ["0", "1", "2", "3"]


def test_bars_are_as_high_as_what_was_accepted_before_those_of_what_was_drafted(lanes: list[LaneView]) -> None:
    image, plot, _ = drawn(RoundChart(1, 3), lanes)
    bars = lanes[1].bars
    number = next(at for at, (a, d) in enumerate(zip(bars.accepted, bars.drafted, strict=True)) if 0 < a < d)
    x = (bars.start[number] * 2 + bars.end[number]) / 3
    assert image.pixelColor(plot.frame.at(x, bars.accepted[number] / 2).toPoint()) == QColor(DARK.lane(1))
    between = (bars.accepted[number] + bars.drafted[number]) / 2
    faint = image.pixelColor((plot.frame.at(x, between) + QPointF(0, 3)).toPoint())
    assert faint not in (QColor(DARK.lane(1)), QColor(DARK.card))


def test_what_was_drafted_and_not_tried_is_a_frame_above_the_bar(lanes: list[LaneView]) -> None:
    bars = lanes[1].bars
    number = next(at for at, drafted in enumerate(bars.drafted) if drafted)
    bars.made = [5.0 if at == number else made for at, made in enumerate(bars.made)]
    image, plot, _ = drawn(RoundChart(1, 6), lanes)
    x = (bars.start[number] * 2 + bars.end[number]) / 3
    edge = plot.frame.at(x, 5.0).toPoint()
    # The edge may lie between two rows of pixels, which then share its colour.
    shares = [image.pixelColor(edge.x(), edge.y() + down).red() for down in (-1, 0, 1)]
    assert max(shares) > (QColor(DARK.lane(1)).red() + QColor(DARK.card).red()) / 2
    inside = plot.frame.at(x, (5.0 + bars.drafted[number]) / 2 + 0.2).toPoint()
    assert image.pixelColor(inside) == QColor(DARK.card)


@pytest.mark.parametrize("chart", [RoundChart(1, 3)])
def test_a_picture_that_grows_is_the_picture_made_at_once(lanes: list[LaneView], chart: RaceChart) -> None:
    assert drawn(chart, lanes)[0] == drawn(chart, lanes, steps=17)[0]


def test_lines_are_as_strong_on_a_screen_of_twice_the_pixels(lanes: list[LaneView]) -> None:
    column = 250
    tone = DARK.lane(0)
    once = rows_of(drawn(RateChart(), lanes)[0], column, tone)
    twice = rows_of(drawn(RateChart(), lanes, scale=2)[0], column * 2, tone)
    assert once
    assert len(twice) >= 2 * len(once)


def test_nothing_leaves_the_chart(lanes: list[LaneView]) -> None:
    image, plot, _ = drawn(RateChart(), lanes)
    area = plot.frame.area
    for lane in lanes:
        for x in range(image.width()):
            rows = rows_of(image, x, DARK.lane(lane.index))
            assert all(area.top() - 6 <= y <= area.bottom() + 6 for y in rows)
            assert not rows or area.left() - 2 <= x <= area.right() + 40


def test_the_axis_stands_still_while_rates_change_a_little(lanes: list[LaneView]) -> None:
    chart = RateChart()
    assert chart.top((), 0.0) == 100.0
    assert chart.top(lanes, 0.0) == 200.0
    assert chart.top(lanes, 300.0) == 300.0
    assert chart.top(lanes, 1000.0) == 200.0
