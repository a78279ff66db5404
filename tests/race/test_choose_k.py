from __future__ import annotations

import pytest

from app.race.choose_k import USUAL_ACCEPTANCE, choose_k, pass_notes, special
from app.race.costs import probed_costs
from app.race.events import PassCosts
from app.race.predict import even_rates, predict

MS = 1_000_000
E2B = [220, 425, 541, 263, 469, 599, 700, 511, 634]
"""Passes of a whole E2B in Q4_0 on a processor, ms at widths 1 to 9: repacked weights are worked 4 rows at a time."""
A4B_GPU = [4.76, 5.42, 5.77, 6.74, 6.95, 7.53, 7.98, 8.48, 11.30]
"""26B A4B on an H200: from 9 tokens on other kernels run."""


def passes(times: list[float], draft: float, **more: object) -> PassCosts:
    return PassCosts(256, {width: int(ms * MS) for width, ms in enumerate(times, 1)}, int(draft * MS), **more)  # type: ignore[arg-type]


def test_the_k_that_stairs_make_cheap_is_found_and_said() -> None:
    found = choose_k(passes([float(ms) for ms in E2B], 7.9), "Q4_0")
    assert found.k == 3
    assert found.speedup > 1.7
    assert found.limit == 7
    assert "4-bit weights are worked 4 rows at a time here: K = 3 costs half of K = 2." in found.sentence


def test_without_a_known_quantization_the_stairs_are_told_without_a_number_of_bits() -> None:
    assert next(special(passes([float(ms) for ms in E2B], 7.9))).startswith("These weights are worked 4 rows")


def test_a_fall_at_another_width_has_no_reason() -> None:
    assert list(special(passes([10.0, 11.0, 12.0, 13.0, 9.0], 1))) == ["K = 4 costs 81% of K = 3."]


def test_slower_kernels_are_told_and_k_8_is_not_chosen() -> None:
    found = choose_k(passes(A4B_GPU, 0.75), "Q4_0", acceptance=0.9)
    assert found.k < 8
    assert "Passes of more than 8 tokens run slower kernels here" in found.sentence


def test_where_a_check_costs_as_much_as_its_steps_no_k_gains() -> None:
    found = choose_k(passes([10.0 * width for width in range(1, 10)], 1.0))
    assert found.k == 1
    assert found.speedup < 1
    assert found.sentence.startswith("No K is likely to gain here")


def test_free_checks_make_the_widest_draft_the_best() -> None:
    assert choose_k(passes([10.0] * 9, 0.0)).k == 8


def test_experts_give_two_bounds() -> None:
    repeated = {1: 10 * MS, 4: 15 * MS}
    found = choose_k(passes([10.0, 14.0, 18.0, 20.3], 0.5, repeated_ns=repeated))
    assert "a check of 4 tokens costs 2.03 single steps where they differ, 1.50 where they are alike" in found.sentence


@pytest.mark.parametrize("acceptance", [0.3, USUAL_ACCEPTANCE, 1.0])
def test_only_what_was_measured_is_chosen(acceptance: float) -> None:
    assert choose_k(passes([10.0, 11.0, 12.0], 0.1), acceptance=acceptance).k in (1, 2)


def test_disturbed_measurements_say_so() -> None:
    assert not list(pass_notes(passes([1.0, 2.0], 0.1)))
    notes = list(pass_notes(passes([1.0, 2.0], 0.1, taken_away=0.4, spread=0.3)))
    assert "took 40% of the time" in notes[0]
    assert "differed by 30%" in notes[1]


def said(times: dict[int, float], quantization: str = "", **more: object) -> list[str]:
    """What is special about passes of these widths and ms; drafting takes no time."""
    costs = PassCosts(256, {width: int(ms * MS) for width, ms in times.items()}, 0, **more)  # type: ignore[arg-type]
    return list(special(costs, quantization))


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({1: 10}, []),
        ({1: 10, 2: 11}, []),
        ({1: 10, 2: 5, 3: 5}, []),  # a draft against none: the choice of K says that
        ({1: 10, 3: 8}, []),  # the pass between was not measured
        ({1: 10, 2: 10, 3: 9}, []),  # a tenth is no stair
        ({1: 10, 2: 12, 3: 7.2}, ["K = 2 costs 60% of K = 1."]),
        ({1: 10, 2: 12, 3: 6}, ["K = 2 costs half of K = 1."]),
        ({1: 10, 2: 20, 3: 9}, ["K = 2 costs half of K = 1."]),
        ({1: 10, 2: 20, 3: 11}, ["K = 2 costs half of K = 1."]),
        ({1: 10, 2: 20, 3: 11.2}, ["K = 2 costs 56% of K = 1."]),
        ({1: 10, 2: 20, 3: 8.8}, ["K = 2 costs 44% of K = 1."]),
        ({1: 10, 2: 10, 3: 9, 4: 5}, ["These weights are worked 4 rows at a time here: K = 3 costs 56% of K = 2."]),
        ({1: 10, 2: 10, 3: 8, 4: 4}, ["K = 3 costs half of K = 2."]),
        ({8: 10, 9: 12}, []),
        ({8: 10, 9: 12.5}, ["Passes of more than 8 tokens run slower kernels here: K = 8 costs 1.25 times K = 7."]),
    ],
)
def test_stairs_in_the_costs_are_told_from_a_tenth_down_and_a_fifth_up(
    times: dict[int, float], words: list[str]
) -> None:
    assert said(times) == words


@pytest.mark.parametrize(
    ("repeated", "low"), [({4: 15}, "1.50"), ({1: 12, 4: 15}, "1.25"), ({1: 12, 2: 30, 4: 15}, "1.25")]
)
def test_experts_are_told_where_a_pass_of_four_was_measured_both_ways(repeated: dict[int, int], low: str) -> None:
    ns = {width: ms * MS for width, ms in repeated.items()}
    assert said({1: 10, 4: 20}, repeated_ns=ns) == [
        f"Experts decide: a check of 4 tokens costs 2.00 single steps where they differ, {low} where they are alike."
    ]
    assert said({1: 10, 2: 20}, repeated_ns=ns) == []
    assert said({1: 10, 4: 20}, repeated_ns={1: 12 * MS}) == []


def test_the_choice_is_said_with_what_is_special() -> None:
    """A round of K = 1 costs 1.2 steps, of K = 3 1.5; at an acceptance of 0.7 they bring 1.7 and 2.53 tokens."""
    found = choose_k(passes([10.0, 12.0, 24.0, 15.0], 0.0), "Q4_0")
    assert (found.k, found.limit) == (3, 3)
    assert found.speedup == pytest.approx((1 + 0.7 + 0.49 + 0.343) / 1.5, rel=0.01)
    assert found.sentence == (
        "K = 3 is the one to begin with here: a round costs 1.50 single steps. "
        "4-bit weights are worked 4 rows at a time here: K = 3 costs 62% of K = 2."
    )
    assert choose_k(passes([10.0, 20.0], 0.0)).sentence == (
        "No K is likely to gain here: even with K = 1 a round costs 2.00 single steps."
    )


def test_of_two_k_that_gain_alike_the_smaller_one_is_chosen() -> None:
    """Where all drafts are accepted K = 1 brings 1.66232 times the baseline, and K = 3 in 23.966 ms 1.66247 times."""
    costs = [probed_costs(passes([10.0, 12.0, 24.0, ms], 0.0)) for ms in (23.966, 23.7)]
    small, large, larger = (
        predict(of, even_rates(1.0, k), k, 256).speedup for of, k in ((costs[0], 1), (costs[0], 3), (costs[1], 3))
    )
    assert (small, large, larger) == pytest.approx((1.66232, 1.66247, 1.68084), abs=0.00001)
    assert choose_k(passes([10.0, 12.0, 24.0, 23.966], 0.0), acceptance=1.0).k == 1
    assert choose_k(passes([10.0, 12.0, 24.0, 23.7], 0.0), acceptance=1.0).k == 3


def test_how_passes_were_timed_is_told_whole_and_only_what_is_more_than_a_seventh_disturbs() -> None:
    assert list(pass_notes(passes([1.0], 0.1, repeated_ns={1: MS}, taken_away=0.15, spread=0.15))) == [
        "Same token: a pass of one token again and again, which loads the fewest experts. Text lies between."
    ]
    assert list(pass_notes(passes([1.0], 0.1, taken_away=0.16, spread=0.16))) == [
        "Other programs took 16% of the time meanwhile. Costs are processor time, so that is not in them.",
        "Passes of one width differed by 16%: something disturbed. Measure again with --again.",
    ]
