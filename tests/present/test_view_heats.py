"""What the window makes of a race in heats. The race is synthetic."""

from __future__ import annotations

import msgspec

from app.present.view import RaceView
from app.race.heats import Heats
from app.race.trace import Header, Record
from tests.ui import synthetic

HEAD = msgspec.structs.replace(synthetic.header(), format="heats")


def three_heats(head: Header) -> list[Record]:
    found = []
    for heat, rate in enumerate((150.0, 120.0, 180.0)):
        for record in synthetic.records(head, 40, rates=(100.0, rate)):
            found.append(msgspec.structs.replace(record, heat=heat))
    return found


def test_a_running_race_shows_the_heat_that_runs_and_is_not_over_between_heats() -> None:
    view = RaceView(HEAD, live=True)
    records = three_heats(HEAD)
    view.apply(record for record in records if record.heat == 0)
    assert view.heat == 0
    assert not view.over
    view.apply([next(record for record in records if record.heat == 1)])
    assert (view.heat, view.generation) == (1, 1)
    assert not view.lanes[0].state.tokens


def test_at_the_end_it_shows_the_median_heat_and_the_ratio_of_all() -> None:
    view = RaceView(HEAD, live=True)
    view.apply(three_heats(HEAD))
    view.finish()
    assert view.over
    assert view.heat == 0
    lane = view.contenders[0]
    interval = view.interval(lane)
    assert interval is not None
    assert interval.heats == 3
    assert view.speedup(lane) == interval.ratio
    assert (view.result.ratio, view.result.heats) == (interval.ratio, 3)
    # Heats that differ that much tell no winner.
    assert (view.result.lane, view.result.phrase) == (-1, "Too few repeats to tell")


def test_a_replayed_heat_knows_the_result_of_all() -> None:
    records = three_heats(HEAD)
    heats = Heats.of(HEAD, records)
    view = RaceView(HEAD, heats)
    for record in records:
        if record.heat == heats.shown:
            view.feed(record.lane, record.e)
    assert view.over
    assert view.speedup(view.contenders[0]) == heats.interval("mtp", "baseline").ratio  # type: ignore[union-attr]


def test_a_race_of_another_format_has_no_heats() -> None:
    view = RaceView(synthetic.header(), live=True)
    view.apply(synthetic.records(synthetic.header(), 20))
    view.finish()
    assert view.over
    assert view.interval(view.contenders[0]) is None


def test_what_runs_now_is_told_also_while_no_record_comes() -> None:
    view = RaceView(HEAD, live=True)
    view.apply(record for record in three_heats(HEAD) if record.heat == 0)
    view.stage = "Heat 1 of 3"
    assert view.result.foot == "1 heat · Heat 1 of 3"
    view.stage = "Heat 2 of 3"
    assert view.result.foot == "1 heat · Heat 2 of 3"


def test_figures_are_those_of_the_last_record() -> None:
    head = synthetic.header()
    view = RaceView(head)
    lane = view.lanes[1]
    for record in synthetic.records(head, 20):
        view.apply([record])
        assert view.figures(lane).tokens == lane.state.count
