from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.worker.conditions import MachineSampler, mac_thermal, serving

SPINNING = """
import socket, sys, threading
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
threading.Thread(target=sys.stdin.read, daemon=True).start()
for _ in iter(int, 1):
    sum(range(1000))
"""


def test_this_machine_tells_conditions_that_can_be() -> None:
    sampler = MachineSampler()
    sampler.begin()
    found = sampler.end()
    assert found.other_load == -1.0 or 0 <= found.other_load <= 1
    assert found.frequency_mhz >= 0


def test_a_speed_limit_below_100_is_heat() -> None:
    assert mac_thermal("Note: No thermal warning level\nCPU_Speed_Limit \t= 100\n") == ""
    assert mac_thermal("CPU_Scheduler_Limit = 100\n CPU_Speed_Limit = 62\n") == "heat"
    assert mac_thermal("") == ""


def test_a_server_on_this_machine_is_found_by_its_address_and_its_work_is_no_other_load() -> None:
    command = ["setsid", sys.executable, "-c", SPINNING] if os.name != "nt" else [sys.executable, "-c", SPINNING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        address = f"http://127.0.0.1:{port}/v1"
        (found,) = serving([address, "http://models.example:80", "target.gguf", "http://[", "http://a:99999999"])
        sampler = MachineSampler([f"http://localhost:{port}"])
        sampler.begin()
        assert [item.pid for item in sampler._servers] == [found.pid]
        before, burnt = sampler._own_seconds(), found.cpu_times().user
        while found.cpu_times().user < burnt + 0.2:
            pass
        assert sampler._own_seconds() >= before + 0.2
        process.kill()
    assert serving([address]) == []


@pytest.mark.parametrize("address", ["", "no", "ftp://127.0.0.1:21", "http://192.0.2.1:80"])
def test_what_is_no_server_here_is_nobody(address: str) -> None:
    assert serving([address]) == []
