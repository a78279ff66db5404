"""Race formats: who may compute when. Pure decisions, taken again after every round.

A number is never shown without its format, so each format also says what its numbers are worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

HEATS: Final = "heats"
"""Name of the format in which lanes run several times."""


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
    """

    name: str
    title: str
    note: str
    shares_machine: bool

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Returns the turns to grant now; empty while somebody must be waited for."""
        ...


class ChessClock:
    """Only one lane computes at any instant; the lane whose clock is behind goes next."""

    name = "clock"
    title = "Chess clock"
    note = "one lane computes at a time, each on its own clock"
    shares_machine = False

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

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants every asking lane its whole run, once all that still race are asking."""
        racing = [lane for lane in lanes if not lane.over]
        if any(not lane.asking and not lane.computing for lane in racing):
            return []
        return [Grant(lane.lane, -1) for lane in racing if lane.asking]


class HeatsFormat:
    """The lanes run one after the other, each whole, several times; see :mod:`app.race.heats`."""

    name = HEATS
    title = "Heats"
    note = "one lane after the other, several times over: the surest measurement"
    shares_machine = False

    def grants(self, lanes: Sequence[LaneTurn]) -> list[Grant]:
        """Grants the first lane that still races its whole run, once no lane computes."""
        racing = [lane for lane in lanes if not lane.over]
        if not racing or any(lane.computing for lane in racing) or not racing[0].asking:
            return []
        return [Grant(racing[0].lane, -1)]


FORMATS: dict[str, RaceFormat] = {item.name: item for item in (ChessClock(), HeatsFormat(), FreeForAll())}
"""Formats by name. Adding one is one class here."""
