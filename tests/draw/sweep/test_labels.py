"""Short names, keys and places of labels."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.draw.axes import free_place
from app.draw.canvas import Canvas
from app.draw.look import LIGHT
from app.draw.sweep.labels import draw_key, short_titles, tone_of
from app.race.sweep_result import SweepResult
from tests.draw.sweeps import sweep

ROOM = QRectF(0, 0, 100, 100)


def titled(*titles: str) -> SweepResult:
    prompt = sweep(1).prompts[0]
    return SweepResult(prompts=tuple(msgspec.structs.replace(prompt, title=title) for title in titles))


def test_titles_are_cut_at_the_colon_unless_two_would_be_the_same() -> None:
    assert short_titles(titled("Haiku: the ocean", "English")) == ["Haiku", "English"]
    both = ["Code: memoized Fibonacci", "Code: sales table"]
    assert short_titles(titled(*both, "Haiku: the ocean")) == [*both, "Haiku"]
    assert short_titles(titled(": odd")) == [": odd"]


def test_a_label_takes_the_first_place_that_hides_nothing() -> None:
    places = [QRectF(x, 10, 20, 10) for x in (0, 30, 60)]
    assert free_place(places, [], [], ROOM) == places[0]
    assert free_place(places, [QPointF(10, 15)], [], ROOM) == places[1]
    assert free_place(places, [QPointF(10, 15)], [places[1]], ROOM) == places[2]
    assert free_place([QRectF(-5, 10, 20, 10), places[1]], [], [], ROOM) == places[1]


@pytest.mark.parametrize("width", [640, 400, 300, 120])
def test_a_key_shows_as_many_prompts_as_have_room_and_stays_inside(qapp: QApplication, width: int) -> None:
    image = QImage(width + 40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.card))
    painter = QPainter(image)
    draw_key(Canvas(painter, LIGHT), QRectF(20, 10, width, 20), sweep(6), "measured")
    painter.end()
    columns = [{image.pixel(x, y) for y in range(40)} for x in range(width + 40)]
    blank = {QColor(LIGHT.card).rgb()}
    assert all(column == blank for column in columns[:19] + columns[width + 21 :])
    seen = [any(QColor(tone_of(LIGHT, index)).rgb() in column for column in columns) for index in range(6)]
    assert seen == sorted(seen, reverse=True)
    assert all(seen) if width == 640 else seen[0] or width == 120
