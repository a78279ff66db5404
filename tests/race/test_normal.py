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


@pytest.mark.parametrize(
    ("accepted", "speedup", "words"),
    [
        (2.0, 1.5, "a round costs 2.00 plain steps, so it breaks even at 1.00 accepted tokens; it accepts 2.00, more"),
        (2.0, 0.75, "a round costs 4.00 plain steps, so it breaks even at 3.00 accepted tokens; it accepts 2.00, less"),
        (0.2, 1.5, "a round costs 0.80 plain steps, so it breaks even at 0.00 accepted tokens; it accepts 0.20, more"),
    ],
)
def test_a_lane_gains_where_it_accepts_more_than_its_rounds_cost(accepted: float, speedup: float, words: str) -> None:
    lane = OwnLane(name="A", k=2, accepted=accepted, speedup=speedup)
    assert normal("nano.gguf", [lane], []).sentences == (
        f"A: {words} than that.",
        "Nobody has published rounds of this target yet.",
    )


def test_what_reads_alike_is_not_called_more_or_less() -> None:
    for speedup in (0.9999, 1.0, 1.0001):
        lane = OwnLane(name="A", k=2, accepted=1.0, speedup=speedup)
        assert normal("nano.gguf", [lane], []).sentences[0].endswith("it accepts 1.00, as many as that.")


def said_of_others(*others: Published) -> str:
    found = normal(TARGET, [OWN], others)
    assert found.own == (OWN,)
    (sentence,) = found.sentences
    return sentence.partition("accepts 2.00, more than that. ")[2]


def test_rounds_of_the_same_k_are_preferred_and_a_few_are_named() -> None:
    many = [other(cost, 8) for cost in (1.0, 2.0, 3.0)]
    assert said_of_others(*many, other(1.5), other(1.2)) == (
        "Published at K = 3: 1.20 (machine 1.2) and 1.50 (machine 1.5)."
    )
    assert said_of_others(*many) == (
        "3 published rounds of this target cost 1.00 to 3.00 (median 2.00): yours is within their range."
    )
    assert said_of_others(many[1]) == "Published: 2.00 (machine 2.0)."


@pytest.mark.parametrize(
    ("costs", "place"),
    [
        ((2.0, 3.0, 4.0), "within their range"),
        ((1.0, 1.5, 2.0), "within their range"),
        ((2.01, 3.0, 4.0), "cheaper than all of them"),
        ((1.0, 1.5, 1.99), "dearer than all of them"),
    ],
)
def test_the_ends_of_the_range_are_in_it(costs: tuple[float, ...], place: str) -> None:
    """A published round with 1 accepted token at a speedup of 2 / cost costs ``cost``; one's own costs 2 steps."""
    assert said_of_others(*map(other, costs)).endswith(f"(median {costs[1]:.2f}): yours is {place}.")


def test_each_lane_of_a_sweep_is_taken_by_itself_and_lanes_without_a_gain_are_left_out() -> None:
    def cell(lane: str, ratio: float | None, accepted: float | None) -> Cell:
        speedup = None if ratio is None else Interval(ratio, 0.0, 9.0, 5, "t")
        return Cell(prompt="p", lane=lane, title=lane.upper(), k=2, speedup=speedup, accepted_per_round=accepted)

    cells = (cell("a", 1.5, 0.0), cell("b", 2.0, 3.0), cell("c", None, 1.0), cell("d", 0.0, 1.0), cell("e", 1.0, None))
    sweep = SweepResult(prompts=(PromptResult(prompt="p", title="", workload="", language="", cells=cells),))
    assert own_lanes(sweep) == (
        OwnLane(name="A", k=2, accepted=0.0, speedup=1.5),
        OwnLane(name="B", k=2, accepted=3.0, speedup=2.0),
    )
    assert normal(TARGET, [], []).sentences == ("No lane here has both a speedup and a number of accepted tokens.",)
