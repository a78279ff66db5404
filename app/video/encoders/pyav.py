"""Films in a container: MP4 and WebM through PyAV, which brings its own codecs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from app.draw.studio import Tell
from app.race.problems import Problem, ProblemError
from app.video.encoders.base import Footage, Usual
from app.video.encoders.planes import Planes

_BT709 = 1
_LIMITED = 1
_KEY_S = 4
"""Seconds from one picture that stands for itself to the next: a player can jump there at once."""


class ContainerEncoder(Usual):
    """Streams frames into a codec and its packets into a file; memory does not grow with the film."""

    moving = True

    def __init__(
        self,
        name: str,
        title: str,
        endings: tuple[str, ...],
        container: str,
        codec: str,
        options: dict[str, str],
        container_options: dict[str, str],
    ) -> None:
        self.name, self.title, self.endings = name, title, endings
        self._container, self._codec = container, codec
        self._options, self._container_options = options, container_options

    def write(self, job: Footage, path: Path, tell: Tell) -> None:
        """Writes the film.

        Raises:
            ProblemError: the media library has no such encoder.
        """
        film = job.film
        if self._codec not in av.codecs_available:
            raise ProblemError(
                Problem(
                    "codec-missing",
                    f"This installation has no encoder for {self.title}.",
                    cause=f"Its media library lacks {self._codec}.",
                    action="Reinstall MTP Race, or export another format.",
                )
            )
        with av.open(str(path), "w", format=self._container, container_options=self._container_options) as out:
            stream: Any = out.add_stream(self._codec, rate=Fraction(film.options.fps))
            stream.width, stream.height = film.options.width, film.options.height
            stream.pix_fmt = "yuv420p"
            stream.options = {key: value.format(gop=film.options.fps * _KEY_S) for key, value in self._options.items()}
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = _BT709
            context.color_range = _LIMITED
            context.thread_count = 0
            planes = Planes(film.options.width, film.options.height)
            for number, image in enumerate(job.frames(tell)):
                frame = planes.update(image, film.changed)
                frame.pts = number
                frame.time_base = Fraction(1, film.options.fps)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))


MP4 = ContainerEncoder(
    "mp4",
    "MP4 (H.264)",
    (".mp4", ".m4v"),
    "mp4",
    "libx264",
    # What is drawn has sharp edges and no noise: smoothing block edges and searching half pixels would only cost.
    {
        "preset": "superfast",
        "crf": "18",
        "profile": "high",
        "g": "{gop}",
        "x264-params": "bframes=0:subme=0:no-deblock=1:weightp=0",
    },
    {"movflags": "+faststart"},
)
WEBM = ContainerEncoder(
    "webm",
    "WebM (VP9)",
    (".webm",),
    "webm",
    "libvpx-vp9",
    {"crf": "28", "b": "0", "deadline": "realtime", "cpu-used": "7", "row-mt": "1", "g": "{gop}"},
    {},
)
