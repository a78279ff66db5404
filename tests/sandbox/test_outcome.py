"""What comes out of the sandbox is read as hostile input."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.outcome import as_text, exit_of, read_report, to_result
from app.sandbox.results import CallSpec, Job, RunResult, Scenario
from app.sandbox.supervise import Raw

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
fields = st.sampled_from(["status", "error", "files", "functions", "outcomes", "demo_calls", "wall_s", "timed_out"])


@given(st.binary(max_size=200))
def test_any_bytes_make_a_result(data: bytes) -> None:
    result = to_result(Raw(report=bytearray(data), stdout=bytearray(data), stderr=bytearray(data)), Job(source=""))
    assert result.ended in ("exited", "broken", "timed_out")
    assert result.problem or result.ended != "broken"


@given(st.dictionaries(fields, json_values))
def test_any_json_makes_a_result(report: dict[str, Any]) -> None:
    data = json.dumps(report).encode()
    result = to_result(Raw(report=bytearray(data)), Job(source=""))
    assert result.ended in ("exited", "broken", "timed_out")


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"outcomes":' + b"[" * 5000, b'{"status": 1e999}', b"\xff", b"null"]
)
def test_a_report_that_is_made_to_break_its_reader_is_refused_with_a_reason(data: bytes) -> None:
    report, problem = read_report(data)
    assert report is None
    assert problem


@given(st.integers() | st.none())
def test_any_status_is_read_without_an_exception(status: int | None) -> None:
    code, name, _ = exit_of(status)
    assert code is None or name is None


def test_a_status_is_an_exit_code_or_a_signal() -> None:
    assert exit_of(3 << 8) == (3, None, False)
    assert exit_of(signal.SIGSEGV) == (None, "SIGSEGV", False)
    assert exit_of(signal.SIGXCPU) == (None, "SIGXCPU", True)


def test_the_reported_time_cannot_be_longer_than_the_run() -> None:
    raw = Raw(report=bytearray(b'{"wall_s": 1e9, "status": 0}'), wall_s=2.0)
    assert to_result(raw, Job(source="")).wall_s == 2.0


@given(st.binary(max_size=300), st.integers(0, 100))
def test_text_is_cut_and_holds_no_control_characters(data: bytes, most: int) -> None:
    text = as_text(data, most)
    assert len(text) <= most
    assert not any(ord(c) < 32 and c not in "\t\n" for c in text)


EXITED_0, EXITED_1, EXITED_3, SEGMENTATION_FAULT = 0, 1 << 8, 3 << 8, int(signal.SIGSEGV)
CALLS = Job(source="", scenarios=(Scenario((CallSpec("f"),)),))


def reported(job: Job = Job(source=""), **report: Any) -> RunResult:  # noqa: B008  a Job cannot be changed
    return to_result(Raw(report=bytearray(json.dumps(report).encode()), wall_s=1.0), job)


def error(kind: str, message: str = "") -> dict[str, Any]:
    return {"type": kind, "message": message, "line": 2}


@pytest.mark.parametrize("status", [EXITED_0, EXITED_3, SEGMENTATION_FAULT])
def test_an_exception_counts_only_with_the_status_that_follows_one(status: int) -> None:
    assert reported(status=status, error=error("ValueError")).error is None
    found = reported(status=EXITED_1, error=error("ValueError")).error
    assert found is not None
    assert found.type == "ValueError"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (EXITED_0, "ran to its end"),
        (EXITED_3, "ended with exit status 3"),
        (SEGMENTATION_FAULT, "crashed with SIGSEGV"),
    ],
)
def test_the_ending_is_the_kernels_whatever_else_is_reported(status: int, sentence: str) -> None:
    forged: dict[str, Any] = {
        "loaded": True,
        "missing_module": "numpy",
        "wanted_input": True,
        "error": error("KeyError"),
    }
    result = reported(status=status, **forged)
    assert result.sentence() == sentence
    assert (result.missing_module, result.wanted_input) == (None, False)


def test_a_missing_module_and_a_question_are_told_with_their_own_exceptions_only() -> None:
    both: dict[str, Any] = {"status": EXITED_1, "missing_module": "numpy", "wanted_input": True}
    missing = reported(error=error("ModuleNotFoundError"), **both)
    assert (missing.missing_module, missing.wanted_input) == ("numpy", False)
    asking = reported(error=error("EOFError"), **both)
    assert (asking.missing_module, asking.wanted_input) == (None, True)
    assert not reported(error=error("ValueError"), **both).wanted_input


@pytest.mark.parametrize("status", [None, -1, 1 << 20])
def test_a_report_without_a_status_that_can_be_is_no_report(status: int | None) -> None:
    result = reported(status=status, loaded=True)
    assert result.ended == "broken"
    assert result.problem


def test_results_of_calls_count_only_where_calls_were_asked_for_and_their_process_ended_well() -> None:
    outcomes = [[{"kind": "returned", "value": ["i", "1"]}]]
    assert reported(CALLS, status=EXITED_0, loaded=True, outcomes=outcomes).outcomes[0][0].value == ["i", "1"]
    assert reported(CALLS, status=EXITED_0, outcomes=outcomes).outcomes == ()
    assert reported(CALLS, status=EXITED_3, loaded=True, outcomes=outcomes).outcomes == ()
    assert reported(status=EXITED_0, loaded=True, outcomes=outcomes).outcomes == ()


def test_no_field_holds_markup_for_a_name_or_a_control_character() -> None:
    hostile = "[/b]\x1b]0;x\x07\u202e"
    name = {"name": hostile, "parameters": [{"name": hostile, "hint": hostile, "default": hostile}], "returns": hostile}
    result = reported(
        status=EXITED_1,
        error=error(hostile, hostile),
        functions=[name],
        classes=[{"name": hostile, "methods": [hostile]}],
        demo_calls=[{"function": hostile, "args": [hostile], "kwargs": {hostile: hostile}}],
        files=[{"name": hostile, "size": 1, "sha256": ""}],
    )
    assert result.error is not None
    assert result.error.type == "_b_0_x_u202e"
    told = repr(result).replace("\\u202e", "")
    assert "\\x1b" not in told
    assert "\\x07" not in told
    assert "\u202e" not in told
