"""llama.cpp in this process, one round at a time.

A baseline lane feeds one token a round. An MTP lane drafts K tokens, feeds them behind the last token in one pass of
the target, and keeps those that the target would have chosen itself. Both choose tokens by the same rule
(:mod:`app.engines.sampling`) from the target's logits, so their texts agree as far as the logits do.

An end token is emitted as a token of its own with empty text, and counted, as llama.cpp's own server does. All end
tokens of the vocabulary count. Not more tokens are drafted than the run may still emit, so no pass is wider than useful
and none goes beyond the context.

Settings in ``LaneSpec.options``: ``cores`` and ``poll`` (see :func:`app.engines.llama_lane.make_pool`),
``memory_check`` = ``"off"`` to load a model that seems too large, and ``one_copy`` = ``"on"`` to share the weights with
other lanes of the process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import metadata

import msgspec
import psutil

from app.engines import chat, llama_pdl
from app.engines.llama_devices import gpu_names
from app.engines.llama_files import check_spec
from app.engines.llama_lane import LlamaLane, no_progress
from app.engines.llama_native import SHARING, StopFlag, is_shared, start_library
from app.engines.llama_probe import probe_noise, probe_passes
from app.models.files.info import ModelInfo
from app.race.events import Finish, Loaded, PassCosts, Prefilled, Round
from app.race.gate import Gate
from app.race.lanes import ONE_COPY, LaneSpec, Request
from app.race.problems import Problem, ProblemError

ONE_COPY_NOTE = "One copy of the model: the lanes take turns in one process."


class LlamaEngine:
    """One lane; see :class:`app.engines.base.Engine` and :class:`app.engines.base.Probing`."""

    def __init__(self) -> None:
        self._stop = StopFlag()
        self._lane: LlamaLane | None = None
        self._tell: Callable[[int, int], None] = no_progress

    def _loaded(self) -> LlamaLane:
        if self._lane is None:
            raise ProblemError(Problem("not-loaded", "The lane's model is not loaded.", action="Load it first."))
        return self._lane

    def load(self, spec: LaneSpec) -> Loaded:
        started = time.perf_counter_ns()
        self._stop.clear()
        self.close()
        if spec.options.get(ONE_COPY):
            with SHARING:  # One lane after the other: the first one loads the models, the others find them loaded.
                target, lane = self._open(spec)
        else:
            target, lane = self._open(spec)
        self._lane = lane
        chat.prepare()
        notes = [chat.NO_TEMPLATE_NOTE] if lane.template is None else []
        notes += [said for said in (llama_pdl.note(lane),) if said]
        if spec.options.get(ONE_COPY):
            notes.append(ONE_COPY_NOTE)
        if 0 < lane.model.trained_context < spec.context:
            notes.append(
                f"The context of {spec.context:,} tokens is larger than the {lane.model.trained_context:,} that the "
                "model was trained for."
            )
        return Loaded(
            engine=f"llama.cpp (llama-cpp-python {metadata.version('llama-cpp-python')})",
            model=_describe(target),
            device=_device(lane),
            load_ns=time.perf_counter_ns() - started,
            context=spec.context,
            vocabulary=lane.model.vocabulary,
            threads=lane.pool.threads,
            memory_bytes=psutil.Process().memory_info().rss,
            notes=tuple(notes),
        )

    def _open(self, spec: LaneSpec) -> tuple[ModelInfo, LlamaLane]:
        if is_shared(spec.target):
            spec = msgspec.structs.replace(spec, options={**spec.options, "memory_check": "off"})
        target, _ = check_spec(spec)
        llama_pdl.decide(target.parameters)
        start_library()
        return target, LlamaLane(spec, target, self._stop)

    def progress_to(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell

    def prefill(self, request: Request) -> Prefilled:
        lane = self._loaded()
        self._stop.clear()
        return lane.prefill(request, self._tell)

    def round(self) -> Round | Finish:
        return self._loaded().round()

    def tail(self) -> str:
        return self._loaded().tail()

    def set_k(self, k: int) -> None:
        self._loaded().set_k(k)

    def steer(self, gate: Gate | None) -> None:
        self._loaded().steer(gate)

    def stop(self) -> None:
        self._stop.set()

    def pause(self) -> None:
        if self._lane is not None:
            self._lane.pool.pause()

    def close(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None:
            lane.close()

    def probe_noise(self, request: Request, k: int, positions: int = 64) -> float:
        lane = self._loaded()
        self._stop.clear()
        return probe_noise(lane, request, k, positions)

    def probe_passes(self, widths: tuple[int, ...], context: int, repeats: int = 5, elsewhere: int = 0) -> PassCosts:
        lane = self._loaded()
        self._stop.clear()
        return probe_passes(lane, widths, context, repeats, elsewhere)


def _describe(target: ModelInfo) -> str:
    return f"{target.name} ({target.architecture}, {_count(target.parameters)} parameters, {target.quantization})"


def _count(parameters: int) -> str:
    for unit, size in (("B", 10**9), ("M", 10**6)):
        if parameters >= size:
            return f"{parameters / size:.3g}{unit}"
    return f"{parameters:,}"


def _device(lane: LlamaLane) -> str:
    threads = lane.pool.threads
    cpu = f"CPU, {threads} thread{'s' if threads > 1 else ''}"
    names = " + ".join(gpu_names()) if lane.gpu_layers else ""
    if not names:
        return cpu
    return f"{names} ({'all' if lane.gpu_layers < 0 else lane.gpu_layers} layers), {cpu}"


def create() -> LlamaEngine:
    """Returns a new, unloaded engine."""
    return LlamaEngine()
