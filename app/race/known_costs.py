"""What is known of a pair's costs before its race: plain data, since the window's process sends it to workers."""

from __future__ import annotations

from typing import Final

import msgspec


class KnownCosts(msgspec.Struct, frozen=True):
    """What was measured of a pair before its race, in ns.

    Attributes:
        passes: Forward passes of the target by width, from width 1 on without a gap.
        draft: Drafting one token; 0 if unknown.
    """

    passes: tuple[int, ...] = ()
    draft: int = 0

    @property
    def rounds(self) -> tuple[int, ...]:
        """What rounds of K = 0, 1 and so on come to."""
        return tuple(cost + self.draft * k for k, cost in enumerate(self.passes))


NOTHING_KNOWN: Final = KnownCosts()
