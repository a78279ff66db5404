"""The trace: a race as NDJSON, written while it runs.

Version 1: a header line; one line an event; a closing line with a SHA-256 digest of all bytes before it. A file that
was cut off anywhere still opens, up to the cut. Whatever is read is taken as hostile: each line is checked against its
type, and the first line that does not fit ends the reading with a note.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Protocol

import msgspec

from app.race.events import LaneEvent, Ns
from app.race.fold import RaceState
from app.race.lanes import LaneKind, LaneSpec, Request
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
    """Writes a trace line by line. Every line is handed to the system before ``write`` returns."""

    def __init__(self, sink: Sink, header: Header) -> None:
        self._sink = sink
        self._encoder = msgspec.json.Encoder()
        self._hash = hashlib.sha256()
        self._records = 0
        self._line(header)

    def _line(self, item: object) -> None:
        line = self._encoder.encode(item) + b"\n"
        self._hash.update(line)
        self._sink.write(line)
        self._sink.flush()

    def write(self, record: Record) -> None:
        """Appends one record."""
        self._line(record)
        self._records += 1

    def close(self) -> None:
        """Appends the closing line. The sink itself is closed by whoever opened it."""
        self._line(Closing(self._records, "sha256:" + self._hash.hexdigest()))


@dataclass(slots=True)
class Trace:
    """A trace as it was read.

    Attributes:
        complete: The closing line is there and its digest fits.
        note: What is wrong with it, one plain sentence; empty if nothing is.
    """

    header: Header
    records: list[Record] = field(default_factory=list)
    complete: bool = False
    note: str = ""

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
    return Trace(header, records, trace.complete, trace.note)


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
        raise ProblemError(_not_a_trace(f"Its first line is damaged: {error}.")) from error
    digest = hashlib.sha256(first + b"\n")
    decoder = msgspec.json.Decoder(Record)
    cut = "The trace was cut off; it is shown up to there."
    for number, (line, whole) in enumerate(lines, start=2):
        if not whole:
            trace.note = cut
            return trace
        if line.startswith(b'{"closing":'):
            return _close(trace, line, digest.hexdigest(), rest=next(lines, None) is not None)
        try:
            trace.records.append(decoder.decode(line))
        except DECODE_ERRORS as error:
            trace.note = f"The trace is damaged at line {number} ({error}); it is shown up to there."
            return trace
        digest.update(line + b"\n")
    trace.note = cut
    return trace


READERS: Final[dict[int, Callable[[bytes, Iterator[tuple[bytes, bool]]], Trace]]] = {1: _read_version_1}


class _Version(msgspec.Struct):
    mtp_race_trace: int


def _close(trace: Trace, line: bytes, digest: str, *, rest: bool) -> Trace:
    try:
        closing = msgspec.json.decode(line, type=Closing)
    except DECODE_ERRORS:
        trace.note = "The closing line of the trace is damaged."
        return trace
    if closing.digest != f"sha256:{digest}" or closing.closing != len(trace.records) or rest:
        trace.note = "The trace was changed after it was written: its digest does not fit."
        return trace
    trace.complete = True
    return trace


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
