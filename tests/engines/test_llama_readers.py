"""Drafters that read layers of the target: heads with random weights for the built-in pair and for a slice.

What is accepted is known: a head with random weights is right by chance, and on the slice the EAGLE3 head and DSpark's
Markov head know the words. Counts are compared with those of llama.cpp's own loop, in its own server.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from app.engines.llama_cpp import LlamaEngine
from app.engines.llama_files import check_layers
from app.models.files.info import read_info
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import ProblemError
from tests.engines.conformance import CODE, Run, loaded
from tests.shapes.readers import write_dflash, write_eagle3
from tests.shapes.slices import written
from tests.shapes.test_slices import own_server

pytestmark = pytest.mark.xdist_group("readers")
NANO = Path(__file__).parents[2] / "resources" / "nano" / "nano-target.gguf"
WRITERS: dict[LaneKind, Callable[[Path, Path], Path]] = {
    LaneKind.EAGLE3: write_eagle3,
    LaneKind.DFLASH: write_dflash,
    LaneKind.DSPARK: lambda path, target: write_dflash(path, target, markov=True),
}
KINDS = list(WRITERS)


@pytest.fixture(scope="module", params=["nano", "e2b"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return NANO if request.param == "nano" else written("e2b", tmp_path_factory)[0]


def spec(kind: LaneKind, target: Path, drafter: Path | None = None, k: int = 0, context: int = 1024) -> LaneSpec:
    drafts = "" if drafter is None else str(drafter)
    return LaneSpec("lane", kind, "llama.cpp", str(target), drafts, k, context=context, threads=1)


@pytest.mark.parametrize("kind", KINDS)
def test_text_is_the_baselines_and_counts_are_those_of_llama_cpps_own_loop(
    kind: LaneKind, target: Path, tmp_path: Path
) -> None:
    request = Request(CODE, max_tokens=24)
    drafter = WRITERS[kind](tmp_path / "head.gguf", target)
    with loaded(spec(LaneKind.BASELINE, target)) as engine:
        plain = Run(engine, request)
    with loaded(spec(kind, target, drafter, 4)) as engine:
        assert isinstance(engine, LlamaEngine)
        prompt = engine._loaded().prompt_tokens(request)
        run, again = Run(engine, request), Run(engine, request)
        engine.set_k(2)
        assert Run(engine, request).ids == plain.ids
    assert run.ids == again.ids == plain.ids
    assert [step.accepted for step in run.rounds] == [step.accepted for step in again.rounds]
    if kind is not LaneKind.DFLASH and target is not NANO:
        assert sum(step.accepted for step in run.rounds) > 0
    told = [(step.drafted, step.accepted) for step in run.rounds]
    with own_server((target, drafter), 4, f"draft-{kind.value}") as address:
        body = {"prompt": prompt, "temperature": 0, "n_predict": 24, "cache_prompt": False, "return_tokens": True}
        answer = httpx.post(f"{address}/completion", json=body, timeout=300).raise_for_status().json()
    assert answer["tokens"] == run.ids
    assert answer["timings"]["draft_n"] == sum(drafted for drafted, _ in told)
    assert answer["timings"]["draft_n_accepted"] == sum(accepted for _, accepted in told)


def test_four_drafters_of_the_built_in_target_write_its_text_and_are_right_as_often_as_they_learned() -> None:
    request = Request(CODE, max_tokens=80)
    files = {
        LaneKind.BASELINE: None,
        LaneKind.MTP: NANO.with_name("nano-assistant.gguf"),
        LaneKind.EAGLE3: NANO.with_name("nano-eagle3.gguf"),
        LaneKind.DFLASH: NANO.with_name("nano-dflash.gguf"),
        LaneKind.LOOKUP: None,
    }
    runs: dict[LaneKind, Run] = {}
    for kind, file in files.items():
        with loaded(spec(kind, NANO, file, 0 if kind is LaneKind.BASELINE else 4)) as engine:
            runs[kind] = Run(engine, request)
    plain = runs.pop(LaneKind.BASELINE)
    accepted = {}
    for kind, run in runs.items():
        assert run.ids == plain.ids
        assert run.count == len(run.ids)
        assert all(0 <= step.accepted <= step.drafted <= 4 for step in run.rounds)
        accepted[kind] = sum(step.accepted for step in run.rounds) / len(run.rounds)
    trained = [accepted[kind] for kind in (LaneKind.MTP, LaneKind.EAGLE3, LaneKind.DFLASH)]
    assert min(trained) > 2.5  # of 4; by chance it would be 0.001
    assert accepted[LaneKind.LOOKUP] < min(trained)


def test_an_eagle3_head_is_right_as_often_as_it_knows_the_words(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = written("e4b", tmp_path_factory)[0]
    rates = {}
    for follow in (1.0, 0.5):
        with loaded(
            spec(LaneKind.EAGLE3, target, write_eagle3(tmp_path / f"{follow}.gguf", target, follow), 1)
        ) as engine:
            rounds = Run(engine, Request("Go on.", max_tokens=40)).rounds
        rates[follow] = sum(step.accepted for step in rounds) / sum(step.drafted for step in rounds)
    assert rates[1.0] > 0.9
    assert 0.2 < rates[0.5] < 0.8


def test_a_target_whose_layers_llama_cpp_does_not_give_is_refused_before_it_ends_the_process(tmp_path: Path) -> None:
    head = write_eagle3(tmp_path / "head.gguf", NANO)
    target, drafter = read_info(NANO), read_info(head)
    other = replace(target, architecture="gemma3")
    with pytest.raises(ProblemError) as caught:
        check_layers(LaneKind.EAGLE3, other, drafter)
    assert "architecture gemma3" in caught.value.problem.cause
    last = replace(drafter, target_layers=(1, target.layers))
    check_layers(LaneKind.EAGLE3, target, last)
    with pytest.raises(ProblemError):
        check_layers(LaneKind.DFLASH, target, last)
