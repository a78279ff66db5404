"""Programs fetch with the libraries that programs use, from a real HTTPS server, and both get the same bytes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from app.sandbox.base import Sandbox
from app.sandbox.behaviour import BehaviourVerdict
from app.sandbox.comparison import compare_replies
from app.sandbox.gate.gate import FetchGate, open_gate
from app.sandbox.gate.recording import FetchRecording, Permission, read_recording, recording_path
from app.sandbox.replies import Reply
from app.sandbox.results import MIB, Job, Limits, RunResult
from tests.sandbox.gate.world import CSV, HOST, OTHER, GateWorld

ROOM = Limits(wall_s=60.0, cpu_s=60, memory=1024 * MIB)
URL = f"https://{HOST}/closes?symbol=AAA&range=10y"
COUNTED = f"https://{HOST}/counted"
CALL = "print(closes('AAA'))\n"
LIBRARIES = {
    "urllib": "import urllib.request\ndata = urllib.request.urlopen({url!r}, timeout=20).read()\n",
    "requests": "import requests\ndata = requests.get({url!r}, timeout=20).content\n",
    "httpx": "import httpx\ndata = httpx.get({url!r}, timeout=20).content\n",
    "curl_cffi": (
        "from curl_cffi import requests\ndata = requests.get({url!r}, impersonate='chrome', timeout=20).content\n"
    ),
    "http.client": (
        "import http.client, os, ssl, urllib.parse\n"
        "place, proxy = urllib.parse.urlsplit({url!r}), urllib.parse.urlsplit(os.environ['https_proxy'])\n"
        "c = http.client.HTTPSConnection(proxy.hostname, proxy.port, timeout=20)\n"
        "c.set_tunnel(place.hostname, 443)\n"
        "c.request('GET', place.path + '?' + place.query)\ndata = c.getresponse().read()\n"
    ),
}


def fetches(library: str, url: str = URL) -> str:
    """A program that fetches with a library and prints what came."""
    if importlib.util.find_spec(library.partition(".")[0]) is None:
        pytest.skip(f"{library} is not installed here")
    return LIBRARIES[library].format(url=url) + "print(data)\n"


def run(source: str, sandbox: Sandbox, gate: FetchGate, *, live: bool = True) -> RunResult:
    return sandbox.run(Job(source=source, limits=ROOM), None, gate.access("a", live=live, tell=True))


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_fetches_and_the_second_program_gets_the_same_bytes(
    library: str, world: GateWorld, fetching_sandbox: Sandbox
) -> None:
    gate = world.gate()
    first = run(fetches(library, COUNTED), fetching_sandbox, gate)
    second = run(fetches(library, COUNTED), fetching_sandbox, gate)
    assert first.stdout.startswith("b'answer "), first.stderr
    assert (second.stdout, second.error) == (first.stdout, None)
    assert [(one.status, one.recorded) for one in gate.fetched] == [(200, False), (200, True)]


def test_every_library_gets_the_bytes_that_the_first_one_got(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    gate = world.gate()
    printed = {run(fetches(library, COUNTED), fetching_sandbox, gate).stdout for library in ("httpx", "urllib")}
    assert len(printed) == 1
    assert gate.live == 1


def test_plain_http_is_fetched_too(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    gate = world.gate()
    result = run(fetches("urllib", f"http://{HOST}/closes"), fetching_sandbox, gate)
    assert result.stdout == f"{CSV!r}\n", result.stderr


def test_a_redirect_is_followed_by_the_program_through_the_gate(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    gate = world.gate()
    result = run(fetches("requests", f"https://{HOST}/to-itself"), fetching_sandbox, gate)
    assert result.stdout == f"{CSV!r}\n", result.stderr
    assert [(one.url, one.status) for one in gate.fetched] == [
        (f"https://{HOST}/to-itself", 302),
        (f"https://{HOST}/closes", 200),
    ]


@pytest.mark.parametrize("path", ["/to-private", "/to-metadata", "/to-other", "/to-file"])
def test_a_redirect_to_what_is_not_allowed_is_refused(path: str, world: GateWorld, fetching_sandbox: Sandbox) -> None:
    gate = world.gate()
    result = run(fetches("urllib", f"https://{HOST}{path}"), fetching_sandbox, gate)
    assert result.error is not None
    assert result.error.type in ("URLError", "HTTPError"), result.stderr


def test_a_host_that_is_not_allowed_is_refused_in_words_that_the_program_sees(
    world: GateWorld, fetching_sandbox: Sandbox
) -> None:
    gate = world.gate()
    result = run(fetches("urllib", f"https://{OTHER}/"), fetching_sandbox, gate)
    assert f"MTP Race: Programs may not fetch from {OTHER}." in result.stderr
    assert [one.refused for one in gate.fetched] == [f"Programs may not fetch from {OTHER}."]


def test_without_a_gate_there_is_no_network_and_no_proxy(fetching_sandbox: Sandbox) -> None:
    source = (
        "import os, socket\nprint([name for name in os.environ if 'proxy' in name.lower() or 'CERT' in name])\n"
        "try:\n    socket.socket()\nexcept OSError as error:\n    print(error.strerror)\n"
    )
    assert fetching_sandbox.run(Job(source=source)).stdout == "[]\nAddress family not supported by protocol\n"


def test_a_recording_answers_without_the_world_and_refuses_the_rest(
    tmp_path: Path, world: GateWorld, fetching_sandbox: Sandbox
) -> None:
    gate = world.gate()
    first = run(fetches("urllib", COUNTED), fetching_sandbox, gate)
    path = recording_path(tmp_path / "race.ndjson")
    gate.recording.write(path)
    later = open_gate(None, path)
    asked = len(world.server.seen)
    assert run(fetches("requests", COUNTED), fetching_sandbox, later, live=False).stdout == first.stdout
    result = run(fetches("urllib", URL), fetching_sandbox, later, live=False)
    assert "MTP Race: This is not in the recording." in result.stderr
    assert len(world.server.seen) == asked


def reply(source: str) -> Reply:
    return Reply(f"```python\n{source}```\n")


def test_two_programs_that_fetch_are_compared_on_the_same_bytes(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    """The server gives every request another answer: programs that fetch for themselves would differ."""
    asked = len(world.server.seen)
    a, b = fetches("urllib", COUNTED), fetches("requests", COUNTED) + "# another way\n"
    gate = world.gate()
    found = compare_replies(reply(a), reply(b), fetching_sandbox, limits=ROOM, gate=gate, live=True)
    assert found.verdict is BehaviourVerdict.SAME, found
    assert len(world.server.seen) == asked + 1
    assert [(one.side, one.recorded) for one in found.fetched] == [("a", False), ("b", True)]


def test_functions_that_fetch_are_called_with_what_is_recorded_and_ask_the_world_nothing(
    world: GateWorld, fetching_sandbox: Sandbox
) -> None:
    head = (
        "import urllib.request\ndef closes(symbol: str) -> bytes:\n    place = 'https://" + HOST + "/closes?symbol='\n"
    )
    a = head + "    return urllib.request.urlopen(place + symbol).read()\n" + CALL
    b = head + "    with urllib.request.urlopen(place + symbol) as answer:\n        return answer.read()\n" + CALL
    before = len(world.server.seen)
    found = compare_replies(reply(a), reply(b), fetching_sandbox, limits=ROOM, inputs=10, gate=world.gate(), live=True)
    assert found.verdict is BehaviourVerdict.SAME, found
    assert found.functions[0].verdict == "same"
    assert world.server.paths[before:] == ["/closes?symbol=AAA"]


def test_what_only_the_second_program_asks_for_is_fetched_for_it(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    a, b = fetches("urllib"), fetches("urllib", URL.replace("AAA", "BBB"))
    gate = world.gate()
    found = compare_replies(reply(a), reply(b), fetching_sandbox, limits=ROOM, gate=gate, live=True)
    assert found.verdict is BehaviourVerdict.SAME, found
    assert [(one.side, one.recorded) for one in found.fetched] == [("a", False), ("b", False)]


def test_a_refusal_is_told_with_what_to_do(world: GateWorld, fetching_sandbox: Sandbox) -> None:
    program = reply(fetches("urllib", f"https://{OTHER}/v?apikey=Abcdef123456"))
    found = compare_replies(program, program, fetching_sandbox, limits=ROOM, gate=world.gate(), live=True)
    assert f"Programs may not fetch from {OTHER}. Allow it under Options, or with --fetch-from HOST." in found.action
    without = compare_replies(program, program, fetching_sandbox, limits=ROOM)
    assert (
        without.action
        == "Programs have no network. Say what they may fetch from under Options, or with --fetch-from HOST."
    )


def test_the_record_of_what_was_fetched_holds_no_token_and_the_file_says_who_wrote_it(
    tmp_path: Path, world: GateWorld, fetching_sandbox: Sandbox
) -> None:
    gate = FetchGate(Permission((HOST,)), FetchRecording(), world.outside())
    run(fetches("urllib", f"https://{HOST}/closes?crumb=Xy12345678"), fetching_sandbox, gate)
    (told,) = gate.fetched
    assert (told.url, told.status, told.size) == (f"https://{HOST}/closes?crumb=removed", 200, len(CSV))
    gate.recording.write(tmp_path / "a.jsonl")
    text = (tmp_path / "a.jsonl").read_text()
    assert "Xy12345678" not in text
    assert "s3cr3t" not in text
    assert read_recording(tmp_path / "a.jsonl").exchanges[0].body == CSV
