"""Race formats: who may compute when. Pure decisions, taken again after every round.

A number is never shown without its format, so each format also says what its numbers are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from app.race.problems import Problem, ProblemError


class LaneTurn(msgspec.Struct, frozen=True):
    """What a format needs to know of a lane.

    Attributes:
        lane: Lane id.
        clock_ns: Lane clock.
        asking: It is ready for a turn and waits for it.
        computing: A turn was granted and is not over.
        over: It has finished or failed and asks no more.
    """

    lane: str
    clock_ns: int = 0
    asking: bool = False
    computing: bool = False
    over: bool = False


class Grant(msgspec.Struct, frozen=True):
    """A turn for ``lane``: ``rounds`` rounds, or as many as it takes if -1. The prefill is a turn of its own."""

    lane: str
    rounds: int = 1


class RaceFormat(Protocol):
    """Decides who computes next.

    Attributes:
        name: As on the command line and in traces.
        title: For people.
        note: One sentence on what its numbers are worth.
        shares_machine: Lanes compute at the same time, so they must share the cores.
        steps: Lanes are held between rounds, which takes engines that can be.
        repeats: Every lane runs several times, each run alone from start to end (:mod:`app.race.heats`). So lanes may
            share a worker, and only one of them has to be loaded at a time.
    """

    name: str
    title: str
    note: str
    shares_machine: bool
    steps: bool
    repeats: bool

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Returns the turns to grant now; empty while somebody must be waited for."""
        ...


class ChessClock:
    """Only one lane computes at any instant; the lane whose clock is behind goes next."""

    name = "clock"
    title = "Chess clock"
    note = "one lane computes at a time, each on its own clock"
    shares_machine = False
    steps = True
    repeats = False

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants one round to the lane that is behind, once no lane computes and all that still race are asking."""
        racing = [lane for lane in lanes if not lane.over]
        if not racing or any(lane.computing or not lane.asking for lane in racing):
            return []
        behind = min(racing, key=lambda lane: lane.clock_ns)
        # One round also when only one lane is left: its last rounds must be measured as its first ones were.
        return [Grant(behind.lane, 1)]


class FreeForAll:
    """All lanes at once, sharing the machine."""

    name = "free"
    title = "Free for all"
    note = "both lanes at once, sharing the machine: a show, not a measurement"
    shares_machine = True
    steps = False
    repeats = False

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants every asking lane its whole run, once all that still race are asking."""
        racing = [lane for lane in lanes if not lane.over]
        if any(not lane.asking and not lane.computing for lane in racing):
            return []
        return [Grant(lane.lane, -1) for lane in racing if lane.asking]


class HeatsFormat:
    """The lanes run one after the other, each whole, several times; see :mod:`app.race.heats`."""

    name = "heats"
    title = "Heats"
    note = "one lane after the other, several times over: the surest measurement"
    shares_machine = False
    steps = False
    repeats = True

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants the first lane that still races its whole run, once no lane computes."""
        racing = [lane for lane in lanes if not lane.over]
        if not racing or any(lane.computing for lane in racing) or not racing[0].asking:
            return []
        return [Grant(racing[0].lane, -1)]


FORMATS: dict[str, RaceFormat] = {item.name: item for item in (ChessClock(), HeatsFormat(), FreeForAll())}
"""Formats by name, the preferred one first. Adding one is one class here and its place in this table."""


class NewerFormat:
    """Stands for the format of a race that a newer version of the app recorded. It grants nothing."""

    note = "a race format that this version does not know"
    shares_machine = steps = repeats = False

    def __init__(self, name: str) -> None:
        self.name = self.title = name

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants no turn: such a race is only replayed."""
        return []


def recorded_format(name: str) -> RaceFormat:
    """Returns the format that a trace names, also where this version does not know it."""
    return FORMATS.get(name) or NewerFormat(name)


def find_format(name: str) -> RaceFormat:
    """Returns the race format of that name. Raises :class:`ProblemError` if there is none."""
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise ProblemError(Problem("format-unknown", f"There is no race format {name!r}.", action=f"Use: {known}."))
    return FORMATS[name]


REPEATED: Final = next(item for item in FORMATS.values() if item.repeats)
"""The format that measures best, and loads one lane at a time where several do not fit."""
