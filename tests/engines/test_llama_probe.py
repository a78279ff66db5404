"""How passes are measured, on a stand-in for a lane that writes down what it is asked to do."""

from __future__ import annotations

from itertools import groupby
from typing import cast

import pytest

from app.engines.llama_lane import LlamaLane
from app.engines.llama_probe import probe_passes


class StandInModel:
    """Stands in for a loaded model: a vocabulary of 600 words."""

    def __init__(self, experts: int) -> None:
        self.experts = experts

    def ordinary_tokens(self, most: int) -> list[int]:
        return list(range(1000, 1000 + min(most, 600)))


class StandInLane:
    """Stands in for a loaded lane: computes nothing, notes everything."""

    context_size = 512

    def __init__(self, experts: int = 0, on_gpu: bool = False) -> None:
        self.model = StandInModel(experts)
        self.on_gpu = on_gpu
        self.context: list[int] = []
        self.passes: list[list[int]] = []
        self.drafts: list[int] = []

    def begin_probe(self, tokens: list[int]) -> None:
        self.context = tokens

    def begin_draft_probe(self, last: int) -> None:
        pass

    def forward(self, tokens: list[int], position: int) -> None:
        assert position == len(self.context)
        self.passes.append(tokens)

    def forget(self, position: int) -> bool:
        assert position == len(self.context)
        return True

    def draft(self, last: int, position: int, count: int) -> list[int]:
        self.drafts.append(count)
        return [1] * count


@pytest.mark.parametrize(("on_gpu", "passes"), [(False, 1 + 4), (True, 3 + 4)])
def test_passes_of_one_width_are_run_in_a_row_and_a_gpu_is_warmed_up_longer(on_gpu: bool, passes: int) -> None:
    lane = StandInLane(on_gpu=on_gpu)
    found = probe_passes(cast(LlamaLane, lane), (1, 8, 9), 64, 4)
    assert [(width, len(list(same))) for width, same in groupby(map(len, lane.passes))] == [
        (1, passes), (8, passes), (9, passes),
    ]  # fmt: skip
    assert len(lane.drafts) == passes
    assert found.on_gpu is on_gpu
    assert set(found.forward_ns) == {1, 8, 9}
    assert not found.repeated_ns


def test_context_and_passes_are_made_of_different_words() -> None:
    lane = StandInLane()
    probe_passes(cast(LlamaLane, lane), (9,), 300, 5)
    assert len(set(lane.context)) == 300
    for one, other in zip(lane.passes, lane.passes[1:], strict=False):
        assert len(set(one)) == 9
        assert not set(one) & set(other)


def test_a_mixture_of_experts_is_measured_with_one_token_too() -> None:
    lane = StandInLane(experts=128)
    found = probe_passes(cast(LlamaLane, lane), (1, 4), 64, 2)
    assert set(found.repeated_ns) == set(found.forward_ns) == {1, 4}
    assert {len(set(tokens)) for tokens in lane.passes[-3:]} == {1}
    assert {len(set(tokens)) for tokens in lane.passes[3:6]} == {4}
