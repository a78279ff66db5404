"""What a sweep found, as data: the one thing that its table, charts, film, page and JSON are made from.

A sweep races several lanes (one for each K, and adaptive ones) against one shared baseline, on several prompts. A cell
is one lane on one prompt. Everything here is computed from the traces of its heats and can be computed again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from app.race.lanes import KPolicy
from app.race.problems import Problem, ProblemError
from app.race.statistics import Interval
from app.race.trace import Machine

SWEEP_VERSION: Final = 1


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One lane on one prompt.

    Attributes:
        prompt: Name of the prompt.
        lane: Lane id, such as ``"mtp-k3"``.
        title: The lane's name for people.
        k: Draft tokens a round; for an adaptive lane the largest that it may choose.
        policy: How K is chosen.
        speedup: Times the baseline's decode rate with its interval; None without a finished heat.
        ratios: The speedup of each heat.
        decode_tps: Decode rate, tokens per second: the baseline's times ``speedup``.
        accepted_per_round: Mean accepted draft tokens over all its rounds; None if the engine does not tell.
        mean_k: Mean tokens drafted a round.
        position_rates: Share of the rounds that proposed a token at position i in which it was accepted.
        accepted_counts: Number of rounds that accepted 0, 1, 2, ... tokens.
        predicted: Speedup predicted from this lane's position rates and the costs of the other lanes' rounds (and the
            probe, where there was one); None where it cannot be.
        break_even: Tokens a round from which this K is as fast as the baseline; None where it cannot be told.
        identical: Heats in which the lane wrote the baseline's tokens.
        forks: Heats in which it did not.
        clock_s: Typical lane clock of a whole answer, s; 0 without a finished heat.
        prefill_tps: Typical rate at which the prompt was read, tokens per second; 0 if it is not known.
        joules_per_token: Typical energy of a token, J, prefill included; None where the machine does not count it.
        watts: Typical mean power; None likewise.
        traces: Files of its heats, relative to the sweep's folder.
        warnings: What makes its numbers less sure, in sentences.
    """

    prompt: str
    lane: str
    title: str
    k: int
    policy: KPolicy = KPolicy.FIXED
    speedup: Interval | None = None
    ratios: tuple[float, ...] = ()
    decode_tps: float = 0.0
    accepted_per_round: float | None = None
    mean_k: float = 0.0
    position_rates: tuple[float, ...] = ()
    accepted_counts: tuple[int, ...] = ()
    predicted: float | None = None
    break_even: float | None = None
    identical: int = 0
    forks: int = 0
    clock_s: float = 0.0
    prefill_tps: float = 0.0
    joules_per_token: float | None = None
    watts: float | None = None
    traces: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class PromptResult(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a sweep: a prompt, under one condition where conditions change; its baseline, cells and advice.

    Attributes:
        prompt: Name of the prompt; ``title``, ``workload`` and ``language`` are the prompt's own.
        baseline_tps: Typical decode rate of the baseline, tokens per second.
        baseline_s: Typical lane clock of a whole answer of the baseline, s; 0 without a finished heat.
        condition: Value of the sweep's axis, such as ``"4k"``; empty where nothing changes from row to row.
        prefill_tps: Typical rate at which the baseline read the prompt, tokens per second; 0 if it is not known.
        joules_per_token, watts: Of the baseline, as a cell has them.
        characters_per_token: Characters of a token of the baseline's text; 0 if there was none.
        prompt_tokens: Tokens of the prompt; 0 if they are not known.
        tokens: Tokens that the baseline wrote, on average.
        cells: One for each lane, in the order of K, adaptive lanes last.
        best: Lane id of the cell with the largest speedup that the intervals support; None if none is.
        advice: One sentence, no surer than the intervals are.
        left_out: Why the prompt could not be measured, in a sentence; empty if it can.
    """

    prompt: str
    title: str
    workload: str
    language: str
    baseline_tps: float = 0.0
    baseline_s: float = 0.0
    condition: str = ""
    prefill_tps: float = 0.0
    joules_per_token: float | None = None
    watts: float | None = None
    characters_per_token: float = 0.0
    prompt_tokens: int = 0
    tokens: float = 0.0
    cells: tuple[Cell, ...] = ()
    best: str | None = None
    advice: str = ""
    left_out: str = ""


class SweepResult(msgspec.Struct, frozen=True, kw_only=True):
    """A whole sweep, finished or not.

    Attributes:
        mtp_race_sweep: Version of this format.
        created: UTC time of the start, ISO 8601.
        suite: Name of the file that the prompts come from; empty for a sweep of a few.
        axis: Name of the condition that changes from row to row, such as ``"context"``; empty for none.
        pair: Registry id of the pair; ``pair_title`` is its name for people.
        target: File name of the target, to find published results for the same model.
        engine: What the engine calls itself.
        heats: Heats done of ``planned``.
        seconds: Wall time spent.
        prompts: One result a prompt, in the order they were asked for.
        widths: Time of a forward pass of the target by its number of tokens, ns, from the probe; empty if not probed.
        draft_ns: Time to draft one token, ns, from the probe; 0 if not probed.
        warnings: What concerns the whole sweep, in sentences.
    """

    mtp_race_sweep: int = SWEEP_VERSION
    created: str = ""
    app_version: str = ""
    suite: str = ""
    axis: str = ""
    pair: str = ""
    pair_title: str = ""
    target: str = ""
    engine: str = ""
    machine: Machine = Machine()
    heats: int = 0
    planned: int = 0
    seconds: float = 0.0
    prompts: tuple[PromptResult, ...] = ()
    widths: dict[int, int] = {}
    draft_ns: int = 0
    warnings: tuple[str, ...] = ()


def read_sweep(data: bytes) -> SweepResult:
    """Decodes a stored sweep. Fields that this version does not know are left out.

    Raises:
        msgspec.MsgspecError: it is none; :class:`UnicodeDecodeError` or :class:`RecursionError` likewise.
        ProblemError: it is of a later version of the format, whose fields mean something else.
    """
    raw = msgspec.json.decode(data)
    version = raw.get("mtp_race_sweep", SWEEP_VERSION) if isinstance(raw, dict) else SWEEP_VERSION
    if type(version) is int and version > SWEEP_VERSION:
        raise ProblemError(
            Problem(
                "sweep-version",
                f"This sweep has format version {version}, which this app cannot read.",
                cause="It was made by a newer version of MTP Race.",
                action="Update MTP Race.",
            )
        )
    for cell in _cells(raw):
        # JSON has no infinity: the open end of an interval of a single heat is written as null.
        speedup = cell.get("speedup")
        if isinstance(speedup, dict) and speedup.get("high", 0.0) is None:
            speedup["high"] = math.inf
    return msgspec.convert(raw, type=SweepResult, str_keys=True)


def _cells(raw: object) -> Iterator[dict[str, object]]:
    prompts = raw.get("prompts") if isinstance(raw, dict) else None
    for prompt in prompts if isinstance(prompts, list) else []:
        cells = prompt.get("cells") if isinstance(prompt, dict) else None
        yield from (cell for cell in (cells if isinstance(cells, list) else []) if isinstance(cell, dict))


def write_sweep(result: SweepResult) -> bytes:
    """Encodes a sweep as JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1)


def known(value: float | None) -> bool:
    """Whether a value is a number that can be shown."""
    return value is not None and math.isfinite(value)
