"""The lanes of a race on servers: two that run already, or servers that the lanes start from the pair's files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from app.engines import ENGINES
from app.engines.order import COMMAND, ServerOrder, filled
from app.models.pairs import Pair
from app.models.registry.servers import SERVER, ServerTable
from app.models.shelf.availability import Ready
from app.processes import find_program
from app.race.lanes import Contender, LaneKind, LaneSpec
from app.race.problems import Problem, ProblemError

PYTHON: Final = "{python}"


def is_server(engine: str) -> bool:
    """Whether lanes of this engine run on servers; also for the pair's word for any server."""
    return engine == SERVER or (engine in ENGINES and ENGINES[engine].capabilities.server)


def is_here(table: ServerTable) -> bool:
    """Whether the server's program is installed."""
    return find_program(table.program.replace(PYTHON, sys.executable)) is not None


def concrete(engine: str, pair: Pair, servers: Mapping[str, ServerTable]) -> str:
    """Returns the engine that is meant: for ``"server"`` the first one whose program is here and opens the files.

    Raises:
        ProblemError: there is none.
    """
    if engine != SERVER:
        return engine
    able = {name: table for name, table in servers.items() if table.fits(pair)}
    for name, table in able.items():
        if is_here(table):
            return name
    looked = ", ".join(table.program for table in able.values()) or "no program"
    raise ProblemError(
        Problem(
            "server-missing",
            f"No server that opens the files of {pair.title} is installed here.",
            cause=f"Looked for: {looked}.",
            action="'mtp-race doctor' says how to install one. Or start two yourself and give --engine and --servers.",
        )
    )


def running_baseline(engine: str, addresses: Sequence[str], model: str, context: int) -> tuple[LaneSpec, LaneSpec]:
    """Returns a lane on the server without drafting, and what the lanes on the other one have in common.

    Raises:
        ProblemError: there are not two addresses, or it is not said what answers there.
    """
    if engine == SERVER:
        kinds = ", ".join(name for name, info in ENGINES.items() if info.capabilities.server)
        raise ProblemError(
            Problem("server-kind", "It is not said what kind of servers these are.", action=f"Give --engine: {kinds}.")
        )
    if len(addresses) == 1 and ENGINES[engine].capabilities.switches:
        addresses = (addresses[0], addresses[0])
    if len(addresses) != 2:
        raise ProblemError(
            Problem(
                "server-address",
                f"A race on {ENGINES[engine].title} needs two addresses: the server without drafting and the one with.",
                action="Start both and give their addresses, such as http://127.0.0.1:8080 http://127.0.0.1:8081.",
            )
        )
    baseline = LaneSpec(
        id="baseline",
        kind=LaneKind.BASELINE,
        engine=engine,
        target=addresses[0],
        context=context,
        options={"model": model} if model else {},
    )
    return baseline, msgspec.structs.replace(baseline, target=addresses[1])


class Start(msgspec.Struct, frozen=True):
    """What a lane needs to start its own server.

    Attributes:
        engine: Registry name.
        table: How that server is started.
        found: The pair's files.
        context: Of one request, in tokens.
        parallel: Requests at once that the server has to have room for.
    """

    engine: str
    table: ServerTable
    found: Ready
    context: int
    parallel: int = 1

    def baseline(self) -> LaneSpec:
        """Returns the lane without drafting."""
        return LaneSpec(
            id="baseline",
            kind=LaneKind.BASELINE,
            engine=self.engine,
            target=str(self.found.target_path),
            context=self.context,
            options=self._options(self.table.command, 0),
        )

    def drafting(self, contender: Contender) -> LaneSpec:
        """Returns what is common to a lane with the drafter; K is in the command.

        Raises:
            ProblemError: it is not known how this server is started with such a drafter.
        """
        own = "" if self.found.drafter_path is None else str(self.found.drafter_path)
        drafter = contender.drafter or (own if contender.kind.facts.own else "")
        if contender.kind is LaneKind.MTP:
            key = "drafting" if drafter else "drafting_own_head"
            added = self.table.drafting if drafter else self.table.drafting_own_head
        else:
            key = f"kinds.{contender.kind.value}"
            added = self.table.kinds.get(contender.kind.value, ())
        if not added:
            raise ProblemError(
                Problem(
                    "server-no-drafting",
                    f"It is not known how {ENGINES[self.engine].title} is started with {contender.kind.facts.phrase}.",
                    action=f"Write {key} in [server.{self.engine}] of your models.toml.",
                )
            )
        return msgspec.structs.replace(
            self.baseline(),
            drafter=drafter,
            options=self._options((*self.table.command, *added), contender.k),
        )

    def _options(self, words: Sequence[str], k: int) -> dict[str, str]:
        values = {
            "{k}": str(k),
            "{context}": str(self.context),
            "{parallel}": str(self.parallel),
            "{context_all}": str(self.context * self.parallel),
        }
        order = ServerOrder(tuple(filled(word, values) for word in words), self.table.health, self.table.patience_s)
        return {COMMAND: order.text}


def start_of(
    engine: str, pair: Pair, servers: Mapping[str, ServerTable], found: Ready, context: int, parallel: int
) -> Start:
    """Returns how lanes start this engine's server.

    Raises:
        ProblemError: the app cannot start it, it does not open these files, or its program is not installed.
    """
    title = ENGINES[engine].title
    table = servers.get(engine)
    if table is None:
        raise ProblemError(
            Problem(
                "server-no-command",
                f"The app does not know how to start {title}.",
                action=f"Start two yourself and give --servers, or write [server.{engine}] in your models.toml.",
            )
        )
    if not table.fits(pair):
        needs = "one file (GGUF)" if table.opens == "file" else "a model's folder (safetensors)"
        raise ProblemError(
            Problem(
                "server-files",
                f"{title} does not open the files of {pair.title}.",
                cause=f"It opens {needs}.",
                action="Choose another pair or another engine. 'mtp-race models' lists the pairs.",
            )
        )
    if not is_here(table):
        install = ENGINES[engine].install_command()
        raise ProblemError(
            Problem(
                "server-missing",
                f"{title} cannot be started: there is no program {table.program!r} here.",
                action=f"Install it{f' with: {install}' if install else ''}. Or start two servers yourself and give "
                "their addresses with --servers.",
            )
        )
    return Start(engine, table, found, context, parallel)
