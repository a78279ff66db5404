"""From what the user chose to a running session: the one way in for the window, the terminal and the benchmarks."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from app import __version__
from app.engines import ENGINES
from app.engines.cores import default_threads, shared_cores
from app.engines.order import COMMAND
from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.models.shelf.forms import FILE, in_form
from app.places import Places
from app.race.events import Noise
from app.race.formats import FORMATS, HEATS, ChessClock, RaceFormat
from app.race.heats import Plan
from app.race.lanes import KIND_WORDS, Contender, KPolicy, LaneKind, LaneSpec, Request, Sampling
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt
from app.race.trace import FileHash, Header, TraceWriter
from app.worker.heats_session import HeatsSession
from app.worker.machine import describe_machine, physical_cores
from app.worker.noise import NoiseFloors
from app.worker.one_loaded import OneLoaded
from app.worker.pool import WorkerPool
from app.worker.server_lanes import concrete, is_server, running_baseline, start_of
from app.worker.session import RaceSession, Worker

_WHOLE_HASH_BYTES = 256 << 20
_END_BYTES = 1 << 20


class Choice(msgspec.Struct, frozen=True):
    """What the user chose to race.

    Attributes:
        k: Draft tokens per round of the MTP lane, where there is one.
        contenders: The drafting lanes, up to three; empty races one with ``k``.
        format: Name of the race format.
        threads: CPU threads a lane, 0 for the default.
        engine: Registry name of the engine; empty takes the pair's first.
        servers: Addresses of the baseline's and the MTP lane's server, for an engine that is a server; empty starts
            both from the pair's files.
        server_model: The name to ask the servers for; empty takes the first that they list.
        plan: How many heats, for a race in heats.
        one_loaded: In heats, load one lane's models at a time, for models that do not fit twice.
        load_anyway: Load models that seem too large for the free memory.
        concurrency: Requests at once, for an engine that is a server.
        slots: Requests at once that a server which is started has to have room for; at least ``concurrency``.
    """

    pair: Pair
    prompt: Prompt
    k: int = 3
    contenders: tuple[Contender, ...] = ()
    max_tokens: int = 256
    sampling: Sampling = Sampling()
    format: str = "clock"
    context: int = 2048
    threads: int = 0
    gpu_layers: int = -1
    engine: str = ""
    servers: tuple[str, ...] = ()
    server_model: str = ""
    plan: Plan = Plan()
    one_loaded: bool = False
    load_anyway: bool = False
    concurrency: int = 1
    slots: int = 1


def lane_specs(choice: Choice, places: Places, *, numbered: bool = False) -> tuple[LaneSpec, ...]:
    """Returns the baseline and the drafting lanes of a choice.

    Args:
        numbered: Name a single drafting lane after its K too.

    Raises:
        ProblemError: the pair's files are not on this machine, or the choice is not possible.
    """
    race_format = find_format(choice.format)
    engine = choice.engine or choice.pair.engines[0]
    if is_server(engine):
        return _server_specs(choice, engine, race_format, places)
    check_format(race_format, engine)
    check_concurrency(engine, choice.concurrency)
    found = _ready(choice.pair, places, ENGINES[engine].opens if engine in ENGINES else FILE)
    threads = _threads(choice, race_format)
    baseline = LaneSpec(
        id="baseline",
        kind=LaneKind.BASELINE,
        engine=engine,
        target=str(found.target_path),
        context=choice.context,
        threads=threads,
        gpu_layers=choice.gpu_layers,
        options=_options(choice, race_format, engine, threads),
    )
    drafter = "" if found.drafter_path is None else str(found.drafter_path)
    drafting = msgspec.structs.replace(baseline, drafter=drafter)
    return baseline, *drafting_specs(drafting, asked_contenders(choice), numbered=numbered)


def asked_contenders(choice: Choice) -> tuple[Contender, ...]:
    """Returns the drafting lanes of a choice, at least one."""
    return choice.contenders or (Contender(choice.k),)


def drafting_specs(like: LaneSpec, contenders: Sequence[Contender], *, numbered: bool = False) -> tuple[LaneSpec, ...]:
    """Returns a drafting lane for each contender, otherwise ``like`` the given one, whose drafter is the pair's own.

    Args:
        numbered: Name a single lane after its K too.

    Raises:
        ProblemError: the engine cannot change K, or cannot draft, as one of them needs.
    """
    for item in contenders:
        check_kind(like.engine, item.kind)
    if len(contenders) > 1 or any(item.policy is not KPolicy.FIXED for item in contenders):
        check_k(like.engine, contenders)
    several = numbered or len(contenders) > 1
    specs: list[LaneSpec] = []
    for item in contenders:
        own = like.drafter if item.kind is LaneKind.MTP else ""
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


def check_kind(engine: str, kind: LaneKind) -> None:
    """Raises :class:`ProblemError` if the engine has no lanes of this kind."""
    info = ENGINES.get(engine)
    if info is None or kind in info.capabilities.drafters:
        return
    others = ", ".join(item.title for item in ENGINES.values() if kind in item.capabilities.drafters)
    raise ProblemError(
        Problem(
            "drafter-unfit",
            f"{info.title} cannot race {KIND_WORDS[kind]}.",
            cause="A server drafts with what it was started with."
            if info.capabilities.server
            else "It drafts with the MTP drafter only.",
            action=f"Race the MTP drafter, or use an engine that can: {others}.",
        )
    )


def check_format(race_format: RaceFormat, engine: str) -> None:
    """Raises :class:`ProblemError` if the engine cannot race in this format."""
    info = ENGINES.get(engine)
    if info is not None and not info.capabilities.stepping and race_format.name == ChessClock.name:
        raise ProblemError(
            Problem(
                "format-unfit",
                f"{info.title} cannot race on the chess clock.",
                cause="It decodes at its own pace and cannot be held between rounds.",
                action="Race in heats: each lane runs by itself, several times.",
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


def _server_specs(choice: Choice, engine: str, race_format: RaceFormat, places: Places) -> tuple[LaneSpec, ...]:
    contenders = asked_contenders(choice)
    if choice.servers:
        check_format(race_format, engine)
        baseline, like = running_baseline(engine, choice.servers, choice.server_model, choice.context)
        return baseline, *drafting_specs(like, contenders)
    servers = load_registry(places=places).servers
    engine = concrete(engine, choice.pair, servers)
    check_format(race_format, engine)
    check_k(engine, [item for item in contenders if item.policy is not KPolicy.FIXED])
    found = _ready(choice.pair, places, servers[engine].opens if engine in servers else FILE)
    start = start_of(engine, choice.pair, servers, found, choice.context, max(choice.slots, choice.concurrency))
    several = len(contenders) > 1
    drafting = [drafting_specs(start.drafting(item), [item], numbered=several)[0] for item in contenders]
    return start.baseline(), *drafting


def _ready(pair: Pair, places: Places, form: str) -> Ready:
    found = availability(pair, places)
    if not isinstance(found, Ready):
        raise ProblemError(Problem("pair-missing", f"{pair.title} cannot race here yet.", found.reason, found.action))
    return in_form(pair, found, form, places)


def default_format(engine: str) -> str:
    """Returns the format for an engine where none is asked for: heats for one that cannot be held between rounds."""
    info = ENGINES.get(engine)
    held = not is_server(engine) and (info is None or info.capabilities.stepping)
    return ChessClock.name if held else HEATS


def find_format(name: str) -> RaceFormat:
    """Returns the race format of that name. Raises :class:`ProblemError` if there is none."""
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise ProblemError(Problem("format-unknown", f"There is no race format {name!r}.", action=f"Use: {known}."))
    return FORMATS[name]


def _threads(choice: Choice, race_format: RaceFormat) -> int:
    """Lanes that compute at the same time divide the cores, so that neither waits for the other's threads."""
    if choice.threads or not race_format.shares_machine:
        return choice.threads
    return max(1, physical_cores() // 2)


def _shared_cores(threads: int) -> dict[str, str]:
    """Lanes that take turns run on the same cores: a core that waits falls idle, and waking it would cost its lane."""
    cores = shared_cores(threads or default_threads())
    return {"cores": ",".join(map(str, cores))} if cores else {}


def _options(choice: Choice, race_format: RaceFormat, engine: str, threads: int) -> dict[str, str]:
    options = {} if race_format.shares_machine else _shared_cores(threads)
    return options | ({"memory_check": "off"} if choice.load_anyway and engine == "llama.cpp" else {})


def make_header(choice: Choice, specs: Sequence[LaneSpec], now: datetime) -> Header:
    """Returns the trace's header. It names files, never folders."""
    paths = {path for spec in specs for path in (spec.target, spec.drafter) if path}
    return Header(
        created=now.astimezone(UTC).isoformat(timespec="seconds"),
        app_version=__version__,
        pair=choice.pair.id,
        pair_title=choice.pair.title,
        prompt_name=choice.prompt.name,
        workload=choice.prompt.workload,
        language=choice.prompt.language,
        request=Request(choice.prompt.text, choice.max_tokens, choice.sampling, concurrency=choice.concurrency),
        format=choice.format,
        lanes=tuple(
            msgspec.structs.replace(
                spec,
                target=Path(spec.target).name,
                drafter=Path(spec.drafter).name,
                options={name: value for name, value in spec.options.items() if name != COMMAND},
            )
            for spec in specs
        ),
        files=tuple(_hash(Path(path)) for path in sorted(paths)),
        machine=describe_machine(),
    )


def trace_path(places: Places, header: Header) -> Path:
    """Returns where a new trace goes: a name that sorts by time and tells what it is; never one that exists."""
    stamp = re.sub(r"[^0-9T]", "", header.created.partition("+")[0]).replace("T", "-")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{stamp}-{header.pair}-{header.prompt_name}")
    path = places.races / f"{stem}.ndjson"
    number = 2
    while path.exists():
        path = path.with_name(f"{stem}-{number}.ndjson")
        number += 1
    return path


def prepare(choice: Choice, places: Places, pool: WorkerPool) -> None:
    """Loads workers and reads what the header needs ahead of a race; takes a while, so call it off the UI thread.

    Raises:
        ProblemError: the choice cannot race; the words say why.
    """
    specs = lane_specs(choice, places)
    pool.prepare(() if choice.one_loaded else specs, share=choice.format == HEATS)
    make_header(choice, specs, datetime.now(UTC))


class StartedRace(msgspec.Struct, frozen=True):
    """A session that was started, where its trace goes, and how to give its workers and its file back."""

    session: RaceSession
    header: Header
    trace: Path | None
    finish: Callable[[], None]


def start_race(
    choice: Choice, places: Places, pool: WorkerPool, trace: Path | None = None, *, record: bool = True
) -> StartedRace:
    """Starts a race in its own thread. Call ``finish`` of the result once, when the session is over.

    Args:
        trace: Where to write the trace; None picks a name in the library.
        record: False writes no trace.

    Raises:
        ProblemError: the race cannot be started; nothing is left running.
    """
    specs = lane_specs(choice, places)
    header = make_header(choice, specs, datetime.now(UTC))
    path = (trace or trace_path(places, header)) if record else None
    file, writer = _begin_trace(path, header) if path else (None, None)
    workers, give_back = _workers(choice, specs, pool)
    floors = NoiseFloors(places.cache / "noise.json")
    noise = floors.get(header)
    session = _session(choice, header, workers, writer, noise)

    def finish() -> None:
        give_back()
        if noise is None and session.noise is not None:
            floors.put(header, session.noise)
        if file is not None:
            file.close()

    session.start()
    return StartedRace(session, header, path, finish)


def _workers(
    choice: Choice, specs: Sequence[LaneSpec], pool: WorkerPool
) -> tuple[Mapping[str, Worker], Callable[[], None]]:
    """Returns a worker for each lane, and what gives them back."""
    if choice.one_loaded and choice.format == HEATS:
        pool.prepare(())  # What is loaded ahead takes memory.
        group = OneLoaded(specs)
        return group.workers, group.close
    taken = pool.acquire(specs, share=choice.format == HEATS)
    return taken, lambda: pool.release(list(taken.values()))


def _session(
    choice: Choice,
    header: Header,
    workers: Mapping[str, Worker],
    writer: TraceWriter | None,
    noise: Noise | None,
) -> RaceSession:
    race_format = find_format(choice.format)
    if choice.format == HEATS:
        return HeatsSession(header, workers, race_format, time.monotonic_ns, writer, noise=noise, plan=choice.plan)
    return RaceSession(header, workers, race_format, time.monotonic_ns, writer, noise=noise)


def _begin_trace(path: Path, header: Header) -> tuple[BinaryIO, TraceWriter]:
    """Writes the header at once, before any worker starts: a race that is cut off in its first moment is a trace."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("wb")
        try:
            return file, TraceWriter(file, header)
        except OSError:
            file.close()
            raise
    except OSError as error:
        raise ProblemError(_unwritable(path, error)) from error


def _unwritable(path: Path, error: OSError) -> Problem:
    return Problem(
        "trace-unwritable",
        f"The trace cannot be written to {path}.",
        cause=f"{error.strerror or error}.",
        action="Choose another place with --trace, or free disk space.",
    )


def _hash(path: Path) -> FileHash:
    """Hashes a model: whole if that takes no time to speak of, else its ends, where header and tensors differ."""
    try:
        if path.is_dir():
            return _hash_folder(path)
        if not path.is_file():
            return FileHash(path.name, 0)
        return _hash_file(str(path), path.stat().st_size, path.stat().st_mtime_ns)
    except OSError:
        return FileHash(path.name, 0)


def _hash_folder(folder: Path) -> FileHash:
    """Hashes what makes the model: without it all folders would share what was measured of one of them."""
    parts = [_hash(path) for path in sorted([*folder.glob("config.json"), *folder.glob("*.safetensors")])]
    lines = "".join(f"{part.name} {part.digest}\n" for part in parts)
    size = sum(part.size for part in parts)
    return FileHash(folder.name, size, "sha256-folder", hashlib.sha256(lines.encode()).hexdigest())


_known: dict[tuple[str, int, int], FileHash] = {}


def _hash_file(path: str, size: int, changed_ns: int) -> FileHash:
    key = (path, size, changed_ns)
    if key not in _known:
        with Path(path).open("rb") as stream:
            if size <= _WHOLE_HASH_BYTES:
                kind, digest = "sha256", hashlib.file_digest(stream, "sha256").hexdigest()
            else:
                kind, ends = "sha256-ends", hashlib.sha256(stream.read(_END_BYTES))
                stream.seek(-_END_BYTES, 2)
                ends.update(stream.read(_END_BYTES))
                digest = ends.hexdigest()
        _known[key] = FileHash(Path(path).name, size, kind, digest)
    return _known[key]
