"""Charts as files: PNG at twice the size, and SVG whose text is outlines, with the words in its description."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from app.draw.look import Look
from app.draw.sweep.charts import Chart, chart_named, charts_of, paint_chart
from app.draw.sweep.speedup import Other
from app.race.problems import Problem, ProblemError
from app.race.suite import suite_result
from app.race.sweep_result import SweepResult, write_sweep
from app.race.sweep_table import sweep_csv

ENDINGS: Final = (".csv", ".json", ".png", ".svg")
_SCALE: Final = 2


def chart_png(chart: Chart, result: SweepResult, look: Look, others: Sequence[Other] = ()) -> bytes:
    """Returns a chart as a PNG picture."""
    wide, high = chart.size
    image = QImage(wide * _SCALE, high * _SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    painter.scale(_SCALE, _SCALE)
    paint_chart(painter, QRectF(0, 0, wide, high), chart, result, look, others=others)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def chart_svg(chart: Chart, result: SweepResult, look: Look, others: Sequence[Other] = ()) -> bytes:
    """Returns a chart as an SVG picture."""
    from PySide6.QtSvg import QSvgGenerator

    wide, high = chart.size
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(wide, high))
    generator.setViewBox(QRectF(0, 0, wide, high))
    generator.setTitle(f"{chart.title}: {result.pair_title}")
    said = [suite_result(result).advice] if result.suite else [item.advice for item in result.prompts if item.advice]
    generator.setDescription("; ".join(said))
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, wide, high), QColor(look.card))
    paint_chart(painter, QRectF(0, 0, wide, high), chart, result, look, others=others)
    painter.end()
    return bytes(buffer.data().data())


def write_result(result: SweepResult, target: Path, look: Look, chart: str = "speedup") -> list[Path]:
    """Writes a sweep and returns what was made: one file, by its ending, or everything into a folder.

    Raises:
        ProblemError: the ending or the chart is not known, or it cannot be written.
    """
    if not target.suffix or target.is_dir():
        shown = [item.name for item in charts_of(result)]
        names = ["sweep.csv", "sweep.json", *(f"{name}{end}" for name in shown for end in (".png", ".svg"))]
        return [_write(target / name, _content(result, Path(name), look, Path(name).stem)) for name in names]
    if target.suffix.lower() not in ENDINGS:
        raise ProblemError(
            Problem(
                "export-format",
                f"A sweep cannot be written as {target.suffix}.",
                action=f"Use one of {', '.join(ENDINGS)}, or a folder for all of them.",
            )
        )
    return [_write(target, _content(result, target, look, chart))]


def _content(result: SweepResult, target: Path, look: Look, chart: str) -> bytes:
    ending = target.suffix.lower()
    if ending == ".csv":
        return sweep_csv(result).encode()
    if ending == ".json":
        return write_sweep(result) + b"\n"
    found = chart_named(chart)
    return (chart_png if ending == ".png" else chart_svg)(found, result, look)


def _write(target: Path, content: bytes) -> Path:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise ProblemError(
            Problem("export-write", f"{target.name} cannot be written.", cause=f"{error.strerror or error}.")
        ) from error
    return target
