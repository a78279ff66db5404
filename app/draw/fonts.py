"""Text as outlines: the bundled fonts, shaped by HarfBuzz, so that a frame is the same on every machine.

Qt's own text drawing follows the settings of the machine (hinting, smoothing, which file a name stands for). Here the
glyphs come from the bundled files alone and are painted as filled paths. Only a character that none of these files has
is asked of the system's fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import uharfbuzz as hb
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication, QPainterPath, QTextLayout, QTransform

from app.draw.look import SANS, fonts_folder

_LATIN: Final = {
    "regular": "Inter-Regular.ttf",
    "medium": "Inter-Medium.ttf",
    "semibold": "Inter-SemiBold.ttf",
    "bold": "Inter-Bold.ttf",
    "mono": "JetBrainsMono-Regular.ttf",
    "mono-italic": "JetBrainsMono-Italic.ttf",
    "mono-bold": "JetBrainsMono-Bold.ttf",
}
_FALLBACKS: Final = ("NotoSansCJKjp-Regular.otf", "NotoEmoji-Regular.ttf", "JetBrainsMono-Regular.ttf")

_JOINS: Final = frozenset("\u200c\u200d\ufe0e\ufe0f\u20e3") | {chr(code) for code in range(0x1F3FB, 0x1F400)}
_FIGURES: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_SYSTEM_SIZE: Final = 100


class Face:
    """One font file: which characters it has, how it shapes them, and their outlines in em units, y down."""

    def __init__(self, path: Path) -> None:
        face = hb.Face(hb.Blob.from_file_path(str(path)))
        self._font = hb.Font(face)
        self._em = face.upem
        self._has = face.unicodes
        self._paths: dict[int, QPainterPath] = {}
        extents = self._font.get_font_extents("ltr")
        self.ascent = extents.ascender / self._em
        self.descent = -extents.descender / self._em
        self._pen = hb.DrawFuncs()
        self._pen.set_move_to_func(lambda x, y, path: path.moveTo(x, -y))
        self._pen.set_line_to_func(lambda x, y, path: path.lineTo(x, -y))
        self._pen.set_quadratic_to_func(lambda a, b, x, y, path: path.quadTo(a, -b, x, -y))
        self._pen.set_cubic_to_func(lambda a, b, c, d, x, y, path: path.cubicTo(a, -b, c, -d, x, -y))
        self._pen.set_close_path_func(lambda path: path.closeSubpath())

    def has(self, char: str) -> bool:
        """Whether the file has a glyph for ``char``."""
        return ord(char) in self._has

    def shape(self, text: str, *, mono: bool) -> tuple[QPainterPath, float]:
        """Returns the outline of ``text`` with the origin at the left of its baseline, and its advance, in em."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        features: dict[str, object] = {"calt": False}
        if mono:
            features |= {"liga": False, "dlig": False}
        else:
            # Equal widths for figures alone: the feature would widen hyphens between words too.
            ranges = [(found.start(), found.end(), True) for found in _FIGURES.finditer(text)]
            features |= {"tnum": ranges} if ranges else {}
        hb.shape(self._font, buffer, features)
        outline = QPainterPath()
        outline.setFillRule(Qt.FillRule.WindingFill)
        at = 0.0
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            outline.addPath(self._glyph(info.codepoint).translated(at + position.x_offset, -position.y_offset))
            at += position.x_advance
        scale = 1 / self._em
        return QTransform.fromScale(scale, scale).map(outline), at * scale

    def _glyph(self, glyph: int) -> QPainterPath:
        path = self._paths.get(glyph)
        if path is None:
            path = self._paths[glyph] = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)
            self._font.draw_glyph(glyph, self._pen, path)
        return path


class Fonts:
    """The bundled fonts in a folder. ``shape`` is the one way from text to outlines."""

    def __init__(self, resources: Path) -> None:
        folder = fonts_folder(resources)
        files = {name: Face(folder / name) for name in {*_LATIN.values(), *_FALLBACKS} if (folder / name).is_file()}
        self._faces = {
            style: [files[name] for name in dict.fromkeys((first, *_FALLBACKS)) if name in files]
            for style, first in _LATIN.items()
        }
        self.shape = lru_cache(maxsize=4096)(self._shape)
        self.advance = lru_cache(maxsize=16384)(self._advance)

    def metrics(self, style: str) -> tuple[float, float]:
        """Returns ascent and descent of the style's own font, in em."""
        face = self._faces[style][0]
        return face.ascent, face.descent

    def _advance(self, char: str, style: str) -> float:
        """Returns the width of one character in em."""
        return float(self.shape(char, style)[1])

    def _shape(self, text: str, style: str) -> tuple[QPainterPath, float]:
        """Returns the outline of a line of ``text``, origin at the left of its baseline, and its width; in em."""
        outline = QPainterPath()
        outline.setFillRule(Qt.FillRule.WindingFill)
        at = 0.0
        for face, run in self._runs(text, style):
            part, wide = face.shape(run, mono=style.startswith("mono")) if face else _system_shape(run)
            outline.addPath(part.translated(at, 0))
            at += wide
        return outline, at

    def _runs(self, text: str, style: str) -> Iterator[tuple[Face | None, str]]:
        """Cuts a line into stretches of one font each; None stands for the system's fonts."""
        faces = self._faces[style]
        current: Face | None = faces[0]
        run = ""
        for char in text:
            joins = char in _JOINS or unicodedata.combining(char) > 0
            if joins and run and (char in _JOINS or current is None or current.has(char)):
                run += char
                continue
            wanted = next((face for face in faces if face.has(char)), None)
            if wanted is not current and run:
                yield current, run
                run = ""
            current = wanted
            run += char
        if run:
            yield current, run


def _system_shape(text: str) -> tuple[QPainterPath, float]:
    """Outlines of characters that no bundled font has; a box for each where the system has none either."""
    outline = QPainterPath()
    outline.setFillRule(Qt.FillRule.WindingFill)
    if QGuiApplication.instance() is None:
        return _boxes(len(text))
    font = QFont(SANS)
    font.setPixelSize(_SYSTEM_SIZE)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1e6)
    layout.endLayout()
    for run in layout.glyphRuns():
        raw = run.rawFont()
        for glyph, position in zip(run.glyphIndexes(), run.positions(), strict=True):
            if glyph:
                outline.addPath(raw.pathForGlyph(glyph).translated(position.x(), position.y() - line.ascent()))
    if outline.isEmpty():
        return _boxes(len(text))
    scale = 1 / _SYSTEM_SIZE
    return QTransform.fromScale(scale, scale).map(outline), line.naturalTextWidth() * scale


def _boxes(count: int) -> tuple[QPainterPath, float]:
    outline = QPainterPath()
    for number in range(count):
        outer, inner = QPainterPath(), QPainterPath()
        outer.addRect(number * 0.7 + 0.08, -0.7, 0.54, 0.7)
        inner.addRect(number * 0.7 + 0.13, -0.65, 0.44, 0.6)
        outline.addPath(outer.subtracted(inner))
    return outline, count * 0.7
