"""The trace: a race as NDJSON, written while it runs. ``docs/formats.md`` is its specification.

Version 1: a header line; one line an event; a closing line with a SHA-256 digest of all bytes before it. A file that
was cut off anywhere still opens, up to the cut. Whatever is read is taken as hostile: each line is checked against its
type, and the first line that does not fit ends the reading with a note. What a later version adds (fields, events,
words) is left out, with a note where it would have meant something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Protocol, get_args

import msgspec

from app import __version__
from app.race.events import Done, Finish, LaneEvent, Ns
from app.race.fold import RaceState
from app.race.formats import FORMATS
from app.race.lanes import KPolicy, LaneKind, LaneSpec, Request
from app.race.names_only import NamesOnly
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

VERSION: Final = 1
MAGIC: Final = b'{"mtp_race_trace":'
MAX_LINE: Final = 16 * 1024 * 1024


class Machine(msgspec.Struct, frozen=True):
    """The machine a race ran on, as far as it is known."""

    cpu: str = ""
    cores: int = 0
    memory_bytes: int = 0
    system: str = ""
    gpus: tuple[str, ...] = ()


class FileHash(msgspec.Struct, frozen=True):
    """A model file's name (never where it is), size in bytes and hash.

    ``kind`` is ``"sha256"``, or ``"sha256-ends"`` for a large file: the hash of its first and last MiB. For a model
    that is a folder it is ``"sha256-folder"``: the hash of lines ``name hash`` of its config and its weights, by name.
    """

    name: str
    size: int
    kind: str = ""
    digest: str = ""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What was raced, where and how.

    Attributes:
        mtp_race_trace: Version of the format.
        created: UTC time of the start, ISO 8601.
        pair: Registry id of the pair; ``pair_title`` is its name for people.
        prompt_name: Name of the prompt, or ``"custom"``.
        workload: Workload class, such as ``"code"``; ``language`` is the language of the answer.
        lanes: Lanes in order, with file names in place of paths, so that a trace tells nothing of its author's disk.
    """

    mtp_race_trace: int = VERSION
    created: str = ""
    app_version: str = ""
    pair: str = ""
    pair_title: str = ""
    prompt_name: str = ""
    workload: str = ""
    language: str = ""
    request: Request = Request(prompt="")
    format: str = "clock"
    lanes: tuple[LaneSpec, ...] = ()
    files: tuple[FileHash, ...] = ()
    machine: Machine = Machine()


def baseline_id(header: Header) -> str | None:
    """Returns the id of the lane that the others are compared with, or None if the race has no baseline."""
    return next((lane.id for lane in header.lanes if lane.kind is LaneKind.BASELINE), None)


def contender_id(header: Header) -> str | None:
    """Returns the id of the first drafting lane, or None if there is none."""
    return next((lane.id for lane in header.lanes if lane.kind is not LaneKind.BASELINE), None)


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of one lane.

    Attributes:
        lane: Lane id.
        at: Wall time since the race began, ns. Only a free-for-all replay needs it; rates never do.
        e: The event.
        heat: Number of the heat, from 0, where a race is run several times.
    """

    lane: str
    at: Ns
    e: LaneEvent
    heat: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class Closing(msgspec.Struct, frozen=True):
    """The last line of a complete trace: number of records, and the digest of all bytes before this line."""

    closing: int
    digest: str


class Sink(Protocol):
    """Where a trace is written: a binary file or anything that behaves like one."""

    def write(self, data: bytes, /) -> object:
        """Takes all of ``data``."""
        ...

    def flush(self) -> object:
        """Hands everything over to the system, so that a crash of the app loses none of it."""
        ...


class TraceWriter:
    """Writes a trace line by line. Every line is handed to the system before ``write`` returns.

    Args:
        sink: Where it goes.
        header: Is written at once.
        names: Cuts folders out of what is written.

    Raises:
        OSError: the sink refuses a write, now or later.
    """

    def __init__(self, sink: Sink, header: Header, names: NamesOnly | None = None) -> None:
        self._sink = sink
        self._names = names or NamesOnly()
        self._encoder = msgspec.json.Encoder()
        self._hash = hashlib.sha256()
        self._records = 0
        self._line(self._without_folders(header))

    def _without_folders(self, header: Header) -> Header:
        cut = self._names.text
        lanes = tuple(
            msgspec.structs.replace(
                lane,
                target=cut(lane.target),
                drafter=cut(lane.drafter),
                options={name: cut(value) for name, value in lane.options.items()},
            )
            for lane in header.lanes
        )
        return msgspec.structs.replace(header, lanes=lanes, pair_title=cut(header.pair_title))

    def _line(self, item: object) -> None:
        line = self._encoder.encode(item) + b"\n"
        self._hash.update(line)
        self._sink.write(line)
        self._sink.flush()

    def write(self, record: Record) -> None:
        """Appends one record."""
        event = self._names.event(record.e)
        self._line(record if event is record.e else msgspec.structs.replace(record, e=event))
        self._records += 1

    def close(self) -> None:
        """Appends the closing line. The sink itself is closed by whoever opened it."""
        self._line(Closing(self._records, "sha256:" + self._hash.hexdigest()))


@dataclass(slots=True)
class Trace:
    """A trace as it was read.

    Attributes:
        complete: The closing line is there and its digest fits.
        note: What is wrong with it, in plain sentences; empty if nothing is.
        newer: It says something that this version does not know.
    """

    header: Header
    records: list[Record] = field(default_factory=list)
    complete: bool = False
    note: str = ""
    newer: bool = False

    def state(self, heat: int = 0) -> RaceState:
        """Folds all records of one heat."""
        state = RaceState.of(lane.id for lane in self.header.lanes)
        for record in self.records:
            if record.heat == heat:
                state.apply(record.lane, record.e)
        return state


def only_lanes(trace: Trace, lanes: Sequence[str]) -> Trace:
    """Returns the part of a trace that is about these lanes, in the order of the header."""
    header = msgspec.structs.replace(
        trace.header, lanes=tuple(lane for lane in trace.header.lanes if lane.id in set(lanes))
    )
    records = [record for record in trace.records if record.lane in set(lanes)]
    return Trace(header, records, trace.complete, trace.note, trace.newer)


def read_trace(chunks: Iterable[bytes]) -> Trace:
    """Reads a trace from byte chunks of any size.

    Raises:
        ProblemError: it is no trace, or one of a newer version.
    """
    lines = _lines(chunks)
    first, whole = next(lines, (b"", False))
    if not first:
        raise ProblemError(_not_a_trace("The file is empty."))
    if not (first.startswith(MAGIC) or (not whole and MAGIC.startswith(first))):
        raise ProblemError(_not_a_trace("It does not begin like one."))
    if not whole:
        return Trace(Header(), note="The trace was cut off before its first event.")
    return _reader_for(_version(first))(first, lines)


def _version(first: bytes) -> int:
    try:
        return msgspec.json.decode(first, type=_Version).mtp_race_trace
    except DECODE_ERRORS as error:
        raise ProblemError(_not_a_trace(f"Its first line is damaged: {error}.")) from error


def _reader_for(version: int) -> Callable[[bytes, Iterator[tuple[bytes, bool]]], Trace]:
    reader = READERS.get(version)
    if reader is None:
        raise ProblemError(
            Problem(
                "trace-version",
                f"This trace has format version {version}, which this app cannot read.",
                cause=f"It reads version {', '.join(map(str, READERS))}.",
                action="Update MTP Race.",
            )
        )
    return reader


def _read_version_1(first: bytes, lines: Iterator[tuple[bytes, bool]]) -> Trace:
    try:
        trace = Trace(msgspec.json.decode(first, type=Header))
    except DECODE_ERRORS as error:
        raise ProblemError(_unreadable_header(first, error)) from error
    trace.newer = _says_something_newer(trace.header)
    trace.note = _read_lines(trace, first, lines)
    if trace.newer:
        trace.note = f"{trace.note} {NEWER_NOTE}".strip()
    return trace


def _read_lines(trace: Trace, first: bytes, lines: Iterator[tuple[bytes, bool]]) -> str:
    """Reads records into ``trace`` up to the closing line. Returns what is wrong, "" if nothing is."""
    digest = hashlib.sha256(first + b"\n")
    decoder = msgspec.json.Decoder(Record)
    left_out = 0
    cut = "The trace was cut off; it is shown up to there."
    for number, (line, whole) in enumerate(lines, start=2):
        if not whole:
            return cut
        if line.startswith(b'{"closing":'):
            return _close(trace, line, digest.hexdigest(), left_out, rest=next(lines, None) is not None)
        try:
            record = decoder.decode(line)
        except DECODE_ERRORS as error:
            if not _is_newer(line):
                return f"The trace is damaged at line {number} ({error}); it is shown up to there."
            trace.newer = True
            left_out += 1
        else:
            trace.records.append(record)
            trace.newer = trace.newer or (isinstance(record.e, Done) and record.e.finish is Finish.NEWER)
        digest.update(line + b"\n")
    return cut


NEWER_NOTE: Final = "It was made by a newer version of MTP Race; what this version does not know is left out."


class _AnyEvent(msgspec.Struct):
    t: str


class _AnyRecord(msgspec.Struct):
    lane: str
    at: Ns
    e: _AnyEvent


def _is_newer(line: bytes) -> bool:
    """Whether a line that is no record of this version is one of a later version: an event of another name."""
    try:
        return msgspec.json.decode(line, type=_AnyRecord).e.t not in _EVENT_NAMES
    except DECODE_ERRORS:
        return False


_EVENT_NAMES: Final = frozenset(str(event.__struct_config__.tag) for event in get_args(LaneEvent))


def _says_something_newer(header: Header) -> bool:
    words = (word for lane in header.lanes for word in (lane.kind, lane.policy))
    return header.format not in FORMATS or any(word in (LaneKind.NEWER, KPolicy.NEWER) for word in words)


class _Maker(msgspec.Struct):
    app_version: str = ""


def _unreadable_header(first: bytes, error: Exception) -> Problem:
    """Words for a header that does not fit, which is no damage where a newer version wrote it."""
    try:
        maker = msgspec.json.decode(first, type=_Maker).app_version
    except DECODE_ERRORS:
        maker = ""
    if _numbers(maker) > _numbers(__version__):
        return Problem(
            "trace-newer",
            f"This trace was made by MTP Race {maker[:20]}, which is newer than this one ({__version__}).",
            cause=f"This version does not understand its first line: {error}.",
            action="Update MTP Race.",
        )
    return _not_a_trace(f"Its first line is damaged: {error}.")


def _numbers(version: str) -> list[int]:
    parts = version.split(".")
    return [int(part) for part in parts] if all(p.isascii() and p.isdigit() and len(p) < 9 for p in parts) else []


READERS: Final[dict[int, Callable[[bytes, Iterator[tuple[bytes, bool]]], Trace]]] = {1: _read_version_1}


class _Version(msgspec.Struct):
    mtp_race_trace: int


def _close(trace: Trace, line: bytes, digest: str, left_out: int, *, rest: bool) -> str:
    try:
        closing = msgspec.json.decode(line, type=Closing)
    except DECODE_ERRORS:
        return "The closing line of the trace is damaged."
    if closing.digest != f"sha256:{digest}" or closing.closing != len(trace.records) + left_out or rest:
        return "The trace was changed after it was written: its digest does not fit."
    trace.complete = True
    return ""


def _lines(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yields each line without its newline, and whether it was whole. An over-long line ends the stream as cut off."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line, True
        if len(rest) > MAX_LINE:
            yield rest[:MAX_LINE], False
            return
    if rest:
        yield rest, False


def _not_a_trace(cause: str) -> Problem:
    return Problem(
        "trace-not",
        "This file is not a trace of MTP Race.",
        cause=cause,
        action="Open a file that the app saved (its name ends in .ndjson).",
    )
