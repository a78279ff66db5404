"""Targets with their MTP head in the same file, on small synthetic models with random weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.engines import create
from app.engines.base import Engine, Probing
from app.race.events import Finish, Round
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import ProblemError
from app.race.verdict import TokenVerdict, compare_tokens
from tests.engines.conformance import Run, loaded
from tests.models.nextn_ggufs import NextNShape, write_nextn

pytestmark = pytest.mark.xdist_group("nextn")
REQUEST = Request("Say something about rivers and mountains.", max_tokens=48)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_nextn(tmp_path_factory.mktemp("nextn") / "nextn.gguf")


def spec(target: Path, k: int = 0, **settings: object) -> LaneSpec:
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    values = {"id": "lane", "kind": kind, "engine": "llama.cpp", "target": str(target), "k": k, "threads": 1}
    return LaneSpec(**{**values, **settings})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def baseline(target: Path) -> Iterator[Engine]:
    with loaded(spec(target)) as engine:
        yield engine


@pytest.fixture(scope="module")
def lane(target: Path) -> Iterator[Engine]:
    with loaded(spec(target, 16)) as engine:
        yield engine


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8, 16])
def test_the_head_in_the_file_drafts_and_the_text_is_the_baselines(baseline: Engine, lane: Engine, k: int) -> None:
    plain = Run(baseline, REQUEST)
    lane.set_k(k)
    run = Run(lane, REQUEST)
    assert compare_tokens(plain.state, run.state).verdict is TokenVerdict.IDENTICAL
    assert run.count == len(run.tokens) == 48
    assert sum(step.drafted for step in run.rounds) > 0
    for step in run.rounds:
        assert step.drafted <= k
        assert 0 <= step.accepted <= step.drafted
        assert step.emitted == step.accepted + 1
        assert [token.drafted for token in step.tokens] == [True] * step.accepted + [False]


def test_drafts_that_are_accepted_in_part_leave_text_and_head_as_they_should_be(tmp_path: Path) -> None:
    request = Request("abcabcabcabcabc", max_tokens=120, raw=True)
    for scale, accepted in ((0.09, {0, 1}), (0.05, {3, 4})):
        path = write_nextn(tmp_path / f"{scale}.gguf", NextNShape(scale=scale))
        with loaded(spec(path)) as plain, loaded(spec(path, 4)) as lane:
            run = Run(lane, request)
            assert run.ids == Run(plain, request).ids
            assert {step.accepted for step in run.rounds} == accepted


def test_a_second_run_gives_the_same_rounds(lane: Engine) -> None:
    lane.set_k(3)
    first, second = Run(lane, REQUEST), Run(lane, REQUEST)
    assert [step.accepted for step in first.rounds] == [step.accepted for step in second.rounds]


def test_a_prompt_of_several_passes_agrees(baseline: Engine, lane: Engine) -> None:
    request = Request("one two three four " * 40, max_tokens=8)
    lane.set_k(3)
    run = Run(lane, request)
    assert run.prefilled.prompt_tokens > 512
    assert run.ids == Run(baseline, request).ids


def test_the_head_guesses_the_same_whether_the_text_was_fed_at_once_or_in_rounds(tmp_path: Path) -> None:
    lane = create("llama.cpp")
    lane.load(spec(write_nextn(tmp_path / "part.gguf", NextNShape(scale=0.09)), 3))
    request = Request("abcabcabcabcabc", max_tokens=24, raw=True)
    run = Run(lane, request)
    native = lane._loaded()  # type: ignore[attr-defined]
    prompt = native.prompt_tokens(request)
    emitted = 1
    for step in run.rounds[:-1]:
        text = [*prompt, *run.ids[:emitted]]
        native.begin_probe(text[:-1])
        again = native.draft(text[-1], len(text) - 1, step.drafted)
        accepted = [token.id for token in step.tokens if token.drafted]
        assert again[: len(accepted)] == accepted
        if len(accepted) < step.drafted:
            assert again[len(accepted)] != step.tokens[-1].id
        emitted += step.emitted


def test_lookup_and_probes_work_on_layers_with_a_running_state(baseline: Engine, target: Path) -> None:
    with closing(create("llama.cpp")) as engine:
        engine.load(spec(target, 4, kind=LaneKind.LOOKUP))
        assert Run(engine, REQUEST).ids == Run(baseline, REQUEST).ids
    assert isinstance(baseline, Probing)
    assert baseline.probe_noise(REQUEST, 3) >= 0
    assert set(baseline.probe_passes((1, 2, 17), 100, 1).forward_ns) == {1, 2, 17}


def test_a_full_context_ends_the_run(tmp_path: Path) -> None:
    path = write_nextn(tmp_path / "long.gguf", NextNShape(scale=0.03))
    with closing(create("llama.cpp")) as engine:
        engine.load(spec(path, 5, context=96))
        run = Run(engine, Request("Hello", max_tokens=500))
        assert run.finish is Finish.CONTEXT
        assert run.prefilled.prompt_tokens + len(run.tokens) == 97
        assert all(isinstance(step, Round) for step in run.rounds)


@pytest.mark.parametrize(
    ("shape", "parts", "kind"),
    [
        (NextNShape(), {"head": False}, "head-missing"),
        (NextNShape(heads=2), {}, "head-several"),
        (NextNShape(), {"trunk": False}, "not-gguf"),
    ],
)
def test_a_file_whose_head_cannot_draft_is_refused_in_words(
    tmp_path: Path, shape: NextNShape, parts: dict[str, bool], kind: str
) -> None:
    path = write_nextn(tmp_path / "odd.gguf", shape, **parts)
    with closing(create("llama.cpp")) as engine, pytest.raises(ProblemError) as caught:
        engine.load(spec(path, 2))
    assert caught.value.problem.kind == kind
