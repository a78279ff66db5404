"""A race as it is shown: the one thing that window, terminal, films, pages, summaries and the library are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from app.present.lane_figures import LaneFigures, heats_figures, run_figures
from app.present.steering import steering_words
from app.present.winner import RaceResult, ResultFacts, race_result
from app.present.words import END_WORDS, FAILED, format_title, rate_unit, ratio_text
from app.race.events import Finish, LaneEvent, PassCosts
from app.race.explain import Explanation, explain
from app.race.fold import LaneState, Phase, RaceState, speedup
from app.race.formats import recorded_format
from app.race.heats import Heats, heats_of
from app.race.lanes import KPolicy, LaneSpec, drafts_alike, lane_name, lane_title
from app.race.language import say
from app.race.problems import Problem
from app.race.series import RateSeries, RoundSeries
from app.race.standing import verdict
from app.race.statistics import Interval, paired_interval
from app.race.steered import spreads
from app.race.trace import Header, Record, Trace
from app.race.verdict import Comparison, TokenComparison, TokenVerdict
from app.race.whatif import Ground, race_ground

if TYPE_CHECKING:
    from app.race.policies_here import PolicyForecast
    from app.sandbox.behaviour import Behaviour

Told = TypeVar("Told")
_WORST = (TokenVerdict.FORK, TokenVerdict.NEAR_TIE_FORK, TokenVerdict.UNKNOWN, TokenVerdict.IDENTICAL)


@dataclass(slots=True)
class LaneView:
    """One lane of the run that is shown. ``index`` is its place in the race and picks its colour."""

    index: int
    spec: LaneSpec
    state: LaneState
    rates: RateSeries = field(default_factory=RateSeries)
    bars: RoundSeries = field(default_factory=RoundSeries)
    comparison: TokenComparison = field(default_factory=TokenComparison)
    race: RaceView | None = field(default=None, repr=False, compare=False)

    @property
    def tps(self) -> float | None:
        """The one rate that is told of the lane, tokens per second; None before it has one."""
        return None if self.race is None else self.race.figures(self).tps

    @property
    def title(self) -> str:
        """The lane's name with all that it needs to be known by."""
        return lane_title(self.spec)

    @property
    def name(self) -> str:
        """The lane's short name."""
        return lane_name(self.spec)

    @property
    def drafting(self) -> bool:
        """Whether it drafts at all."""
        return self.spec.kind.facts.drafts


class RaceView:
    """One race as it stands. Fed with records, asked once a frame.

    Attributes:
        header: What is raced.
        lanes: One view a lane, in the order of the header.
        revision: Grows with every record.
        heats: Of a race in heats: those that ran so far, or all of a recorded one.
        heat: The heat that is shown.
        live: The race is being run; else it was recorded.
        generation: Grows when another heat is shown, so that whoever follows the lanes starts again.
        stage: What of a race in heats runs now, in a few words.
        turn: Title of the lane that runs now in a race in heats.
        behaviour: What the programs of the lanes did; None before that is known. Set by :meth:`add_behaviour`.
    """

    def __init__(
        self, header: Header, heats: Heats | None = None, *, live: bool = False, heat: int | None = None
    ) -> None:
        """Nothing has happened yet.

        Args:
            heats: All heats of a recorded race, whose result is told at the end.
            live: The race runs, and whoever feeds the view calls ``finish`` at its end.
            heat: The heat of a recorded race that is going to be fed; None for the one that stands for it.
        """
        self.header = header
        self.live = live
        self._running = live
        in_heats = live and recorded_format(header.format).repeats
        self.heats = Heats(header) if in_heats else heats
        self.heat = heat if heat is not None else heats.shown if heats is not None and not in_heats else 0
        self.generation = 0
        self.stage = self.turn = ""
        self.behaviour: Behaviour | None = None
        self.state = self.heats.state(0) if self.heats and in_heats else RaceState.of(self._ids())
        self.lanes = [
            LaneView(index, spec, self.state.lanes[spec.id], race=self) for index, spec in enumerate(header.lanes)
        ]
        self.revision = 0
        self._intervals: dict[str, tuple[tuple[float, ...], Interval | None]] = {}
        self._known = set(self.state.lanes)
        self._told: dict[object, object] = {}
        self._told_at = -1

    def _once(self, what: object, make: Callable[[], Told]) -> Told:
        """Returns what ``make`` makes, made once for each revision: several parts of a face ask for the same."""
        if self._told_at != self.revision:
            self._told, self._told_at = {}, self.revision
        if what not in self._told:
            self._told[what] = make()
        return cast("Told", self._told[what])

    @classmethod
    def of(cls, trace: Trace, heat: int | None = None, behaviour: Behaviour | None = None) -> RaceView:
        """Returns a recorded race at its end.

        Args:
            heat: The one to show; None for the one that stands for it.
            behaviour: What its programs did.
        """
        view = cls(trace.header, heats_of(trace), heat=heat)
        view.behaviour = behaviour
        view.apply(record for record in trace.records if record.heat == view.heat)
        return view

    def apply(self, records: Iterable[Record]) -> None:
        """Takes in records in order. Those of lanes that the header does not name are left out."""
        for record in records:
            if not self._running or self.heats is None:
                self.feed(record.lane, record.e)
            elif record.lane in self._known:
                self.heats.apply(record)
                self.revision += 1
                if record.heat > self.heat:
                    self._show_heat(record.heat)

    def finish(self) -> None:
        """The race is over: of one in heats, the heat that stands for it is shown from now on."""
        if self._running:
            self._running = False
            self.stage = self.turn = ""
            self.revision += 1
            if self.heats is not None:
                self._show_heat(self.heats.shown)

    def _show_heat(self, heat: int) -> None:
        assert self.heats is not None
        self.heat = heat
        self.generation += 1
        self.revision += 1
        self.state = self.heats.state(heat)
        self.lanes = [
            LaneView(at, spec, self.state.lanes[spec.id], race=self) for at, spec in enumerate(self.header.lanes)
        ]

    def _ids(self) -> list[str]:
        return [lane.id for lane in self.header.lanes]

    def feed(self, lane: str, event: LaneEvent) -> None:
        """Takes in one event."""
        if lane in self._known:
            self.state.apply(lane, event)
            self.revision += 1

    def add_behaviour(self, behaviour: Behaviour | None) -> None:
        """Takes in what the programs did; they run after the race."""
        self.behaviour = behaviour
        self.revision += 1

    @property
    def over(self) -> bool:
        """Whether every lane has ended, in every heat, and whoever runs the race has said so."""
        return self.state.over and not self._running

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it before its end."""
        runs = self.heats.states.values() if self.heats is not None else (self.state,)
        return any(lane.finish is Finish.STOPPED for state in runs for lane in state.lanes.values())

    @property
    def heats_run(self) -> bool:
        """Whether heats are being run: what is told of the race is over those that are done."""
        return self._running and self.heats is not None

    @property
    def requests(self) -> int:
        """How many requests were sent at once."""
        return self.header.request.concurrency

    @property
    def rate_unit(self) -> str:
        """The unit of the rates."""
        return rate_unit(self.requests)

    @property
    def baseline(self) -> LaneView | None:
        """The lane that the others are compared with."""
        return next((lane for lane in self.lanes if not lane.drafting), None)

    @property
    def contenders(self) -> list[LaneView]:
        """The drafting lanes."""
        return [lane for lane in self.lanes if lane.drafting]

    @property
    def format_title(self) -> str:
        """The format's name for people."""
        return format_title(self.header.format)

    def figures(self, lane: LaneView) -> LaneFigures:
        """The figures of ``lane``: of the run that is shown; once all heats are run, over all of them that count."""
        return self._once(("figures", lane.index), lambda: self._figures(lane))

    def _figures(self, lane: LaneView) -> LaneFigures:
        base = self.baseline
        if self.over and self.heats is not None and base is not None:
            pairs = self.heats.pairs(lane.spec.id, base.spec.id)
            rate = self.heats.rate(lane.spec.id, base.spec.id)
            if rate is not None:
                return heats_figures([run for _, run in pairs.values()], rate)
        return run_figures(lane.state)

    def problem(self, lane: LaneView) -> tuple[Problem, str] | None:
        """What made ``lane`` fail, in any heat, and the word for it; None if nothing did."""
        if lane.state.phase is Phase.FAILED and lane.state.problem is not None:
            return lane.state.problem, say(FAILED)
        if self.over and self.heats is not None:
            for heat, state in sorted(self.heats.states.items()):
                run = state.lanes.get(lane.spec.id)
                if run is not None and run.phase is Phase.FAILED and run.problem is not None:
                    return run.problem, say("failed in heat {heat}", heat=heat + 1)
        return None

    def end(self, lane: LaneView) -> str:
        """How ``lane`` ended, in a word or two; empty while it runs."""
        problem = self.problem(lane)
        if problem is not None:
            return problem[1]
        return say(END_WORDS[lane.state.finish]) if lane.state.finish else ""

    def speedup(self, lane: LaneView) -> float | None:
        """How many times faster ``lane`` decodes than the baseline; once all heats are run, over all of them."""
        base = self.baseline
        interval = self.interval(lane) if self.over or self.heats_run else None
        if interval is not None:
            return interval.ratio
        if self.heats_run:
            return None  # Half a heat tells no order: one lane of it has not run.
        return speedup(base.state, lane.state) if base else None

    def interval(self, lane: LaneView) -> Interval | None:
        """The speedup of ``lane`` over the heats that are done, with its interval; None for other formats."""
        base = self.baseline
        if base is None or self.heats is None or not lane.drafting:
            return None
        ratios = tuple(self.heats.ratios(lane.spec.id, base.spec.id))
        known = self._intervals.get(lane.spec.id)
        if known is None or known[0] != ratios:
            known = self._intervals[lane.spec.id] = (ratios, paired_interval(ratios))
        return known[1]

    @property
    def best(self) -> LaneView | None:
        """The fastest drafting lane; None before any has a speedup."""
        ratios = [(ratio, -lane.index) for lane in self.contenders if (ratio := self.speedup(lane)) is not None]
        return self.lanes[-max(ratios)[1]] if ratios else None

    @property
    def result(self) -> RaceResult:
        """Who is ahead or has won, and by how much."""
        return self._once(("result", self.stage), lambda: race_result(self._facts()))

    def _facts(self) -> ResultFacts:
        best, base = self.best, self.baseline
        return ResultFacts(
            best=(best.index, best.name) if best is not None else None,
            base=(base.index, base.name) if base is not None else None,
            ratio=self.speedup(best) if best is not None else None,
            interval=self.interval(best) if best is not None and (self.over or self.heats_run) else None,
            failed=any(self.problem(lane) is not None for lane in self.lanes),
            over=self.over,
            stopped=self.stopped,
            format=self.header.format,
            stage=self.stage,
        )

    @property
    def lane_sentences(self) -> list[str]:
        """What each drafting lane brought, where there are several of them."""
        if len(self.contenders) < 2:
            return []
        if self.over and self.heats is not None:
            return [verdict(self.interval(lane), lane.name) for lane in self.contenders]
        told = [(lane, ratio) for lane in self.contenders if (ratio := self.speedup(lane)) is not None]
        sentence = "{name}: {ratio} the baseline's rate."
        return [say(sentence, name=lane.name, ratio=ratio_text(ratio)) for lane, ratio in told]

    def explanation(self, lane: LaneView) -> Explanation | None:
        """Why ``lane`` is faster or slower than the baseline; None where the rounds of one request do not tell it."""
        base, runs = self.baseline, self._runs()
        if base is None or self.requests > 1:
            return None
        own = runs[lane.spec.id]
        pairs = [(run, own[heat]) for heat, run in runs[base.spec.id].items() if heat in own]
        return explain(pairs, self.speedup(lane))

    @property
    def reason(self) -> str:
        """Why the fastest drafting lane that can be explained is as fast as it is, and what lanes did that end their
        drafts themselves; empty if there is nothing to say."""
        return self._once("reason", self._reason)

    def _reason(self) -> str:
        told = [(item.speedup, -lane.index, item) for lane in self.contenders if (item := self.explanation(lane))]
        sentences = [words for lane in self.contenders if (words := self.steering(lane))]
        if told:
            _, index, best = max(told, key=lambda item: item[:2])
            whose = f"{self.lanes[-index].name}: " if len(self.contenders) > 1 else ""
            sentences.insert(0, whose + best.sentence)
        return " ".join(sentences)

    def ground(self, pass_costs: PassCosts | None = None) -> Ground | None:
        """What a what-if starts from: of a race in heats all of them count; None if the race does not allow one."""
        speedups = {lane.spec.id: ratio for lane in self.contenders if (ratio := self.speedup(lane)) is not None}
        return race_ground(self.header.lanes, self._runs(), speedups, pass_costs)

    def steering(self, lane: LaneView) -> str:
        """What ``lane`` drafted where, if it ends its drafts itself; empty for others."""
        if lane.spec.policy is not KPolicy.AUTO:
            return ""
        own = self.figures(lane).tps
        rates = [
            (rate, other.spec.k)
            for other in self.contenders
            if other.spec.policy is KPolicy.FIXED and drafts_alike(other.spec, lane.spec)
            if (rate := self.figures(other).tps)
        ]
        best, k = max(rates, default=(0.0, 0))
        found = spreads(self.runs(lane), self.header.request.prompt)
        return steering_words(lane.name, found, (own / best, k) if own and best else None)

    def forecasts(self, found: Ground) -> tuple[PolicyForecast, ...]:
        """What other policies would have run at on this text; nothing if no lane told what its drafter proposed."""
        from app.race.policies_here import forecasts  # It needs numpy; the window starts without it.

        lane = next((lane for lane in self.contenders if lane.spec.policy is KPolicy.AUTO), None)
        if lane is None:
            return ()
        alike = [other for other in self.contenders if drafts_alike(other.spec, lane.spec)]
        raced = {(item.spec.policy, item.spec.k): ratio for item in alike if (ratio := self.speedup(item)) is not None}
        return forecasts(max(self.runs(lane), key=lambda run: run.count), found.costs, raced)

    def runs(self, lane: LaneView) -> list[LaneState]:
        """The runs of a lane that its figures are of."""
        return list(self._runs()[lane.spec.id].values())

    def _runs(self) -> dict[str, dict[int, LaneState]]:
        """The runs of each lane by heat: all that are done once the race is over, else the one that is shown."""
        if self.heats is not None and self.over:
            return {lane.spec.id: self.heats.runs(lane.spec.id) for lane in self.lanes}
        return {lane.spec.id: {self.heat: lane.state} for lane in self.lanes}

    def comparison(self, lane: LaneView) -> Comparison | None:
        """The token verdict of ``lane`` against the baseline."""
        base = self.baseline
        return lane.comparison.update(base.state, lane.state) if base else None

    @property
    def worst(self) -> tuple[LaneView, Comparison] | None:
        """The token verdict that is told first, with its lane: with several drafting lanes the worst one."""
        found = [(lane, item) for lane in self.contenders if (item := self.comparison(lane)) is not None]
        return min(found, key=lambda item: _WORST.index(item[1].verdict), default=None)

    @property
    def same_lines(self) -> list[str]:
        """Whether the outputs are the same: the worst verdict, then those of other lanes that are not identical."""
        worst = self.worst
        if worst is None:
            return []
        rest = [(lane, item) for lane in self.contenders if (item := self.comparison(lane)) and lane is not worst[0]]
        told = [worst, *(item for item in rest if item[1].verdict is not TokenVerdict.IDENTICAL)]
        several = len(self.contenders) > 1 and worst[1].verdict is not TokenVerdict.IDENTICAL
        return [f"{lane.name}: {item.sentence}" if several else item.sentence for lane, item in told]

    @property
    def heats_note(self) -> str:
        """What figures that are over several heats stand for; empty where they are of the run that is shown."""
        base = self.baseline
        count = self.figures(base).heats if base is not None else 0
        if count < 2:
            return ""
        return say(
            "Rates, clocks and acceptance are over {count} heats; the text is that of heat {heat}.",
            count=count,
            heat=self.heat + 1,
        )
