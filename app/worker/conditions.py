"""What the machine was doing while a lane ran: other programs, clocks, heat, power.

What it does not tell is left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

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

    Other load is the processor time of all cores that neither this process nor its children (the workers) took, nor the
    servers that are raced on, where they run on this machine.

    Args:
        addresses: Of the servers.
    """

    def __init__(self, addresses: Collection[str] = ()) -> None:
        self._process = psutil.Process()
        self._addresses = frozenset(addresses)
        self._servers: list[psutil.Process] = []
        self._at = self._busy = self._own = 0.0

    def begin(self) -> None:
        """Takes the counters of this moment, from which :meth:`end` measures; call it when the lane starts."""
        self._servers = serving(self._addresses)
        self._at, self._busy, self._own = time.monotonic(), _busy_seconds(), self._own_seconds()

    def end(self) -> Conditions:
        """Returns what the machine was doing since :meth:`begin`. Its other load is -1 after too short a time."""
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
            roots = [self._process, *self._servers]
            family = {process for root in roots for process in (root, *_children(root))}
            for process in family:
                try:
                    times = process.cpu_times()
                except psutil.Error:
                    continue  # It has just ended.
                total += times.user + times.system
        except psutil.Error:
            return self._own
        return total


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def serving(addresses: Collection[str]) -> list[psutil.Process]:
    """Returns the processes of this machine that listen at the addresses; those of other users may not be seen."""
    ports = {port for address in addresses if (port := _local_port(address))}
    if not ports:
        return []
    try:
        pids = {found.pid for found in psutil.net_connections("tcp") if _listens(found, ports)}
    except (psutil.Error, OSError):
        pids = {process.pid for process in psutil.process_iter() if _serves(process, ports)}  # macOS without root
    processes = []
    for pid in pids - {None}:
        try:
            processes.append(psutil.Process(pid))
        except psutil.Error:
            continue  # It has just ended.
    return processes


def _listens(found: Any, ports: set[int]) -> bool:
    return bool(found.status == psutil.CONN_LISTEN and found.laddr and found.laddr.port in ports)


def _serves(process: psutil.Process, ports: set[int]) -> bool:
    try:
        return any(_listens(found, ports) for found in process.net_connections("tcp"))
    except (psutil.Error, OSError):
        return False


def runs_here(target: str) -> bool:
    """Whether a lane computes on this machine: a model's file does, and a server at one of its own addresses."""
    return "://" not in target or _local_port(target) > 0


def _local_port(address: str) -> int:
    """Returns the port of an address on this machine; 0 if it is elsewhere, or no address."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme, 80)
    except ValueError:
        return 0
    if parts.scheme not in ("http", "https"):
        return 0
    here = {entry.address for entries in psutil.net_if_addrs().values() for entry in entries}
    return port if host in here or host == "localhost" or host.startswith("127.") else 0


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
