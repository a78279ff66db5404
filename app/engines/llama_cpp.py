"""llama.cpp in this process, one round at a time.

A baseline lane feeds one token a round. An MTP lane drafts K tokens, feeds them behind the last token in one pass of
the target, and keeps those that the target would have chosen itself. Both choose tokens by the same rule
(:mod:`app.engines.sampling`) from the target's logits, so their texts agree as far as the logits do.

An end token is emitted as a token of its own with empty text, and counted, as llama.cpp's own server does.
"""

from __future__ import annotations

import time
from importlib import metadata

import llama_cpp as lib
import psutil

from app.engines import chat
from app.engines.base import Stopped
from app.engines.cores import parse_cores
from app.engines.detokenize import Detokenizer
from app.engines.llama_drafters import Drafter, MtpDrafter
from app.engines.llama_native import BATCH, Batch, Context, Model, StopFlag, start_library
from app.engines.llama_threads import DEFAULT_POLL, ThreadPool
from app.engines.sampling import Choice, Floats, choose
from app.race.events import Finish, Loaded, Prefilled, Round, Token
from app.race.lanes import MAX_K, LaneKind, LaneSpec, Request, Sampling
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns


def default_threads() -> int:
    """Physical cores minus one, at least one: the window needs a core, and ggml's threads wait for each other."""
    return max(1, (psutil.cpu_count(logical=False) or 1) - 1)


class LlamaEngine:
    """One lane; see :class:`app.engines.base.Engine`."""

    def __init__(self) -> None:
        self._stop = StopFlag()
        self._model: Model | None = None
        self._context: Context | None = None
        self._drafter: Drafter | None = None
        self._pool: ThreadPool | None = None
        self._batch: Batch | None = None
        self._ends: frozenset[int] = frozenset()
        self._pieces: dict[int, bytes] = {}
        self._text = Detokenizer()
        self._sampling = Sampling()
        self._k = 0
        self._last = self._position = self._emitted = self._limit = 0
        self._full = Finish.LENGTH
        self._finish: Finish | None = Finish.STOPPED

    def load(self, spec: LaneSpec) -> Loaded:
        started = now()
        start_library()
        gpu = lib.llama_supports_gpu_offload()
        layers = spec.gpu_layers if gpu else 0
        threads = spec.threads or default_threads()
        self._spec, self._k = spec, spec.k
        self._pool = ThreadPool(
            threads, int(spec.options.get("poll", DEFAULT_POLL)), parse_cores(spec.options.get("cores", ""))
        )
        self._model = model = Model(spec.target, layers, with_mtp=spec.kind is LaneKind.MTP)
        # The same context for every kind of lane, so that they run the same kernels.
        self._context = context = Context(model, spec.context, MAX_K + 1, threads, self._stop)
        self._pool.attach(context.handle)
        self._batch = Batch(BATCH)
        if spec.kind is LaneKind.MTP:
            drafter = Model(spec.drafter, layers)
            self._drafter = MtpDrafter(drafter, context, self._pool, self._stop, spec.draft_min_p, spec.context)
        self._ends = model.end_tokens()
        return Loaded(
            engine=f"llama.cpp (llama-cpp-python {metadata.version('llama-cpp-python')})",
            model=model.description(),
            device=self._device(layers, threads),
            load_ns=now() - started,
            context=spec.context,
            vocabulary=model.vocabulary,
            threads=threads,
            memory_bytes=psutil.Process().memory_info().rss,
        )

    @staticmethod
    def _device(layers: int, threads: int) -> str:
        cpu = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
        if not layers:
            return cpu
        return f"GPU ({'all' if layers < 0 else layers} layers), {cpu}"

    def prefill(self, request: Request) -> Prefilled:
        assert self._model is not None
        assert self._context is not None
        assert self._batch is not None
        started = now()
        self._stop.clear()
        self._finish = Finish.STOPPED
        self._sampling = request.sampling
        self._text = Detokenizer()
        tokens = self._prompt(request)
        self._context.forget()
        chunk: list[int] = []
        for begin in range(0, len(tokens), BATCH):
            self._stop.check()
            chunk = tokens[begin : begin + BATCH]
            self._batch.fill(chunk, begin, all_outputs=False)
            self._context.decode(self._batch)
        choice = choose(self._context.logits(1)[0], self._sampling, 0)
        if self._drafter is not None:
            self._drafter.begin(tokens, len(chunk))
        room = self._spec.context - len(tokens) + 1
        self._limit = min(request.max_tokens, room)
        self._full = Finish.LENGTH if request.max_tokens <= room else Finish.CONTEXT
        self._position, self._emitted, self._finish = len(tokens), 0, None
        first = self._emit(choice, drafted=False)
        self._settle()
        return Prefilled(start_ns=0, end_ns=now() - started, prompt_tokens=len(tokens), first=first)

    def _prompt(self, request: Request) -> list[int]:
        model = self._model
        assert model is not None
        text, special = request.prompt, True
        if not request.raw:
            bos = model.piece(lib.llama_vocab_bos(model.vocab), special=True).decode("utf-8", "replace")
            eos = model.piece(lib.llama_vocab_eos(model.vocab), special=True).decode("utf-8", "replace")
            text = chat.render(model.meta("tokenizer.chat_template"), request.prompt, bos, eos)
            special = not (bos and text.startswith(bos))
        tokens = model.tokenize(text, special)
        if not tokens or not request.prompt.strip():
            raise ProblemError(Problem("prompt-empty", "The prompt is empty.", action="Write a prompt first."))
        if len(tokens) > self._spec.context:
            raise ProblemError(
                Problem(
                    "prompt-too-long",
                    f"The prompt has {len(tokens):,} tokens, the context has room for {self._spec.context:,}.",
                    action="Shorten the prompt, or choose a larger context.",
                )
            )
        return tokens

    def round(self) -> Round | Finish:
        if self._finish is not None:
            return self._finish
        assert self._context is not None
        assert self._batch is not None
        try:
            self._stop.check()
            started = now()
            count = min(self._k, self._limit - self._emitted - 1)
            drafter = self._drafter
            drafts = drafter.draft(self._last, self._position, count) if drafter is not None and count > 0 else []
            drafted_at = now()
            self._batch.fill([self._last, *drafts], self._position, all_outputs=True)
            self._context.decode(self._batch)
            rows = self._context.logits(len(drafts) + 1)
            verified_at = now()
        except (Stopped, ProblemError):
            self._finish = Finish.STOPPED
            raise
        tokens, accepted = self._accept(rows, drafts)
        self._position += len(tokens)
        if accepted < len(drafts):
            self._context.forget(self._position)
        if drafter is not None:
            drafter.verified([token.id for token in tokens], accepted)
        self._settle()
        return Round(
            start_ns=0,
            end_ns=now() - started,
            tokens=tuple(tokens),
            drafted=len(drafts),
            accepted=accepted,
            draft_ns=drafted_at - started if drafter is not None else 0,
            verify_ns=verified_at - drafted_at,
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
            if choice.id in self._ends:
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
        piece = self._pieces.get(token)
        if piece is None:
            assert self._model is not None
            piece = self._pieces[token] = b"" if token in self._ends else self._model.piece(token)
        return Token(token, self._text.feed(piece), drafted, gap, runner_up)

    def _settle(self) -> None:
        """Notes why the run is over, if it is."""
        if self._last in self._ends:
            self._finish = Finish.END
        elif self._emitted >= self._limit:
            self._finish = self._full

    def tail(self) -> str:
        return self._text.flush()

    def set_k(self, k: int) -> None:
        if self._drafter is not None:
            self._k = check_k(k)

    def stop(self) -> None:
        self._stop.set()

    def pause(self) -> None:
        if self._pool is not None:
            self._pool.pause()

    def close(self) -> None:
        """Frees everything, the borrower before what it borrows. A second call does nothing."""
        for part in (self._drafter, self._batch, self._context, self._pool, self._model):
            if part is not None:
                part.close()
        self._drafter = self._batch = self._context = self._pool = self._model = None


def check_k(k: int) -> int:
    """Returns K if it is in range, else raises the problem."""
    if not 0 <= k <= MAX_K:
        raise ProblemError(Problem("k-range", f"K is {k}, but must be from 1 to {MAX_K}.", action="Choose another K."))
    return k


def create() -> LlamaEngine:
    """Returns a new, unloaded engine."""
    return LlamaEngine()
