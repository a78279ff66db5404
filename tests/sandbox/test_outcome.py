"""What comes out of the sandbox is read as hostile input."""

import json
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.outcome import as_text, exit_of, read_report, to_result
from app.sandbox.results import Job
from app.sandbox.supervise import Raw

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
fields = st.sampled_from(["status", "error", "files", "functions", "outcomes", "demo_calls", "wall_s", "timed_out"])


@given(st.binary(max_size=200))
def test_any_bytes_make_a_result(data):
    result = to_result(Raw(report=bytearray(data), stdout=bytearray(data), stderr=bytearray(data)), Job(source=""))
    assert result.ended in ("exited", "broken", "timed_out")
    assert result.problem or result.ended != "broken"


@given(st.dictionaries(fields, json_values))
def test_any_json_makes_a_result(report):
    data = json.dumps(report).encode()
    result = to_result(Raw(report=bytearray(data)), Job(source=""))
    assert result.ended in ("exited", "broken", "timed_out")


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"outcomes":' + b"[" * 5000, b'{"status": 1e999}', b"\xff", b"null"]
)
def test_a_report_that_is_made_to_break_its_reader_is_refused_with_a_reason(data):
    report, problem = read_report(data)
    assert report is None
    assert problem


@given(st.integers() | st.none())
def test_any_status_is_read_without_an_exception(status):
    code, name, _ = exit_of(status)
    assert code is None or name is None


def test_a_status_is_an_exit_code_or_a_signal():
    assert exit_of(3 << 8) == (3, None, False)
    assert exit_of(signal.SIGSEGV) == (None, "SIGSEGV", False)
    assert exit_of(signal.SIGXCPU) == (None, "SIGXCPU", True)


def test_the_reported_time_cannot_be_longer_than_the_run():
    raw = Raw(report=bytearray(b'{"wall_s": 1e9, "status": 0}'), wall_s=2.0)
    assert to_result(raw, Job(source="")).wall_s == 2.0


@given(st.binary(max_size=300), st.integers(0, 100))
def test_text_is_cut_and_holds_no_control_characters(data, most):
    text = as_text(data, most)
    assert len(text) <= most
    assert not any(ord(c) < 32 and c not in "\t\n" for c in text)
