"""A fake model hub: two real HTTP servers on this machine that play the hub and the storage behind it.

It plays what the hub's documentation and its client describe: /api/models/REPO/revision/REV, .../tree/COMMIT in pages,
/REPO/resolve/REV/FILE with X-Repo-Commit, X-Linked-ETag and X-Linked-Size and a redirect to another host for large
files, X-Error-Code for refusals. And it misbehaves where a test's script tells it to.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Action = Callable[["Handler"], None]
COMMIT = "c0ffee" + "0" * 34


@dataclass
class Seen:
    """One request as the server saw it."""

    stage: str
    method: str
    path: str
    start: int | None
    authorization: str | None
    if_range: str | None
    sent: int = 0


@dataclass
class FakeHub:
    """Files and behaviour. Change them at any time; the servers ask for each request.

    script: what to do instead of the usual, per (stage, file), one action per request. Stages: "api", "resolve" (the
    hub's answer for a file), "storage". always: the same for every request.
    """

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commit: str = COMMIT
    script: dict[tuple[str, str], list[Action]] = field(default_factory=dict)
    always: dict[tuple[str, str], Action] = field(default_factory=dict)
    etag: str = "first"
    token: str | None = None
    refusal: tuple[int, str, str] | None = None
    page: int = 1000
    seen: list[Seen] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> FakeHub:
        self._servers = [Server((host, 0), Handler) for host in ("127.0.0.1", "localhost")]
        for server in self._servers:
            server.hub = self
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._servers[0].server_port}"
        self.storage = f"http://localhost:{self._servers[1].server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def next_action(self, stage: str, name: str) -> Action | None:
        with self.lock:
            actions = self.script.get((stage, name))
            if actions:
                return actions.pop(0)
        return self.always.get((stage, name))

    def served(self, name: str) -> tuple[int, int]:
        """(bytes sent of a file's content, bytes of it that were sent more than once)."""
        bodies = [seen for seen in self.seen if seen.path == name and seen.method == "GET"]
        spans = sorted((seen.start or 0, (seen.start or 0) + seen.sent) for seen in bodies)
        sent = sum(end - begin for begin, end in spans)
        once, reached = 0, 0
        for begin, end in spans:
            once += max(0, end - max(begin, reached))
            reached = max(reached, end)
        return sent, sent - once


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def is_large(name: str) -> bool:
    return name.endswith((".gguf", ".safetensors"))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: FakeHub

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what these tests are about; anything else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    hub: FakeHub
    data: bytes
    note: Seen
    end: int | None

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.handle_request()

    def do_HEAD(self) -> None:
        self.handle_request()

    def handle_request(self) -> None:
        self.hub = self.server.hub  # type: ignore[attr-defined]
        path = unquote(urlsplit(self.path).path)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        self.end = int(wanted[2]) + 1 if wanted and wanted[2] else None
        stage, repository, name = self.place(path)
        self.data = self.hub.files.get(repository, {}).get(name, b"")
        self.note = Seen(
            stage, self.command, name, int(wanted[1]) if wanted else None,
            self.headers.get("Authorization"), self.headers.get("If-Range"),
        )  # fmt: skip
        with self.hub.lock:
            self.hub.seen.append(self.note)
        action = self.hub.next_action(stage, name) or getattr(self, f"usual_{stage}")
        self.repository = repository
        try:
            action(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def place(self, path: str) -> tuple[str, str, str]:
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/(revision|tree)/(.+)", path):
            return "api", match[1], match[2]
        if match := re.fullmatch(r"/storage/([^/]+/[^/]+)/(.+)", path):
            return "storage", match[1], match[2]
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return "resolve", match[1], match[3]
        return "api", "", path

    # --- the usual behaviour ------------------------------------------------------------------------------------------

    @staticmethod
    def usual_api(self: Handler) -> None:
        if self.refused():
            return
        files = self.hub.files.get(self.repository)
        if files is None:
            self.error(404, "RepoNotFound", "Repository not found")
        elif self.note.path == "revision":
            self.json({"sha": self.hub.commit})
        else:
            first = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
            names = sorted(files)[first : first + self.hub.page]
            links = {}
            if first + self.hub.page < len(files):
                address = f"{self.hub.endpoint}{urlsplit(self.path).path}?recursive=true&cursor={first + self.hub.page}"
                links["Link"] = f'<{address}>; rel="next"'
            self.json([entry(name, files[name]) for name in names], links)

    @staticmethod
    def usual_resolve(self: Handler) -> None:
        if self.refused():
            return
        if self.repository not in self.hub.files:
            self.error(404, "RepoNotFound", "Repository not found")
            return
        if self.note.path not in self.hub.files[self.repository]:
            self.error(404, "EntryNotFound", "Entry not found")
            return
        headers = {"X-Repo-Commit": self.hub.commit}
        if is_large(self.note.path):
            headers |= {"X-Linked-ETag": f'"{sha256(self.data)}"', "X-Linked-Size": str(len(self.data))}
            headers["Location"] = f"{self.hub.storage}/storage/{self.repository}/{self.note.path}"
            self.head(302, headers | {"Content-Length": "0"})
        else:
            self.content(headers, etag=git_oid(self.data))

    @staticmethod
    def usual_storage(self: Handler) -> None:
        self.content({}, etag=self.hub.etag)

    def refused(self) -> bool:
        if self.hub.refusal is not None:
            self.error(*self.hub.refusal)
        elif self.hub.token is not None and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            self.error(401, "GatedRepo", "Access is restricted")
        else:
            return False
        return True

    # --- parts of answers ---------------------------------------------------------------------------------------------

    @property
    def start(self) -> int:
        """Where the answer shall begin: the asked-for range, if its condition holds."""
        if self.note.start is None or self.headers.get("If-Range") not in (None, f'"{self.hub.etag}"'):
            return 0
        return self.note.start

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()

    def error(self, status: int, code: str, message: str) -> None:
        self.head(status, {"X-Error-Code": code, "X-Error-Message": message, "Content-Length": "0"})

    def json(self, value: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self.head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))} | (headers or {}))
        self.wfile.write(body)

    def content(self, headers: dict[str, str], etag: str, upto: int | None = None) -> None:
        """The content from the asked-for place on; with `upto` only that many bytes, then the connection is closed."""
        start, ends = self.start, self.end is not None
        rest = self.data[start : self.end]
        headers = headers | {"ETag": f'"{etag}"', "Content-Length": str(len(rest)), "Accept-Ranges": "bytes"}
        if start or ends:
            headers["Content-Range"] = f"bytes {start}-{start + len(rest) - 1}/{len(self.data)}"
        self.note.start = start
        self.head(206 if start or ends else 200, headers)
        if self.command != "HEAD":
            self.send(rest if upto is None else rest[:upto])
        if upto is not None:
            self.close_connection = True

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()
        self.note.sent += len(data)

    def reset(self) -> None:
        """Ends the connection with a reset, as a crashing server or a changed network does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


def entry(name: str, data: bytes) -> dict[str, object]:
    made: dict[str, object] = {"type": "file", "path": name, "size": len(data), "oid": git_oid(data)}
    if is_large(name):
        made["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 134}
    return made
