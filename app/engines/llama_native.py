"""A thin typed layer over llama.cpp's C interface: models, contexts, batches, and who frees what.

Nothing here knows rounds or lanes. A :class:`Context` borrows its :class:`Model`: close contexts first.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

import llama_cpp as lib
import numpy as np
from llama_cpp import llama_cpp_ext as ext
from numpy.typing import NDArray

from app.engines.base import Stopped
from app.engines.llama_backends import load_backends
from app.race.problems import Problem, ProblemError

BATCH = 512  # most tokens of a forward pass
_CELLS = {"f16": lib.GGML_TYPE_F16, "q8_0": lib.GGML_TYPE_Q8_0, "q4_0": lib.GGML_TYPE_Q4_0}
_log: deque[str] = deque(maxlen=400)


@lib.llama_log_callback  # type: ignore[untyped-decorator]
def _keep_log(level: int, text: bytes | None, _: Any) -> None:
    """Keeps what the library says. Called with the interpreter's lock held, whatever thread it comes from."""
    if text:
        _log.append(text.decode("utf-8", "replace"))


def start_library() -> None:
    """Makes the library ready and takes its log. May be called again."""
    lib.llama_log_set(_keep_log, None)
    _load_backends()
    lib.llama_backend_init()


@functools.cache
def _load_backends() -> None:
    load_backends(lib.llama_cpp._lib, Path(lib.__file__).parent / "lib")


def log_tail(characters: int = 4000) -> str:
    """Returns the end of what the library logged in this process."""
    return "".join(_log)[-characters:]


class StopFlag:
    """A flag that native code can read without running Python in the middle of a graph.

    llama.cpp asks a callback ``bool (*)(void *)`` before every operator. ``strlen`` of the C library has the right
    shape: given the address of two bytes it returns 0 while the first is 0 and 1 once it is set, in the register that a
    ``bool`` is read from. So stopping needs neither the interpreter's lock nor a compiled helper.
    """

    def __init__(self) -> None:
        self._bytes = (ctypes.c_ubyte * 2)(0, 0)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        address = ctypes.cast(library.strlen, ctypes.c_void_p).value
        self.callback = lib.ggml_abort_callback(address)
        self.data = ctypes.cast(self._bytes, ctypes.c_void_p)

    def set(self) -> None:
        """Ends the computation that runs now, and every one that is started before :meth:`clear`."""
        self._bytes[0] = 1

    def clear(self) -> None:
        self._bytes[0] = 0

    def is_set(self) -> bool:
        return self._bytes[0] != 0

    def check(self) -> None:
        """Raises :class:`Stopped` if the flag is set."""
        if self._bytes[0]:
            raise Stopped


SHARING = threading.RLock()
"""Held while a lane that shares its models with others of this process is loaded or closed."""
_shared: dict[tuple[str, int], Model] = {}


def shared_model(path: str, stop: StopFlag, gpu_layers: int) -> Model:
    """Returns the one copy of a file in this process, loaded with its MTP head if it has one. Each user closes it."""
    with SHARING:
        model = _shared.get((path, gpu_layers))
        if model is None:
            model = _shared[path, gpu_layers] = Model(path, stop, gpu_layers, with_mtp=True)
            model.users = 0
        model.users += 1
        return model


def is_shared(path: str) -> bool:
    """Whether a lane of this process has the file loaded for others too."""
    with SHARING:
        return any(known == path for known, _ in _shared)


class Model:
    """A loaded GGUF file and its vocabulary. ``close`` frees it, if nobody else of this process uses it."""

    def __init__(self, path: str, stop: StopFlag, gpu_layers: int = 0, with_mtp: bool = False) -> None:
        self.users = 1
        params = lib.llama_model_default_params()
        go_on = lib.llama_progress_callback(lambda progress, data: not stop.is_set())
        params.progress_callback = go_on
        params.n_gpu_layers = gpu_layers
        params.load_mtp = with_mtp
        _log.clear()
        self.handle: Any = lib.llama_model_load_from_file(path.encode(), params)
        if not self.handle:
            stop.check()
            raise ProblemError(
                Problem(
                    "load-failed",
                    f"llama.cpp cannot load the file {path}.",
                    cause=_first_error(),
                    action="Check that this version of llama.cpp knows the model, or download the file again.",
                    details=log_tail(),
                )
            )
        self.path = path
        self.vocab = lib.llama_model_get_vocab(self.handle)
        self.vocabulary: int = lib.llama_vocab_n_tokens(self.vocab)
        self.hidden: int = lib.llama_model_n_embd_out(self.handle)
        self.trained_context: int = lib.llama_model_n_ctx_train(self.handle)
        self.heads: int = lib.llama_model_n_layer_nextn(self.handle)
        """MTP layers of this file."""
        self.keeps_state = bool(lib.llama_model_is_hybrid(self.handle) or lib.llama_model_is_recurrent(self.handle))
        """Some layers keep a running state in place of a cache with a cell for each token."""

    def close(self) -> None:
        with SHARING:
            self.users -= 1
            if self.users > 0 or not self.handle:
                return
            for key in [key for key, model in _shared.items() if model is self]:
                del _shared[key]
            lib.llama_model_free(self.handle)
            self.handle = None

    @property
    def experts(self) -> int:
        """How many experts a layer has; 0 for a dense model."""
        count = self.meta(f"{self.meta('general.architecture')}.expert_count") or "0"
        return int(count) if count.isdecimal() else 0

    def ordinary_tokens(self, most: int) -> list[int]:
        """Returns at most so many different words of text, spread over the vocabulary; at least one token."""
        order = np.random.default_rng(1).permutation(self.vocabulary)
        found: list[int] = []
        for token in map(int, order):
            if lib.llama_vocab_get_attr(self.vocab, token) & lib.LLAMA_TOKEN_ATTR_NORMAL and not self.is_end(token):
                found.append(token)
                if len(found) == most:
                    break
        return found or [0]

    def meta(self, key: str) -> str | None:
        """Returns one metadata value as text, None if there is none."""
        size = 256
        while True:
            buffer = ctypes.create_string_buffer(size)
            length: int = lib.llama_model_meta_val_str(self.handle, key.encode(), buffer, size)
            if length < 0:
                return None
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1

    def tokenize(self, text: str, add_special: bool) -> list[int]:
        """Returns the token ids; special tokens written out in the text count as such."""
        data = text.encode()
        room = len(data) + 8
        while True:
            tokens = (lib.llama_token * room)()
            count: int = lib.llama_tokenize(self.vocab, data, len(data), tokens, room, add_special, True)
            if count >= 0:
                return list(tokens[:count])
            room = -count

    def piece(self, token: int, special: bool = False) -> bytes:
        """Returns the bytes that a token stands for. Control tokens stand for nothing unless ``special``."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length: int = lib.llama_token_to_piece(self.vocab, token, buffer, size, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def special_text(self, token: int) -> str:
        """Returns how a special token is written in a prompt; empty for -1, which stands for none."""
        return self.piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    def is_end(self, token: int) -> bool:
        """Tells whether a token ends a generation."""
        return bool(lib.llama_vocab_is_eog(self.vocab, token))


def _first_error() -> str:
    """Returns the library's last complaint as a sentence."""
    for line in reversed("".join(_log).splitlines()):
        _, _, said = line.partition("error")
        if said.strip(" :"):
            return said.strip(" :").rstrip(".") + "."
    return ""


class Context:
    """One KV cache with its compute buffers, for one sequence.

    Args:
        model: Stays owned by the caller, and must live longer.
        size: Tokens.
        outputs: Most rows of logits that one forward pass may give.
        threads: CPU threads.
        stop: Ends a computation from another thread.
        other: The target's context, for a drafter that reads its hidden state and KV cache.
        head: The context runs the MTP head in the model's own file, with a cache of its own.
        reads: The target's context, for a drafter with a cache of its own that reads the target's layers.
        cells: Type of the cache's cells, such as ``"q8_0"``; empty for f16.
    """

    def __init__(
        self,
        model: Model,
        size: int,
        outputs: int,
        threads: int,
        stop: StopFlag,
        other: Context | None = None,
        head: bool = False,
        reads: Context | None = None,
        cells: str = "",
    ) -> None:
        self.model = model
        self._stop = stop
        params = lib.llama_context_default_params()
        if cells:
            params.type_k = params.type_v = _CELLS[cells]
        params.n_ctx = size
        params.n_batch = params.n_ubatch = min(BATCH, size) if other is None else outputs
        params.n_threads = params.n_threads_batch = threads
        params.n_outputs_max = outputs
        # Sliding-window layers keep their window and one batch, not the whole context, as llama.cpp's programs do. A
        # rejected draft can still be taken back: cells are reused only once they are out of the window of a kept token.
        params.swa_full = False
        params.abort_callback = stop.callback
        params.abort_callback_data = stop.data
        if other is not None:
            params.ctx_type = lib.LLAMA_CONTEXT_TYPE_MTP
            params.ctx_other = other.handle
        elif reads is not None:
            params.ctx_other = reads.handle
        elif head:
            params.ctx_type = lib.LLAMA_CONTEXT_TYPE_MTP
        elif model.keeps_state:
            # A running state has no positions to remove: it is kept after each of the last tokens instead.
            params.n_rs_seq = min(outputs, size // 2)
        self.handle: Any = lib.llama_init_from_model(model.handle, params)
        if not self.handle:
            raise ProblemError(
                Problem(
                    "context-failed",
                    f"llama.cpp cannot make a context of {size} tokens for {model.path}.",
                    cause=_first_error(),
                    action="Choose a smaller context, or free memory.",
                    details=log_tail(),
                )
            )
        self.size: int = lib.llama_n_ctx(self.handle)
        self.memory = lib.llama_get_memory(self.handle)
        self._rows: dict[int, NDArray[np.float32]] = {}
        self._rows_at = 0

    def close(self) -> None:
        if self.handle:
            lib.llama_free(self.handle)
            self.handle = None

    def decode(self, batch: Batch) -> None:
        """Runs one forward pass over the batch.

        Raises:
            Stopped: the stop flag was set; the KV cache then misses this batch.
            ProblemError: the library could not do it.
        """
        status: int = lib.llama_decode(self.handle, batch.native)
        if status:
            self._failed(status)

    def encode(self, batch: Batch) -> None:
        """Runs the model's encoder over the batch. Raises as :meth:`decode`."""
        status: int = lib.llama_encode(self.handle, batch.native)
        if status:
            self._failed(status)

    def _failed(self, status: int) -> None:
        self._stop.check()
        if status == 2:
            raise Stopped
        causes = {
            1: "The KV cache has no room for these tokens.",
            -1: "The tokens are not valid for this model.",
            -2: "A buffer could not be had; memory may be full.",
            -3: "The computation itself failed.",
        }
        raise ProblemError(
            Problem(
                "decode-failed",
                "llama.cpp could not compute the next tokens.",
                cause=causes.get(status, f"It returned {status}."),
                action="Try a smaller context, fewer GPU layers, or another model file.",
                details=log_tail(),
            )
        )

    def logits(self, rows: int) -> NDArray[np.float32]:
        """Returns the logits of the last pass's outputs, (rows, vocabulary): a view, valid until the next pass."""
        pointer = lib.llama_get_logits(self.handle)
        address = ctypes.addressof(pointer.contents)
        if address != self._rows_at:
            self._rows, self._rows_at = {}, address
        view = self._rows.get(rows)
        if view is None:
            view = np.ctypeslib.as_array(pointer, shape=(rows, self.model.vocabulary))
            self._rows[rows] = view
        return view

    def give_hidden(self, masked: bool) -> None:
        """Lets every pass from here on keep the hidden rows that a drafter reads: of outputs only if ``masked``."""
        ext.llama_set_embeddings_nextn(self.handle, True, masked)

    def hidden_row(self, row: int) -> int:
        """Returns the address of the hidden row of a token (of an output if masked) of the last pass.

        The row has as many float32 as ``llama_model_n_embd_out`` says and is valid until the next pass.
        """
        pointer = ext.llama_get_embeddings_nextn_ith(self.handle, row)
        if not pointer:
            raise ProblemError(
                Problem("hidden-missing", "The model gives no hidden state for its drafter.", details=log_tail())
            )
        return ctypes.addressof(pointer.contents)

    def forget(self, start: int = 0) -> bool:
        """Removes everything at positions ``start`` and above from the KV cache.

        Returns:
            False if that cannot be done: a running state goes back by the last few tokens only, and once a pass.
        """
        if start == 0:
            lib.llama_memory_clear(self.memory, False)
            return True
        return bool(lib.llama_memory_seq_rm(self.memory, 0, start, -1))


class Batch:
    """Tokens of one sequence for a forward pass; its arrays are reused.

    Args:
        room: Most tokens.
        hidden: Floats of the hidden row that goes with each token, 0 for none.
    """

    def __init__(self, room: int, hidden: int = 0) -> None:
        self.native = lib.llama_batch_init(room, hidden, 1)
        self._own_tokens: Any = None
        if hidden:
            # The library allocates tokens or rows, never both; it frees only what it allocated itself.
            self._own_tokens = (lib.llama_token * room)()
            self.native.token = self._own_tokens
            self.hidden_at = ctypes.addressof(self.native.embd.contents)
        self.hidden_bytes = 4 * hidden
        self._token = np.ctypeslib.as_array(self.native.token, shape=(room,))
        self._pos = np.ctypeslib.as_array(self.native.pos, shape=(room,))
        self._output = np.ctypeslib.as_array(self.native.logits, shape=(room,))
        self._steps = np.arange(room, dtype=np.int32)
        for i in range(room):
            self.native.n_seq_id[i] = 1
            self.native.seq_id[i][0] = 0

    def fill(self, tokens: list[int], position: int, all_outputs: bool) -> None:
        """Puts tokens at consecutive positions, with logits for all of them or for the last one."""
        count = len(tokens)
        self.native.n_tokens = count
        self._token[:count] = tokens
        np.add(self._steps[:count], position, out=self._pos[:count])
        self._output[:count] = all_outputs
        self._output[count - 1] = 1

    def fill_one(self, token: int, position: int, hidden_from: int) -> None:
        """Puts one token with its hidden row, which is copied from that address."""
        self.native.n_tokens = 1
        self._token[0] = token
        self._pos[0] = position
        self._output[0] = 1
        ctypes.memmove(self.hidden_at, hidden_from, self.hidden_bytes)

    def fill_rows(self, tokens: list[int], position: int, hidden_from: int, all_outputs: bool = False) -> None:
        """Puts tokens at consecutive positions, each with its hidden row; logits for all of them or for the last."""
        self.fill(tokens, position, all_outputs)
        ctypes.memmove(self.hidden_at, hidden_from, self.hidden_bytes * len(tokens))

    def close(self) -> None:
        if self.native is not None:
            if self._own_tokens is not None:
                self.native.token = None
            lib.llama_batch_free(self.native)
            self.native = None
