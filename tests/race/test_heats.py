from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import Conditions, Finish
from app.race.fold import Phase
from app.race.heats import Heats, Plan, disagreement, heats_summary, lane_order, race_heats_summary, warnings
from app.race.heats import heats_of as recorded_heats
from app.race.standing import verdict
from app.race.statistics import FEW, Interval, paired_interval
from app.race.trace import Record, Trace
from tests.race.builders import header, lane_events, spec


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


def test_the_order_begins_as_given_and_is_mirrored_next() -> None:
    assert lane_order(["a", "b", "c"], 0) == ["a", "b", "c"]
    assert lane_order(["a", "b", "c"], 1) == ["c", "b", "a"]
    assert lane_order(["a", "b", "c"], 2) == ["a", "b", "c"]


def test_the_fewest_heats_are_run_even_if_the_interval_is_narrow_and_not_one_more() -> None:
    narrow = Interval(2.0, 1.98, 2.02, 5, "t")
    plan = Plan(repeats=8, least=3, enough=narrow.spread)
    assert plan.goes_on(2, [narrow])
    assert not plan.goes_on(3, [narrow])


def test_the_runs_that_count_are_those_of_heats_that_can_be_compared() -> None:
    heats = heats_of((10, 10), (20, 10), (40, 10))
    for event in lane_events(range(21), step_ms=80):
        heats.apply(Record("baseline", 0, event, 3))
    assert list(heats.pairs("baseline", "baseline")) == [0, 1, 2]
    pairs = heats.pairs("mtp", "baseline")
    assert list(pairs) == [0, 1, 2]
    assert all(
        base is heats.runs("baseline")[heat] and run is heats.runs("mtp")[heat] for heat, (base, run) in pairs.items()
    )
    del heats.states[0]
    heats.state(2).lanes["mtp"].phase = Phase.DECODING
    assert list(heats.pairs("mtp", "baseline")) == [1]
    assert heats.rate("mtp", "baseline") == pytest.approx(200.0)


def test_a_lane_without_a_run_that_counts_has_no_rate_and_no_figures() -> None:
    heats = Heats(header(spec("baseline"), spec("mtp", 3), spec("other", 5)))
    assert heats.rate("mtp", "baseline") is None
    for lane, events in (("baseline", lane_events(range(21))), ("mtp", lane_events(range(21), k=3))):
        for event in events:
            heats.apply(Record(lane, 0, event, 0))
    assert heats.rate("mtp", "baseline") is not None
    assert heats.rate("other", "baseline") is None
    found = heats_summary(heats, "baseline", "other", "MTP K=5")
    assert {name: found[name] for name in ("heats", "speedup", "low", "high", "ratios")} == {
        "heats": 0, "speedup": None, "low": None, "high": None, "ratios": [],
    }  # fmt: skip


def test_the_summary_of_a_race_is_that_of_its_first_drafting_lane_with_all_of_them_beside_it() -> None:
    head = header(spec("baseline"), spec("mtp", 3), spec("other", 5), format="heats")
    records = [
        Record(lane, 0, event, heat)
        for heat, (base, other) in enumerate([(10.0, 7.0), (19.0, 7.5), (30.0, 7.0), (14.5, 7.1)])
        for lane, events in (
            ("baseline", lane_events(range(21), step_ms=base)),
            ("mtp", lane_events(range(21), k=3, accepted=[1] * 20, step_ms=9)),
            ("other", lane_events(range(21), k=5, accepted=[2] * 20, step_ms=other)),
        )
        for event in events
    ]
    records.append(Record("mtp", 0, Conditions(other_load=0.5), 1))
    trace = Trace(head, records)
    heats = recorded_heats(trace)
    assert heats is not None
    assert recorded_heats(Trace(header(format="clock"), records)) is None
    heats.clocks["mtp"] = Interval(1.0, 0.99, 1.01, 5, "t")
    found = race_heats_summary(heats)
    assert found == {**found["lanes"]["mtp"], "shown": heats.shown, "lanes": found["lanes"]}
    assert list(found["lanes"]) == ["mtp", "other"]
    for lane, name in (("mtp", "MTP K=3"), ("other", "MTP K=5")):
        interval, summary = heats.interval(lane, "baseline"), found["lanes"][lane]
        assert interval is not None
        assert summary["verdict"] == verdict(interval, name)
        assert (summary["heats"], summary["speedup"]) == (4, round(interval.ratio, 4))
        assert (summary["low"], summary["high"]) == (round(interval.low, 4), round(interval.high, 4))
        assert summary["ratios"] == [round(ratio, 4) for ratio in heats.ratios(lane, "baseline")]
        assert summary["ratios"] != [round(ratio, 1) for ratio in summary["ratios"]]
        busy = "Other programs kept 50% of the processor busy. Close them and measure again."
        assert busy in summary["warnings"]
        assert any("The baseline" in text for text in summary["warnings"])
    clock = [text for text in found["warnings"] if text.startswith("The chess clock says 1.00× for MTP K=3 (5 races)")]
    assert len(clock) == 1
    assert not any("chess clock" in text for text in found["lanes"]["other"]["warnings"])
    few = race_heats_summary(Heats.of(head, [record for record in records if record.heat == 0]))
    assert (few["heats"], few["high"], few["lanes"]["other"]["high"]) == (1, None, None)
    assert race_heats_summary(Heats(header(spec("baseline")))) == {}
    assert race_heats_summary(Heats(header(spec("mtp", 3)))) == {}


def said(interval: Interval | None = None, rates: dict[str, list[float]] | None = None, **given: object) -> list[str]:
    conditions = [Conditions(**item) for item in given.get("conditions", [])]  # type: ignore[attr-defined]
    return warnings(interval, rates or {}, conditions)


def test_warnings_begin_beyond_their_limits_and_say_which_way() -> None:
    assert said(Interval(2.0, 1.92, 2.08, 5, "t")) == []
    assert said(Interval(2.0, 1.89, 2.11, 5, "t")) == [
        "The interval is wide (±5%). Use more repeats, or close other programs."
    ]
    assert said(Interval(2.0, 1.92, 2.08, FEW, "t")) == []
    assert said(Interval(2.0, 1.9, 2.1, FEW - 1, "t")) == [
        f"Only {FEW - 1} heats: from {FEW} on the interval can be trusted. Use more repeats."
    ]
    slower, faster = [100.0, 98, 96, 94, 92, 90, 88, 86], [86.0, 88, 90, 92, 94, 96, 98, 100]
    (first,), (second,) = said(rates={"MTP": slower}), said(rates={"MTP": faster})
    assert first.startswith("MTP became ")
    assert " slower over the run. The ratio is paired and so hardly suffers, but its tokens per second depend" in first
    assert first.endswith(" on when you look; let the machine cool down or settle first.")
    assert " faster over the run." in second


def test_conditions_are_told_by_their_middle_and_their_ends() -> None:
    load = [{"other_load": value} for value in (0.0, 0.15, 0.9)]
    assert said(conditions=load) == []
    load[1]["other_load"] = 0.16
    assert said(conditions=[*load, {"other_load": -1.0}]) == [
        "Other programs kept 16% of the processor busy. Close them and measure again."
    ]
    busy = [{"other_load": value} for value in (0.1, 0.1, 0.2, 0.3)]
    assert said(conditions=busy) == ["Other programs kept 20% of the processor busy. Close them and measure again."]
    assert said(conditions=[{"throttled": "power"}, {"throttled": "heat"}, {"throttled": ""}]) == [
        "The machine slowed itself down (heat, power). Let it cool, or connect it to power."
    ]
    assert said(conditions=[{"frequency_mhz": 1000.0}, {"frequency_mhz": 1150.0}, {"frequency_mhz": 0.0}]) == []
    assert said(conditions=[{"frequency_mhz": 1000.0}, {"frequency_mhz": 1200.0}, {"frequency_mhz": 0.0}]) == [
        "The processor's clock moved between 1000 and 1200 MHz."
    ]
