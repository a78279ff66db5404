"""The native parts of one lane, and the round loop over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import llama_cpp as lib

from app.engines import chat
from app.engines.asked import check_length, check_prompt
from app.engines.cores import default_threads, parse_cores
from app.engines.detokenize import Detokenizer
from app.engines.judge import Judge
from app.engines.llama_devices import gpu_names
from app.engines.llama_drafters import Drafter, MtpDrafter
from app.engines.llama_files import check_k
from app.engines.llama_kinds import make_drafter
from app.engines.llama_native import BATCH, Batch, Context, Model, StopFlag, shared_model
from app.engines.llama_threads import DEFAULT_POLL, ThreadPool
from app.engines.long_text import deep
from app.engines.sampling import Choice, Floats, choose
from app.models.files.info import ModelInfo
from app.race.events import Finish, Halt, Prefilled, Round, Token
from app.race.gate import Gate
from app.race.lanes import CACHE_TYPE, MAX_K, ONE_COPY, LaneKind, LaneSpec, Request, Sampling
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns


def make_pool(spec: LaneSpec, *, all_on_gpu: bool = False) -> ThreadPool:
    """Returns the lane's threads: one, unless more are asked for, where the processor only feeds a GPU.

    ``spec.options`` may hold ``cores`` (a list such as ``"1,2"`` to bind the threads to) and ``poll`` (0..100).
    """
    try:
        cores = parse_cores(spec.options.get("cores", ""))
        poll = int(spec.options.get("poll", DEFAULT_POLL))
        return ThreadPool(spec.threads or (1 if all_on_gpu else default_threads()), poll, cores)
    except ValueError as error:
        raise ProblemError(
            Problem("option-bad", "A setting of the lane cannot be used.", cause=f"{error}.", action="Correct it.")
        ) from error


def prompt_chunk(parameters: int, layers: int, on_gpu: bool) -> int:
    """Returns how many prompt tokens to feed in one pass, so that a stop is heard within 200 ms.

    The library looks at the stop flag between two operators only. An operator multiplies by a third of a layer at most,
    and 10 billion operations take less than 200 ms on any machine that such a model is used on. Small passes cost
    little time on a CPU; on a GPU they cost much, and large ones are over soon.
    """
    if on_gpu or parameters <= 0 or layers <= 0:
        return BATCH
    chunk = BATCH
    while chunk > 32 and chunk * (parameters // layers) * 2 // 3 > 10**10:
        chunk //= 2
    return chunk


def no_progress(done: int, total: int) -> None:
    """Nobody wants to know how far a prompt is read."""


class LlamaLane:
    """A loaded lane. The stages of a run are :meth:`prefill`, then :meth:`round` until it gives a reason to end.

    Args:
        spec: What to load; its files are checked already.
        target: What the target's file says.
        stop: Ends whatever computes now.
    """

    def __init__(self, spec: LaneSpec, target: ModelInfo, stop: StopFlag) -> None:
        self._spec, self._stop, self._k = spec, stop, spec.k
        self.parameters = target.parameters
        self.gpu_layers = spec.gpu_layers if lib.llama_supports_gpu_offload() else 0
        self.on_gpu = self.gpu_layers != 0 and bool(gpu_names())
        self._chunk = prompt_chunk(target.parameters, target.layers, self.on_gpu)
        with ExitStack() as stack:
            self.pool = make_pool(spec, all_on_gpu=self.on_gpu and self.gpu_layers < 0)
            stack.callback(self.pool.close)
            if spec.options.get(ONE_COPY):
                self.model = shared_model(spec.target, stop, self.gpu_layers)
            else:
                self.model = Model(spec.target, stop, self.gpu_layers, with_mtp=spec.kind is LaneKind.MTP)
            stack.callback(self.model.close)
            # The same context for every kind of lane, so that they run the same kernels.
            cells = spec.options.get(CACHE_TYPE, "")
            self._context = Context(self.model, spec.context, MAX_K + 1, self.pool.threads, stop, cells=cells)
            stack.callback(self._context.close)
            self.pool.attach(self._context.handle)
            self._batch = Batch(BATCH)
            stack.callback(self._batch.close)
            self._judge = Judge(spec.draft_min_p)
            self._drafter: Drafter | None = make_drafter(
                spec, self.model, self._context, self.pool, stop, self.gpu_layers, self._judge
            )
            if self._drafter is not None:
                stack.callback(self._drafter.close)
            self._parts = stack.pop_all()
        self._pieces: dict[int, bytes | None] = {}
        self._text = Detokenizer()
        self._sampling = Sampling()
        self._last = self._position = self._emitted = self._limit = 0
        self._full = Finish.LENGTH
        self._finish: Finish | None = Finish.STOPPED
        self._count: Callable[[str], int] = lambda text: len(self.model.tokenize(text, False))

    def close(self) -> None:
        """Frees everything, what borrows before what it borrows from."""
        self._parts.close()

    def set_k(self, k: int) -> None:
        self._k = check_k(k) if self._drafter is not None else 0

    def steer(self, gate: Gate | None) -> None:
        """See :meth:`app.engines.base.Steered.steer`."""
        self._judge.gate = gate

    def tail(self) -> str:
        return self._text.flush()

    def prefill(self, request: Request, tell: Callable[[int, int], None] = no_progress) -> Prefilled:
        """Reads the prompt; ``tell`` hears how much of a long one is read."""
        started = now()
        self._finish = Finish.STOPPED  # until the prompt is in
        self._sampling, self._text = request.sampling, Detokenizer()
        self._judge.run(request.sampling.temperature)
        tokens = self.prompt_tokens(request)
        last_pass = self.feed(tokens, tell)
        choice = choose(self._context.logits(1)[0], self._sampling, 0)
        if self._drafter is not None:
            self._drafter.begin(tokens, last_pass)
        room = self._spec.context - len(tokens) + 1  # the last emitted token need not be fed
        self._limit = min(request.max_tokens, room)
        self._full = Finish.LENGTH if request.max_tokens <= room else Finish.CONTEXT
        self._position, self._emitted, self._finish = len(tokens), 0, None
        first = self._emit(choice, drafted=False)
        if self._drafter is not None:
            self._drafter.emitted([first.id])
        self._settle()
        return Prefilled(start_ns=0, end_ns=now() - started, prompt_tokens=len(tokens), first=first)

    def feed(self, tokens: list[int], tell: Callable[[int, int], None] = no_progress) -> int:
        """Feeds a prompt into an empty cache; returns how many of its tokens the last forward pass had."""
        self._context.forget()
        count = 0
        for begin in range(0, len(tokens), self._chunk):
            self._stop.check()
            if len(tokens) > self._chunk:
                tell(begin, len(tokens))
            chunk = tokens[begin : begin + self._chunk]
            count = len(chunk)
            self._batch.fill(chunk, begin, all_outputs=False)
            self._context.decode(self._batch)
            if self._drafter is not None:
                self._drafter.fed(chunk, begin)
        return count

    def forward(self, tokens: list[int], position: int) -> Floats:
        """Runs one forward pass of the target; returns the logits after each token, valid until the next pass."""
        self._batch.fill(tokens, position, all_outputs=True)
        self._context.decode(self._batch)
        return self._context.logits(len(tokens))

    @property
    def context_size(self) -> int:
        """Tokens that fit."""
        return self._spec.context

    def begin_probe(self, tokens: list[int]) -> None:
        """Feeds tokens outside a run, drafter included."""
        self._finish = Finish.STOPPED
        last_pass = self.feed(tokens)
        if self._drafter is not None:
            self._drafter.begin(tokens, last_pass)

    @property
    def reads_target(self) -> bool:
        """Whether its drafter reads hidden rows and cache of the target, from a file of its own."""
        return isinstance(self._drafter, MtpDrafter)

    def rehearse(self, tokens: list[int], position: int, count: int) -> list[int]:
        """Runs a round outside a run and takes it back: a pass of ``tokens``, the first one kept, then a draft."""
        assert self._drafter is not None
        self.forward(tokens, position)
        self._drafter.verified(0)
        self.forget(position + 1)
        drafted = self.draft(tokens[1], position + 1, count)
        self.forget(position)
        return drafted

    def begin_draft_probe(self, last: int) -> None:
        """Tells the drafter that ``last`` was emitted behind what a probe fed."""
        if self._drafter is not None:
            self._drafter.emitted([last])

    def forget(self, position: int) -> bool:
        """Removes what was fed at this position and above; returns whether it could be done."""
        return self._context.forget(position)

    def draft(self, last: int, position: int, count: int) -> list[int]:
        """Drafts at most so many tokens behind ``last``; none on a baseline lane."""
        self._judge.begin()
        return self._drafter.draft(last, position, count) if self._drafter is not None and count > 0 else []

    @property
    def template(self) -> str | None:
        """The model's chat template; None if it has none, so that prompts are fed as they are."""
        return chat.template_for(
            self.model.meta("tokenizer.chat_template"), self.model.meta("general.architecture") or ""
        )

    def prompt_tokens(self, request: Request) -> list[int]:
        """Returns the prompt's tokens, in the model's chat format unless it is raw."""
        model = self.model
        prompt = deep(request, self._count)
        text, special = prompt, True
        if not request.raw:
            bos, eos = (model.special_text(find(model.vocab)) for find in (lib.llama_vocab_bos, lib.llama_vocab_eos))
            text = chat.render(self.template, prompt, bos, eos, thinking=request.thinking, before=request.before)
            special = not (bos and text.startswith(bos))  # else the beginning would be there twice
        tokens = model.tokenize(text, special)
        check_prompt(request.prompt if tokens else "")
        check_length(len(tokens), self._spec.context)
        return tokens

    def round(self) -> Round | Finish:
        if self._finish is not None:
            return self._finish
        self._finish = Finish.STOPPED  # if anything below raises, the run is over
        self._stop.check()
        started = now()
        room = self._limit - self._emitted - 1
        count = min(self._k, room)
        drafter = self._drafter
        drafts = self.draft(self._last, self._position, count)
        certainty, gate = tuple(self._judge.certainty), self._judge.gate
        halt, made = Halt.UNTOLD, drafts
        if gate is not None:
            halt = Halt.LIMIT if len(certainty) == room else gate.halt(certainty)
            drafts = drafts[: gate.keep(certainty)]
        drafted_at = now()
        rows = self.forward([self._last, *drafts], self._position)
        verified_at = now()
        tokens, accepted = self._accept(rows, drafts)
        self._position += len(tokens)
        if accepted < len(drafts) and not self._context.forget(self._position):
            raise ProblemError(
                Problem(
                    "rollback-failed",
                    "The model cannot take rejected draft tokens back.",
                    cause="Its layers keep a running state that goes back by a few tokens at most.",
                    action="Choose a smaller K.",
                )
            )
        if drafter is not None:
            drafter.verified(accepted)
            drafter.emitted([token.id for token in tokens])
        self._finish = None
        self._settle()
        return Round(
            start_ns=0,
            end_ns=now() - started,
            tokens=tuple(tokens),
            drafted=len(drafts),
            accepted=accepted,
            draft_ns=drafted_at - started if drafter is not None else 0,
            verify_ns=verified_at - drafted_at,
            certainty=certainty,
            halt=halt,
            drafts=tuple(made) if certainty else (),
        )

    def _accept(self, rows: Floats, drafts: list[int]) -> tuple[list[Token], int]:
        """Chooses tokens row by row as long as each is the one that was drafted; returns them and how many were."""
        tokens: list[Token] = []
        accepted = 0
        for index in range(len(drafts) + 1):
            choice = choose(rows[index], self._sampling, self._emitted)
            hit = index < len(drafts) and drafts[index] == choice.id
            tokens.append(self._emit(choice, hit))
            if not hit:
                break
            accepted += 1
            if self._pieces[choice.id] is None:
                break
        return tokens, accepted

    def _emit(self, choice: Choice, drafted: bool) -> Token:
        token, gap, runner_up = choice
        if not gap >= 0:
            raise ProblemError(
                Problem(
                    "logits-broken",
                    "The model computed something that is not a number.",
                    cause="The model file is damaged, or this machine's kernels cannot run it.",
                    action="Download the file again, or try it without the GPU.",
                )
            )
        self._last = token
        self._emitted += 1
        pieces = self._pieces
        if token not in pieces:
            pieces[token] = None if self.model.is_end(token) else self.model.piece(token)
        return Token(token, self._text.feed(pieces[token] or b""), drafted, gap, runner_up)

    def _settle(self) -> None:
        """Notes why the run is over, if it is."""
        if self._pieces[self._last] is None:
            self._finish = Finish.END
        elif self._emitted >= self._limit:
            self._finish = self._full
