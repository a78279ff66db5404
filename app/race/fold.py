"""Lane and race state: a fold over events, and the only place where a number is computed.

``LaneState.apply`` takes one event and updates the state in constant time, so that a live window, a replay and a reader
of a trace all go through the same code and end in the same state.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from app.race.events import (
    Conditions,
    Done,
    Energy,
    Failed,
    Finish,
    Hello,
    LaneEvent,
    Loaded,
    Noise,
    PassCosts,
    Prefilled,
    Reading,
    Round,
    Starting,
    Token,
    Totals,
)
from app.race.problems import Problem
from app.race.totals import told_rounds

NS = 1_000_000_000


class Phase(StrEnum):
    """Where a lane is in its run."""

    STARTING = "starting"
    READY = "ready"
    DECODING = "decoding"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(slots=True)
class RoundSums:
    """Rounds that drafted the same number of tokens: how many, and their times in ns.

    ``other_ns`` is what of each round was neither drafting nor verifying.
    """

    count: int = 0
    draft_ns: int = 0
    verify_ns: int = 0
    other_ns: int = 0


@dataclass(slots=True)
class LaneState:
    """Everything known about one lane after the events so far.

    Attributes:
        tokens: Emitted tokens in order, the first one (from the prefill) included.
        rounds: Rounds in order; the prefill is none.
        position_drafted: ``position_drafted[i]``: rounds that proposed a token at draft position i (from 0).
        position_accepted: Of those, rounds that accepted it.
        count: Emitted tokens, also where the engine does not tell them one by one.
        others: Tokens after the first that the lane's other requests got, where a server answers several at once.
        others_ns: Lane clock when the last of them came.
        totals: What a server said of the whole answer at its end.
        doing: What loading is at, for people; empty if the engine does not say.
        have_read, to_read: Tokens of the prompt that are read, of how many, while the engine tells it.
        energy: What the machine took during the run, where it ran alone and the machine tells it.
    """

    phase: Phase = Phase.STARTING
    doing: str = ""
    have_read: int = 0
    to_read: int = 0
    loaded: Loaded | None = None
    prefilled: Prefilled | None = None
    tokens: list[Token] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    count: int = 0
    others: int = 0
    others_ns: int = 0
    clock_ns: int = 0
    drafted: int = 0
    accepted: int = 0
    draft_ns: int = 0
    verify_ns: int = 0
    round_ns: int = 0
    position_drafted: list[int] = field(default_factory=list)
    position_accepted: list[int] = field(default_factory=list)
    finish: Finish | None = None
    tail: str = ""
    peak_memory_bytes: int = 0
    problem: Problem | None = None
    noise_floor: float | None = None
    totals: Totals | None = None
    energy: Energy | None = None
    _sums: dict[int, RoundSums] = field(default_factory=dict, repr=False, compare=False)
    _summed: int = field(default=0, repr=False, compare=False)

    def apply(self, event: LaneEvent) -> None:
        """Takes in the next event. An event that cannot follow (after the end, say) changes nothing but the clock."""
        match event:
            case Round():
                self._apply_round(event)
            case Prefilled():
                self.prefilled = event
                self.phase = Phase.DECODING
                self.clock_ns = max(self.clock_ns, event.end_ns)
                self.tokens.append(event.first)
                self.count += 1
            case Totals():
                self._apply_totals(event)
            case Starting():
                self.doing = event.sentence
            case Reading():
                self.have_read, self.to_read = event.done, event.total
                self.clock_ns = max(self.clock_ns, event.clock_ns)
            case Loaded():
                self.loaded = event
                self.phase = Phase.READY
            case Done():
                self.phase = Phase.FINISHED
                self.finish = event.finish
                self.tail = event.tail
                self.peak_memory_bytes = event.peak_memory_bytes
                self.clock_ns = max(self.clock_ns, event.clock_ns)
            case Failed():
                self.phase = Phase.FAILED
                self.problem = event.problem
            case Noise():
                self.noise_floor = event.floor
            case Energy():
                self.energy = event
            case Hello() | PassCosts() | Conditions():
                pass

    def _apply_totals(self, event: Totals) -> None:
        """Puts right what was seen while it streamed: each round where they can be told apart, else the sums alone."""
        self.totals = event
        if event.tokens >= 0:
            self.count = event.tokens
        exact = told_rounds(self.rounds, event.steps)
        if exact is not None:
            self.rounds, self._sums, self._summed = exact, {}, 0
            self.tokens[1:] = [token for item in exact for token in item.tokens]
        drafted, accepted = event.drafted, event.accepted
        if event.steps:
            drafted, accepted = (sum(step[at] for step in event.steps) for at in (0, 1))
            self.position_drafted, self.position_accepted = [], []
            for step in event.steps:
                self._count_positions(*step)
        elif event.positions:
            self.position_drafted = [tried for tried, _ in event.positions]
            self.position_accepted = [min(hit, tried) for tried, hit in event.positions]
        if 0 <= accepted <= drafted:
            self.drafted, self.accepted = drafted, accepted

    def _count_positions(self, drafted: int, accepted: int) -> None:
        tried, hit = self.position_drafted, self.position_accepted
        if len(tried) < drafted:
            more = [0] * (drafted - len(tried))
            tried += more
            hit += more
        for position in range(drafted):
            tried[position] += 1
            if position < accepted:
                hit[position] += 1

    def _apply_round(self, event: Round) -> None:
        if event.others:
            self.others += event.others
            self.others_ns = max(self.others_ns, event.end_ns)
            if not event.emitted and not event.tokens and not event.drafted:
                self.clock_ns = max(self.clock_ns, event.end_ns)
                return  # It is no round of the request that is shown.
        # Spelled out, without calls where there is a choice: every token of every lane comes by here.
        tokens, end, drafted = event.tokens, event.end_ns, event.drafted
        self.rounds.append(event)
        self.tokens.extend(tokens)
        self.count += len(tokens) if event.count < 0 else event.count
        if end > self.clock_ns:
            self.clock_ns = end
        if end > event.start_ns:
            self.round_ns += end - event.start_ns
        self.draft_ns += event.draft_ns
        self.verify_ns += event.verify_ns
        if drafted:
            self.drafted += drafted
            self.accepted += min(event.accepted, drafted)
            self._count_positions(drafted, event.accepted)

    def by_drafted(self) -> dict[int, RoundSums]:
        """Returns the sums of the rounds by what they drafted, from 0. Each round is looked at once, however often."""
        for item in itertools.islice(self.rounds, self._summed, None):
            sums = self._sums.get(item.drafted)
            if sums is None:
                sums = self._sums[item.drafted] = RoundSums()
            sums.count += 1
            sums.draft_ns += item.draft_ns
            sums.verify_ns += item.verify_ns
            sums.other_ns += max(0, item.end_ns - item.start_ns - item.draft_ns - item.verify_ns)
        self._summed = len(self.rounds)
        return self._sums

    @property
    def text(self) -> str:
        """The emitted text so far."""
        return "".join([token.text for token in self.tokens]) + self.tail

    @property
    def over(self) -> bool:
        """Whether the lane has ended, well or not."""
        return self.phase in (Phase.FINISHED, Phase.FAILED)

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the prompt; 0 before the prefill."""
        return self.prefilled.prompt_tokens if self.prefilled else 0

    @property
    def ttft_ns(self) -> int:
        """Lane clock at the first token; 0 before it."""
        return self.prefilled.end_ns if self.prefilled else 0

    @property
    def prefill_tps(self) -> float:
        """Prompt tokens over prefill time, per second; 0 before the prefill."""
        if not self.prefilled:
            return 0.0
        return _rate(self.prefilled.prompt_tokens, self.prefilled.end_ns - self.prefilled.start_ns)

    @property
    def decode_ns(self) -> int:
        """Lane clock time spent on tokens after the first."""
        if not self.prefilled or not self.rounds:
            return 0
        return max(0, self.rounds[-1].end_ns - self.prefilled.end_ns)

    @property
    def decode_tps(self) -> float:
        """Tokens after the first over decode time, per second; 0 before the first round."""
        return _rate(self.count - 1, self.decode_ns)

    @property
    def characters_per_token(self) -> float:
        """Characters of the text after the first token over the tokens after it; 0 before the first round."""
        return sum(len(token.text) for token in self.tokens[1:]) / (self.count - 1) if self.count > 1 else 0.0

    @property
    def joules_per_token(self) -> float | None:
        """Energy of the whole run, prefill included, over all emitted tokens; None where it was not counted."""
        tokens = self.count + self.others
        return self.energy.joules / tokens if self.energy is not None and tokens else None

    @property
    def total_tps(self) -> float:
        """Tokens per second of all requests at once, the first tokens left out, until the last one ended.

        Where there is one request, this is its decode rate.
        """
        if not self.prefilled or not self.rounds:
            return 0.0
        end_ns = max(self.rounds[-1].end_ns, self.others_ns)
        return _rate(self.count - 1 + self.others, end_ns - self.prefilled.end_ns)

    @property
    def acceptance_rate(self) -> float | None:
        """Accepted over really drafted tokens; None if nothing was drafted."""
        return self.accepted / self.drafted if self.drafted else None

    @property
    def round_count(self) -> int | None:
        """Rounds of the run; None where a server tells sums of drafting and not over how many rounds."""
        if self.totals is None or not self.drafted:
            return len(self.rounds)
        told = len(self.totals.steps) or self.totals.rounds
        return told if told > 0 else None

    @property
    def accepted_per_round(self) -> float | None:
        """Mean accepted draft tokens per round; None if nothing was drafted, or the rounds are not told."""
        return self.accepted / self.round_count if self.drafted and self.round_count else None

    @property
    def drafted_per_round(self) -> float | None:
        """Mean proposed draft tokens per round; None as for accepted ones."""
        return self.drafted / self.round_count if self.drafted and self.round_count else None

    @property
    def acceptance_length(self) -> float | None:
        """1 + mean accepted draft tokens per round; None if nothing was drafted, or the rounds are not told."""
        return None if self.accepted_per_round is None else 1 + self.accepted_per_round

    @property
    def position_rates(self) -> list[float]:
        """For each draft position, the share of the rounds that proposed it in which it was accepted."""
        return [hit / tried for hit, tried in zip(self.position_accepted, self.position_drafted, strict=True)]

    @property
    def other_ns(self) -> int:
        """Time inside rounds that was neither drafting nor verifying."""
        return max(0, self.round_ns - self.draft_ns - self.verify_ns)


def _rate(count: int, ns: int) -> float:
    return count * NS / ns if ns > 0 and count > 0 else 0.0


@dataclass(slots=True)
class RaceState:
    """The lanes of one race (of one heat), by id, in the order of the header."""

    lanes: dict[str, LaneState]

    @classmethod
    def of(cls, lane_ids: Iterable[str]) -> RaceState:
        """Returns the state before the first event."""
        return cls({lane: LaneState() for lane in lane_ids})

    def apply(self, lane: str, event: LaneEvent) -> None:
        """Takes in one lane's next event; a lane that the header did not name is added at the end."""
        state = self.lanes.get(lane)
        if state is None:
            state = self.lanes[lane] = LaneState()
        state.apply(event)

    @property
    def over(self) -> bool:
        """Whether every lane has ended."""
        return all(lane.over for lane in self.lanes.values())


def speedup(baseline: LaneState, lane: LaneState) -> float | None:
    """How many times faster ``lane`` decodes than ``baseline``: the ratio of their decode rates.

    Of several requests at once it is the ratio of their total rates. None until both have a rate. The prefill is left
    out, as it is the same work in both lanes.
    """
    if not baseline.total_tps or not lane.total_tps:
        return None
    return lane.total_tps / baseline.total_tps
