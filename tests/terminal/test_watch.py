"""A running server is watched while another client uses it: the real llama-server."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import httpx
import pytest

from app.engines.servers.counters import CounterNames, fetch_counts
from app.engines.servers.llama_server import LlamaServer
from app.present.traffic import traffic_line
from app.race.watching import ServerReading, traffic
from tests.engines.fake_server import playing
from tests.engines.test_server import llama_server
from tests.terminal.conftest import Terminal

NANO = Path(__file__).parents[2] / "resources" / "nano"


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
def test_the_figures_are_those_of_the_server_under_another_clients_load(terminal: Terminal, tmp_path: Path) -> None:
    trace = tmp_path / "watch.ndjson"
    names = LlamaServer.counters
    assert isinstance(names, CounterNames)
    pair = (NANO / "nano-target.gguf", NANO / "nano-assistant.gguf")
    with llama_server(pair, 3) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        ask = {"prompt": "def add(a, b):", "n_predict": 40, "temperature": 0}
        client.post("/completion", json=ask).raise_for_status()
        before = fetch_counts(client, names)
        load = threading.Thread(target=lambda: [client.post("/completion", json=ask) for _ in range(3)])
        load.start()
        assert terminal("watch", address, "--seconds", 8, "--trace", trace, "--json") == 0, terminal.err
        load.join()
        after = fetch_counts(client, names)
    assert before is not None
    assert after is not None
    told, counted = json.loads(terminal.out), after.totals_since(before)
    # The first reading may come after the first of the requests.
    lines = [json.loads(line) for line in trace.read_bytes().splitlines()]
    assert lines[0]["mtp_race_watch"] == 1
    first, last = lines[1], lines[-1]
    assert (last["tokens"], last["rounds"], last["drafted"], last["accepted"]) == (
        after.tokens, after.rounds, after.drafted, after.accepted,
    )  # fmt: skip
    assert tuple(last["positions"]) == after.positions
    assert told["tokens"] == after.tokens - first["tokens"] <= after.tokens - before.tokens == 120
    assert told["accepted"] == after.accepted - first["accepted"] <= counted.accepted
    assert told["server"] == "llama-server"


def test_a_server_that_tells_nothing_is_refused_in_words_and_gets_no_request(terminal: Terminal) -> None:
    with playing() as play:
        assert terminal("watch", play("llama-server", []).target, "--seconds", 1) == 1
        assert not play.asked
    assert "does not tell what it does" in terminal.err
    assert "--metrics" in terminal.err


def test_what_is_untold_is_left_out_and_a_server_started_anew_is_said() -> None:
    told = traffic(ServerReading(0, 10), ServerReading(2_000_000_000, 30, running=2, waiting=1))
    assert told is not None
    assert (told.rate, told.drafted, told.per_round, told.wasted) == (10.0, None, None, None)
    assert traffic_line(told, ServerReading(0, 30, running=2, waiting=1)) == "10.0 tok/s · 2 requests, 1 waiting"
    assert traffic(ServerReading(0, 10), ServerReading(1, 5)) is None
    drafted = traffic(ServerReading(0, 0, 0, 0, 0), ServerReading(10**9, 20, 10, 30, 15, (8, 5, 2)))
    assert drafted is not None
    assert (drafted.per_round, drafted.positions, drafted.wasted) == (1.5, (0.8, 0.5, 0.2), 0.5)
