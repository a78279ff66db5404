"""How a lane proposes tokens before the target verifies them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Protocol

from app.engines.judge import Judge
from app.engines.llama_native import BATCH, Batch, Context, Model, StopFlag
from app.engines.llama_threads import ThreadPool


class Drafter(Protocol):
    """Proposes the next tokens of a run. The lane tells it what the target did."""

    def begin(self, tokens: list[int], last_pass: int) -> None:
        """A prompt was fed to the target, ``last_pass`` of its tokens in the last forward pass."""
        ...

    def fed(self, tokens: list[int], position: int) -> None:
        """The target was just fed this part of a prompt at ``position``; from 0 on it is a new prompt."""
        ...

    def draft(self, last: int, position: int, count: int) -> list[int]:
        """Proposes at most ``count`` tokens after ``last``, which the target will be fed at ``position``."""
        ...

    def verified(self, accepted: int) -> None:
        """The target has just been fed the last draft and accepted so many tokens of it."""
        ...

    def emitted(self, tokens: list[int]) -> None:
        """These tokens were emitted, the accepted ones among them."""
        ...

    def close(self) -> None: ...


def chain(
    context: Context, batch: Batch, judge: Judge, count: int, fill: Callable[[int, int], None], rows: int = 1
) -> list[int]:
    """Drafts at most ``count`` tokens, at least one of which is wanted, each from the logits after the one before it.

    Args:
        context: The last pass left the logits for the first draft.
        fill: Puts a draft token into the batch, that many places behind the last token of the text.
        rows: How many rows of logits that pass left; the last one is for the draft.
    """
    drafts: list[int] = []
    while True:
        row = context.logits(rows)[-1]
        rows = 1
        best = judge.pick(row)
        if best < 0:
            return drafts
        drafts.append(best)
        if len(drafts) == count or not judge.wants_more():
            return drafts
        fill(best, len(drafts))
        context.decode(batch)


class MtpDrafter:
    """A Gemma 4 assistant: reads the target's hidden row and shares its KV cache.

    All drafts of a round are made at the position of the last accepted token: the drafter attends to the target's cache
    and has none of its own.

    Args:
        model: The drafter; owned from here on.
        target: Context of the target.
        judge: Says where a draft ends.
    """

    def __init__(
        self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, judge: Judge, size: int
    ) -> None:
        self._model, self._target, self._judge = model, target, judge
        self._context = Context(model, size, 1, pool.threads, stop, other=target)
        pool.attach(self._context.handle)
        target.give_hidden(masked=False)
        self._context.give_hidden(masked=True)
        self._batch = Batch(1, model.hidden)
        self._row = (ctypes.c_float * model.hidden)()
        self._row_at = ctypes.addressof(self._row)

    def _keep_row(self, row: int) -> None:
        """Copies the target's hidden row before the next pass overwrites it."""
        ctypes.memmove(self._row_at, self._target.hidden_row(row), self._batch.hidden_bytes)

    def fed(self, tokens: list[int], position: int) -> None:
        """Nothing to do before the whole prompt is in."""

    def begin(self, tokens: list[int], last_pass: int) -> None:
        self._keep_row(last_pass - 1)

    def draft(self, last: int, position: int, count: int) -> list[int]:
        drafts: list[int] = []
        context, batch, hidden = self._context, self._batch, self._row_at
        while True:
            batch.fill_one(last, position, hidden)
            context.decode(batch)
            last = self._judge.pick(context.logits(1)[0])
            if last < 0:
                break
            drafts.append(last)
            if len(drafts) == count or not self._judge.wants_more():
                break
            hidden = context.hidden_row(0)
        return drafts

    def verified(self, accepted: int) -> None:
        self._keep_row(accepted)

    def emitted(self, tokens: list[int]) -> None:
        """Nothing to note: the drafter reads the target's cache."""

    def close(self) -> None:
        self._batch.close()
        self._context.close()
        self._model.close()


class NextNDrafter:
    """The MTP head in the target's own file (NextN, as in Qwen 3.5), with a cache of its own.

    The head reads each token together with the target's hidden row of the token before it. What was emitted since the
    last draft is fed first, with the rows of the target; drafts are fed with the head's own rows, and forgotten.

    Args:
        model: The target, loaded with its head; borrowed.
        target: Context of the target.
    """

    _behind = 0
    """How many places before a token the pair of it and a row stands in the head's cache."""

    def __init__(
        self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, judge: Judge, size: int
    ) -> None:
        self._model, self._target, self._judge, self._stop = model, target, judge, stop
        self._context = self._make_context(model, target, pool, stop, size)
        pool.attach(self._context.handle)
        self._context.give_hidden(masked=True)
        self._batch = Batch(BATCH, model.hidden)
        self._width = self._batch.hidden_bytes
        self._room = BATCH
        # Rows of the tokens that are not in the head's cache yet; the first one stays after they are fed.
        self._rows = (ctypes.c_float * (model.hidden * (self._room + 1)))()
        self._rows_at = ctypes.addressof(self._rows)
        self._tokens: list[int] = []
        self._kept = 0
        self._in_cache = 0

    def _make_context(self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, size: int) -> Context:
        target.give_hidden(masked=False)
        return Context(model, size, 1, pool.threads, stop, head=True)

    def _keep_rows(self, row: int, count: int) -> None:
        """Copies hidden rows of the target's last pass behind those that wait."""
        to = self._rows_at + self._width * self._kept
        ctypes.memmove(to, self._target.hidden_row(row), self._width * count)
        self._kept += count

    def _feed(self, tokens: list[int]) -> int:
        """Feeds tokens with the rows that wait for them; returns how many rows of logits the pass left."""
        self._context.forget(self._in_cache)  # what was drafted and is not in the text
        self._batch.fill_rows(tokens, self._in_cache, self._rows_at)
        self._context.decode(self._batch)
        self._in_cache += len(tokens)
        return 1

    def fed(self, tokens: list[int], position: int) -> None:
        if position == 0:
            self._context.forget()
            self._in_cache, self._kept = 0, 1 - self._behind
            ctypes.memset(self._rows_at, 0, self._width)  # nothing comes before the first token
        self._tokens = []
        pairs = tokens if self._kept else tokens[1:]
        if len(tokens) > 1:
            self._keep_rows(0, len(tokens) - 1)
        if pairs:
            self._feed(pairs)
        self._kept = 0
        self._keep_rows(len(tokens) - 1, 1)

    def begin(self, tokens: list[int], last_pass: int) -> None:
        """Nothing to do: the head was fed as the target was."""

    def draft(self, last: int, position: int, count: int) -> list[int]:
        if not self._tokens:  # the same place once more: the row that belongs to it is still there
            self._tokens, self._in_cache = [last], position - self._behind
        logits = self._feed(self._tokens)
        final = self._rows_at + self._width * (len(self._tokens) - 1)
        ctypes.memmove(self._rows_at, final, self._width)
        self._tokens, self._kept = [], 0
        return chain(
            self._context,
            self._batch,
            self._judge,
            count,
            lambda best, ahead: self._batch.fill_rows(
                [best], position + ahead - self._behind, self._context.hidden_row(-1)
            ),
            logits,
        )

    def verified(self, accepted: int) -> None:
        if self._kept + accepted + 1 > self._room:  # many rounds without a draft
            self._feed(self._tokens)
            self._tokens, self._kept = [], 0
        self._keep_rows(0, accepted + 1)

    def emitted(self, tokens: list[int]) -> None:
        self._tokens += tokens

    def close(self) -> None:
        self._batch.close()
        self._context.close()


class ModelDrafter:
    """A small full model with the target's vocabulary: the classic draft model, with a cache of its own."""

    def __init__(self, model: Model, pool: ThreadPool, stop: StopFlag, judge: Judge, size: int) -> None:
        self._model, self._judge, self._stop = model, judge, stop
        self._context = Context(model, size, 1, pool.threads, stop)
        pool.attach(self._context.handle)
        self._batch = Batch(BATCH)
        self._tokens: list[int] = []
        self._fed = 0  # how many of these, from the start, are in the cache

    def fed(self, tokens: list[int], position: int) -> None:
        """Nothing to do before the whole prompt is in."""

    def begin(self, tokens: list[int], last_pass: int) -> None:
        self._context.forget()
        self._tokens, self._fed = list(tokens), 0
        self._feed(len(tokens))

    def _feed(self, end: int) -> None:
        while self._fed < end:
            self._stop.check()
            chunk = self._tokens[self._fed : min(end, self._fed + BATCH)]
            self._batch.fill(chunk, self._fed, all_outputs=False)
            self._context.decode(self._batch)
            self._fed += len(chunk)

    def draft(self, last: int, position: int, count: int) -> list[int]:
        self._feed(position + 1)  # what was emitted since, ``last`` included
        drafts = chain(
            self._context,
            self._batch,
            self._judge,
            count,
            lambda best, behind: self._batch.fill([best], position + behind, all_outputs=False),
        )
        self._context.forget(position + 1)
        return drafts

    def verified(self, accepted: int) -> None:
        """Nothing to note: what was emitted is fed with the next draft."""

    def emitted(self, tokens: list[int]) -> None:
        self._tokens += tokens

    def close(self) -> None:
        self._batch.close()
        self._context.close()
        self._model.close()


class LookupDrafter:
    """Prompt lookup: proposes what followed the last few tokens when they occurred before. It needs no model."""

    _LONGEST, _SHORTEST = 4, 2

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._seen: dict[tuple[int, ...], int] = {}

    def fed(self, tokens: list[int], position: int) -> None:
        """Nothing to do before the whole prompt is in."""

    def begin(self, tokens: list[int], last_pass: int) -> None:
        self._tokens, self._seen = [], {}
        self.emitted(tokens)

    def emitted(self, tokens: list[int]) -> None:
        for token in tokens:
            # What ends before this token is followed by it; noted only now, so that nothing finds itself.
            end = len(self._tokens)
            for length in range(self._SHORTEST, min(self._LONGEST, end) + 1):
                self._seen[tuple(self._tokens[end - length :])] = end
            self._tokens.append(token)

    def draft(self, last: int, position: int, count: int) -> list[int]:
        for length in range(min(self._LONGEST, len(self._tokens)), self._SHORTEST - 1, -1):
            follows = self._seen.get(tuple(self._tokens[-length:]))
            if follows is not None:
                return self._tokens[follows : follows + count]
        return []

    def verified(self, accepted: int) -> None:
        """Nothing to note."""

    def close(self) -> None:
        """Nothing to free."""
