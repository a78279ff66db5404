"""What the first process inside makes of the lines that the program's own process wrote, or that the program forged."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.inside.supervisor import SAID, fold

KEY = "0123456789abcdef"

events = st.dictionaries(
    st.sampled_from([*SAID, "drawn", "functions", "classes", "status", "files", "timed_out", "scenario", "outcome"]),
    st.recursive(
        st.none() | st.booleans() | st.integers(-2, 4) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
)


def line(event: dict[str, Any], key: str = KEY) -> bytes:
    return f"{key} {json.dumps(event)}".encode()


@given(st.lists(st.binary(max_size=40) | events.map(line), max_size=8), st.lists(st.integers(0, 3), max_size=3))
def test_any_lines_make_a_report_of_what_the_child_is_there_to_say(lines: list[bytes], calls: list[int]) -> None:
    report = fold(lines, KEY, calls)
    assert set(report) <= {*SAID, "functions", "classes", "outcomes", "drawn"}
    assert len(report["outcomes"]) == len(calls)
    assert all(len(made) <= asked for made, asked in zip(report["outcomes"], calls, strict=True))


@given(st.lists(events.map(lambda event: line(event, key="")), max_size=5), events.map(json.dumps))
def test_lines_without_the_key_of_this_run_count_for_nothing(keyless: list[bytes], other: str) -> None:
    assert fold([*keyless, other.encode(), f"{KEY[1:]} {other}".encode()], KEY, []) == {"outcomes": []}


def test_functions_come_from_the_line_that_is_written_before_the_program_runs() -> None:
    honest, forged = {"functions": [{"name": "f"}], "classes": []}, {"functions": [], "classes": [1], "loaded": True}
    assert fold([line(honest), line(forged)], KEY, []) == {**honest, "loaded": True, "outcomes": []}


def test_a_line_cut_off_by_a_kill_is_left_out() -> None:
    whole, cut = line({"loaded": True}), line({"error": {"type": "ValueError"}})[:-4]
    assert fold([whole, cut], KEY, []) == {"loaded": True, "outcomes": []}


def test_a_scenario_has_no_more_outcomes_than_calls_and_no_others() -> None:
    made = [line({"scenario": index, "outcome": n}) for n, index in enumerate((0, 1, 0, 0, 2, -1))]
    assert fold(made, KEY, [2, 1])["outcomes"] == [[0, 2], [1]]
    assert fold([line({"scenario": True, "outcome": 1}), line({"scenario": "0", "outcome": 1})], KEY, [1, 1]) == {
        "outcomes": [[], []]
    }
