"""What the gate decides: which request is answered, from the recording or from the world, and which is refused."""

from __future__ import annotations

import datetime
import threading
import time
from pathlib import Path
from typing import Final

import msgspec

from app import __version__
from app.sandbox.gate.addresses import cleaned, is_allowed
from app.sandbox.gate.certificates import Authority
from app.sandbox.gate.network import FetchRefused, Outside, Until
from app.sandbox.gate.recording import (
    MIB,
    MOST_EXCHANGES,
    Exchange,
    Fetched,
    FetchRecording,
    Permission,
    Side,
    read_recording,
)
from app.sandbox.gate.upstream import AskedFor, Bounds, fetch
from app.sandbox.gate.words import NOT_ALLOWED
from app.sandbox.plain import plain_line

MOST_FETCHED: Final = 1000
"""Requests of one comparison that are told of."""


def open_gate(permission: Permission | None, path: Path | None) -> FetchGate:
    """Returns the gate of a race.

    Args:
        permission: What its programs may fetch; None: only what is in the recording.
        path: Where the recording is, if there is one already.

    Raises:
        ProblemError: there is a recording and it cannot be read, or it holds nothing.
    """
    recording = FetchRecording()
    if path is not None and path.exists():
        recording = read_recording(path)
    if permission is None:
        permission = Permission(hosts=recording.hosts)
    header = recording.header
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    recording.header = msgspec.structs.replace(
        header,
        created=header.created or now,
        app_version=header.app_version or __version__,
        hosts=tuple(dict.fromkeys((*header.hosts, *permission.hosts))),
    )
    return FetchGate(permission, recording)


class FetchGate:
    """The gate of one comparison: both programs get the first answer to a request, or the same refusal."""

    def __init__(self, permission: Permission, recording: FetchRecording, outside: Outside | None = None) -> None:
        """Makes the gate.

        Args:
            permission: What may be fetched.
            recording: What is known; answers are added to it.
            outside: The world; the real one if None.
        """
        self.permission, self.recording = permission, recording
        self.authority = Authority(permission.hosts)
        self._outside = outside or Outside()
        self._refusals: dict[tuple[str, str, str], str] = {}
        self._told: list[Fetched] = []
        self._live = 0
        self._used = sum(len(one.body) for one in recording.exchanges)
        self._lock = threading.Lock()

    @property
    def fetched(self) -> tuple[Fetched, ...]:
        """What was asked for, in the order in which it was answered."""
        with self._lock:
            return tuple(self._told)

    @property
    def live(self) -> int:
        """How many answers came from the world."""
        return self._live

    def access(self, side: Side, *, live: bool = False, tell: bool = False) -> Access:
        """Returns the use of the gate by one run.

        Args:
            side: Whose program runs.
            live: Whether it may fetch what is not in the recording.
            tell: Whether what it asks for is told of.
        """
        return Access(self, side, live, tell)

    def answer(self, asked: AskedFor, access: Access) -> Exchange:
        """Answers a request whose host is allowed.

        Raises:
            FetchRefused: it is not answered.
        """
        try:
            exchange, recorded = self._find(asked, access)
        except FetchRefused as refused:
            self.tell_refused(access, asked.method, asked.url, str(refused))
            raise
        told = Fetched(access.side, asked.method, _shown(asked.url), exchange.status, len(exchange.body), recorded)
        self._tell(access, told)
        return exchange

    def check_host(self, host: str) -> None:
        """Raises :class:`FetchRefused` if a host is not allowed."""
        if not is_allowed(host, self.permission.hosts):
            raise FetchRefused(NOT_ALLOWED.format(host=plain_line(host, 200)))

    def tell_refused(self, access: Access, method: str, url: str, sentence: str) -> None:
        """Notes that a request was refused."""
        self._tell(access, Fetched(access.side, plain_line(method, 20), _shown(url), refused=plain_line(sentence)))

    def _tell(self, access: Access, told: Fetched) -> None:
        with self._lock:
            if access.tell and len(self._told) < MOST_FETCHED:
                self._told.append(told)

    def _find(self, asked: AskedFor, access: Access) -> tuple[Exchange, bool]:
        if asked.method not in self.permission.methods:
            raise FetchRefused(f"Programs may not send {plain_line(asked.method, 20)} requests.")
        found = self.recording.find(asked.method, asked.url, int(time.time()), asked.digest)
        if found is not None:
            return found, True
        key = (asked.method, asked.url, asked.digest)
        if key in self._refusals:
            raise FetchRefused(self._refusals[key])
        if not access.live:
            access.missing += 1
            raise FetchRefused("This is not in the recording.")
        if len(self.recording.exchanges) >= MOST_EXCHANGES:
            raise FetchRefused("The programs asked for too much.")
        until = Until(time.monotonic() + self.permission.seconds_limit, access.stop)
        try:
            exchange = fetch(asked, self._outside, Bounds(until, self._take))
        except FetchRefused as refused:
            if not access.stop.is_set():
                self._refusals[key] = str(refused)  # The other program is to meet the same.
            raise
        with self._lock:
            self._live += 1
        kept = self.recording.keep(exchange)
        return kept, kept is not exchange

    def _take(self, size: int) -> None:
        with self._lock:
            self._used += size
            used = self._used
        if used > self.permission.bytes_limit:
            raise FetchRefused(f"The answers are larger than {self.permission.bytes_limit / MIB:g} MiB.")


class Access:
    """The gate as one run of a program uses it.

    Attributes:
        missing: How many requests were refused because they are not in the recording.
        stop: Set when the run has ended.
    """

    def __init__(self, gate: FetchGate, side: Side, live: bool, tell: bool) -> None:
        self.gate, self.side, self.live, self.tell = gate, side, live, tell
        self.missing = 0
        self.stop = threading.Event()


def _shown(url: str) -> str:
    return plain_line(cleaned(url), 500)
