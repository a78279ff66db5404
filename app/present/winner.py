"""The result of a race: who won, by how much, and no surer than it was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.present.words import format_words, ratio_text
from app.race.language import say
from app.race.standing import Standing, standing, sure_standing, verdict
from app.race.statistics import Interval

if TYPE_CHECKING:
    from app.present.view import LaneView, RaceView


class RaceResult(msgspec.Struct, frozen=True, kw_only=True):
    """Who is ahead or has won. ``ratio`` and interval are the winner's, so that they are above 1 where there is one.

    Attributes:
        lane: Index of the lane that is ahead or has won; -1 for none.
        phrase: A few words that say so; empty before there are rates.
        head: What comes before the ratio where it is told as a sentence, such as "MTP K=3 is".
        tail: What comes after it, such as "as fast as the baseline".
        ratio: How many times faster; without a winner that of the fastest drafting lane against the baseline.
        low, high: Ends of its 95 % interval over heats; None for other formats and for one heat.
        heats: Heats that it is over; 0 for other formats and while heats are run.
        foot: The format, or of heats the interval and their number, or what runs now.
        measured: The format with what its numbers are worth: no number is told without it.
        over: The race is over.
    """

    lane: int = -1
    phrase: str = ""
    head: str = ""
    tail: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    heats: int = 0
    foot: str = ""
    measured: str = ""
    over: bool = False

    @property
    def ratio_text(self) -> str:
        """The ratio as it is shown."""
        return ratio_text(self.ratio)

    @property
    def sure(self) -> str:
        """How sure the ratio is: its interval and its heats; empty for other formats."""
        if self.low is None or self.high is None:
            return heats_words(self.heats) if self.heats else ""
        span = say("95 % interval {low:.2f} to {high:.2f}", low=self.low, high=self.high)
        return say(", ").join((span, heats_words(self.heats)))

    @property
    def rest(self) -> str:
        """What follows the ratio in a sentence: as fast as what, and how sure it is."""
        return "" if self.ratio is None else say(", ").join(part for part in (self.tail, self.sure) if part)

    @property
    def sentence(self) -> str:
        """The whole result in one line; empty before there are rates."""
        if self.ratio is None:
            return self.phrase
        values = {"head": self.head, "ratio": self.ratio_text, "tail": self.tail, "sure": self.sure}
        return say("{head} {ratio} {tail}, {sure}." if self.sure else "{head} {ratio} {tail}.", **values)

    @property
    def told(self) -> str:
        """The result with its format: no number is told without it."""
        if not self.measured:
            return self.sentence
        return say("{sentence} ({measured})", sentence=self.sentence, measured=self.measured)


def heats_words(count: int) -> str:
    """Returns a number of heats with its noun."""
    return say("{count} heat" if count == 1 else "{count} heats", count=count)


def race_result(view: RaceView) -> RaceResult:
    """Returns the result of a race as it stands."""
    best, base = view.best, view.baseline
    ratio = view.speedup(best) if best is not None else None
    interval = view.interval(best) if best is not None and (view.over or view.heats_run) else None
    failed = any(view.problem(lane) is not None for lane in view.lanes)
    if best is None or base is None or ratio is None:
        return RaceResult(
            phrase=say("No result") if failed or view.over else "", foot=_foot(view, None), over=view.over
        )
    found = sure_standing(interval) if interval is not None else standing(ratio)
    if failed and view.over:
        winner, phrase = None, say("A lane failed, no winner")
    else:
        winner, phrase = _phrase(view, best, base, found)
    low, high = _ends(interval)
    if winner is base:
        ratio, low, high = 1 / ratio, None if high is None else 1 / high, None if low is None else 1 / low
    head, tail = _words(view, best, base, found, winner)
    return RaceResult(
        lane=winner.index if winner is not None else -1,
        phrase=phrase,
        head=head,
        tail=tail,
        ratio=ratio,
        low=low,
        high=high,
        heats=interval.heats if interval is not None else 0,
        foot=_foot(view, None if interval is None else (low, high, interval.heats)),
        measured=format_words(view.header.format),
        over=view.over,
    )


def _phrase(view: RaceView, best: LaneView, base: LaneView, found: Standing) -> tuple[LaneView | None, str]:
    """Returns who is ahead or has won, and the words for it."""
    match found:
        case Standing.LEVEL:
            return None, say("Level" if view.over else "Level so far")
        case Standing.TOO_FEW:
            return None, say("Too few repeats to tell")
        case Standing.UNSURE:
            return None, say("No sure winner")
    winner, name = (best, best.name) if found is Standing.FASTER else (base, say(base.name))
    if not view.over:
        return winner, say("{name} ahead", name=name)
    return winner, say("{name} was ahead" if view.stopped else "{name} wins", name=name)


def _words(view: RaceView, best: LaneView, base: LaneView, found: Standing, winner: LaneView | None) -> tuple[str, str]:
    """Returns what stands before and behind the ratio, so that the three are a sentence."""
    lane, other = (say("The baseline"), best.name) if winner is base else (best.name, say("the baseline"))
    before = {
        Standing.LEVEL: say("Level"),
        Standing.TOO_FEW: say("Too few repeats to tell"),
        Standing.UNSURE: say("No sure winner"),
    }.get(found, "")
    if view.over and winner is None and not before:
        before = say("A lane failed, no winner")
    stopped = say("Stopped") if view.over and view.stopped else ""
    head = "".join(say("{first}: ", first=first) for first in (stopped, before) if first) + say("{name} is", name=lane)
    return head, say("as fast as {name}" if view.over else "as fast as {name} so far", name=other)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    known = interval is not None and interval.method != "none"
    return (interval.low, interval.high) if interval is not None and known else (None, None)


def _foot(view: RaceView, span: tuple[float | None, float | None, int] | None) -> str:
    if span is None:
        return view.format_title if view.over else view.stage or f"{view.format_title}, so far"
    low, high, heats = span
    told = heats_words(heats) if low is None or high is None else f"{low:.2f} to {high:.2f}, {heats_words(heats)}"
    return told if view.over or not view.stage else f"{told} · {view.stage}"


def lane_sentences(view: RaceView) -> list[str]:
    """Returns what each drafting lane brought, where there are several of them."""
    if len(view.contenders) < 2:
        return []
    if view.over and view.heats is not None:
        return [verdict(view.interval(lane), lane.name) for lane in view.contenders]
    told = [(lane, ratio) for lane in view.contenders if (ratio := view.speedup(lane)) is not None]
    sentence = "{name}: {ratio} the baseline's rate."
    return [say(sentence, name=lane.name, ratio=ratio_text(ratio)) for lane, ratio in told]
