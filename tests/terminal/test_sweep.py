from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.terminal.conftest import Terminal


@pytest.mark.real
def test_a_sweep_prints_one_json_object_and_nothing_else(terminal: Terminal, tmp_path: Path, qapp: object) -> None:
    out = tmp_path / "sweep"
    words = ("sweep", "--prompts", "haiku", "--k", "1,3", "--repeats", "1", "--max-tokens", "16", "--out", out)
    assert terminal(*words, "--json") == 0
    found = json.loads(terminal.out)
    assert [cell["lane"] for cell in found["prompts"][0]["cells"]] == ["mtp-k1", "mtp-k3"]
    assert found == json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert terminal(*words) == 0  # Everything is there already; the table is printed at once.
    assert "K = 3" in terminal.err
    assert "Too few heats" in terminal.err
    assert terminal("sweep-export", out, "--to", tmp_path / "charts") == 0


@pytest.mark.real
def test_a_sweep_over_a_condition_has_a_row_for_each_value(terminal: Terminal, tmp_path: Path, qapp: object) -> None:
    out = tmp_path / "sweep"
    words = ("sweep", "--over", "context=0,64", "--k", "2", "--repeats", "1", "--max-tokens", "16", "--out", out)
    assert terminal(*words, "--json") == 0
    found = json.loads(terminal.out)
    assert [(row["prompt"], row["condition"]) for row in found["prompts"]] == [("code@0", "0"), ("code@64", "64")]
    assert 60 <= found["prompts"][1]["prompt_tokens"] - found["prompts"][0]["prompt_tokens"] <= 68
    assert all(row["prefill_tps"] > 0 and row["cells"][0]["prefill_tps"] > 0 for row in found["prompts"])
    assert terminal(*words) == 0
    assert "Speedup against context depth" in terminal.err
    assert "K = 2 gains most at" in terminal.err
    assert terminal("sweep-export", out, "--to", tmp_path / "depth.svg", "--chart", "conditions") == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--prompts", "nope"), 1, "There is no prompt 'nope'."),
        (("--pair", "nope"), 1, "There is no pair 'nope'."),
        (("--k", "99"), 2, "'99' is neither"),
        (("--budget", "soon"), 2, "'soon' is no time"),
        (("--budget", "0s"), 2, "not from 1s"),
        (("--repeats", "0"), 2, "0 is not from 1"),
        (("--prompts", ","), 1, "Nothing to sweep."),
        (("--over", "weather=1"), 2, "'weather' is none of context"),
        (("--over", "context=deep"), 2, "'deep' is not a whole number"),
        (("--over", "cache", "--engine", "transformers"), 1, "cannot be swept over KV cache"),
        (("--prompts", "code,code"), 1, "A prompt is named twice."),
    ],
)
def test_bad_arguments_are_told_in_words(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str
) -> None:
    assert terminal("sweep", *words) == status
    assert said in terminal.err + capsys.readouterr().err
