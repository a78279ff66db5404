"""What the long campaigns do with what they saw: kills go on where they stopped, a soak tells what grows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.kills import STAGES, Count, Try
from tests.fuzz.soak import COLUMNS, growth, judge


def one(stage: int, sent: str, *falls: str) -> Try:
    return Try(STAGES[stage], 1, "", Path(), sent=sent, falls=list(falls))


def test_the_count_of_kills_goes_on_from_its_file(tmp_path: Path) -> None:
    count = Count.read(tmp_path / "none")
    for item in (one(0, "SIGKILL to the app"), one(0, "SIGINT to the group", "leaves a file"), one(1, "")):
        count.add(item)
    (tmp_path / "state").write_text(json.dumps(asdict(count)))
    again = Count.read(tmp_path / "state")
    again.add(one(1, "SIGTERM to the app"))
    assert (again.next, again.ended) == (4, 1)
    assert f"| {STAGES[0].name} | 2 | 1 |\n| {STAGES[1].name} | 1 | 0 |" in again.table(list(STAGES))
    assert "| all | 3 | 1 |\n1 more had ended" in again.table(list(STAGES))


def test_a_soak_tells_what_grows_and_by_how_much() -> None:
    flat = [(races, *([7] * len(COLUMNS))) for races in range(50, 1001, 50)]
    said: list[str] = []
    assert judge(flat, said.append)
    assert growth([(races, races // 50) for races in range(50, 1001, 50)], 1) == 20.0
    leaking = [(*row[:3], row[0] // 50, *row[4:]) for row in flat]
    assert not judge(leaking, said.append)
    assert "descriptors: +20.0 in 1,000 races, at most 3: GROWS" in said


def test_what_fills_in_the_first_fifth_is_no_growth() -> None:
    assert growth([(races, min(races, 200)) for races in range(50, 1001, 50)], 1) == 0.0
