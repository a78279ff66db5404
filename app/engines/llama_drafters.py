"""How a lane proposes tokens before the target verifies them."""

from __future__ import annotations

import ctypes
from typing import Protocol

import numpy as np

from app.engines.llama_native import Batch, Context, Model, StopFlag
from app.engines.llama_threads import ThreadPool


class Drafter(Protocol):
    """Proposes the next tokens of a run. The engine tells it what the target did."""

    def begin(self, tokens: list[int], last_pass: int) -> None:
        """A prompt was fed to the target, ``last_pass`` of its tokens in the last forward pass."""
        ...

    def draft(self, last: int, position: int, count: int) -> list[int]:
        """Proposes at most ``count`` tokens after ``last``, which will be fed at ``position``."""
        ...

    def verified(self, tokens: list[int], accepted: int) -> None:
        """The target emitted these tokens and accepted so many of the last draft."""
        ...

    def close(self) -> None: ...


class MtpDrafter:
    """A Gemma 4 assistant: reads the target's hidden row and shares its KV cache.

    All drafts of a round are made at the position of the last accepted token: the drafter attends to the target's cache
    and has none of its own.

    Args:
        model: The drafter; owned from here on.
        target: Context of the target.
        min_p: Stop drafting when the best token's probability is below this; 0 never stops.
    """

    def __init__(
        self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, min_p: float, context_size: int
    ) -> None:
        self._model, self._target, self._min_p = model, target, min_p
        self._context = Context(model, context_size, 1, pool.threads, stop, other=target)
        pool.attach(self._context.handle)
        target.give_hidden(masked=False)
        self._context.give_hidden(masked=True)
        self._batch = Batch(1, model.hidden)
        self._row = (ctypes.c_float * model.hidden)()
        self._row_at = ctypes.addressof(self._row)

    def _keep_row(self, row: int) -> None:
        """Copies the target's hidden row before the next pass overwrites it."""
        ctypes.memmove(self._row_at, self._target.hidden_row(row), self._batch.hidden_bytes)

    def begin(self, tokens: list[int], last_pass: int) -> None:
        self._keep_row(last_pass - 1)

    def draft(self, last: int, position: int, count: int) -> list[int]:
        drafts: list[int] = []
        context, batch, hidden = self._context, self._batch, self._row_at
        for _ in range(count):
            batch.fill_one(last, position, hidden)
            context.decode(batch)
            row = context.logits(1)[0]
            last = int(row.argmax())
            if self._min_p > 0 and 1 / float(np.exp(row - row[last]).sum()) < self._min_p:
                break
            drafts.append(last)
            hidden = context.hidden_row(0)
        return drafts

    def verified(self, tokens: list[int], accepted: int) -> None:
        self._keep_row(accepted)

    def close(self) -> None:
        self._batch.close()
        self._context.close()
        self._model.close()
