from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import __version__
from app.race.events import Finish
from app.race.formats import recorded_format
from app.race.lanes import LaneKind, lane_title
from app.race.names_only import NamesOnly
from app.race.problems import Problem, ProblemError
from app.race.trace import (
    MAGIC,
    MAX_LINE,
    NEWER_NOTE,
    Header,
    Record,
    Trace,
    TraceWriter,
    baseline_id,
    contender_id,
    only_lanes,
    read_trace,
)
from tests.race.builders import header, lane_events, spec
from tests.race.strategies import headers, records

ROOT = Path(__file__).resolve().parents[2]


def written(head: Header, items: list[Record], *, close: bool = True) -> bytes:
    sink = io.BytesIO()
    writer = TraceWriter(sink, head)
    for item in items:
        writer.write(item)
    if close:
        writer.close()
    return sink.getvalue()


def without_folders(items: list[Record]) -> list[Record]:
    """The records as they are written: without folders."""
    return [msgspec.structs.replace(item, e=NamesOnly().event(item.e)) for item in items]


def real_looking() -> bytes:
    items = [Record("baseline", n, event) for n, event in enumerate(lane_events(range(9)))]
    items += [Record("mtp", n, event) for n, event in enumerate(lane_events(range(9), k=3))]
    return written(header(), items)


@given(headers, st.lists(records, max_size=20), st.integers(1, 200))
def test_a_trace_read_back_in_any_chunks_is_what_was_written(head: Header, items: list[Record], size: int) -> None:
    data = written(head, items)
    trace = read_trace(data[start : start + size] for start in range(0, len(data), size))
    assert (trace.header, trace.records, trace.complete, trace.note) == (head, without_folders(items), True, "")


@given(headers, st.lists(records, max_size=12), st.data())
def test_a_trace_cut_off_anywhere_opens_up_to_the_cut(head: Header, items: list[Record], data: st.DataObject) -> None:
    whole = written(head, items)
    cut = data.draw(st.integers(1, len(whole) - 1))
    trace = read_trace([whole[:cut]])
    assert not trace.complete
    assert "cut off" in trace.note
    assert trace.records == without_folders(items)[: len(trace.records)]
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


def tomorrow(data: st.DataObject, value: object) -> object:
    """The same JSON as a later version may write it: with fields that nobody knows yet, anywhere in its objects."""
    if isinstance(value, dict):
        grown = {key: tomorrow(data, item) for key, item in value.items()}
        extra = data.draw(st.dictionaries(st.text("xyz", min_size=4, max_size=6), JSON, max_size=1))
        # A dictionary of options or of costs has keys of its own, and no fields.
        return grown | ({} if set(value) <= {"cores", "model"} else extra)
    if isinstance(value, list):
        return [tomorrow(data, item) for item in value]
    return value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
MARKS = st.fixed_dictionaries({"t": st.sampled_from(["of-tomorrow", "note-of-tomorrow"]), "value": JSON})


def closed(lines: list[bytes]) -> bytes:
    """The lines with the closing line that fits them."""
    body = b"".join(line + b"\n" for line in lines)
    return body + b'{"closing":%d,"digest":"sha256:%s"}\n' % (
        len(lines) - 1,
        hashlib.sha256(body).hexdigest().encode(),
    )


@given(headers, st.lists(records, max_size=8), st.data())
def test_a_trace_of_tomorrow_opens_with_all_that_today_knows(
    head: Header, items: list[Record], data: st.DataObject
) -> None:
    lines = [msgspec.json.decode(line) for line in written(head, items, close=False).splitlines()]
    grown: list[object] = [tomorrow(data, line) for line in lines]
    marks = data.draw(st.lists(MARKS, max_size=3))
    for mark in marks:
        place = data.draw(st.integers(1, len(grown)))
        grown.insert(place, {"lane": "mtp", "at": 1, "e": mark, "power": 2})
    trace = read_trace([closed([msgspec.json.encode(line) for line in grown])])
    assert (trace.header, trace.records) == (head, without_folders(items))
    assert (trace.complete, trace.newer) == (True, bool(marks))
    assert trace.note == (NEWER_NOTE if marks else "")
    trace.state()


def test_new_words_for_a_finish_a_lane_a_policy_and_a_format_are_shown_as_such() -> None:
    text = real_looking().decode().replace('"finish":"end"', '"finish":"budget"')
    text = text.replace('"kind":"mtp"', '"kind":"tree"').replace('"policy":"fixed"', '"policy":"bandit"')
    lines = text.replace('"format":"clock"', '"format":"tomorrow"').encode().splitlines()[:-1]
    trace = read_trace([closed(lines)])
    assert (trace.complete, trace.note) == (True, NEWER_NOTE)
    assert {lane.finish for lane in trace.state().lanes.values()} == {Finish.NEWER}
    assert [lane.kind for lane in trace.header.lanes] == [LaneKind.BASELINE, LaneKind.NEWER]
    assert lane_title(trace.header.lanes[1]) == "Newer drafter in a newer way (K ≤ 3)"
    assert recorded_format(trace.header.format).title == "tomorrow"


def test_a_header_that_only_a_newer_version_understands_asks_for_an_update() -> None:
    line = b'{"mtp_race_trace":1,"app_version":"999.1.0","lanes":{"baseline":{}}}\n'
    with pytest.raises(ProblemError, match=r"made by MTP Race 999\.1\.0, which is newer .* Update MTP Race"):
        read_trace([line])


@pytest.mark.parametrize("path", [*ROOT.glob("resources/samples/*.ndjson"), *ROOT.glob("tests/video/data/*.ndjson")])
def test_traces_of_before_open_whole(path: Path) -> None:
    trace = read_trace([path.read_bytes()])
    assert (trace.complete, trace.note, trace.newer) == (True, "", False)


def refusal(data: bytes) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_trace([data])
    return caught.value.problem


NO_TRACE = Problem(
    "trace-not",
    "This file is not a trace of MTP Race.",
    action="Open a file that the app saved (its name ends in .ndjson).",
)


def test_a_refusal_has_a_sentence_a_cause_and_something_to_do() -> None:
    assert refusal(b"") == msgspec.structs.replace(NO_TRACE, cause="The file is empty.")
    assert refusal(b"\n") == msgspec.structs.replace(NO_TRACE, cause="The file is empty.")
    assert refusal(b"GGUF") == msgspec.structs.replace(NO_TRACE, cause="It does not begin like one.")
    damaged = refusal(b'{"mtp_race_trace":1,"lanes":7}\n')
    assert msgspec.structs.replace(damaged, cause="") == NO_TRACE
    assert damaged.cause.startswith("Its first line is damaged: Expected `array`, got `int`")
    assert damaged.cause.endswith(".")
    assert refusal(b'{"mtp_race_trace":99}\n') == Problem(
        "trace-version",
        "This trace has format version 99, which this app cannot read.",
        cause="It reads version 1.",
        action="Update MTP Race.",
    )
    newer = refusal(b'{"mtp_race_trace":1,"app_version":"999.%s","lanes":7}\n' % (b"1" * 30))
    assert newer.kind == "trace-not"  # so long a number is none
    newer = refusal(b'{"mtp_race_trace":1,"app_version":"999.11111111.22222222.333","lanes":7}\n')
    assert (newer.kind, newer.action) == ("trace-newer", "Update MTP Race.")
    assert newer.sentence == (
        f"This trace was made by MTP Race 999.11111111.2222222, which is newer than this one ({__version__})."
    )
    assert newer.cause.startswith("This version does not understand its first line: Expected `array`")


@pytest.mark.parametrize("version", ["", __version__, "0.0.0", "999.x", "999.123456789", "999.²"])
def test_a_header_of_this_version_or_of_none_is_damaged_and_not_newer(version: str) -> None:
    assert refusal(b'{"mtp_race_trace":1,"app_version":"%s","lanes":7}\n' % version.encode()).kind == "trace-not"


def test_every_way_to_be_cut_off_or_damaged_is_told() -> None:
    whole = real_looking()
    cut = "The trace was cut off; it is shown up to there."
    lines = whole.splitlines(keepends=True)
    assert read_trace([whole[: len(lines[0]) - 3]]).note == "The trace was cut off before its first event."
    assert read_trace([lines[0]]).note == cut
    assert read_trace([b"".join(lines[:4])]).note == cut
    assert read_trace([b"".join(lines[:4])[:-3]]).note == cut
    assert len(read_trace([b"".join(lines[:4])[:-3]]).records) == 2
    broken = read_trace([b"".join([*lines[:2], b"{}\n", *lines[3:]])])
    assert broken.note.startswith("The trace is damaged at line 3 (Object missing required field")
    assert broken.note.endswith("); it is shown up to there.")
    assert len(broken.records) == 1
    closing = read_trace([b"".join(lines[:-1]) + b'{"closing":"x"}\n'])
    assert (closing.note, closing.complete) == ("The closing line of the trace is damaged.", False)
    changed = "The trace was changed after it was written: its digest does not fit."
    assert read_trace([whole.replace(b"<3>", b"<4>")]).note == changed
    count = int(json.loads(lines[-1])["closing"])
    other = lines[-1].replace(b'"closing":%d' % count, b'"closing":%d' % (count + 1))
    assert read_trace([b"".join(lines[:-1]) + other]).note == changed


def test_a_line_may_be_as_long_as_the_limit_and_no_longer() -> None:
    start = real_looking().splitlines(keepends=True)[0]
    for over in (0, 1):
        chunks = [start, b" " * (MAX_LINE + over), b"\n"]
        note = read_trace(chunks).note
        assert note.startswith("The trace was cut off" if over else "The trace is damaged at line 2")


def test_the_first_lane_that_drafts_is_the_contender() -> None:
    three = header(spec("baseline"), spec("mtp", 3), spec("other", 5))
    assert (baseline_id(three), contender_id(three)) == ("baseline", "mtp")
    assert (baseline_id(header(spec("mtp", 3))), contender_id(header(spec("mtp", 3)))) == (None, "mtp")
    assert (baseline_id(header(spec("baseline"))), contender_id(header(spec("baseline")))) == ("baseline", None)


def test_a_part_of_a_trace_is_about_the_lanes_that_are_asked_for() -> None:
    three = header(spec("baseline"), spec("mtp", 3), spec("other", 5))
    items = [Record(lane.id, at, event) for lane in three.lanes for at, event in enumerate(lane_events(range(4)))]
    whole = Trace(three, items, complete=True, note="a note", newer=True)
    part = only_lanes(whole, ["other", "baseline"])
    assert [lane.id for lane in part.header.lanes] == ["baseline", "other"]
    assert part.records == [item for item in items if item.lane != "mtp"]
    assert (part.complete, part.note, part.newer) == (True, "a note", True)
    assert part.header == msgspec.structs.replace(three, lanes=part.header.lanes)


def test_folders_are_cut_out_of_the_header() -> None:
    lane = msgspec.structs.replace(
        spec("mtp", 3), target="/home/me/t.gguf", drafter="/home/me/d.gguf", options={"model": "/home/me/x.gguf"}
    )
    found = read_trace([written(header(lane, pair_title="/home/me/pair.gguf"), [])]).header
    assert (found.lanes[0].target, found.lanes[0].drafter) == ("t.gguf", "d.gguf")
    assert (found.lanes[0].options, found.pair_title) == ({"model": "x.gguf"}, "pair.gguf")
