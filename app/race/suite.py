"""What a suite says: a sweep over many prompts, where the unit is a prompt and not a heat.

A suite answers "does drafting help on *my* prompts, and at which K": for each lane the distribution of its speedups
over the prompts, how many lose, which kinds win or lose and what goes along with it, and the time of the whole suite.
All of it is computed from the sweep's result, and can be computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final

import msgspec

from app.race.heats import says_few
from app.race.lanes import KPolicy
from app.race.statistics import Interval, median_interval, rank_correlation, total_interval
from app.race.sweep_report import AS_FAST
from app.race.sweep_result import Cell, PromptResult, SweepResult

SUITE_VERSION: Final = 1
LOSES: Final = 0.99
"""A prompt loses if its speedup is below this: less than one per cent is nothing that a user would notice."""
_FEW_PROMPTS: Final = 3
"""Fewer prompts of a kind are not spoken of as one."""


class SuiteDot(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt in one lane.

    Attributes:
        prompt: Its name; ``title`` and ``workload`` are the prompt's own.
        ratio: Times the baseline's decode rate.
        accepted_per_round: Mean accepted draft tokens a round; None if the engine does not tell.
        prompt_tokens: Tokens of the prompt, 0 if it is not known.
        tokens: Tokens written.
        baseline_s, lane_s: Typical lane clock of the whole answer, s; 0 if it is not known.
        trace: File of its first heat, inside the suite's folder.
    """

    prompt: str
    title: str
    workload: str
    ratio: float
    accepted_per_round: float | None = None
    prompt_tokens: int = 0
    tokens: float = 0.0
    baseline_s: float = 0.0
    lane_s: float = 0.0
    trace: str = ""


class SuiteKind(msgspec.Struct, frozen=True, kw_only=True):
    """The prompts of one workload class in one lane.

    Attributes:
        workload: The class.
        prompts: How many.
        speedup: Their median and its interval over prompts.
        losing: How many of them are slower than the baseline.
        accepted_per_round: Median over the prompts; None if the engine does not tell.
    """

    workload: str
    prompts: int
    speedup: Interval
    losing: int
    accepted_per_round: float | None = None


class SuiteLane(msgspec.Struct, frozen=True, kw_only=True):
    """One lane over all prompts that it ran on.

    Attributes:
        lane: Lane id; ``title``, ``k`` and ``policy`` are the lane's own.
        speedup: Median over prompts with its 95 % interval; its ``heats`` are prompts. None before the first.
        losing: How many prompts are slower than the baseline.
        total: Time of the whole suite, the baseline's over the lane's, with its interval over prompts.
        saved_s: Time saved over the whole suite, s; negative if it was lost.
        kinds: The same by workload class, the largest gain first.
        dots: One a prompt, in the order of the suite.
        reasons: What goes along with the speedup, in sentences.
    """

    lane: str
    title: str
    k: int
    policy: KPolicy = KPolicy.FIXED
    speedup: Interval | None = None
    losing: int = 0
    total: Interval | None = None
    saved_s: float = 0.0
    kinds: tuple[SuiteKind, ...] = ()
    dots: tuple[SuiteDot, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def losing_share(self) -> float:
        """Share of the prompts that lose, 0..1."""
        return self.losing / len(self.dots) if self.dots else 0.0


class SuiteResult(msgspec.Struct, frozen=True, kw_only=True):
    """A whole suite, finished or not.

    Attributes:
        mtp_race_suite: Version of this format.
        suite: Name of the suite's file.
        prompts: Prompts of the suite; ``measured`` of them have a heat.
        heats: Heats run.
        seconds: Wall time spent.
        lanes: One a lane, in the order of K.
        best: Lane id that is advised; None where no gain over the suite is sure.
        advice: One or two sentences, no surer than the intervals are.
        left_out: Prompts that could not be raced, each with the reason.
        warnings: What makes the numbers less sure.
    """

    mtp_race_suite: int = SUITE_VERSION
    suite: str = ""
    pair: str = ""
    pair_title: str = ""
    engine: str = ""
    prompts: int = 0
    measured: int = 0
    heats: int = 0
    seconds: float = 0.0
    lanes: tuple[SuiteLane, ...] = ()
    best: str | None = None
    advice: str = ""
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def suite_result(sweep: SweepResult) -> SuiteResult:
    """Returns what a sweep says when each of its prompts counts once."""
    names = list(dict.fromkeys(cell.lane for prompt in sweep.prompts for cell in prompt.cells))
    lanes = tuple(_lane(sweep, name) for name in names)
    best = _best(lanes)
    measured = sum(any(cell.ratios for cell in prompt.cells) for prompt in sweep.prompts)
    return SuiteResult(
        suite=sweep.suite,
        pair=sweep.pair,
        pair_title=sweep.pair_title,
        engine=sweep.engine,
        prompts=len(sweep.prompts),
        measured=measured,
        heats=sweep.heats,
        seconds=sweep.seconds,
        lanes=lanes,
        best=best.lane if best else None,
        advice=_advice(lanes, best, measured, len(sweep.prompts)),
        left_out=tuple(f"{prompt.title}: {prompt.left_out}" for prompt in sweep.prompts if prompt.left_out),
        warnings=tuple(warning for warning in sweep.warnings if not says_few(warning)),
    )


def _lane(sweep: SweepResult, lane: str) -> SuiteLane:
    found = [(prompt, cell) for prompt in sweep.prompts for cell in prompt.cells if cell.lane == lane]
    like = found[0][1]
    dots = tuple(_dot(prompt, cell, cell.speedup) for prompt, cell in found if cell.speedup is not None)
    timed = [dot for dot in dots if dot.baseline_s > 0 and dot.lane_s > 0]
    return SuiteLane(
        lane=lane,
        title=like.title,
        k=like.k,
        policy=like.policy,
        speedup=median_interval([dot.ratio for dot in dots]),
        losing=_losing(dots),
        total=total_interval([dot.baseline_s for dot in timed], [dot.lane_s for dot in timed]),
        saved_s=sum(dot.baseline_s - dot.lane_s for dot in timed),
        kinds=_kinds(dots),
        dots=dots,
        reasons=tuple(_reasons(dots)),
    )


def _dot(prompt: PromptResult, cell: Cell, speedup: Interval) -> SuiteDot:
    return SuiteDot(
        prompt=prompt.prompt,
        title=prompt.title,
        workload=prompt.workload,
        ratio=speedup.ratio,
        accepted_per_round=cell.accepted_per_round,
        prompt_tokens=prompt.prompt_tokens,
        tokens=prompt.tokens,
        baseline_s=prompt.baseline_s,
        lane_s=cell.clock_s,
        trace=cell.traces[0] if cell.traces else "",
    )


def _losing(dots: Iterable[SuiteDot]) -> int:
    return sum(dot.ratio < LOSES for dot in dots)


def _kinds(dots: Sequence[SuiteDot]) -> tuple[SuiteKind, ...]:
    by_kind: dict[str, list[SuiteDot]] = {}
    for dot in dots:
        by_kind.setdefault(dot.workload, []).append(dot)
    kinds = []
    for workload, its in by_kind.items():
        speedup = median_interval([dot.ratio for dot in its])
        assert speedup is not None
        told = [dot.accepted_per_round for dot in its if dot.accepted_per_round is not None]
        kinds.append(
            SuiteKind(
                workload=workload,
                prompts=len(its),
                speedup=speedup,
                losing=_losing(its),
                accepted_per_round=median(told) if told else None,
            )
        )
    return tuple(sorted(kinds, key=lambda kind: (-kind.speedup.ratio, kind.workload)))


_FACTORS: Final[tuple[tuple[str, str, Callable[[SuiteDot], float | None]], ...]] = (
    ("acceptance", "accepted tokens a round", lambda dot: dot.accepted_per_round),
    ("the length of the answer", "tokens written", lambda dot: dot.tokens or None),
    ("the length of the prompt", "tokens of the prompt", lambda dot: dot.prompt_tokens or None),
)
"""What may go along with the speedup: its name, its unit, its value."""


def _reasons(dots: Sequence[SuiteDot]) -> list[str]:
    """Which of acceptance, length and context surely goes along with the speedup, by ranks over the prompts."""
    said: list[tuple[float, str]] = []
    for name, unit, value_of in _FACTORS:
        pairs = [(value, dot.ratio) for dot in dots if (value := value_of(dot)) is not None]
        found = rank_correlation([value for value, _ in pairs], [ratio for _, ratio in pairs])
        if found is None:
            continue
        third = max(1, len(pairs) // 3)
        pairs.sort()
        low, high = pairs[:third], pairs[-third:]
        low_value, low_ratio = (median(column) for column in zip(*low, strict=True))
        high_value, high_ratio = (median(column) for column in zip(*high, strict=True))
        said.append(
            (
                abs(found),
                f"The speedup goes {'up' if found > 0 else 'down'} with {name}: "
                f"{low_ratio:.2f}× at {low_value:.3g} {unit}, {high_ratio:.2f}× at {high_value:.3g}.",
            )
        )
    return [sentence for _, sentence in sorted(said, reverse=True)]


def _best(lanes: Sequence[SuiteLane]) -> SuiteLane | None:
    """The lane to use: of those whose median is surely a gain, the smallest K that is as fast as the fastest."""
    sure = [lane for lane in lanes if lane.speedup is not None and lane.speedup.low > 1]
    fastest = max((lane.speedup.ratio for lane in sure if lane.speedup), default=0.0)
    return next((lane for lane in sure if lane.speedup and lane.speedup.ratio >= fastest * AS_FAST), None)


def _advice(lanes: Sequence[SuiteLane], best: SuiteLane | None, measured: int, prompts: int) -> str:
    leader = max(lanes, key=lambda lane: lane.speedup.ratio if lane.speedup else 0.0, default=None)
    if leader is None or leader.speedup is None:
        return "Nothing was measured yet."
    word = "prompt" if prompts == 1 else "prompts"
    of = f"{measured} {word}" if measured == prompts else f"{measured} of {prompts} {word}"
    if leader.speedup.method == "none":
        return (
            f"Too few prompts to tell: {lane_short(leader)} leads with a median of {leader.speedup.ratio:.2f}× on {of}."
        )
    chosen = best or leader
    found = chosen.speedup
    assert found is not None
    half = f"a median of {found.ratio:.2f}× ({found.low:.2f} to {found.high:.2f}) on {of}"
    if best is not None:
        return f"{lane_short(best)}: {half}. {_losers(best)} {_time_words(best)}".strip()
    if found.high < 1:
        return f"Leave the drafter off: even {lane_short(leader)} has {half}. {_losers(leader)}"
    return f"It cannot be told whether drafting helps: {lane_short(leader)} has {half}. {_losers(leader)}"


def _losers(lane: SuiteLane) -> str:
    if not lane.losing:
        return "No prompt is slower."
    kinds = [kind for kind in lane.kinds if kind.prompts >= _FEW_PROMPTS and kind.losing * 2 > kind.prompts]
    where = f", most of {' and '.join(kind.workload for kind in kinds)} among them" if kinds else ""
    be = "is" if lane.losing == 1 else "are"
    return f"{lane.losing} of {len(lane.dots)} prompts {be} slower{where}."


def _time_words(lane: SuiteLane) -> str:
    if lane.total is None:
        return ""
    before = sum(dot.baseline_s for dot in lane.dots if dot.lane_s > 0)
    way = "takes" if lane.saved_s >= 0 else "takes even"
    return f"The whole suite {way} {seconds_words(before - lane.saved_s)} in place of {seconds_words(before)}."


def seconds_words(seconds: float) -> str:
    """Returns a time in words, such as ``"2 min 5 s"`` or ``"3.4 s"``."""
    if seconds < 99.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def lane_short(lane: SuiteLane) -> str:
    """Returns a lane in a word or two, such as ``"K = 3"``."""
    return f"K = {lane.k}" if lane.policy is KPolicy.FIXED else lane.title
