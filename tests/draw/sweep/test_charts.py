"""Each chart of a sweep, drawn on real pictures. The sweeps are synthetic."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.draw.axes import spread
from app.draw.canvas import Canvas
from app.draw.look import DARK, LIGHT, Look
from app.draw.sweep.charts import CHARTS, Chart, paint_chart
from app.draw.sweep.conditions import draw_conditions
from app.draw.sweep.costs import beside, draw_costs
from app.draw.sweep.files import chart_png, chart_svg, write_result
from app.draw.sweep.speedup import Other, draw_speedup
from app.draw.sweep.strip import draw_strip
from app.race.problems import ProblemError
from app.race.statistics import Interval
from app.race.sweep_result import SweepResult, read_sweep
from tests.draw.sweeps import suite, sweep, sweep_over

NAMES = [chart.name for chart in CHARTS]
MANY = (1, 2, 3, 4, 6, 8, 12, 16)


@pytest.fixture(autouse=True)
def _qt(qapp: QApplication) -> QApplication:
    return qapp


def suited(chart: Chart) -> SweepResult:
    """A sweep that has such a chart."""
    return next(made for made in (sweep(), sweep_over(), suite()) if chart.shown(made))


def painted(chart: Chart, result: SweepResult, look: Look = LIGHT, size: tuple[int, int] = (640, 400)) -> QImage:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    paint_chart(painter, QRectF(0, 0, *size), chart, result, look)
    painter.end()
    return image


def colors_in(image: QImage, area: QRectF) -> set[int]:
    box = area.toAlignedRect().intersected(image.rect())
    return {image.pixel(x, y) for x in range(box.left(), box.right()) for y in range(box.top(), box.bottom())}


@pytest.mark.parametrize("look", [DARK, LIGHT])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("widths", "costs")])
def test_every_cell_that_a_chart_shows_is_drawn_where_its_mark_is(name: str, look: Look) -> None:
    chart = CHARTS[NAMES.index(name)]
    result = suited(chart)
    image = QImage(860, 480, QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    marks = paint_chart(painter, QRectF(0, 0, 860, 480), chart, result, look)
    painter.end()
    shown = {(mark.cell.prompt, mark.cell.lane) for mark in marks if mark.cell}
    cells = {(cell.prompt, cell.lane) for prompt in result.prompts for cell in prompt.cells}
    if name in ("positions", "accepted"):
        cells = {(prompt.prompt, "mtp-k8") for prompt in result.prompts}
    assert shown == cells
    for mark in marks:
        assert QRectF(0, 0, 860, 480).contains(mark.area)
        assert len(colors_in(image, mark.area)) > 1 or mark.area.height() > 100, mark.text


def test_a_wider_pass_is_drawn_as_a_higher_bar() -> None:
    image = painted(CHARTS[NAMES.index("widths")], sweep())
    tone = QColor(LIGHT.lanes[1]).rgb()
    heights = [sum(image.pixel(x, y) == tone for y in range(400)) for x in range(640)]
    bars = [high for at, high in enumerate(heights) if high > 20 and heights[at - 1] <= 20]
    assert len(bars) == 16
    tops = [max(heights[x : x + 30]) for x in range(100, 600, 60)]
    assert tops == sorted(tops)


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_without_data_says_so(name: str) -> None:
    chart = CHARTS[NAMES.index(name)]
    empty = SweepResult()
    assert len(colors_in(painted(chart, empty), QRectF(100, 100, 440, 200))) > 1
    nothing_raced = sweep(2, ())
    assert not painted(chart, msgspec.structs.replace(nothing_raced, widths={})).isNull()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "result",
    [
        sweep(1),
        sweep(1, (3,), adaptive=False),
        sweep(6, MANY),
        sweep(2, heats=1),
        msgspec.structs.replace(
            sweep(1), prompts=(msgspec.structs.replace(sweep(1).prompts[0], title="A very long title " * 30),)
        ),
        sweep_over(),
        sweep_over(prompts=3, heats=1),
    ],
    ids=["one prompt", "one cell", "6 prompts x 9 lanes", "single heat", "long title", "depths", "depths, one heat"],
)
def test_unusual_sweeps_are_drawn_inside_the_chart(name: str, result: SweepResult) -> None:
    for size in ((1000, 560), (360, 240), (90, 70)):
        image = painted(CHARTS[NAMES.index(name)], result, size=size)
        edge = {image.pixel(x, y) for x in range(size[0]) for y in (0, size[1] - 1)}
        assert edge == {QColor(LIGHT.card).rgb()}


def test_numbers_that_are_none_do_not_break_a_chart() -> None:
    first = sweep(1)
    prompt = first.prompts[0]
    broken = tuple(
        msgspec.structs.replace(
            cell,
            speedup=Interval(value, math.nan, math.inf, 1, "none"),
            predicted=value,
            accepted_per_round=value,
            decode_tps=value,
            position_rates=(math.nan, 2.0, -1.0),
            accepted_counts=(0, 0),
        )
        for cell, value in zip(prompt.cells, (math.nan, math.inf, -math.inf, 0.0, 1.0, 1e9, 2.0), strict=True)
    )
    result = msgspec.structs.replace(first, prompts=(msgspec.structs.replace(prompt, cells=broken),))
    for chart in CHARTS:
        assert not painted(chart, result).isNull()


def test_a_single_heat_is_a_hollow_dot_and_says_that_it_has_no_interval() -> None:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    marks = draw_speedup(painter, QRectF(0, 0, 600, 400), sweep(1, heats=1), LIGHT)
    painter.end()
    assert all("one heat, so no interval" in mark.text for mark in marks)
    assert image.pixelColor(marks[0].area.center().toPoint()) == QColor(LIGHT.card)


def with_intervals(result: SweepResult, low: float, high: float) -> SweepResult:
    """The same sweep with every interval that wide."""
    prompts = tuple(
        msgspec.structs.replace(
            prompt,
            cells=tuple(
                msgspec.structs.replace(cell, speedup=Interval(cell.speedup.ratio, low, high, 2, "t"))
                for cell in prompt.cells
                if cell.speedup
            ),
        )
        for prompt in result.prompts
    )
    return msgspec.structs.replace(result, prompts=prompts)


@pytest.mark.parametrize(("low", "high"), [(0.01, 1e6), (1e-9, 3.0), (0.5, 40.0)])
@pytest.mark.parametrize("unit", [1.0, 2.0])
def test_intervals_of_few_heats_stay_in_the_chart(low: float, high: float, unit: float) -> None:
    place = QRectF(100, 150, 900, 500)
    image = QImage(1100, 800, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.card))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    marks = draw_speedup(painter, place, with_intervals(sweep(2, heats=2), low, high), LIGHT, unit=unit)
    painter.end()
    assert marks
    whole = {image.pixel(x, y) for x in range(0, 1100, 2) for y in range(150)}
    whole |= {image.pixel(x, y) for x in range(0, 1100, 2) for y in range(650, 800)}
    assert whole == {QColor(LIGHT.card).rgb()}
    # The axis is made for the values, not for what an interval of two heats may reach.
    assert max(mark.area.center().y() for mark in marks) - min(mark.area.center().y() for mark in marks) > 60 * unit


def test_the_curves_draw_themselves_from_left_to_right() -> None:
    counts = []
    for progress in (0.0, 0.25, 0.5, 0.75, 1.0):
        image = QImage(600, 400, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        counts.append(len(draw_speedup(painter, QRectF(0, 0, 600, 400), sweep(2), LIGHT, progress)))
        painter.end()
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == 14


def test_marks_follow_the_place_and_the_unit_of_the_chart() -> None:
    image = QImage(1300, 900, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    small = draw_speedup(painter, QRectF(0, 0, 600, 400), sweep(2), LIGHT)
    large = draw_speedup(painter, QRectF(50, 60, 1200, 800), sweep(2), LIGHT, unit=2)
    painter.end()
    for one, two in zip(small, large, strict=True):
        assert two.area.center().x() == pytest.approx(50 + 2 * one.area.center().x())
        assert two.area.center().y() == pytest.approx(60 + 2 * one.area.center().y())


def test_results_of_other_machines_are_marked_and_named() -> None:
    others = [Other(4, 1.5, 0, "Some machine, code: 1.50×", "Some machine")]
    pictures = []
    for shown in ((), others):
        image = QImage(600, 400, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.card))
        painter = QPainter(image)
        marks = draw_speedup(painter, QRectF(0, 0, 600, 400), sweep(1), LIGHT, others=shown)
        painter.end()
        pictures.append(image)
    at = next(mark.area.center() for mark in marks if mark.cell is None)
    assert [mark.text for mark in marks if mark.cell is None] == ["Some machine, code: 1.50×"]
    sides = [QRectF(at.x() + 10, at.y() - 16, 60, 32), QRectF(at.x() - 70, at.y() - 16, 60, 32)]
    bare, named = ([image.copy(side.toRect()) for side in sides] for image in pictures)
    assert bare != named


def test_an_svg_has_outlines_for_its_words_and_tells_them_in_its_description() -> None:
    for chart in CHARTS:
        root = ElementTree.fromstring(chart_svg(chart, suited(chart), LIGHT))
        tags = [item.tag.rsplit("}", 1)[-1] for item in root.iter()]
        assert tags.count("path") > 20
        assert "text" not in tags
        assert "K = " in next(item.text or "" for item in root.iter() if item.tag.endswith("desc"))


def test_a_sweep_over_a_condition_has_its_chart_and_not_the_one_over_k(tmp_path: Path) -> None:
    made = {path.name for path in write_result(sweep_over(), tmp_path / "all", LIGHT)}
    assert "conditions.png" in made
    assert "speedup.png" not in made


def test_below_a_condition_stands_what_its_speedup_rests_on() -> None:
    image = QImage(860, 520, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    said: list[str] = []
    draw_conditions(Canvas(painter, LIGHT, said), QRectF(0, 0, 860, 520), sweep_over())
    painter.end()
    for words in ("tokens of text before the question", "0", "256", "1k", "accepted a round", "baseline tok/s"):
        assert words in said
    assert "K = 4" in said


def test_a_suite_has_a_dot_for_each_prompt_and_lane_that_hides_no_other() -> None:
    result = suite(40)
    image = QImage(860, 520, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    said: list[str] = []
    canvas = Canvas(painter, LIGHT, said)
    draw_strip(canvas, QRectF(0, 0, 860, 520), result)
    painter.end()
    assert len(canvas.marks) == 40 * 2
    places = [(mark.area.center().x(), mark.area.center().y()) for mark in canvas.marks]
    assert len({(round(x, 1), round(y, 1)) for x, y in places}) == len(places)
    for mark in canvas.marks:
        assert mark.cell is not None
        assert mark.cell.speedup is not None
        assert f"{mark.cell.speedup.ratio:.2f}×" in mark.text
    assert {"K = 1", "K = 4"} <= set(said)
    assert any("slower" in words for words in said)


def test_one_s_own_rounds_lie_among_published_ones_of_the_same_target_with_the_line_between() -> None:
    image = QImage(860, 520, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    said: list[str] = []
    canvas = Canvas(painter, LIGHT, said)
    draw_costs(canvas, QRectF(0, 0, 860, 520), sweep(1, (2, 4), adaptive=False))
    painter.end()
    own = [mark for mark in canvas.marks if "this machine" in mark.text]
    others = [mark for mark in canvas.marks if "which implies" in mark.text]
    assert len(own) == 2
    assert len(others) == len(beside("gemma-4-26B-A4B-it-Q4_K_M.gguf")) > 5
    assert all("26B" in mark.text for mark in others)
    assert {"break-even", "slower than the baseline", "K = 2", "K = 4", "accepted draft tokens a round"} <= set(said)
    assert "NVIDIA GB10" in said


def test_a_target_of_which_nothing_is_published_lies_among_others() -> None:
    assert len(beside("nano-target.gguf")) > len(beside("gemma-4-26B-A4B-it-Q4_K_M.gguf"))


def test_a_png_is_twice_the_size_in_units() -> None:
    image = QImage.fromData(chart_png(CHARTS[0], sweep(), DARK))
    assert (image.width(), image.height()) == (1720, 960)


def test_a_folder_gets_the_tables_and_every_chart(tmp_path: Path) -> None:
    made = write_result(sweep(), tmp_path / "all", LIGHT)
    names = [chart.name for chart in CHARTS if chart.shown(sweep())]
    assert {path.name for path in made} == {"sweep.csv", "sweep.json"} | {
        f"{name}{end}" for name in names for end in (".png", ".svg")
    }
    assert {path.name for path in (tmp_path / "all").iterdir()} == {path.name for path in made}
    assert read_sweep((tmp_path / "all" / "sweep.json").read_bytes()) == sweep()


def test_an_unknown_ending_or_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"\.doc"):
        write_result(sweep(), tmp_path / "sweep.doc", LIGHT)
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError, match="cannot be written"):
        write_result(sweep(), tmp_path / "file" / "sweep.csv", LIGHT)


def test_names_beside_the_curves_keep_their_distance() -> None:
    places = spread([10, 11, 12, 200], 16, 0, 210)
    assert all(b - a >= 16 - 1e-9 for a, b in itertools.pairwise(places))
    assert spread([5.0], 16, 0, 100) == [5.0]
    assert spread([], 16, 0, 100) == []
    crowded = spread([50.0] * 8, 16, 0, 70)
    assert max(crowded) <= 70 + 1e-9
    assert min(crowded) >= -1e-9
