"""A world for the gate to meet: a real HTTPS server on this machine, with an authority of its own.

The gate is told that its hosts have the address of this machine and that this address may be reached. All else of the
gate is as it always is: it speaks TLS to the server, and checks its certificate.
"""

from __future__ import annotations

import gzip
import http.server
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import trustme

from app.sandbox.gate.gate import FetchGate
from app.sandbox.gate.network import Outside
from app.sandbox.gate.recording import FetchRecording, Permission

HOST = "data.example.com"
OTHER = "other.example.com"
CSV = b"month,close\n2024-01,100\n2024-02,104\n"
MIB = 1024 * 1024


class DataServer:
    """Counts what it is asked, so that a test sees what reached the world.

    Attributes:
        seen: Method, path, and headers of every request.
        bodies: What was sent with them.
    """

    def __init__(self, context: ssl.SSLContext | None, address: str) -> None:
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.numbers = itertools.count()
        handler = type("Handler", (_Handler,), {"data": self})
        self._server = http.server.ThreadingHTTPServer((address, 0), handler)
        self._server.daemon_threads = True
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for _, path, _ in self.seen]


class _Handler(http.server.BaseHTTPRequestHandler):
    data: DataServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.data.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.data.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        with suppress(OSError):  # The gate hangs up on what is too much.
            _PATHS.get(self.path.partition("?")[0], _closes)(self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def say(self, status: int, body: bytes, **headers: str) -> None:
        """An answer with its length."""
        self.send_response(status)
        for name, value in ({"content_type": "text/csv", "content_length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _closes(handler: _Handler) -> None:
    handler.say(200, CSV, set_cookie="A3=s3cr3t; Secure", x_internal="nobody's", connection="x-internal")


def _counted(handler: _Handler) -> None:
    handler.say(200, b"answer %d" % next(handler.data.numbers))


def _redirect(place: str) -> Callable[[_Handler], None]:
    return lambda handler: handler.say(302, b"", location=place)


def _endless(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", str(10 * 1024 * MIB))
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(MIB))


def _chunks(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"%x\r\n%s\r\n" % (MIB, bytes(MIB)))


def _slow_body(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000000")
    handler.end_headers()
    while not _ENDED.wait(0.05):
        handler.wfile.write(b"x")


def _slow_head(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not _ENDED.wait(0.05):
        handler.wfile.write(b"x-a: b\r\n")


def _silent(handler: _Handler) -> None:
    _ENDED.wait(30)


def _zipped(handler: _Handler) -> None:
    handler.say(200, gzip.compress(CSV), content_encoding="gzip")


def _bomb(handler: _Handler) -> None:
    handler.say(200, gzip.compress(bytes(200 * MIB), 1), content_encoding="gzip")


def _other_coding(handler: _Handler) -> None:
    handler.say(200, b"?", content_encoding="br")


def _short(handler: _Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")
    handler.close_connection = True


def _no_http(handler: _Handler) -> None:
    handler.wfile.write(b"\x00\x01 this is no HTTP \r\n\r\n")
    handler.close_connection = True


def _two_answers(handler: _Handler) -> None:
    """An answer that holds a second one, which the next request must not get."""
    handler.say(200, b"one")
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond")


def _split(handler: _Handler) -> None:
    """A header that would be two, were its line end passed on."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nlocation: /a\rx-b: c\r\n\r\nok")
    handler.close_connection = True


_ENDED = threading.Event()
_PATHS: Mapping[str, Callable[[_Handler], None]] = {
    "/counted": _counted,
    "/to-private": _redirect("http://127.0.0.1/secret"),
    "/to-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "/to-other": _redirect(f"https://{OTHER}/"),
    "/to-file": _redirect("file:///etc/passwd"),
    "/to-itself": _redirect(f"https://{HOST}/closes"),
    "/endless": _endless,
    "/chunks": _chunks,
    "/slow-body": _slow_body,
    "/slow-head": _slow_head,
    "/silent": _silent,
    "/zipped": _zipped,
    "/bomb": _bomb,
    "/other-coding": _other_coding,
    "/short": _short,
    "/no-http": _no_http,
    "/two-answers": _two_answers,
    "/split": _split,
}


class GateWorld:
    """A server, its authority, and gates that lead to it.

    Attributes:
        server: Speaks TLS as HOST. plain: The same without TLS. forged: As HOST, with a certificate that nobody issued.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        _ENDED.clear()
        self.authority = trustme.CA()
        self.server = DataServer(self._context(self.authority, HOST), address)
        self.plain = DataServer(None, address)
        self.forged = DataServer(self._context(trustme.CA(), HOST), address)
        self.misnamed = DataServer(self._context(self.authority, "unlike.example.com"), address)

    @staticmethod
    def _context(authority: trustme.CA, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        return context

    def trust(self) -> ssl.SSLContext:
        """Trusts the world's own authority alone."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def outside(
        self,
        *,
        server: DataServer | None = None,
        look_up: Callable[[str], Sequence[str]] = lambda host: ["127.0.0.1"],
        why_not: Callable[[str], str] = lambda address: "",
    ) -> Outside:
        """The world with every host on this machine."""
        ports = {443: (server or self.server).port, 80: self.plain.port}
        return Outside(look_up=look_up, why_not=why_not, trust=self.trust, ports=ports)

    def gate(self, outside: Outside | None = None, **permitted: object) -> FetchGate:
        """A gate to the server: `permitted` changes what is permitted."""
        permission = Permission(**({"hosts": (HOST,)} | permitted))  # type: ignore[arg-type]
        return FetchGate(permission, FetchRecording(), outside or self.outside())

    def close(self) -> None:
        """Ends all servers."""
        _ENDED.set()
        for server in (self.server, self.plain, self.forged, self.misnamed):
            server.close()


@contextmanager
def gate_world() -> Iterator[GateWorld]:
    """A world, which ends with the block."""
    world = GateWorld()
    try:
        yield world
    finally:
        world.close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
