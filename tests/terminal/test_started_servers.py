"""Races in the terminal on servers that the app starts, with llama.cpp's real server."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.library.traces import open_trace
from app.race.events import Hello
from tests.terminal.conftest import Terminal

TABLE = """
schema = 1

[server.llama-server]
command = [
    "{python}", "-m", "tests.engines.llama_server_process", "{target}", "--port", "{port}", "--parallel", "{parallel}",
]
drafting = ["--drafter", "{drafter}", "--k", "{k}"]
patience_s = 120
"""

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("llama-server"),
    pytest.mark.skipif(
        importlib.util.find_spec("xllamacpp") is None,
        reason="the wheel that carries llama.cpp's own server is not installed",
    ),
]


@pytest.fixture
def server_terminal(terminal: Terminal) -> Terminal:
    """A terminal whose user has a table that starts llama.cpp's server."""
    path = terminal.environment.places.user_registry
    path.parent.mkdir(parents=True)
    path.write_text(TABLE, encoding="utf-8")
    return terminal


def servers_below(pid: int) -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process(pid).children(recursive=True)
        if "tests.engines.llama_server_process" in " ".join(process.cmdline())
    ]


def test_run_starts_both_servers_of_the_pair_and_ends_them(server_terminal: Terminal, tmp_path: Path) -> None:
    trace = tmp_path / "t.ndjson"
    words = ["run", "--engine", "llama-server", "--prompt", "haiku", "--k", "4", "--max-tokens", "16", "--repeats", "1"]
    assert server_terminal(*words, "--json", "--trace", trace) == 0, server_terminal.err
    found = json.loads(server_terminal.out)
    assert found["format"] == "heats"
    assert found["lanes"]["baseline"]["tokens"] == found["lanes"]["mtp"]["tokens"] == 16
    assert found["lanes"]["mtp"]["accepted"] > 0
    assert not servers_below(os.getpid())
    lanes = open_trace(trace).header.lanes
    assert [(lane.engine, lane.target, lane.k) for lane in lanes] == [
        ("llama-server", "nano-target.gguf", 0),
        ("llama-server", "nano-target.gguf", 4),
    ]
    written = trace.read_text("utf-8")
    assert str(server_terminal.environment.places.resources) not in written
    assert "llama_server_process" not in written


def test_several_requests_at_once_are_all_counted_and_the_same_servers_serve_every_number(
    server_terminal: Terminal, tmp_path: Path
) -> None:
    words = ["run", "--engine", "llama-server", "--prompt", "haiku", "--k", "3", "--max-tokens", "12", "--repeats", "1"]
    words += ["--concurrency", "1,3", "--json", "--trace", str(tmp_path / "t.ndjson")]
    assert server_terminal(*words) == 0, server_terminal.err
    found = json.loads(server_terminal.out)
    assert [row["requests"] for row in found["levels"]] == [1, 3]
    assert all(row["baseline_total_tps"] > 0 and row["total_tps"] > 0 for row in found["levels"])
    assert found["traces"] == [str(tmp_path / "t-1.ndjson"), str(tmp_path / "t-3.ndjson")]
    alone, crowd = (open_trace(Path(path)) for path in found["traces"])
    assert (alone.header.request.concurrency, crowd.header.request.concurrency) == (1, 3)
    assert all(lane.others == 0 for lane in alone.state().lanes.values())
    for lane in crowd.state().lanes.values():
        assert lane.count == 12
        # 12 tokens for each of two more; those that came before the shown request's first one are left out.
        assert 12 < lane.others <= 24
    pids = [[event.pid for record in t.records if isinstance(event := record.e, Hello)] for t in (alone, crowd)]
    assert pids[0] == pids[1]
    assert not servers_below(os.getpid())


def test_a_table_shows_each_number_of_requests(server_terminal: Terminal) -> None:
    words = ["run", "--engine", "llama-server", "--prompt", "haiku", "--k", "3", "--max-tokens", "8", "--repeats", "1"]
    assert server_terminal(*words, "--concurrency", "2,1") == 0, server_terminal.err
    lines = server_terminal.out.splitlines()
    assert lines[0].startswith("Total tokens per second of all requests at once")
    assert [line.split()[1] for line in lines if "MTP K=3" in line] == ["1", "2"]
    assert "2 requests at once, all with this prompt" in server_terminal.err


@pytest.mark.skipif(os.name == "nt", reason="signals are those of Linux and macOS")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_no_server_outlives_an_app_that_is_cut_off_in_a_race(
    server_terminal: Terminal, tmp_path: Path, number: signal.Signals
) -> None:
    trace = tmp_path / "t.ndjson"
    words = [
        "run",
        "--engine",
        "llama-server",
        "--prompt",
        "code",
        "--k",
        "4",
        "--repeats",
        "50",
        "--trace",
        str(trace),
    ]
    home = server_terminal.environment.places.config.parent
    log = tmp_path / "log.txt"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            env={**os.environ, "MTP_RACE_HOME": str(home)},
            stdout=sink,
            stderr=sink,
        )
    while not (trace.is_file() and trace.stat().st_size > 4_000):  # both servers are up by then
        with pytest.raises(subprocess.TimeoutExpired):  # else it has ended by itself
            process.wait(timeout=0.2)
    family = psutil.Process(process.pid).children(recursive=True)
    servers = servers_below(process.pid)
    process.send_signal(number)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert servers
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
