from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.engines import llama_pdl
from app.engines.llama_cpp import LlamaEngine
from app.engines.llama_lane import LlamaLane
from app.engines.llama_pdl import PDL, decide, drafts_differ, rehearsals
from app.race.lanes import Request
from tests.shapes.slices import slice_spec, written


@pytest.mark.parametrize(("parameters", "variable"), [(50_000_000, "0"), (7_500_000_000, None), (0, None)])
def test_kernels_start_one_after_the_other_for_small_targets_only(parameters: int, variable: str | None) -> None:
    environment: dict[str, str] = {}
    decide(parameters, environment)
    assert environment.get(PDL) == variable


@pytest.mark.parametrize("variable", ["0", "1"])
def test_what_the_user_set_stays(variable: str) -> None:
    environment = {PDL: variable}
    decide(50_000_000, environment)
    assert environment == {PDL: variable}


class StaleRows:
    """Stands in for a GPU on which, from the third round on, a draft goes by rows of the round before."""

    def __init__(self) -> None:
        self._rounds = 0
        self._left = 0

    def round(self, word: int) -> Callable[[], list[int]]:
        """Returns a round that drafts behind ``word``."""

        def draft() -> list[int]:
            self._rounds += 1
            read = self._left if self._rounds > 2 else word
            self._left = word
            return [read + 1, read + 2]

        return draft


def test_drafts_that_go_by_rows_of_another_round_differ() -> None:
    gpu = StaleRows()
    assert drafts_differ((gpu.round(10), gpu.round(20)))


def test_drafts_of_one_place_alone_would_hide_it() -> None:
    assert not drafts_differ((StaleRows().round(10),))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path | None]:
    return written("e2b", tmp_path_factory)


@pytest.fixture
def lane(pair: tuple[Path, Path | None], monkeypatch: pytest.MonkeyPatch) -> LlamaLane:
    engine = LlamaEngine()
    engine.load(slice_spec(pair, k=3))
    monkeypatch.setattr(llama_pdl, "is_cuda", lambda: True)  # a processor that is taken for a GPU
    found = engine._loaded()
    found.on_gpu = True
    return found


def test_real_drafts_of_one_place_stay_the_same(lane: LlamaLane) -> None:
    one, other = rehearsals(lane)
    assert one() != other()
    assert llama_pdl.note(lane, {}) == llama_pdl.CHECKED
    lane.close()


def test_a_context_without_room_for_the_check_is_loaded_without_it(
    pair: tuple[Path, Path | None], lane: LlamaLane
) -> None:
    lane.close()
    engine = LlamaEngine()
    engine.load(slice_spec(pair, k=3, context=32))
    short = engine._loaded()
    short.on_gpu = True
    assert llama_pdl.note(short, {}) == llama_pdl.EARLY
    engine.close()


def test_the_notes_say_what_was_used(lane: LlamaLane, monkeypatch: pytest.MonkeyPatch) -> None:
    assert llama_pdl.note(lane, {PDL: "0"}) == llama_pdl.ONE_BY_ONE
    monkeypatch.setattr(llama_pdl, "drafts_differ", lambda rounds: True)
    assert llama_pdl.note(lane, {}) == llama_pdl.DIFFER
    monkeypatch.setattr(llama_pdl, "is_cuda", lambda: False)
    assert llama_pdl.note(lane, {}) == ""
    lane.close()


def test_a_run_after_the_check_is_as_before_it(pair: tuple[Path, Path | None], lane: LlamaLane) -> None:
    request = Request("One two", max_tokens=12, raw=True)
    first = lane.prefill(request).first.id
    before = [lane.round() for _ in range(3)]
    llama_pdl.note(lane, {})
    assert lane.prefill(request).first.id == first
    after = [lane.round() for _ in range(3)]
    assert [getattr(step, "tokens", step) for step in after] == [getattr(step, "tokens", step) for step in before]
    lane.close()
