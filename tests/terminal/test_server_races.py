"""Races on servers that run already: fake ones that play what the real ones document."""

from __future__ import annotations

import json
from pathlib import Path

from app.library.traces import open_trace
from app.race.events import Totals
from tests.engines.fake_server import delta, playing, sse, used
from tests.terminal.conftest import Terminal

TOLD = {"per_step_drafted": [3, 3], "per_step_accepted": [2, 1], "num_spec_steps": 2}


def vllm_lines(told: object) -> list[str]:
    return sse(
        delta("Salt", used(9, 1), token_ids=[11]),
        delta(" wind on my", used(9, 4), token_ids=[12, 13, 14]),
        delta(" face", used(9, 6), "length", token_ids=[15, 16]),
        {"choices": [], "usage": used(9, 6), **({"metrics": {"speculative_decoding": told}} if told else {})},
    )


def raced(terminal: Terminal, told: object, *words: object) -> dict[str, dict[str, object]]:
    with playing() as plain, playing() as drafting:
        urls = [play("vllm", lines).target for play, lines in ((plain, vllm_lines(None)), (drafting, vllm_lines(told)))]
        race = ("run", "--engine", "vllm", "--servers", *urls, "--repeats", 1, "--k", 3, "--max-tokens", 6, "--json")
        assert terminal(*race, *words) == 0, terminal.err
    lanes: dict[str, dict[str, object]] = json.loads(terminal.out)["lanes"]
    return lanes


def test_what_a_server_says_at_the_end_stands_in_the_result_and_in_the_trace(
    terminal: Terminal, tmp_path: Path
) -> None:
    trace = tmp_path / "t.ndjson"
    lane = raced(terminal, TOLD, "--trace", trace)["mtp"]
    assert (lane["tokens"], lane["rounds"], lane["drafted"], lane["accepted"]) == (6, 2, 6, 3)
    assert (lane["accepted_per_round"], lane["position_rates"]) == (1.5, [1.0, 0.5, 0.0])
    assert lane["draft_ms"] is lane["verify_ms"] is None
    records = open_trace(trace).records
    assert any(isinstance(record.e, Totals) and record.e.steps == ((3, 2), (3, 1)) for record in records)
    assert open_trace(trace).header.request.thinking is False


def test_what_a_server_does_not_tell_is_null_and_never_0(terminal: Terminal) -> None:
    lane = raced(terminal, None)["mtp"]
    for name in ("rounds", "drafted", "accepted", "accepted_per_round", "draft_ms", "verify_ms"):
        assert lane[name] is None, name
    assert lane["tokens"] == 6


def test_one_ollama_serves_both_lanes(terminal: Terminal) -> None:
    def line(text: str, **more: object) -> str:
        return json.dumps({"message": {"role": "assistant", "content": text}, "done": False, **more})

    lines = [line("Salt"), line(" wind"), line("", done=True, done_reason="stop", prompt_eval_count=7, eval_count=2)]
    with playing() as play:
        race = ("run", "--engine", "ollama", "--servers", play("ollama", lines).target, "--repeats", 1, "--k", 4)
        assert terminal(*race, "--json") == 0, terminal.err
    asked = {body["options"]["draft_num_predict"] for _, body in play.asked}
    assert asked == {0, 4}


def test_one_address_is_not_enough_where_a_request_cannot_switch_drafting(terminal: Terminal) -> None:
    assert terminal("run", "--engine", "vllm", "--servers", "http://127.0.0.1:1") == 1
    assert "needs two addresses" in terminal.err
