"""What forward passes of each width cost: measured by a worker, kept for each pair, engine and machine."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count, takewhile
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

import msgspec

from app.engines import ENGINES
from app.places import Places, write_private
from app.race.choose_k import FIRST_SENTENCE, FIRST_WIDTHS, KChoice, choose_k
from app.race.events import Failed, LaneEvent, Loaded, PassCosts
from app.race.known_costs import NOTHING_KNOWN, KnownCosts
from app.race.lanes import MAX_K, KPolicy, LaneKind
from app.race.problems import DECODE_ERRORS, Problem, ProblemError
from app.race.trace import Header
from app.worker import outcome
from app.worker.headers import make_header
from app.worker.lane_specs import lane_specs, make_files
from app.worker.pool import WorkerPool
from app.worker.protocol import ProbePasses, Stop
from app.worker.request import RaceRequest
from app.worker.run import LaneWorker
from app.worker.server_lanes import is_server

ALL_WIDTHS: Final = tuple(range(1, MAX_K + 2))
LOAD_PATIENCE_S: Final = 600.0
PROBE_PATIENCE_S: Final = 600.0
"""A large model on a slow processor takes seconds a pass, and there are a hundred of them."""
_FIRST_REPEATS: Final = 3
_AUTO_SENTENCE: Final = "Measuring what passes cost here, once, so that drafts can end where they no longer pay …"
_STEP: Final = 64
_CHARACTERS_A_TOKEN: Final = 4
_MOST_CONTEXTS: Final = 8
_T = TypeVar("_T")


class PassCostStore:
    """Measurements in a small JSON file. A file that cannot be read or written only means measuring again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, places: Places) -> PassCostStore:
        """Returns what is kept on this machine."""
        return cls(places.cache / "pass-costs.json")

    def get(self, header: Header, context: int = 0) -> PassCosts | None:
        """Returns what was measured for the header's pair on this machine, at the context nearest to ``context``.

        None if nothing was. A ``context`` of 0 takes the latest measurement.
        """
        kept = self._read().get(_key(header), [])
        if not context:
            return kept[-1] if kept else None
        return min(kept, key=lambda item: abs(item.context - context), default=None)

    def put(self, header: Header, measured: PassCosts) -> None:
        """Keeps a measurement, in place of an earlier one at the same context."""
        kept, key = self._read(), _key(header)
        others = [item for item in kept.get(key, []) if item.context != measured.context]
        kept[key] = [*others, measured][-_MOST_CONTEXTS:]
        try:
            write_private(self._path, msgspec.json.encode(kept))
        except OSError:
            return

    def _read(self) -> dict[str, list[PassCosts]]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, list[PassCosts]])
        except (OSError, *DECODE_ERRORS):
            return {}


def _key(header: Header) -> str:
    """What the cost depends on: files, engine, threads, cores and the processor. Not K, and not the prompt."""
    drafting = {
        f"{lane.engine} {lane.threads} {lane.gpu_layers} {sorted(lane.options.items())}"
        for lane in header.lanes
        if lane.kind is not LaneKind.BASELINE
    }
    files = sorted(f"{file.size} {file.digest}" for file in header.files)
    text = "\n".join([*sorted(drafting), *files, header.machine.cpu, *header.machine.gpus, header.app_version])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def usual_context(request: RaceRequest) -> int:
    """Returns the context in the middle of the run, in steps of 64 tokens, so that measurements are reused."""
    middle = len(request.prompt.text) // _CHARACTERS_A_TOKEN + request.max_tokens // 2
    most = request.context - MAX_K - 1
    return max(1, min(most, max(1, round(middle / _STEP)) * _STEP))


def known_costs(header: Header, places: Places) -> KnownCosts:
    """Returns what passes and drafts cost, as far as the header's pair was measured without a gap."""
    if not any(lane.policy.learns_costs for lane in header.lanes):
        return NOTHING_KNOWN
    found = PassCostStore.of(places).get(header)
    if found is None:
        return NOTHING_KNOWN
    widths = takewhile(lambda width: width in found.forward_ns, count(1))
    return KnownCosts(tuple(found.forward_ns[width] for width in widths), found.draft_ns)


def known_k(request: RaceRequest, places: Places) -> KChoice | None:
    """Returns the K that passes speak for which were measured here before; None where none were. Measures nothing."""
    try:
        found = _first_passes(request, places)
    except ProblemError:
        return None
    return None if found is None else choose_k(found, request.pair.quantization)


def _first_passes(request: RaceRequest, places: Places) -> PassCosts | None:
    """Returns what is known of passes by which a first K is chosen.

    Raises:
        ProblemError: The lanes cannot be loaded.
    """
    if is_server(request.engine or request.pair.engines[0]):
        return None
    spec = lane_specs(msgspec.structs.replace(request, contenders=()), places)[1]  # MTP, whatever else races
    make_files(request, places, lambda _sentence: None)
    found = PassCostStore.of(places).get(make_header(request, (spec,), datetime.now(UTC)), usual_context(request))
    return found if found is not None and set(FIRST_WIDTHS) <= set(found.forward_ns) else None


def first_k(
    request: RaceRequest,
    places: Places,
    pool: WorkerPool,
    tell: Callable[[str], None],
    stopped: threading.Event | None = None,
) -> KChoice | None:
    """Returns the K that passes on this machine speak for; measured once for each pair, which takes seconds.

    None where it cannot be told: the engine measures no passes, or the lanes cannot be loaded (their race says why).

    Args:
        tell: Gets a sentence if it has to be measured.
        stopped: Set from another thread to give it up.
    """
    if is_server(request.engine or request.pair.engines[0]):
        return None
    request = msgspec.structs.replace(request, contenders=())
    try:
        found = _first_passes(request, places)
        if found is None:
            tell(FIRST_SENTENCE)
            found = probe_passes(request, places, pool, widths=FIRST_WIDTHS, repeats=_FIRST_REPEATS, stopped=stopped)
    except ProblemError:
        return None
    return choose_k(found, request.pair.quantization)


def measure_for_auto(
    request: RaceRequest,
    places: Places,
    pool: WorkerPool,
    tell: Callable[[str], None],
    stopped: threading.Event | None = None,
) -> None:
    """Measures what passes of all widths cost, if a lane is to end its drafts by that and they are not known yet.

    Where they cannot be measured such a lane finds out while it races.

    Args:
        tell: Gets a sentence if it has to be measured.
        stopped: Set from another thread to give it up.
    """
    engine = request.engine or request.pair.engines[0]
    asked = [item for item in request.contenders if item.policy is KPolicy.AUTO and item.kind is LaneKind.MTP]
    if not asked or is_server(engine) or engine not in ENGINES or not ENGINES[engine].capabilities.certainty:
        return
    request = msgspec.structs.replace(request, contenders=())  # The MTP drafter, whatever else races.
    try:
        spec = lane_specs(request, places)[1]
        make_files(request, places, lambda _sentence: None)
        header = make_header(request, (spec,), datetime.now(UTC))
        # At whatever context: its shape is what counts, and a policy corrects its level.
        found = PassCostStore.of(places).get(header, usual_context(request))
        if found is None or not set(ALL_WIDTHS) <= set(found.forward_ns):
            tell(_AUTO_SENTENCE)
            probe_passes(request, places, pool, repeats=_FIRST_REPEATS, stopped=stopped)
    except ProblemError:
        return


def probe_passes(
    request: RaceRequest,
    places: Places,
    pool: WorkerPool,
    context: int = 0,
    *,
    widths: tuple[int, ...] = ALL_WIDTHS,
    again: bool = False,
    repeats: int = 5,
    stopped: threading.Event | None = None,
) -> PassCosts:
    """Returns what forward passes of these widths and drafting one token cost for the request's pair.

    Args:
        context: Tokens in the KV cache; 0 takes the middle of the request's run.
        widths: Of the passes, in tokens.
        again: Measure even if it is known.
        repeats: Passes of each width.
        stopped: Set from another thread to give it up.

    Raises:
        ProblemError: it cannot be measured, or was given up.
    """
    spec = lane_specs(request, places)[1]
    make_files(request, places, lambda _sentence: None)
    header = make_header(request, (spec,), datetime.now(UTC))
    known, context = PassCostStore.of(places), context or usual_context(request)
    found = None if again else known.get(header, context)
    if found is not None and found.context == context and set(widths) <= set(found.forward_ns):
        return found
    worker = pool.acquire((spec,))[spec.id]
    try:
        measured = measure_passes(worker, context, widths, repeats=repeats, stopped=stopped)
    finally:
        pool.release([worker])
    known.put(header, measured)
    return measured


def measure_passes(
    worker: LaneWorker,
    context: int,
    widths: tuple[int, ...] = ALL_WIDTHS,
    *,
    repeats: int = 5,
    elsewhere: int = 0,
    stopped: threading.Event | None = None,
) -> PassCosts:
    """Measures with a worker of a drafting lane that is loaded or loading and has no run going on.

    Raises:
        ProblemError: it cannot be measured, or was given up.
    """
    inbox: SimpleQueue[LaneEvent] = SimpleQueue()
    worker.attach(inbox.put)
    _wait(inbox, Loaded, LOAD_PATIENCE_S, worker, stopped)
    worker.doing = "measuring forward passes"
    worker.send(ProbePasses(widths, context, repeats, elsewhere))
    found = _wait(inbox, PassCosts, PROBE_PATIENCE_S, worker, stopped)
    worker.doing = "waiting"
    return found


_GIVEN_UP = Problem("probe-stopped", "The measurement was stopped.")


def _wait(
    inbox: SimpleQueue[LaneEvent],
    kind: type[_T],
    patience_s: float,
    worker: LaneWorker,
    stopped: threading.Event | None,
) -> _T:
    """Waits for an event of that kind."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if stopped is not None and stopped.is_set():
            worker.send(Stop())
            raise ProblemError(_GIVEN_UP)
        try:
            event = inbox.get(timeout=0.1)
        except Empty:
            continue
        if isinstance(event, Failed):
            raise ProblemError(event.problem)
        if isinstance(event, kind):
            return event
    problem = outcome.hung(patience_s, worker.doing, worker.log)
    worker.fail(problem)
    raise ProblemError(problem)
