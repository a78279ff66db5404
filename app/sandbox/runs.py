"""Runs the two programs of a comparison: at once, or through a gate, which gives both the same answers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.sandbox.base import Sandbox
from app.sandbox.results import Job, RunResult

if TYPE_CHECKING:
    from app.sandbox.gate.gate import Access, FetchGate


@dataclass(frozen=True)
class BothPrograms:
    """Where and how both programs run. Jobs come in pairs, the first lane's first."""

    sandbox: Sandbox
    stop: threading.Event | None = None
    gate: FetchGate | None = None

    def run(self, jobs: Sequence[Job]) -> tuple[RunResult, RunResult]:
        """Run both at the same time. What they fetch comes from the recording alone, and nothing is told of it."""
        if self.gate is None:
            return self._together(jobs, (None, None))
        return self._together(jobs, (self.gate.access("a"), self.gate.access("b")))

    def run_and_fetch(self, jobs: Sequence[Job], *, live: bool) -> tuple[RunResult, RunResult]:
        """Run both for the first time; with a gate they fetch.

        `live`: what is not in the recording is fetched from the world: by the first program, then by the second what
        only it asks for. Then both run again from the recording, so that neither waits for a network in the time that
        is told; unless they ask for something else each time.
        """
        if self.gate is None:
            return self.run(jobs)
        if not live:
            return self._together(jobs, (self.gate.access("a", tell=True), self.gate.access("b", tell=True)))
        more = self.gate.permission.seconds_limit
        waiting = [msgspec.structs.replace(job.limits, wall_s=job.limits.wall_s + more) for job in jobs]
        patient = [msgspec.structs.replace(job, limits=limits) for job, limits in zip(jobs, waiting, strict=True)]
        a = self.sandbox.run(patient[0], self.stop, self.gate.access("a", live=True, tell=True))
        b = self.sandbox.run(patient[1], self.stop, self.gate.access("b", live=True, tell=True))
        if not self.gate.live or (self.stop is not None and self.stop.is_set()):
            return a, b
        uses = self.gate.access("a"), self.gate.access("b")
        again = self._together(jobs, uses)
        return (a, b) if any(use.missing for use in uses) else again

    def _together(self, jobs: Sequence[Job], uses: tuple[Access | None, Access | None]) -> tuple[RunResult, RunResult]:
        with ThreadPoolExecutor(2) as pool:
            a, b = pool.map(lambda job, use: self.sandbox.run(job, self.stop, use), jobs, uses)
        return a, b
