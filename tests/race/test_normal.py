from __future__ import annotations

import pytest

from app.race.normal import OwnLane, normal, own_lanes
from app.race.published import Published
from app.race.statistics import Interval
from app.race.sweep_result import Cell, PromptResult, SweepResult


def other(cost: float, k: int = 3) -> Published:
    return Published("s", f"machine {cost}", "e", "gemma-4-26B-A4B-it", "code", 2.0 / cost, k, accepted=1.0)


TARGET = "gemma-4-26b-a4b-it-Q4_0.gguf"
OWN = OwnLane(name="MTP K=3", k=3, accepted=2.0, speedup=1.5)


def test_a_round_costs_what_it_brings_over_what_it_gains() -> None:
    assert OWN.round_cost == pytest.approx(2.0)
    (said,) = normal(TARGET, [OWN], [other(cost) for cost in (1.2, 1.9, 3.0)]).sentences
    assert said.startswith("MTP K=3: a round costs 2.00 plain steps, so it breaks even at 1.00 accepted tokens; it")
    assert said.endswith("at K = 3 cost 1.20 to 3.00 (median 1.90): yours is within their range.")


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ((2.5, 2.6, 3.0), "cheaper than all of them."),
        ((1.1, 1.2, 1.3), "dearer than all of them."),
        ((1.2,), "1.20 (machine 1.2)."),
    ],
)
def test_the_place_among_others_is_said_in_words(costs: tuple[float, ...], words: str) -> None:
    assert normal(TARGET, [OWN], [other(cost) for cost in costs]).sentences[0].endswith(words)


def test_others_are_of_the_same_target_and_sorted_by_cost() -> None:
    strange = Published("s", "m", "e", "gemma-4-31B-it", "code", 1.5, 3, accepted=2.0)
    untold = Published("s", "m", "e", "gemma-4-26B", "code", 1.5, 3)
    found = normal(TARGET, [OWN], [other(3.0), strange, other(1.2), untold])
    assert [item.round_cost for item in found.others] == pytest.approx([1.2, 3.0])
    assert normal("nano.gguf", [OWN], [other(1.0)]).sentences[-1] == "Nobody has published rounds of this target yet."
    assert normal(TARGET, [], [other(1.0)]).sentences[0].startswith("No lane here has both a speedup and a number")


def test_a_sweep_has_a_lane_for_each_k_with_the_medians_over_its_prompts() -> None:
    prompts = []
    for number, ratio in enumerate((1.0, 1.5, 3.0)):
        name = f"p{number}"
        speedup = Interval(ratio, 0.5, 4.0, 5, "t")
        cell = Cell(prompt=name, lane="a", title="A", k=2, speedup=speedup, accepted_per_round=float(number))
        untold = Cell(prompt=name, lane="b", title="B", k=4, speedup=speedup)
        prompts.append(PromptResult(prompt=name, title="", workload="code", language="", cells=(cell, untold)))
    assert own_lanes(SweepResult(prompts=tuple(prompts))) == (OwnLane(name="A", k=2, accepted=1.0, speedup=1.5),)
