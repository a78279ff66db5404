from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal.conftest import Terminal


def test_prompts_are_added_listed_shown_removed_and_brought_back(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "ask.txt"
    file.write_text("Name three birds.\nShortly.", encoding="utf-8")
    assert terminal("prompts", "add", "birds", "--file", file, "--system", "You know birds.") == 0
    assert terminal.out == "birds\n"
    assert terminal("prompts", "add", "mine", "--copy-of", "haiku", "--title", "My haiku") == 0
    assert terminal("prompts", "--json") == 0
    listed = {item["name"]: item for item in json.loads(terminal.out)}
    assert (listed["birds"]["own"], listed["code"]["own"]) == (True, False)
    assert listed["birds"]["title"] == "Name three birds."
    assert terminal("prompts", "show", "birds") == 0
    assert terminal.out == "Name three birds.\nShortly.\n"
    assert "You know birds." in terminal.err
    assert terminal("prompts", "remove", "birds") == 0
    assert terminal("prompts", "show", "birds") == 1
    assert terminal("prompts", "restore", "birds") == 0
    assert terminal("prompts", "copy", "birds") == 0
    assert terminal.out == "birds-2\n"
    assert terminal("prompts") == 0
    assert "Name three birds." in terminal.out


@pytest.mark.real
def test_a_prompt_of_ones_own_is_raced_with_its_system_prompt(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("prompts", "add", "mine", "--text", "Say hello.", "--system", "You are brief.") == 0
    trace = tmp_path / "race.ndjson"
    words = ("--k", "2", "--max-tokens", "16", "--no-verify", "--trace", trace, "--json")
    assert terminal("run", "--prompt", "mine", *words) == 0
    asked = json.loads(trace.read_text(encoding="utf-8").splitlines()[0])["request"]
    assert asked["before"] == [{"role": "system", "text": "You are brief."}]
    with_system = json.loads(terminal.out)["lanes"]["baseline"]["prompt_tokens"]
    assert terminal("run", "--prompt-text", "Say hello.", *words) == 0
    assert json.loads(terminal.out)["lanes"]["baseline"]["prompt_tokens"] < with_system
