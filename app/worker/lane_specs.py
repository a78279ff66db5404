"""From a request to lanes, without touching more than names and sizes of files; and the files that have to be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.engines import ENGINES
from app.engines.cores import default_threads, shared_cores
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.models.shelf.drafter_types import drafter_place, make_drafter_type
from app.models.shelf.forms import FILE, form_place, in_form
from app.places import Places
from app.race.formats import FORMATS, REPEATED, RaceFormat, find_format
from app.race.lanes import CACHE_TYPE, ONE_COPY, Contender, KPolicy, LaneKind, LaneSpec
from app.race.problems import Problem, ProblemError
from app.worker.machine import physical_cores
from app.worker.request import RaceRequest
from app.worker.server_lanes import concrete, is_server, running_baseline, start_of


def lane_specs(request: RaceRequest, places: Places) -> tuple[LaneSpec, ...]:
    """Returns the baseline and the drafting lanes of a request. Looks at names and sizes only, so it is quick.

    Files that :func:`make_files` has still to make are named already.

    Raises:
        ProblemError: the pair's files are not on this machine, or what is asked for is not possible.
    """
    race_format = find_format(request.format)
    engine = request.engine or request.pair.engines[0]
    if is_server(engine):
        return _server_specs(request, engine, race_format, places)
    check_format(race_format, engine)
    check_concurrency(engine, request.concurrency)
    check_one_copy(request, race_format, engine)
    found = form_place(request.pair, _ready(request.pair, places), _form(engine, places), places)
    threads = _threads(request, race_format)
    baseline = LaneSpec(
        id="baseline",
        kind=LaneKind.BASELINE,
        engine=engine,
        target=str(found.target_path),
        context=request.context,
        threads=threads,
        gpu_layers=request.gpu_layers,
        options=_options(request, race_format, engine, threads),
    )
    drafter = "" if found.drafter_path is None else str(found.drafter_path)
    drafter = drafter_place(drafter, request.drafter_type, places)
    drafting = msgspec.structs.replace(baseline, drafter=drafter)
    return baseline, *drafting_specs(drafting, request.drafting, numbered=request.numbered)


def make_files(request: RaceRequest, places: Places, tell: Callable[[str], None]) -> None:
    """Makes the files that the lanes open and that are not here yet; takes seconds, so call it off the UI thread.

    Args:
        tell: Gets a sentence if there is something to make.

    Raises:
        ProblemError: they cannot be made.
    """
    engine = request.engine or request.pair.engines[0]
    if request.servers:
        return
    if is_server(engine):
        engine = concrete(engine, request.pair, load_registry(places=places).servers)
    found, form = _ready(request.pair, places), _form(engine, places)
    if not form_place(request.pair, found, form, places).target_path.exists():
        title = ENGINES[engine].title if engine in ENGINES else engine
        tell(f"Starting: {request.pair.title} is written in the form that {title} opens. That is done once.")
    there = in_form(request.pair, found, form, places)
    if request.drafter_type and there.drafter_path is not None:
        make_drafter_type(str(there.drafter_path), request.drafter_type, places)


def _form(engine: str, places: Places) -> str:
    """Returns the form of a pair's files that an engine opens."""
    if is_server(engine):
        table = load_registry(places=places).servers.get(engine)
        return table.opens if table is not None else FILE
    return ENGINES[engine].opens if engine in ENGINES else FILE


def drafting_specs(like: LaneSpec, contenders: Sequence[Contender], *, numbered: bool = False) -> tuple[LaneSpec, ...]:
    """Returns a drafting lane for each contender, otherwise ``like`` the given one, whose drafter is the pair's own.

    Args:
        numbered: Name a single lane after its K too.

    Raises:
        ProblemError: the engine cannot change K, or cannot draft, as one of them needs.
    """
    for item in contenders:
        check_kind(like.engine, item.kind)
        check_certainty(like.engine, item)
    if len(contenders) > 1 or any(item.policy is not KPolicy.FIXED for item in contenders):
        check_k(like.engine, contenders)
    several = numbered or len(contenders) > 1
    specs: list[LaneSpec] = []
    for item in contenders:
        own = like.drafter if item.kind.facts.own else ""
        name = item.lane if several else item.kind.value
        same = sum(spec.id == name or spec.id.startswith(f"{name}-") for spec in specs)
        specs.append(
            msgspec.structs.replace(
                like,
                id=f"{name}-{same + 1}" if same else name,
                kind=item.kind,
                drafter=item.drafter or own,
                k=item.k,
                policy=item.policy,
            )
        )
    return tuple(specs)


def check_k(engine: str, contenders: Sequence[Contender]) -> None:
    """Raises :class:`ProblemError` if there are contenders and the engine cannot change K."""
    info = ENGINES.get(engine)
    if info is not None and contenders and not info.capabilities.sets_k:
        raise ProblemError(
            Problem(
                "k-fixed",
                f"{info.title} cannot change K while it runs.",
                cause="K is what the server was started with.",
                action="Race one K, or use another engine.",
            )
        )


def check_certainty(engine: str, contender: Contender) -> None:
    """Raises :class:`ProblemError` if a draft is to end by the drafter's certainty and it cannot be told."""
    info = ENGINES.get(engine)
    if info is None or contender.policy is not KPolicy.AUTO:
        return
    if contender.kind is not LaneKind.LOOKUP and info.capabilities.certainty:
        return
    others = ", ".join(item.title for item in ENGINES.values() if item.capabilities.certainty)
    lookup = contender.kind is LaneKind.LOOKUP
    raise ProblemError(
        Problem(
            "certainty-unknown",
            f"{'Prompt lookup' if lookup else info.title} cannot race with K = auto.",
            cause="Looking back in the text gives no probabilities."
            if lookup
            else "It does not tell how certain the drafter is while it drafts.",
            action="Choose adaptive there." if lookup else f"Choose adaptive, or an engine that tells: {others}.",
        )
    )


def check_kind(engine: str, kind: LaneKind) -> None:
    """Raises :class:`ProblemError` if the engine has no lanes of this kind."""
    info = ENGINES.get(engine)
    if info is None or kind in info.capabilities.drafters:
        return
    others = ", ".join(item.title for item in ENGINES.values() if kind in item.capabilities.drafters)
    raise ProblemError(
        Problem(
            "drafter-unfit",
            f"{info.title} cannot race {kind.facts.phrase}.",
            cause="A server drafts with what it was started with."
            if info.capabilities.server
            else f"It drafts with {_listed(info.capabilities.drafters)}.",
            action=f"Race the MTP drafter{f', or use an engine that can: {others}' if others else ''}.",
        )
    )


def _listed(kinds: Sequence[LaneKind]) -> str:
    """Returns what drafts, such as ``"an MTP drafter or prompt lookup"``."""
    *front, last = (kind.facts.phrase for kind in kinds)
    return f"{', '.join(front)} or {last}" if front else f"{last} only"


def check_format(race_format: RaceFormat, engine: str) -> None:
    """Raises :class:`ProblemError` if the engine cannot race in this format."""
    info = ENGINES.get(engine)
    if info is not None and race_format.steps and not info.capabilities.stepping:
        raise ProblemError(
            Problem(
                "format-unfit",
                f"{info.title} cannot race in the format {race_format.title}.",
                cause="It decodes at its own pace and cannot be held between rounds.",
                action=f"Race in the format {REPEATED.title}: each lane runs by itself, several times.",
            )
        )


def check_one_copy(request: RaceRequest, race_format: RaceFormat, engine: str) -> None:
    """Raises :class:`ProblemError` if the lanes are to share one copy of the model and cannot."""
    if not request.one_copy or (engine == "llama.cpp" and not race_format.shares_machine):
        return
    raise ProblemError(
        Problem(
            "one-copy-unfit",
            "Lanes cannot share one copy of the model here.",
            cause="They would compute at the same time."
            if race_format.shares_machine
            else f"{ENGINES[engine].title if engine in ENGINES else engine} loads a copy for each lane.",
            action="Race on the chess clock or in heats, on llama.cpp.",
        )
    )


def check_concurrency(engine: str, concurrency: int) -> None:
    """Raises :class:`ProblemError` if there are to be several requests at once and the engine takes one at a time."""
    if concurrency > 1 and not is_server(engine):
        raise ProblemError(
            Problem(
                "concurrency-unfit",
                f"{ENGINES[engine].title if engine in ENGINES else engine} answers one request at a time.",
                action="Race on a server, such as --engine llama-server or --engine vllm.",
            )
        )


def _server_specs(request: RaceRequest, engine: str, race_format: RaceFormat, places: Places) -> tuple[LaneSpec, ...]:
    if request.servers:
        check_format(race_format, engine)
        baseline, like = running_baseline(engine, request.servers, request.server_model, request.context)
        return baseline, *drafting_specs(like, request.drafting)
    servers = load_registry(places=places).servers
    engine = concrete(engine, request.pair, servers)
    check_format(race_format, engine)
    for item in request.drafting:
        check_kind(engine, item.kind)
        check_certainty(engine, item)
    check_k(engine, [item for item in request.drafting if item.policy is not KPolicy.FIXED])
    found = form_place(request.pair, _ready(request.pair, places), _form(engine, places), places)
    start = start_of(engine, request.pair, servers, found, request.context, max(request.slots, request.concurrency))
    several = len(request.drafting) > 1
    drafting = [drafting_specs(start.drafting(item), [item], numbered=several)[0] for item in request.drafting]
    return start.baseline(), *drafting


def _ready(pair: Pair, places: Places) -> Ready:
    found = availability(pair, places)
    if not isinstance(found, Ready):
        raise ProblemError(Problem("pair-missing", f"{pair.title} cannot race here yet.", found.reason, found.action))
    return found


def default_format(engine: str) -> str:
    """Returns the name of the format for an engine where none is asked for: the first that it can race in."""
    info = ENGINES.get(engine)
    stepping = not is_server(engine) and (info is None or info.capabilities.stepping)
    return next(item.name for item in FORMATS.values() if stepping or not item.steps)


def _threads(request: RaceRequest, race_format: RaceFormat) -> int:
    """Lanes that compute at the same time divide the cores, so that neither waits for the other's threads."""
    if request.threads or not race_format.shares_machine:
        return request.threads
    return max(1, physical_cores() // 2)


def _shared_cores(threads: int) -> dict[str, str]:
    """Lanes that take turns run on the same cores: a core that waits falls idle, and waking it would cost its lane."""
    cores = shared_cores(threads or default_threads())
    return {"cores": ",".join(map(str, cores))} if cores else {}


def _options(request: RaceRequest, race_format: RaceFormat, engine: str, threads: int) -> dict[str, str]:
    options = {} if race_format.shares_machine else _shared_cores(threads)
    if engine == "llama.cpp":
        options |= {"memory_check": "off"} if request.load_anyway else {}
        options |= {ONE_COPY: "on"} if request.one_copy else {}
        options |= {CACHE_TYPE: request.cache_type} if request.cache_type else {}
    return options
