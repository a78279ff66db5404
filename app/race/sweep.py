"""A sweep: several lanes against one shared baseline, on several prompts, heat by heat. Pure decisions and folding.

A heat of a sweep is one run of the baseline and of the lanes, on one prompt. Prompts take turns heat by heat and the
order of the lanes is mirrored from heat to heat, so that drift hits all alike. Once every prompt has a few heats, what
is left of a budget goes where the advice is least sure, to the lanes that may still be the best.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final
from zlib import crc32

import msgspec

from app.race.heats import Heats
from app.race.lanes import Contender, KPolicy, Sampling
from app.race.prompts import Prompt
from app.race.statistics import Interval, paired_interval
from app.race.trace import Header, Record

LEAST: Final = 3
"""Heats that every lane of every prompt gets before any is favoured."""
REPEATS: Final = 5
"""Heats a prompt where neither a number nor a budget is given."""
MOST: Final = 200
"""Heats a prompt at most, whatever the budget."""
ENOUGH: Final = 0.005
"""Half width, as a share of the ratio, at which a lane needs no more heats. It is narrow, so that a budget is spent: to
stop as soon as an interval happens to be narrow would make it narrower than the truth."""
BASELINE: Final = "baseline"


class SweepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is swept. Two sweeps with equal plans can share their heats.

    Attributes:
        pair: Registry id.
        engine: Registry name of the engine.
        prompts: In the order that they are shown.
        contenders: The lanes besides the baseline.
        suite: Name of the file that the prompts come from; empty for a sweep of a few.
        axis: The condition that changes from row to row with its values, as on the command line; empty for none.
    """

    pair: str
    engine: str
    prompts: tuple[Prompt, ...]
    contenders: tuple[Contender, ...]
    max_tokens: int = 160
    sampling: Sampling = Sampling()
    context: int = 2048
    threads: int = 0
    suite: str = ""
    axis: str = ""


class Spend(msgspec.Struct, frozen=True):
    """How long a sweep may go on.

    Attributes:
        repeats: Heats a prompt; 0 for as many as the budget allows.
        budget_s: Wall time, s; 0 for no limit.
        evenly: Every prompt gets as many heats as the others, with all lanes: what is asked is about the prompts
            together, and not about each.
    """

    repeats: int = REPEATS
    budget_s: float = 0.0
    evenly: bool = False

    @property
    def most(self) -> int:
        """Heats a prompt at most."""
        return min(MOST, self.repeats) if self.repeats else (MOST if self.budget_s else REPEATS)


class NextHeat(msgspec.Struct, frozen=True):
    """The heat to run next: number ``heat`` of ``prompt``, with the baseline and these lanes."""

    prompt: str
    heat: int
    lanes: tuple[str, ...]


class PromptHeats:
    """The heats of one prompt so far, or of one prompt under one condition.

    Attributes:
        condition: The word of the condition's value; empty where nothing changes from row to row.
        heats: The folded heats of all lanes.
        seconds: Wall time of each heat by its number, s.
        files: Trace file of each heat by its number.
        left_out: Why it cannot be raced, in a sentence; empty if it can.
    """

    def __init__(self, prompt: Prompt, lanes: Sequence[str], condition: str = "") -> None:
        self.prompt = prompt
        self.condition = condition
        self.lanes = tuple(lanes)
        self.heats = Heats(Header())
        self.seconds: dict[int, float] = {}
        self.files: dict[int, str] = {}
        self.left_out = ""
        self._lane_s: dict[str, list[float]] = {}

    @property
    def done(self) -> int:
        """Heats that were run."""
        return len(self.files)

    @property
    def next_number(self) -> int:
        """Number of the next heat."""
        return max(self.files, default=-1) + 1

    def add(self, heat: int, records: Iterable[Record], seconds: float, file: str) -> None:
        """Takes in a heat that was run: its records, how long it took and where it is kept."""
        self.seconds[heat], self.files[heat] = seconds, file
        kept = [msgspec.structs.replace(record, heat=heat) for record in records]
        for record in kept:
            self.heats.apply(record)
        ran = {record.lane for record in kept}
        clocks = {lane: run.clock_ns for lane, run in self.heats.state(heat).lanes.items() if lane in ran}
        total = sum(clocks.values())
        for lane, clock in clocks.items():
            if total:
                self._lane_s.setdefault(lane, []).append(seconds * clock / total)

    def lane_seconds(self, lane: str) -> float | None:
        """Typical wall time of a run of that lane, s; None before the first."""
        found = self._lane_s.get(lane)
        return median(found) if found else None

    def interval(self, lane: str) -> Interval | None:
        """Speedup of a lane."""
        return self.heats.interval(lane, BASELINE)

    def leader(self) -> str | None:
        """The lane with the largest speedup so far, surely or not."""
        found = [(item.ratio, lane) for lane in self.lanes if (item := self.interval(lane)) is not None]
        return max(found)[1] if found else None

    def against(self, lane: str, other: str) -> Interval | None:
        """How many times faster ``lane`` is than ``other``, from the heats that both ran."""
        return paired_interval(self.heats.ratios(lane, other))

    def contending(self) -> tuple[str, ...]:
        """Lanes that may still be the best: none of them was surely slower than the leader."""
        leader = self.leader()
        if leader is None:
            return self.lanes
        return tuple(lane for lane in self.lanes if lane == leader or not surely_slower(self, lane, leader))

    def doubt(self) -> float:
        """How unsure the advice is: the widest interval among the contending lanes, as a share of its ratio.

        A leader whose interval leaves open whether it beats the baseline counts double: that is the first question.
        """
        leader = self.leader()
        first = self.interval(leader) if leader else None
        unsure = first is None or first.holds(1.0)
        return max(map(self.spread, self.contending()), default=math.inf) * (2 if unsure else 1)

    def spread(self, lane: str) -> float:
        """Half the width of a lane's interval as a share of its ratio; infinite before there is one."""
        item = self.interval(lane)
        return math.inf if item is None else item.spread


SLOWER: Final = 1.01
"""A lane counts as slower than another only by more than this: less is nothing that a user would notice."""


def surely_slower(prompt: PromptHeats, lane: str, leader: str) -> bool:
    """Whether the heats show that ``lane`` is slower than ``leader``, and not by chance."""
    if prompt.done < LEAST:
        return False
    found = prompt.against(leader, lane)
    return found is not None and found.method != "none" and found.low > SLOWER


def next_heat(prompts: Sequence[PromptHeats], spend: Spend, elapsed_s: float) -> NextHeat | None:
    """Returns the heat to run next, or None when the sweep is over.

    Args:
        prompts: In the order of the plan.
        elapsed_s: Wall time spent so far, s.
    """
    if spend.budget_s and elapsed_s >= spend.budget_s:
        return None
    open_prompts = [item for item in prompts if item.done < spend.most and not item.left_out]
    if not open_prompts:
        return None
    # A suite that ends early has seen a mixture of its file, whatever the order there.
    fewest = min(open_prompts, key=lambda item: (item.done, crc32(item.prompt.name.encode()) if spend.evenly else 0))
    if spend.evenly or not spend.budget_s or fewest.done < min(LEAST, spend.most):
        return _fitting(fewest, fewest.lanes, spend, elapsed_s)
    doubtful = [item for item in open_prompts if item.doubt() > ENOUGH]
    if doubtful:
        chosen = max(doubtful, key=PromptHeats.doubt)
        return _fitting(chosen, chosen.contending(), spend, elapsed_s)
    # The advice is sure; what is left goes to the widest of the other lanes.
    chosen = max(open_prompts, key=lambda item: max(map(item.spread, item.lanes)))
    wide = [lane for lane in chosen.lanes if chosen.spread(lane) > ENOUGH]
    return _fitting(chosen, wide, spend, elapsed_s) if wide else None


def _fitting(prompt: PromptHeats, lanes: Sequence[str], spend: Spend, elapsed_s: float) -> NextHeat | None:
    """A heat that would go far beyond the budget is not begun, except the first one of a prompt."""
    expected = heat_seconds(prompt, lanes)
    late = spend.budget_s and expected is not None and elapsed_s + expected / 2 > spend.budget_s
    return None if late and prompt.done else NextHeat(prompt.prompt.name, prompt.next_number, tuple(lanes))


def heat_seconds(prompt: PromptHeats, lanes: Sequence[str]) -> float | None:
    """Expected wall time of a heat with these lanes, s; None if one of them never ran."""
    known = [prompt.lane_seconds(lane) for lane in (BASELINE, *lanes)]
    return None if any(item is None for item in known) else sum(item for item in known if item is not None)


def remaining_seconds(prompts: Sequence[PromptHeats], spend: Spend, elapsed_s: float) -> float | None:
    """Expected wall time to the end, s; None before anything is known. An upper bound where a budget may end early."""
    left = max(0.0, spend.budget_s - elapsed_s) if spend.budget_s else None
    if left is not None and next_heat(prompts, spend, elapsed_s) is None:
        return 0.0
    known = [seconds for item in prompts if (seconds := heat_seconds(item, item.lanes)) is not None]
    if not known:
        return left
    usual = sum(known) / len(known)
    racing = [item for item in prompts if not item.left_out]
    whole = sum(max(0, spend.most - item.done) * (heat_seconds(item, item.lanes) or usual) for item in racing)
    return whole if left is None else min(left, whole)


class SweepProgress(msgspec.Struct, frozen=True):
    """How far a sweep is.

    Attributes:
        done, planned: Heats run, and heats that there will be (with a budget: as many as seem to fit).
        fraction: 0..1; never runs backwards.
        remaining_s: Expected wall time to the end, s; never grows; -1 while nothing is known.
        now: What runs, in words; empty when nothing does.
    """

    done: int = 0
    planned: int = 0
    fraction: float = 0.0
    remaining_s: float = -1.0
    now: str = ""


def progress_words(progress: SweepProgress) -> str:
    """Returns how far a sweep is, in words, such as ``"8 of 15 heats, about 2 min left"``."""
    heats = f"{progress.done} of {progress.planned} heats" if progress.planned else f"{progress.done} heats"
    if progress.remaining_s < 0:
        return heats
    if progress.remaining_s < 90:
        return f"{heats}, about {max(1, math.ceil(progress.remaining_s))} s left"
    return f"{heats}, about {math.ceil(progress.remaining_s / 60)} min left"


class ProgressGuard:
    """Keeps what is told from running backwards: a bar that was too quick waits, and does not go back."""

    def __init__(self) -> None:
        self._fraction = 0.0
        self._remaining = math.inf

    def tell(self, done: int, planned: int, elapsed_s: float, remaining_s: float | None, now: str) -> SweepProgress:
        """Returns the progress to show."""
        if remaining_s is None:
            return SweepProgress(done, max(done, planned), self._fraction, -1.0, now)
        self._remaining = min(self._remaining, remaining_s)
        whole = elapsed_s + self._remaining
        self._fraction = min(1.0, max(self._fraction, elapsed_s / whole if whole > 0 else 1.0))
        return SweepProgress(done, max(done, planned), self._fraction, self._remaining, now)


def contender_lanes(contenders: Sequence[Contender]) -> tuple[str, ...]:
    """Returns the lane ids: fixed Ks in their order, adaptive lanes last."""
    fixed = sorted(item for item in contenders if item.policy is KPolicy.FIXED)
    adaptive = [item for item in contenders if item.policy is not KPolicy.FIXED]
    return tuple(item.lane for item in (*fixed, *adaptive))
