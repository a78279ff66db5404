"""Records the sample races that come with the app: baseline against MTP at each K, on the machine this runs on.

    python packaging/record_samples.py OUT ENGINE TARGET DRAFTER TITLE [K ...]

The races go the app's own way: worker processes, the chess clock, the trace writer.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import __version__
from app.library.prompts import load_prompts
from app.places import find_places
from app.race.formats import ChessClock
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.trace import Header, TraceWriter
from app.worker.machine import describe_machine
from app.worker.pool import WorkerPool
from app.worker.session import RaceSession

MAX_TOKENS = 256


def main() -> None:
    """Records one trace a K."""
    out, engine, target, drafter, title = Path(sys.argv[1]), *sys.argv[2:6]
    ks = [int(k) for k in sys.argv[6:]] or list(range(1, 9))
    prompt = load_prompts(find_places())[0]
    request = Request(prompt.text, MAX_TOKENS)
    pool = WorkerPool()
    try:
        for number, k in enumerate([ks[0], *ks]):  # the first one warms up and is not kept
            baseline = LaneSpec(id="baseline", kind=LaneKind.BASELINE, engine=engine, target=target)
            mtp = msgspec.structs.replace(baseline, id="mtp", kind=LaneKind.MTP, drafter=drafter, k=k)
            lanes = (baseline, mtp)
            header = Header(
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                app_version=__version__,
                pair="nano",
                pair_title=title,
                prompt_name=prompt.name,
                workload=prompt.workload,
                language=prompt.language,
                request=request,
                format=ChessClock.name,
                lanes=tuple(
                    msgspec.structs.replace(spec, target=Path(spec.target).name, drafter=Path(spec.drafter).name)
                    for spec in lanes
                ),
                machine=describe_machine(),
            )
            workers = pool.acquire(lanes)
            path = out / (f"k{k}.ndjson" if number else "warm-up.ndjson")
            with path.open("wb") as file:
                session = RaceSession(header, workers, ChessClock(), TraceWriter(file, header))
                session.start()
                session.join()
            pool.release(list(workers.values()))
            if not number:
                path.unlink()
            states = session.state.lanes
            for name, lane in states.items():
                print(k, name, lane.phase, lane.problem or "", f"{lane.decode_tps:.1f} tok/s", lane.acceptance_length)
            print(k, "same text:", states["baseline"].text == states["mtp"].text, flush=True)
    finally:
        pool.close()


if __name__ == "__main__":
    main()
