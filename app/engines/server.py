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
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec

from app.engines.crowd import Crowd
from app.engines.order import order_of
from app.engines.servers.base import Adapter, Piece, added, failure
from app.engines.started import StartedServer
from app.engines.stream import CONNECT_S, SILENCE_S, Stream, unreachable
from app.race.events import Finish, Loaded, Prefilled, Round, Token
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import DECODE_ERRORS, Problem, ProblemError

now = time.perf_counter_ns

_MOST_DRAFTED: Final = 1024
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
        self._stream: Stream | None = None
        self._crowd: Crowd | None = None
        self._answer = _Answer(0)
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
        # Settings of a proxy are for the internet; a model server is on this machine or beside it.
        client = httpx.Client(base_url=address, timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S), trust_env=False)
        try:
            names = [name for name in self._adapter.models(self._list(client)) if name]
            self._model = spec.options.get("model") or next(iter(names), "")
            if not self._model:
                raise ProblemError(
                    Problem("server-empty", f"The server at {address} has no model.", action="Load a model there.")
                )
        except BaseException:
            client.close()
            raise
        self._client, self._spec = client, spec
        notes = [*self._adapter.notes, SAMPLING_NOTE]
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
        try:
            reply = client.get(self._adapter.models_path, timeout=CONNECT_S)
            reply.raise_for_status()
            return msgspec.json.decode(reply.content)
        except httpx.HTTPError as error:
            raise ProblemError(unreachable(str(client.base_url), error)) from error
        except DECODE_ERRORS as error:
            raise ProblemError(
                Problem(
                    "server-unreadable",
                    f"What answers at {client.base_url} is no {self._adapter.title}.",
                    cause=f"{error}.",
                    action="Check the address, the port and the kind of server.",
                )
            ) from error

    def prefill(self, request: Request) -> Prefilled:
        client, spec = self._loaded()
        self._leave()
        self._stopping.clear()
        self._finish = Finish.STOPPED
        if not request.prompt.strip():
            raise ProblemError(Problem("prompt-empty", "The prompt is empty.", action="Write a prompt first."))
        started = now()
        self._answer = answer = _Answer(request.max_tokens)
        streams = [self._post(client, spec, request, number) for number in range(request.concurrency)]
        self._stream, others = streams[0], streams[1:]
        self._crowd = Crowd(self._adapter, others) if others else None
        while not (piece := self._next()).text and piece.total < 1 and not piece.ids and not piece.last:
            answer.prompt = max(answer.prompt, piece.prompt)
            answer.note_finish(piece)
        first = answer.begin(piece)
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

    def _next(self) -> Piece:
        """Waits for the next chunk; the end of the stream comes as a last one."""
        try:
            chunk = self._stream.next() if self._stream is not None else None
        except ProblemError as error:
            # If the server is gone its own last words say more than the broken connection.
            if self._server is not None and (ended := self._server.ended()) is not None:
                raise ProblemError(ended) from error
            raise
        if chunk is None:
            return Piece(last=True)
        piece = self._adapter.read(chunk)
        if piece.error:
            raise ProblemError(failure(piece))
        return piece

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
            finish = answer.finish
            if self._crowd is None or not self._crowd.wait():
                self._finish = finish
                return finish
            found = Round(0, 0, (), count=0)  # The shown request is over, others go on.
        others = self._others()
        self._finish = None
        return msgspec.structs.replace(found, end_ns=now() - started, others=others)

    def tail(self) -> str:
        return ""  # the server holds back what is incomplete

    def set_k(self, k: int) -> None:
        self._loaded()  # K is the server's

    def stop(self) -> None:
        self._stopping.set()
        for part in (self._stream, self._crowd):
            if part is not None:
                part.leave()

    def pause(self) -> None:
        """A server cannot be held."""

    def _leave(self) -> None:
        parts: tuple[Stream | Crowd | None, ...] = (self._stream, self._crowd)
        self._stream = self._crowd = None
        for part in parts:
            if part is not None:
                part.leave()

    def close(self) -> None:
        self._leave()
        client, self._client = self._client, None
        if client is not None:
            client.close()
        server, self._server = self._server, None
        if server is not None:
            server.close()


class _Answer:
    """Makes rounds of the chunks of one answer.

    Where the chunks carry totals of drafted and accepted tokens, a change of the totals begins a round, which has one
    token more than were accepted. Else each chunk is one.

    Attributes:
        prompt: Tokens of the prompt, -1 until the server said so.
        over: Nothing more comes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.prompt = -1
        self.over = False
        self._word = ""
        self._waiting: list[Piece] = []
        self._counted = self._drafted = self._accepted = 0

    def begin(self, piece: Piece) -> Token:
        """Takes the first chunk that has something; returns the first token."""
        self.prompt = max(self.prompt, piece.prompt)
        self._counted = 1
        self.note_finish(piece)
        self.over = piece.last
        token = Token(piece.ids[0] if piece.ids else -1, piece.text)
        if piece.total > 1 or len(piece.ids) > 1 or piece.drafted > 0:
            self._waiting.append(msgspec.structs.replace(piece, text="", ids=piece.ids[1:]))
        return token

    def note_finish(self, piece: Piece) -> None:
        self._word = piece.finish or self._word

    def take(self, piece: Piece) -> None:
        """Takes the next chunk."""
        self.note_finish(piece)
        self.over = self.over or piece.last
        if piece.text or piece.ids or piece.total >= 0:
            self._waiting.append(piece)

    @property
    def finish(self) -> Finish:
        """Why it ended. Raises :class:`ProblemError` if the stream broke off."""
        if not self._word:
            raise ProblemError(
                Problem(
                    "server-cut",
                    "The server ended the answer without saying why.",
                    action="See the server's own log, then race again.",
                )
            )
        if self._word != "length":
            return Finish.END
        return Finish.LENGTH if self._counted >= self._limit else Finish.CONTEXT

    def round(self) -> Round | None:
        """Returns the next round, None if it is not complete yet."""
        while self._waiting:
            if self._waiting[0].drafted > self._drafted:
                return self._drafting_round()
            piece = self._waiting.pop(0)
            count = added(piece, self._counted)
            if count or piece.text:
                self._counted += count
                return Round(0, 0, _tokens([piece]), count=count)
        return None

    def _drafting_round(self) -> Round | None:
        head = self._waiting[0]
        drafted, accepted = head.drafted - self._drafted, head.accepted - self._accepted
        if not 0 <= accepted <= drafted <= _MOST_DRAFTED:
            raise ProblemError(
                Problem("server-counts", "The server's counts of drafted tokens contradict each other.", action="")
            )
        full = self._counted + accepted + 1
        mine = [piece for piece in self._waiting if piece.drafted <= head.drafted]
        upto = next((at for at, piece in enumerate(mine) if piece.total >= full), None)
        complete = upto is not None or len(mine) < len(self._waiting)
        if not complete and not self.over:
            return None
        used = mine[: len(mine) if upto is None else upto + 1]
        self._waiting = self._waiting[len(used) :]
        # A character split over tokens comes with a later chunk, and so may its count: the round has what is its own.
        end = full if complete else min(full, max(piece.total for piece in used))
        count, self._counted = max(0, end - self._counted), max(end, self._counted)
        self._drafted, self._accepted = head.drafted, head.accepted
        if used[-1].total > self._counted:
            self._waiting.insert(0, msgspec.structs.replace(used[-1], text="", ids=()))
        return Round(0, 0, _tokens(used, accepted), drafted, accepted, count=count)


def _tokens(pieces: list[Piece], accepted: int = 0) -> tuple[Token, ...]:
    """Makes tokens of chunks. The text of a chunk of several ids stands with the last one of them."""
    tokens: list[Token] = []
    for piece in pieces:
        *before, last = piece.ids or (-1,)
        tokens += [Token(id_, "") for id_ in before]
        if piece.ids or piece.text:
            tokens.append(Token(last, piece.text))
    return tuple(msgspec.structs.replace(token, drafted=at < accepted) for at, token in enumerate(tokens))


def _address(target: str) -> str:
    try:
        url = httpx.URL(target.strip())
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise ProblemError(
            Problem(
                "address-bad",
                f"{target!r} is not the address of a server." if not url.userinfo else "An address has no password.",
                action="Write it like http://127.0.0.1:8080.",
            )
        )
    return str(url.copy_with(path=url.path.rstrip("/").removesuffix("/v1"), query=None, fragment=None))
