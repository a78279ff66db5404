"""MLX: the engine for Apple Silicon, with mlx-vlm's Gemma 4 MTP. Both kinds of lane go through the same code.

Everything of a lane runs in one thread, since MLX's streams belong to a thread. MLX computes ahead: when a token is
handed out, the next one is under way. At the end of each turn the lane waits for that work, so that none of it falls
into another lane's turn; what this costs is the overlap of one step's host work with the device, charged to the lane.

Only what is right is offered: mlx-lm's classic draft models give wrong text on models with a sliding window, and
penalties are ignored while MTP drafts. On Linux MLX computes on the processor, slowly: a test bed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import mlx.core as mx
import psutil
from mlx_vlm.generate import ar
from mlx_vlm.speculative import mtp
from mlx_vlm.speculative.drafters import load_drafter
from mlx_vlm.utils import load as load_model

from app.engines import chat
from app.engines.asked import check_length, check_prompt
from app.engines.base import Stopped
from app.engines.detokenize import WindowDecoder
from app.engines.long_text import deep
from app.race.events import Finish, Loaded, Prefilled, Round, Token
from app.race.lanes import MAX_K, LaneKind, LaneSpec, Request
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns

SYNC_NOTE: Final = (
    "MLX computes one step ahead; the lane waits for that work at the end of each turn, on its own clock."
)
SPLIT_NOTE: Final = "MLX drafts and verifies in one piece, so the time of a round is not split."
_LOAD_ERRORS: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError)


def _next_block_size(drafter: Any, requested: int, configured: int, remaining: int) -> int:
    """Takes the place of mlx-vlm's choice, so that K can change from round to round."""
    return int(min(drafter.race_k + 1, remaining))


class MlxEngine:
    """One lane; see :class:`app.engines.base.Engine`."""

    def __init__(self) -> None:
        self._spec: LaneSpec | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._model: Any = None
        self._tokenizer: Any = None
        self._drafter: Any = None
        self._kind = "mtp"
        self._ends: set[int] = set()
        self._steps: Iterator[Any] | None = None
        self._noted: tuple[list[int], int, int] | None = None
        self._text: WindowDecoder | None = None
        self._stopped = False
        self._k = self._emitted = self._limit = 0
        self._full = Finish.LENGTH
        self._finish: Finish | None = Finish.STOPPED

    def _in_thread(self, work: Any, *arguments: Any) -> Any:
        if self._thread is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        return self._thread.submit(work, *arguments).result()

    def load(self, spec: LaneSpec) -> Loaded:
        started = now()
        self.close()
        _check(spec)
        chat.prepare()
        self._thread = ThreadPoolExecutor(1, "mlx")
        try:
            self._in_thread(self._load, spec)
        except BaseException:
            self.close()
            raise
        self._spec, self._k = spec, spec.k
        text = getattr(self._model.config, "text_config", self._model.config)
        return Loaded(
            engine=f"MLX {metadata.version('mlx')} (mlx-vlm {metadata.version('mlx-vlm')})",
            model=f"{type(self._model).__module__.rpartition('.')[0].rpartition('.')[2]} ({Path(spec.target).name})",
            device="GPU" if mx.default_device() == mx.gpu else "CPU",
            load_ns=now() - started,
            context=spec.context,
            vocabulary=int(getattr(text, "vocab_size", 0)),
            memory_bytes=psutil.Process().memory_info().rss,
            notes=(SYNC_NOTE, SPLIT_NOTE) if self._drafter is not None else (SYNC_NOTE,),
        )

    def _load(self, spec: LaneSpec) -> None:
        try:
            self._model, processor = load_model(spec.target, trust_remote_code=False)
            self._tokenizer = getattr(processor, "tokenizer", processor)
            if spec.kind is LaneKind.MTP:
                self._drafter, self._kind = load_drafter(spec.drafter)
        except _LOAD_ERRORS as error:
            raise ProblemError(
                Problem(
                    "model-unreadable",
                    "MLX cannot load these files.",
                    cause=f"{type(error).__name__}: {str(error)[:500]}",
                    action="Choose a Gemma 4 in MLX's form (model_type gemma4) and its assistant.",
                )
            ) from error
        if self._drafter is not None:
            self._watch(self._drafter)
        ends = getattr(self._model.config, "eos_token_id", None) or self._tokenizer.eos_token_id
        self._ends = {int(ends)} if isinstance(ends, int) else {int(end) for end in ends}

    def _watch(self, drafter: Any) -> None:
        """Notes what each round drafted and accepted: mlx-vlm calls this once a round."""
        if self._kind != "mtp" or not hasattr(mtp, "_mtp_next_block_size"):
            raise ProblemError(
                Problem(
                    "drafter-mismatch",
                    "This drafter, or this version of mlx-vlm, is not one that the app knows.",
                    action="Use a Gemma 4 assistant, and the version of mlx-vlm that 'mtp-race doctor' names.",
                )
            )
        mtp._mtp_next_block_size = _next_block_size
        drafter.prefer_requested_block_size = True

        def note(hidden: Any, drafts: Any, accepted: Any, emitted: Any, *_: Any, **__: Any) -> None:
            self._noted = ([int(token) for token in emitted], int(accepted), int(drafts.shape[-1]))

        drafter.accept_verified_tokens = note

    def prefill(self, request: Request) -> Prefilled:
        if self._spec is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        started = now()
        self._stopped, self._finish = False, Finish.STOPPED
        tokens = self._prompt_tokens(request, self._spec.context)
        room = self._spec.context - len(tokens) + 1  # the last emitted token need not be fed
        self._limit = min(request.max_tokens, room)
        self._full = Finish.LENGTH if request.max_tokens <= room else Finish.CONTEXT
        self._emitted, self._text = 0, WindowDecoder(self._decode)
        self._in_thread(self._begin, tokens, request)
        (first,) = self._emit(self._in_thread(self._take, 1), 0)
        return Prefilled(start_ns=0, end_ns=now() - started, prompt_tokens=len(tokens), first=first)

    def _prompt_tokens(self, request: Request, context: int) -> list[int]:
        check_prompt(request.prompt)
        tokenizer, text = self._tokenizer, deep(request, self._count)
        if not request.raw:
            template = chat.template_for(tokenizer.chat_template, str(getattr(self._model.config, "model_type", "")))
            bos, eos = tokenizer.bos_token or "", tokenizer.eos_token or ""
            text = chat.render(template, text, bos, eos, thinking=request.thinking, before=request.before)
        tokens: list[int] = tokenizer.encode(text, add_special_tokens=False)
        if tokenizer.bos_token_id is not None and tokens[:1] != [tokenizer.bos_token_id]:
            tokens = [tokenizer.bos_token_id, *tokens]
        check_length(len(tokens), context)
        return tokens

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def _decode(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _begin(self, tokens: list[int], request: Request) -> None:
        self._leave()
        sampling = request.sampling
        settings: dict[str, Any] = {"max_tokens": self._limit, "temperature": sampling.temperature}
        if sampling.temperature > 0:
            mx.random.seed(sampling.seed)
            settings |= {"top_k": sampling.top_k, "top_p": sampling.top_p}
        if self._drafter is not None:
            self._drafter.race_k = max(1, self._k)
            settings |= {"draft_model": self._drafter, "draft_kind": self._kind, "draft_block_size": MAX_K + 1}
        self._noted = None
        self._steps = iter(ar.generate_step(mx.array([tokens]), self._model, None, None, **settings))

    def _take(self, count: int) -> list[int]:
        """Takes that many tokens, or a whole round if it begins one, and waits until the device is idle."""
        if self._stopped:
            raise Stopped
        assert self._steps is not None
        self._noted = None
        taken: list[int] = []
        for token, _ in self._steps:
            taken.append(int(token))
            if len(taken) >= (len(self._noted[0]) if self._noted is not None else count):
                break
        mx.synchronize(ar.generation_stream)
        return taken

    def round(self) -> Round | Finish:
        if self._spec is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        if self._finish is not None:
            return self._finish
        self._finish = Finish.STOPPED  # if anything below raises, the run is over
        started = now()
        if self._drafter is not None:
            self._drafter.race_k = max(1, self._k)
        ids = self._in_thread(self._take, 1)
        if not ids:
            raise ProblemError(Problem("engine-failed", "MLX ended the run before its limit.", action="Race again."))
        _, accepted, drafted = self._noted or ([], 0, 0)
        tokens = self._emit(ids, accepted)
        return Round(
            start_ns=0,
            end_ns=now() - started,
            tokens=tokens,
            drafted=drafted,
            accepted=min(accepted, drafted),
        )

    def _emit(self, ids: list[int], accepted: int) -> tuple[Token, ...]:
        assert self._text is not None
        self._finish = None
        tokens: list[Token] = []
        for index, token in enumerate(ids[: self._limit - self._emitted]):
            end = token in self._ends
            tokens.append(Token(token, "" if end else self._text.feed(token), index < accepted))
            if end:  # what was verified behind it is not part of the answer
                self._finish = Finish.END
                break
        self._emitted += len(tokens)
        if self._finish is None and self._emitted >= self._limit:
            self._finish = self._full
        return tuple(tokens)

    def tail(self) -> str:
        return self._text.flush() if self._text is not None else ""

    def set_k(self, k: int) -> None:
        if self._spec is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        self._k = _check_k(k) if self._drafter is not None else 0

    def stop(self) -> None:
        self._stopped = True

    def pause(self) -> None:
        """The device is idle already: each turn waits for it."""

    def _leave(self) -> None:
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()  # type: ignore[attr-defined]

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.submit(self._free).result()
            thread.shutdown()

    def _free(self) -> None:
        self._leave()
        self._spec = self._model = self._tokenizer = self._drafter = None
        gc.collect()
        mx.clear_cache()


def _check_k(k: int, least: int = 0) -> int:
    if not least <= k <= MAX_K:
        raise ProblemError(Problem("k-range", f"K is {k}, but must be from 1 to {MAX_K}.", action="Choose another K."))
    return k


def _check(spec: LaneSpec) -> None:
    if spec.kind not in (LaneKind.BASELINE, LaneKind.MTP):
        raise ProblemError(
            Problem(
                "kind-unsupported",
                f"The MLX engine has no lane of the kind {spec.kind.value}.",
                cause="MLX's classic draft models give wrong text once a sliding window is full.",
                action="Use the llama.cpp engine for it.",
            )
        )
    for role, folder in (("model", spec.target), *([("drafter", spec.drafter)] if spec.kind is LaneKind.MTP else [])):
        if not folder or not (Path(folder) / "config.json").is_file():
            raise ProblemError(
                Problem(
                    "file-missing",
                    f"There is no {role} folder {folder or '(none given)'} with a config.json.",
                    action=f"Choose the {role} folder again, or download it.",
                )
            )
    if spec.kind is LaneKind.MTP:
        _check_k(spec.k, least=1)


def create() -> MlxEngine:
    """Returns a new, unloaded engine."""
    return MlxEngine()
