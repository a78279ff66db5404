"""A fake server: it plays back lines and is no language model. What it plays is what the real ones document."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from app.race.lanes import LaneKind, LaneSpec


class FakeHandler(BaseHTTPRequestHandler):
    """Answers every request with what was laid ready."""

    lines: ClassVar[list[str | bytes]] = []
    status: ClassVar[int] = 200
    models: ClassVar[str] = '{"data":[{"id":"m"}],"models":[{"name":"m"}]}'
    models_status: ClassVar[int] = 200
    metrics: ClassVar[str] = ""
    metrics_after: ClassVar[str] = ""
    headers_sent: ClassVar[dict[str, str]] = {}
    asked: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._send(200 if self.metrics else 404, [self.metrics_after if self.asked else self.metrics])
        else:
            self._send(self.models_status, [self.models])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body))
        self._send(self.status, self.lines)

    def _send(self, status: int, lines: list[Any]) -> None:
        self.send_response(status)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.end_headers()
        for line in lines:
            self.wfile.write(line if isinstance(line, bytes) else line.encode() + b"\n")

    def log_message(self, *_: object) -> None:
        pass


class Play:
    """A fake server that runs; a call lays lines ready and gives the spec of a lane on it.

    Attributes:
        asked: Path and body of each request.
    """

    def __init__(self, handler: type[FakeHandler], port: int) -> None:
        self._handler, self._port = handler, port
        self.asked: list[tuple[str, Any]] = handler.asked

    def __call__(self, engine: str, lines: list[Any], k: int = 0, **changes: Any) -> LaneSpec:
        self._handler.lines = lines
        for name, value in changes.items():
            setattr(self._handler, name, value)
        kind = LaneKind.MTP if k else LaneKind.BASELINE
        return LaneSpec(id="lane", kind=kind, engine=engine, target=f"http://127.0.0.1:{self._port}/v1/", k=k)


@contextmanager
def playing() -> Iterator[Play]:
    """Runs a fake server."""

    class Playing(FakeHandler):
        asked: ClassVar[list[tuple[str, Any]]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Playing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Play(Playing, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sse(*chunks: object) -> list[str]:
    return [line for chunk in chunks for line in (f"data: {json.dumps(chunk)}", "")] + ["data: [DONE]", ""]


def delta(text: str, usage: dict[str, int] | None = None, finish: str | None = None, **more: object) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish, **more}
    return {"choices": [choice], **({"usage": usage} if usage else {})}


def used(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def timed(text: str, total: int, drafted: int, accepted: int, finish: str | None = None) -> dict[str, Any]:
    timings = {"prompt_n": 9, "predicted_n": total, "draft_n": drafted, "draft_n_accepted": accepted}
    return {**delta(text, None, finish), "timings": timings}
