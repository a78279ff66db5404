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
        machine, engine, target: As they name them; the engine is empty where it is not told.
        workload: Workload class, as prompts have it, or as they name it.
        speedup: Times the baseline, by tokens per second or by the time of the whole generation.
        k: Draft tokens a round; None where it is not told.
        accepted: Mean accepted draft tokens a round; None where it is not told.
        rough: The acceptance is of more than the run that was timed, such as of three prompts together.
        drafter: What drafted.
        requests: How many requests ran at once.
    """

    source: str
    machine: str
    engine: str
    target: str
    workload: str
    speedup: float
    k: int | None = None
    accepted: float | None = None
    rough: bool = False
    drafter: str = "MTP"
    requests: int = 1

    @property
    def round_cost(self) -> float | None:
        """What a round must have cost, in plain steps: (accepted + 1) / speedup; None without an acceptance.

        It is what explains why the same acceptance wins on one machine and loses on another. Of several requests at
        once it would mix their rounds, so there is none.
        """
        return None if self.accepted is None or self.requests > 1 else (self.accepted + 1) / self.speedup

    @property
    def sentence(self) -> str:
        """The result in words, with whose it is."""
        parts = [self.machine, self.target, self.workload]
        parts += [f"{self.requests} requests at once"] if self.requests > 1 else []
        how = "" if self.drafter == "MTP" else f" with {self.drafter}"
        return f"Another machine: {', '.join(parts)}, {self.speedup:.2f}×{how} ({self.source})"


Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
PublishedK = Annotated[int, msgspec.Meta(ge=1, le=64)]


class _Result(msgspec.Struct):
    source: str
    machine: str
    target: str
    workload: str
    engine: str = ""
    k: PublishedK | None = None
    baseline_tps: Seconds | None = None
    mtp_tps: Seconds | None = None
    baseline_s: Seconds | None = None
    mtp_s: Seconds | None = None
    speedup: Seconds | None = None
    accepted: Annotated[float, msgspec.Meta(ge=0, le=64)] | None = None
    acceptance: Share | None = None
    position_rates: list[Share] = []
    rough: bool = False
    drafter: str = "MTP"
    requests: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 1


class _Point(msgspec.Struct):
    k: PublishedK
    seconds: dict[str, Seconds] = {}
    accepted: Annotated[float, msgspec.Meta(ge=0, le=64)] | None = None


class _Sweep(msgspec.Struct):
    source: str
    machine: str
    target: str
    engine: str = ""
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
    rows = [row for item in found.result if (row := _row(item)) is not None]
    for sweep in found.sweep:
        for point in sweep.point:
            rows += [
                # Its acceptance is over all prompts of the sweep, its speedup of one.
                Published(
                    sweep.source,
                    sweep.machine,
                    sweep.engine,
                    sweep.target,
                    workload,
                    base / point.seconds[workload],
                    point.k,
                    point.accepted,
                    rough=point.accepted is not None,
                )
                for workload, base in sweep.baseline_s.items()
                if workload in point.seconds
            ]
    return tuple(rows)


def _row(item: _Result) -> Published | None:
    """Returns a result with its speedup; None for one that tells none."""
    ratio = item.speedup
    if item.mtp_tps and item.baseline_tps:
        ratio = item.mtp_tps / item.baseline_tps
    elif item.mtp_s and item.baseline_s:
        ratio = item.baseline_s / item.mtp_s
    if ratio is None:
        return None
    accepted = item.accepted
    if accepted is None and item.position_rates:
        accepted = sum(item.position_rates)
    if accepted is None and item.acceptance is not None and item.k is not None:
        accepted = item.acceptance * item.k
    return Published(
        item.source,
        item.machine,
        item.engine,
        item.target,
        item.workload,
        ratio,
        item.k,
        accepted,
        item.rough,
        item.drafter,
        item.requests,
    )


_SIZE = re.compile(r"gemma-?4-(e?\d+b)(-a\d+b)?")


def same_model(one: str, other: str) -> bool:
    """Whether two names, of files or as people write them, are of the same Gemma 4 model, whatever its quantization."""
    found = [_SIZE.search(name.lower().replace("_", "-").replace(" ", "-")) for name in (one, other)]
    return None not in found and found[0].group(1) == found[1].group(1)  # type: ignore[union-attr]


def for_target(published: Sequence[Published], target: str) -> tuple[Published, ...]:
    """Returns the results for the same model."""
    return tuple(item for item in published if same_model(item.target, target))
