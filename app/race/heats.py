"""Heats: every lane runs several times, in an order that lets drift cancel, and the ratios of each heat are kept.

A heat is one run of each lane. The order is mirrored from heat to heat (ABBA), so that whatever changes steadily in
between, such as the temperature, hits all lanes alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from app.race.events import Conditions, Finish
from app.race.fold import LaneState, Phase, RaceState, speedup
from app.race.formats import recorded_format
from app.race.lanes import lane_name
from app.race.standing import verdict
from app.race.statistics import FEW, Interval, drift, paired_interval, scatter, typical
from app.race.trace import Header, Record, Trace, baseline_id, contender_id

WARM_UP: Final = 1
"""Runs of each lane before the first heat. They are not recorded at all, so that nothing can ever count them."""
WARM_UP_TOKENS: Final = 32
"""Most tokens of such a run: enough to bring caches, threads and the processor's clock up."""


def lane_order(lanes: Sequence[str], heat: int) -> list[str]:
    """Returns the order of a heat's runs: as given in even heats, mirrored in odd ones."""
    return list(lanes) if heat % 2 == 0 else list(reversed(lanes))


class Plan(msgspec.Struct, frozen=True):
    """How many heats to run.

    Attributes:
        repeats: Most heats.
        least: Fewest heats, even if the interval is narrow before.
        enough: Stop early once every interval's half width is at most this share of its ratio; 0 never stops early.
        cool_down_s: Pause before every run, s.
        warm_up: Runs of each lane, of ``WARM_UP_TOKENS`` tokens at most, that are thrown away first.
    """

    repeats: int = 8
    least: int = FEW
    enough: float = 0.01
    cool_down_s: float = 0.0
    warm_up: int = WARM_UP

    def goes_on(self, done: int, intervals: Iterable[Interval | None]) -> bool:
        """Whether another heat is to be run after ``done`` of them."""
        if done >= self.repeats:
            return False
        if done < min(self.least, self.repeats) or not self.enough:
            return True
        return not all(item is not None and item.spread <= self.enough for item in intervals)


class Heats:
    """The heats of one race, fed with its records.

    Attributes:
        states: The folded state of each heat, by its number.
        conditions: What the machine was doing, by heat.
        clocks: What the chess clock says of a lane, where such races are on record; whoever knows them puts them in.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self.clocks: dict[str, Interval] = {}
        self.states: dict[int, RaceState] = {}
        self.conditions: dict[int, list[Conditions]] = {}

    def apply(self, record: Record) -> None:
        """Takes in the next record of the trace."""
        if isinstance(record.e, Conditions):
            self.conditions.setdefault(record.heat, []).append(record.e)
        self.state(record.heat).apply(record.lane, record.e)

    def state(self, heat: int) -> RaceState:
        """Returns the folded state of a heat, from its first event on."""
        found = self.states.get(heat)
        if found is None:
            found = self.states[heat] = RaceState.of(lane.id for lane in self.header.lanes)
        return found

    @classmethod
    def of(cls, header: Header, records: Iterable[Record]) -> Heats:
        """Returns the heats of a whole trace."""
        heats = cls(header)
        for record in records:
            heats.apply(record)
        return heats

    def runs(self, lane: str) -> dict[int, LaneState]:
        """Returns the whole runs of a lane that have a decode rate, by heat; one that was stopped is none."""
        found = {heat: state.lanes[lane] for heat, state in sorted(self.states.items()) if lane in state.lanes}
        return {heat: run for heat, run in found.items() if _whole(run)}

    @property
    def done(self) -> int:
        """Heats that the baseline and at least one other lane finished."""
        base = baseline_id(self.header)
        others = [lane.id for lane in self.header.lanes if lane.id != base]
        return max((len(self.ratios(lane, base)) for lane in others), default=0) if base else 0

    @property
    def shown(self) -> int:
        """The one heat whose lane numbers, texts and pictures stand for the race.

        It is the heat whose speedup of the first drafting lane is the median (of an even number, the lower of the two
        in the middle): a heat that really happened, neither the luckiest nor the unluckiest. Without a finished heat
        it is the first. Everything that shows one heat of a race asks here.
        """
        base, lane = baseline_id(self.header), contender_id(self.header)
        if base is None or lane is None:
            return min(self.states, default=0)
        bases, runs = self.runs(base), self.runs(lane)
        found = [(speedup(bases[heat], run) or 0.0, heat) for heat, run in runs.items() if heat in bases]
        return sorted(found)[(len(found) - 1) // 2][1] if found else min(self.states, default=0)

    def ratios(self, lane: str, baseline: str) -> list[float]:
        """Returns the lane's speedup in each heat that both finished."""
        base = self.runs(baseline)
        found = [speedup(base[heat], run) for heat, run in self.runs(lane).items() if heat in base]
        return [ratio for ratio in found if ratio is not None]

    def interval(self, lane: str, baseline: str) -> Interval | None:
        """Returns the lane's speedup with its interval."""
        return paired_interval(self.ratios(lane, baseline))

    def pairs(self, lane: str, baseline: str) -> dict[int, tuple[LaneState, LaneState]]:
        """Returns the runs that count, by heat: of the baseline and of ``lane``, where both are whole.

        For the baseline itself these are its runs in the heats that any other lane can be compared in.
        """
        base = self.runs(baseline)
        if lane != baseline:
            return {heat: (base[heat], run) for heat, run in self.runs(lane).items() if heat in base}
        others = {heat for item in self.header.lanes if item.id != baseline for heat in self.runs(item.id)}
        return {heat: (run, run) for heat, run in base.items() if heat in others}

    def rate(self, lane: str, baseline: str) -> float | None:
        """Returns the lane's rate over the heats that count, tokens per second of all requests; None without one.

        The baseline's is the typical one of its runs. Another lane's is that times its paired ratio, so that the rates
        of any two lanes divide to exactly what is said of them, and a heat on a slower machine moves none of them.
        """
        base = [run.total_tps for run, _ in self.pairs(baseline, baseline).values()]
        if not base:
            return None
        if lane == baseline:
            return typical(base)
        interval = self.interval(lane, baseline)
        return None if interval is None else typical(base) * interval.ratio


def _whole(run: LaneState) -> bool:
    return run.phase is Phase.FINISHED and run.finish is not Finish.STOPPED and run.decode_tps > 0


_BUSY: Final = 0.15
_WIDE: Final = 0.05
_DRIFT: Final = 0.05
_SCATTER: Final = 0.10


def warnings(
    interval: Interval | None, rates: Mapping[str, Sequence[float]], conditions: Sequence[Conditions]
) -> list[str]:
    """Returns what makes a measurement less sure, each as a plain sentence with something to do about it.

    Args:
        interval: Of the speedup.
        rates: Decode rates of each lane by its name, in the order they were run.
        conditions: What the machine was doing during the runs.
    """
    said = []
    if interval is not None and interval.heats < FEW:
        said.append(f"Only {interval.heats} heats: from {FEW} on the interval can be trusted. Use more repeats.")
    elif interval is not None and interval.spread > _WIDE:
        said.append(f"The interval is wide (±{interval.spread:.0%}). Use more repeats, or close other programs.")
    for name, values in rates.items():
        changed = drift(values)
        if changed is not None and abs(changed) > _DRIFT:
            way = "slower" if changed < 0 else "faster"
            said.append(
                f"{name} became {abs(changed):.0%} {way} over the run. The ratio is paired and so hardly suffers, "
                "but its tokens per second depend on when you look; let the machine cool down or settle first."
            )
        elif scatter(values) > _SCATTER:
            said.append(
                f"{name} differs by ±{scatter(values):.0%} from run to run: something else disturbs the machine."
            )
    said.extend(_condition_warnings(conditions))
    return said


def says_few(warning: str) -> bool:
    """Whether a warning of :func:`warnings` is that there are few heats: where prompts are counted it says nothing."""
    return warning.startswith("Only ") and " heats: from " in warning


def _condition_warnings(conditions: Sequence[Conditions]) -> list[str]:
    said = []
    loads = sorted(item.other_load for item in conditions if item.other_load >= 0)
    if loads and loads[len(loads) // 2] > _BUSY:
        share = loads[len(loads) // 2]
        said.append(f"Other programs kept {share:.0%} of the processor busy. Close them and measure again.")
    if any(item.throttled for item in conditions):
        reasons = ", ".join(sorted({item.throttled for item in conditions if item.throttled}))
        said.append(f"The machine slowed itself down ({reasons}). Let it cool, or connect it to power.")
    clocks = [item.frequency_mhz for item in conditions if item.frequency_mhz > 0]
    if clocks and max(clocks) > 1.15 * min(clocks):
        said.append(f"The processor's clock moved between {min(clocks):.0f} and {max(clocks):.0f} MHz.")
    return said


def disagreement(clock: Interval | None, heats: Interval | None, name: str = "MTP") -> str | None:
    """Returns a warning if the chess clock and the heats contradict each other, None if they agree."""
    if clock is None or heats is None or clock.meets(heats):
        return None
    return (
        f"The chess clock says {clock.ratio:.2f}× for {name} ({clock.heats} races) and the heats say "
        f"{heats.ratio:.2f}×, which is more than chance. Trust the heats: there each lane has the machine to itself."
    )


def heats_of(trace: Trace) -> Heats | None:
    """Returns the heats of a trace of that format, None for one of another format."""
    return Heats.of(trace.header, trace.records) if recorded_format(trace.header.format).repeats else None


def race_heats_summary(heats: Heats) -> dict[str, Any]:
    """Returns the result of all lanes: that of the first drafting lane, with the others under ``lanes``."""
    base, first = baseline_id(heats.header), contender_id(heats.header)
    if base is None or first is None:
        return {}
    titles = {spec.id: lane_name(spec) for spec in heats.header.lanes}
    lanes = {lane: heats_summary(heats, base, lane, name) for lane, name in titles.items() if lane != base}
    return {**lanes[first], "shown": heats.shown, "lanes": lanes}


def heats_summary(heats: Heats, baseline: str, lane: str, name: str) -> dict[str, Any]:
    """Returns the result of the heats of one lane as JSON-ready data."""
    interval = heats.interval(lane, baseline)
    conditions = [item for number in sorted(heats.conditions) for item in heats.conditions[number]]
    rates = {
        title: [run.total_tps for run in heats.runs(lane_id).values()]
        for title, lane_id in (("The baseline", baseline), (name, lane))
    }
    contradiction = disagreement(heats.clocks.get(lane), interval, name)
    return {
        "heats": 0 if interval is None else interval.heats,
        "speedup": None if interval is None else round(interval.ratio, 4),
        "low": None if interval is None else round(interval.low, 4),
        "high": None if interval is None or interval.method == "none" else round(interval.high, 4),
        "ratios": [round(ratio, 4) for ratio in heats.ratios(lane, baseline)],
        "verdict": verdict(interval, name),
        "warnings": warnings(interval, rates, conditions) + ([contradiction] if contradiction else []),
    }
