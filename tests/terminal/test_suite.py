from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal.conftest import Terminal

MIXED = Path(__file__).resolve().parents[1] / "data" / "mixed-50.jsonl"


@pytest.mark.real
def test_a_suite_counts_every_prompt_once_and_leaves_out_what_does_not_fit(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    numbers = ("one", "two", "three", "four", "five", "six")
    records = [{"prompt": f"Say {word}.", "category": "words"} for word in numbers]
    records += [records[0], {"prompt": "long " * 400, "category": "long"}]
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    words = ("suite", file, "--k", "1,2", "--max-tokens", "16", "--context", "256", "--out", tmp_path / "out")
    assert terminal(*words, "--json") == 0
    found = json.loads(terminal.out)
    assert "came twice" in terminal.err
    assert (found["prompts"], found["measured"], found["heats"]) == (7, 6, 6)
    assert "context has room for 256" in found["left_out"][0]
    for lane in found["lanes"]:
        assert len({dot["prompt"] for dot in lane["dots"]}) == len(lane["dots"]) == 6
        assert lane["speedup"]["heats"] == 6
        assert all(dot["baseline_s"] > 0 and dot["lane_s"] > 0 and dot["tokens"] == 16 for dot in lane["dots"])
        assert all((tmp_path / "out" / dot["trace"]).is_file() for dot in lane["dots"])
    assert terminal(*words) == 0  # All is there: it is shown at once, and not raced again.
    assert "on 6 of 7 prompts" in terminal.err
    assert terminal("suite", tmp_path / "out", "--json") == 0
    assert json.loads(terminal.out)["lanes"] == found["lanes"]


@pytest.mark.real
def test_a_suite_of_which_no_prompt_fits_says_so(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("long " * 400, encoding="utf-8")
    assert terminal("suite", file, "--context", "64", "--max-tokens", "16") == 1
    assert "the context has room for 64" in terminal.err


def test_what_would_be_raced_is_listed(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("suite", MIXED, "--list", "--sample", "5", "--json") == 0
    assert len(json.loads(terminal.out)["prompts"]) == 5
    assert terminal("suite", MIXED, "--list") == 0
    assert "Write a haiku about the moon." in terminal.out
    assert terminal("suite", tmp_path / "none.csv") == 1
    assert "none.csv is no file or folder here." in terminal.err
