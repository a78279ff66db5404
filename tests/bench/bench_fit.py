"""Measures what two lanes really take in memory and holds the estimate against it.

`python -m tests.bench.bench_fit [NAME]` measures the built-in pair and synthetic models of several shapes. Each lane
is a process of its own with the real engine; both stay loaded, and each has fed a full batch and decoded some rounds.
Measured is the sum of the lanes' anonymous memory plus the larger of their file-backed memories: the same files are
mapped by both. Linux only.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import gguf
import psutil

from app.models.files.info import read_heads
from app.models.fit.estimate import Fit, Memory, estimate
from app.models.fit.needs import Runtime, need_of
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.places import find_places
from tests.models.ggufs import Shape, write_drafter, write_target
from tests.models.nextn_ggufs import NextNShape, write_nextn

LANE = """
import sys
from app.engines import create
from app.race.events import Round
from app.race.lanes import LaneKind, LaneSpec, Request

kind, target, drafter, context = sys.argv[1:]
mtp = kind == "mtp"
engine = create("llama.cpp")
engine.load(LaneSpec(id=kind, kind=LaneKind(kind), engine="llama.cpp", target=target, drafter=drafter if mtp else "",
                     k=16 if mtp else 0, threads=1, context=int(context)))
engine.prefill(Request(prompt="w1 " * 150, max_tokens=40, raw=True))
for _ in range(3):
    if not isinstance(engine.round(), Round):
        break
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Measured:
    """Bytes: of both lanes together, and the estimate for the same."""

    name: str
    context: int
    measured: int
    fit: Fit

    @property
    def error(self) -> float:
        """How far the estimate is off, as a share of what was measured; above 0 if it is too high."""
        return self.fit.together / self.measured - 1


def measure(name: str, target: Path, drafter: Path | None, context: int) -> Measured:
    lanes = []
    try:
        for kind in ("baseline", "mtp"):
            command = [sys.executable, "-c", LANE, kind, str(target), str(drafter or ""), str(context)]
            lanes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        for lane in lanes:
            assert lane.stdout is not None
            if lane.stdout.readline() != b"ready\n":
                raise RuntimeError(f"{name}: a lane did not come up")
        found = [_smaps(lane.pid) for lane in lanes]
    finally:
        for lane in lanes:
            lane.kill()
            lane.communicate()
    total = sum(one["Anonymous"] for one in found) + max(one["Rss"] - one["Anonymous"] for one in found)
    runtime = Runtime(context=context)
    needs = [need_of(read_heads(path), runtime) if path else None for path in (target, drafter)]
    assert needs[0] is not None
    memory = psutil.virtual_memory()
    return Measured(name, context, total, estimate(needs[0], needs[1], context, Memory(memory.available, memory.total)))


def _smaps(pid: int) -> dict[str, int]:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return {name: int(kb) * 1024 for name, kb in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}


KIND = gguf.GGMLQuantizationType
SHAPES: dict[str, tuple[Shape, int]] = {
    "wide, f16": (Shape(hidden=768, layers=8, heads=8, head_dim=64, feed_forward=3072, vocabulary=8192), 2048),
    "4-bit, rearranged": (
        Shape(hidden=768, layers=12, heads=8, head_dim=64, feed_forward=3072, vocabulary=8192, quantization=KIND.Q4_0),
        2048,
    ),
    "deep and narrow": (Shape(hidden=256, layers=32, heads=4, head_dim=64, feed_forward=1024, vocabulary=4096), 4096),
    "large vocabulary": (
        Shape(hidden=256, layers=4, feed_forward=512, vocabulary=131072, quantization=KIND.Q8_0), 2048,
    ),
    "embeddings per layer": (
        Shape(hidden=384, layers=8, heads=4, head_dim=64, feed_forward=1536, vocabulary=16384, per_layer=128), 2048,
    ),
    "mixture of experts": (
        Shape(hidden=384, layers=6, heads=4, head_dim=64, feed_forward=512, vocabulary=8192, experts=16,
              experts_used=4, expert_width=256), 2048,
    ),
    "long context": (Shape(hidden=512, layers=8, heads=8, kv_heads=4, head_dim=64, feed_forward=1024), 16384),
}  # fmt: skip


def built_in() -> tuple[Path, Path] | None:
    places = find_places()
    pair = load_registry(places.registry).get("nano")
    found = availability(pair, places) if pair else None
    return (found.target_path, found.drafter_path) if isinstance(found, Ready) and found.drafter_path else None


def all_cases(folder: Path) -> list[tuple[str, Path, Path | None, int]]:
    cases: list[tuple[str, Path, Path | None, int]] = []
    nano = built_in()
    if nano is not None:
        cases += [("built-in pair", *nano, context) for context in (2048, 8192)]
    for number, (name, (shape, context)) in enumerate(SHAPES.items()):
        target, drafter = folder / f"target{number}.gguf", folder / f"drafter{number}.gguf"
        cases.append((name, write_target(target, shape), write_drafter(drafter, shape), context))
    hybrid = NextNShape(
        hidden=512, layers=24, feed_forward=1536, attention_heads=8, head_dim=64, state=64, state_heads=16
    )
    cases.append(("running state", write_nextn(folder / "hybrid.gguf", hybrid), None, 2048))
    return cases


def main(only: str = "") -> None:
    print(f"{'pair':<20} {'context':>7} {'measured':>10} {'estimate':>10} {'error':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for case in all_cases(Path(folder)):
            if only not in case[0]:
                continue
            found = measure(*case)
            numbers = f"{found.measured / 1e6:>7.1f} MB {found.fit.together / 1e6:>7.1f} MB {found.error:>+7.1%}"
            print(f"{found.name:<20} {found.context:>7} {numbers}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
