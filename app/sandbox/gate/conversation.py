"""HTTP/1.1 with one program on one connection: what it asks is read, checked and answered. The reading is h11's."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import h11

from app.sandbox.gate.gate import Access
from app.sandbox.gate.network import FetchRefused
from app.sandbox.gate.upstream import AskedFor

_MOST_HEAD: Final = 16 * 1024
_MOST_SENT: Final = 64 * 1024
"""Largest body of a request, in bytes."""
_READ: Final = 8 * 1024
_BLOCK: Final = 64 * 1024
_PORTS: Final = {"http": "80", "https": "443"}
_PLACE: Final = re.compile(r"([a-z0-9.-]{1,253}?)\.?(?::([0-9]{1,5}))?", re.I)
_NOT_IN_REASON: Final = re.compile(r"[^\x20-\x7e]")
_WITHOUT_BODY: Final = (204, 304)


class Conversation:
    """Serves the requests of one connection, one after the other."""

    def __init__(self, end: socket.socket, access: Access, tunnel: str) -> None:
        """`tunnel`: the host that the connection was opened to by CONNECT; empty before that."""
        self._end, self._access, self._tunnel = end, access, tunnel
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_HEAD)

    def serve(self) -> str:
        """Returns when the program hangs up, or asks for a tunnel: then to which host; else an empty text.

        Raises:
            OSError: the connection broke or was silent for too long.
        """
        while True:
            try:
                request = self._next_request()
                if request is None:
                    return ""
                head, body = request
                if head.method == b"CONNECT" and not self._tunnel:
                    return self._connect(head)
                self._answer(head, body)
            except h11.RemoteProtocolError:
                self._refuse("", "", "This is not a request of HTTP/1.1.")
                return ""
            except h11.LocalProtocolError:
                return ""  # What was recorded cannot be said in HTTP.
            if self._http.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
                return ""
            self._http.start_next_cycle()

    def _next_request(self) -> tuple[h11.Request, bytes] | None:
        head: h11.Request | None = None
        body = b""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._send(h11.InformationalResponse(status_code=100, headers=[]))
                self._http.receive_data(self._end.recv(_READ))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > _MOST_SENT:
                    raise h11.RemoteProtocolError("too much is sent")
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return head, body
            else:
                return None

    def _connect(self, head: h11.Request) -> str:
        url = head.target.decode("ascii", "replace")
        try:
            host = self._host(url, "https", needs_port=True)
        except FetchRefused as refused:
            self._refuse("CONNECT", url, str(refused))
            return ""
        if self._http.trailing_data[0]:
            raise h11.RemoteProtocolError("something was sent before the tunnel was there")
        self._send(h11.Response(status_code=200, headers=[], reason=b"Connected to the gate"))
        return host

    def _host(self, place: str, scheme: str, *, needs_port: bool = False) -> str:
        """Returns the host of `host:port` in small letters. Raises :class:`FetchRefused` if it is not allowed."""
        found = _PLACE.fullmatch(place)
        if found is None:
            raise FetchRefused("This is not the address of a host.")
        if (found[2] or ("" if needs_port else _PORTS[scheme])) != _PORTS[scheme]:
            raise FetchRefused(f"Programs may fetch by {scheme} from port {_PORTS[scheme]} only.")
        host = found[1].lower()
        self._access.gate.check_host(host)
        return host

    def _answer(self, head: h11.Request, body: bytes) -> None:
        method = head.method.decode("ascii", "replace")
        try:
            asked = self._asked(head, body)
            exchange = self._access.gate.answer(asked, self._access)
        except _NotAsked as refused:
            self._refuse(method, refused.url, str(refused))
        except FetchRefused as refused:
            self._send_text(str(refused))  # The gate itself has noted it.
        else:
            headers = [
                (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
                for name, value in exchange.headers
            ]
            silent = method == "HEAD" or exchange.status in _WITHOUT_BODY
            self._send_answer(exchange.status, headers, b"" if silent else exchange.body, b"", silent=silent)

    def _asked(self, head: h11.Request, body: bytes) -> AskedFor:
        """Raises :class:`_NotAsked` for what is ambiguous or not allowed, before anything is looked up."""
        target = head.target.decode("ascii", "replace")
        scheme = "https" if self._tunnel else "http"
        url = f"https://{self._tunnel}{target}" if self._tunnel else target
        try:
            parts = urlsplit(url)
            names = [name for name, _ in head.headers]
            if parts.scheme != scheme or "#" in target or "\\" in target or (self._tunnel and target[:1] != "/"):
                raise FetchRefused("This is not an address that a proxy is asked for.")
            if {b"content-length", b"transfer-encoding"} <= set(names) or names.count(b"content-length") > 1:
                raise FetchRefused("The request has two lengths.")
            if body and head.method in (b"GET", b"HEAD"):
                raise FetchRefused("A request that only reads sends no body.")
            host = self._host(parts.netloc, scheme)
            named = next((value.decode("latin-1") for name, value in head.headers if name == b"host"), parts.netloc)
            if self._host(named, scheme) != host:
                raise FetchRefused("The request names two hosts.")
        except (FetchRefused, ValueError) as error:
            raise _NotAsked(url, str(error)) from error
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return AskedFor(head.method.decode("ascii"), scheme, host, path.encode(), tuple(head.headers), body)

    def _refuse(self, method: str, url: str, sentence: str) -> None:
        self._access.gate.tell_refused(self._access, method, url, sentence)
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send_text(sentence)

    def _send_text(self, sentence: str) -> None:
        """The sentence is the reason of the status too: it is what libraries show."""
        reason = _NOT_IN_REASON.sub("?", f"MTP Race: {sentence}")[:300].encode()
        text = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        self._send_answer(403, text, f"MTP Race: {sentence}\n".encode(), reason)

    def _send_answer(
        self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes, reason: bytes, *, silent: bool = False
    ) -> None:
        length = [] if silent else [(b"content-length", str(len(body)).encode())]
        self._send(h11.Response(status_code=status, headers=[*headers, *length], reason=reason))
        for start in range(0, len(body), _BLOCK):
            self._send(h11.Data(data=body[start : start + _BLOCK]))
        self._send(h11.EndOfMessage())

    def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._end.sendall(data)


class _NotAsked(Exception):
    """A request that is refused as it stands."""

    def __init__(self, url: str, sentence: str) -> None:
        super().__init__(sentence)
        self.url = url
