from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.engines import create
from app.engines.base import Engine, Probing, Progressing, Steered, Stopped
from app.engines.llama_lane import prompt_chunk
from app.race.auto_policy import AutoPolicy
from app.race.events import Finish, Round
from app.race.known_costs import KnownCosts
from app.race.lanes import LaneKind, Request
from app.race.problems import ProblemError
from tests.engines.conformance import CODE, HAIKU, JAPANESE, SHORT, Conformance, MakeSpec, Run, check_steered

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("nano")]


class TestLlamaCpp(Conformance):
    engine = "llama.cpp"
    ks = (3,)  # every K is raced below


@pytest.mark.parametrize(
    ("prompt", "ks"), [(CODE, range(1, 9)), (HAIKU, (2, 4)), (JAPANESE, (1, 3))], ids=["code", "haiku", "japanese"]
)
def test_mtp_emits_the_baselines_tokens_at_every_k(baseline: Engine, mtp: Engine, prompt: str, ks: list[int]) -> None:
    request = Request(prompt=prompt, max_tokens=32)
    plain = Run(baseline, request)
    for k in ks:
        mtp.set_k(k)
        run = Run(mtp, request)
        assert run.ids == plain.ids, f"K={k}"
        assert run.text == plain.text
        assert run.finish == plain.finish


@pytest.mark.parametrize(("prompt", "limit"), [(CODE, 24), (SHORT, 60), (JAPANESE, 16)])
def test_what_the_suite_compares_without_logits_has_no_near_tie(baseline: Engine, prompt: str, limit: int) -> None:
    run = Run(baseline, Request(prompt=prompt, max_tokens=limit))
    assert min(token.gap for token in run.tokens) > 0.3
    assert (run.finish is Finish.END) == (prompt == SHORT)


def test_the_first_round_of_a_wide_draft_never_goes_past_the_limit(mtp: Engine) -> None:
    mtp.set_k(16)
    run = Run(mtp, Request(prompt=CODE, max_tokens=6))
    assert len(run.tokens) == 6
    assert all(step.drafted <= 4 for step in run.rounds)


def test_a_full_context_ends_the_run_in_both_lanes_at_the_same_token(make_spec: MakeSpec) -> None:
    counts = []
    for k in (0, 5):
        with closing(create("llama.cpp")) as engine:
            engine.load(make_spec(k, context=64))
            run = Run(engine, Request(prompt=CODE, max_tokens=500))
            assert run.finish is Finish.CONTEXT
            assert run.prefilled.prompt_tokens + len(run.tokens) == 65  # the last one is not fed
            counts.append(run.ids)
            with pytest.raises(ProblemError) as caught:
                engine.prefill(Request(prompt=CODE * 5))
            assert caught.value.problem.kind == "prompt-too-long"
            assert engine.round() is Finish.STOPPED
    assert counts[0] == counts[1]


def test_a_long_prompt_is_told_as_it_is_read_and_a_short_one_is_not(mtp: Engine) -> None:
    assert isinstance(mtp, Progressing)
    told: list[tuple[int, int]] = []
    mtp.progress_to(lambda done, total: told.append((done, total)))
    mtp.prefill(Request("Hi", 4))
    assert told == []
    total = mtp.prefill(Request("word " * 1200, 4)).prompt_tokens
    mtp.progress_to(lambda done, total: None)
    assert told[0] == (0, total)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert all(of == total > done for done, of in told)


def test_a_long_prompt_takes_several_passes_and_agrees(baseline: Engine, mtp: Engine) -> None:
    request = Request(prompt="Count these words: " + "apple pear " * 300, max_tokens=6)
    mtp.set_k(3)
    plain, run = Run(baseline, request), Run(mtp, request)
    assert plain.prefilled.prompt_tokens > 512
    assert run.ids == plain.ids


def test_the_chat_template_puts_one_beginning(baseline: Engine) -> None:
    lane = baseline._loaded()  # type: ignore[attr-defined]
    tokens = lane.prompt_tokens(Request(prompt="Hi"))
    assert tokens.count(2) == 1
    assert tokens[0] == 2
    assert lane.prompt_tokens(Request(prompt="Hi", raw=True))[0] == 2


def test_low_confidence_ends_a_draft(make_spec: MakeSpec) -> None:
    with closing(create("llama.cpp")) as engine:
        engine.load(make_spec(8, draft_min_p=0.95))
        run = Run(engine, Request(prompt=JAPANESE, max_tokens=24))
    assert any(step.drafted < 8 for step in run.rounds[:-1])


@pytest.mark.parametrize("prompt", [CODE, HAIKU, JAPANESE], ids=["code", "haiku", "japanese"])
def test_drafts_that_end_by_certainty_emit_the_baselines_tokens_and_are_told(
    baseline: Engine, mtp: Engine, prompt: str
) -> None:
    assert len({len(step.certainty) for step in check_steered(baseline, mtp, prompt)}) > 1


def test_a_draft_model_and_a_head_are_asked_by_the_gate_too(make_spec: MakeSpec, pair: tuple[Path, Path]) -> None:
    with closing(create("llama.cpp")) as engine:
        engine.load(make_spec(6, kind=LaneKind.DRAFT_MODEL, drafter=str(pair[0])))
        assert isinstance(engine, Steered)
        engine.steer(AutoPolicy(6, KnownCosts((10_000,) * 7, 10_000)))
        run = Run(engine, Request(prompt=CODE, max_tokens=24))
    assert any(step.certainty for step in run.rounds)


def test_lookup_and_a_draft_model_emit_the_baselines_tokens(
    make_spec: MakeSpec, pair: tuple[Path, Path], baseline: Engine
) -> None:
    request = Request(prompt=CODE, max_tokens=32)
    plain = Run(baseline, request)
    for kind in (LaneKind.LOOKUP, LaneKind.DRAFT_MODEL):
        with closing(create("llama.cpp")) as engine:
            engine.load(make_spec(3, kind=kind, drafter=str(pair[0])))
            run = Run(engine, request)
        assert run.ids == plain.ids
        if kind is LaneKind.DRAFT_MODEL:  # the target drafts for itself, so every draft is right
            assert all(step.accepted == step.drafted for step in run.rounds)
        assert sum(step.accepted for step in run.rounds) > 0


def test_stop_ends_a_forward_pass_from_another_thread(make_spec: MakeSpec) -> None:
    with closing(create("llama.cpp")) as engine:
        engine.load(make_spec(context=8192))
        request = Request(prompt="word " * 7000, max_tokens=4)
        began = threading.Event()

        def prefill() -> None:
            began.set()
            engine.prefill(request)

        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(prefill)
            began.wait()
            while not running.done():  # a stop before the prefill began is forgotten by it
                engine.stop()
            assert isinstance(running.exception(), Stopped)
        assert engine.round() is Finish.STOPPED
        assert len(Run(engine, Request(prompt=HAIKU, max_tokens=5)).tokens) == 5


def test_two_threads_and_a_pause_after_every_round_give_the_same(make_spec: MakeSpec, baseline: Engine) -> None:
    request = Request(prompt=CODE, max_tokens=6)
    with closing(create("llama.cpp")) as engine:
        loaded = engine.load(make_spec(3, threads=2))
        assert loaded.threads == 2
        tokens = [engine.prefill(request).first.id]
        engine.pause()
        while isinstance(step := engine.round(), Round):
            tokens += [token.id for token in step.tokens]
            engine.pause()
    assert tokens == Run(baseline, request).ids


def test_probes_measure_noise_and_widths(mtp: Engine) -> None:
    assert isinstance(mtp, Probing)
    noise = mtp.probe_noise(Request(prompt=CODE), 3, positions=16)
    assert 0 <= noise < 1
    found = mtp.probe_passes((1, 4), context=32, repeats=2)
    assert set(found.forward_ns) == {1, 4}
    assert found.forward_ns[4] > found.forward_ns[1] > 0
    assert found.draft_ns > 0
    with pytest.raises(ProblemError):
        mtp.probe_passes((18,), context=32)
    with pytest.raises(ProblemError):
        mtp.probe_passes((1,), context=2048)
    assert mtp.round() is Finish.STOPPED


@pytest.mark.parametrize(
    ("parameters", "layers", "on_gpu", "chunk"),
    [
        (54_000_000, 12, False, 512),
        (12_000_000_000, 48, False, 32),
        (4_000_000_000, 34, False, 64),
        (12_000_000_000, 48, True, 512),
        (0, 0, False, 512),
    ],
)
def test_large_models_are_fed_in_small_passes_so_that_a_stop_is_heard(
    parameters: int, layers: int, on_gpu: bool, chunk: int
) -> None:
    assert prompt_chunk(parameters, layers, on_gpu) == chunk
