"""A sweep that runs: heat after heat on real workers, each heat kept in a trace of its own, so that it can go on later.

The folder of a sweep holds ``plan.json`` (what is swept), one trace a heat (``code-001.ndjson``), ``sweep.json`` (the
result so far, :class:`app.race.sweep_result.SweepResult`) and ``sweep.csv``. A heat that was cut off is not counted.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from app import __version__
from app.boundary.unexpected import problem_of
from app.engines import ENGINES
from app.library.sweeps import FILE, load_sweep
from app.library.traces import open_trace
from app.places import Places, make_private, write_private
from app.race.events import Finish
from app.race.fold import NS, Phase
from app.race.formats import REPEATED
from app.race.heats import Plan
from app.race.lanes import LaneSpec
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.race.sweep import (
    NextHeat,
    ProgressGuard,
    PromptHeats,
    SweepPlan,
    SweepProgress,
    contender_lanes,
    next_heat,
    remaining_seconds,
)
from app.race.sweep_report import prompt_result
from app.race.sweep_result import PromptResult, SweepResult, write_sweep
from app.race.sweep_table import sweep_csv
from app.race.trace import Record
from app.worker.lane_specs import lane_specs
from app.worker.machine import describe_machine
from app.worker.pass_costs import probe_passes
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest, SweepRequest, under
from app.worker.session import RaceSession
from app.worker.setup import start_race
from app.worker.sweep_rows import SweepRow, check_axis, sweep_rows, unmet

PLAN_FILE: Final = "plan.json"
_WAIT_S: Final = 0.1
_OF_THE_PROMPT: Final = frozenset({"prompt-too-long", "prompt-text", "template-bad"})
"""Kinds of problems that end a prompt, and not the sweep."""
_OF_THE_CONDITION: Final = _OF_THE_PROMPT | {"memory", "context-failed", "depth-too-large", "decode-failed"}
"""The same where a condition may be too much for the machine."""


class SweepRun:
    """A sweep in a thread of its own. Every method may be called from any thread; show it by polling.

    Args:
        pool: Gives the workers and gets them back at the end; the caller closes it. No race may run meanwhile.
        out: The sweep's folder; None makes a new one in the library. A folder with a sweep of the same plan goes on
            where that stopped.

    Raises:
        ProblemError: the request cannot be swept, or the folder holds another sweep.
    """

    def __init__(self, request: SweepRequest, places: Places, pool: WorkerPool, out: Path | None = None) -> None:
        self._request = request
        self._places = places
        self._pool = pool
        self.plan = _plan(request)
        self._lanes = contender_lanes(request.contenders)
        self._rows = sweep_rows(request)
        self._specs(self._rows[0], self._lanes)  # Says at once what cannot be swept.
        self.folder = out or _new_folder(places, request)
        self.problem: Problem | None = None
        self.stopped = False
        self._prompts = [PromptHeats(row.heading, self._lanes, row.condition) for row in self._rows]
        self._created = datetime.now(UTC).isoformat(timespec="seconds")
        self._engine_title = ""
        self._before_s = 0.0
        self._open_folder()
        self._guard = ProgressGuard()
        self._started_ns = 0
        self._session: RaceSession | None = None
        self._stop = threading.Event()
        self._widths: dict[int, int] = {}
        self._draft_ns = 0
        self._progress = SweepProgress()
        self._told: dict[str, tuple[int, PromptResult]] = {}
        """Of each prompt how many heats it had when its result was made, and that result."""
        self._result = self._make_result()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._started_ns = time.monotonic_ns()
        self._thread.start()

    def stop(self) -> None:
        """Asks it to stop. What was done stays; the heat that runs is not counted."""
        self._stop.set()
        session = self._session
        if session is not None:
            session.stop()

    def join(self, timeout: float | None = None) -> bool:
        """Waits for the end, ``timeout`` seconds at most. Returns whether it came."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def progress(self) -> SweepProgress:
        """How far it is."""
        return self._progress

    @property
    def result(self) -> SweepResult:
        """What was found so far; a new object after each heat."""
        return self._result

    @property
    def elapsed_s(self) -> float:
        """Wall time spent so far, that of earlier parts included, s."""
        running = (time.monotonic_ns() - self._started_ns) / NS if self._started_ns else 0.0
        return self._before_s + running

    def _run(self) -> None:
        warm = False
        try:
            self._probe()
            while not self._stop.is_set():
                following = next_heat(self._prompts, self._request.spend, self.elapsed_s)
                if following is None:
                    break
                if not self._heat(following, warm_up=not warm):
                    break
                warm = True
                self._result = self._make_result()
                self._write_result()
        except Exception as error:  # noqa: BLE001 - the boundary of this thread
            self.problem = problem_of(error, "worker", "the sweep was run")
        self.stopped = self._stop.is_set()
        self._tell("")

    def _probe(self) -> None:
        """Measures what passes of each width cost alone, if this engine can: it gives the predictions their shape.

        Not where conditions change from row to row: passes cost something else under each.
        """
        if self._request.axis is not None:
            return
        self._tell("Measuring passes of 1 to 17 tokens")
        try:
            found = probe_passes(
                self._request_of(self._rows[0], self._lanes),
                self._places,
                self._pool,
                repeats=3,
                stopped=self._stop,
            )
        except ProblemError:
            return  # Predictions then rest on the heats alone. What is really wrong is told by the first heat.
        self._widths, self._draft_ns = found.forward_ns, found.draft_ns
        self._told.clear()

    def _heat(self, following: NextHeat, *, warm_up: bool) -> bool:
        """Runs one heat and keeps it. Returns whether the sweep can go on."""
        prompt = next(item for item in self._prompts if item.prompt.name == following.prompt)
        row = next(item for item in self._rows if item.heading.name == following.prompt)
        part = self.folder / f"{_safe(following.prompt)}-{following.heat + 1:03}.ndjson.part"
        began = time.monotonic_ns()
        request = msgspec.structs.replace(
            self._request_of(row, following.lanes), plan=Plan(repeats=1, least=1, warm_up=int(warm_up))
        )
        started = start_race(request, self._places, self._pool, part, first=following.heat, tell=self._tell)
        self._session = started.session
        try:
            if self._stop.is_set():
                started.session.stop()
            records = self._follow(started.session, prompt, following)
        finally:
            self._session = None
            started.finish()
        seconds = (time.monotonic_ns() - began) / NS
        return self._keep(started.session, prompt, following.heat, records, seconds, part)

    def _follow(self, session: RaceSession, prompt: PromptHeats, following: NextHeat) -> list[Record]:
        records: list[Record] = []
        while True:
            over = session.join(_WAIT_S)
            records += session.drain()
            stage = session.stage
            assert stage is not None
            what = f"warm-up: {stage.lane}" if stage.heat < 0 else f"heat {following.heat + 1}: {stage.lane}"
            self._tell(f"{prompt.prompt.title}, {what}")
            if over:
                return records

    def _keep(
        self,
        session: RaceSession,
        prompt: PromptHeats,
        heat: int,
        records: Sequence[Record],
        seconds: float,
        part: Path,
    ) -> bool:
        """Counts a heat that every lane finished. One that failed ends the sweep; one that was stopped is dropped."""
        assert session.heats is not None
        lanes = session.heats.state(heat).lanes.values()
        failed = next((lane.problem for lane in lanes if lane.phase is Phase.FAILED), None)
        of_row = _OF_THE_CONDITION if prompt.condition else _OF_THE_PROMPT
        if failed is not None and failed.kind in of_row and session.trace_problem is None:
            prompt.left_out = failed.sentence
            part.unlink(missing_ok=True)
            if all(item.left_out for item in self._prompts):
                self.problem = failed
            return self.problem is None
        if failed is not None or session.trace_problem is not None:
            self.problem = failed or session.trace_problem
        whole = all(lane.phase is Phase.FINISHED and lane.finish is not Finish.STOPPED for lane in lanes)
        if self.problem is not None or not whole:
            part.unlink(missing_ok=True)
            return False
        loaded = next((lane.loaded for lane in lanes if lane.loaded), None)
        row = next(item for item in self._rows if item.heading.name == prompt.prompt.name)
        if why := unmet(row.value, loaded):
            prompt.left_out = why
            part.unlink(missing_ok=True)
            return True
        self._engine_title = loaded.engine if loaded else self._engine_title
        kept = part.with_name(part.name.removesuffix(".part"))
        part.replace(kept)
        prompt.add(heat, records, seconds, kept.name)
        return True

    def _tell(self, now: str) -> None:
        spend, elapsed = self._request.spend, self.elapsed_s
        done = sum(item.done for item in self._prompts)
        left = remaining_seconds(self._prompts, spend, elapsed)
        if not now and not self.stopped and self.problem is None:
            left = 0.0
        planned = spend.most * len(self._prompts)
        if spend.budget_s:
            usual = elapsed / done if done else 0.0
            planned = min(planned, done + round(left / usual)) if usual and left is not None else done
        self._progress = self._guard.tell(done, planned, elapsed, left, now)

    def _request_of(self, row: SweepRow, lanes: Sequence[str]) -> RaceRequest:
        request = self._request
        by_lane = {item.lane: item for item in request.contenders}
        asked = RaceRequest(
            pair=request.pair,
            prompt=row.prompt,
            contenders=tuple(by_lane[lane] for lane in lanes),
            max_tokens=request.max_tokens,
            sampling=request.sampling,
            format=REPEATED.name,
            context=request.context,
            threads=request.threads,
            gpu_layers=request.gpu_layers,
            engine=request.engine,
            numbered=True,
        )
        return asked if row.value is None else under(asked, row.value.setting)

    def _specs(self, row: SweepRow, lanes: Sequence[str]) -> tuple[LaneSpec, ...]:
        return lane_specs(self._request_of(row, lanes), self._places)

    def _open_folder(self) -> None:
        """Makes the folder, or takes in the heats of an earlier part of the same sweep."""
        stored = self.folder / PLAN_FILE
        try:
            make_private(self.folder)
            if stored.exists():
                self._take_back(stored)
            elif any(self.folder.iterdir()):
                raise ProblemError(
                    Problem(
                        "sweep-folder",
                        f"{self.folder.name} holds other files.",
                        "A sweep keeps its heats in a folder of its own.",
                        "Choose a new or an empty folder.",
                    )
                )
            else:
                write_private(stored, msgspec.json.format(msgspec.json.encode(self.plan), indent=1))
        except OSError as error:
            raise ProblemError(_unwritable(self.folder, error)) from error

    def _take_back(self, stored: Path) -> None:
        try:
            data = stored.read_bytes()
            plan, keys = msgspec.json.decode(data, type=SweepPlan), msgspec.json.decode(data, type=dict[str, object])
        except DECODE_ERRORS as error:
            raise ProblemError(
                Problem("sweep-plan", f"{stored.name} is damaged.", f"{error}.", "Choose a new folder.")
            ) from error
        if keys.keys() - set(SweepPlan.__struct_fields__):
            raise ProblemError(
                Problem(
                    "sweep-newer",
                    f"{self.folder.name} was begun by a newer version of MTP Race.",
                    "Its plan says something that this version does not know.",
                    "Update MTP Race to go on with it, or choose a new folder.",
                )
            )
        if plan != self.plan:
            raise ProblemError(
                Problem(
                    "sweep-other",
                    f"{self.folder.name} holds a sweep of something else.",
                    "Its pair, prompts, lanes or settings are not the ones asked for.",
                    "Ask for the same ones to go on with it, or choose a new folder.",
                )
            )
        for part in self.folder.glob("*.part"):
            part.unlink(missing_ok=True)
        if (self.folder / FILE).exists():
            earlier = load_sweep(self.folder)
            self._before_s, self._created, self._engine_title = earlier.seconds, earlier.created, earlier.engine
        for prompt in self._prompts:
            for file in sorted(self.folder.glob(f"{_safe(prompt.prompt.name)}-???.ndjson")):
                trace = open_trace(file)
                if trace.complete and trace.records:
                    last = trace.records[-1].at / NS
                    prompt.add(int(file.stem.rpartition("-")[2]) - 1, trace.records, last, file.name)

    def _make_result(self) -> SweepResult:
        done = sum(item.done for item in self._prompts)
        for item in self._prompts:
            if item.prompt.name not in self._told or self._told[item.prompt.name][0] != _count(item):
                told = prompt_result(item, self._request.contenders, self._widths)
                self._told[item.prompt.name] = (_count(item), told)
        found = tuple(self._told[item.prompt.name][1] for item in self._prompts)
        return SweepResult(
            created=self._created,
            app_version=__version__,
            suite=self._request.suite,
            axis="" if self._request.axis is None else self._request.axis.name,
            pair=self._request.pair.id,
            pair_title=self._request.pair.title,
            target=self._target(),
            engine=self._engine_title or self.plan.engine,
            machine=describe_machine(),
            heats=done,
            planned=max(done, self._progress.planned),
            seconds=round(self.elapsed_s, 3),
            prompts=found,
            widths=self._widths,
            draft_ns=self._draft_ns,
            warnings=_shared_warnings(found),
        )

    def _target(self) -> str:
        return Path(self._specs(self._rows[0], self._lanes)[0].target).name

    def _write_result(self) -> None:
        try:
            for name, data in ((FILE, write_sweep(self._result)), ("sweep.csv", sweep_csv(self._result).encode())):
                write_private(self.folder / name, data)
        except OSError as error:
            raise ProblemError(_unwritable(self.folder, error)) from error


def _count(prompt: PromptHeats) -> int:
    """Changes whenever the prompt's result does."""
    return -1 if prompt.left_out else prompt.done


def _plan(request: SweepRequest) -> SweepPlan:
    engine = request.engine or request.pair.engines[0]
    if not request.prompts or not request.contenders:
        raise ProblemError(Problem("sweep-empty", "Nothing to sweep.", action="Choose a prompt and a K at least."))
    if engine in ENGINES and not ENGINES[engine].capabilities.sets_k:
        raise ProblemError(
            Problem(
                "sweep-engine",
                f"{ENGINES[engine].title} cannot be swept over K.",
                "A server drafts with the K that it was started with.",
                "Race it in heats, started anew with each K.",
            )
        )
    if len({item.name for item in request.prompts}) < len(request.prompts):
        raise ProblemError(Problem("sweep-twice", "A prompt is named twice.", action="Name each once."))
    if request.axis is not None:
        check_axis(request.axis, engine)
    return SweepPlan(
        pair=request.pair.id,
        engine=engine,
        prompts=request.prompts,
        contenders=request.contenders,
        max_tokens=request.max_tokens,
        sampling=request.sampling,
        context=request.context,
        threads=request.threads,
        suite=request.suite,
        axis="" if request.axis is None else request.axis.text,
    )


def _new_folder(places: Places, request: SweepRequest, now: Callable[[], datetime] = datetime.now) -> Path:
    stem = f"{now().strftime('%Y%m%d-%H%M%S')}-{_safe(request.pair.id)}"
    folder = places.data / "sweeps" / stem
    number = 2
    while folder.exists():
        folder = folder.with_name(f"{stem}-{number}")
        number += 1
    return folder


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name) or "prompt"


def _shared_warnings(prompts: Sequence[PromptResult]) -> tuple[str, ...]:
    """Warnings that hold for every cell are told once for the whole sweep."""
    cells = [set(cell.warnings) for prompt in prompts for cell in prompt.cells]
    return tuple(sorted(set.intersection(*cells))) if cells else ()


def _unwritable(folder: Path, error: OSError) -> Problem:
    return Problem(
        "sweep-unwritable",
        f"The sweep cannot be written to {folder}.",
        cause=f"{error.strerror or error}.",
        action="Choose another folder, or free disk space. What was done before is kept.",
    )
