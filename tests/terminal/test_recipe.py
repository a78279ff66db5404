from __future__ import annotations

import json
from pathlib import Path

from tests.terminal.conftest import Terminal


def test_a_race_gives_a_command_for_every_program_or_for_one(terminal: Terminal, recorded: Path) -> None:
    assert terminal("recipe", recorded, "--for", "llama-server") == 0
    assert terminal.out.startswith("llama-server -m ")
    assert terminal("recipe", recorded, "--json") == 0
    assert len({item["program"] for item in json.loads(terminal.out)}) == 9
    assert terminal("recipe", recorded) == 0
    assert "# vLLM" in terminal.out
    assert terminal("recipe", recorded, "--for", "nope") == 2
    assert "Use: llama-server" in terminal.err
