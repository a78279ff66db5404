"""What every engine must do, on the built-in pair. An engine's tests inherit the suite and say how to load a lane.

What an engine declares not to have (:class:`app.engines.base.Capabilities`) must then really be absent from what it
reports, so that nothing is ever made up.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from app.engines import ENGINES, create
from app.engines.base import Capabilities, Engine, Steered, Stopped
from app.race.auto_policy import AutoPolicy
from app.race.events import Done, Finish, Halt, LaneEvent, Loaded, Prefilled, Round, Token
from app.race.fold import LaneState
from app.race.known_costs import KnownCosts
from app.race.lanes import LaneKind, LaneSpec, Request, Sampling
from app.race.problems import ProblemError
from app.race.verdict import TokenVerdict, compare_tokens

CODE = "Write a Python function called merge_sort that sorts a list with the merge sort algorithm."
HAIKU = "Write a haiku about the ocean."
SHORT = "Answer in JSON with the keys name and colour for an apple."
"""Ends by itself. None of its tokens is a near tie (test_llama_cpp.py), so lanes without logits can be compared too."""
JAPANESE = "再帰とは何ですか。初心者にもわかるように日本語で説明してください。"

MakeSpec = Callable[..., LaneSpec]


class Run:
    """Everything that one run gave."""

    def __init__(self, engine: Engine, request: Request) -> None:
        self.prefilled: Prefilled = engine.prefill(request)
        self.tokens: list[Token] = [self.prefilled.first]
        self.rounds: list[Round] = []
        while isinstance(step := engine.round(), Round):
            self.rounds.append(step)
            self.tokens += step.tokens
        self.finish: Finish = step
        self.tail = engine.tail()
        self.text = "".join(token.text for token in self.tokens) + self.tail

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]

    @property
    def count(self) -> int:
        """Emitted tokens, the first one included."""
        return 1 + sum(step.emitted for step in self.rounds)

    @property
    def state(self) -> LaneState:
        """The run as every part of the app sees it."""
        state = LaneState()
        events: list[LaneEvent] = [self.prefilled, *self.rounds, Done(0, self.finish, self.tail)]
        for event in events:
            state.apply(event)
        return state


def give_back() -> None:
    """Has the C library return what was freed, so that memory that stays is memory that leaked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def loaded(spec: LaneSpec) -> Iterator[Engine]:
    """A loaded lane, for the fixtures ``baseline`` and ``mtp``."""
    with closing(create(spec.engine)) as engine:
        engine.load(spec)
        yield engine


def spec_maker(engine: str, files: Callable[[int], tuple[str, str]], **usual: object) -> MakeSpec:
    """What the fixture ``make_spec`` returns. ``files`` gives target and drafter of a lane with that K."""

    def make(k: int = 0, **settings: object) -> LaneSpec:
        target, drafter = files(k)
        values: dict[str, object] = {
            "id": "lane",
            "kind": LaneKind.MTP if k else LaneKind.BASELINE,
            "engine": engine,
            "target": target,
            "drafter": drafter,
            "k": k,
        }
        return LaneSpec(**{**values, **usual, **settings})  # type: ignore[arg-type]

    return make


def pair_of(files: tuple[Path, Path]) -> Callable[[int], tuple[str, str]]:
    """Target and drafter of one pair: the drafter only for a lane that drafts."""
    return lambda k: (str(files[0]), str(files[1]) if k else "")


def lane_fixtures(scope: Literal["session", "module"], top_k: int = 16) -> tuple[Any, Any]:
    """The fixtures ``baseline`` and ``mtp``, made of ``make_spec``."""

    @pytest.fixture(scope=scope)
    def baseline(make_spec: MakeSpec) -> Iterator[Engine]:
        with loaded(make_spec()) as engine:
            yield engine

    @pytest.fixture(scope=scope)
    def mtp(make_spec: MakeSpec) -> Iterator[Engine]:
        with loaded(make_spec(top_k)) as engine:
            yield engine

    return baseline, mtp


class Conformance:
    """The suite.

    A subclass sets ``engine``; its file has the fixtures ``make_spec(k, **changes)``, ``baseline`` and ``mtp``, the
    latter loaded for ``top_k``.
    """

    engine: str
    top_k = 16
    ks: tuple[int, ...] = (1, 2, 4)
    leak_bytes = 8 << 20
    wrong_target = "nowhere.gguf"
    wrong_kind = "file-missing"

    @property
    def can(self) -> Capabilities:
        return ENGINES[self.engine].capabilities

    def same(self, baseline: Run, lane: Run) -> bool:
        """Whether two runs agree as far as the engine can tell: token by token, or by text."""
        if not self.can.token_ids:
            return baseline.text == lane.text and baseline.count == lane.count
        verdict = compare_tokens(baseline.state, lane.state).verdict
        return verdict in (TokenVerdict.IDENTICAL, TokenVerdict.NEAR_TIE_FORK)

    def test_loading_says_what_was_loaded(self, make_spec: MakeSpec) -> None:
        with closing(create(self.engine)) as engine:
            loaded = engine.load(make_spec(self.ks[-1]))
        assert isinstance(loaded, Loaded)
        assert loaded.engine
        assert loaded.model
        assert loaded.device
        assert loaded.context > 0
        assert loaded.load_ns > 0

    def test_the_mtp_lane_emits_what_the_baseline_emits(self, baseline: Engine, mtp: Engine) -> None:
        for prompt, limit in ((CODE, 20), (SHORT, 16)):
            request = Request(prompt=prompt, max_tokens=limit)
            plain = Run(baseline, request)
            for k in self.ks if self.can.sets_k else (self.top_k,):
                mtp.set_k(k)
                run = Run(mtp, request)
                assert self.same(plain, run), f"K={k}: {compare_tokens(plain.state, run.state).sentence}"
                assert run.finish == plain.finish

    def test_a_run_repeats_itself(self, baseline: Engine, mtp: Engine) -> None:
        request = Request(prompt=CODE, max_tokens=8)
        for engine in (baseline, mtp):
            engine.set_k(self.ks[-1])
            assert Run(engine, request).text == Run(engine, request).text

    def test_the_same_seed_draws_the_same_tokens_in_both_lanes(self, baseline: Engine, mtp: Engine) -> None:
        if not self.can.sampling:
            pytest.skip("this engine declares that it does not take the app's random numbers")
        mtp.set_k(self.ks[-1])
        texts = set()
        for seed in (0, 7):
            request = Request(
                prompt=HAIKU, max_tokens=12, sampling=Sampling(temperature=2.0, top_k=50, top_p=0.99, seed=seed)
            )
            plain, run = Run(baseline, request), Run(mtp, request)
            assert self.same(plain, run), f"seed {seed}"
            texts.add(plain.text)
        assert len(texts) == 2

    def test_the_accounting_adds_up(self, baseline: Engine, mtp: Engine) -> None:
        mtp.set_k(self.ks[-1])
        for engine, most in ((baseline, 0), (mtp, self.ks[-1] if self.can.sets_k else self.top_k)):
            run = Run(engine, Request(prompt=CODE, max_tokens=24))
            assert run.finish is Finish.LENGTH
            assert run.count == 24
            assert run.prefilled.prompt_tokens > 20
            assert run.prefilled.end_ns > 0
            for step in run.rounds:
                assert 0 <= step.accepted <= step.drafted <= most
                assert step.draft_ns + step.verify_ns <= step.end_ns
                if self.can.rounds:
                    # The last round may end at the limit, before the target's own token.
                    assert step.emitted == step.accepted + 1 or (step is run.rounds[-1] and step.emitted)
                    assert step.start_ns == 0 < step.end_ns
                if self.can.rounds and self.can.token_ids:
                    flags = [True] * step.accepted + [False]
                    assert [token.drafted for token in step.tokens] == flags[: step.emitted]
            if self.can.rounds and most:
                assert sum(step.accepted for step in run.rounds) > 0

    def test_tokens_say_what_the_engine_can_tell_and_nothing_else(self, mtp: Engine) -> None:
        mtp.set_k(self.ks[-1])
        run = Run(mtp, Request(prompt=CODE, max_tokens=12))
        for token in run.tokens:
            assert (token.id >= 0) == self.can.token_ids
            assert (token.gap >= 0) == self.can.logits
            assert (token.runner_up >= 0) == self.can.logits
            assert token.runner_up == -1 or token.runner_up != token.id
        if not self.can.rounds:
            assert all(step.drafted == step.accepted == 0 for step in run.rounds)

    def test_one_token_needs_no_round(self, baseline: Engine, mtp: Engine) -> None:
        for engine in (baseline, mtp):
            run = Run(engine, Request(prompt=CODE, max_tokens=1))
            assert run.finish is Finish.LENGTH
            assert run.count == 1

    def test_an_end_token_ends_the_run_and_has_no_text(self, baseline: Engine, mtp: Engine) -> None:
        request = Request(prompt=SHORT, max_tokens=60)
        mtp.set_k(self.ks[-1])
        plain, run = Run(baseline, request), Run(mtp, request)
        assert plain.finish is run.finish is Finish.END
        assert "<" not in plain.text
        assert self.same(plain, run)
        if self.can.token_ids:
            assert plain.tokens[-1].text == ""

    def test_japanese_arrives_whole_and_the_same_in_both_lanes(self, baseline: Engine, mtp: Engine) -> None:
        # The pair has a token for every character that it writes; test_detokenize.py and test_server.py split them.
        # None of these 16 tokens is a near tie, so that lanes can be compared by text too.
        request = Request(prompt=JAPANESE, max_tokens=16)
        mtp.set_k(self.ks[-1])
        plain, run = Run(baseline, request), Run(mtp, request)
        assert self.same(plain, run), f"{plain.text} | {run.text}"
        assert not plain.text.isascii()
        assert "\ufffd" not in plain.text + run.text

    @pytest.mark.parametrize("prompt", ["", "  \n"])
    def test_an_empty_prompt_is_refused(self, baseline: Engine, prompt: str) -> None:
        with pytest.raises(ProblemError) as caught:
            baseline.prefill(Request(prompt=prompt))
        assert caught.value.problem.kind == "prompt-empty"

    def test_a_stopped_run_is_over_and_the_next_one_is_whole(self, baseline: Engine, mtp: Engine) -> None:
        request = Request(prompt=CODE, max_tokens=10)
        mtp.set_k(self.ks[-1])
        mtp.prefill(request)
        mtp.round()
        mtp.stop()
        with pytest.raises(Stopped):
            mtp.round()
        assert mtp.round() is Finish.STOPPED
        assert self.same(Run(baseline, request), Run(mtp, request))

    def test_a_run_that_is_left_does_not_disturb_the_next(self, baseline: Engine, mtp: Engine) -> None:
        request = Request(prompt=SHORT, max_tokens=10)
        mtp.set_k(self.ks[-1])
        mtp.prefill(Request(prompt=CODE, max_tokens=30))
        mtp.round()
        mtp.pause()
        assert self.same(Run(baseline, request), Run(mtp, request))

    def test_what_cannot_be_loaded_is_said_in_words(self, make_spec: MakeSpec) -> None:
        engine = create(self.engine)
        with closing(engine), pytest.raises(ProblemError) as caught:
            engine.load(make_spec(target=self.wrong_target))
        assert caught.value.problem.kind == self.wrong_kind
        assert caught.value.problem.sentence
        assert caught.value.problem.action

    def test_nothing_works_before_loading(self) -> None:
        engine = create(self.engine)
        engine.pause()
        engine.stop()
        with pytest.raises(ProblemError) as caught:
            engine.round()
        assert caught.value.problem.kind == "not-loaded"
        engine.close()

    def test_closing_gives_the_memory_back(self, make_spec: MakeSpec) -> None:
        resident = []
        for _ in range(5):
            with closing(create(self.engine)) as engine:
                engine.load(make_spec(self.ks[-1]))
                Run(engine, Request(prompt=HAIKU, max_tokens=4))
            del engine
            gc.collect()
            give_back()
            resident.append(psutil.Process().memory_info().rss)
        assert resident[-1] - resident[-3] < self.leak_bytes, resident  # the first runs fill caches


def check_steered(baseline: Engine, mtp: Engine, prompt: str) -> list[Round]:
    """Drafts that end by certainty emit the baseline's tokens and say why they ended; returns the rounds."""
    request = Request(prompt=prompt, max_tokens=40)
    plain = Run(baseline, request)
    policy = AutoPolicy(8, KnownCosts((10_000, 15_000, 18_000, 20_000, 22_000, 24_000, 26_000, 27_000, 28_000), 600))
    assert isinstance(mtp, Steered)
    mtp.steer(policy)
    try:
        rounds: list[Round] = []
        ids = [mtp.prefill(request).first.id]
        mtp.set_k(policy.next_k())
        while isinstance(step := mtp.round(), Round):
            policy.observe(step)
            mtp.set_k(policy.next_k())
            rounds.append(step)
            ids += [token.id for token in step.tokens]
    finally:
        mtp.steer(None)
    assert ids == plain.ids
    assert all(step.drafted <= len(step.certainty) <= 8 for step in rounds)
    assert all(0 <= value <= 1 for step in rounds for value in step.certainty)
    assert all(step.halt is not Halt.UNTOLD for step in rounds)
    mtp.set_k(3)
    assert all(not step.certainty and step.halt is Halt.UNTOLD for step in Run(mtp, request).rounds)
    return rounds
