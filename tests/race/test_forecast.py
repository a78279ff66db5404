from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import PassCosts
from app.race.forecast import (
    FORECAST_WIDTHS,
    Forecast,
    SliceCosts,
    WorkloadRates,
    chance,
    forecast_texts,
    published_rates,
    whole_costs,
)
from app.race.published import Published

STAIRS = {1: 220, 2: 425, 3: 541, 4: 263, 5: 469, 6: 599, 7: 700, 8: 511, 9: 634}
MS = 1_000_000


def stairs(share: float = 1.0, head: int = 0) -> dict[int, int]:
    """Passes of 4-bit weights on a processor, that work 4 rows at a time, in ns."""
    return {width: int(share * cost * MS) + head for width, cost in STAIRS.items()}


@given(
    layer=st.dictionaries(st.integers(1, 9), st.integers(0, 10**9), min_size=1),
    head=st.integers(0, 10**9),
    depths=st.lists(st.integers(1, 12), min_size=2, max_size=4, unique=True),
    whole=st.integers(12, 60),
)
def test_costs_that_grow_with_every_layer_are_told_exactly_at_every_width(
    layer: dict[int, int], head: int, depths: list[int], whole: int
) -> None:
    slices = [
        SliceCosts(depth, PassCosts(256, {width: head + depth * cost for width, cost in layer.items()}, 7))
        for depth in depths
    ]
    found = whole_costs(slices, whole)
    for width, cost in layer.items():
        assert found.forward_ns[width] == pytest.approx(head + whole * cost, abs=2, rel=1e-9)
    assert found.draft_ns == 7


@given(
    costs=st.lists(st.integers(1, 10**9), min_size=2, max_size=2),
    depths=st.tuples(st.integers(1, 5), st.integers(6, 12)),
    whole=st.integers(12, 60),
)
def test_whatever_disturbed_no_layer_is_free_of_cost_below_nothing_and_tables_cost_no_less_than_nothing(
    costs: list[int], depths: tuple[int, int], whole: int
) -> None:
    slices = [SliceCosts(depth, PassCosts(256, {1: cost})) for depth, cost in zip(depths, costs, strict=True)]
    found = whole_costs(slices, whole).forward_ns[1]
    mean, across = sum(costs) / 2, sum(depths) / 2
    assert mean - 1 <= found <= mean / across * whole + 1


def test_only_widths_that_every_slice_has_are_told() -> None:
    found = whole_costs([SliceCosts(2, PassCosts(1, {1: 3, 2: 5})), SliceCosts(4, PassCosts(1, {1: 5}))], 10)
    assert set(found.forward_ns) == {1}
    assert found.repeated_ns == {}


def test_both_bounds_of_experts_are_told() -> None:
    slices = [
        SliceCosts(depth, PassCosts(1, {1: depth, 4: 4 * depth}, 0, {1: depth, 4: 2 * depth})) for depth in (2, 4)
    ]
    found = whole_costs(slices, 10)
    assert found.forward_ns[4] == 40
    assert found.repeated_ns[4] == 20


def row(workload: str, accepted: float | None, **changes: object) -> Published:
    made = Published("a thread", "M1", "llama.cpp", "gemma-4-E2B-it Q4_0", workload, 1.2, 3, accepted)
    return msgspec.structs.replace(made, **changes)


def test_the_band_spans_what_is_published_of_the_same_model_by_kind_of_text() -> None:
    rows = [
        row("code", 2.4),
        row("code", 1.8, source="another"),
        row("haiku", 0.9, target="gemma-4-31B-it"),
        row("code", 0.1, target="gemma-4-31B-it"),
        row("code", 0.1, drafter="EAGLE3"),
        row("code", 0.1, requests=8),
        row("code", 0.1, rough=True, target="gemma-4-31B-it"),
        row("code", None),
    ]
    anything, code, haiku = published_rates(rows, "gemma-4-E2B-it")
    assert [code.low, code.high] == pytest.approx([chance(rows[1]), chance(rows[0])])
    assert code.sources == ("a thread", "another")
    assert code.same
    assert anything.low == code.low
    assert not haiku.same
    assert haiku.low == haiku.high


def test_where_nothing_is_published_the_usual_band_is_taken_and_named_so() -> None:
    (found,) = published_rates([], "gemma-4-E2B-it")
    assert found.sources == ()
    assert found.low < 0.7 < found.high


def test_the_stairs_of_four_bits_make_k_3_the_best_in_any_text() -> None:
    (text,) = forecast_texts(PassCosts(256, stairs(), 8 * MS), [WorkloadRates("code", 0.6, 0.8, ("x",))])
    assert text.best_k == 3
    assert 1.5 < text.best.low < text.best.middle < text.best.high < 2.6
    assert text.best.break_even == pytest.approx((263 + 24) / 220)
    worst = {item.k: item.middle for item in text.ks}
    assert worst[2] < 1 < worst[3]


def test_the_band_of_a_mixture_holds_both_of_its_costs() -> None:
    costs = PassCosts(256, {1: 100, 4: 210}, 5, {1: 100, 4: 150})
    (text,) = forecast_texts(costs, [WorkloadRates("code", 0.7, 0.7, ("x",))])
    assert text.best.low == pytest.approx(text.best.middle)
    assert text.best.high / text.best.low == pytest.approx((210 + 15) / (150 + 15), rel=0.01)


def made_forecast(**changes: object) -> Forecast:
    """A forecast for a pair with the stairs of 4-bit weights."""
    costs = PassCosts(256, stairs(), 8 * MS)
    rates = [WorkloadRates("any text", 0.6, 0.9, ("a thread",)), WorkloadRates("code", 0.8, 0.8, ("a thread",))]
    made = Forecast(
        pair="pair",
        title="Pair",
        machine="CPU",
        threads=1,
        created="2026-12-01T00:00:00+00:00",
        app_version="0",
        shape_source="config.json",
        weights="Q4_0",
        layers=35,
        slices=(6, 12),
        costs=costs,
        baseline_tps=1e9 / costs.forward_ns[1],
        texts=forecast_texts(costs, rates),
    )
    return msgspec.structs.replace(made, **changes)


def test_a_forecast_comes_back_from_its_file_as_it_was() -> None:
    made = made_forecast()
    assert msgspec.json.decode(msgspec.json.encode(made), type=Forecast) == made
    assert set(made.costs.forward_ns) == set(FORECAST_WIDTHS)
