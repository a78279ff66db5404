"""The what-if chart, drawn from the costs of a real recorded race."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.draw.canvas import Canvas
from app.draw.look import DARK, LIGHT, Look
from app.draw.what_if import WhatIfPlot
from app.library.traces import open_trace
from app.places import find_places
from app.present.view import RaceView
from app.race.events import PassCosts
from app.race.whatif import Ground

PROBED = PassCosts(128, {width: 1_000_000 * (9 + width) for width in range(1, 18)}, 300_000)


@pytest.fixture(autouse=True)
def _qt(qapp: QApplication) -> QApplication:
    return qapp


def ground(pass_costs: PassCosts | None = None) -> Ground:
    view = RaceView.of(open_trace(find_places().samples / "H100 transformers K=4.ndjson"))
    found = view.ground(pass_costs)
    assert found is not None
    return found


def drawn(found: Ground, acceptance: float, k: int, look: Look = DARK) -> tuple[QImage, WhatIfPlot, list[str]]:
    image = QImage(900, 360, QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    said: list[str] = []
    plot = WhatIfPlot(Canvas(painter, look, said), QRectF(0, 0, 900, 360), found, acceptance, k)
    plot.draw()
    painter.end()
    return image, plot, said


@pytest.mark.parametrize("look", [DARK, LIGHT])
def test_what_was_not_measured_is_shaded_faint_and_labelled(look: Look) -> None:
    found = ground()
    image, plot, said = drawn(found, 0.6, 2, look)
    assert "cost not measured" in said
    inside, beyond = (plot.frame.at(k, plot.curve[k - 1].speedup).toPoint() for k in (4, 12))
    assert image.pixelColor(inside) in (QColor(look.text), QColor(look.lane(1)))
    assert image.pixelColor(beyond) != QColor(look.text)
    low = plot.frame.area.bottom() - 12
    assert image.pixelColor(round(plot.frame.x(3) + 12), round(low)) == QColor(look.card)
    assert image.pixelColor(round(plot.frame.x(12) + 12), round(low)) != QColor(look.card)


def test_what_a_probe_measured_is_drawn_as_measured() -> None:
    _, plot, said = drawn(ground(PROBED), 0.6, 2)
    assert not any("not measured" in text for text in said)
    assert plot.found.known == list(range(1, 17))


@pytest.mark.parametrize("acceptance", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("k", [1, 4, 5, 16])
def test_the_best_is_one_that_was_measured_and_a_guess_says_about(acceptance: float, k: int) -> None:
    _, plot, said = drawn(ground(), acceptance, k)
    best = next(text for text in said if text.startswith("best: "))
    number = re.match(r"best: K = (\d+),", best)
    assert number is not None
    assert int(number[1]) <= 4
    assert any(text.startswith(f"K = {k}, about ") for text in said) == (k > 4)
    assert all(item.speedup > 0 for item in plot.curve)
