from __future__ import annotations

import json

from app.present.result import summarize
from app.race.events import Failed
from app.race.fold import RaceState
from app.race.problems import Problem
from tests.race.builders import header, lane_events


def race(**lanes: list) -> RaceState:  # type: ignore[type-arg]
    state = RaceState.of(["baseline", "mtp"])
    for lane, events in lanes.items():
        for event in events:
            state.apply(lane, event)
    return state


def test_the_summary_is_the_contract_that_scripts_rely_on() -> None:
    state = race(baseline=lane_events(range(9)), mtp=lane_events(range(9), k=3, accepted=[3, 1]))
    found = json.loads(json.dumps(summarize(header(), state, "t.ndjson")))
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


def test_a_failed_lane_is_in_the_summary_with_its_words() -> None:
    dead = [*lane_events(range(4), k=3)[:-1], Failed(Problem("crashed", "It died.", action="Race again."))]
    found = summarize(header(), race(baseline=lane_events(range(9)), mtp=dead), None)
    assert found["lanes"]["mtp"]["finish"] is None
    assert found["lanes"]["mtp"]["problem"]["sentence"] == "It died."


def test_a_race_that_never_began_has_no_numbers_but_is_whole() -> None:
    found = summarize(header(), race(), None)
    assert found["speedup"] is None
    assert found["lanes"]["mtp"]["tokens"] == 0
