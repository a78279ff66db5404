"""One request to the world, and its answer whole: no redirect is followed, no coding is left, all of it is bounded."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import httpcore
import msgspec

from app.net import certificate_problem
from app.sandbox.gate.network import FetchRefused, Outside, PinnedBackend, Until
from app.sandbox.gate.recording import Exchange, make_exchange

_OURS: Final = frozenset(
    b"accept-encoding connection content-length expect forwarded host http2-settings if-match if-modified-since "
    b"if-none-match if-range if-unmodified-since keep-alive max-forwards proxy-authenticate proxy-authorization "
    b"proxy-connection range te trailer transfer-encoding upgrade via x-forwarded-for x-forwarded-host".split()
)
"""Headers of a request that belong to a connection (RFC 9110, 7.6.1), or would ask for a part of an answer."""
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32


class AskedFor(msgspec.Struct, frozen=True):
    """A request of a program, as it was read and checked.

    Attributes:
        method: In capitals.
        scheme: ``http`` or ``https``.
        host: In small letters.
        target: Path and query, as they were sent.
        headers: Name in small letters and value.
        body: What was sent with it.
    """

    method: str
    scheme: str
    host: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The address as text."""
        return f"{self.scheme}://{self.host}{self.target.decode('ascii')}"

    @property
    def digest(self) -> str:
        """SHA-256 of the body; empty without one."""
        return hashlib.sha256(self.body).hexdigest() if self.body else ""


@dataclass(frozen=True)
class Bounds:
    """What one answer may take. `take` is told of each block of bytes, and raises FetchRefused when it is too much."""

    until: Until
    take: Callable[[int], None]


def fetch(asked: AskedFor, outside: Outside, bounds: Bounds) -> Exchange:
    """Fetches from the world.

    Raises:
        FetchRefused: there is no answer, or it is too large, too slow, or from somebody else.
    """
    at = int(time.time())
    backend = PinnedBackend(outside, bounds.until)
    url = httpcore.URL(scheme=asked.scheme, host=asked.host, target=asked.target)
    headers = [*_headers(asked.headers), (b"accept-encoding", b"identity"), (b"connection", b"close")]
    try:
        with (
            httpcore.ConnectionPool(outside.trust(), network_backend=backend) as pool,
            pool.stream(asked.method, url, headers=headers, content=asked.body or None) as response,
        ):
            told = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers]
            coding = ",".join(value.strip().lower() for name, value in told if name == "content-encoding")
            body = b"".join(_decoded(response.iter_stream(), coding, bounds.take))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise FetchRefused(_sentence(asked.host, error)) from error
    return make_exchange(asked.method, asked.url, response.status, told, body, at=at, asked=asked.digest)


def _headers(sent: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Those of a program's headers that are passed on: none of the connection's, nor of those it names."""
    all_of = list(sent)
    named = {word.strip().lower() for name, value in all_of if name == b"connection" for word in value.split(b",")}
    return [(name, value) for name, value in all_of if name not in _OURS and name not in named]


def _decoded(blocks: Iterable[bytes], coding: str, take: Callable[[int], None]) -> Iterable[bytes]:
    """The blocks of a body without its coding. It was asked for without one; some servers code it nevertheless."""
    if coding in ("", "identity"):
        for block in blocks:
            take(len(block))
            yield block
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise FetchRefused(f"The answer is coded in a way that was not asked for ({coding[:40]!a}).")
    decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for block in blocks:
            while block:
                piece = decoder.decompress(block, 1 << 16)
                take(len(piece))
                yield piece
                block = decoder.unconsumed_tail
    except zlib.error as error:
        raise FetchRefused("The answer is damaged.") from error
    if not decoder.eof:
        raise FetchRefused("The answer ended early.")


def _sentence(host: str, error: Exception) -> str:
    problem = certificate_problem(host, error)
    if problem is not None:
        return f"{problem.sentence} {problem.cause}"
    if isinstance(error, httpcore.TimeoutException):
        return "The answer took too long."
    if isinstance(error, httpcore.ProtocolError):
        return f"The answer of {host} is no HTTP, or ended early."
    return f"{host} does not answer ({type(error).__name__})."
