"""From the chunks of a server's answer to tokens and rounds, and whether the answer as a whole holds together."""

from __future__ import annotations

from typing import Final

import msgspec

from app.engines.detokenize import PairDecoder
from app.engines.servers.base import MOST_DRAFTED, Adapter, Piece, added
from app.engines.servers.said import quoted
from app.engines.stream import Stream
from app.race.events import Finish, Round, Token, Totals
from app.race.problems import Problem, ProblemError

_BROKEN: Final = frozenset(("error", "abort", "aborted", "cancelled", "canceled", "failed", "content_filter"))
"""Words of a server for an answer that it did not bring to an end."""


class Pieces:
    """The chunks of one streamed answer, in one form for all servers.

    Attributes:
        stream: Where they come from.
    """

    def __init__(self, adapter: Adapter, stream: Stream) -> None:
        self._adapter = adapter
        self.stream = stream
        self._pairs = PairDecoder()
        self._begun = False

    def next(self) -> Piece:
        """Waits for the next chunk; the end of the stream comes as a last one. Raises as :meth:`Stream.next`."""
        chunk = self.stream.next()
        if chunk is None:
            return Piece(last=True)
        piece = self._adapter.read(chunk)
        if piece.unstreamed or (not self._begun and piece.last and piece.text and piece.total > 1):
            raise ProblemError(
                Problem(
                    "server-unstreamed",
                    "The server does not stream: the whole answer came at once, so it has no pace to be measured.",
                    cause=f"It is: {quoted(piece.text)}" if piece.text else "",
                    action="Turn streaming on there, or in the proxy before it.",
                )
            )
        self._begun = self._begun or bool(piece.text)
        text = self._pairs.feed(piece.text)
        return msgspec.structs.replace(piece, text=text, held=bool(piece.text) and not text)

    def tail(self) -> str:
        """Returns what half a character at the end leaves behind."""
        return self._pairs.flush()


class Answer:
    """Makes rounds of the chunks of one answer.

    Where the chunks carry totals of drafted and accepted tokens, a change of the totals begins a round, which has one
    token more than were accepted. Else each chunk is one. Totals that come after chunks without any are those of many
    rounds, and make none.

    Args:
        limit: Most tokens that were asked for.

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
        self._total = -1
        self._has_text = self._has_ids = False
        self._sums = Piece()  # What it said last of the whole answer.
        self._has_rounds = False
        self._blind = False  # Some tokens came without totals, so that the next change is not one round's.

    def wait(self, pieces: Pieces) -> Token:
        """Reads up to the first token and returns it. Raises :class:`ProblemError` if there is none."""
        while True:
            piece = pieces.next()
            self._note(piece)
            if piece.text or piece.held or piece.ids or piece.total > 0:
                break
            if piece.last:
                self.finish(pieces.stream.unused)  # Raises: an answer without anything does not hold together.
                raise ProblemError(self._nothing(""))
        self._counted = 1
        self.over = piece.last
        if piece.total > 1 or len(piece.ids) > 1 or piece.drafted > 0:
            self._waiting.append(msgspec.structs.replace(piece, text="", held=False, ids=piece.ids[1:]))
        self._blind = piece.total < 0
        return Token(piece.ids[0] if piece.ids else -1, piece.text)

    def take(self, piece: Piece) -> None:
        """Takes the next chunk."""
        self._note(piece)
        self.over = self.over or piece.last
        if piece.text or piece.held or piece.ids or piece.total >= 0:
            self._waiting.append(piece)

    def _note(self, piece: Piece) -> None:
        self._word = piece.finish or self._word
        self.prompt = max(self.prompt, piece.prompt)
        self._total = max(self._total, piece.total)
        if piece.steps or max(piece.drafted, piece.accepted, piece.rounds) >= 0:
            self._sums = piece
        self._has_text = self._has_text or bool(piece.text) or piece.held
        self._has_ids = self._has_ids or bool(piece.ids)

    @property
    def tells_rounds(self) -> bool:
        """Whether its chunks or its last one told the rounds."""
        return self._has_rounds or bool(self._sums.steps)

    @property
    def tokens(self) -> int:
        """Tokens of the answer, as the server counts where it does."""
        return self._total if self._total >= 0 else self._counted

    @property
    def totals(self) -> Totals | None:
        """What the server said of the whole answer and its rounds did not; None if that is nothing."""
        tokens = self._total if 0 < self._total < self._counted else -1
        sums, told = self._sums, Totals(tokens)
        if not self._has_rounds and (sums.steps or 0 <= sums.accepted <= sums.drafted > 0):
            told = Totals(tokens, sums.rounds, sums.drafted, sums.accepted, sums.steps, sums.positions)
        return None if told == Totals() else told

    def finish(self, unused: str = "") -> Finish:
        """Returns why it ended.

        Args:
            unused: What the stream held besides the answer.

        Raises:
            ProblemError: the stream broke off, or its text and its count of tokens contradict each other.
        """
        if not self._word or self._word.lower() in _BROKEN:
            said = f"Its word for why is {self._word!r}." if self._word else ""
            raise ProblemError(
                Problem(
                    "server-cut",
                    "The server ended the answer before its end."
                    if said
                    else "The server ended the answer without saying why.",
                    cause=said or (f"Besides the answer it sent: {quoted(unused)}" if unused.strip() else ""),
                    action="See the server's own log, then race again.",
                    details=unused[:4000],
                )
            )
        if not self._has_text and not self._has_ids:
            raise ProblemError(self._nothing(unused))
        if self._has_text and self._total == 0:
            sentence = "The server sent text and counted no tokens, so there is no rate to show."
            raise ProblemError(Problem("server-counts", sentence, action="See the server's own log, or update it."))
        if self._word not in ("length", "max_tokens"):
            return Finish.END
        return Finish.LENGTH if self._counted >= self._limit else Finish.CONTEXT

    def _nothing(self, unused: str) -> Problem:
        cause = f"It ended with {quoted(self._word, 40)!r}." if self._word else ""
        if self._total > 1:  # One token is the end token.
            return Problem(
                "server-textless",
                f"The server counted {self._total} tokens and sent no text.",
                cause=cause,
                action="It may keep back what the model thinks, or calls of tools: see its own log and settings.",
                details=unused[:4000],
            )
        return Problem(
            "server-empty-answer",
            "The model answered nothing.",
            cause=cause,
            action="Check that it is a model that chats and that its chat template fits, or send a raw prompt.",
            details=unused[:4000],
        )

    def round(self) -> Round | None:
        """Returns the next round, None if it is not complete yet."""
        while self._waiting:
            head = self._waiting[0]
            if head.drafted > self._drafted and not self._blind and not head.sums:
                return self._drafting_round()
            piece = self._waiting.pop(0)
            self._drafted, self._accepted = max(self._drafted, piece.drafted), max(self._accepted, piece.accepted)
            self._blind = piece.total < 0
            count = added(piece, self._counted)
            if count or piece.text:
                self._counted += count
                return Round(0, 0, _tokens([piece]), count=count)
        return None

    def _drafting_round(self) -> Round | None:
        head = self._waiting[0]
        drafted, accepted = head.drafted - self._drafted, head.accepted - self._accepted
        if not 0 <= accepted <= drafted <= MOST_DRAFTED:
            raise ProblemError(
                Problem(
                    "server-counts",
                    "The server's counts of drafted tokens contradict each other.",
                    cause=f"In one round it counted {drafted} drafted tokens and {accepted} accepted ones.",
                    action="Update the server. Its own log may tell more.",
                )
            )
        self._has_rounds = True
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
            self._waiting.insert(0, msgspec.structs.replace(used[-1], text="", held=False, ids=()))
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
