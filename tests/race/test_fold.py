from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.race.events import (
    Conditions,
    Done,
    Energy,
    Failed,
    Finish,
    Hello,
    LaneEvent,
    Noise,
    PassCosts,
    Prefilled,
    Reading,
    Round,
    Starting,
    Token,
    Totals,
)
from app.race.fold import LaneState, Phase, RaceState, speedup
from app.race.problems import Problem
from app.race.trace import Record
from tests.race.builders import LOADED, MS, folded, lane_events
from tests.race.strategies import events, records


def test_a_baseline_lane_counts_one_token_a_round_and_times_only_the_decoding() -> None:
    state = folded(lane_events(range(11), step_ms=10))
    assert (state.count, len(state.rounds), state.drafted) == (11, 10, 0)
    assert state.decode_tps == pytest.approx(100)
    assert state.ttft_ns == 20 * MS
    assert state.accepted_per_round is None
    assert (state.phase, state.finish) == (Phase.FINISHED, Finish.END)


def test_acceptance_is_counted_over_what_was_really_drafted() -> None:
    state = LaneState()
    for drafted, accepted in ((3, 3), (3, 1), (1, 0)):
        state.apply(Round(0, MS, (Token(1, "a"),) * (accepted + 1), drafted, accepted))
    assert (state.drafted, state.accepted) == (7, 4)
    assert state.acceptance_rate == pytest.approx(4 / 7)
    assert state.accepted_per_round == pytest.approx(4 / 3)
    assert state.acceptance_length == pytest.approx(7 / 3)
    assert state.position_rates == pytest.approx([2 / 3, 1 / 2, 1 / 2])


def test_a_failed_lane_keeps_what_it_emitted() -> None:
    state = folded([*lane_events(range(5))[:-1], Failed(Problem("crashed", "It died."))])
    assert (state.phase, state.count, state.text) == (Phase.FAILED, 5, "<0><1><2><3><4>")
    assert state.over


def test_the_held_back_tail_belongs_to_the_text() -> None:
    state = folded([Prefilled(0, 1, 1, Token(5, "")), Done(2, Finish.LENGTH, tail="�")])
    assert state.text == "�"


def test_a_round_that_tells_only_a_count_is_counted() -> None:
    state = folded([Prefilled(0, MS, 1, Token(-1, "a")), Round(MS, 2 * MS, (Token(-1, "bcd"),), count=3)])
    assert (state.count, state.text) == (4, "abcd")
    assert state.decode_tps == pytest.approx(3000)


def test_the_speedup_is_the_ratio_of_decode_rates() -> None:
    baseline, mtp = folded(lane_events(range(13))), folded(lane_events(range(13), k=3))
    assert speedup(baseline, mtp) == pytest.approx(4)
    assert speedup(baseline, LaneState()) is None


@given(st.lists(records, max_size=40), st.integers(0, 40))
def test_the_state_is_the_same_however_the_stream_is_cut_into_batches(stream: list[Record], cut: int) -> None:
    whole, parts = RaceState.of(["baseline"]), RaceState.of(["baseline"])
    for record in stream:
        whole.apply(record.lane, record.e)
    for batch in (stream[:cut], stream[cut:]):
        for record in batch:
            parts.apply(record.lane, record.e)
    assert whole == parts


@given(st.lists(events, max_size=40), st.integers(0, 40))
def test_sums_of_rounds_are_those_of_all_rounds_however_often_they_were_asked_for(
    stream: list[LaneEvent], cut: int
) -> None:
    state = folded(stream[:cut])
    state.by_drafted()
    for event in stream[cut:]:
        state.apply(event)
    sums = state.by_drafted()
    for drafted, of in sums.items():
        same = [item for item in state.rounds if item.drafted == drafted]
        assert (of.count, of.draft_ns) == (len(same), sum(item.draft_ns for item in same))
        assert of.verify_ns == sum(item.verify_ns for item in same)
        left = (item.end_ns - item.start_ns - item.draft_ns - item.verify_ns for item in same)
        assert of.other_ns == sum(max(0, ns) for ns in left)
    assert sum(of.count for of in sums.values()) == len(state.rounds)


@given(st.lists(events, max_size=40))
def test_every_number_of_any_stream_can_be_computed(stream: list[LaneEvent]) -> None:
    state = folded(stream)
    rates = [*state.position_rates, state.acceptance_rate or 0]
    assert all(0 <= rate <= 1 for rate in rates)
    assert min(state.decode_tps, state.other_ns, state.decode_ns) >= 0
    assert state.accepted <= state.drafted


def test_a_race_keeps_each_lanes_state_and_adds_a_lane_that_was_not_named() -> None:
    race = RaceState.of(["baseline"])
    kept = race.lanes["baseline"]
    for event in lane_events(range(3)):
        race.apply("baseline", event)
        race.apply("other", event)
    assert race.lanes["baseline"] is kept
    assert list(race.lanes) == ["baseline", "other"]
    assert [lane.count for lane in race.lanes.values()] == [3, 3]
    assert race.over
    race.apply("third", lane_events(range(3))[0])
    assert not race.over


def test_the_shortest_time_and_one_token_have_a_rate() -> None:
    state = LaneState()
    state.apply(Prefilled(10, 11, 1, Token(1, "a")))
    state.apply(Round(11, 12, (Token(2, "b"),)))
    assert (state.decode_tps, state.total_tps) == (10**9, 10**9)


def test_what_a_server_tells_of_each_step_counts_its_positions_anew() -> None:
    state = folded(lane_events(range(9), k=3))
    state.apply(Totals(tokens=9, steps=((3, 2), (3, 0), (1, 1))))
    assert (state.count, state.drafted, state.accepted) == (9, 7, 3)
    assert (state.position_drafted, state.position_accepted) == ([3, 2, 2], [2, 1, 0])
    assert state.round_count == 3


def test_what_a_server_tells_of_positions_is_taken_as_told() -> None:
    state = folded(lane_events(range(9), k=3))
    seen = state.count
    state.apply(Totals(drafted=8, accepted=5, positions=((4, 3), (4, 6))))
    assert (state.count, state.drafted, state.accepted) == (seen, 8, 5)
    assert (state.position_drafted, state.position_accepted) == ([4, 4], [3, 4])
    state.apply(Totals(tokens=0, drafted=8, accepted=9))
    assert (state.count, state.drafted, state.accepted) == (0, 8, 5)
    state.apply(Totals(drafted=8, accepted=8))
    assert (state.drafted, state.accepted) == (8, 8)


def test_a_whole_run_leaves_everything_that_it_told() -> None:
    state = LaneState()
    seen = []
    first, second, third = Token(1, "a"), Token(2, "b", drafted=True), Token(3, "c")
    prefilled = Prefilled(100, 500, 8, first)
    rounds = [
        Round(500, 600, (second, third), 3, 1, 20, 70),
        Round(600, 640, (third,), 1, 0, 5, 30),
        Round(640, 640, (), 0, 0),
    ]
    energy = Energy(joules=6.0, seconds=2.0)
    events: list[LaneEvent] = [
        Hello(pid=1),
        Starting("Reading the file"),
        LOADED,
        Reading(clock_ns=200, done=4, total=8),
        Reading(clock_ns=150, done=6, total=8),
        prefilled,
        *rounds,
        Noise(floor=0.25, positions=9),
        energy,
        Conditions(other_load=0.5),
        PassCosts(64, {1: 10}, 2),
        Done(630, Finish.LENGTH, tail="!", peak_memory_bytes=77),
    ]
    for event in events:
        state.apply(event)
        seen.append((state.phase, state.clock_ns))
    assert [phase for phase, _ in seen] == [
        *[Phase.STARTING] * 2,
        *[Phase.READY] * 3,
        *[Phase.DECODING] * 8,
        Phase.FINISHED,
    ]
    assert [clock for _, clock in seen] == [0, 0, 0, 200, 200, 500, 600, *[640] * 7]
    assert state == LaneState(
        phase=Phase.FINISHED,
        doing="Reading the file",
        have_read=6,
        to_read=8,
        loaded=LOADED,
        prefilled=prefilled,
        tokens=[first, second, third, third],
        rounds=rounds,
        count=4,
        clock_ns=640,
        drafted=4,
        accepted=1,
        draft_ns=25,
        verify_ns=100,
        round_ns=140,
        position_drafted=[2, 1, 1],
        position_accepted=[1, 0, 0],
        finish=Finish.LENGTH,
        tail="!",
        peak_memory_bytes=77,
        noise_floor=0.25,
        energy=energy,
    )
    assert (state.decode_ns, state.other_ns, state.joules_per_token) == (140, 15, 1.5)
    assert state.characters_per_token == 1.0
    problem = Problem("crashed", "It died.")
    state.apply(Failed(problem))
    assert state.problem == problem


def test_a_lane_that_did_nothing_yet_has_rates_of_nothing() -> None:
    state = LaneState()
    assert (state.decode_tps, state.total_tps, state.prefill_tps, state.characters_per_token) == (0.0,) * 4
    state.apply(Prefilled(0, 0, 1, Token(1, "a")))
    assert (state.decode_tps, state.total_tps, state.prefill_tps) == (0.0,) * 3


def test_a_round_that_tells_a_count_of_none_counts_none_and_keeps_its_text() -> None:
    """A server's chunk with text that completes no token, while others got tokens: a round all the same."""
    state = folded([Prefilled(0, MS, 1, Token(-1, "a")), Round(MS, 2 * MS, (Token(-1, "b"),), count=0, others=2)])
    assert (state.count, state.others, len(state.rounds), state.text) == (1, 2, 1, "ab")


def test_sums_of_rounds_that_a_server_put_right_are_those_of_all_of_them() -> None:
    state = folded(lane_events(range(9), k=3, accepted=[3, 3]))
    state.by_drafted()
    state.apply(Totals(tokens=9, steps=((4, 3), (5, 3))))
    assert {drafted: of.count for drafted, of in state.by_drafted().items()} == {4: 1, 5: 1}
