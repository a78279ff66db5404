from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.event_stream import MAX_EVENT, Event, EventStream, TooLong


def parsed(*pieces: bytes) -> list[Event]:
    stream = EventStream()
    found = [event for piece in pieces for event in stream.feed(piece)]
    return found + list(stream.end())


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[begin:end] for begin, end in itertools.pairwise(edges)]


PARTS = st.sampled_from(
    [
        *(b"data", b"data: ", b"event: error", b":", b" ", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b'{"a": 1}'),
        *(b"[DONE]", "é".encode(), "🎈".encode(), b"\xff", b"id: 7", b"error: no", b"<html>"),
    ]
)


@given(st.lists(PARTS, max_size=30), st.lists(st.integers(0, 120)))
def test_any_split_of_the_bytes_gives_the_same_events(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    assert parsed(*split(data, cuts)) == parsed(data)


@given(st.lists(PARTS, max_size=30), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_every_line_end_of_the_standard_means_the_same(parts: list[bytes], end: bytes) -> None:
    data = b"".join(part for part in parts if part.strip(b"\r\n")) + b"\n"
    assert parsed(data.replace(b"\n", end)) == parsed(data)


@pytest.mark.parametrize(
    ("data", "events"),
    [  # From the WHATWG's HTML standard, 9.2.6.
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10")]),
        (b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n", [("message", "first event")] * 0),
        (b"data\n\ndata\ndata\n\n", [("message", ""), ("message", "\n")]),
        (b"data:test\n\ndata: test\n\n", [("message", "test"), ("message", "test")]),
        (b"\xef\xbb\xbfdata:  two\n\n", [("message", " two")]),
        (b"event: add\ndata: 73\n\nevent: none\n\ndata: 5\n\n", [("add", "73"), ("message", "5")]),
    ],
)
def test_the_standards_own_examples(data: bytes, events: list[tuple[str, str]]) -> None:
    expected = events or [("message", "first event"), ("message", "second event")]
    assert [(event.kind, event.data) for event in parsed(data)] == expected


def test_lines_of_json_and_an_error_field_are_events_and_the_rest_is_kept() -> None:
    stream = EventStream()
    data = b'{"a": 1}\n<html>\nerror: {"code": 500}\ndata: last'
    found = [*stream.feed(data), *stream.end()]
    assert found == [Event("", '{"a": 1}'), Event("error", '{"code": 500}'), Event("message", "last")]
    assert stream.unused == "<html>\n"


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 65536, b"x" * 65536, b"data: " + b"x" * 60000 + b"\n"])
def test_what_does_not_end_is_given_up(piece: bytes) -> None:
    stream = EventStream()
    pieces = [piece] * (2 * MAX_EVENT // 60000)
    with pytest.raises(TooLong):
        list(itertools.chain.from_iterable(map(stream.feed, pieces)))


def test_what_is_of_no_use_is_kept_up_to_a_bound() -> None:
    stream = EventStream()
    for _ in range(1000):
        list(stream.feed(b"noise" * 100 + b"\n"))
    assert 0 < len(stream.unused) < 100_000
