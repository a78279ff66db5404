from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Conditions, Finish
from app.race.heats import Heats, Plan, disagreement, heats_summary, lane_order, warnings
from app.race.statistics import Interval, paired_interval
from app.race.trace import Record
from tests.race.builders import header, lane_events


def heats_of(*steps: tuple[float, float]) -> Heats:
    """Heats of 20 tokens whose baseline step and MTP round take these ms; MTP emits two tokens a round."""
    heats = Heats(header())
    for number, (base, mtp) in enumerate(steps):
        for event in lane_events(range(21), step_ms=base):
            heats.apply(Record("baseline", 0, event, number))
        for event in lane_events(range(21), k=3, accepted=[1] * 20, step_ms=mtp):
            heats.apply(Record("mtp", 0, event, number))
    return heats


steps = st.tuples(st.floats(1, 100), st.floats(1, 100))


@given(st.lists(steps, min_size=1, max_size=12))
def test_the_rates_of_the_lanes_divide_to_their_ratio(found: list[tuple[float, float]]) -> None:
    heats = heats_of(*found)
    interval = heats.interval("mtp", "baseline")
    base, mtp = heats.rate("baseline", "baseline"), heats.rate("mtp", "baseline")
    assert interval is not None
    assert base is not None
    assert mtp is not None
    assert mtp / base == pytest.approx(interval.ratio)
    assert min(1000 / step for step, _ in found) <= base * (1 + 1e-6)
    assert base <= max(1000 / step for step, _ in found) * (1 + 1e-6)


def test_a_heat_in_which_a_lane_was_stopped_counts_for_nothing() -> None:
    heats = heats_of((10, 10), (10, 10))
    for lane in ("baseline", "mtp"):
        for event in lane_events(range(9), finish=Finish.STOPPED):
            heats.apply(Record(lane, 0, event, 2))
    assert len(heats.ratios("mtp", "baseline")) == 2


@given(st.integers(2, 4), st.integers(1, 10))
def test_in_mirrored_pairs_of_heats_every_lane_has_the_same_mean_place(lanes: int, pairs: int) -> None:
    names = [str(number) for number in range(lanes)]
    order = [name for heat in range(2 * pairs) for name in lane_order(names, heat)]
    places = {name: sum(at for at, who in enumerate(order) if who == name) for name in names}
    assert len(set(places.values())) == 1


def test_ratios_are_taken_within_each_heat() -> None:
    heats = heats_of((10, 10), (20, 20), (40, 40))
    assert heats.ratios("mtp", "baseline") == pytest.approx([2.0, 2.0, 2.0])
    interval = heats.interval("mtp", "baseline")
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((2.0, 2.0))


def test_a_heat_that_one_lane_did_not_finish_counts_for_nothing() -> None:
    heats = heats_of((10, 10), (10, 10))
    for event in lane_events(range(9))[:5]:
        heats.apply(Record("baseline", 0, event, 2))
    assert len(heats.ratios("mtp", "baseline")) == 2


def test_heats_stop_early_only_when_every_interval_is_narrow_enough() -> None:
    narrow, wide = Interval(1.4, 1.39, 1.41, 6, "bootstrap"), Interval(1.4, 1.2, 1.6, 6, "bootstrap")
    plan = Plan(repeats=10, least=5, enough=0.02)
    assert plan.goes_on(4, [narrow])
    assert not plan.goes_on(6, [narrow, narrow])
    assert plan.goes_on(6, [narrow, wide])
    assert not plan.goes_on(10, [wide])
    assert Plan(repeats=10, enough=0).goes_on(9, [narrow])
    assert Plan(repeats=10).goes_on(9, [None])


def test_a_calm_measurement_gets_no_warning() -> None:
    calm = [Conditions(other_load=0.02, frequency_mhz=3000 + shift) for shift in range(6)]
    rates = {"The baseline": [100, 101, 99, 100, 100, 101], "MTP": [140, 141, 139, 140, 140, 141]}
    assert warnings(paired_interval([1.40, 1.41, 1.39, 1.4, 1.4, 1.4]), rates, calm) == []


@pytest.mark.parametrize(
    ("ratios", "rates", "conditions", "word"),
    [
        ([1.4, 1.4], [100.0] * 2, [], "Only 2 heats"),
        ([1.0, 1.2, 1.4, 1.6, 1.8, 2.0], [100.0] * 6, [], "wide"),
        ([1.4] * 8, [100.0 - 3 * at for at in range(8)], [], "slower over the run"),
        ([1.4] * 6, [100.0, 130.0, 70.0, 125.0, 75.0, 101.0], [], "disturbs"),
        ([1.4] * 6, [100.0] * 6, [Conditions(other_load=0.5)] * 6, "busy"),
        ([1.4] * 6, [100.0] * 6, [Conditions(throttled="heat")], "slowed itself down (heat)"),
        ([1.4] * 6, [100.0] * 6, [Conditions(frequency_mhz=3000), Conditions(frequency_mhz=1500)], "MHz"),
    ],
)
def test_what_makes_it_unsure_is_said(
    ratios: list[float], rates: list[float], conditions: list[Conditions], word: str
) -> None:
    said = warnings(paired_interval(ratios), {"MTP": rates}, conditions)
    assert len(said) == 1
    assert word in said[0]


def test_clock_and_heats_that_contradict_each_other_are_reported() -> None:
    clock, heats = Interval(1.4, 1.35, 1.45, 5, "bootstrap"), Interval(1.2, 1.15, 1.25, 5, "bootstrap")
    assert "1.40× for MTP (5 races) and the heats say 1.20×" in (disagreement(clock, heats) or "")
    assert disagreement(clock, Interval(1.43, 1.38, 1.5, 5, "bootstrap")) is None


def test_the_summary_holds_every_ratio() -> None:
    found = heats_summary(heats_of(*[(10.0, 10.0)] * 5), "baseline", "mtp", "MTP")
    assert found["heats"] == 5
    assert found["ratios"] == [2.0] * 5
    assert found["speedup"] == 2.0


def test_the_summary_holds_both_ends_of_the_interval() -> None:
    heats = heats_of((10.0, 8.0), (10.0, 9.0), (11.0, 8.0), (10.0, 8.5), (12.0, 9.0))
    interval = heats.interval("mtp", "baseline")
    assert interval is not None
    found = heats_summary(heats, "baseline", "mtp", "MTP")
    assert (found["low"], found["high"]) == (round(interval.low, 4), round(interval.high, 4))
    assert found["low"] < found["speedup"] < found["high"]
