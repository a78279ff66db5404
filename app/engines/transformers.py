"""Hugging Face transformers: the reference implementation, with its own assisted generation.

``generate`` runs in a thread of its own, which stands still between rounds; so the lane can be stepped, and its work
never goes on in another lane's turn. A logits processor chooses every token by the app's rule
(:mod:`app.engines.sampling`) and notes the gap, in both kinds of lane. K is set before each round, so that the app's
schedules apply, which know transformers' ``constant`` and ``heuristic`` ones.

Settings in ``LaneSpec.options``: ``device`` (``"cpu"`` or ``"cuda"``; else the GPU where there is one), ``dtype``
(``"float32"``, ``"bfloat16"``, ``"float16"``; else bfloat16 on a GPU and float32 on a processor, where bfloat16 is ten
times slower unless the processor knows it) and ``first_round`` = ``"as-is"`` to leave transformers' first round alone.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psutil
import torch
import transformers

from app.engines import chat
from app.engines.detokenize import WindowDecoder
from app.engines.torch_models import TorchPair
from app.engines.torch_run import Emission, GenerateRun, RunSettings, first_round_is_flawed
from app.race.events import Finish, Loaded, Prefilled, Round, Token
from app.race.gate import Gate
from app.race.lanes import MAX_K, LaneSpec, Request
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns

FIRST_ROUND_NOTE: Final = (
    "transformers drafts the first round from the hidden state of the prompt's first token; here it is drafted from "
    "that of the last one. The text is the same either way."
)


class TransformersEngine:
    """One lane; see :class:`app.engines.base.Engine`."""

    def __init__(self) -> None:
        self._pair: TorchPair | None = None
        self._run: GenerateRun | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._text: WindowDecoder | None = None
        self._gate: Gate | None = None
        self._stopped = False
        self._k = self._emitted = self._limit = 0
        self._full = Finish.LENGTH
        self._finish: Finish | None = Finish.STOPPED

    def _loaded(self) -> TorchPair:
        if self._pair is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        return self._pair

    def load(self, spec: LaneSpec) -> Loaded:
        started = now()
        self.close()
        chat.prepare()
        # Torch keeps its processor threads for each calling thread: one thread does all of the lane's work.
        self._thread = ThreadPoolExecutor(1, "torch")
        self._pair = pair = self._thread.submit(TorchPair, spec).result()
        self._k = spec.k
        notes = (FIRST_ROUND_NOTE,) if self._mends and pair.assistant is not None else ()
        return Loaded(
            engine=f"transformers {transformers.__version__} (torch {torch.__version__})",
            model=pair.describe(),
            device=pair.device_name(),
            load_ns=now() - started,
            context=spec.context,
            vocabulary=pair.vocabulary,
            threads=torch.get_num_threads(),
            memory_bytes=psutil.Process().memory_info().rss,
            notes=notes,
        )

    @property
    def _mends(self) -> bool:
        return self._loaded().spec.options.get("first_round") != "as-is" and first_round_is_flawed()

    def prefill(self, request: Request) -> Prefilled:
        pair = self._loaded()
        started = now()
        self._leave_run()
        self._stopped, self._finish = False, Finish.STOPPED
        tokens = pair.prompt_tokens(request)
        room = pair.spec.context - len(tokens) + 1  # the last emitted token need not be fed
        self._limit = min(request.max_tokens, room)
        self._full = Finish.LENGTH if request.max_tokens <= room else Finish.CONTEXT
        self._emitted, self._text = 0, WindowDecoder(self._decode)
        settings = RunSettings(tokens, self._limit, request.sampling, pair.ends, pair.pad, self._mends)
        assert self._thread is not None
        self._run = GenerateRun(pair.target, pair.assistant, settings, self._thread, lambda: self._stopped)
        emission = self._step(self._run, 0)
        (first,) = self._emit(emission)
        return Prefilled(start_ns=0, end_ns=now() - started, prompt_tokens=len(tokens), first=first)

    def _decode(self, tokens: list[int]) -> str:
        text: str = self._loaded().tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def round(self) -> Round | Finish:
        self._loaded()
        run = self._run
        if self._finish is not None or run is None:
            return self._finish or Finish.STOPPED
        self._finish = Finish.STOPPED  # if anything below raises, the run is over
        started = now()
        emission = self._step(run, min(self._k, self._limit - self._emitted - 1))
        tokens = self._emit(emission)
        return Round(
            start_ns=0,
            end_ns=now() - started,
            tokens=tokens,
            drafted=len(emission.drafts),
            accepted=emission.accepted,
            draft_ns=emission.draft_ns,
            verify_ns=emission.verify_ns,
            certainty=emission.certainty,
            halt=emission.halt,
            drafts=emission.made,
        )

    def _step(self, run: GenerateRun, k: int) -> Emission:
        run.gate = self._gate
        try:
            emission = run.step(k)
        except (RuntimeError, ValueError, IndexError) as error:
            raise ProblemError(
                Problem(
                    "engine-failed",
                    "transformers failed while it generated.",
                    cause=f"{type(error).__name__}: {str(error)[:500]}",
                    action="Try another model, or a shorter prompt; if it persists, report it with the details.",
                )
            ) from error
        if emission is None:
            raise ProblemError(
                Problem("engine-failed", "transformers ended the run before its limit.", action="Race again.")
            )
        return emission

    def _emit(self, emission: Emission) -> tuple[Token, ...]:
        """Makes tokens of a round's choices, and notes why the run is over, if it is."""
        assert self._text is not None
        ends = self._loaded().ends
        tokens = tuple(
            Token(id_, "" if id_ in ends else self._text.feed(id_), index < emission.accepted, gap, runner_up)
            for index, (id_, gap, runner_up) in enumerate(emission.choices)
        )
        if not all(token.gap >= 0 for token in tokens):
            raise ProblemError(
                Problem(
                    "logits-broken",
                    "The model computed something that is not a number.",
                    cause="The model files are damaged, or do not fit the number format.",
                    action="Download the model again, or use float32.",
                )
            )
        self._emitted += len(tokens)
        self._finish = None
        if tokens[-1].id in ends:
            self._finish = Finish.END
        elif self._emitted >= self._limit:
            self._finish = self._full
        return tokens

    def tail(self) -> str:
        return self._text.flush() if self._text is not None else ""

    def set_k(self, k: int) -> None:
        if self._loaded().assistant is None:
            return
        if not 0 <= k <= MAX_K:
            raise ProblemError(
                Problem("k-range", f"K is {k}, but must be from 1 to {MAX_K}.", action="Choose another K.")
            )
        self._k = k

    def steer(self, gate: Gate | None) -> None:
        """See :meth:`app.engines.base.Steered.steer`."""
        self._gate = gate

    def stop(self) -> None:
        self._stopped = True

    def pause(self) -> None:
        """The lane's thread waits for its next order; threads of OpenMP, if several, spin for a few ms at most."""

    def _leave_run(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.leave()

    def close(self) -> None:
        self._leave_run()
        pair, self._pair = self._pair, None
        thread, self._thread = self._thread, None
        if pair is not None:
            pair.close()
        if thread is not None:
            thread.shutdown()


def create() -> TransformersEngine:
    """Returns a new, unloaded engine."""
    return TransformersEngine()
