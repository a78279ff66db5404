"""Replaying recorded places."""

from __future__ import annotations

from collections.abc import Sequence

from app.race.events import Halt, Round, Token
from app.race.kpolicy import Fixed
from app.race.simulate import PassTable, Place, record, simulate

TABLE = PassTable({1: 10.0, 2: 12.0, 3: 15.0}, 1.0, 0.5)


def test_a_recording_counts_what_the_text_has_of_each_draft() -> None:
    places = record([1, 2, 3, 4], [([2, 3, 9], (0.9, 0.8, 0.7)), ([3, 4, 5], (0.9, 0.8, 0.7)), ([7], (0.1,))])
    assert [place.accepted for place in places] == [2, 2, 0]
    assert places[0].certainty == (0.9, 0.8, 0.7)


def test_a_replay_emits_the_text_in_rounds_and_adds_up_their_costs() -> None:
    places = [Place((0.9, 0.9), accepted) for accepted in (2, 1, 0, 0, 1, 0)]
    result = simulate(places, Fixed(2), TABLE)
    assert [item.emitted for item in result.rounds] == [3, 1, 2]
    assert [item.accepted for item in result.rounds] == [2, 0, 1]
    assert result.ns == 3 * (15 + 2 * 1 + 0.5)
    assert result.drafted == (2, 2, 2)


def test_at_a_limit_the_last_rounds_draft_less_and_at_an_end_they_do_not() -> None:
    places = [Place((0.9, 0.9), 2), Place((0.9, 0.9), 1)]
    assert simulate(places, Fixed(2), TABLE, limited=True).drafted == (1,)
    assert simulate(places, Fixed(2), TABLE).drafted == (2,)
    assert sum(item.emitted for item in simulate(places, Fixed(2), TABLE).rounds) == 2


def test_without_drafts_each_place_is_one_step() -> None:
    places = [Place((), 0)] * 5
    assert simulate(places, Fixed(0), TABLE).ns == 5 * 10.5


def emitted(*drafted: bool) -> tuple[Token, ...]:
    return tuple(Token(-1, "", drafted=flag) for flag in drafted)


def test_the_rounds_of_a_replay_are_recorded_whole() -> None:
    """Passes of 10, 12 and 15, a draft of 2 and 1 for the rest: rounds of 15 + 2 * 2 + 1 and of 12 + 2 + 1."""
    table = PassTable({1: 10.0, 2: 12.0, 3: 15.0}, 2.0, 1.0)
    places = [Place((0.9, 0.8), 2), Place((), 0), Place((), 0), Place((0.5,), 0), Place((0.4, 0.3), 9)]
    first = Round(0, 20, emitted(True, True, False), 2, 2, 4, 15, certainty=(0.9, 0.8))
    second = Round(20, 35, emitted(False), 1, 0, 2, 12, certainty=(0.5,))
    found = simulate(places, Fixed(2), table)
    assert found.rounds == (first, second, Round(35, 55, emitted(False), 2, 0, 4, 15, certainty=(0.4, 0.3)))
    assert (found.ns, found.drafted) == (55.0, (2, 1, 2))
    limited = simulate(places, Fixed(2), table, limited=True)
    assert limited.rounds == (first, second, Round(35, 46, emitted(False), 0, 0, 0, 10))


class Eager:
    """A policy that always wants one more, and has all but the last tried."""

    most = 2

    def __init__(self) -> None:
        self.asked: list[tuple[float, ...]] = []

    def next_k(self) -> int:
        return self.most

    def observe(self, item: Round) -> None:
        pass

    def wants(self, probabilities: Sequence[float]) -> bool:
        self.asked.append(tuple(probabilities))
        return True

    def halt(self, probabilities: Sequence[float]) -> Halt:
        return Halt.UNTOLD

    def keep(self, probabilities: Sequence[float]) -> int:
        return max(0, len(probabilities) - 1)


def test_a_policy_that_decides_while_drafting_is_asked_after_each_draft_up_to_its_most() -> None:
    policy = Eager()
    places = [Place((0.9, 0.8, 0.7), 3), Place((), 0), Place((), 0)]
    found = simulate(places, policy, TABLE)
    assert found.rounds[0] == Round(0, round(12 + 2 * 1 + 0.5), emitted(True, False), 1, 1, 2, 12, certainty=(0.9, 0.8))
    assert found.rounds[0].made == 2
    assert policy.asked == [(0.9,)]
    assert found.rounds[1].drafted == 0
