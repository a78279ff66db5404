from __future__ import annotations

import pytest

from app.present.lane_figures import heats_figures, run_figures
from app.race.events import Totals
from app.race.fold import LaneState
from tests.race.builders import MS, folded, lane_events


def test_sums_without_rounds_have_no_mean_of_a_round() -> None:
    state = LaneState()
    for event in lane_events(range(9)):
        state.apply(event)
    state.apply(Totals(drafted=12, accepted=3))
    figures = run_figures(state)
    assert (figures.drafted, figures.accepted, figures.acceptance_rate) == (12, 3, 0.25)
    assert figures.rounds is figures.accepted_per_round is figures.drafted_per_round is None


def test_the_parts_of_a_token_add_up_to_the_time_that_its_rate_comes_to() -> None:
    lane = folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=20))
    parts = run_figures(lane).split
    assert parts is not None
    assert parts.total_ns == pytest.approx(lane.decode_ns / 8)
    assert parts.draft_ns == pytest.approx(2 * 5 * MS / 8)
    assert parts.verify_ns == pytest.approx(2 * 10 * MS / 8)
    assert run_figures(LaneState()).split is None


def test_over_heats_the_parts_come_to_the_rate_that_is_told_of_them() -> None:
    runs = [folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=ms)) for ms in (20, 30, 10)]
    figures = heats_figures(runs, 500.0)
    assert figures.split is not None
    assert figures.split.total_ns == pytest.approx(2 * MS)
    assert (figures.heats, figures.tokens, figures.rounds, figures.all_rounds) == (3, 9, 2, 6)
    assert (figures.accepted_per_round, figures.drafted_per_round) == (3, 3)
