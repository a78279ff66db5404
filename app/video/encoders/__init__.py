"""What a race can be exported to, by ending. Adding one is one file and one entry here."""

from __future__ import annotations

from app.video.encoders.base import Encoder
from app.video.encoders.png import PngSequence, Poster
from app.video.encoders.pyav import MP4, WEBM

ENCODERS: tuple[Encoder, ...] = (MP4, WEBM, PngSequence(), Poster())
