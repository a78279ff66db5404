"""What the machine's counters say of a lane's own time. The sysfs below is a fake one, laid out as the kernel's
Documentation/power/powercap/powercap.rst and Documentation/ABI/testing/sysfs-class-power say."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Energy
from app.worker.energy import EnergyMeter, find_counters


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def write(file: Path, text: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", encoding="ascii")


def package(root: Path, number: int, microjoules: int, most: int = 262_143_328_850) -> Path:
    """A package of a fake powercap, with a part of it that must not be counted twice."""
    zone = root / "powercap" / f"intel-rapl:{number}"
    write(zone / "name", f"package-{number}")
    write(zone / "energy_uj", microjoules)
    write(zone / "max_energy_range_uj", most)
    part = root / "powercap" / f"intel-rapl:{number}:0"
    write(part / "name", "core")
    write(part / "energy_uj", microjoules // 2)
    write(part / "max_energy_range_uj", most)
    return zone / "energy_uj"


def battery(root: Path, status: str = "Discharging", **values: int) -> Path:
    """A battery of a fake power_supply."""
    folder = root / "power_supply" / "BAT0"
    write(folder / "type", "Battery")
    write(folder / "status", status)
    for name, value in values.items():
        write(folder / name, value)
    return folder


def meter_of(root: Path) -> tuple[EnergyMeter, Clock]:
    clock = Clock()
    return EnergyMeter(find_counters(root, lambda: None), clock), clock


def test_packages_are_counted_once_from_begin_to_end(tmp_path: Path) -> None:
    first, second = package(tmp_path, 0, 5_000_000), package(tmp_path, 1, 7_000_000)
    for name in ("psys", "package-0"):  # The whole board, and the same package by another way.
        zone = tmp_path / "powercap" / ("intel-rapl:2" if name == "psys" else "intel-rapl-mmio:0")
        write(zone / "name", name)
        write(zone / "energy_uj", 1)
    meter, clock = meter_of(tmp_path)
    write(first, 9_000_000)  # Before the lane's own time: not counted.
    meter.begin()
    write(first, 19_000_000)
    write(second, 12_000_000)
    clock.now += 2.0
    assert meter.end() == Energy(15.0, 2.0, "2 processor packages")
    write(first, 99_000_000)  # After it neither.
    assert meter.end() is None


def test_a_counter_that_wraps_is_read_often_enough_and_put_right(tmp_path: Path) -> None:
    file = package(tmp_path, 0, 90_000_000, most=100_000_000)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    for microjoules in (50_000_000, 10_000_000, 70_000_000):  # 60 + 60 + 60 J
        clock.now += 6.0
        write(file, microjoules)
        meter.look()
    clock.now += 1.0
    found = meter.end()
    assert found is not None
    assert found.joules == pytest.approx(180.0)
    assert found.watts == pytest.approx(180 / 19)


def test_looking_costs_no_reading_before_it_is_due(tmp_path: Path) -> None:
    file = package(tmp_path, 0, 0)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    file.unlink()
    clock.now += 1.0
    meter.look()
    write(file, 4_000_000)
    assert meter.end() == Energy(4.0, 1.0, "processor package")


def test_a_battery_counts_the_whole_machine_where_nothing_finer_does(tmp_path: Path) -> None:
    folder = battery(tmp_path, energy_now=40_000_000)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    write(folder / "energy_now", 39_500_000)  # 0.5 Wh
    clock.now += 90.0
    assert meter.end() == Energy(1800.0, 90.0, "whole machine, from its battery")


def test_a_battery_in_ampere_hours_is_read_at_its_voltage(tmp_path: Path) -> None:
    folder = battery(tmp_path, charge_now=3_000_000, voltage_now=12_000_000)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    write(folder / "charge_now", 2_990_000)  # 10 mAh at 12 V
    clock.now += 100.0
    found = meter.end()
    assert found is not None
    assert found.joules == pytest.approx(432.0)


@pytest.mark.parametrize("status", ["Charging", "Full", "Not charging", "Unknown"])
def test_a_battery_that_does_not_discharge_tells_nothing(tmp_path: Path, status: str) -> None:
    battery(tmp_path, status, energy_now=40_000_000)
    assert find_counters(tmp_path, lambda: None) == ()


def test_a_battery_that_was_plugged_in_meanwhile_tells_nothing(tmp_path: Path) -> None:
    folder = battery(tmp_path, energy_now=40_000_000)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    clock.now += 90.0
    write(folder / "status", "Charging")
    meter.look()
    write(folder / "status", "Discharging")
    write(folder / "energy_now", 39_000_000)
    assert meter.end() is None


def test_a_run_shorter_than_its_counters_are_renewed_tells_nothing(tmp_path: Path) -> None:
    file = package(tmp_path, 0, 0)
    meter, clock = meter_of(tmp_path)
    meter.begin()
    write(file, 1_000_000)
    clock.now += 0.01
    assert meter.end() is None


def test_a_package_that_only_root_may_read_is_absent(tmp_path: Path) -> None:
    file = package(tmp_path, 0, 0)
    file.unlink()
    file.mkdir()  # Unreadable for root too, as tests may run as root.
    assert find_counters(tmp_path, lambda: None) == ()


def test_a_machine_without_counters_tells_nothing(tmp_path: Path) -> None:
    meter, clock = meter_of(tmp_path)
    meter.begin()
    clock.now += 10.0
    assert meter.end() is None


@given(st.binary(max_size=80))
def test_whatever_a_file_says_is_a_number_or_nothing(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = tmp_path_factory.mktemp("sys")
    package(root, 0, 0).write_bytes(data)
    for counter in find_counters(root, lambda: None):
        assert counter.read() is not None


class FakeNvml:
    """A stand-in for NVIDIA's library with two GPUs, of which one does not count; as nvml.h documents the calls."""

    def __init__(self) -> None:
        self.millijoules = 1_000_000

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: object) -> int:
        ctypes.cast(count, ctypes.POINTER(ctypes.c_uint))[0] = 2  # type: ignore[arg-type]
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, number: int, handle: object) -> int:
        ctypes.cast(handle, ctypes.POINTER(ctypes.c_void_p))[0] = number + 1  # type: ignore[arg-type]
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: ctypes.c_void_p, found: object) -> int:
        if handle.value == 2:
            return 3  # NVML_ERROR_NOT_SUPPORTED
        ctypes.cast(found, ctypes.POINTER(ctypes.c_ulonglong))[0] = self.millijoules  # type: ignore[arg-type]
        return 0


def test_a_gpu_and_the_processor_are_told_together(tmp_path: Path) -> None:
    file, library, clock = package(tmp_path, 0, 0), FakeNvml(), Clock()
    meter = EnergyMeter(find_counters(tmp_path, lambda: library), clock)  # type: ignore[arg-type,return-value]
    meter.begin()
    write(file, 3_000_000)
    library.millijoules += 20_000
    clock.now += 2.0
    assert meter.end() == Energy(23.0, 2.0, "processor package + GPU")
    meter.begin()
    library.millijoules += 20_000
    clock.now += 0.5
    assert meter.end() is None
