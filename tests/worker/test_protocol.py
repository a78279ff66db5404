from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.lanes import Request
from app.worker.protocol import (
    MAX_FRAME,
    Load,
    ProbePasses,
    ProtocolError,
    Quit,
    Race,
    Stop,
    Turn,
    pack,
    read_body,
    unpack_command,
    unpack_event,
)
from tests.race.builders import spec
from tests.race.strategies import events

COMMANDS = [Load(spec("mtp", 3)), Race(Request("Hi"), 3), Turn(), Turn(-1), ProbePasses((1, 17), 64), Stop(), Quit()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_comes_out_as_it_went_in(command: object) -> None:
    body = read_body(io.BytesIO(pack(command)).read)  # type: ignore[arg-type]
    assert body is not None
    assert unpack_command(body) == command


@given(st.lists(events, max_size=8))
def test_events_come_out_of_a_stream_as_they_went_in(stream: list) -> None:  # type: ignore[type-arg]
    wire = io.BytesIO(b"".join(map(pack, stream)))
    found = []
    while (body := read_body(wire.read)) is not None:
        found.append(unpack_event(body))
    assert found == stream


@given(events, st.data())
def test_a_stream_that_ends_inside_a_frame_ends(event: object, data: st.DataObject) -> None:
    whole = pack(event)  # type: ignore[arg-type]
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read_body(io.BytesIO(whole[:cut]).read) is None


@given(st.binary(max_size=60))
def test_garbage_is_refused_and_never_more(data: bytes) -> None:
    for unpack in (unpack_event, unpack_command):
        try:
            unpack(data)
        except ProtocolError:
            continue


def test_an_impossible_length_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProtocolError, match="larger"):
        read_body(io.BytesIO((MAX_FRAME + 1).to_bytes(4, "little")).read)
