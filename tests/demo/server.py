"""A server that plays an answer back, word by word at a given pace: no language model, and its model's name says so.

It speaks as llama.cpp's server does (tests/engines/fake_server.py), with the counts of drafts that such a server tells.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any, ClassVar, Final

from tests.engines.fake_server import FakeHandler, timed

MODEL: Final = "a-written-answer-played-back"
ROUNDS: Final = ((3, 3), (3, 2), (3, 3), (3, 1), (3, 3))
"""Drafted and accepted in the rounds of the drafting server, again and again; invented."""


class Pacing(FakeHandler):
    """Plays ``answer``; a round takes ``round_s``, and gives one word, or those of ``rounds``."""

    models: ClassVar[str] = json.dumps({"data": [{"id": MODEL}], "models": [{"name": MODEL}]})
    answer: ClassVar[str] = ""
    round_s: ClassVar[float] = 0.0
    rounds: ClassVar[tuple[tuple[int, int], ...]] = ((0, 0),)
    ending: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(200, [])
        for chunk in self.chunks():
            if self.ending.wait(self.round_s):
                return
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")

    def chunks(self) -> Iterator[dict[str, Any]]:
        words = re.findall(r"\s*\S+|\s+$", self.answer)
        at = drafted = accepted = number = 0
        while at < len(words):
            one_drafted, one_accepted = self.rounds[number % len(self.rounds)] if at else (0, 0)
            one_accepted = min(one_accepted, len(words) - at - 1)
            piece = "".join(words[at : at + one_accepted + 1])
            at += one_accepted + 1
            drafted, accepted, number = drafted + one_drafted, accepted + one_accepted, number + 1
            yield timed(piece, at, drafted, accepted, "stop" if at >= len(words) else None)


@contextmanager
def serving(answer: str, round_s: float, *, drafts: bool) -> Iterator[str]:
    """Serves an answer; gives the address."""
    ending = threading.Event()
    rounds = ROUNDS if drafts else ((0, 0),)
    handler = type("Played", (Pacing,), {"answer": answer, "round_s": round_s, "rounds": rounds, "ending": ending})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
