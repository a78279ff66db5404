"""GIF: one palette for the whole film, made from frames all over it, and only what changes from frame to frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from PIL import Image
from PySide6.QtGui import QImage

from app.draw.studio import Tell
from app.video.encoders.base import Footage
from app.video.film import Reel

Pixels = npt.NDArray[np.uint8]

_SAMPLES: Final = 24
_COLOURS: Final = 255  # The last of 256 stands for "as before".
_EXACT: Final = 96
_BITS: Final = 6


class Gif:
    """An animated GIF. Streams, as films do; the film is drawn twice at a few frames for the palette."""

    name = "gif"
    title = "GIF"
    endings = (".gif",)
    moving = True
    size = (960, 540)
    fps = 15

    def write(self, job: Footage, path: Path, tell: Tell) -> None:
        """Writes the film."""
        film = job.film
        palette = make_palette(_samples(film, tell))
        lookup = make_lookup(palette)
        colours = np.zeros((256, 4), np.uint8)
        colours[:_COLOURS, 0] = 255
        colours[: len(palette), 1:] = palette
        with av.open(str(path), "w", format="gif", options={"loop": "0"}) as out:
            stream: Any = out.add_stream("gif", rate=Fraction(film.options.fps))
            stream.width, stream.height = film.options.width, film.options.height
            stream.pix_fmt = "pal8"
            for number, image in enumerate(job.frames(tell)):
                both: Any = indexes(pixels_of(image), lookup), colours
                frame: Any = VideoFrame.from_ndarray(both, format="pal8")
                frame.pts = number
                frame.time_base = Fraction(1, film.options.fps)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))


def _samples(film: Reel, tell: Tell) -> Pixels:
    """Returns pixels of frames all over the film, one a row: the palette is made from these."""
    count = min(_SAMPLES, film.frames)
    numbers = sorted({round((film.frames - 1) * at / max(1, count - 1)) for at in range(count)})
    step = max(1, film.options.width * film.options.height // 500_000)
    found = []
    for number in numbers:
        tell(0, film.frames)  # It can be stopped here too.
        found.append(pixels_of(film.frame(number)).reshape(-1, 3)[::step].copy())
    return np.concatenate(found)


def pixels_of(image: QImage) -> Pixels:
    """Returns the image's pixels, height x width x 3 in the order red, green, blue; a view on its memory."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return rows[..., 2::-1]


def make_palette(samples: Pixels) -> Pixels:
    """Returns at most 255 colours: the most frequent ones as they are, the rest by median cut of what is left.

    Args:
        samples: n x 3.
    """
    packed = samples[:, 0].astype(np.uint32) << 16 | samples[:, 1].astype(np.uint32) << 8 | samples[:, 2]
    values, counts = np.unique(packed, return_counts=True)
    order = np.argsort(counts, kind="stable")[::-1]
    exact = values[order[: _COLOURS if len(values) <= _COLOURS else _EXACT]]
    found = np.stack([exact >> 16, exact >> 8 & 255, exact & 255], axis=1).astype(np.uint8)
    if len(values) <= _COLOURS:
        return found
    rest = values[order[_EXACT:]]
    # Each remaining colour counts once: what is rare but visible, such as a thin line, keeps a colour of its own.
    colours = np.stack([rest >> 16, rest >> 8 & 255, rest & 255], axis=1).astype(np.uint8)
    cut = Image.fromarray(colours[np.newaxis]).quantize(_COLOURS - _EXACT, Image.Quantize.MEDIANCUT)
    more = np.array(cut.getpalette(), np.uint8).reshape(-1, 3)[: _COLOURS - _EXACT]
    return np.concatenate([found, more])


def make_lookup(palette: Pixels) -> Pixels:
    """Returns the index of the nearest palette colour for every colour of ``_BITS`` bits a channel."""
    side = 1 << _BITS
    shift = 8 - _BITS
    level = (np.arange(side) << shift) + (1 << shift >> 1)
    wanted = palette.astype(np.int32)
    lookup = np.empty((side, side, side), np.uint8)
    for red in range(side):
        green_part = (level[:, None] - wanted[:, 1]) ** 2
        blue_part = (level[:, None] - wanted[:, 2]) ** 2
        distance = ((level[red] - wanted[:, 0]) ** 2)[None, None] + green_part[:, None] + blue_part[None]
        lookup[red] = distance.argmin(axis=2)
    for index in reversed(range(min(_EXACT, len(palette)))):
        red, green, blue = palette[index] >> shift
        lookup[red, green, blue] = index
    return lookup.reshape(-1)


def indexes(pixels: Pixels, lookup: Pixels) -> Pixels:
    """Returns the palette indexes of an image, height x width."""
    shift = 8 - _BITS
    parts = (pixels >> shift).astype(np.uint32)
    found: Pixels = lookup[parts[..., 0] << 2 * _BITS | parts[..., 1] << _BITS | parts[..., 2]]
    return found
