"""One call of transformers' ``generate``, held still between rounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig, LogitsProcessorList
from transformers.generation.candidate_generator import SinglePositionMultiTokenCandidateGenerator

from app.engines.base import Stopped
from app.engines.sampling import Choice, choose
from app.race.events import Halt
from app.race.gate import Gate
from app.race.lanes import Sampling

now = time.perf_counter_ns


def first_round_is_flawed() -> bool:
    """Whether this transformers drafts the first round from the prompt's first token. Seen in 5.17, mended in 5.24."""
    return "is_main_model_prefill" not in SinglePositionMultiTokenCandidateGenerator.__init__.__code__.co_names


class _Left(BaseException):
    """Unwinds ``generate`` when its run is ended. No library code may catch it."""


@dataclass
class Emission:
    """What one round gave: the chosen tokens, what was drafted, and the times.

    Of a draft that a gate ended: the drafter's certainty of each token, why it ended, and all tokens that were made.
    """

    choices: list[Choice]
    drafts: list[int]
    draft_ns: int = 0
    verify_ns: int = 0
    certainty: tuple[float, ...] = ()
    halt: Halt = Halt.UNTOLD
    made: tuple[int, ...] = ()

    @property
    def accepted(self) -> int:
        """How many drafts from the start were emitted."""
        accepted = 0
        for choice, draft in zip(self.choices, self.drafts, strict=False):
            if choice.id != draft:
                break
            accepted += 1
        return accepted


class _Enough(BaseException):
    """Ends a draft from inside the drafter's loop. No library code may catch it."""


class SteeredDraft:
    """One draft that a gate ends: a forward hook of the drafter, which sees the logits of each draft token.

    Args:
        most: Drafts to make, at least one; ``cut``: the run has room for no more.
        temperature: At which the target draws; a draft is accepted if it is drawn, so the gate is told that share.
    """

    def __init__(self, gate: Gate, most: int, temperature: float, *, cut: bool) -> None:
        self._gate, self._most, self._cut = gate, most, cut
        self._temperature = temperature if temperature > 0 else 1.0
        self._logits: list[Any] = []
        self._tokens: list[Any] = []
        self.certainty: list[float] = []

    def __call__(self, _module: Any, _args: Any, outputs: Any) -> None:
        """Takes in the drafter's output. Raises :class:`_Enough` if no more is wanted."""
        logits = outputs.logits
        shares = torch.softmax(logits[0, -1].float() / self._temperature, dim=-1)
        self._logits.append(logits)
        self._tokens.append(logits.argmax(dim=-1))
        self.certainty.append(min(1.0, round(float(shares.max()), 4)))
        if len(self.certainty) < self._most and not self._gate.wants(self.certainty):
            raise _Enough

    def halt(self) -> Halt:
        """Returns why the draft ended."""
        if self._cut and len(self.certainty) == self._most:
            return Halt.LIMIT
        return self._gate.halt(self.certainty)

    @property
    def made(self) -> tuple[int, ...]:
        """The tokens that were drafted."""
        return tuple(int(token) for token in self._tokens)

    def candidates(self, input_ids: Any) -> tuple[Any, Any]:
        """Returns the text with as many of the drafts as the target is to be given, and the logits of these."""
        kept = self._gate.keep(self.certainty)
        if not kept:
            return input_ids, None
        return torch.cat([input_ids, *self._tokens[:kept]], dim=1), torch.cat(self._logits[:kept], dim=1)


@dataclass
class RunSettings:
    """What a run needs besides the models.

    Attributes:
        tokens: The prompt.
        limit: Most tokens to emit.
        ends: End tokens; ``pad`` is any valid token.
        mend_first_round: Draft the first round from the last prompt token's hidden state.
    """

    tokens: list[int]
    limit: int
    sampling: Sampling
    ends: list[int]
    pad: int
    mend_first_round: bool = True


class Chooser:
    """Chooses each token by the app's rule and notes it by its position; a logits processor.

    A greedy choice is left to the library's argmax, and only the two best logits are kept, on the device, so that the
    host does not wait for each position.
    """

    def __init__(self, prompt: int, sampling: Sampling) -> None:
        self._prompt, self._sampling = prompt, sampling
        self._noted: dict[int, Choice | tuple[Any, Any]] = {}

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        position = input_ids.shape[1] - self._prompt
        if self._sampling.temperature <= 0:
            top = scores[0].float().topk(2)
            self._noted[position] = (top.values, top.indices)
            return scores
        row = np.array(scores[0].float().cpu().numpy())
        choice = choose(row, self._sampling, position)
        self._noted[position] = choice
        forced = torch.full_like(scores, float("-inf"))
        forced[0, choice.id] = 0.0
        return forced

    def take(self, position: int, token: int) -> Choice:
        """Returns the choice at a position, where ``token`` was emitted, and forgets it and those before."""
        noted = self._noted[position]
        self._noted = {at: value for at, value in self._noted.items() if at > position}
        if isinstance(noted, Choice):
            return noted
        (best, second), (first, other) = noted[0].tolist(), noted[1].tolist()
        return Choice(token, best - second, other if token == first else first)


@dataclass
class _Stopwatch:
    """Times drafting without making the host wait for a GPU."""

    cuda: bool
    began: int = 0
    ended: int = 0
    _events: list[Any] = field(default_factory=list)

    def start(self) -> None:
        self.began = now()
        if self.cuda:
            self._events = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
            self._events[0].record()

    def stop(self) -> None:
        self.ended = now()
        if self.cuda:
            self._events[1].record()

    def read(self) -> int:
        """Returns the time in ns. The device must have come past the end."""
        if self._events:
            return int(self._events[0].elapsed_time(self._events[1]) * 1e6)
        return self.ended - self.began

    def reset(self) -> None:
        self.began = self.ended = 0
        self._events = []


class GenerateRun:
    """Runs ``generate`` in the engine's own thread, one round a :meth:`step`.

    Args:
        target: The full model; ``assistant`` the drafter or None.
        settings: What to generate.
        thread: One thread, in which all torch work of the lane is done.
        stopping: Whether the run was asked to stop.

    Attributes:
        gate: Decides how long drafts are from the next round on; None drafts as many as are asked for.
    """

    def __init__(
        self, target: Any, assistant: Any, settings: RunSettings, thread: Executor, stopping: Callable[[], bool]
    ) -> None:
        self._target, self._assistant, self._settings = target, assistant, settings
        self._stopping = stopping
        self._orders: SimpleQueue[int] = SimpleQueue()  # K for the next round, below 0: leave
        self._results: SimpleQueue[Emission | BaseException | None] = SimpleQueue()
        self._chooser = Chooser(len(settings.tokens), settings.sampling)
        self._watch = _Stopwatch(target.device.type == "cuda")
        self.gate: Gate | None = None
        self._steered: SteeredDraft | None = None
        self._k = self._position = 0
        self._drafts: Any = None
        self._prompt_seen = self._first_drafted = False
        self._step_began = 0
        self._future: Future[None] = thread.submit(self._work)

    def step(self, k: int) -> Emission | None:
        """Computes the next round with at most ``k`` drafts; None if ``generate`` has nothing more.

        Raises:
            Stopped: the run was stopped.
        """
        self._orders.put(max(0, k))
        result = self._results.get()
        if isinstance(result, _Left):
            raise Stopped from result
        if isinstance(result, BaseException):
            raise result
        return result

    def leave(self) -> None:
        """Leaves ``generate`` wherever it is and waits until its thread is free."""
        self._orders.put(-1)
        self._future.exception()

    def _work(self) -> None:
        try:
            self._take_order()
            self._generate()
        except (_Left, Exception) as error:  # noqa: BLE001 -- step() raises it again in the caller's thread
            self._results.put(error)
        else:
            self._results.put(None)

    def _take_order(self) -> None:
        self._k = self._orders.get()
        if self._k < 0:
            raise _Left
        self._step_began = now()

    def _check(self, *_: Any) -> None:
        if self._stopping():
            raise _Left

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def _generate(self) -> None:
        settings, target = self._settings, self._target
        ids = torch.tensor([settings.tokens], device=target.device)
        config = GenerationConfig(
            do_sample=False, max_new_tokens=settings.limit, eos_token_id=settings.ends, pad_token_id=settings.pad
        )
        # A stop reaches the inside of a forward pass: every layer asks before it computes.
        layers = [module for module in target.modules() if type(module).__name__.endswith("DecoderLayer")]
        hooks = [layer.register_forward_pre_hook(self._check) for layer in layers]
        if self._assistant is not None:
            make = target._get_candidate_generator
            target._get_candidate_generator = lambda **kwargs: self._watched(make(**kwargs))
        try:
            target.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                generation_config=config,
                logits_processor=LogitsProcessorList([self._chooser]),
                streamer=self,
                assistant_model=self._assistant,
            )
        finally:
            for hook in hooks:
                hook.remove()
            if self._assistant is not None:
                del target._get_candidate_generator  # the class's own is there again

    def _watched(self, generator: Any) -> Any:
        """Makes transformers' candidate generator draft what the app asks for, and notes what it did."""
        draft = generator.get_candidates

        def get_candidates(input_ids: Any, **kwargs: Any) -> Any:
            self._check()
            if kwargs.get("is_first_iteration"):
                return draft(input_ids, **kwargs)
            generator.num_assistant_tokens = self._k
            if not self._first_drafted:
                self._first_drafted = True
                if self._settings.mend_first_round:
                    kwargs["n_last_matches"] = kwargs["model_outputs"].hidden_states[-1].shape[1] - 1
            self._watch.start()
            candidates, logits = self._draft(generator, draft, input_ids, kwargs)
            self._watch.stop()
            self._drafts = candidates[0, input_ids.shape[1] :]
            return candidates, logits

        generator.get_candidates = get_candidates
        return generator

    def _draft(self, generator: Any, draft: Callable[..., Any], input_ids: Any, kwargs: dict[str, Any]) -> Any:
        """Drafts by transformers' own loop, which a gate may leave early."""
        if self.gate is None:
            return draft(input_ids, **kwargs)
        settings = self._settings
        cut = self._k >= settings.limit - self._position - 1
        self._steered = steered = SteeredDraft(self.gate, self._k, settings.sampling.temperature, cut=cut)
        hook = self._assistant.register_forward_hook(steered)
        try:
            draft(input_ids, **kwargs)
        except _Enough:
            vars(generator)["is_main_model_prefill"] = False  # as its loop notes at its end
        finally:
            hook.remove()
        return steered.candidates(input_ids)

    def put(self, value: Any) -> None:
        """Called by ``generate`` with the prompt, then with the tokens of each round; the device is done with them."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        ended = now()
        tokens = value.reshape(-1).tolist()
        drafts = [] if self._drafts is None else self._drafts.tolist()
        steered, self._steered = self._steered, None
        draft_ns = self._watch.read() if drafts or steered is not None else 0
        choices = [self._chooser.take(self._position + index, token) for index, token in enumerate(tokens)]
        self._position += len(tokens)
        self._drafts = None
        self._watch.reset()
        emission = Emission(choices, drafts, draft_ns, max(0, ended - self._step_began - draft_ns))
        if steered is not None:
            emission.certainty, emission.halt = tuple(steered.certainty), steered.halt()
            emission.made = steered.made
        self._results.put(emission)
        self._take_order()

    def end(self) -> None:
        """Called by ``generate`` at its end, which its return tells as well."""
