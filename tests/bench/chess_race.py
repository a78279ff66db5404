"""One race on the chess clock, for the benches."""

from __future__ import annotations

from datetime import UTC, datetime

from app.race.events import Noise
from app.race.fold import LaneState
from app.race.formats import FORMATS
from app.race.lanes import LaneSpec
from app.worker.headers import make_header
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest
from app.worker.session import RaceSession


def race(request: RaceRequest, specs: tuple[LaneSpec, ...], pool: WorkerPool) -> dict[str, LaneState]:
    """Races these lanes on the chess clock; a single lane has the machine to itself."""
    workers = pool.acquire(specs)
    session = RaceSession(
        make_header(request, specs, datetime.now(UTC)), workers, FORMATS["clock"], noise=Noise(0.0, 0)
    )
    session.start()
    session.join()
    pool.release(list(workers.values()))
    return session.state.lanes
