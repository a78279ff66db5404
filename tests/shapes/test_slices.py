"""Pairs of the true shapes, raced in this process and by llama.cpp's own server: the same text, the same counts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.engines.base import Engine, Probing
from app.engines.llama_cpp import LlamaEngine
from app.race.lanes import Request
from tests.engines.conformance import JAPANESE, Conformance, MakeSpec, Run, lane_fixtures, loaded, spec_maker
from tests.shapes.slices import SLICES, Files, slice_spec, written

REQUEST = Request("Go on.", max_tokens=16)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def make_spec(tmp_path_factory: pytest.TempPathFactory) -> MakeSpec:
    target, drafter = written("e2b", tmp_path_factory)
    return spec_maker("llama.cpp", lambda k: (str(target), str(drafter) if k else ""), threads=1, context=512)


baseline, mtp = lane_fixtures("module")


@pytest.mark.parametrize("name", SLICES)
def test_every_k_gives_the_baselines_text_and_what_is_accepted_is_what_the_drafter_knows(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = written(name, tmp_path_factory)
    with loaded(slice_spec(files)) as engine:
        plain = Run(engine, REQUEST)
    assert plain.count == 16
    assert len(set(plain.ids)) > 12, "the text goes through the words"
    ks = range(1, 9) if name == "e2b" else (1, 3, 8)
    accepted = {}
    with loaded(slice_spec(files, 8)) as engine:
        for k in ks:
            engine.set_k(k)
            run = Run(engine, REQUEST)
            assert run.ids == plain.ids, f"K={k}"
            accepted[k] = sum(step.accepted for step in run.rounds)
    assert 0 < accepted[1] < 15, "some drafts are right, and some are wrong"
    assert accepted[8] >= accepted[1]


@contextmanager
def own_server(files: Files, k: int, kind: str = "draft-mtp") -> Iterator[str]:
    """llama.cpp's own server, from the xllamacpp wheel; gives its address."""
    target, drafter = files
    command = [sys.executable, "-m", "tests.engines.llama_server_process", str(target), "--k", str(k), "--kind", kind]
    if drafter is not None:
        command += ["--drafter", str(drafter)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=60)


@pytest.mark.parametrize(
    ("name", "k"),
    [*(("e2b", k) for k in range(1, 9)), *((name, 3) for name in SLICES if name != "e2b")],
)
def test_text_and_counts_are_those_of_llama_cpps_own_loop(
    name: str, k: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = written(name, tmp_path_factory)
    with loaded(slice_spec(files, k)) as engine:
        assert isinstance(engine, LlamaEngine)
        prompt = engine._loaded().prompt_tokens(REQUEST)
        run = Run(engine, REQUEST)
    with own_server(files, k) as address:
        body = {
            "prompt": prompt,
            "temperature": 0,
            "n_predict": REQUEST.max_tokens,
            "cache_prompt": False,
            "return_tokens": True,
        }
        answer = httpx.post(f"{address}/completion", json=body, timeout=300).raise_for_status().json()
    assert answer["tokens"] == run.ids
    assert answer["timings"]["draft_n"] == sum(step.drafted for step in run.rounds)
    assert answer["timings"]["draft_n_accepted"] == sum(step.accepted for step in run.rounds)


class TestE2b(Conformance):
    """The suite on a slice of E2B: it writes no Japanese, everything else as any model."""

    engine = "llama.cpp"
    ks = (3,)

    def test_japanese_arrives_whole_and_the_same_in_both_lanes(self, baseline: Engine, mtp: Engine) -> None:
        request = Request(JAPANESE, max_tokens=16)
        assert Run(baseline, request).text == Run(mtp, request).text


def test_experts_are_measured_at_both_bounds_and_other_models_at_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    for name, bounds in (("26b-a4b", {1, 4}), ("e2b", set())):
        with loaded(slice_spec(written(name, tmp_path_factory), 3)) as engine:
            assert isinstance(engine, Probing)
            found = engine.probe_passes((1, 4), 64, 2)
        assert set(found.repeated_ns) == bounds
        assert set(found.forward_ns) == {1, 4}
        assert found.draft_ns > 0
        assert not found.on_gpu
