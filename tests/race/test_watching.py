from __future__ import annotations

import msgspec
import pytest

from app.race.watching import ServerReading, Traffic, traffic

FIRST = ServerReading(1_000_000_000, 100, 10, 30, 20, (9, 7, 4))
LATER = ServerReading(3_000_000_000, 160, 30, 90, 65, (26, 19, 14))


def moved(reading: ServerReading, **by: int) -> ServerReading:
    """The reading with some of its counts moved."""
    return msgspec.structs.replace(reading, **{name: getattr(reading, name) + step for name, step in by.items()})


def test_traffic_is_what_lies_between_two_readings() -> None:
    assert traffic(FIRST, LATER) == Traffic(
        seconds=2.0,
        tokens=60,
        rate=30.0,
        rounds=20,
        drafted=60,
        accepted=45,
        per_round=2.25,
        positions=(0.85, 0.6, 0.5),
        wasted=0.25,
    )


@pytest.mark.parametrize("name", ["at", "tokens", "rounds", "drafted", "accepted"])
def test_a_count_that_fell_is_a_server_that_started_anew(name: str) -> None:
    assert traffic(FIRST, msgspec.structs.replace(LATER, **{name: getattr(FIRST, name) - 1})) is None
    assert traffic(FIRST, msgspec.structs.replace(LATER, **{name: getattr(FIRST, name)})) is not None


def test_the_same_moment_has_no_rate_and_a_moment_later_has_one() -> None:
    same = traffic(FIRST, moved(FIRST, tokens=5))
    assert same is not None
    assert (same.seconds, same.tokens, same.rate) == (0.0, 5, None)
    soon = traffic(FIRST, moved(FIRST, at=500_000_000, tokens=5))
    assert soon is not None
    assert soon.rate == 10.0


@pytest.mark.parametrize("name", ["rounds", "drafted", "accepted"])
def test_a_server_that_keeps_one_of_the_counts_to_itself_tells_no_rounds(name: str) -> None:
    before, after = (msgspec.structs.replace(reading, **{name: -1}) for reading in (FIRST, LATER))
    found = traffic(before, after)
    assert found is not None
    assert (found.tokens, found.rate) == (60, 30.0)
    assert (found.rounds, found.drafted, found.accepted) == (None, None, None)
    assert (found.per_round, found.wasted, found.positions) == (None, None, ())


def test_counts_that_begin_at_nothing_are_told() -> None:
    found = traffic(ServerReading(0, 0, 0, 0, 0), ServerReading(10**9, 3, 1, 4, 2, (1, 1)))
    assert found is not None
    assert (found.rounds, found.per_round, found.wasted, found.positions) == (1, 2.0, 0.5, (1.0, 1.0))


def test_without_a_round_or_a_draft_nothing_is_divided() -> None:
    found = traffic(FIRST, moved(FIRST, at=10, tokens=1))
    assert found is not None
    assert (found.rounds, found.per_round, found.positions, found.wasted) == (0, None, (), None)
    all_kept = traffic(FIRST, moved(FIRST, rounds=1, drafted=3, accepted=3))
    assert all_kept is not None
    assert all_kept.wasted == 0.0
    more_than_drafted = traffic(FIRST, moved(FIRST, rounds=1, drafted=3, accepted=4))
    assert more_than_drafted is not None
    assert more_than_drafted.wasted is None


def test_positions_that_fell_are_not_shown_and_new_ones_count_from_nothing() -> None:
    fell = traffic(FIRST, msgspec.structs.replace(LATER, positions=(26, 6, 14)))
    assert fell is not None
    assert fell.positions == ()
    still = traffic(FIRST, msgspec.structs.replace(LATER, positions=(9, 7, 14)))
    assert still is not None
    assert still.positions == (0.0, 0.0, 0.5)
    longer = traffic(FIRST, msgspec.structs.replace(LATER, positions=(9, 7, 4, 5, 1)))
    assert longer is not None
    assert longer.positions == (0.0, 0.0, 0.0, 0.25, 0.05)
