"""From what the user asked for to a running session: the one way in for window, terminal, sweeps and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.places import Places, open_private
from app.race.formats import RaceFormat, find_format
from app.race.lanes import LaneSpec
from app.race.names_only import NamesOnly
from app.race.problems import Problem, ProblemError
from app.race.trace import Header, TraceWriter
from app.worker.calibrations import Calibrations
from app.worker.headers import make_header, trace_paths
from app.worker.lane_specs import lane_specs, make_files
from app.worker.noise import NoiseFloors
from app.worker.one_copy import suited_to_memory
from app.worker.one_loaded import OneLoaded
from app.worker.pass_costs import known_costs
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.run import LaneWorker
from app.worker.session import RaceSession


def _say_nothing(_sentence: str) -> None:
    """For callers who show no sentences."""


def prepare(request: RaceRequest, places: Places, pool: WorkerPool) -> None:
    """Loads workers and reads what the header needs ahead of a race; takes a while, so call it off the UI thread.

    Raises:
        ProblemError: the request cannot race; the words say why.
    """
    request = suited_to_memory(request, places, pool.held_bytes())
    specs = lane_specs(request, places)
    make_files(request, places, _say_nothing)
    pool.prepare(() if request.one_loaded else specs, share=find_format(request.format).repeats)
    make_header(request, specs, datetime.now(UTC))


class StartedRace(msgspec.Struct, frozen=True):
    """A session that was started, where its trace goes, and how to give its workers and its file back."""

    session: RaceSession
    header: Header
    trace: Path | None
    finish: Callable[[], None]


def start_race(
    request: RaceRequest,
    places: Places,
    pool: WorkerPool,
    trace: Path | None = None,
    *,
    record: bool = True,
    first: int = 0,
    tell: Callable[[str], None] = _say_nothing,
) -> StartedRace:
    """Starts a race in its own thread. Call ``finish`` of the result once, when the session is over.

    It may have to make files first, which takes seconds, so call it off the UI thread.

    Args:
        request: What to race.
        places: Where things are.
        pool: Gives the workers and gets them back.
        trace: Where to write the trace; None picks a name in the library.
        record: False writes no trace.
        first: Number of the first heat, where others were run before.
        tell: Gets a sentence for the user while something slow is done.

    Raises:
        ProblemError: the race cannot be started; nothing is left running.
    """
    request = suited_to_memory(request, places, pool.held_bytes())
    specs = lane_specs(request, places)
    make_files(request, places, tell)
    race_format = find_format(request.format)
    header = make_header(request, specs, datetime.now(UTC))
    path = file = writer = None
    if record:  # Before any worker starts: a race that is cut off in its first moment is a trace with a header.
        path, file = _new_file(trace, places, header)
        private = (*(path for spec in specs for path in (spec.target, spec.drafter) if path), str(places.data))
        writer = _begin(path, file, header, NamesOnly(private))
    workers, give_back = _workers(request, race_format, specs, pool)
    floors = NoiseFloors(places.cache / "noise.json")
    noise = floors.get(header)
    calibrations = Calibrations.of(places)
    known = msgspec.structs.replace(known_costs(header, places), calibration=calibrations.get(header))
    session = RaceSession(
        header, workers, race_format, writer, noise=noise, plan=request.plan, first=first, known=known
    )

    def finish() -> None:
        give_back()
        if noise is None and session.noise is not None:
            floors.put(header, session.noise)
        calibrations.learn(header, session.runs)
        if file is not None:
            with suppress(OSError):  # Every line was flushed: what the disk refused has been told.
                file.close()

    session.start()
    return StartedRace(session, header, path, finish)


def _workers(
    request: RaceRequest, race_format: RaceFormat, specs: Sequence[LaneSpec], pool: WorkerPool
) -> tuple[Mapping[str, LaneWorker], Callable[[], None]]:
    """Returns a worker for each lane, and what gives them back."""
    if request.one_loaded and race_format.repeats:
        pool.prepare(())  # What is loaded ahead takes memory.
        group = OneLoaded(specs)
        return group.workers, group.close
    taken = pool.acquire(specs, share=race_format.repeats)
    return taken, lambda: pool.release(list(taken.values()))


def _new_file(asked: Path | None, places: Places, header: Header) -> tuple[Path, BinaryIO]:
    """Opens the file that was asked for, or a new one in the library that nobody else has opened."""
    if asked is not None:
        return asked, _open(asked, new=False)
    for path in trace_paths(places, header):
        try:
            return path, _open(path, new=True)
        except FileExistsError:
            continue
    raise AssertionError("there is always another name")


def _open(path: Path, *, new: bool) -> BinaryIO:
    """Opens a file to write. Raises FileExistsError if it is to be a new one and is not."""
    try:
        return open_private(path, new=new)
    except OSError as error:
        if new and isinstance(error, FileExistsError) and path.exists():
            raise
        raise ProblemError(_unwritable(path, error)) from error


def _begin(path: Path, file: BinaryIO, header: Header, names: NamesOnly) -> TraceWriter:
    try:
        return TraceWriter(file, header, names)
    except OSError as error:
        with suppress(OSError):
            file.close()
        raise ProblemError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError) -> Problem:
    return Problem(
        "trace-unwritable",
        f"The trace cannot be written to {path}.",
        cause=f"{error.strerror or error}.",
        action="Choose another place for it, or free disk space.",
    )
