"""A forecast from start to end: slices are written, workers measure their passes, the whole is told from them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from app import __version__
from app.engines.cores import default_threads
from app.models.fit.estimate import FitVerdict, Memory
from app.models.forecast.folder import DRAFTER, STOPPED, slice_path, written
from app.models.forecast.remote import describe_remote
from app.models.forecast.shape import ModelShape, SlicePlan, plan_slices
from app.models.hub.client import Hub
from app.models.hub.progress import bytes_text
from app.models.pairs import ModelFile, ModelSource, Pair, can_forecast
from app.models.registry.reader import Registry
from app.models.shelf.availability import Missing, availability
from app.models.shelf.pair_fit import fit_pair
from app.places import Places
from app.race.events import PassCosts
from app.race.forecast import FORECAST_WIDTHS, Forecast, SliceCosts, forecast_texts, published_rates, whole_costs
from app.race.lanes import LaneKind, LaneSpec
from app.race.problems import Problem, ProblemError
from app.race.published import Published
from app.worker.forecast_store import ForecastStore
from app.worker.machine import describe_machine, last_cache_bytes
from app.worker.pass_costs import measure_passes
from app.worker.process import WorkerProcess

CONTEXT: Final = 64
USUAL_WEIGHTS: Final = "Q4_0"
"""Of a model whose makers publish no GGUF file: most people run it in 4 bits."""
_ROOM: Final = 512
_ROUNDS: Final = 2
_REPEATS: Final = 3
_CACHES: Final = 2
"""So many times the last cache: with more read between, nothing of a slice is left in it."""
_WRITING: Final = 0.3
"""Share of the whole time, for the bar."""
_FIT_CONTEXT: Final = 4096
Tell = Callable[[str, float], None]


class ForecastSubject(msgspec.Struct, frozen=True):
    """What a forecast is made for.

    Attributes:
        pair: Its id and title, and for the memory its sizes.
        shape: Of its target and drafter.
        weights, draft_weights: Types that most of the weights have.
        threads: CPU threads, 0 for the default.
        gpu_layers: Layers on the GPU; -1 means all where there is one.
    """

    pair: Pair
    shape: ModelShape
    weights: str
    draft_weights: str
    threads: int = 0
    gpu_layers: int = -1


def registry_subject(pair: Pair, registry: Registry) -> ForecastSubject:
    """Returns what to forecast for a pair of the registry.

    Raises:
        ProblemError: Its shape is not known, or its engine is not the one that is measured with.
    """
    if "llama.cpp" not in pair.engines:
        raise ProblemError(
            Problem(
                "forecast-engine",
                f"{pair.title} cannot be forecast: it is for {pair.engines[0]}.",
                cause="Slices are measured with llama.cpp, which reads GGUF files.",
                action="Forecast the GGUF pair of the same model; `mtp-race models` lists all.",
            )
        )
    shape = registry.shapes.get(pair.shape)
    if shape is None or not pair.weights:
        raise ProblemError(
            Problem(
                "forecast-shape",
                f"{pair.title} cannot be forecast: its shape is not known.",
                cause="The registry names no shape for it, or not the type of its weights.",
                action="Download it and measure it with `mtp-race probe`.",
            )
        )
    return ForecastSubject(pair, shape, pair.weights, pair.draft_weights or pair.weights)


def fitting_pairs(registry: Registry, places: Places, memory: Memory) -> list[Pair]:
    """Returns the pairs of the registry that can be forecast and that fit into memory, or may."""
    found = []
    for pair in registry.pairs:
        if can_forecast(pair):
            fit = fit_pair(pair, availability(pair, places), _FIT_CONTEXT, memory)
            if isinstance(fit, str) or fit.verdict is not FitVerdict.NO:
                found.append(pair)
    return found


def remote_subject(name: str, weights: str, hub: Hub, registry: Registry) -> ForecastSubject:
    """Returns what to forecast for a model on the hub, after a look at the beginning of its description.

    Args:
        name: ``owner/name``, or ``owner/name/file.gguf``.
        weights: Type of its weights; empty takes the file's own, and 4 bits for a repository.
        hub: To ask.
        registry: Its shapes lend their drafter to a model of the same width and depth.

    Raises:
        ProblemError: The hub cannot be asked, or the model is none that can be forecast.
    """
    found = describe_remote(name, hub, registry.shapes.values())
    weights = weights or found.weights or USUAL_WEIGHTS
    size = found.size or found.shape.file_bytes(range(found.shape.layers), weights, weights)
    drafter = ModelFile("drafter.gguf", found.shape.drafter_bytes(weights))
    pair = Pair(
        id=name,
        title=found.shape.name,
        engines=("llama.cpp",),
        target=ModelSource(name, files=(ModelFile("model.gguf", size),)),
        drafter=ModelSource(name, files=(drafter,)),
        quantization=weights,
        cache_bytes_per_token=found.shape.cache_bytes_per_token,
    )
    return ForecastSubject(pair, found.shape, weights, weights)


def make_forecast(
    subject: ForecastSubject,
    places: Places,
    published: Sequence[Published],
    memory: Memory,
    tell: Tell,
    stopped: threading.Event,
) -> Forecast:
    """Makes a forecast, which takes a minute or two, and keeps it.

    Args:
        subject: For what.
        places: Slices go into the cache of these for the time, the forecast into the data.
        published: Results of others, for the acceptance.
        memory: Of this machine.
        tell: Gets what is being done and how much of it all is done, 0..1.
        stopped: Set from another thread to give it up.

    Raises:
        ProblemError: It cannot be made, or was given up. Nothing is left on the disk.
    """
    plan = plan_slices(subject.shape, subject.weights, subject.draft_weights)
    # The files, the copies that llama.cpp rearranges for the processor, and what is read between passes.
    needed = 2 * plan.bytes + sum(_elsewhere(plan, number) for number in range(len(plan.layers)))
    if memory.free < needed:
        raise ProblemError(
            Problem(
                "forecast-no-memory",
                f"A forecast needs {bytes_text(needed)} of memory, and {bytes_text(memory.free)} are free.",
                action="Close other programs, or forecast a smaller model.",
            )
        )
    writing = f"Writing {bytes_text(plan.bytes)} of random weights in the shape of {subject.shape.name} …"
    tell(writing, 0.0)
    with written(plan, places, lambda share: tell(writing, share * _WRITING), stopped) as folder:
        slices = _measure(plan, folder, subject, tell, stopped)
    made = _forecast(subject, plan, slices, published, memory)
    ForecastStore.of(places).put(made)
    return made


def _measure(
    plan: SlicePlan, folder: Path, subject: ForecastSubject, tell: Tell, stopped: threading.Event
) -> list[SliceCosts]:
    """Measures the slices in turns, so that a machine that slows down meets all of them."""
    workers: list[WorkerProcess] = []
    found: list[list[PassCosts]] = [[] for _ in plan.layers]
    steps = _ROUNDS * len(plan.layers)
    try:
        for number in range(len(plan.layers)):
            workers.append(WorkerProcess())
            workers[-1].start(_spec(folder, number, subject))
        for step in range(steps):
            number = step % len(plan.layers)
            share = _WRITING + (1 - _WRITING) * step / steps
            tell(f"Measuring {len(plan.layers[number])} of {plan.shape.layers} layers …", share)
            elsewhere = _elsewhere(plan, number)
            found[number].append(
                measure_passes(
                    workers[number], CONTEXT, FORECAST_WIDTHS, repeats=_REPEATS, elsewhere=elsewhere, stopped=stopped
                )
            )
    except ProblemError:
        if stopped.is_set():
            raise ProblemError(STOPPED) from None
        raise
    finally:
        for worker in workers:
            worker.quit()
        for worker in workers:
            if stopped.is_set() or not worker.wait(2.0):
                worker.kill()
                worker.wait(2.0)
    return [
        SliceCosts(plan.weight(layers), least_costs(costs)) for layers, costs in zip(plan.layers, found, strict=True)
    ]


def _elsewhere(plan: SlicePlan, number: int) -> int:
    """Returns the bytes to read before each pass of a slice: what the whole model reads besides, as far as it matters.

    A slice would stay in the processor's last cache, of which there are some with hundreds of megabytes; a model is
    read anew for each pass. With as much read between two passes as the whole has, a cache keeps of a slice what it
    keeps of the whole.
    """
    rest = plan.pass_bytes(range(plan.shape.layers)) - plan.pass_bytes(plan.layers[number])
    return max(0, min(rest, _CACHES * last_cache_bytes()))


def _spec(folder: Path, number: int, subject: ForecastSubject) -> LaneSpec:
    return LaneSpec(
        id="slice",
        kind=LaneKind.MTP,
        engine="llama.cpp",
        target=str(slice_path(folder, number)),
        drafter=str(folder / DRAFTER),
        k=1,
        context=_ROOM,
        threads=subject.threads or default_threads(),
        gpu_layers=subject.gpu_layers,
        options={"memory_check": "off"},
    )


def least_costs(several: Sequence[PassCosts]) -> PassCosts:
    """Returns the least of several measurements of the same passes: what disturbs only adds to them."""

    def least(tables: Sequence[dict[int, int]]) -> dict[int, int]:
        return {width: min(table[width] for table in tables) for width in tables[0]}

    return msgspec.structs.replace(
        several[0],
        forward_ns=least([item.forward_ns for item in several]),
        repeated_ns=least([item.repeated_ns for item in several]),
        draft_ns=min(item.draft_ns for item in several),
        taken_away=max(item.taken_away for item in several),
        spread=max(item.spread for item in several),
    )


def _forecast(
    subject: ForecastSubject,
    plan: SlicePlan,
    slices: Sequence[SliceCosts],
    published: Sequence[Published],
    memory: Memory,
) -> Forecast:
    shape = plan.shape
    costs = whole_costs(slices, plan.weight(range(shape.layers)))
    machine = describe_machine()
    fit = fit_pair(subject.pair, Missing("", ""), _FIT_CONTEXT, memory)
    return Forecast(
        pair=subject.pair.id,
        title=subject.pair.title,
        machine=machine.gpus[0] if costs.on_gpu and machine.gpus else machine.cpu,
        threads=subject.threads or default_threads(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        app_version=__version__,
        shape_source=shape.source,
        weights=subject.weights,
        layers=shape.layers,
        slices=tuple(map(len, plan.layers)),
        experts=bool(shape.experts),
        memory_bytes=0 if isinstance(fit, str) else fit.together + fit.together_gpu - fit.droppable,
        memory=fit if isinstance(fit, str) else fit.advice,
        costs=costs,
        baseline_tps=1e9 / max(1, costs.forward_ns[1]),
        texts=forecast_texts(costs, published_rates(published, shape.name)),
    )
