"""What was fetched is kept as it was, without what gives access to anything, and read as hostile input."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.problems import ProblemError
from app.sandbox.gate.recording import (
    VERSION,
    Exchange,
    FetchRecording,
    RecordingHeader,
    make_exchange,
    read_recording,
    recording_path,
)

URL = "https://data.example/closes?symbol=AAA"
NOW = 1_733_054_400


def one(url: str = URL, body: bytes = b"1,2", method: str = "GET", at: int = NOW) -> Exchange:
    return make_exchange(method, url, 200, [("Content-Type", "text/csv")], body, at=at)


@given(st.binary(max_size=200))
def test_a_body_of_any_bytes_comes_back_from_the_file(body: bytes) -> None:
    line = msgspec.json.encode(one(body=body))
    assert msgspec.json.decode(line, type=Exchange).body == body


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    header = RecordingHeader(mtp_race_recording=VERSION, hosts=("data.example",), note="Invented figures.")
    recording = FetchRecording(header, [one(), one("https://data.example/logo.png", b"\x89PNG\r\n\x00\xff")])
    path = recording_path(tmp_path / "race.ndjson")
    recording.write(path)
    again = read_recording(path)
    assert path.name == "race.recording.jsonl"
    assert (again.header, again.exchanges) == (recording.header, recording.exchanges)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_first_answer_to_a_request_counts() -> None:
    recording = FetchRecording()
    first = recording.keep(one())
    assert recording.keep(one(body=b"later")) is first
    assert recording.find("GET", URL, NOW) is first
    assert recording.find("HEAD", URL, NOW) is None
    assert recording.find("GET", URL, NOW, asked="00") is None
    assert recording.find("GET", URL.replace("AAA", "BBB"), NOW) is None


def test_a_request_until_now_finds_the_answer_of_another_moment_but_an_exact_one_first() -> None:
    url = "https://data.example/v?until={}"
    early, late = one(url.format(NOW)), one(url.format(NOW + 9), at=NOW + 9)
    recording = FetchRecording(None, [early, late])
    assert recording.find("GET", url.format(NOW + 9), NOW + 9) is late
    assert recording.find("GET", url.format(NOW + 86_400), NOW + 86_400) is early


def test_no_token_cookie_or_password_is_in_the_file_and_the_request_is_found_all_the_same(tmp_path: Path) -> None:
    url = "https://me:hunter22@data.example/v?crumb=s3cr3t-Value&symbol=AAA"
    headers = [
        ("Set-Cookie", "A3=s3cr3t-Value; Path=/; Secure"),
        ("Location", "https://data.example/next?token=s3cr3t-Value"),
        ("X-Request-Token", "s3cr3t-Value"),
        ("Transfer-Encoding", "chunked"),
    ]
    FetchRecording(None, [make_exchange("GET", url, 302, headers, b"", at=NOW)]).write(tmp_path / "a.jsonl")
    text = (tmp_path / "a.jsonl").read_text()
    assert "s3cr3t-Value" not in text
    assert "hunter22" not in text
    found = read_recording(tmp_path / "a.jsonl").find("GET", url.replace("s3cr3t-Value", "0ther-Value"), NOW)
    assert found is not None
    assert found.headers == (
        ("set-cookie", "A3=recorded; Path=/; Secure"),
        ("location", "https://data.example/next?token=removed"),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no recording"),
        (b"{}\n", "no recording"),
        (b'{"mtp_race_recording":2}\n', "newer version"),
        (b'{"mtp_race_recording":1}\n{"method":"GET","url":"x","status":99999}\n', "no recording"),
        (b'{"mtp_race_recording":1}\n[[[[', "no recording"),
        (b'{"mtp_race_recording":1}\n' + b"{}\n" * 2001, "more than 2000"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_recording(tmp_path / "a.jsonl")
    assert why in caught.value.problem.cause.lower().replace(",", "")
    with pytest.raises(ProblemError):
        read_recording(tmp_path / "missing.jsonl")
