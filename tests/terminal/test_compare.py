from __future__ import annotations

import json
from pathlib import Path

from tests.terminal.conftest import Terminal


def test_a_race_is_compared_with_itself_and_passes_a_limit(terminal: Terminal, recorded: Path) -> None:
    assert terminal("compare", recorded, recorded, "--fail-below", "0.97") == 0
    assert "1.00×" in terminal.out
    assert "One run each cannot tell" in terminal.out
    assert terminal("compare", recorded, recorded, "--json", "--fail-below", "1") == 0
    found = json.loads(terminal.out)
    assert [lane["change"]["ratio"] for lane in found["lanes"]] == [1.0, 1.0]
    assert found["below_limit"] == []
    assert terminal("compare", recorded, recorded.with_name("none.ndjson")) == 1
