"""How much memory the processes of one run use together, seen from outside (Linux)."""

from __future__ import annotations

import functools
import os

_MESSAGE = 36 * 1024
_CONNECTION = 4 * 1024  # of the kernel's own, for each socket of TCP
_OVERHEAD = 4  # what the kernel may hold for each byte that waits in one
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def family(pid: int) -> list[int]:
    """`pid` and all its descendants, as far as they still exist."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as file:
                    ahead += [int(child) for child in file.read().split()]
        except (OSError, ValueError):
            continue
    return found


def resident(pid: int) -> int:
    """Bytes of memory of one process; 0 when it is gone. Pages that it shares with others are counted in full."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def proportional(pid: int) -> int | None:
    """Bytes of memory of one process with shared pages divided among their users; None when it is not told."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def memory_of(pids: list[int], limit: int) -> int:
    """Bytes used by `pids` together. Only when the cheap sum passes `limit` are shared pages divided."""
    rough = {pid: resident(pid) for pid in pids}
    total = sum(rough.values())
    if total <= limit:
        return total
    exact = {pid: proportional(pid) for pid in pids}
    return sum(rough[pid] if share is None else share for pid, share in exact.items())


def socket_memory(pids: list[int]) -> int:
    """Bytes that the Unix sockets of the run's network namespace may hold in the kernel, where no process has them.

    Each socket may have its send buffer under way and one message more. Sockets count that no process has open any
    more, because another socket carries them.
    """
    for pid in pids:
        try:
            with open(f"/proc/{pid}/net/unix", "rb") as file:
                sockets = sum(1 for _ in file) - 1  # the first line is a heading
        except OSError:
            continue
        return max(0, sockets) * (_send_buffer() + _MESSAGE)
    return 0


def stream_memory(pids: list[int]) -> int:
    """Bytes that the TCP sockets of the run's network namespace hold in the kernel; 0 where it has none.

    The kernel tells what waits in each queue (proc_net_tcp in its documentation), but not what holding it takes.
    """
    for pid in pids:
        try:
            with open(f"/proc/{pid}/net/tcp", "rb") as file:
                queues = [line.split(None, 5)[4].split(b":") for line in file.readlines()[1:]]
            waiting = sum(int(sent, 16) + int(received, 16) for sent, received in queues)
        except (OSError, ValueError, IndexError):
            continue
        return len(queues) * _CONNECTION + waiting * _OVERHEAD
    return 0


@functools.cache
def _send_buffer() -> int:
    """The size in bytes of a socket's send buffer; a program in the sandbox cannot change it."""
    try:
        with open("/proc/sys/net/core/wmem_default") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 212_992


def folder_use(pids: list[int], folder: str) -> tuple[int, int] | None:
    """Bytes and files in the file system at `folder` as the run sees it; None when it cannot be looked at."""
    for pid in reversed(pids):
        try:
            seen = os.statvfs(f"/proc/{pid}/root{folder}")
        except OSError:
            continue
        return (seen.f_blocks - seen.f_bfree) * seen.f_frsize, seen.f_files - seen.f_ffree
    return None
