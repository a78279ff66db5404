"""What others published about the same kind of race, to lie beside a user's own results. Theirs are other machines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from app.race.problems import Problem, ProblemError

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Published(msgspec.Struct, frozen=True):
    """One published speedup.

    Attributes:
        source: Who published it, and when.
        machine, target: As they name them.
        workload: Workload class, as prompts have it.
        k: Draft tokens a round.
        speedup: Times the baseline, by tokens per second or by the time of the whole generation.
    """

    source: str
    machine: str
    target: str
    workload: str
    k: int
    speedup: float

    @property
    def sentence(self) -> str:
        """The result in words, with whose it is."""
        return f"Another machine: {self.machine}, {self.target}, {self.workload}, {self.speedup:.2f}× ({self.source})"


class _Result(msgspec.Struct):
    source: str
    machine: str
    target: str
    workload: str
    k: Annotated[int, msgspec.Meta(ge=1, le=64)]
    baseline_tps: Seconds | None = None
    mtp_tps: Seconds | None = None
    baseline_s: Seconds | None = None
    mtp_s: Seconds | None = None


class _Point(msgspec.Struct):
    k: Annotated[int, msgspec.Meta(ge=1, le=64)]
    seconds: dict[str, Seconds] = {}


class _Sweep(msgspec.Struct):
    source: str
    machine: str
    target: str
    baseline_s: dict[str, Seconds] = {}
    point: list[_Point] = []


class _File(msgspec.Struct):
    result: list[_Result] = []
    sweep: list[_Sweep] = []


def read_published(text: str) -> tuple[Published, ...]:
    """Reads the published results from TOML.

    Raises:
        ProblemError: it is not what this app reads.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProblemError(Problem("published", "The published results cannot be read.", f"{error}.")) from error
    rows = [
        Published(item.source, item.machine, item.target, item.workload, item.k, ratio)
        for item in found.result
        if (ratio := _ratio(item)) is not None
    ]
    for sweep in found.sweep:
        for point in sweep.point:
            rows += [
                Published(sweep.source, sweep.machine, sweep.target, workload, point.k, base / point.seconds[workload])
                for workload, base in sweep.baseline_s.items()
                if workload in point.seconds
            ]
    return tuple(rows)


def _ratio(item: _Result) -> float | None:
    if item.mtp_tps and item.baseline_tps:
        return item.mtp_tps / item.baseline_tps
    if item.mtp_s and item.baseline_s:
        return item.baseline_s / item.mtp_s
    return None


_SIZE = re.compile(r"gemma-?4-(e?\d+b)(-a\d+b)?")


def same_model(one: str, other: str) -> bool:
    """Whether two names, of files or as people write them, are of the same Gemma 4 model, whatever its quantization."""
    found = [_SIZE.search(name.lower().replace("_", "-").replace(" ", "-")) for name in (one, other)]
    return None not in found and found[0].group(1) == found[1].group(1)  # type: ignore[union-attr]


def for_target(published: Sequence[Published], target: str) -> tuple[Published, ...]:
    """Returns the results for the same model."""
    return tuple(item for item in published if same_model(item.target, target))
