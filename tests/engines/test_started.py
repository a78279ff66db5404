"""Servers that a lane starts for itself, with llama.cpp's real server."""

from __future__ import annotations

import importlib.util
import json
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from app.engines import create
from app.engines.order import COMMAND, ServerOrder, filled
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import ProblemError
from tests.engines.conformance import HAIKU, Run

SERVER = ("{python}", "-m", "tests.engines.llama_server_process", "{target}", "--port", "{port}")
DRAFTING = ("--drafter", "{drafter}", "--k", "4")


def spec_of(words: tuple[str, ...], pair: tuple[Path, Path], patience_s: float = 120) -> LaneSpec:
    order = ServerOrder(words, patience_s=patience_s).text
    return LaneSpec("lane", LaneKind.MTP, "llama-server", str(pair[0]), str(pair[1]), k=4, options={COMMAND: order})


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
def test_the_lane_starts_its_server_races_on_it_and_ends_it(pair: tuple[Path, Path]) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the wheel that carries llama.cpp's own server is not installed")
    said: list[str] = []
    with closing(create("llama-server")) as engine:
        engine.report_to(said.append)  # type: ignore[attr-defined]
        loaded = engine.load(spec_of((*SERVER, *DRAFTING), pair))
        keeper = psutil.Process(engine._server.pid)  # type: ignore[attr-defined]
        family = [keeper, *keeper.children(recursive=True)]
        run = Run(engine, Request(HAIKU, max_tokens=12))
    assert loaded.device == "server on this machine"
    assert said
    assert "is starting" in said[0]
    assert run.count == 12
    assert len(family) > 1
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive


@pytest.mark.parametrize(
    ("words", "patience", "kind"),
    [
        (("no-such-server-here",), 5.0, "server-missing"),
        (("{python}", "-c", "print('no model'); raise SystemExit(3)"), 60.0, "server-ended"),
        (("{python}", "-c", "import time; time.sleep(60)"), 0.0, "server-slow"),
    ],
)
def test_a_server_that_does_not_start_is_told_in_words(
    pair: tuple[Path, Path], words: tuple[str, ...], patience: float, kind: str
) -> None:
    with closing(create("llama-server")) as engine, pytest.raises(ProblemError) as caught:
        engine.load(spec_of(words, pair, patience))
    assert caught.value.problem.kind == kind
    if kind == "server-ended":
        assert "no model" in caught.value.problem.details
        assert "3" in caught.value.problem.cause


def test_a_path_with_quotes_stays_whole_in_a_word_that_is_json() -> None:
    word = '{"model": "{drafter}", "num_speculative_tokens": {k}}'
    path = 'models\\a "good" one'
    assert json.loads(filled(word, {"{drafter}": path, "{k}": "3"})) == {"model": path, "num_speculative_tokens": 3}
    assert filled("--model={drafter}", {"{drafter}": path}) == f"--model={path}"
