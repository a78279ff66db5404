"""The charts of a sweep by name: title, what it shows, and how it is drawn as a card with both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.draw.canvas import SMALL, Canvas, Mark
from app.draw.look import Look
from app.draw.sweep.conditions import draw_conditions
from app.draw.sweep.costs import beside, draw_costs
from app.draw.sweep.relations import draw_predicted, draw_rates, draw_widths, predicted_words
from app.draw.sweep.shares import draw_accepted, draw_positions, widest
from app.draw.sweep.speedup import Other, draw_speedup
from app.draw.sweep.strip import draw_strip
from app.present.axis_figures import axis_title
from app.race.language import say
from app.race.problems import Problem, ProblemError
from app.race.published import for_target
from app.race.sweep_result import SweepResult

Draw = Callable[[Canvas, QRectF, SweepResult], None]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its name in files, its title, its note, and what draws it (None: the speedup chart).

    ``size`` is that of a file of its own, in units. ``shown``: whether a result has such a chart.
    """

    name: str
    title: str
    note: Callable[[SweepResult], str]
    draw: Draw | None = None
    size: tuple[int, int] = (640, 380)
    shown: Callable[[SweepResult], bool] = lambda _: True


def _largest(result: SweepResult) -> str:
    ks = sorted({cell.k for prompt in result.prompts if (cell := widest(prompt))})
    return f"K = {ks[-1]}, % of rounds" if ks else ""


def _draft(result: SweepResult) -> str:
    one = result.widths.get(1, 0)
    return f"drafting one token: {result.draft_ns / one:.2f} steps" if one and result.draft_ns else ""


def _plain(result: SweepResult) -> bool:
    """A sweep over K alone, of a few prompts."""
    return not result.axis and not result.suite


def _few(result: SweepResult) -> bool:
    """Few enough rows to tell them apart by colour."""
    return not result.suite


def _beside(result: SweepResult) -> str:
    """Says whose results lie beside one's own."""
    others = beside(result.target)
    same = bool(for_target(others, result.target))
    return f"hollow: {len(others)} published {'of this target' if same else 'of other targets'}" if others else ""


CHARTS: Final = (
    Chart(
        "speedup",
        "Speedup against K",
        lambda _: "dots: measured, 95 % interval · dashed: predicted",
        size=(860, 480),
        shown=_plain,
    ),
    Chart(
        "conditions",
        "Speedup against the condition",
        lambda result: f"{axis_title(result)[len('Speedup against ') :]} · 95 % interval" if result.axis else "",
        draw_conditions,
        size=(860, 520),
        shown=lambda result: bool(result.axis),
    ),
    Chart(
        "strip",
        "Every prompt of the suite",
        lambda _: "a dot a prompt · line and band: median, 95 % interval",
        draw_strip,
        size=(860, 520),
        shown=lambda result: bool(result.suite),
    ),
    Chart("positions", "How often is each draft position accepted?", _largest, draw_positions, (640, 360), shown=_few),
    Chart("accepted", "Accepted tokens a round", _largest, draw_accepted, shown=_few),
    Chart("widths", "Verify cost by width", _draft, draw_widths),
    Chart("predicted", "Predicted against measured", predicted_words, draw_predicted, (640, 420), shown=_plain),
    Chart("rates", "Tokens per second against acceptance", lambda _: "numbers: K", draw_rates, (640, 420), shown=_few),
    Chart(
        "costs",
        "What a round costs, and what it brings",
        _beside,
        draw_costs,
        size=(860, 520),
        shown=lambda result: not result.axis,
    ),
)
"""In the order in which they are shown."""


def charts_of(result: SweepResult) -> tuple[Chart, ...]:
    """Returns the charts that a result has, in their order."""
    return tuple(chart for chart in CHARTS if chart.shown(result))


def chart_named(name: str) -> Chart:
    """Returns the chart of that name.

    Raises:
        ProblemError: there is none.
    """
    found = next((chart for chart in CHARTS if chart.name == name), None)
    if found is None:
        known = ", ".join(chart.name for chart in CHARTS)
        raise ProblemError(Problem("chart-unknown", f"There is no chart {name!r}.", action=f"Use one of: {known}."))
    return found


def paint_chart(
    painter: QPainter,
    area: QRectF,
    chart: Chart,
    result: SweepResult,
    look: Look,
    *,
    others: Sequence[Other] = (),
) -> tuple[Mark, ...]:
    """Paints a chart with its title and note into ``area`` and returns its marks."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    canvas = Canvas(painter, look)
    inner = area.adjusted(16, 12, -16, -12)
    title = canvas.fit(say(chart.title), 13, inner.width(), "semibold")
    canvas.text(title, inner.topLeft() + QPointF(0, 12), size=13, style="semibold")
    note = chart.note(result) + (" · hollow: other machines" if others and chart.draw is None else "")
    room = inner.width() - canvas.measure(title, 13, "semibold") - 16
    note = canvas.fit(note, SMALL, room) if room > 60 else ""
    canvas.text(note, QPointF(inner.right(), inner.top() + 12), tone=look.muted, align=1.0)
    plot = inner.adjusted(0, 28, 0, 0)
    if plot.width() < 80 or plot.height() < 60:
        return ()
    if chart.draw is None:
        return draw_speedup(painter, plot, result, look, others=others)
    chart.draw(canvas, plot, result)
    return tuple(canvas.marks)
