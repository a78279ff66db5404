"""The proxy that one run speaks to, on connections that come from inside its network namespace.

A program speaks to 127.0.0.1, which in its empty namespace is nobody but the supervisor's socket. The supervisor hands
that listening socket out over a Unix socket before the program starts; what connects to it inside is accepted here,
outside. So nothing inside carries data, and the namespace stays without a way out.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from app.sandbox.gate.conversation import Conversation
from app.sandbox.gate.gate import Access

_CONNECTIONS: Final = 16
_BUFFER: Final = 64 * 1024
_IDLE_S: Final = 20.0


class GateServer:
    """Serves one run: a context manager. `inside` is the end of a Unix socket that the supervisor gets."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._ours, self.inside = socket.socketpair()
        self._open = {self._ours}
        self._threads: list[threading.Thread] = []
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self._lock = threading.Lock()

    def __enter__(self) -> GateServer:
        self._begin("gate", self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self._access.stop.set()
        with self._lock:
            ends, threads = list(self._open), list(self._threads)
        for end in ends:
            _hang_up(end)
        for thread in threads:
            thread.join(2.0)
        self._ours.close()
        self.inside.close()

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        try:
            _, handles, _, _ = socket.recv_fds(self._ours, 1, 1)
        except OSError:
            return
        if not handles:
            return  # The run ended before its supervisor had begun.
        with socket.socket(fileno=handles[0]) as listener:
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # Connections get it too, and then it stays so.
                listener.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
            self._keep(listener)
            while self._free.acquire():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                self._begin("gate-connection", lambda end=connection: self._serve_one(end))  # type: ignore[misc]

    def _serve_one(self, connection: socket.socket) -> None:
        end = connection
        try:
            self._keep(end)
            end.settimeout(_IDLE_S)
            host = Conversation(end, self._access, "").serve()
            if host:
                context = self._access.gate.authority.context_for(host)
                self._forget(end)
                end = context.wrap_socket(end, server_side=True, do_handshake_on_connect=False)
                self._keep(end)
                end.do_handshake()
                Conversation(end, self._access, host).serve()
        except OSError:
            pass  # The program hung up, is silent, or does not trust the certificate.
        finally:
            self._forget(end)
            end.close()
            self._free.release()

    def _keep(self, end: socket.socket) -> None:
        with self._lock:
            self._open.add(end)
        if self._access.stop.is_set():
            _hang_up(end)

    def _forget(self, end: socket.socket) -> None:
        with self._lock:
            self._open.discard(end)


def _hang_up(end: socket.socket) -> None:
    """Wakes who waits for it, which closing alone does not."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
