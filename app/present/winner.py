"""The result of a race: who won, by how much, and no surer than it was measured."""

from __future__ import annotations

import msgspec

from app.present.words import format_title, format_words, ratio_text
from app.race.language import say
from app.race.standing import Standing, standing, sure_standing
from app.race.statistics import Interval


class ResultFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a result is told from: a race as it stands.

    Attributes:
        best: Index and name of the fastest drafting lane; None before any has a speedup.
        base: Index and name of the baseline; None if the race has none.
        ratio: How many times faster ``best`` decodes than ``base``; None before it is known.
        interval: The interval of the ratio, where it is known and is to be told.
        failed: A lane failed.
        over: The race is over.
        stopped: Somebody stopped it.
        format: Of the race.
        stage: What of a race in heats runs now, in a few words.
    """

    best: tuple[int, str] | None
    base: tuple[int, str] | None
    ratio: float | None
    interval: Interval | None
    failed: bool
    over: bool
    stopped: bool
    format: str
    stage: str


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


def race_result(facts: ResultFacts) -> RaceResult:
    """Returns the result of a race as it stands."""
    best, base, ratio, interval = facts.best, facts.base, facts.ratio, facts.interval
    if best is None or base is None or ratio is None:
        return RaceResult(
            phrase=say("No result") if facts.failed or facts.over else "", foot=_foot(facts, None), over=facts.over
        )
    found = sure_standing(interval) if interval is not None else standing(ratio)
    if facts.failed and facts.over:
        winner, phrase = None, say("A lane failed, no winner")
    else:
        winner, phrase = _phrase(facts, best, base, found)
    low, high = _ends(interval)
    if winner is base:
        ratio, low, high = 1 / ratio, None if high is None else 1 / high, None if low is None else 1 / low
    head, tail = _words(facts, best, base, found, winner)
    return RaceResult(
        lane=winner[0] if winner is not None else -1,
        phrase=phrase,
        head=head,
        tail=tail,
        ratio=ratio,
        low=low,
        high=high,
        heats=interval.heats if interval is not None else 0,
        foot=_foot(facts, None if interval is None else (low, high, interval.heats)),
        measured=format_words(facts.format),
        over=facts.over,
    )


def _phrase(
    facts: ResultFacts, best: tuple[int, str], base: tuple[int, str], found: Standing
) -> tuple[tuple[int, str] | None, str]:
    """Returns who is ahead or has won, and the words for it."""
    match found:
        case Standing.LEVEL:
            return None, say("Level" if facts.over else "Level so far")
        case Standing.TOO_FEW:
            return None, say("Too few repeats to tell")
        case Standing.UNSURE:
            return None, say("No sure winner")
    winner, name = (best, best[1]) if found is Standing.FASTER else (base, say(base[1]))
    if not facts.over:
        return winner, say("{name} ahead", name=name)
    return winner, say("{name} was ahead" if facts.stopped else "{name} wins", name=name)


def _words(
    facts: ResultFacts,
    best: tuple[int, str],
    base: tuple[int, str],
    found: Standing,
    winner: tuple[int, str] | None,
) -> tuple[str, str]:
    """Returns what stands before and behind the ratio, so that the three are a sentence."""
    lane, other = (say("The baseline"), best[1]) if winner is base else (best[1], say("the baseline"))
    before = {
        Standing.LEVEL: say("Level"),
        Standing.TOO_FEW: say("Too few repeats to tell"),
        Standing.UNSURE: say("No sure winner"),
    }.get(found, "")
    if facts.over and winner is None and not before:
        before = say("A lane failed, no winner")
    stopped = say("Stopped") if facts.over and facts.stopped else ""
    head = "".join(say("{first}: ", first=first) for first in (stopped, before) if first) + say("{name} is", name=lane)
    return head, say("as fast as {name}" if facts.over else "as fast as {name} so far", name=other)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    known = interval is not None and interval.method != "none"
    return (interval.low, interval.high) if interval is not None and known else (None, None)


def _foot(facts: ResultFacts, span: tuple[float | None, float | None, int] | None) -> str:
    if span is None:
        title = format_title(facts.format)
        return title if facts.over else facts.stage or f"{title}, so far"
    low, high, heats = span
    told = heats_words(heats) if low is None or high is None else f"{low:.2f} to {high:.2f}, {heats_words(heats)}"
    return told if facts.over or not facts.stage else f"{told} · {facts.stage}"
