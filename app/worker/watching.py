"""Watches a running server: reads its own counters again and again. It asks for nothing but its page of metrics."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from app import __version__
from app.engines.servers.counters import CounterNames, ServerLoad, fetch_page, read_load
from app.engines.servers.llama_server import LlamaServer
from app.engines.servers.vllm import Vllm
from app.net import make_client, parse_address
from app.race.problems import Problem, ProblemError
from app.race.trace import Sink
from app.race.watching import ServerReading, WatchHeader

_TELLS: Final[dict[str, CounterNames | None]] = {kind.title: kind.counters for kind in (LlamaServer, Vllm)}


class Watch:
    """Readings of one server.

    Args:
        address: Of the server.

    Raises:
        ProblemError: nothing answers there, or it tells no counts.
    """

    def __init__(self, address: str) -> None:
        url = parse_address(address)
        base = url.copy_with(path=url.path.rstrip("/").removesuffix("/v1").removesuffix("/metrics"), query=None)
        self._client = make_client(near=True, base_url=base)
        self._began = time.perf_counter_ns()
        try:
            self.server, self._names, self.first = self._find(str(base))
        except BaseException:
            self._client.close()
            raise

    def _find(self, address: str) -> tuple[str, CounterNames, ServerReading]:
        page = fetch_page(self._client)
        if page is not None:
            for title, names in _TELLS.items():
                if names is not None and (found := read_load(page, names)) is not None:
                    return title, names, _reading(found, 0)
        raise ProblemError(
            Problem(
                "watch-untold",
                f"The server at {address} does not tell what it does.",
                cause="There is no page of metrics at /metrics."
                if page is None
                else "Its page of metrics has no counts that are known.",
                action=f"Watch one of: {', '.join(_TELLS)}. A llama-server has to be started with --metrics.",
            )
        )

    def read(self) -> ServerReading | None:
        """Returns what the server has counted by now; None if it does not answer."""
        page = fetch_page(self._client)
        at = time.perf_counter_ns() - self._began
        found = None if page is None else read_load(page, self._names)
        return None if found is None else _reading(found, at)

    def close(self) -> None:
        """Closes the connection to the server."""
        self._client.close()


def _reading(found: ServerLoad, at: int) -> ServerReading:
    return ServerReading(at=at, **msgspec.structs.asdict(found))


def follow(
    watch: Watch,
    every_s: float,
    seconds: float,
    stop: threading.Event,
    tell: Callable[[ServerReading], None],
    sink: Sink | None,
) -> ServerReading:
    """Reads until the time is over or ``stop`` is set; returns the last reading.

    Args:
        every_s: Between two readings; ``seconds`` in all, 0 for no end.
        tell: Gets each reading after the first.
        sink: Gets the record: a header, then a reading a line.

    Raises:
        ProblemError: the server stopped to answer.
    """
    encoder = msgspec.json.Encoder()

    def keep(item: object) -> None:
        if sink is not None:
            sink.write(encoder.encode(item) + b"\n")
            sink.flush()

    keep(WatchHeader(created=datetime.now(UTC).isoformat(), app_version=__version__, server=watch.server))
    last = watch.first
    keep(last)
    ends = time.monotonic() + seconds if seconds else float("inf")
    while not stop.is_set() and (left := ends - time.monotonic()) > 0:
        stop.wait(min(every_s, left))
        reading = watch.read()
        if reading is None:
            raise ProblemError(
                Problem("watch-gone", "The server does not answer any more.", action="Start it, then watch again.")
            )
        keep(reading)
        tell(reading)
        last = reading
    return last
