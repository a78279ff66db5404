from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.explain import Explanation, explain
from app.race.fold import LaneState, speedup
from app.race.whatif import cost_sentence, race_ground
from tests.race.builders import folded, lane_events, spec


def explained(baseline: LaneState, lane: LaneState) -> Explanation | None:
    return explain([(baseline, lane)], speedup(baseline, lane))


def test_the_explanation_gives_what_a_round_must_bring() -> None:
    baseline = folded(lane_events(range(9), step_ms=10))
    found = explained(baseline, folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=20)))
    assert found is not None
    assert found.break_even == pytest.approx(2)
    assert found.tokens_per_round == pytest.approx(4)
    assert found.speedup == pytest.approx(2)
    assert found.sentence == (
        "Verifying 4 tokens costs 1.0× a single step here and drafting 0.5×; "
        "4.0 tokens a round pay for that 2.00 times over."
    )


def test_a_loss_says_what_it_would_take() -> None:
    baseline = folded(lane_events(range(9), step_ms=10))
    found = explained(baseline, folded(lane_events(range(9), k=3, accepted=[0] * 8, step_ms=20)))
    assert found is not None
    assert found.speedup == pytest.approx(0.5)
    assert "do not pay for that, it would take 2.0" in found.sentence


def test_there_is_nothing_to_explain_before_both_lanes_have_rounds() -> None:
    lane = folded(lane_events(range(9), k=3))
    assert explained(LaneState(), lane) is None
    assert explained(lane, LaneState()) is None


@given(st.lists(st.integers(0, 3), min_size=8, max_size=40), st.floats(5, 60), st.floats(5, 60))
def test_why_and_what_if_say_the_same_of_the_k_that_raced(accepted: list[int], step: float, lone: float) -> None:
    tokens = 2 + sum(taken + 1 for taken in accepted)
    baseline = folded(lane_events(range(tokens), step_ms=lone))
    lane = folded(lane_events(range(tokens), k=3, accepted=[*accepted, 0, 0, 0], step_ms=step))
    ratio = speedup(baseline, lane)
    why = explain([(baseline, lane)], ratio)
    assert ratio is not None
    assert why is not None
    found = race_ground(
        [spec("baseline"), spec("mtp", 3)], {"baseline": {0: baseline}, "mtp": {0: lane}}, {"mtp": ratio}
    )
    assert found is not None
    assert why.break_even == pytest.approx(found.costs.break_even(3))
    assert f"pays from {why.break_even:.1f} tokens" in cost_sentence(found.costs, 3)
    assert why.speedup == pytest.approx(why.tokens_per_round / why.break_even)


def test_of_heats_all_count_and_the_ratio_is_the_one_that_is_shown() -> None:
    def heat(slow: float) -> tuple[LaneState, LaneState]:
        lane = folded(lane_events(range(41), k=3, accepted=[3] * 10, step_ms=20 * slow))
        return folded(lane_events(range(41), step_ms=10)), lane

    found = explain([heat(1.0), heat(1.1), heat(1.5)], 1.86)
    assert found is not None
    assert found.break_even == pytest.approx(2.2)
    assert "pay for that 1.86 times over" in found.sentence


@pytest.mark.parametrize(
    ("step_ms", "verify", "draft", "end"),
    [
        (60, "3.0", "1.5", "do not pay for that, it would take 6.0."),
        (40, "2.0", "1.0", "just pay for that."),
    ],
)
def test_a_round_of_three_drafts_is_told_by_its_own_pass(step_ms: int, verify: str, draft: str, end: str) -> None:
    """Half of a round is its pass and a quarter its drafts, a step takes 10 ms, and each round brings 4 tokens."""
    baseline = folded(lane_events(range(9), step_ms=10))
    lane = folded(lane_events(range(9), k=3, accepted=[3, 3], step_ms=step_ms))
    assert explain([(baseline, lane)], 40 / step_ms) == Explanation(
        tokens_per_round=4.0,
        width=4.0,
        break_even=step_ms / 10,
        speedup=40 / step_ms,
        sentence=f"Verifying 4 tokens costs {verify}× a single step here and drafting {draft}×; "
        f"4.0 tokens a round {end}",
    )
    assert explain([(baseline, lane)], None) is None
    assert explain([(LaneState(), lane)], 2.0) is None
