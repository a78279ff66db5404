"""Actions of the fake hub that are not the usual ones. Each answers one request in a wrong or unhelpful way."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.models.fakehub import Action, Handler

PAGE = b"<html><title>Sign in to the network</title></html>"


def drop(count: int) -> Action:
    """Sends the right beginning, then ends the connection."""
    return lambda h: h.content({}, etag=h.hub.etag, upto=count)


def reset(count: int) -> Action:
    def act(h: Handler) -> None:
        h.content({}, etag=h.hub.etag, upto=count)
        h.reset()

    return act


def stall(count: int) -> Action:
    """Sends the right beginning, then nothing until the client goes away."""

    def act(h: Handler) -> None:
        h.content({}, etag=h.hub.etag, upto=count)
        h.connection.settimeout(5)
        h.rfile.read(1)

    return act


def no_answer(h: Handler) -> None:
    h.close_connection = True


def garbage(h: Handler) -> None:
    h.wfile.write(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    h.close_connection = True


def status(code: int, **headers: str) -> Action:
    made = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda h: h.head(code, made | {"Content-Length": "0"})


def whole_file(h: Handler) -> None:
    """A server that knows no ranges."""
    h.head(200, {"Content-Length": str(len(h.data)), "Accept-Ranges": "none"})
    h.note.start = 0
    h.send(h.data)


def chunked(upto: int | None = None, extra: bytes = b"") -> Action:
    """No length is announced; what ends early cannot be told from the transport."""

    def act(h: Handler) -> None:
        start = h.start
        headers = {"Transfer-Encoding": "chunked", "ETag": f'"{h.hub.etag}"'}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(h.data) - 1}/{len(h.data)}"
        h.note.start = start
        h.head(206 if start else 200, headers)
        rest = (h.data[start:] if upto is None else h.data[start : start + upto]) + extra
        h.wfile.write(b"%x\r\n" % len(rest))
        h.send(rest)
        h.wfile.write(b"\r\n0\r\n\r\n")
        h.note.sent -= len(extra)

    return act


def short_length(h: Handler) -> None:
    """Announces and sends a truncated body as if it were whole."""
    half = h.data[: len(h.data) // 2]
    h.head(200, {"Content-Length": str(len(half))})
    h.wfile.write(half)


def wrong_range(shift: int, total: int | None = None, named: bool = True) -> Action:
    """A partial answer that begins elsewhere, or is of a file of another size, or does not say what it is."""

    def act(h: Handler) -> None:
        start = max(0, h.start + shift)
        rest = h.data[start:]
        headers = {"Content-Length": str(len(rest))}
        if named:
            headers["Content-Range"] = f"bytes {start}-{len(h.data) - 1}/{total or len(h.data)}"
        h.head(206, headers)
        h.wfile.write(rest)

    return act


def flipped(place: int, h: Handler) -> None:
    data = bytearray(h.data)
    data[place] ^= 1
    h.data = bytes(data)
    h.content({}, etag=h.hub.etag)


def other_content(h: Handler) -> None:
    h.data = bytes(len(h.data))
    h.content({}, etag=h.hub.etag)


def packed(h: Handler) -> None:
    body = gzip.compress(h.data)
    h.head(200, {"Content-Length": str(len(body)), "Content-Encoding": "gzip"})
    h.wfile.write(body)


def sign_in_page(h: Handler) -> None:
    h.head(200, {"Content-Type": "text/html", "Content-Length": str(len(PAGE))})
    h.wfile.write(PAGE)


def redirect(location: str) -> Action:
    return lambda h: h.head(302, {"Location": location, "Content-Length": "0"})


def headers(**changed: str) -> Action:
    """The hub's usual answer for a file, but with other headers."""

    def act(h: Handler) -> None:
        usual = h.head
        made = {name.replace("_", "-"): value for name, value in changed.items()}
        h.head = lambda code, given: usual(code, given | made)  # type: ignore[method-assign]
        Handler.usual_resolve(h)

    return act


def bare(h: Handler) -> None:
    """A mirror that redirects but says nothing of the file."""
    h.head(302, {"Location": f"{h.hub.storage}/storage/{h.repository}/{h.note.path}", "Content-Length": "0"})


def body(data: bytes) -> Action:
    def act(h: Handler) -> None:
        h.head(200, {"Content-Type": "application/json", "Content-Length": str(len(data))})
        h.wfile.write(data)

    return act


def then(change: Callable[[], None], action: Action) -> Action:
    """Changes the world first."""

    def act(h: Handler) -> None:
        change()
        action(h)

    return act
