"""However a server's keepers, its starter or the server itself end: nothing that it started is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and sessions are those of Linux and macOS")

SERVER = """
import json, os, subprocess, sys, time
{before}
child = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
child += "print(p.pid, flush=True); time.sleep(600)"
worker = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
print(json.dumps([os.getpid(), worker.pid, int(worker.stdout.readline())]), flush=True)
{after}
time.sleep(600)
"""
STARTER = """
import subprocess, sys
keeper = subprocess.Popen([sys.executable, "-m", "app.engines.keeper", *sys.argv[1:]], stdin=subprocess.PIPE)
print(keeper.pid, flush=True)
keeper.wait()
"""


class Kept:
    """A server of three processes, one starting the other, with its keepers."""

    def __init__(self, before: str = "") -> None:
        server = SERVER.format(before=before, after="")
        self.starter = subprocess.Popen(
            [sys.executable, "-c", STARTER, sys.executable, "-c", server],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert self.starter.stdout is not None
        self.outer = psutil.Process(int(self.starter.stdout.readline()))
        self.server = [psutil.Process(pid) for pid in json.loads(self.starter.stdout.readline())]
        inner = self.server[0].parent()
        assert inner is not None
        self.inner = inner
        self.all = [self.outer, self.inner, *self.server]

    def left(self, within_s: float = 30) -> list[psutil.Process]:
        """Waits until all are gone; returns those that are not."""
        return [one for one in psutil.wait_procs(self.all, timeout=within_s)[1] if one.status() != "zombie"]

    def close(self) -> None:
        self.starter.kill()
        for one in self.all:
            if one.is_running():
                one.kill()
        self.starter.communicate()


@pytest.fixture
def kept() -> Iterator[Kept]:
    found = Kept()
    yield found
    found.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("who", ["starter", "outer", "inner", "server"])
def test_nothing_is_left_whoever_is_ended(kept: Kept, who: str, number: signal.Signals) -> None:
    pids = {"starter": kept.starter.pid, "outer": kept.outer.pid, "inner": kept.inner.pid, "server": kept.server[0].pid}
    os.kill(pids[who], number)
    assert kept.left() == []


def test_a_server_that_will_not_end_is_made_to() -> None:
    kept = Kept(before="import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    try:
        kept.outer.terminate()
        assert kept.left() == []
    finally:
        kept.close()


def test_what_a_server_started_ends_with_it_and_its_exit_status_is_kept() -> None:
    server = SERVER.format(before="", after="raise SystemExit(7)")
    command = [sys.executable, "-m", "app.engines.keeper", sys.executable, "-c", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        pids = json.loads(keeper.stdout.readline())
        assert keeper.wait(timeout=60) == 7
    assert not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]
