"""What parent and worker say to each other: length-prefixed msgpack, one message a frame.

A frame is a little-endian 32-bit length and that many bytes of msgpack. The parent sends commands; the worker answers
with the event types of ``app.race.events``. Both sides check every frame against its types.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec

from app.race.events import LaneEvent
from app.race.known_costs import KnownCosts
from app.race.lanes import MAX_K, KPolicy, KRange, LaneSpec, Request
from app.race.problems import DECODE_ERRORS

MAX_FRAME: Final = 64 * 1024 * 1024
_LENGTH: Final = struct.Struct("<I")


class Load(msgspec.Struct, frozen=True, tag="load", tag_field="t"):
    """Load this lane's models. Answered by ``Loaded`` or ``Failed``."""

    spec: LaneSpec


class Race(msgspec.Struct, frozen=True, tag="race", tag_field="t"):
    """Get ready to run ``request``; compute nothing before the first turn. K and its policy hold for this run.

    Attributes:
        known: What passes and drafts are known to cost here, for a policy to start from.
    """

    request: Request
    k: KRange = 0
    policy: KPolicy = KPolicy.FIXED
    known: KnownCosts = KnownCosts()


class Turn(msgspec.Struct, frozen=True, tag="turn", tag_field="t"):
    """Compute: the prefill, or ``rounds`` rounds; -1 runs to the end. Each is answered by its event as it is done."""

    rounds: int = 1


class Probe(msgspec.Struct, frozen=True, tag="probe", tag_field="t"):
    """Measure the noise floor of this pair, outside any run. Answered by ``Noise``, or ``Failed`` if it cannot be."""

    request: Request
    k: KRange
    positions: int = 64


class ProbePasses(msgspec.Struct, frozen=True, tag="probe-passes", tag_field="t"):
    """Measure forward passes of these widths, outside any run. Answered by ``PassCosts``, or by ``Failed``.

    Attributes:
        widths: Numbers of tokens, each 1..17.
        context: Tokens in the KV cache before each pass.
        repeats: Passes of each width that are timed, after a few that warm up.
        elsewhere: Bytes of other memory that are read before each pass, as the rest of a model would be that a slice
            stands for.
    """

    widths: tuple[Annotated[int, msgspec.Meta(ge=1, le=MAX_K + 1)], ...]
    context: Annotated[int, msgspec.Meta(ge=1, le=1 << 20)]
    repeats: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    elsewhere: Annotated[int, msgspec.Meta(ge=0, le=1 << 34)] = 0


class Stop(msgspec.Struct, frozen=True, tag="stop", tag_field="t"):
    """End the run now, inside a round if need be. Answered by ``Done``."""


class Quit(msgspec.Struct, frozen=True, tag="quit", tag_field="t"):
    """Free everything and exit."""


Command: TypeAlias = Load | Race | Turn | Probe | ProbePasses | Stop | Quit

encode = msgspec.msgpack.Encoder().encode
_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_events: msgspec.msgpack.Decoder[LaneEvent] = msgspec.msgpack.Decoder(LaneEvent)
_T = TypeVar("_T")


class ProtocolError(Exception):
    """The other side sent something that is no frame of this protocol."""


def pack(message: Command | LaneEvent) -> bytes:
    """Returns the frame of a message."""
    body = encode(message)
    return _LENGTH.pack(len(body)) + body


def pack_for(lane: int, message: Command | LaneEvent) -> bytes:
    """Returns the frame of a message of one of several lanes in a process: its number in a byte before the body."""
    body = encode(message)
    return _LENGTH.pack(1 + len(body)) + bytes((lane,)) + body


def split_lane(body: bytes) -> tuple[int, bytes]:
    """Returns the lane's number and the message's body. Raises :class:`ProtocolError` if there is none."""
    if not body:
        raise ProtocolError("a frame without a lane")
    return body[0], body[1:]


def unpack_command(body: bytes) -> Command:
    """Decodes a command. Raises :class:`ProtocolError` for anything else."""
    return _unpack(_commands, body)


def unpack_event(body: bytes) -> LaneEvent:
    """Decodes an event. Raises :class:`ProtocolError` for anything else."""
    return _unpack(_events, body)


def _unpack(decoder: msgspec.msgpack.Decoder[_T], body: bytes) -> _T:
    try:
        return decoder.decode(body)
    except DECODE_ERRORS as error:
        raise ProtocolError(f"not a frame of this protocol: {error}") from error


def read_body(read: Callable[[int], bytes]) -> bytes | None:
    """Reads one frame's body; ``read(n)`` returns exactly n bytes, or fewer at the end of the stream.

    Returns None at the end, also when it comes inside a frame: the other side is gone then.

    Raises:
        ProtocolError: the length is impossible, so the stream is not one of frames.
    """
    head = read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise ProtocolError(f"a frame of {length} bytes is larger than any real one")
    body = read(length)
    return body if len(body) == length else None
