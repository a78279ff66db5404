from __future__ import annotations

from app.worker.conditions import MachineSampler, mac_thermal


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
