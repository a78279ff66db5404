from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.problems import ProblemError
from app.race.trace import MAGIC, MAX_LINE, Header, Record, Trace, TraceWriter, read_trace
from tests.race.builders import header, lane_events
from tests.race.strategies import headers, records


def written(head: Header, items: list[Record], *, close: bool = True) -> bytes:
    sink = io.BytesIO()
    writer = TraceWriter(sink, head)
    for item in items:
        writer.write(item)
    if close:
        writer.close()
    return sink.getvalue()


def real_looking() -> bytes:
    items = [Record("baseline", n, event) for n, event in enumerate(lane_events(range(9)))]
    items += [Record("mtp", n, event) for n, event in enumerate(lane_events(range(9), k=3))]
    return written(header(), items)


@given(headers, st.lists(records, max_size=20), st.integers(1, 200))
def test_a_trace_read_back_in_any_chunks_is_what_was_written(head: Header, items: list[Record], size: int) -> None:
    data = written(head, items)
    trace = read_trace(data[start : start + size] for start in range(0, len(data), size))
    assert (trace.header, trace.records, trace.complete, trace.note) == (head, items, True, "")


@given(headers, st.lists(records, max_size=12), st.data())
def test_a_trace_cut_off_anywhere_opens_up_to_the_cut(head: Header, items: list[Record], data: st.DataObject) -> None:
    whole = written(head, items)
    cut = data.draw(st.integers(1, len(whole) - 1))
    trace = read_trace([whole[:cut]])
    assert not trace.complete
    assert "cut off" in trace.note
    assert trace.records == items[: len(trace.records)]
    trace.state()


def test_every_prefix_of_a_race_opens() -> None:
    whole = real_looking()
    seen = [len(read_trace([whole[:cut]]).records) for cut in range(1, len(whole))]
    assert seen == sorted(seen)


@given(st.data())
def test_a_damaged_byte_never_crashes_and_never_passes_as_complete(data: st.DataObject) -> None:
    whole = bytearray(real_looking())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        trace = read_trace([bytes(whole)])
    except ProblemError:
        return  # The header itself was hit, and the refusal says so.
    else:
        assert not trace.complete
        trace.state()


@given(st.binary(min_size=1, max_size=300))
def test_what_is_not_a_trace_is_refused_in_words(data: bytes) -> None:
    if MAGIC.startswith(data):
        return
    with pytest.raises(ProblemError, match="not a trace"):
        read_trace([data])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b'{"mtp_race_trace":"one"}\n', "first line is damaged"),
        (b'{"mtp_race_trace":1,"lanes":7}\n', "first line is damaged"),
        (b'{"mtp_race_trace":99}\n', "version 99"),
        (MAGIC + b"[" * 100_000, "first line is damaged"),
    ],
)
def test_each_refusal_says_why(data: bytes, words: str) -> None:
    with pytest.raises(ProblemError, match=words):
        read_trace([data + b"\n"])


def test_a_changed_trace_is_noticed_by_its_digest() -> None:
    trace = read_trace([real_looking().replace(b"<3>", b"<4>")])
    assert "changed" in trace.note
    assert trace.records


def test_lines_after_the_closing_line_are_noticed() -> None:
    assert "changed" in read_trace([real_looking() + b"{}\n"]).note


def test_a_line_without_end_is_not_read_into_memory() -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        yield real_looking()[:-1]
        while taken < 10 * MAX_LINE:
            taken += 1 << 20
            yield b"x" * (1 << 20)

    assert not read_trace(chunks()).complete
    assert taken <= MAX_LINE + (2 << 20)


def test_the_state_of_another_heat_is_folded_alone() -> None:
    items = [Record("mtp", 0, event, heat) for heat in (0, 1) for event in lane_events(range(3 + heat), k=3)]
    trace = Trace(header(), items)
    assert [trace.state(heat).lanes["mtp"].count for heat in (0, 1)] == [3, 4]
