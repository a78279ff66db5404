"""How the gate reaches the world: names are looked up here, addresses checked, and the checked one is connected to.

No library looks a name up a second time, so that a name server that answers differently then ("rebinding") gains
nothing.
"""

from __future__ import annotations

import functools
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpcore
import psutil

from app.net import certificates

_SLICE_S: Final = 0.25  # between two looks at whether it is still wanted
_REFUSED: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocol assignments; a cloud's metadata among them
            "192.88.99.0/24",  # the way into 6to4
            "168.63.129.16/32",  # a cloud's own services, seen by its machines only
            "2001::/23",  # Teredo and other assignments
            "2002::/16",  # 6to4: any IPv4 address
            "2001:db8::/32",
            "3fff::/20",  # both: for documents
        ),
    )
)
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last four bytes are the IPv4 address that is reached. Networks without IPv4 need it."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class FetchRefused(Exception):
    """A request that is not answered. Its text is a sentence for the user, and never holds a secret."""


def why_not(address: str) -> str:
    """Returns why an address is not to be reached; empty if it is one of the public internet.

    An address of this machine itself is refused as well, whatever it is.
    """
    try:
        ip: _Address = ipaddress.ip_address(address)
    except ValueError:
        return "no address"
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if inner is None and ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return why_not(str(inner))
        if ip not in _GLOBAL_V6:
            return "not an address of the public internet"
    bad = ip.is_multicast or ip.is_reserved or not ip.is_global or any(ip in network for network in _REFUSED)
    if bad:
        return "not an address of the public internet"
    return "this machine's own address" if ip in _own_addresses() else ""


@functools.lru_cache(maxsize=1)
def _own_addresses() -> frozenset[_Address]:
    found = [one.address for all_of in psutil.net_if_addrs().values() for one in all_of]
    own = set()
    for text in found:
        try:
            own.add(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError:
            continue  # a hardware address
    return frozenset(own)


def look_up(host: str) -> list[str]:
    """Returns the addresses of a host as the system finds them. Raises :class:`OSError` if there are none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Outside:
    """The world as the gate sees it. The tests put a server on this machine in its place.

    Attributes:
        look_up: Gives the addresses of a host, best first; raises :class:`OSError`.
        why_not: Why an address is not to be reached; empty if it may be.
        trust: Which certificates are trusted.
        ports: Another port to connect to, by the port of the request.
    """

    look_up: Callable[[str], Sequence[str]] = look_up
    why_not: Callable[[str], str] = why_not
    trust: Callable[[], ssl.SSLContext] = certificates
    ports: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Until:
    """How long something may take: to a moment of the monotonic clock, in seconds, or until it is called off."""

    end: float
    stop: threading.Event

    def wait(self, step: Callable[[float], bytes | None]) -> bytes:
        """Does a step again until it returns something. It gets the seconds it may take; None: it took longer.

        Raises:
            FetchRefused: the time is over, or it is called off.
        """
        while True:
            left = self.end - time.monotonic()
            if self.stop.is_set():
                raise FetchRefused("The program ended before the answer came.")
            if left <= 0:
                raise FetchRefused("The answer took too long.")
            got = step(min(left, _SLICE_S))
            if got is not None:
                return got


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to a checked address only, and to the one that was checked."""

    def __init__(self, outside: Outside, until: Until) -> None:
        self._outside, self._until = outside, until
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception | None = None
        for address in self._addresses(host):
            left = max(0.01, self._until.end - time.monotonic())
            try:
                stream = self._sockets.connect_tcp(address, self._outside.ports.get(port, port), min(left, 5.0))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _TimedStream(stream, self._until)
        raise failed or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str) -> Sequence[str]:
        """Raises :class:`FetchRefused` if one of them is not to be reached: no name is partly trusted."""
        answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._outside.look_up(host))
            except (OSError, UnicodeError) as error:
                answers.put(OSError(str(error)))

        threading.Thread(target=ask, name="gate-names", daemon=True).start()
        found: list[Sequence[str] | OSError] = []

        def look(seconds: float) -> bytes | None:
            try:
                found.append(answers.get(timeout=seconds))
            except queue.Empty:
                return None
            return b""

        self._until.wait(look)
        (addresses,) = found
        if isinstance(addresses, OSError) or not addresses:
            raise FetchRefused(f"There is no machine with the name {host}.")
        for address in addresses:
            reason = self._outside.why_not(address)
            if reason:
                raise FetchRefused(f"{host} has the address {address}: {reason}.")
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection with one end of time for all that is read and written."""

    def __init__(self, stream: httpcore.NetworkStream, until: Until) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        def step(seconds: float) -> bytes | None:
            try:
                return self._stream.read(max_bytes, seconds)
            except httpcore.ReadTimeout:
                return None

        return self._until.wait(step)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, max(0.01, self._until.end - time.monotonic()))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = max(0.01, self._until.end - time.monotonic())
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
