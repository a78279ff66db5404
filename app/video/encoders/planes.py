"""From the pixels of a film to the planes of a codec. Only the parts of a frame that changed are converted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

_GRID: Final = 32
"""Parts start and end on this grid, in pixels: there the scaler's wide instructions do as in whole rows."""
_MARGIN: Final = 16
"""Pixels around a part that its edge is mixed from."""
_WHOLE: Final = 8
"""Rows of a width that this does not divide are rounded in another way at their end: such frames have no parts."""
_MOST: Final = 0.7
"""From this share of the frame on, converting all of it is cheaper than its parts."""
_KEPT: Final = 64


class Planes:
    """One frame in the codec's format, kept up to date with the film's."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._frame: Any = None
        self._planes: list[npt.NDArray[np.uint8]] = []
        self._scalers: dict[tuple[int, int], VideoReformatter] = {}

    def update(self, image: QImage, changed: Sequence[QRect]) -> VideoFrame:
        """Returns the frame of ``image``, which differs from the one before in the parts ``changed``."""
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(self._height, self._width, 4)
        parts = [self._on_grid(part) for part in changed]
        area = sum((right - left) * (low - top) for left, top, right, low in parts)
        if self._frame is None or self._width % _WHOLE or area > self._width * self._height * _MOST:
            self._frame = self._convert(pixels)
            self._planes = _views(self._frame)
        else:
            for part in parts:
                self._convert_part(pixels, part)
        found: VideoFrame = self._frame
        return found

    def _on_grid(self, part: QRect) -> tuple[int, int, int, int]:
        left, top = part.left() // _GRID * _GRID, part.top() // 2 * 2
        right, low = -(-(part.right() + 1) // _GRID) * _GRID, -(-(part.bottom() + 1) // 2) * 2
        return left, top, min(right, self._width), min(low, self._height)

    def _convert(self, pixels: npt.NDArray[np.uint8]) -> Any:
        high, wide = pixels.shape[:2]
        if (wide, high) not in self._scalers and len(self._scalers) >= _KEPT:
            self._scalers.clear()
        scaler = self._scalers.setdefault((wide, high), VideoReformatter())
        return scaler.reformat(
            VideoFrame.from_numpy_buffer(pixels, format="bgra"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )

    def _convert_part(self, pixels: npt.NDArray[np.uint8], part: tuple[int, int, int, int]) -> None:
        left, top, right, low = part
        from_x, from_y = max(0, left - _GRID), max(0, top - _MARGIN)
        to_x, to_y = min(self._width, right + _GRID), min(self._height, low + _MARGIN)
        found = _views(self._convert(pixels[from_y:to_y, from_x:to_x]))
        for whole, piece, scale in zip(self._planes, found, (1, 2, 2), strict=True):
            rows, columns = slice(top // scale, low // scale), slice(left // scale, right // scale)
            y, x = (top - from_y) // scale, (left - from_x) // scale
            whole[rows, columns] = piece[y : y + rows.stop - rows.start, x : x + columns.stop - columns.start]


def _views(frame: Any) -> list[npt.NDArray[np.uint8]]:
    """Returns the planes of a frame as arrays on its own memory."""
    return [np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size) for plane in frame.planes]
