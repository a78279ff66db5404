"""What is known of a pair before its race: plain data, since the window's process sends it to workers."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

BINS: Final = 10
"""Bins of a drafter's probability; see :mod:`app.race.certainty`."""
STARTS: Final = 3
"""Ways in which a round before may have ended: without drafts, with a miss, with all drafts accepted."""
_MOST: Final = 64
_Counts = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
_Row = Annotated[tuple[_Counts, ...], msgspec.Meta(max_length=BINS)]
_Rows = Annotated[tuple[_Row, ...], msgspec.Meta(max_length=_MOST)]


class Calibration(msgspec.Struct, frozen=True):
    """How often drafts were accepted by the drafter's certainty, in earlier races of a pair. Older ones count less.

    Attributes:
        tried: Drafts that the target was given, by place in the draft and by bin of the drafter's probability.
        hit: Those of them that it accepted.
        follow: Drafts by the bin of the one before and their own.
        begin: First drafts by how the round before ended and their bin.
    """

    tried: _Rows = ()
    hit: _Rows = ()
    follow: _Rows = ()
    begin: _Rows = ()

    @property
    def fits(self) -> bool:
        """Whether there is something in it, of the shape that this version counts in."""
        rows = (*self.tried, *self.hit, *self.follow, *self.begin)
        shapes = (len(self.follow), len(self.begin)) == (BINS, STARTS) and len(self.tried) == len(self.hit) > 0
        return shapes and all(len(row) == BINS for row in rows)


class KnownCosts(msgspec.Struct, frozen=True):
    """What was measured of a pair before its race, in ns.

    Attributes:
        passes: Forward passes of the target by width, from width 1 on without a gap.
        draft: Drafting one token; 0 if unknown.
        calibration: What the drafter's certainty is worth; None if no race showed it.
    """

    passes: tuple[int, ...] = ()
    draft: int = 0
    calibration: Calibration | None = None

    @property
    def rounds(self) -> tuple[int, ...]:
        """What rounds of K = 0, 1 and so on come to."""
        return tuple(cost + self.draft * k for k, cost in enumerate(self.passes))


NOTHING_KNOWN: Final = KnownCosts()
