"""Race cards: a PNG picture that carries the trace of its race. ``docs/formats.md`` specifies it.

The trace is in one private chunk of the PNG: not a text chunk, since common readers refuse a whole picture for a text
of more than a megabyte. What comes out of a card goes through the reader of traces like any file; its size is bounded
before and after it is unpacked, and nothing in it names a file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from app.race.problems import Problem, ProblemError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHUNK: Final = b"mtRc"
"""Ancillary, private, safe to copy: who changes the pixels may keep it (PNG 3rd edition, section 5.4)."""
VERSION: Final = 1
MAX_PACKED: Final = 4 << 20
"""Most bytes that a trace takes in a card: common sites refuse pictures of more than five megabytes."""
MAX_UNPACKED: Final = 64 << 20
_HEAD: Final = struct.Struct(">B32sQ")
_MAX_CHUNKS: Final = 100_000
_STEP: Final = 1 << 20
_PICTURES: Final = {
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "WebP",
    b"\0\0\0\x1cftypavif": "AVIF",
    b"\0\0\0 ftypavif": "AVIF",
}


@dataclass(frozen=True, slots=True)
class Packed:
    """A trace on its way into a card.

    Attributes:
        digest: SHA-256 of the trace's bytes, hexadecimal.
        size: Of the trace, bytes.
        data: The trace, compressed; empty where it is too large for a card.
    """

    digest: str
    size: int
    data: bytes

    @property
    def sentence(self) -> str:
        """What is in the card, for people."""
        mark = f"SHA-256 {self.digest[:12]}"
        if self.data:
            return f"The trace is inside this picture ({_size(len(self.data))}, {mark})."
        return f"The trace is too large for a picture ({_size(self.size)}); this is its mark: {mark}."


def pack(chunks: Iterable[bytes]) -> Packed:
    """Compresses the bytes of a trace, as far as a card has room for it."""
    packer, digest = zlib.compressobj(9), hashlib.sha256()
    size, parts, packed = 0, [], 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size <= MAX_UNPACKED and packed <= MAX_PACKED:
            parts.append(packer.compress(chunk))
            packed += len(parts[-1])
    parts.append(packer.flush())
    data = b"".join(parts)
    fits = size <= MAX_UNPACKED and len(data) <= MAX_PACKED
    return Packed(digest.hexdigest(), size, data if fits else b"")


def with_trace(png: bytes, packed: Packed) -> bytes:
    """Returns the PNG picture with the trace in it, before its last chunk."""
    end = len(png) - 12
    assert png.startswith(SIGNATURE)
    assert png[end + 4 : end + 8] == b"IEND"
    body = CHUNK + _HEAD.pack(VERSION, bytes.fromhex(packed.digest), packed.size) + packed.data
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:end] + chunk + png[end:]


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so is a picture, and no trace."""
    return start.startswith((SIGNATURE, *_PICTURES))


def trace_in(stream: BinaryIO) -> Iterator[bytes]:
    """Yields the bytes of the trace in a card, checked against its digest before the first of them.

    Raises:
        OSError: it cannot be read.
        ProblemError: the picture has no trace, or what it has is damaged or too large.
    """
    start = stream.read(16)
    other = next((name for sign, name in _PICTURES.items() if start.startswith(sign)), "")
    if other:
        raise ProblemError(_lost(f"This is a {other} picture; only a PNG can carry a trace."))
    stream.seek(len(SIGNATURE))
    body = _find(stream)
    if len(body) < _HEAD.size:
        raise ProblemError(_damaged("The part with the trace is too short."))
    version, digest, size = _HEAD.unpack_from(body)
    if version != VERSION:
        raise ProblemError(
            Problem(
                "card-newer",
                f"This race card has format version {version}, which this app cannot read.",
                action="Update MTP Race.",
            )
        )
    packed = body[_HEAD.size :]
    if not packed:
        raise ProblemError(_too_large(digest.hex(), size))
    yield from _unpacked(packed, digest, size)


def _find(stream: BinaryIO) -> bytes:
    """Returns what is in the chunk of the trace."""
    found: bytes | None = None
    for _ in range(_MAX_CHUNKS):
        head = stream.read(8)
        if len(head) < 8:
            break
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND":
            break
        if kind != CHUNK:
            stream.seek(length + 4, 1)
            continue
        if found is not None:
            raise ProblemError(_damaged("It has more than one part with a trace."))
        if length > MAX_PACKED + _HEAD.size:
            raise ProblemError(_damaged("The part with the trace is larger than any."))
        body, check = stream.read(length), stream.read(4)
        if len(body) < length or len(check) < 4:
            raise ProblemError(_damaged("The file was cut off."))
        if zlib.crc32(kind + body) != int.from_bytes(check, "big"):
            raise ProblemError(_damaged("The checksum of the part with the trace does not fit."))
        found = body
    if found is None:
        raise ProblemError(_lost("It has no part with a trace."))
    return found


def _unpacked(packed: bytes, digest: bytes, size: int) -> list[bytes]:
    """Returns the trace in pieces, no more than its head says and than fits into memory."""
    if size > MAX_UNPACKED:
        raise ProblemError(_damaged(f"The trace in it says that it has {size:,} bytes."))
    unpacker, check = zlib.decompressobj(), hashlib.sha256()
    parts, left = [], size + 1
    try:
        data = packed
        while left > 0 and not unpacker.eof:
            part = unpacker.decompress(data, min(_STEP, left))
            data = unpacker.unconsumed_tail
            if not part and not data:
                break
            check.update(part)
            parts.append(part)
            left -= len(part)
    except zlib.error as error:
        raise ProblemError(_damaged("The trace in it cannot be unpacked.")) from error
    if left != 1 or check.digest() != digest:
        raise ProblemError(_damaged("The trace in it does not fit its digest."))
    return parts


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1e3))} kB"


def _lost(cause: str) -> Problem:
    return Problem(
        "card-empty",
        "This picture carries no race.",
        cause=f"{cause} If it was a race card, the site or program that it came through has thrown the trace away.",
        action="Ask who made it for the file itself, or for the trace (its name ends in .ndjson).",
    )


def _damaged(cause: str) -> Problem:
    return Problem("card-damaged", "The race in this picture is damaged.", cause, "Get the picture again.")


def _too_large(digest: str, size: int) -> Problem:
    return Problem(
        "card-without-trace",
        "The trace of this race card is not in the picture: it was too large.",
        cause=f"The trace has {size:,} bytes, and the SHA-256 digest {digest}.",
        action="Ask who made the card for the trace; sha256sum shows whether it is the one.",
    )
