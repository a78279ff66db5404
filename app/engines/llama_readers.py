"""Drafters that read what layers of the target make of the text: EAGLE3, DFlash and DSpark.

The target's context keeps the inputs of the layers that the drafter names. Source of how they are used:
common/speculative.cpp and src/models/eagle3.cpp, dflash.cpp of the llama.cpp in llama-cpp-python 0.3.36. The functions
are declared here after its ``llama-ext.h``, since llama-cpp-python does not bind them.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

import llama_cpp as lib

from app.engines.judge import Judge
from app.engines.llama_drafters import NextNDrafter
from app.engines.llama_native import Batch, Context, Model, StopFlag
from app.engines.llama_threads import ThreadPool
from app.race.lanes import MAX_K
from app.race.problems import Problem, ProblemError

_ROWS: Final = 32
"""Rows of the target that are encoded in one pass. The library makes room for as many rows of logits."""
_NAMES: Final = {
    "set": ("llama_set_embeddings_layer_inpP13llama_contextjb", "?{}@@YAXPEAUllama_context@@I_N@Z"),
    "get": ("llama_get_embeddings_layer_inpP13llama_contextj", "?{}@@YAPEAMPEAUllama_context@@I@Z"),
    "ids": ("llama_model_target_layer_idsPK11llama_model", "?{}@@YAPEBHPEBUllama_model@@@Z"),
    "count": ("llama_model_target_layer_ids_nPK11llama_model", "?{}@@YAIPEBUllama_model@@@Z"),
}
"""The functions have names of C++: on Unix length, name and types, on Windows a pattern around the name."""


def _function(key: str, arguments: list[Any], result: Any = None) -> Any:
    unix, windows = _NAMES[key]
    name = unix.partition("P")[0]
    for spelled in (f"_Z{len(name)}{unix}", windows.format(name), name):
        found = getattr(lib.llama_cpp._lib, spelled, None)
        if found is not None:
            found.argtypes, found.restype = arguments, result
            return found
    raise ProblemError(
        Problem(
            "layers-missing",
            "This llama.cpp cannot tell what the layers of a model compute.",
            cause=f"It has no function {name}.",
            action="Install the version of llama-cpp-python that the app names, or race another drafter.",
        )
    )


class Features:
    """What the layers that a drafter reads made of the tokens of the target's last pass.

    Args:
        drafter: Names the layers.
        target: Keeps their inputs from here on. Its architecture has to be one that can (checked before).
    """

    def __init__(self, drafter: Model, target: Context) -> None:
        context, model = lib.llama_context_p_ctypes, lib.llama_model_p_ctypes
        ids = _function("ids", [model], ctypes.POINTER(ctypes.c_int32))(drafter.handle)
        count = int(_function("count", [model], ctypes.c_uint32)(drafter.handle))
        self._ids = [int(ids[index]) for index in range(count)]
        self._get = _function("get", [context, ctypes.c_uint32], ctypes.c_void_p)
        self._target = target
        self._layers: int = lib.llama_model_n_layer(target.model.handle)
        self.width: int = lib.llama_model_n_embd(target.model.handle)
        keep = _function("set", [context, ctypes.c_uint32, ctypes.c_bool])
        for layer in self._ids:
            if layer < self._layers:
                keep(target.handle, layer, True)
            else:
                target.give_hidden(masked=False)
        self.columns = count * self.width
        """Floats of a row of features: the inputs of all the layers, one behind the other."""

    def copy(self, row: int, count: int, to: int) -> None:
        """Copies the features of so many tokens of the last pass, from ``row`` on, to an address."""
        size = 4 * self.width
        for place, layer in enumerate(self._ids):
            if layer < self._layers:
                start = self._get(self._target.handle, layer) + size * row
            else:
                start = self._target.hidden_row(row)
            for index in range(count):
                ctypes.memmove(to + size * (index * len(self._ids) + place), start + size * index, size)


class _FeatureBatch(Batch):
    """Rows of features without tokens."""

    def __init__(self, columns: int) -> None:
        super().__init__(_ROWS, columns)
        self.native.token = None

    def rows(self, features: Features, row: int, count: int, position: int, outputs: bool) -> None:
        """Puts the features of tokens of the target's last pass at consecutive positions; all are outputs or none."""
        self.fill([0] * count, position, all_outputs=outputs)
        self._output[count - 1] = outputs
        features.copy(row, count, self.hidden_at)


class Eagle3Drafter(NextNDrafter):
    """An EAGLE3 head: one layer with a cache of its own, which reads a token and what three layers made of the text.

    Works as the head in a target's own file does, but for two things: the rows are made of the target's layers by an
    encoder, and a pair of a row and the token after it stands at the row's place, not at the token's.

    Args:
        model: The head; owned from here on.
        target: Context of the target.
    """

    _behind = 1

    def __init__(
        self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, judge: Judge, size: int
    ) -> None:
        self._features = Features(model, target)
        super().__init__(model, target, pool, stop, judge, size)
        self._encoder = _FeatureBatch(self._features.columns)

    def _make_context(self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, size: int) -> Context:
        return Context(model, size, _ROWS, pool.threads, stop, reads=target)

    def _keep_rows(self, row: int, count: int) -> None:
        for begin in range(0, count, _ROWS):
            self._stop.check()
            now = min(_ROWS, count - begin)
            # The encoder uses no positions, but the library wants them behind those of the cache.
            place = lib.llama_memory_seq_pos_max(self._context.memory, 0) + 1
            self._encoder.rows(self._features, row + begin, now, place, outputs=True)
            self._context.encode(self._encoder)
            to = self._rows_at + self._width * self._kept
            ctypes.memmove(to, self._context.hidden_row(0), self._width * now)
            self._kept += now

    def _feed(self, tokens: list[int]) -> int:
        # The head's graph gives logits of the first rows, whichever are asked for: ask for all, of few at a time.
        self._context.forget(self._in_cache)
        rows, begin = 0, 0
        while begin < len(tokens):
            rows = min(_ROWS, len(tokens) - begin)
            at = self._rows_at + self._width * begin
            self._batch.fill_rows(tokens[begin : begin + rows], self._in_cache, at, all_outputs=True)
            self._context.decode(self._batch)
            self._in_cache += rows
            begin += rows
        return rows

    def close(self) -> None:
        self._encoder.close()
        super().close()
        self._model.close()


class BlockDrafter:
    """DFlash: a few layers that read features of the target, and fill a block of masks in one pass.

    Their cache holds what was made of the target's layers for each token of the text. A block is the last token and
    masks behind it; its cells are forgotten once it is read.

    Args:
        model: The drafter; owned from here on.
        target: Context of the target.
        judge: Says where a block is cut: what is behind costs nothing more to draft, but to verify.
    """

    def __init__(
        self, model: Model, target: Context, pool: ThreadPool, stop: StopFlag, judge: Judge, size: int
    ) -> None:
        self._model, self._judge, self._stop = model, judge, stop
        self._mask: int = lib.llama_vocab_mask(model.vocab)
        if self._mask < 0 or model.meta("dflash.selector_top_k") or model.meta("dflash.hyper_connection.count"):
            raise ProblemError(
                Problem(
                    "drafter-new",
                    f"{model.meta('general.name') or 'This drafter'} cannot be run in process.",
                    cause="It is of a later kind (DFlash 2, or for DeepSeek V4), or does not name its mask token.",
                    action="Race it on llama-server.",
                )
            )
        self._features = Features(model, target)
        self._context = Context(model, size + MAX_K + 1, MAX_K + 1, pool.threads, stop, reads=target)
        pool.attach(self._context.handle)
        lib.llama_set_causal_attn(self._context.handle, model.meta("dflash.attention.causal") == "true")
        self._first = self._first_draft(model)
        block = model.meta("dflash.block_size") or "16"
        self._most = (int(block) if block.isdecimal() else 16) - self._first
        self._inject = _FeatureBatch(self._features.columns)
        self._block = Batch(MAX_K + 1)
        self._position = 0  # of the first token that is not in the cache

    def _first_draft(self, model: Model) -> int:
        """Returns where in a block the first draft stands: in the place of the first mask."""
        return 1

    def _put(self, row: int, count: int) -> None:
        """Puts what the target's layers made of tokens of its last pass into the cache."""
        self._context.forget(self._position)  # the block before
        for begin in range(0, count, _ROWS):
            self._stop.check()
            now = min(_ROWS, count - begin)
            self._inject.rows(self._features, row + begin, now, self._position, outputs=False)
            self._context.decode(self._inject)
            self._position += now

    def fed(self, tokens: list[int], position: int) -> None:
        self._position = position
        self._put(0, len(tokens))

    def begin(self, tokens: list[int], last_pass: int) -> None:
        """Nothing to do: the cache was filled as the target's was."""

    def draft(self, last: int, position: int, count: int) -> list[int]:
        count = min(count, self._most)
        self._context.forget(position)
        self._block.fill([last, *[self._mask] * (count - 1 + self._first)], position, all_outputs=True)
        self._context.decode(self._block)
        rows = self._context.logits(count + self._first)
        drafts: list[int] = []
        for row in rows[self._first :]:
            best = self._judge.pick(row)
            if best < 0:
                break
            drafts.append(best)
            if not self._judge.wants_more():
                break
        return drafts

    def verified(self, accepted: int) -> None:
        self._put(0, accepted + 1)

    def emitted(self, tokens: list[int]) -> None:
        """Nothing to note: the cache follows the target's passes."""

    def close(self) -> None:
        self._inject.close()
        self._block.close()
        self._context.close()
        self._model.close()


class DSparkDrafter(BlockDrafter):
    """DSpark: a DFlash drafter whose graph weighs each draft by the one before it.

    Its first draft stands where the last token of the text does, unless its file says otherwise.
    """

    def _first_draft(self, model: Model) -> int:
        return 1 if model.meta("dflash.sample_from_anchor") == "false" else 0
