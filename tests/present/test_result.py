from __future__ import annotations

import json
from typing import Any

import pytest

from app.present.figures import figure_rows, more_text
from app.present.result import summarize
from app.present.view import RaceView
from app.race.events import Done, Failed, Finish, LaneEvent, Loaded, Prefilled, Round, Token
from app.race.problems import Problem
from app.race.trace import Header, Record
from tests.present.races import BASE, MS, RACES
from tests.race.builders import header, lane_events


def race(**lanes: list[LaneEvent]) -> RaceView:
    view = RaceView(header())
    for lane, events in lanes.items():
        for event in events:
            view.feed(lane, event)
    return view


def told(view: RaceView, trace: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(summarize(view, trace)))
    return found


def test_the_summary_is_the_contract_that_scripts_rely_on() -> None:
    found = told(race(baseline=lane_events(range(9)), mtp=lane_events(range(9), k=3, accepted=[3, 1])), "t.ndjson")
    assert {"format", "pair", "prompt", "k", "lanes", "speedup", "token_verdict", "fork_at", "trace"} <= set(found)
    assert (found["format"], found["pair"], found["prompt"], found["k"]) == ("clock", "nano", "code", 3)
    assert (found["token_verdict"], found["fork_at"], found["trace"]) == ("identical", None, "t.ndjson")
    common = {"tokens", "clock_s", "decode_tps", "ttft_s", "finish"}
    assert common <= set(found["lanes"]["baseline"])
    drafting = {"rounds", "drafted", "accepted", "accepted_per_round", "position_rates", "draft_ms", "verify_ms"}
    assert common | drafting <= set(found["lanes"]["mtp"])
    mtp = found["lanes"]["mtp"]
    assert mtp["tokens"] == 1 + mtp["rounds"] + mtp["accepted"]
    assert mtp["accepted_per_round"] == round(mtp["accepted"] / mtp["rounds"], 4)
    assert mtp["drafted_per_round"] == round(mtp["drafted"] / mtp["rounds"], 4)


def test_the_winner_is_told_with_the_ratio_that_every_face_shows() -> None:
    found = told(race(baseline=lane_events(range(9)), mtp=lane_events(range(9), k=3, accepted=[0] * 9, step_ms=25)))
    assert found["speedup"] == 0.4
    assert (found["winner"]["lane"], found["winner"]["phrase"]) == ("baseline", "Baseline wins")
    assert found["winner"]["ratio"] == 2.5


def test_a_failed_lane_is_in_the_summary_with_its_words() -> None:
    dead = [*lane_events(range(4), k=3)[:-1], Failed(Problem("crashed", "It died.", action="Race again."))]
    found = told(race(baseline=lane_events(range(9)), mtp=dead))
    assert found["lanes"]["mtp"]["finish"] is None
    assert found["lanes"]["mtp"]["end"] == "failed"
    assert found["lanes"]["mtp"]["problem"]["sentence"] == "It died."


def test_a_race_that_never_began_has_no_numbers_but_is_whole() -> None:
    found = told(race())
    assert found["speedup"] is None
    lane = found["lanes"]["mtp"]
    assert lane["tokens"] == 0
    assert not any(lane[name] for name in ("decode_tps", "total_tps", "ttft_s", "drafted", "draft_ms"))
    assert lane["decode_tps"] is None


def test_what_the_engine_does_not_tell_is_none_and_not_nothing() -> None:
    lane = told(RaceView.of(RACES["untold numbers"]()))["lanes"]["mtp"]
    names = ("drafted", "accepted", "accepted_per_round", "drafted_per_round", "draft_ms", "verify_ms")
    assert [lane[name] for name in names] == [None] * 6
    assert lane["position_rates"] == []


def test_a_lane_that_drafted_nothing_and_knows_it_says_so() -> None:
    view = race(baseline=lane_events(range(9)), mtp=lane_events(range(9)))
    lane = told(view)["lanes"]["mtp"]
    assert (lane["drafted"], lane["accepted"], lane["accepted_per_round"]) == (0, 0, 0)


def test_a_crash_in_one_heat_is_told_with_the_result_of_the_others() -> None:
    found = told(RaceView.of(RACES["a lane that crashed in its third heat"]()))
    assert found["lanes"]["mtp"]["end"] == "failed in heat 3"
    assert found["winner"]["phrase"] == "A lane failed, no winner"
    assert found["winner"]["heats"] == 2


def test_rates_stand_in_characters_where_the_script_is_another() -> None:
    head = Header(lanes=(BASE,), format="clock")
    for words, shown in ((("日本", "語を", "書く。"), True), (("Write ", "some ", "text. "), False)):
        events: list[LaneEvent] = [
            Loaded("synthetic", "Synthetic", "CPU", 1, 512),
            Prefilled(0, 10 * MS, 3, Token(1, "A")),
            *(Round((10 + at * 10) * MS, (20 + at * 10) * MS, (Token(2 + at, word),)) for at, word in enumerate(words)),
            Done(40 * MS, Finish.END),
        ]
        view = RaceView(head)
        view.apply(Record("baseline", 0, event) for event in events)
        rate = sum(map(len, words)) / 0.03
        assert summarize(view, None)["lanes"]["baseline"]["characters_per_second"] == pytest.approx(rate, abs=0.01)
        assert more_text(view, view.lanes[0]) == (f"{rate:.1f} ch/s" if shown else "")
        assert ("In characters" in [name for name, _ in figure_rows(view)]) is shown
