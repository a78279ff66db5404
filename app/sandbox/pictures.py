"""Two figures as pictures. The files come from the sandbox: only small PNG files are decoded, and with a limit."""

from __future__ import annotations

import io
import struct
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from PIL import Image

MOST_PIXELS = 8_000_000  # of one picture
PIXELS = 48_000_000  # of all pictures of a comparison together: some 7 s on one core
_VISIBLE = 48  # of 255: a smaller change of a channel is the edge of a line drawn a hair elsewhere
_SHARE = 1e-4  # of the pixels may change visibly: about 30 pixels of an ordinary figure, less than a letter
_SHAPE = 0.97

Pixels = npt.NDArray[np.uint8]


class PictureMatch(msgspec.Struct, frozen=True):
    """`changed` is the share of pixels (0..1) that differ visibly; None when the sizes differ."""

    verdict: Literal["same", "different", "unreadable"]
    how: str = ""
    changed: float | None = None


class Budget:
    """How many pixels may still be looked at in one comparison."""

    def __init__(self, pixels: int = PIXELS) -> None:
        self._left = pixels

    def spend(self, pixels: int) -> bool:
        """Take `pixels` from what is left; False when there are not so many."""
        if pixels > self._left:
            return False
        self._left -= pixels
        return True


def decode(data: bytes, budget: Budget | None = None) -> Pixels | str:
    """The pixels of a PNG file, height x width x 3 on white, or a sentence saying why there are none."""
    width, height = struct.unpack(">II", data[16:24]) if len(data) >= 24 else (0, 0)  # where every PNG has its size
    if width * height > MOST_PIXELS:
        return f"the picture is too large ({width} x {height})"
    if budget is not None and not budget.spend(width * height):
        return "there are more and larger pictures than are looked at"
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.size != (width, height):
                return "the file is no readable PNG"
            colour = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        return f"the file is no readable PNG ({type(error).__name__})"
    paper = Image.new("RGBA", colour.size, "white")
    paper.alpha_composite(colour)
    return np.asarray(paper.convert("RGB"))


def drawn_anew(pixels: Pixels) -> bytes:
    """`pixels` as a PNG file: nothing but them goes on to the window."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def compare_pixels(left: Pixels | str, right: Pixels | str) -> PictureMatch:
    """Compare two decoded pictures pixel by pixel with a little tolerance. A string says why one is not there."""
    if isinstance(left, str) or isinstance(right, str):
        return PictureMatch("unreadable", left if isinstance(left, str) else str(right))
    if left.shape != right.shape:
        sizes = [f"{p.shape[1]} x {p.shape[0]}" for p in (left, right)]
        return PictureMatch("different", f"in size, {sizes[0]} against {sizes[1]} pixels")
    if np.array_equal(left, right):
        return PictureMatch("same", "", 0.0)
    difference = np.abs(left.astype(np.int16) - right.astype(np.int16)).max(axis=2)
    changed = float((difference > _VISIBLE).mean())
    faint = float((difference > 8).mean())
    if changed <= _SHARE and faint <= 0.02:
        return PictureMatch("same", "" if changed == 0 else "apart from a few pixels", changed)
    share = max(changed, faint)
    if same_shapes(left, right):
        return PictureMatch("different", "only in its colours: the shapes are the same", share)
    return PictureMatch("different", f"in {_percent(share)} of its pixels", share)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"


def same_shapes(a: Pixels, b: Pixels) -> bool:
    """Whether what is drawn covers the same places; the paper is each picture's most frequent colour."""
    if a.shape != b.shape:
        return False
    drawn = [_drawn(picture) for picture in (a, b)]
    union = int((drawn[0] | drawn[1]).sum())
    return union > 0 and int((drawn[0] & drawn[1]).sum()) / union >= _SHAPE


def _drawn(picture: Pixels) -> npt.NDArray[Any]:
    packed = picture.astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    paper = int(colours[counts.argmax()])
    parts = np.array([paper >> 16, paper >> 8 & 255, paper & 255], dtype=np.int16)
    return np.asarray(np.abs(picture.astype(np.int16) - parts).max(axis=2) > 24)
