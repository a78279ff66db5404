"""The energy that the machine took while a lane ran alone, from the machine's own counters; nothing is estimated.

Sources: Linux powercap (Documentation/power/powercap: ``energy_uj`` of each processor package, which wraps at
``max_energy_range_uj``), NVIDIA's counter (NVML ``nvmlDeviceGetTotalEnergyConsumption``, millijoules since the driver
was loaded), and a battery that discharges (``power_supply``: ``energy_now`` in uWh, or ``charge_now`` in uAh at
``voltage_now`` in uV). A battery counts the whole machine and is asked only where nothing finer is there.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

import msgspec

from app.race.events import Energy

_SYS: Final = Path("/sys/class")
_LOOK_S: Final = 5.0
"""Longest time between two readings while a lane runs: a counter that wraps must not wrap twice in between."""
_PACKAGE_LEAST_S: Final = 0.05
_GPU_LEAST_S: Final = 1.0
_BATTERY_LEAST_S: Final = 60.0
_MICRO: Final = 1e-6
_HOUR_S: Final = 3600


class Counter(Protocol):
    """Something that counts energy.

    Attributes:
        name: What it counts, for people. Counters of one name are told together.
        least_s: Shorter runs say nothing: it is not renewed more often.
        wraps_j: Joules after which it starts again; 0 if it does not.
    """

    name: str
    least_s: float
    wraps_j: float

    def read(self) -> float | None:
        """Returns joules since some moment in the past; None if it does not tell now."""
        ...


class PackageCounter:
    """A processor package of Linux's powercap."""

    name = "processor package"
    least_s = _PACKAGE_LEAST_S

    def __init__(self, zone: Path) -> None:
        self._file = zone / "energy_uj"
        self.wraps_j = (_number(zone / "max_energy_range_uj") or 0) * _MICRO

    def read(self) -> float | None:
        found = _number(self._file)
        return None if found is None else found * _MICRO


class BatteryCounter:
    """A battery; it counts only while it discharges."""

    name = "whole machine, from its battery"
    least_s = _BATTERY_LEAST_S
    wraps_j = 0.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self) -> float | None:
        if _word(self._folder / "status") != "Discharging":
            return None
        energy = _number(self._folder / "energy_now")
        if energy is not None:
            return -energy * _MICRO * _HOUR_S
        charge, volts = _number(self._folder / "charge_now"), _number(self._folder / "voltage_now")
        return None if charge is None or volts is None else -charge * _MICRO * volts * _MICRO * _HOUR_S


class GpuCounter:
    """A GPU of NVIDIA's, by its number."""

    name = "GPU"
    least_s = _GPU_LEAST_S
    wraps_j = 0.0

    def __init__(self, library: ctypes.CDLL, handle: ctypes.c_void_p) -> None:
        self._library, self._handle = library, handle

    def read(self) -> float | None:
        found = ctypes.c_ulonglong()
        status: int = self._library.nvmlDeviceGetTotalEnergyConsumption(self._handle, ctypes.byref(found))
        return None if status else found.value / 1000


def find_counters(root: Path = _SYS, library: Callable[[], ctypes.CDLL | None] | None = None) -> tuple[Counter, ...]:
    """Returns the counters of this machine that can be read now; empty if it tells nothing.

    Args:
        root: The kernel's folder of devices by class.
        library: Loads NVIDIA's library; None takes the one that came with the driver.
    """
    packages: list[Counter] = [PackageCounter(zone) for zone in sorted(root.glob("powercap/*:*")) if _is_package(zone)]
    fine = [*packages, *_gpus((library or _nvml)())]
    if not fine:
        fine = [
            BatteryCounter(folder)
            for folder in sorted(root.glob("power_supply/*"))
            if _word(folder / "type") == "Battery" and _word(folder / "scope") != "Device"
        ]
    return tuple(counter for counter in fine if counter.read() is not None)


def _is_package(zone: Path) -> bool:
    """Zones inside a package (``intel-rapl:0:0``) are part of it; ``psys`` holds them; MMIO counts them again."""
    return zone.name.count(":") == 1 and "mmio" not in zone.name and _word(zone / "name").startswith("package")


def _gpus(library: ctypes.CDLL | None) -> list[Counter]:
    if library is None or library.nvmlInit_v2():
        return []
    count = ctypes.c_uint()
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return []
    found: list[Counter] = []
    for number in range(min(64, count.value)):
        handle = ctypes.c_void_p()
        if not library.nvmlDeviceGetHandleByIndex_v2(number, ctypes.byref(handle)):
            found.append(GpuCounter(library, handle))
    return found


def _nvml() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
    except OSError:
        return None


class _Tally(msgspec.Struct):
    """What one counter counted since the run began."""

    counter: Counter
    last: float
    joules: float = 0.0


class EnergyMeter:
    """Counts from ``begin`` to ``end``, and nothing outside.

    Args:
        counters: What counts; None looks for those of this machine when it is first needed.
        clock_s: A monotonic clock, s.
    """

    def __init__(
        self, counters: Sequence[Counter] | None = None, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._counters = counters
        self._clock_s = clock_s
        self._tallies: list[_Tally] = []
        self._asked = 0
        self._began = self._looked = 0.0

    def begin(self) -> None:
        """A lane begins to compute."""
        if self._counters is None:
            self._counters = find_counters()
        self._tallies = [_Tally(counter, now) for counter in self._counters if (now := counter.read()) is not None]
        self._asked = len(self._tallies)
        self._began = self._looked = self._clock_s()

    def look(self) -> None:
        """Reads the counters if that was long ago; cheap enough for every event of a lane."""
        if self._tallies and self._clock_s() - self._looked >= _LOOK_S:
            self._read()

    def _read(self) -> None:
        self._looked = self._clock_s()
        kept = []
        for tally in self._tallies:
            now = tally.counter.read()
            if now is None:
                continue  # A battery that is being charged now has not counted this run.
            more = now - tally.last
            if more < 0 and tally.counter.wraps_j:
                more += tally.counter.wraps_j
            if more >= 0:
                tally.joules, tally.last = tally.joules + more, now
                kept.append(tally)
        self._tallies = kept

    def end(self) -> Energy | None:
        """The lane is over; returns what was counted, None where nothing was or the run was too short to tell."""
        self._read()
        seconds = self._clock_s() - self._began
        told, self._tallies = self._tallies, []
        if not told or len(told) < self._asked or any(seconds < tally.counter.least_s for tally in told):
            return None
        joules = sum(tally.joules for tally in told)
        if joules <= 0:
            return None
        return Energy(joules, seconds, _names([tally.counter.name for tally in told]))


def _names(names: Sequence[str]) -> str:
    """Returns what was counted, such as ``"2 processor packages + GPU"``."""
    counts = {name: names.count(name) for name in names}
    return " + ".join(name if count == 1 else f"{count} {name}s" for name, count in counts.items())


def _number(file: Path) -> int | None:
    text = _word(file)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")[:64].strip()
    except OSError:
        return ""
