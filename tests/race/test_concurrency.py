"""Several requests at once: the totals in the fold, and the table over the numbers of requests. Synthetic rounds."""

from __future__ import annotations

import pytest

from app.race.concurrency import ConcurrencyRow, rows_of, turning_point
from app.race.events import Done, Finish, Prefilled, Round, Token
from app.race.fold import LaneState, speedup
from app.race.heats import Heats
from app.race.lanes import Request
from app.race.statistics import Interval
from app.race.trace import Record
from tests.race.builders import MS, folded, header, lane_events


def run(step_ms: int, others: int, after: int = 0) -> list[object]:
    """Five tokens in steps of so many ms, beside each of them some of other requests, and some after the end."""
    events: list[object] = [Prefilled(0, 20 * MS, 7, Token(1, "a"))]
    clock = 20 * MS
    for _ in range(4):
        events.append(Round(clock, clock + step_ms * MS, (Token(1, "a"),), others=others))
        clock += step_ms * MS
    if after:
        events.append(Round(clock, clock + step_ms * MS, (), count=0, others=after))
        clock += step_ms * MS
    return [*events, Done(clock, Finish.LENGTH)]


def state(step_ms: int, others: int, after: int = 0) -> LaneState:
    return folded(run(step_ms, others, after))  # type: ignore[arg-type]


def test_one_request_has_the_same_total_as_its_own_rate() -> None:
    alone = folded(lane_events(range(9)))
    assert alone.total_tps == alone.decode_tps > 0
    assert alone.others == 0


def test_the_total_counts_all_requests_and_the_shown_rate_only_its_own() -> None:
    lane = state(10, 3)
    assert lane.decode_tps == pytest.approx(100)
    assert lane.total_tps == pytest.approx(400)
    assert (lane.count, lane.others) == (5, 12)


def test_what_comes_after_the_shown_request_is_no_round_of_it_but_counts_in_the_total() -> None:
    lane = state(10, 3, after=4)
    assert lane.decode_tps == pytest.approx(100)
    assert lane.total_tps == pytest.approx((4 + 12 + 4) / 0.05)
    assert len(lane.rounds) == 4
    assert lane.clock_ns == 70 * MS


def test_the_ratio_of_several_requests_is_that_of_their_totals() -> None:
    assert speedup(state(10, 3), state(10, 1)) == pytest.approx(0.5)
    assert speedup(state(10, 3), state(5, 3)) == pytest.approx(2)


def test_a_row_has_the_totals_and_their_paired_ratio() -> None:
    heats = Heats(header(request=Request("Hi", concurrency=4), format="heats"))
    for heat in range(5):
        for lane, step in (("baseline", 10), ("mtp", 5)):
            for number, event in enumerate(run(step, 3)):
                heats.apply(Record(lane, number, event, heat=heat))  # type: ignore[arg-type]
    (row,) = rows_of(heats)
    assert (row.requests, row.lane) == (4, "mtp")
    assert row.baseline_tps == pytest.approx(400)
    assert row.lane_tps == pytest.approx(800)
    assert row.data["speedup"] == 2
    assert row.data["heats"] == 5
    assert "faster" in row.verdict


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (
            [(1.2, 1.4), (1.1, 1.2), (0.9, 1.1), (0.6, 0.7)],
            "MTP is faster at 1 and 2 requests at once and slower at 8 requests.",
        ),
        ([(1.2, 1.4)], "MTP is faster at 1 request at once."),
        ([(0.5, 0.6), (0.5, 0.6)], "MTP is slower at 1 and 2 requests at once."),
        ([(0.5, 0.6)] * 3, "MTP is slower at 1, 2 and 4 requests at once."),
        ([(0.9, 1.1)], "It cannot be told at any of these who is faster. Use more repeats."),
        ([], ""),
    ],
)
def test_a_sentence_says_where_it_turns(bounds: list[tuple[float, float]], said: str) -> None:
    rows = [
        ConcurrencyRow(2**place, "mtp", "MTP", 100, 100, Interval((low + high) / 2, low, high, 5, "bootstrap"))
        for place, (low, high) in enumerate(bounds)
    ]
    assert turning_point(rows) == said


def test_a_row_before_any_heat_has_no_rates() -> None:
    heats = Heats(header(request=Request("Hi", concurrency=4), format="heats"))
    assert rows_of(heats) == [ConcurrencyRow(4, "mtp", "MTP K=3", 0.0, 0.0, None)]
