"""What the machine was doing while a lane ran: other programs, clocks, heat, power.

What it does not tell is left out.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Final, Protocol

import psutil

from app.processes import output_of
from app.race.events import Conditions

_LONG_ENOUGH_S: Final = 0.05
_NVIDIA_REASONS: Final = {
    "nvmlClocksThrottleReasonSwThermalSlowdown": "heat",
    "nvmlClocksThrottleReasonHwThermalSlowdown": "heat",
    "nvmlClocksThrottleReasonSwPowerCap": "power limit",
    "nvmlClocksThrottleReasonHwPowerBrakeSlowdown": "power limit",
    "nvmlClocksThrottleReasonHwSlowdown": "hardware limit",
}


class Sampler(Protocol):
    """Watches the machine during a run."""

    def begin(self) -> None:
        """The run begins."""
        ...

    def end(self) -> Conditions:
        """The run is over; returns what the machine was doing during it."""
        ...


class MachineSampler:
    """Watches this machine.

    Other load is the processor time of all cores that neither this process nor its children (the workers) took.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._at = self._busy = self._own = 0.0

    def begin(self) -> None:
        self._at, self._busy, self._own = time.monotonic(), _busy_seconds(), self._own_seconds()

    def end(self) -> Conditions:
        passed = time.monotonic() - self._at
        other = _busy_seconds() - self._busy - (self._own_seconds() - self._own)
        share = other / passed / (psutil.cpu_count() or 1) if passed > _LONG_ENOUGH_S else -1.0
        return Conditions(
            other_load=share if share < 0 and passed <= _LONG_ENOUGH_S else min(1.0, max(0.0, share)),
            frequency_mhz=_frequency(),
            temperature_c=_temperature(),
            throttled=_throttled(),
            on_battery=_on_battery(),
        )

    def _own_seconds(self) -> float:
        total = 0.0
        try:
            for process in (self._process, *self._process.children(recursive=True)):
                try:
                    times = process.cpu_times()
                except psutil.Error:
                    continue  # It has just ended.
                total += times.user + times.system
        except psutil.Error:
            return self._own
        return total


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "steal", 0.0)
    # Guest time is part of user time on Linux.
    return float(sum(times) - idle - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))


def _frequency() -> float:
    try:
        found = psutil.cpu_freq()
    except (OSError, NotImplementedError, AttributeError, RuntimeError):
        return 0.0
    return float(found.current) if found else 0.0


def _temperature() -> float:
    sensors = getattr(psutil, "sensors_temperatures", None)
    try:
        groups = sensors() if sensors else {}
    except (OSError, ValueError):
        return 0.0
    names = ("coretemp", "k10temp", "cpu_thermal", "zenpower", "acpitz")
    values = [item.current for name in names for item in groups.get(name, []) if item.current]
    return float(max(values, default=0.0))


def _on_battery() -> bool:
    sensor = getattr(psutil, "sensors_battery", None)
    try:
        found = sensor() if sensor else None
    except (OSError, ValueError):
        return False
    return bool(found is not None and found.power_plugged is False)


def _throttled() -> str:
    """Why the machine slowed itself down; empty if it did not or does not tell."""
    if sys.platform == "darwin":
        return _mac_throttled()
    return _nvidia_throttled()


def mac_thermal(report: str) -> str:
    """Reads what ``pmset -g therm`` prints: a speed limit below 100 per cent is throttling."""
    for line in report.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "CPU_Speed_Limit" and value.strip().isdigit() and int(value) < 100:
            return "heat"
    return ""


def _mac_throttled() -> str:
    return mac_thermal(output_of("pmset", "-g", "therm", timeout_s=2.0))


def _nvidia_throttled() -> str:
    """Asks NVIDIA's library through nvidia-ml-py, where that is installed."""
    try:
        import pynvml  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return ""
    library: Any = pynvml
    try:
        library.nvmlInit()
    except library.NVMLError:
        return ""
    try:
        found: set[str] = set()
        for number in range(library.nvmlDeviceGetCount()):
            handle = library.nvmlDeviceGetHandleByIndex(number)
            mask = library.nvmlDeviceGetCurrentClocksThrottleReasons(handle)
            found |= {word for name, word in _NVIDIA_REASONS.items() if mask & getattr(library, name, 0)}
        return ", ".join(sorted(found))
    except library.NVMLError:
        return ""
    finally:
        library.nvmlShutdown()
