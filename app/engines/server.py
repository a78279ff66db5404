"""Servers: a race against whatever is serving, over HTTP.

A server decodes at its own pace and cannot be stopped between rounds, so a lane on it races in heats or free for all,
never on the chess clock. ``prefill`` starts the stream and returns with the first token; each ``round`` returns what
the server sent next. Tokens are counted by the server's own counts, never by chunks or characters. Baseline and MTP
are two addresses: K is what the server of the MTP lane was started with.

Of several requests at once (``Request.concurrency``) the first one is shown, and the tokens of the others are counted.

``LaneSpec.target`` is the server's address; or the model's file or folder, and ``LaneSpec.options`` has the ``command``
(:class:`app.engines.order.ServerOrder`) with which the lane starts its own server. Another option is ``model``: the
name to ask for; else the first that the server lists.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpx
import msgspec

from app.engines.answer import Answer, Pieces
from app.engines.asked import check_prompt
from app.engines.crowd import Crowd
from app.engines.order import order_of
from app.engines.servers.base import Adapter, Piece, ServedModel
from app.engines.servers.counters import DraftCounts, fetch_counts
from app.engines.servers.said import fault, quoted, said_with, server_failed, status_problem
from app.engines.started import StartedServer
from app.engines.stream import CONNECT_S, SILENCE_S, Stream, decoded
from app.net import connection_problem, make_client, parse_address
from app.race.events import Finish, Loaded, Prefilled, Round, Totals
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import Problem, ProblemError

now = time.perf_counter_ns

_MAX_LIST: Final = 4 << 20
"""Longest list of models in bytes."""
SAMPLING_NOTE: Final = "The server draws its own random numbers, so at a temperature the lanes' texts differ by chance."


class ServerEngine:
    """One lane on a server; see :class:`app.engines.base.Engine`.

    Args:
        adapter: Knows this kind of server.
    """

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._client: httpx.Client | None = None
        self._server: StartedServer | None = None
        self._tell: Callable[[str], None] = lambda _: None
        self._stopping = threading.Event()
        self._spec: LaneSpec | None = None
        self._model = ""
        self._crowd: Crowd | None = None
        self._pieces: Pieces | None = None
        self._answer = Answer(0)
        self._counts: DraftCounts | None = None
        self._finish: Finish | None = Finish.STOPPED

    def load(self, spec: LaneSpec) -> Loaded:
        started = now()
        self.close()
        try:
            return self._load(spec, started)
        except BaseException:
            self.close()
            raise

    def report_to(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def _load(self, spec: LaneSpec, started: int) -> Loaded:
        order = order_of(spec)
        if order is None:
            address = _address(spec.target)
        else:
            self._server = StartedServer(self._adapter.title, order, spec)
            self._server.wait(self._tell, self._stopping.is_set)
            address = self._server.address
        # A model server is mostly on this machine or beside it, where no proxy stands between.
        client = self._client = make_client(
            near=True,
            base_url=address,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            headers={"Accept-Encoding": "identity"},
        )
        listed = [model for model in self._adapter.models(self._list(client)) if model.name]
        self._model = spec.options.get("model") or _chosen(listed, address)
        self._spec = spec
        self._read_counts()
        notes = [*self._adapter.notes, SAMPLING_NOTE]
        if len(listed) > 1 and "model" not in spec.options:
            notes.append(
                f"The server lists {len(listed)} models; {self._model} was asked. Another one: --server-model."
            )
        if order is not None:
            notes.append("The app started this server and ends it.")
        elif spec.kind is not LaneKind.BASELINE:
            notes.append("K and the drafter are those that the server was started with.")
        return Loaded(
            engine=self._adapter.title,
            model=self._model.replace("\\", "/").rpartition("/")[2],  # a path tells of the server's disk
            device="server on this machine"
            if order is not None
            else f"server at {client.base_url.host}:{client.base_url.port or client.base_url.scheme}",
            load_ns=now() - started,
            context=spec.context,
            notes=tuple(notes),
        )

    def _list(self, client: httpx.Client) -> Any:
        """Returns what the server lists as its models."""
        path = self._adapter.models_path
        try:
            with client.stream("GET", path, timeout=CONNECT_S) as reply:
                if reply.status_code != 200:
                    address = str(client.base_url.join(path))
                    raise ProblemError(status_problem(address, reply, said_with(reply, _MAX_LIST)))
                body = bytearray()
                for part in reply.iter_bytes():
                    body += part
                    if len(body) > _MAX_LIST:
                        raise ProblemError(self._no_such(client, "Its list of models does not end."))
        except httpx.HTTPError as error:
            raise ProblemError(connection_problem(str(client.base_url), error)) from error
        text = body.decode("utf-8-sig", "replace")
        try:
            found = decoded(text)
        except ValueError as error:
            raise ProblemError(self._no_such(client, f"{error}. It begins with: {quoted(text)}")) from error
        if not isinstance(found, list) and (reason := fault(found)) is not None:
            raise ProblemError(server_failed(reason, text))
        return found

    def _no_such(self, client: httpx.Client, cause: str) -> Problem:
        return Problem(
            "server-unreadable",
            f"What answers at {client.base_url} is no {self._adapter.title}.",
            cause=cause,
            action="Check the address, the port and the kind of server.",
        )

    def prefill(self, request: Request) -> Prefilled:
        client, spec = self._loaded()
        self._leave()
        self._stopping.clear()
        self._finish = Finish.STOPPED
        check_prompt(request.prompt)
        started = now()
        self._answer = answer = Answer(request.max_tokens)
        streams = [self._post(client, spec, request, number) for number in range(request.concurrency)]
        self._pieces, others = Pieces(self._adapter, streams[0]), streams[1:]
        self._crowd = Crowd(self._adapter, others) if others else None
        with self._last_words():
            first = answer.wait(self._pieces)
        self._others()  # What came before the first token is not part of decoding.
        self._finish = None
        return Prefilled(start_ns=0, end_ns=now() - started, prompt_tokens=max(0, answer.prompt), first=first)

    def _post(self, client: httpx.Client, spec: LaneSpec, request: Request, number: int) -> Stream:
        """Starts one of several requests. Each draws its own random numbers."""
        sampling = msgspec.structs.replace(request.sampling, seed=request.sampling.seed + number)
        one = msgspec.structs.replace(request, sampling=sampling)
        path, body = self._adapter.request(spec, self._model, one)
        return Stream(client, path, body)

    def _others(self) -> int:
        """Returns how many tokens the other requests got since the last call."""
        return self._crowd.take() if self._crowd is not None else 0

    def _loaded(self) -> tuple[httpx.Client, LaneSpec]:
        if self._client is None or self._spec is None:
            raise ProblemError(Problem("not-loaded", "The lane's server is not known.", action="Load the lane first."))
        return self._client, self._spec

    @contextmanager
    def _last_words(self) -> Iterator[None]:
        """If the server is gone its own last words say more than the broken connection."""
        try:
            yield
        except ProblemError as error:
            if self._server is not None and (ended := self._server.ended()) is not None:
                raise ProblemError(ended) from error
            raise

    def _next(self) -> Piece:
        """Waits for the next chunk; the end of the stream comes as a last one."""
        if self._pieces is None:
            return Piece(last=True)
        with self._last_words():
            return self._pieces.next()

    def round(self) -> Round | Finish:
        self._loaded()
        if self._finish is not None:
            return self._finish
        self._finish = Finish.STOPPED  # if anything below raises, the run is over
        started = now()
        answer = self._answer
        while (found := answer.round()) is None and not answer.over:
            answer.take(self._next())
        if found is None:
            finish = answer.finish(self._pieces.stream.unused if self._pieces is not None else "")
            if self._crowd is None or not self._crowd.wait():
                self._finish = finish
                return finish
            found = Round(0, 0, (), count=0)  # The shown request is over, others go on.
        others = self._others()
        self._finish = None
        return msgspec.structs.replace(found, end_ns=now() - started, others=others)

    def tail(self) -> str:
        return self._pieces.tail() if self._pieces is not None else ""

    def totals(self) -> Totals | None:
        """Returns what the server said of the answer as a whole; see :class:`app.engines.base.Totalling`.

        Where the answer says nothing of its drafting, the server's own counters do, if the answer's tokens are all that
        were generated since they were read last.
        """
        told, before = self._answer.totals, self._counts
        if self._finish is Finish.STOPPED or self._client is None:
            self._counts = None  # What a run that was left has counted is not waited for.
            return told
        self._read_counts()
        after = self._counts
        known = self._answer.tells_rounds or (told is not None and told.drafted >= 0)
        if known or before is None or after is None or after.tokens - before.tokens != self._answer.tokens:
            return told
        counted = after.totals_since(before)
        return counted if told is None else msgspec.structs.replace(counted, tokens=told.tokens)

    def _read_counts(self) -> None:
        """Reads the server's own counters of drafting, for a lane that drafts."""
        names, spec = self._adapter.counters, self._spec
        if names is not None and self._client is not None and spec is not None and spec.kind is not LaneKind.BASELINE:
            self._counts = fetch_counts(self._client, names)

    def set_k(self, k: int) -> None:
        _, spec = self._loaded()
        self._spec = msgspec.structs.replace(spec, k=k)  # Told with a request, where the server takes it from there.

    def stop(self) -> None:
        self._stopping.set()
        self._hang_up()

    def pause(self) -> None:
        """A server cannot be held."""

    def _hang_up(self) -> None:
        """Ends all requests that run."""
        pieces, crowd = self._pieces, self._crowd
        if pieces is not None:
            pieces.stream.leave()
        if crowd is not None:
            crowd.leave()

    def _leave(self) -> None:
        self._hang_up()
        self._pieces = self._crowd = None

    def close(self) -> None:
        self._leave()
        client, self._client = self._client, None
        if client is not None:
            client.close()
        server, self._server = self._server, None
        if server is not None:
            server.close()


def _address(target: str) -> str:
    url = parse_address(target)
    return str(url.copy_with(path=url.path.rstrip("/").removesuffix("/v1"), query=None, fragment=None))


def _chosen(listed: Sequence[ServedModel], address: str) -> str:
    """Returns the model to ask: the first that makes text.

    Raises:
        ProblemError: there is none.
    """
    if not listed:
        raise ProblemError(
            Problem("server-empty", f"The server at {address} has no model.", action="Load a model there.")
        )
    for model in listed:
        if model.writes:
            return model.name
    names = quoted(", ".join(model.name for model in listed))
    raise ProblemError(
        Problem(
            "server-no-writer",
            f"The server at {address} lists no model that writes text.",
            cause=f"It lists: {names}",
            action="Load one there, or name the one that is meant with --server-model.",
        )
    )
