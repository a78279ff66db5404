"""How sure a race in heats is, as rows of a picture: what each heat said of a lane, and what all of them say."""

from __future__ import annotations

import msgspec

from app.present.view import RaceView


class SureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One drafting lane. All numbers are times the baseline's rate.

    Attributes:
        index: Of the lane; picks its colour and sign.
        name: Its short name.
        ratios: Its ratio in each heat that counts, in the order they were run.
        ratio: Over all of them.
        low, high: Ends of the 95 % interval; None before there are heats enough for one.
    """

    index: int
    name: str
    ratios: tuple[float, ...]
    ratio: float
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """The row for those who cannot see it."""
        span = "" if self.low is None or self.high is None else f", 95 % interval {self.low:.2f} to {self.high:.2f}"
        heats = ", ".join(f"{ratio:.2f}" for ratio in self.ratios)
        return f"{self.name}: {self.ratio:.2f}×{span}; heats: {heats}"


def sure_rows(view: RaceView) -> list[SureRow]:
    """Returns a row for each drafting lane that has a finished heat; none for other formats."""
    base = view.baseline
    if view.heats is None or base is None or not (view.over or view.heats_run):
        return []
    rows = []
    for lane in view.contenders:
        interval = view.interval(lane)
        if interval is not None:
            known = interval.method != "none"
            rows.append(
                SureRow(
                    index=lane.index,
                    name=lane.name,
                    ratios=tuple(view.heats.ratios(lane.spec.id, base.spec.id)),
                    ratio=interval.ratio,
                    low=interval.low if known else None,
                    high=interval.high if known else None,
                )
            )
    return rows
