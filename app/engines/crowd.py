"""The requests that a server answers at the same time as the one that is shown. Their tokens are counted, not kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from app.boundary.unexpected import problem_of
from app.engines.answer import Pieces
from app.engines.base import Stopped
from app.engines.servers.base import Adapter, added
from app.engines.stream import Stream
from app.race.problems import Problem, ProblemError


class Crowd:
    """Reads all other requests, each in a thread of its own.

    Args:
        adapter: Reads the chunks.
        streams: The requests.
    """

    def __init__(self, adapter: Adapter, streams: Sequence[Stream]) -> None:
        self._adapter, self._streams = adapter, streams
        self._changed = threading.Condition()
        self._tokens = 0
        self._going = len(streams)
        self._left = False
        self._problem: Problem | None = None
        for stream in streams:
            threading.Thread(target=self._read, args=(stream,), name="server-crowd", daemon=True).start()

    def _read(self, stream: Stream) -> None:
        problem: Problem | None = None
        try:
            self._count(stream)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - the shown request waits for this one's end
            problem = problem_of(error, "engines", "a server's answer was counted")
        with self._changed:
            self._going -= 1
            self._problem = self._problem or problem
            self._changed.notify_all()

    def _count(self, stream: Stream) -> None:
        """Counts a request's tokens to its end."""
        counted = 0
        pieces = Pieces(self._adapter, stream)
        while True:
            piece = pieces.next()
            new = added(piece, counted)
            counted += new
            with self._changed:
                self._tokens += new
                self._changed.notify_all()
            if piece.last:
                return

    def take(self) -> int:
        """Returns the tokens that came since the last call.

        Raises:
            ProblemError: one of the requests failed.
        """
        with self._changed:
            if self._problem is not None:
                raise ProblemError(self._problem)
            tokens, self._tokens = self._tokens, 0
            return tokens

    def wait(self) -> bool:
        """Waits for more tokens. Returns False once all requests have ended and nothing is left to take.

        Raises:
            Stopped: :meth:`leave` was called.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._tokens or not self._going or self._left or self._problem)
            if self._left:
                raise Stopped
            return self._tokens > 0 or self._problem is not None

    def leave(self) -> None:
        """Ends all requests, from any thread."""
        with self._changed:
            self._left = True
            self._changed.notify_all()
        for stream in self._streams:
            stream.leave()
