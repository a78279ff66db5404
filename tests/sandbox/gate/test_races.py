"""What a race's programs fetched lies beside its trace, and answers them again without a network."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from app.sandbox import apart
from app.sandbox.base import Sandbox
from app.sandbox.behaviour import BehaviourVerdict, from_json
from app.sandbox.gate import gate as gate_module
from app.sandbox.gate.recording import (
    VERSION,
    FetchRecording,
    Permission,
    RecordingHeader,
    make_exchange,
    read_recording,
    recording_path,
)
from app.sandbox.gate.words import fetched_lines
from app.sandbox.races import fetching_for, kept_beside
from app.sandbox.replies import Fetching, Order, Reply
from app.sandbox.verify import verify
from tests.sandbox.gate.test_clients import COUNTED, ROOM, fetches, reply
from tests.sandbox.gate.world import HOST, GateWorld

URL = "https://made.example.com/closes?symbol=AAA"


def made_recording(path: Path) -> None:
    """A recording that nobody fetched, as the app may ship one."""
    header = RecordingHeader(mtp_race_recording=VERSION, note="Invented figures.")
    FetchRecording(header, [make_exchange("GET", URL, 200, [("content-type", "text/csv")], b"month,close\n")]).write(
        path
    )


def program(library: str) -> Reply:
    return reply(fetches(library, URL))


def test_programs_may_fetch_what_is_recorded_beside_the_trace_and_what_the_user_allows(tmp_path: Path) -> None:
    trace = tmp_path / "race.ndjson"
    kept = recording_path(trace)
    assert fetching_for(trace, ()) is None
    assert fetching_for(None, ()) is None
    assert fetching_for(None, ("a.example",)) == Fetching(Permission(("a.example",)))
    assert fetching_for(trace, ("a.example",)) == Fetching(Permission(("a.example",)), str(kept))
    made_recording(kept)
    assert fetching_for(trace, ()) == Fetching(None, str(kept))
    assert kept in kept_beside(trace)


def test_a_recording_answers_a_comparison_in_its_own_process_and_nothing_else_is_reached(
    tmp_path: Path, fetching_sandbox: Sandbox
) -> None:
    path = tmp_path / "race.recording.jsonl"
    made_recording(path)
    before = path.read_bytes()
    fetching = Fetching(None, str(path))
    found = verify(program("urllib"), program("requests"), fetching_sandbox, limits=ROOM, fetching=fetching)
    assert found.verdict is BehaviourVerdict.SAME, found
    assert found.run_a is not None
    assert found.run_a.stdout == "b'month,close\\n'\n"
    assert {(one.side, one.recorded) for one in found.fetched} == {("a", True), ("b", True)}
    assert from_json(found.to_json()) == found
    assert sorted(fetched_lines(found.fetched)) == [
        f"first program: GET {URL}: 200, 12 bytes, recorded",
        f"second program: GET {URL}: 200, 12 bytes, recorded",
    ]
    other = reply(fetches("urllib", URL.replace("AAA", "BBB")))
    refused = verify(other, other, fetching_sandbox, limits=ROOM, fetching=fetching)
    assert "This is not in the recording." in refused.action
    assert path.read_bytes() == before


def test_what_was_fetched_is_written_beside_the_trace(
    tmp_path: Path, world: GateWorld, fetching_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "Outside", world.outside)
    path = tmp_path / "race.recording.jsonl"
    program = reply(fetches("urllib", COUNTED))
    order = Order(
        a=program,
        b=program,
        recipe=fetching_sandbox.recipe(),
        limits=ROOM,
        fetching=Fetching(Permission((HOST,)), str(path)),
    )
    first = apart.carried_out(order, threading.Event())
    kept = read_recording(path)
    assert (kept.header.hosts, len(kept.exchanges)) == ((HOST,), 1)
    assert kept.header.created
    again = msgspec.structs.replace(order, fetching=Fetching(None, str(path)))
    second = apart.carried_out(again, threading.Event())
    assert first.run_a is not None
    assert second.run_a is not None
    assert first.run_a.stdout == second.run_a.stdout


def test_a_recording_that_cannot_be_read_is_told_and_nothing_runs(tmp_path: Path, fetching_sandbox: Sandbox) -> None:
    path = tmp_path / "race.recording.jsonl"
    path.write_bytes(b"\x00")
    found = verify(program("urllib"), program("urllib"), fetching_sandbox, fetching=Fetching(None, str(path)))
    assert found.verdict is BehaviourVerdict.NOT_RUN
    assert "The recording race.recording.jsonl cannot be read." in found.sentence
    assert "--fetch-from" in found.action
