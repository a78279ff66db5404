"""The figures of one lane as they are shown: of the run that plays, or, once a race in heats is over, of all heats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from statistics import fmean

import msgspec

from app.race.events import Halt
from app.race.explain import Split
from app.race.fold import NS, LaneState
from app.race.statistics import typical


class LaneFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a lane. What its engine does not tell, or is not known yet, is None.

    Attributes:
        tps: Tokens per second of all its requests: the rate that ratios are made of.
        request_tps: Tokens per second of the one request that is shown; the same where there is only one.
        heats: Heats that the figures are over; 0 where they are of one run.
        tokens: Tokens emitted; like all counts below the mean of the heats.
        clock_ns: Lane clock at the end.
        ttft_ns: Lane clock at the first token.
        prompt_tokens: Tokens of the prompt.
        rounds: Rounds, None where a server tells sums and not over how many rounds; ``all_rounds`` of all heats
            together.
        drafted: Tokens really drafted; ``accepted`` are those of them that the target agreed with.
        made: Tokens that were drafted, those that were not tried among them.
        halts: Of a lane that ends its drafts itself: rounds of all heats by why their draft ended.
        position_rates: For each draft position, the share of the rounds that proposed it in which it was accepted.
        draft_ns: Time spent drafting; ``verify_ns`` is that of the target's passes in rounds.
        split: Where the time of a token goes; without parts (all of it ``other_ns``) where the engine times none.
        memory_bytes: Peak resident memory of the worker.
        characters_per_second: The rate ``tps`` in characters of the text.
        joules_per_token: Energy of the whole run, prefill included, over all its tokens; ``watts`` is the mean power.
            None unless every run was counted by the machine itself, which only heats are.
        energy_of: The parts of the machine that were counted.
    """

    tps: float | None = None
    request_tps: float | None = None
    heats: int = 0
    tokens: float = 0
    clock_ns: float = 0
    ttft_ns: float | None = None
    prompt_tokens: int | None = None
    rounds: float | None = 0
    all_rounds: int = 0
    drafted: float | None = None
    accepted: float | None = None
    made: float | None = None
    halts: dict[Halt, int] = {}
    position_rates: tuple[float, ...] = ()
    draft_ns: float | None = None
    verify_ns: float | None = None
    split: Split | None = None
    memory_bytes: int | None = None
    characters_per_second: float | None = None
    joules_per_token: float | None = None
    watts: float | None = None
    energy_of: str = ""

    @property
    def accepted_per_round(self) -> float | None:
        """Mean accepted draft tokens of a round."""
        return None if self.accepted is None or not self.rounds else self.accepted / self.rounds

    @property
    def drafted_per_round(self) -> float | None:
        """Mean tokens that a round really drafted."""
        return None if self.drafted is None or not self.rounds else self.drafted / self.rounds

    @property
    def acceptance_rate(self) -> float | None:
        """Accepted over really drafted tokens; None as well where nothing was drafted."""
        return self.accepted / self.drafted if self.drafted and self.accepted is not None else None


def run_figures(run: LaneState) -> LaneFigures:
    """Returns the figures of one run as it stands."""
    return _figures([run], run.total_tps or None, heats=0)


def heats_figures(runs: Sequence[LaneState], tps: float) -> LaneFigures:
    """Returns the figures of a lane over the heats that count; ``tps`` is its rate over them."""
    return _figures(runs, tps, heats=len(runs))


def _figures(runs: Sequence[LaneState], tps: float | None, *, heats: int) -> LaneFigures:
    first = runs[0]
    rounds = sum(len(run.rounds) for run in runs)
    # An engine that times its passes is one that the app steps, so it knows as well when nothing was drafted.
    timed = rounds > 0 and any(run.verify_ns for run in runs)
    summed = any(run.totals is not None and run.totals.drafted >= 0 for run in runs)
    told = rounds > 0 and (timed or summed or any(run.drafted for run in runs))
    draft, verify = (fmean(run.draft_ns for run in runs), fmean(run.verify_ns for run in runs)) if timed else (0.0, 0.0)
    counted = [run.round_count for run in runs if run.round_count is not None]
    several = any(run.others for run in runs)
    known = [run for run in runs if run.prefilled]
    return LaneFigures(
        tps=tps,
        request_tps=_typical([run.decode_tps for run in runs]) if several else tps,
        heats=heats,
        tokens=_mean([run.count for run in runs]),
        clock_ns=_typical([run.clock_ns for run in runs]) or 0,
        ttft_ns=_typical([run.ttft_ns for run in known]),
        prompt_tokens=first.prompt_tokens or None,
        rounds=_mean(counted) if len(counted) == len(runs) else None,
        all_rounds=rounds,
        drafted=_mean([run.drafted for run in runs]) if told else None,
        accepted=_mean([run.accepted for run in runs]) if told else None,
        made=_mean([sum(item.made for item in run.rounds) for run in runs]) if told else None,
        halts=dict(Counter(item.halt for run in runs for item in run.rounds if item.halt)),
        position_rates=_position_rates(runs),
        draft_ns=draft if timed else None,
        verify_ns=verify if timed else None,
        split=_split(runs, tps, timed=timed and not several),
        memory_bytes=max(run.peak_memory_bytes for run in runs) or None,
        characters_per_second=tps * fmean(run.characters_per_token for run in runs) or None if tps else None,
        joules_per_token=_typical([run.joules_per_token or 0.0 for run in runs]),
        watts=_typical([run.energy.watts if run.energy else 0.0 for run in runs]),
        energy_of=first.energy.counted if first.energy else "",
    )


def _split(runs: Sequence[LaneState], tps: float | None, *, timed: bool) -> Split | None:
    """The time per token that the rate comes to, in the parts that the rounds had of it."""
    if tps is None:
        return None
    whole = NS / tps
    spent = sum(run.decode_ns for run in runs)
    if not timed or not spent:
        return Split(0.0, 0.0, whole)
    draft = whole * sum(run.draft_ns for run in runs) / spent
    verify = whole * sum(run.verify_ns for run in runs) / spent
    return Split(draft, verify, max(0.0, whole - draft - verify))


def _position_rates(runs: Sequence[LaneState]) -> tuple[float, ...]:
    if len(runs) == 1:
        return tuple(runs[0].position_rates)
    drafted = [sum(counts) for counts in zip_longest(*(run.position_drafted for run in runs), fillvalue=0)]
    accepted = [sum(counts) for counts in zip_longest(*(run.position_accepted for run in runs), fillvalue=0)]
    return tuple(hit / tried if tried else 0.0 for hit, tried in zip(accepted, drafted, strict=True))


def _mean(values: Sequence[int]) -> float:
    """The mean; a whole number where all are equal, as they are for greedy text."""
    return values[0] if len(set(values)) == 1 else fmean(values)


def _typical(values: Sequence[float]) -> float | None:
    return typical(values) if values and all(value > 0 for value in values) else None
