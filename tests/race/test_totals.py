from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.race.events import LaneEvent, Prefilled, Round, Token, Totals
from app.race.fold import LaneState
from app.race.series import RoundSeries
from app.race.totals import told_rounds

STEPS = st.lists(
    st.integers(0, 8).flatmap(lambda drafted: st.tuples(st.just(drafted), st.integers(0, drafted))), max_size=20
)


def chunk(at: int, emitted: int, *, ids: bool = True) -> Round:
    tokens = tuple(Token(number, "x") for number in range(emitted)) if ids else (Token(-1, "x" * emitted),)
    return Round(at * 10, at * 10 + 10, tokens, count=emitted)


def lane(rounds: list[Round], *events: LaneEvent) -> LaneState:
    state = LaneState()
    for event in (Prefilled(0, 5, 3, Token(1, "a")), *rounds, *events):
        state.apply(event)
    return state


@given(STEPS, st.booleans(), st.integers(0, 3))
def test_chunks_that_are_rounds_become_the_rounds_that_the_server_tells(
    steps: list[tuple[int, int]], ids: bool, cut: int
) -> None:
    emitted = [accepted + 1 for _, accepted in steps]
    if emitted:
        emitted[-1] = max(1, emitted[-1] - cut)  # The run may end inside the last round.
    seen = [chunk(at, count, ids=ids) for at, count in enumerate(emitted)]
    told = told_rounds(seen, steps)
    if not steps:
        assert told is None
        return
    assert told is not None
    assert [(item.drafted, item.accepted) for item in told] == steps
    assert [(item.start_ns, item.end_ns, item.emitted) for item in told] == [
        (item.start_ns, item.end_ns, item.emitted) for item in seen
    ]
    state = lane(seen, Totals(steps=tuple(steps)))
    direct = lane(told)
    assert (state.drafted, state.accepted, state.position_rates) == (
        direct.drafted,
        direct.accepted,
        direct.position_rates,
    )
    assert (state.tokens, state.text, state.count) == (direct.tokens, direct.text, direct.count)
    assert state.accepted_per_round == direct.accepted_per_round
    if ids:
        flags = [token.drafted for item in told for token in item.tokens]
        assert [token.drafted for token in state.tokens[1:]] == flags


def test_merged_chunks_keep_their_rounds_and_get_the_sums() -> None:
    steps = ((3, 1), (3, 2), (3, 0))
    state = lane([chunk(0, 5), chunk(1, 1)], Totals(steps=steps))
    assert [item.drafted for item in state.rounds] == [0, 0]
    assert (state.drafted, state.accepted, state.round_count) == (9, 3, 3)
    assert state.position_rates == [2 / 3, 1 / 3, 0]
    assert state.accepted_per_round == 1


def test_sums_without_rounds_say_nothing_of_a_round() -> None:
    state = lane([chunk(0, 2), chunk(1, 2)], Totals(drafted=9, accepted=2))
    assert state.acceptance_rate == 2 / 9
    assert state.round_count is state.accepted_per_round is state.acceptance_length is state.drafted_per_round is None
    assert state.position_rates == []
    told = lane([chunk(0, 2)], Totals(rounds=3, drafted=9, accepted=2, positions=((3, 2), (3, 0), (3, 9))))
    assert told.accepted_per_round == 2 / 3
    assert told.position_rates == [2 / 3, 0, 1]


def test_a_count_that_was_too_high_is_put_right() -> None:
    assert lane([chunk(0, 1), chunk(1, 1)], Totals(tokens=2)).count == 2


def test_sums_that_contradict_each_other_change_nothing() -> None:
    state = lane([chunk(0, 2)], Totals(drafted=2, accepted=7))
    assert (state.drafted, state.accepted) == (0, 0)


def test_bars_that_were_drawn_already_are_drawn_anew() -> None:
    state, bars = lane([chunk(0, 2), chunk(1, 4)]), RoundSeries()
    bars.update(state)
    assert bars.accepted == [0, 0]
    state.apply(Totals(steps=((3, 1), (3, 3))))
    assert bars.update(state)
    assert bars.accepted == [1, 3]
    assert not bars.update(state)


@given(st.lists(st.tuples(st.integers(0, 1024), st.integers(0, 1024))), st.lists(st.integers(0, 9)))
def test_no_list_of_steps_upsets_the_fold(steps: list[tuple[int, int]], emitted: list[int]) -> None:
    state = lane([chunk(at, count) for at, count in enumerate(emitted)], Totals(steps=tuple(steps)))
    assert state.text.startswith("a")
    assert 0 <= state.accepted <= state.drafted


def test_rounds_are_told_whole_with_the_flags_of_their_tokens() -> None:
    def tokens(*drafted: bool) -> tuple[Token, ...]:
        return tuple(Token(number, "x", drafted=flag) for number, flag in enumerate(drafted))

    untold = Token(-1, "yy")
    seen = [chunk(0, 3), chunk(1, 1), Round(20, 30, (untold,), count=2), chunk(3, 2)]
    assert told_rounds(seen, [(3, 2), (2, 0), (1, 1), (4, 2)]) == [
        Round(0, 10, tokens(True, True, False), 3, 2, count=3),
        Round(10, 20, tokens(False), 2, 0, count=1),
        Round(20, 30, (untold,), 1, 1, count=2),
        Round(30, 40, tokens(True, True), 4, 2, count=2),
    ]


def test_rounds_whose_counts_do_not_fit_are_not_told() -> None:
    assert told_rounds([chunk(0, 2), chunk(1, 2)], [(3, 2), (3, 1)]) is None, "only the last round may be cut"
    assert told_rounds([chunk(0, 2), chunk(1, 3)], [(3, 1), (3, 1)]) is None, "no round emits more than it accepts + 1"
    assert told_rounds([chunk(0, 4)], [(2, 3)]) is None, "no round accepts more than it drafts"
    assert told_rounds([chunk(0, 2)], [(3, 1), (3, 1)]) is None
