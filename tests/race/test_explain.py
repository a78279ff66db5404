from __future__ import annotations

import pytest

from app.race.explain import explain, split
from app.race.fold import LaneState
from tests.race.builders import MS, folded, lane_events


def test_the_split_adds_up_to_the_time_per_token() -> None:
    lane = folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=20))
    parts = split(lane)
    assert parts is not None
    assert parts.total_ns == pytest.approx(lane.decode_ns / 8)
    assert parts.draft_ns == pytest.approx(2 * 5 * MS / 8)
    assert parts.verify_ns == pytest.approx(2 * 10 * MS / 8)


def test_the_explanation_gives_what_a_round_must_bring() -> None:
    baseline = folded(lane_events(range(9), step_ms=10))
    found = explain(baseline, folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=20)))
    assert found is not None
    assert found.break_even == pytest.approx(2)
    assert found.tokens_per_round == pytest.approx(4)
    assert found.speedup == pytest.approx(2)
    assert found.verify_steps == pytest.approx(1)
    assert found.draft_steps == pytest.approx(0.5)
    assert "4.0 tokens a round pay for that 2.00 times over" in found.sentence


def test_a_loss_says_what_it_would_take() -> None:
    baseline = folded(lane_events(range(9), step_ms=10))
    found = explain(baseline, folded(lane_events(range(9), k=3, accepted=[0] * 8, step_ms=20)))
    assert found is not None
    assert found.speedup == pytest.approx(0.5)
    assert "do not pay for that, it would take 2.0" in found.sentence


def test_there_is_nothing_to_explain_before_both_lanes_have_rounds() -> None:
    lane = folded(lane_events(range(9), k=3))
    assert explain(LaneState(), lane) is None
    assert explain(lane, LaneState()) is None
    assert split(LaneState()) is None
