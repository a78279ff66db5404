"""Which races are verified without being asked to, and where their verdicts are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.race.events import Token
from app.race.fold import RaceState
from app.sandbox.behaviour import Behaviour, BehaviourVerdict
from app.sandbox.races import behaviour_path, store_behaviour, stored_behaviour, to_be_verified
from tests.race.builders import header, spec

FENCE = "```"
PROGRAM = f"Sure:\n\n{FENCE}python\nprint(1)\n{FENCE}\n"


def answers(first: str, second: str) -> RaceState:
    state = RaceState.of(["baseline", "mtp"])
    for lane, text in (("baseline", first), ("mtp", second)):
        state.lanes[lane].tokens.append(Token(id=1, text=text))
    return state


@pytest.mark.parametrize(
    ("workload", "first", "second", "verified"),
    [
        ("code", "no program", "none", True),
        ("english", PROGRAM, PROGRAM, True),
        ("custom", "no program", PROGRAM, True),
        ("custom", f"{FENCE}\ndef f():\n    pass\n{FENCE}", "", True),
        ("custom", f"{FENCE}tool_code\nprint(1)\n{FENCE}", "", True),
        ("custom", "no program", "none", False),
        ("custom", f"{FENCE}bash\nls\n{FENCE}", f"{FENCE}\n3\n{FENCE}", False),
        ("json", f"{FENCE}json\n{{}}\n{FENCE}", "", False),
    ],
)
def test_the_answers_decide_whether_a_race_is_verified(workload: str, first: str, second: str, verified: bool) -> None:
    assert to_be_verified(header(workload=workload), answers(first, second)) is verified


def test_a_race_of_one_lane_is_not_verified() -> None:
    state = RaceState.of(["baseline"])
    assert not to_be_verified(header(spec("baseline"), workload="code"), state)


def test_a_verdict_is_kept_beside_its_trace(tmp_path: Path) -> None:
    trace = tmp_path / "race.jsonl"
    behaviour = Behaviour(verdict=BehaviourVerdict.SAME, sentence="Both.")
    assert stored_behaviour(trace) is None
    store_behaviour(trace, behaviour)
    assert stored_behaviour(trace) == behaviour
    assert [path.name for path in tmp_path.iterdir()] == [behaviour_path(trace).name]
    behaviour_path(trace).write_bytes(b"[")
    assert stored_behaviour(trace) is None
