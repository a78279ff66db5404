from __future__ import annotations

import pytest

from app.engines.base import Engine
from app.race.events import Finish
from app.race.lanes import Request, Sampling
from tests.engines.conftest import Run

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("nano")]

CODE = "Write a Python function called merge_sort that sorts a list with the merge sort algorithm."
HAIKU = "Write a haiku about the ocean."
JAPANESE = "再帰とは何ですか。日本語で説明してください。"


@pytest.mark.parametrize("prompt", [CODE, HAIKU, JAPANESE])
def test_mtp_emits_the_baselines_tokens_at_every_k(baseline: Engine, mtp: Engine, prompt: str) -> None:
    request = Request(prompt=prompt, max_tokens=48)
    plain = Run(baseline, request)
    for k in range(1, 9):
        mtp.set_k(k)
        run = Run(mtp, request)
        assert run.ids == plain.ids, f"K={k}"
        assert run.text == plain.text
        assert run.finish == plain.finish


@pytest.mark.parametrize("seed", [0, 7])
def test_mtp_draws_the_baselines_tokens_at_a_temperature(baseline: Engine, mtp: Engine, seed: int) -> None:
    request = Request(prompt=CODE, max_tokens=48, sampling=Sampling(temperature=0.8, seed=seed))
    plain = Run(baseline, request)
    for k in (1, 3, 6):
        mtp.set_k(k)
        assert Run(mtp, request).ids == plain.ids, f"K={k}"


def test_rounds_add_up(mtp: Engine) -> None:
    mtp.set_k(4)
    run = Run(mtp, Request(prompt=CODE, max_tokens=40))
    assert run.finish is Finish.LENGTH
    assert len(run.tokens) == 40
    for step in run.rounds:
        assert 0 <= step.accepted <= step.drafted <= 4
        assert len(step.tokens) == step.accepted + 1
        assert [token.drafted for token in step.tokens] == [True] * step.accepted + [False]
        assert 0 < step.draft_ns + step.verify_ns <= step.end_ns
        assert all(token.gap >= 0 for token in step.tokens)
        assert all(token.runner_up not in (-1, token.id) for token in step.tokens)
