from __future__ import annotations

import pytest

from app.race.choose_k import USUAL_ACCEPTANCE, choose_k, pass_notes, special
from app.race.events import PassCosts

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
