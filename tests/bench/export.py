"""How long an export takes against the length of its film, and how much memory it needs.

    python -m tests.bench.export [TRACE] [--size 1920x1080] [--fps 30] [--to .mp4] [--speed 1 --speed 0.25]

Prints one JSON object a run and writes them to results/export.json: seconds of film, seconds to make it, their ratio
(below 1 is faster than the film plays), processor seconds a second of film, peak memory in MiB and the file's size.
The lower speed makes a longer film, to see that memory does not grow with it. Each run has a process of its own, so
that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUNDLED = Path(__file__).parents[1] / "video" / "data" / "fibonacci.ndjson"


def measure(trace: Path, size: str, fps: int, ending: str, speed: float) -> dict[str, object]:
    """Exports once in this process and returns what it took."""
    from app.draw.offscreen import ensure_qt
    from app.library.traces import open_trace
    from app.places import find_places
    from app.present.film_options import FilmOptions, parse_size
    from app.video.encoders.base import RaceJob
    from app.video.export import export

    ensure_qt()
    width, height = parse_size(size)
    options = FilmOptions(width=width, height=height, fps=fps, speed=speed)
    job = RaceJob(open_trace(trace), trace.name, options, find_places().resources)
    with tempfile.TemporaryDirectory() as folder:
        start, cpu = time.perf_counter(), time.process_time()
        path = export(job, f"{folder}/race{ending}", lambda done, total: None)
        took, used = time.perf_counter() - start, time.process_time() - cpu
        return {
            "to": ending,
            "size": size,
            "fps": fps,
            "speed": speed,
            "film_s": round(job.film.seconds, 2),
            "export_s": round(took, 2),
            "cpu_s": round(used, 2),
            "export_to_film": round(took / job.film.seconds, 3),
            "cpu_s_per_film_s": round(used / job.film.seconds, 3),
            "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "file_kib": round(path.stat().st_size / 1024),
        }


def main() -> None:
    """Runs as said above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", nargs="?", type=Path, default=BUNDLED)
    parser.add_argument("--size", action="append")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--to", action="append")
    parser.add_argument("--speed", type=float, action="append", help="times the real speed; slower makes longer films")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes, endings, speeds = given.size or ["1920x1080"], given.to or [".mp4"], given.speed or [1.0, 0.25]
    if given.here:
        print(json.dumps(measure(given.trace, sizes[0], given.fps, endings[0], speeds[0])))
        return
    runs: list[dict[str, object]] = []
    for size, ending, speed in itertools.product(sizes, endings, speeds):
        command = [sys.executable, "-m", "tests.bench.export", str(given.trace), "--here", "--size", size]
        command += ["--fps", str(given.fps), "--to", ending, "--speed", str(speed)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(done.stdout, end="", flush=True)
        runs.append(json.loads(done.stdout))
    path = Path(__file__).parent / "results" / "export.json"
    path.write_text(json.dumps({"cores": os.cpu_count(), "runs": runs}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
