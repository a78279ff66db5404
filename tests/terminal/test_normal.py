from __future__ import annotations

import json
from pathlib import Path

from tests.terminal.conftest import Terminal


def test_a_race_is_placed_among_what_others_published(terminal: Terminal, recorded: Path) -> None:
    assert terminal("normal", recorded) == 0
    assert "a round costs" in terminal.out
    assert terminal("normal", recorded, "--json") == 0
    found = json.loads(terminal.out)
    assert [row["name"] for row in found["own"]] == ["MTP K=3"]
    assert found["own"][0]["round_cost"] > 0
