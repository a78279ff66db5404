"""Replaying recorded places."""

from __future__ import annotations

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
