"""What programs may fetch, and what they fetched: kept in a file, so that the next program gets the same bytes.

The file is lines of JSON, specified in ``docs/formats.md`` (Recording). It is read as hostile input.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec

from app.places import write_private
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.sandbox.gate.addresses import cleaned, host_pattern, same_but_for_now

VERSION: Final = 1
SUFFIX: Final = ".recording.jsonl"
"""The end of a recording's name. Beside ``race.ndjson`` lies ``race.recording.jsonl``."""
MIB: Final = 1024 * 1024
MOST_EXCHANGES: Final = 2000
_MOST_BYTES: Final = 256 * MIB
_KEPT: Final = {"content-disposition", "content-language", "content-type", "date", "etag", "last-modified", "link"} | {
    *("location", "retry-after", "set-cookie")
}
Side = Literal["a", "b"]
"""Which program: ``a`` the first lane's, ``b`` the second's."""


class Permission(msgspec.Struct, frozen=True):
    """What the programs of a race may fetch.

    Attributes:
        hosts: Names such as ``"query1.finance.yahoo.com"``, or ``"*.yahoo.com"`` for all below a name.
        methods: HTTP methods in capitals.
        bytes_limit: Most bytes of all answers together.
        seconds_limit: Most seconds for one answer, from the request to its last byte.
    """

    hosts: tuple[str, ...]
    methods: tuple[str, ...] = ("GET", "HEAD")
    bytes_limit: int = 32 * MIB
    seconds_limit: float = 20.0


class Fetched(msgspec.Struct, frozen=True):
    """One request of a program, for people: no token, cookie or body.

    Attributes:
        side: Which program asked.
        method: In capitals.
        url: Without what looks like a key or a token.
        status: Of the answer; 0 if it was refused.
        size: Bytes of its body.
        recorded: It came from the recording and not from the world.
        refused: Why there is no answer, a sentence; empty where there is one.
    """

    side: Side
    method: str
    url: str
    status: int = 0
    size: int = 0
    recorded: bool = False
    refused: str = ""


class RecordingHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a recording.

    Attributes:
        mtp_race_recording: Version of the format.
        created: UTC time of the first answer, ISO 8601.
        app_version: Version of the app that wrote it.
        hosts: What the programs were allowed to fetch from.
        note: For people: that the figures are invented, say. Empty for what was really fetched.
    """

    mtp_race_recording: int
    created: str = ""
    app_version: str = ""
    hosts: tuple[str, ...] = ()
    note: str = ""


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and its answer.

    Attributes:
        method: In capitals.
        url: What was asked for. In a file, what looks like a token or key in it is left out.
        status: Of the answer.
        headers: Name in small letters and value, of those that say something of the body, and cookies; in a file
            without the cookies' values.
        at: When it was asked, seconds since 1970 in UTC.
        text: The body where it is UTF-8.
        data: The body where it is not; in a file base64.
        asked: SHA-256 of the request's body in hexadecimal; empty where it had none.
    """

    method: str
    url: str
    status: Annotated[int, msgspec.Meta(ge=100, le=599)]
    headers: tuple[tuple[str, str], ...] = ()
    at: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] = 0
    text: str = ""
    data: bytes = b""
    asked: str = ""

    @property
    def body(self) -> bytes:
        """The bytes of the answer, without any coding."""
        return self.data or self.text.encode()


def make_exchange(
    method: str,
    url: str,
    status: int,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    *,
    at: int = 0,
    asked: str = "",
) -> Exchange:
    """Returns an exchange with those of the headers that are kept."""
    kept = tuple((name.lower(), value) for name, value in headers if name.lower() in _KEPT)
    try:
        text, data = body.decode(), b""
    except UnicodeDecodeError:
        text, data = "", body
    return Exchange(method=method, url=url, status=status, headers=kept, at=at, text=text, data=data, asked=asked)


class FetchRecording:
    """The answers that programs got, in the order in which they came. Safe to use from several threads."""

    def __init__(self, header: RecordingHeader | None = None, exchanges: Iterable[Exchange] = ()) -> None:
        self.header = header or RecordingHeader(mtp_race_recording=VERSION)
        self._kept: dict[tuple[str, str, str], Exchange] = {}  # by method, address and what was sent
        self._lock = threading.Lock()
        for exchange in exchanges:
            self.keep(exchange)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All of them."""
        with self._lock:
            return tuple(self._kept.values())

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that answered."""
        named = (host_pattern(urlsplit(one.url).hostname or "") for one in self.exchanges)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def find(self, method: str, url: str, at: int, asked: str = "") -> Exchange | None:
        """Returns the answer to a request, or None if there is none.

        The same request comes first. Else it may differ in keys and tokens, which no file holds, or in times that lie
        as far from the moment at which it was made: programs ask for "until now".

        Args:
            at: Now, seconds since 1970 in UTC.
            asked: As in :class:`Exchange`.
        """
        with self._lock:
            found = self._kept.get((method, url, asked))
            alike = [kept for key, kept in self._kept.items() if (key[0], key[2]) == (method, asked)]
        if found is not None:
            return found
        wanted = cleaned(url)
        named = [(cleaned(kept.url), kept) for kept in alike]
        same = next((kept for name, kept in named if name == wanted), None)
        return same or next((kept for name, kept in named if same_but_for_now(name, kept.at, wanted, at)), None)

    def keep(self, exchange: Exchange) -> Exchange:
        """Keeps an answer, and returns the one that counts: the first to the same request."""
        with self._lock:
            return self._kept.setdefault((exchange.method, exchange.url, exchange.asked), exchange)

    def write(self, path: Path) -> None:
        """Writes the file, which only its user may read. Raises :class:`OSError`."""
        lines = [msgspec.json.encode(self.header), *(msgspec.json.encode(stored(one)) for one in self.exchanges)]
        write_private(path, b"".join(line + b"\n" for line in lines))


def stored(exchange: Exchange) -> Exchange:
    """Returns an exchange as it is kept in a file: without what gives access to anything."""
    headers = [(name, _stored_header(name, value)) for name, value in exchange.headers]
    return msgspec.structs.replace(exchange, url=cleaned(exchange.url), headers=tuple(headers))


def _stored_header(name: str, value: str) -> str:
    if name == "location":
        return cleaned(value)
    if name == "set-cookie":
        pair, mark, rest = value.partition(";")
        return f"{pair.partition('=')[0]}=recorded{mark}{rest}"
    return value


def recording_path(trace: Path) -> Path:
    """Returns where the recording of a trace is stored: beside it."""
    return trace.with_name(f"{trace.stem}{SUFFIX}")


def read_recording(path: Path) -> FetchRecording:
    """Reads a recording.

    Raises:
        ProblemError: it is missing, too large, of a newer version, or no recording.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if len(data) > _MOST_BYTES:
        raise _unreadable(path, f"it is larger than {_MOST_BYTES // MIB} MiB")
    first, _, rest = data.partition(b"\n")
    lines = rest.splitlines()
    if len(lines) > MOST_EXCHANGES:
        raise _unreadable(path, f"it holds more than {MOST_EXCHANGES} answers")
    try:
        header = msgspec.json.decode(first, type=RecordingHeader)
        if header.mtp_race_recording > VERSION:
            raise _unreadable(path, "a newer version of MTP Race wrote it")
        recording = FetchRecording(header, (msgspec.json.decode(line, type=Exchange) for line in lines))
        hosts = recording.hosts
    except (*DECODE_ERRORS, ValueError) as error:
        raise _unreadable(path, f"it is no recording ({error})") from error
    if not hosts:
        raise _unreadable(path, "it holds no answer of a host")
    return recording


def _unreadable(path: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            "recording-unreadable",
            f"The recording {path.name} cannot be read.",
            cause=f"{why[:1].upper()}{why[1:]}.",
            action="Allow the hosts again (--fetch-from) to fetch anew, or remove the file.",
        )
    )
