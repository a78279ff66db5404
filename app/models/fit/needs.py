"""What one model needs in memory, from the heads of its files alone. Pure arithmetic; ``estimate`` adds it up.

Sources: the KV cache and its padding as in llama.cpp's llama-kv-cache.cpp and llama-kv-cache-iswa.cpp; which weights
are copied into another order as in ggml's ggml-cpu/repack.cpp; the shape of the compute buffer measured with synthetic
models of many shapes (tests/bench/bench_fit.py), within half a MiB of what llama.cpp reserves.
"""

from __future__ import annotations

import msgspec

from app.models.files.gguf import Gguf, TensorInfo
from app.models.files.info import PER_LAYER_EMBEDDINGS, ModelInfo, info_of, kv_widths, sliding_layers
from app.models.fit.running_state import state_bytes, with_attention

REPACKED = frozenset({"Q4_0", "Q4_K", "IQ4_NL", "MXFP4"})
"""Tensor types that llama.cpp copies into another order on CPUs with AVX2 or NEON, so that they are not shared."""
_PADDING = 256
_TOKEN_BYTES = 90
_MERGE_BYTES = 100
_TABLES_BYTES = 1_300_000


class Runtime(msgspec.Struct, frozen=True):
    """How the engine is set up; the defaults are those of app.engines.llama_cpp.

    Attributes:
        context: Tokens.
        batch: Tokens fed at once.
        outputs: Rows of logits kept: the largest K, plus one.
        cache_bytes: Of one value in the KV cache (f16).
        full_windows: Whether sliding layers keep the whole context too. The engine's keep their window and a batch.
        repacked: Tensor types copied into another order on the CPU.
        on_gpu: Whether weights and cache lie in the GPU's own memory.
    """

    context: int = 2048
    batch: int = 512
    outputs: int = 17
    cache_bytes: int = 2
    full_windows: bool = False
    repacked: frozenset[str] = REPACKED
    on_gpu: bool = False


class MemoryNeed(msgspec.Struct, frozen=True):
    """Bytes that one model needs.

    Attributes:
        info: Which model.
        mapped: Of its files, mapped into memory: shared by all lanes that open the same file.
        lazy: Of `mapped`: tables of which only the rows of the tokens at hand are read; the system may drop the rest.
        copied: Weights that each lane holds for itself.
        cache: KV cache of one lane, and the running states of layers that keep one in its place.
        compute: Intermediate results of one lane, at most.
        tables: Vocabulary and output rows of one lane.
        host: What of `mapped` stays in ordinary memory when the rest is on a GPU (the embedding table).
    """

    info: ModelInfo
    mapped: int
    copied: int
    cache: int
    compute: int
    tables: int
    host: int
    lazy: int = 0


def need_of(heads: list[Gguf], runtime: Runtime) -> MemoryNeed:
    """Works out what a model needs, without the MTP block in its own files if it has one: see :func:`own_head_need`.

    Raises:
        GgufError: The heads describe no model.
    """
    info = info_of(heads)
    head = heads[0]
    block = set(map(id, _own_head(heads, info)))
    tensors = [tensor for part in heads for tensor in part.tensors if id(tensor) not in block]
    return MemoryNeed(
        info=info,
        mapped=sum(part.size for part in heads) - sum(tensor.bytes for tensor in _own_head(heads, info)),
        copied=_copied(tensors, runtime),
        cache=0 if info.is_drafter else cache_bytes(head, info, runtime),
        compute=_compute(head, info, runtime),
        tables=_tables(head, info, runtime),
        host=sum(tensor.bytes for tensor in tensors if tensor.name == "token_embd.weight"),
        lazy=sum(tensor.bytes for tensor in tensors if tensor.name == PER_LAYER_EMBEDDINGS),
    )


def own_head_need(heads: list[Gguf], runtime: Runtime) -> MemoryNeed | None:
    """Works out what a lane needs besides that drafts with the MTP block (NextN) in the model's own files.

    Lanes that do not draft load the model without it, and llama.cpp gives it a context with a cache of its own.

    Returns:
        None if the model has none.

    Raises:
        GgufError: The heads describe no model.
    """
    info = info_of(heads)
    tensors = _own_head(heads, info)
    if not tensors:
        return None
    return MemoryNeed(
        info=info,
        mapped=sum(tensor.bytes for tensor in tensors),
        copied=_copied(tensors, runtime),
        cache=cache_bytes(heads[0], info, runtime, of_head=True),
        compute=_compute(heads[0], info, runtime, rows=1),
        tables=4 * info.vocabulary + 4 * runtime.batch * info.hidden,
        host=0,
    )


def _own_head(heads: list[Gguf], info: ModelInfo) -> list[TensorInfo]:
    """Returns the tensors of the MTP block in a model's own files."""
    names = tuple(f"blk.{layer}." for layer in range(info.layers - info.mtp_layers, info.layers))
    return [tensor for part in heads for tensor in part.tensors if names and tensor.name.startswith(names)]


def cells(context: int) -> int:
    """Returns the tokens that llama.cpp makes room for: the context, padded."""
    return -(-context // _PADDING) * _PADDING


def cache_bytes(head: Gguf, info: ModelInfo, runtime: Runtime, *, of_head: bool = False) -> int:
    """Returns the bytes of one lane's KV cache: per layer that has its own, K and V of every token it keeps.

    of_head: Of the MTP block in the model's own files in place of the other layers.

    Layers with a running state in place of it have that, as often as drafts may have to be taken back.
    """
    arch, layers = info.architecture, info.layers
    own = layers - min(layers, head.number(f"{arch}.attention.shared_kv_layers") or 0)
    everything, in_window = cells(runtime.context), _window_cells(head, arch, runtime)
    kept = min(runtime.outputs, cells(runtime.context) // 2)
    total = 0 if of_head else state_bytes(head, arch, layers, kept=kept)
    trunk = layers - info.mtp_layers
    attends = with_attention(head, arch, layers)
    slides = sliding_layers(head, arch, layers)
    each = list(zip(kv_widths(head, arch, layers), slides, attends, strict=True))[:own]
    for (key, value), sliding, has in each[trunk:] if of_head else each[:trunk]:
        if not has:
            continue
        total += (in_window if sliding else everything) * (key + value) * runtime.cache_bytes
    return total


def _window_cells(head: Gguf, arch: str, runtime: Runtime) -> int:
    """Returns the tokens that a sliding layer makes room for."""
    window = head.number(f"{arch}.attention.sliding_window") or 0
    return cells(runtime.context if runtime.full_windows else min(runtime.context, window + runtime.batch))


def _copied(tensors: list[TensorInfo], runtime: Runtime) -> int:
    if runtime.on_gpu:
        return 0
    names = {tensor.name for tensor in tensors}
    total = 0
    for tensor in tensors:
        if tensor.type not in runtime.repacked or len(tensor.shape) < 2 or tensor.shape[1] % 8:
            continue
        # The embedding table is read row by row as it is; it is copied only where it is the output matrix too.
        if tensor.name == "token_embd.weight" and "output.weight" in names:
            continue
        if tensor.name == PER_LAYER_EMBEDDINGS:
            continue
        total += tensor.bytes
    return total


def _widest(head: Gguf, info: ModelInfo, key: str) -> int:
    return max(head.per_layer(f"{info.architecture}.{key}", info.layers) or (0,))


def _compute(head: Gguf, info: ModelInfo, runtime: Runtime, rows: int | None = None) -> int:
    """Estimates the largest sum of intermediate results that live at one time, in bytes (f32 unless said).

    rows: Of logits; as many as the runtime keeps, if None.
    """
    arch = info.architecture
    batch = 1 if info.is_drafter else min(runtime.batch, cells(runtime.context))
    hidden = max(info.hidden, info.target_hidden)
    key = head.number(f"{arch}.attention.key_length") or hidden // max(1, _widest(head, info, "attention.head_count"))
    query = _widest(head, info, "attention.head_count") * key
    feed_forward = _widest(head, info, "feed_forward_length")
    experts = head.number(f"{arch}.expert_used_count") or 0
    expert_width = head.number(f"{arch}.expert_feed_forward_length") or 0
    per_layer = (head.number(f"{arch}.embedding_length_per_layer_input") or 0) * info.layers
    dense = 3 * feed_forward + 3 * hidden
    mixed = experts * (3 * expert_width + 2 * hidden) + 3 * hidden
    attention = 3 * query + hidden
    widest = max(dense, mixed if experts else 0, attention) + per_layer
    seen = cells(runtime.context)
    if any(sliding_layers(head, arch, info.layers)):
        seen += _window_cells(head, arch, runtime)
    masks = batch * seen * 2
    passing = masks + 4 * batch * max(widest, 3 * per_layer)
    rows = (1 if info.is_drafter else runtime.outputs) if rows is None else rows
    leaving = 4 * (rows * info.vocabulary + batch * hidden)
    return max(passing, leaving)


def _tables(head: Gguf, info: ModelInfo, runtime: Runtime) -> int:
    """Estimates the vocabulary's tables and the rows of logits and hidden states that a lane keeps."""
    merges = head.metadata.get("tokenizer.ggml.merges")
    count = len(merges) if isinstance(merges, tuple) else getattr(merges, "count", 0)
    rows = 1 if info.is_drafter else runtime.outputs
    kept = 4 * rows * info.vocabulary + 4 * runtime.batch * max(info.hidden, info.target_hidden)
    return _TABLES_BYTES + info.vocabulary * _TOKEN_BYTES + int(count) * _MERGE_BYTES + kept
