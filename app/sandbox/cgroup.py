"""A control group of Linux around one run, where one can be had: it counts kernel memory too, such as socket buffers.

Both hierarchies are known: https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/memory.html. A group
needs a place where this user may make one: root has it, and so has an ordinary user under systemd, who was handed the
part of the tree in which the app's own group lies.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
SLACK = 48 * 1024 * 1024  # for the supervisor and the pages of files that are read; the watching holds the limit itself
_PREFIX = "mtp-race-"
_counter = itertools.count()


@dataclass(frozen=True)
class Hierarchy:
    """The names of one of the two hierarchies: the file of the limit, and the file that counts what was killed."""

    controller: str  # as in /proc/self/cgroup; empty for the second hierarchy
    limit: str
    events: str


UNIFIED = Hierarchy("", "memory.max", "memory.events")
LEGACY = Hierarchy("memory", "memory.limit_in_bytes", "memory.oom_control")


@dataclass(frozen=True)
class Group:
    """A group that was made for one run."""

    path: Path
    hierarchy: Hierarchy

    def take(self, pids: Sequence[int]) -> bool:
        """Move processes into it; False when one of them could not be moved."""
        try:
            for pid in pids:
                (self.path / "cgroup.procs").write_text(f"{pid}\n")
        except OSError:
            return False
        return True

    def killed(self) -> bool:
        """Whether the kernel ended a process of it for want of memory."""
        try:
            lines = (self.path / self.hierarchy.events).read_text().splitlines()
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)

    def remove(self) -> None:
        """Remove it. Its processes are gone by now, but the kernel may take a moment to see it."""
        end = time.monotonic() + 1.0
        while True:
            try:
                self.path.rmdir()
            except FileNotFoundError:
                return
            except OSError:
                if time.monotonic() < end:
                    time.sleep(0.005)
                    continue
            return


def make_group(memory: int, root: Path = ROOT, own: str | None = None) -> Group | None:
    """A fresh group whose processes may use `memory` bytes and a little more, or None where none can be had.

    `own`: what /proc/self/cgroup says, given for the tests."""
    try:
        said = Path("/proc/self/cgroup").read_text() if own is None else own
    except OSError:
        return None
    for hierarchy, parent in _places(said, root):
        _tidy(parent)
        group = Group(parent / f"{_PREFIX}{os.getpid()}-{next(_counter)}", hierarchy)
        try:
            group.path.mkdir()
        except OSError:
            continue
        try:
            (group.path / hierarchy.limit).write_text(f"{memory + SLACK}\n")
        except OSError:
            group.remove()
            continue
        _without_swap(group)
        return group
    return None


def _tidy(parent: Path) -> None:
    """Remove the empty groups of an app that was killed. One that is in use cannot be removed."""
    for left in parent.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if not os.path.exists(f"/proc/{pid}"):
            try:
                left.rmdir()
            except OSError:
                continue


def _without_swap(group: Group) -> None:
    """Memory that is swapped out would not count. Kernels without swap have no such file."""
    if group.hierarchy is UNIFIED:
        try:
            (group.path / "memory.swap.max").write_text("0\n")
        except OSError:
            return


def _places(said: str, root: Path) -> Iterator[tuple[Hierarchy, Path]]:
    """The groups in which one with a memory limit can be made, nearest first."""
    for line in said.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        inside = path.strip("/")
        if ".." in Path(inside).parts:
            continue  # the group lies outside of what this container sees
        if controllers == UNIFIED.controller:
            places = [root / inside, *(root / inside).parents]
            for place in places[: places.index(root) + 1]:
                if "memory" in _words(place / "cgroup.subtree_control"):
                    yield UNIFIED, place
        elif LEGACY.controller in controllers.split(","):
            yield LEGACY, root / LEGACY.controller / inside


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
