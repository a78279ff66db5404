"""What a race can be exported to, by ending. Adding one is one file and one entry here."""

from __future__ import annotations

from app.video.encoders.base import FilmEncoder, RaceEncoder
from app.video.encoders.gif import Gif
from app.video.encoders.html import HtmlEmbed, HtmlReplay
from app.video.encoders.markdown import Markdown
from app.video.encoders.perfetto import Perfetto
from app.video.encoders.png import PngSequence, Poster
from app.video.encoders.pyav import MP4, WEBM

FILM_ENCODERS: tuple[FilmEncoder, ...] = (
    MP4,
    WEBM,
    Gif(),
    PngSequence(),
    Poster(),
)
ENCODERS: tuple[RaceEncoder, ...] = (
    *FILM_ENCODERS,
    HtmlReplay(),
    HtmlEmbed(),
    Markdown(),
    Perfetto(),
)
