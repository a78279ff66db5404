from __future__ import annotations

from app.present.lane_figures import run_figures
from app.race.events import Totals
from app.race.fold import LaneState
from tests.race.builders import lane_events


def test_sums_without_rounds_have_no_mean_of_a_round() -> None:
    state = LaneState()
    for event in lane_events(range(9)):
        state.apply(event)
    state.apply(Totals(drafted=12, accepted=3))
    figures = run_figures(state)
    assert (figures.drafted, figures.accepted, figures.acceptance_rate) == (12, 3, 0.25)
    assert figures.rounds is figures.accepted_per_round is figures.drafted_per_round is None
