"""What a server says of an error, found in every shape that servers give it, and a sentence for each HTTP status."""

from __future__ import annotations

import codecs
import html
import json
import re
from typing import Any, Final

import httpx

from app.race.problems import Problem

_ANSWER: Final = frozenset(
    ("choices", "message", "response", "thinking", "done", "timings", "usage", "output", "text", "meta_info", "content")
)
"""Fields of an answer: what has one of them is no error unless it says so."""
_WORDS: Final = (
    *("message", "error", "detail", "msg", "error_description", "error_message", "reason", "description", "title"),
    *("errors", "raw", "type", "code"),
)
"""Fields that hold a server's words, the best first."""
_DEPTH: Final = 6
_MOST: Final = 500
"""Most characters of a server's words that are shown."""
_TAG: Final = re.compile(r"<[^<>]{0,300}>")
_UNSEEN: Final = re.compile(r"<(style|script|!--)", re.IGNORECASE)
"""What begins a part of a page that nobody reads; it ends with the same word, or with ``-->``."""


def quoted(text: str, most: int = 300) -> str:
    """Returns the beginning of a text on one line."""
    line = " ".join(text[: 4 * most].encode("utf-8", "replace").decode().split())
    return line if len(line) <= most else f"{line[:most]}…"


def words_of(value: Any, depth: int = 0) -> str:
    """Returns the words in an error from outside, whatever its shape; empty if there are none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None or depth > _DEPTH:
        return ""
    if isinstance(value, int | float):
        return str(value) if abs(value) < 1e9 else ""
    if isinstance(value, list):
        return "; ".join(found for item in value[:4] if (found := words_of(item, depth + 1)))
    if isinstance(value, dict):
        return next((found for name in _WORDS if (found := words_of(value.get(name), depth + 1))), "")
    return ""


def fault(chunk: Any) -> str | None:
    """Returns what a chunk says went wrong; None if it is a part of an answer. It may say that without any words."""
    if isinstance(chunk, list):
        return next((found for item in chunk[:4] if (found := fault(item)) is not None), None)
    if not isinstance(chunk, dict):
        return None
    error = chunk.get("error")
    if error not in (None, False, "", {}, [], 0):
        rest = words_of({name: chunk[name] for name in chunk if name != "error"})
        return words_of(error) or rest or ("" if error is True else json.dumps(error, default=str)[:_MOST])
    if chunk.get("object") == "error" or chunk.get("type") == "error":
        return words_of(chunk)
    if isinstance(chunk.get("message"), str) or not _ANSWER & chunk.keys():
        told = {name: chunk[name] for name in _WORDS[:10] if name in chunk}
        return words_of(told) or None
    return None


def in_words(text: str) -> str:
    """Returns the words of an error's text: of its JSON, of a web page, or as it is."""
    text = text.strip()
    if text[:1] in ("{", "["):
        try:
            return words_of(json.loads(text)) or text
        except (ValueError, RecursionError):
            return text
    return html.unescape(_TAG.sub(" ", _seen(text))).strip() if text.startswith("<") else text


def _seen(page: str) -> str:
    """Returns a page without its styles, scripts and remarks."""
    parts, at = [], 0
    while (begin := _UNSEEN.search(page, at)) is not None:
        parts.append(page[at : begin.start()])
        word = begin[1].lower()
        end = page.lower().find("-->" if word == "!--" else f"</{word}", begin.end())
        if end < 0:
            return "".join(parts)
        at = end + 3 if word == "!--" else end
    return "".join([*parts, page[at:]])


def said_with(response: httpx.Response, most: int) -> bytes:
    """Reads the beginning of what came with a status, as many bytes; nothing of what is packed and cannot be unpacked.

    Raises:
        httpx.TransportError: the connection broke.
    """
    said = bytearray()
    try:
        for piece in response.iter_bytes():
            said += piece
            if len(said) > most:
                break
    except httpx.DecodingError:
        return b""
    return bytes(said[:most])


def text_of(body: bytes) -> str:
    """Returns the text of a server's words, which are UTF-8 unless a mark at their beginning says otherwise."""
    utf_16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return body.decode("utf-16" if utf_16 else "utf-8-sig", "replace")


def server_failed(said: str, details: str = "") -> Problem:
    """Says that the server reported an error in the middle of an answer."""
    return Problem(
        "server-failed",
        "The server reported an error.",
        cause=f"It says: {quoted(said, _MOST)}" if said else "It gives no reason.",
        action="See the server's own log.",
        details=details[:4000],
    )


def status_problem(address: str, response: httpx.Response, body: bytes) -> Problem:
    """Returns one sentence for an HTTP status that is not success, with the server's own words as the cause.

    Args:
        address: What was asked for.
        response: Its body is not read here.
        body: The beginning of the body.
    """
    status = response.status_code
    text = text_of(body)
    kind, sentence, action = _of_status(status, address, response.headers)
    said = quoted(in_words(text), _MOST)
    if "load" in said.lower() and status in (425, 429, 500, 502, 503, 504):
        kind, sentence = "server-loading", f"The server at {address} is still loading its model."
        action = "Wait until it is ready, then race again."
    return Problem(
        kind,
        sentence,
        cause=f"It says (HTTP {status}): {said}" if said else f"It answered HTTP {status} and nothing else.",
        action=action,
        details=text[:4000],
    )


def _of_status(status: int, address: str, headers: httpx.Headers) -> tuple[str, str, str]:
    """Returns a problem's kind, its sentence, and what to do."""
    log = "See the server's own log."
    if 300 <= status < 400:
        place = quoted(headers.get("location", ""), 200)
        moved = f"{address} has moved to {place}." if place else f"{address} sends elsewhere and does not say where."
        return "server-moved", moved, "Give the address that it has moved to, without the path behind the port."
    wait = headers.get("retry-after", "").strip()
    later = f"Wait {wait} s, then race again." if re.fullmatch(r"[0-9]{1,4}", wait) else "Wait, then race again."
    known = {
        400: ("refused", "refused the request", "Check the model's name, the prompt's length and the settings."),
        401: ("key", "asks for a key", "The app sends none: start the server without its key (--api-key)."),
        402: ("refused", "asks to be paid", "Use another server."),
        403: ("forbidden", "does not let this app in", "Check its list of allowed clients, and any proxy before it."),
        404: ("path", "does not know this address", "Check the port, the kind of server and the model's name."),
        405: ("path", "takes no such request", "Check the address and the kind of server."),
        407: ("proxy", "asks for a proxy's password", "Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."),
        408: ("busy", "waited too long for the request", "Race again."),
        413: ("refused", "says that the request is too large", "Use a shorter prompt."),
        422: ("refused", "does not understand the request", "Check that the kind of server is the chosen one."),
        429: ("busy", "has too many requests", later),
        500: ("failed", "failed inside", log),
        501: ("path", "cannot do this", "Check the address and the kind of server."),
        502: ("gateway", "is a gateway, and the server behind it is not there", "Start the server behind it."),
        503: ("busy", "cannot answer now", later),
        504: ("gateway", "is a gateway, and the server behind it did not answer in time", log),
    }
    kind, what, action = known.get(status) or known[500 if status >= 500 else 400]
    return f"server-{kind}", f"The server at {address} {what}.", action
