"""Starts a sandboxed process, takes what it writes, and ends it at the first limit it passes."""

from __future__ import annotations

import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.sandbox.results import Ended, Limits

POLL_S = 0.02
GRACE_S = 1.0  # for the supervisor inside to read the files after the program's end
_BLOCK = 65536


@dataclass
class Sample:
    """What the run uses at one moment, in bytes and files."""

    memory: int = 0
    disk: int = 0
    files: int = 0


@dataclass
class Spawned:
    """A started run. `end` must kill all of it at once; `gone` waits until nothing of it is left; `killed` says
    whether the system ended a part of it for want of memory."""

    process: subprocess.Popen[bytes]
    report: int
    sample: Callable[[], Sample]
    end: Callable[[], None]
    gone: Callable[[float], bool]
    killed: Callable[[], bool] = lambda: False


@dataclass
class Raw:
    """What came out, still as bytes of hostile origin."""

    ended: Ended = "exited"
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    report: bytearray = field(default_factory=bytearray)
    wall_s: float = 0.0
    peak_memory: int = 0
    leftovers: bool = False


def supervise(spawned: Spawned, limits: Limits, stop: threading.Event | None) -> Raw:
    """Wait for the end of a run, within its limits. All of it is gone when this returns."""
    raw = Raw()
    started = time.monotonic()
    try:
        reason = _pump(spawned, raw, limits, stop, started)
        if reason is not None:
            raw.ended = reason
        elif spawned.killed():
            raw.ended = "out_of_memory"
    finally:
        spawned.end()
        raw.leftovers = not spawned.gone(5.0)
        spawned.process.wait()
        for stream in (spawned.process.stdout, spawned.process.stderr):
            if stream is not None:
                stream.close()
        os.close(spawned.report)
    raw.wall_s = time.monotonic() - started
    return raw


def _pump(spawned: Spawned, raw: Raw, limits: Limits, stop: threading.Event | None, started: float) -> Ended | None:
    """Take output until every pipe is closed or a limit is passed; the limit's name, or None."""
    assert spawned.process.stdout is not None
    assert spawned.process.stderr is not None
    sinks = {
        spawned.process.stdout.fileno(): raw.stdout,
        spawned.process.stderr.fileno(): raw.stderr,
        spawned.report: raw.report,
    }
    next_look = 0.0
    with selectors.DefaultSelector() as selector:
        for fd in sinks:
            os.set_blocking(fd, False)
            selector.register(fd, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(POLL_S):
                block = os.read(key.fd, _BLOCK)
                if block:
                    sinks[key.fd] += block
                else:
                    selector.unregister(key.fd)
            if len(raw.stdout) + len(raw.stderr) > limits.output or len(raw.report) > limits.report:
                return "too_much_output"
            if stop is not None and stop.is_set():
                return "stopped"
            now = time.monotonic()
            if now - started > limits.wall_s + GRACE_S:
                return "timed_out"
            if now >= next_look:
                next_look = now + POLL_S
                passed = _look(spawned.sample(), raw, limits)
                if passed is not None:
                    return passed
    return None


def _look(sample: Sample, raw: Raw, limits: Limits) -> Ended | None:
    raw.peak_memory = max(raw.peak_memory, sample.memory + sample.disk)
    if sample.memory + sample.disk > limits.memory:
        return "out_of_memory"
    if sample.files > limits.files:
        return "too_much_disk"
    return None
