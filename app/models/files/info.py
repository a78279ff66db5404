"""What a model file is, read from itself: size, shape, quantization, and whether it is a drafter and for whom."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from app.models.files.disk import is_file
from app.models.files.gguf import TOKENS, Gguf, GgufError, LongArray, TensorInfo, read_gguf
from app.race.lanes import LaneKind
from app.race.visible import visible

_ASSISTANT = re.compile(r"(?P<base>[a-z0-9_]+?)[-_](?:assistant|mtp)")
PER_LAYER_EMBEDDINGS = "per_layer_token_embd.weight"
"""A table of which each token reads one row."""
_ARCHITECTURE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_EMBEDDING: Final = "an embedding model: it makes numbers of a text and writes none"
_DIFFUSION: Final = "a diffusion model: it does not write token after token, so there is nothing to draft for"
_SPEECH: Final = "a model of speech, not of text"
_NO_WRITERS: Final = (
    dict.fromkeys(
        ("bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert",
         "gemma-embedding", "llama-embed", "t5encoder"), _EMBEDDING)
    | dict.fromkeys(("dream", "llada", "llada-moe", "rnd1"), _DIFFUSION)
    | dict.fromkeys(("wavtokenizer-dec", "qwen3tts", "pockettts"), _SPEECH)
    | {"clip": "a part that sees or hears for another model", "t5": "a model that first reads all and then writes"}
)  # fmt: skip
"""Architectures of llama.cpp (llama-arch.cpp) that a race cannot be run with, and what they are."""
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
# general.file_type of llama.cpp, the common ones; it names mixtures that no single tensor type tells.
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip


class ModelInfo(msgspec.Struct, frozen=True):
    """What is known of one model.

    Attributes:
        path: Its GGUF file (the first one of a split model) or its folder.
        architecture: As the file says, such as "gemma4".
        name: For people, from the file.
        parameters: Values in all its tensors.
        active_parameters: Those that one token uses, where it uses fewer (experts, embeddings for each layer); else
            None.
        quantization: Such as "Q8_0" or "Q4_K_M".
        bytes: Of all its tensors.
        context: Tokens it was trained for, 0 if it does not say.
        layers: Blocks.
        hidden: Width of the hidden state.
        vocabulary: Tokens.
        vocabulary_digest: Equal for equal token lists; "" if there is none.
        drafts_as: The kind of drafter that it is, None for a full model.
        drafts_for: For an MTP drafter the architecture of its targets, else "".
        target_hidden: For a drafter the width of its target's hidden state, 0 if it does not say.
        target_layers: For a drafter that reads layers of its target: which.
        mtp_layers: For a full model the MTP layers in its own file, 0 if none.
        format: "gguf", "mlx" or "transformers".
        kv_shape: (K width, V width) of the last sliding and of the last full layer's cache; a drafter reads these.
    """

    path: Path
    architecture: str
    name: str
    parameters: int
    quantization: str
    bytes: int
    context: int
    layers: int
    hidden: int
    vocabulary: int
    vocabulary_digest: str
    drafts_as: LaneKind | None = None
    drafts_for: str = ""
    target_hidden: int = 0
    target_layers: tuple[int, ...] = ()
    mtp_layers: int = 0
    format: str = "gguf"
    kv_shape: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    active_parameters: int | None = None

    @property
    def is_drafter(self) -> bool:
        """Whether it is a drafter, which writes nothing by itself."""
        return self.drafts_as is not None


def split_paths(path: Path) -> list[Path]:
    """Returns all files of a split model, given any of them; else just the file. They need not exist."""
    match = _PART.search(path.name)
    if match is None:
        return [path]
    total = int(match[2])
    if not 0 < total <= 1000:
        return [path]
    stem = path.name[: match.start()]
    return [path.with_name(f"{stem}-{number:05}-of-{total:05}.gguf") for number in range(1, total + 1)]


def read_info(path: Path) -> ModelInfo:
    """Reads what a GGUF file (or the files of a split model) says of itself.

    Raises:
        GgufError: It is no model that this app can read, or a part of it is missing.
        OSError: It cannot be read.
    """
    return info_of(read_heads(path))


def read_heads(path: Path) -> list[Gguf]:
    """Reads the heads of a model's files, the first one first. Raises as `read_info`."""
    paths = split_paths(path)
    missing = [part.name for part in paths if not is_file(part)]
    if missing and len(paths) > 1:
        more = f" and {len(missing) - 1} more are" if len(missing) > 1 else " is"
        raise GgufError(f"{path.name} is one of {len(paths)} files, and {missing[0]}{more} missing.")
    return [read_gguf(part) for part in paths]


def info_of(heads: list[Gguf]) -> ModelInfo:
    """Returns what the heads of one model's files say. Raises GgufError if they describe no model."""
    head = heads[0]
    architecture = head.text("general.architecture") or ""
    if not architecture:
        raise GgufError(f"{head.path.name} does not say what kind of model it is.")
    if not _ARCHITECTURE.fullmatch(architecture):
        raise GgufError(f"{head.path.name} says that it is of a kind that has no name.")
    if head.text("general.type") not in (None, "model"):
        raise GgufError(f"{head.path.name} is not a language model but a {(head.text('general.type') or '')[:40]}.")
    if said := _no_writer(head, architecture):
        raise GgufError(f"{head.path.name} is {said}.")
    layers = head.number(f"{architecture}.block_count") or 0
    hidden = head.number(f"{architecture}.embedding_length") or 0
    if not (0 < layers <= 10_000 and 0 < hidden <= 1 << 20):
        raise GgufError(f"{head.path.name} has no sensible number of layers or width.")
    for key, most in (("attention.shared_kv_layers", layers), ("rope.dimension_count", 1 << 16)):
        # llama.cpp ends its process over more.
        if not 0 <= (head.number(f"{architecture}.{key}") or 0) <= most:
            raise GgufError(f"{head.path.name} has no sensible {key}.")
    tensors = [tensor for part in heads for tensor in part.tensors]
    vocabulary, digest = _vocabulary(head)
    assistant = _ASSISTANT.fullmatch(architecture)
    names = {tensor.name for tensor in tensors}
    drafts_as = LaneKind.MTP if assistant else _reader_of_layers(architecture, names)
    mtp = 0 if drafts_as else _mtp_layers(head, architecture, layers, names)
    return ModelInfo(
        path=head.path,
        architecture=architecture,
        name=visible(head.text("general.name") or head.path.stem, 200),
        parameters=sum(tensor.count for tensor in tensors),
        quantization=_quantization(heads),
        bytes=sum(tensor.bytes for tensor in tensors),
        context=head.number(f"{architecture}.context_length") or 0,
        layers=layers,
        hidden=hidden,
        vocabulary=vocabulary or _embedding_rows(heads),
        vocabulary_digest=digest,
        drafts_as=drafts_as,
        drafts_for=assistant["base"] if assistant else "",
        target_hidden=_target_hidden(head, architecture, hidden, drafts_as),
        target_layers=_target_layers(head, architecture) if drafts_as else (),
        mtp_layers=mtp,
        kv_shape=kv_shape(head, architecture, layers),
        active_parameters=_active_parameters(head, architecture, tensors),
    )


def _reader_of_layers(architecture: str, tensors: set[str]) -> LaneKind | None:
    """Returns the kind of drafter that reads layers of its target, None for other files.

    llama.cpp (src/models/eagle3.cpp, dflash.cpp) has an architecture for EAGLE3 and one for DFlash, which is DSpark if
    it has a Markov head.
    """
    if architecture == "dflash" and "markov_w1.weight" in tensors:
        return LaneKind.DSPARK
    return {"eagle3": LaneKind.EAGLE3, "dflash": LaneKind.DFLASH, "dspark": LaneKind.DSPARK}.get(architecture)


def _target_layers(head: Gguf, architecture: str) -> tuple[int, ...]:
    found = head.metadata.get(f"{architecture}.target_layers")
    if not isinstance(found, tuple) or not all(isinstance(item, int) for item in found):
        return ()
    return tuple(int(item) for item in found)


def _target_hidden(head: Gguf, architecture: str, hidden: int, kind: LaneKind | None) -> int:
    """Returns the width of the hidden state that a drafter reads: DFlash has the width of its target."""
    if kind is LaneKind.MTP:
        return head.number(f"{architecture}.embedding_length_out") or 0
    if kind is LaneKind.EAGLE3:
        return head.number(f"{architecture}.target_hidden_size") or 0
    return hidden if kind is not None else 0


def _active_parameters(head: Gguf, architecture: str, tensors: list[TensorInfo]) -> int | None:
    """Returns the parameters that one token uses, None if these are all.

    Counted as the makers of these models do: of the experts those that are chosen; and in a model with embeddings for
    each layer (Gemma's E2B and E4B) no embedding table, since only rows of them are read.
    """
    experts = head.number(f"{architecture}.expert_count") or 0
    used = head.number(f"{architecture}.expert_used_count") or 0
    own = any(tensor.name == PER_LAYER_EMBEDDINGS for tensor in tensors)
    active = 0
    for tensor in tensors:
        if own and tensor.name in (PER_LAYER_EMBEDDINGS, "token_embd.weight"):
            continue
        chosen = 0 < used < experts and "_exps." in tensor.name
        active += tensor.count * used // experts if chosen else tensor.count
    return active if active < sum(tensor.count for tensor in tensors) else None


def _no_writer(head: Gguf, architecture: str) -> str:
    """Returns what a model is that does not write text token after token, "" for one that does."""
    if said := _NO_WRITERS.get(architecture):
        return said
    if (head.number(f"{architecture}.pooling_type") or 0) > 0:  # llama.cpp's LLAMA_POOLING_TYPE_MEAN and above
        return _EMBEDDING
    return _EMBEDDING if head.metadata.get(f"{architecture}.attention.causal") is False else ""


def _mtp_layers(head: Gguf, architecture: str, layers: int, names: set[str]) -> int:
    """Returns how many MTP layers (NextN) stand behind the others in this model's own files.

    Raises GgufError if there is nothing else. Some files declare them and leave them to a file of their own.
    """
    declared = min(head.number(f"{architecture}.nextn_predict_layers") or 0, layers)
    if not declared or f"blk.{layers - declared}.nextn.eh_proj.weight" not in names:
        return 0
    if "blk.0.attn_norm.weight" not in names:
        raise GgufError(f"{head.path.name} holds only the MTP head of a model: open the file with the whole model.")
    return declared


def sliding_layers(head: Gguf, architecture: str, layers: int) -> tuple[bool, ...]:
    """Returns for each layer whether it attends to a sliding window only."""
    if not head.number(f"{architecture}.attention.sliding_window"):
        return (False,) * layers
    pattern = head.metadata.get(f"{architecture}.attention.sliding_window_pattern")
    if isinstance(pattern, tuple) and len(pattern) >= layers:
        return tuple(bool(item) for item in pattern[:layers])
    if isinstance(pattern, int) and pattern > 1:
        # Every pattern-th layer attends to everything, as in Gemma 2 and 3.
        return tuple((layer + 1) % pattern != 0 for layer in range(layers))
    return (True,) * layers if pattern is None else (False,) * layers


def kv_widths(head: Gguf, architecture: str, layers: int) -> list[tuple[int, int]]:
    """Returns for each layer the values of K and of V that one token takes in the cache."""
    hidden = head.number(f"{architecture}.embedding_length") or 0
    heads = head.per_layer(f"{architecture}.attention.head_count", layers) or (1,) * layers
    kv_heads = head.per_layer(f"{architecture}.attention.head_count_kv", layers) or heads
    default = hidden // max(1, max(heads))
    key = head.number(f"{architecture}.attention.key_length") or default
    value = head.number(f"{architecture}.attention.value_length") or default
    key_swa = head.number(f"{architecture}.attention.key_length_swa") or key
    value_swa = head.number(f"{architecture}.attention.value_length_swa") or value
    return [
        (count * (key_swa if slides else key), count * (value_swa if slides else value))
        for count, slides in zip(kv_heads, sliding_layers(head, architecture, layers), strict=True)
    ]


def kv_shape(head: Gguf, architecture: str, layers: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Returns the cache widths of the last sliding and of the last full layer, (0, 0) where there is none."""
    last = {True: (0, 0), False: (0, 0)}
    slides = sliding_layers(head, architecture, layers)
    for sliding, widths in zip(slides, kv_widths(head, architecture, layers), strict=True):
        last[sliding] = widths
    return last[True], last[False]


def _vocabulary(head: Gguf) -> tuple[int, str]:
    tokens = head.metadata.get(TOKENS)
    if isinstance(tokens, LongArray):
        return tokens.count, tokens.digest
    if isinstance(tokens, tuple):
        return len(tokens), hashlib.sha256("\0".join(map(str, tokens)).encode()).hexdigest()
    return 0, ""


def _embedding_rows(heads: list[Gguf]) -> int:
    shapes = [tensor.shape for head in heads for tensor in head.tensors if tensor.name == "token_embd.weight"]
    return shapes[0][-1] if shapes else 0


def _quantization(heads: list[Gguf]) -> str:
    file_type = heads[0].number("general.file_type")
    named = None if file_type is None else _FILE_TYPES.get(file_type)
    if named:
        return named
    weights: Counter[str] = Counter()
    for head in heads:
        for tensor in head.tensors:
            weights[tensor.type] += tensor.bytes
    return weights.most_common(1)[0][0] if weights else "no weights"


Matcher: TypeAlias = "Callable[[ModelInfo, ModelInfo], DrafterMatch]"


class DrafterMatch(msgspec.Struct, frozen=True):
    """Whether a drafter belongs to a target.

    Attributes:
        fits: It can be used.
        reason: A sentence; why not, or what to expect. Empty if all is well.
    """

    fits: bool
    reason: str = ""


def match_draft_model(target: ModelInfo, drafter: ModelInfo) -> DrafterMatch:
    """Tells whether `drafter` can be the classic draft model of `target`: a full model with the same vocabulary."""
    if drafter.drafts_as is not None:
        return DrafterMatch(False, f"{drafter.path.name} is {drafter.drafts_as.facts.phrase}, not a full model.")
    if drafter.format != "gguf" or target.format != "gguf":
        return DrafterMatch(False, "Draft models are read from GGUF files only.")
    if not drafter.vocabulary_digest or drafter.vocabulary_digest != target.vocabulary_digest:
        return DrafterMatch(
            False,
            f"A draft model must have the very same vocabulary as the target. {drafter.path.name} knows "
            f"{drafter.vocabulary:,} tokens and {target.path.name} {target.vocabulary:,}, or they are other ones.",
        )
    return DrafterMatch(True)


def match_reader(target: ModelInfo, drafter: ModelInfo) -> DrafterMatch:
    """Tells whether a drafter that reads layers of its target (EAGLE3, DFlash, DSpark) was made for ``target``."""
    name, made_for = drafter.path.name, target.path.name
    if target.is_drafter:
        return DrafterMatch(False, f"{made_for} is itself a drafter. Choose the full model as the target.")
    if drafter.format != target.format and "gguf" in (drafter.format, target.format):
        return DrafterMatch(False, f"Target and drafter have different formats: {target.format} and {drafter.format}.")
    if drafter.drafts_as is LaneKind.EAGLE3 and drafter.format == "gguf" and len(drafter.target_layers) != 3:
        return DrafterMatch(False, f"{name} does not say which three layers of its target it reads.")
    if not drafter.target_layers and drafter.format == "gguf":
        return DrafterMatch(False, f"{name} does not say which layers of its target it reads.")
    if not all(0 <= layer <= target.layers for layer in drafter.target_layers):
        return DrafterMatch(
            False,
            f"{name} reads layer {max(drafter.target_layers)}, and {made_for} has {target.layers}: it belongs to "
            "another model.",
        )
    if drafter.target_hidden and drafter.target_hidden != target.hidden:
        return DrafterMatch(
            False,
            f"{name} is for a target of width {drafter.target_hidden:,}, and {made_for} has {target.hidden:,}: it "
            "belongs to another model.",
        )
    if drafter.vocabulary_digest and drafter.vocabulary_digest != target.vocabulary_digest:
        return DrafterMatch(False, f"{name} was made for other tokens than {made_for} has.")
    return DrafterMatch(True)


def match(target: ModelInfo, drafter: ModelInfo) -> DrafterMatch:
    """Tells whether `drafter` is an MTP drafter for `target`."""
    if target.is_drafter:
        return DrafterMatch(False, f"{target.path.name} is itself a drafter. Choose the full model as the target.")
    if drafter.drafts_as is None:
        return DrafterMatch(False, f"{drafter.path.name} is a full model ({drafter.architecture}), not an MTP drafter.")
    if drafter.drafts_as is not LaneKind.MTP:
        return DrafterMatch(False, f"{drafter.path.name} is {drafter.drafts_as.facts.phrase}, not an MTP drafter.")
    if drafter.format != target.format and "gguf" in (drafter.format, target.format):
        return DrafterMatch(False, f"Target and drafter have different formats: {target.format} and {drafter.format}.")
    if drafter.drafts_for != target.architecture.removesuffix("_text"):
        return DrafterMatch(
            False, f"{drafter.path.name} drafts for {drafter.drafts_for}, and the target is a {target.architecture}."
        )
    if drafter.target_hidden != target.hidden:
        return DrafterMatch(
            False,
            f"{drafter.path.name} is for a target of width {drafter.target_hidden:,}, and {target.path.name} has "
            f"{target.hidden:,}: it belongs to another size of this family.",
        )
    if drafter.vocabulary != target.vocabulary:
        return DrafterMatch(
            False, f"The drafter knows {drafter.vocabulary:,} tokens and the target {target.vocabulary:,}."
        )
    for name, of_target, of_drafter in zip(("sliding", "full"), target.kv_shape, drafter.kv_shape, strict=True):
        if (0, 0) not in (of_target, of_drafter) and of_target != of_drafter:
            return DrafterMatch(
                False,
                f"The drafter reads a KV cache of {of_drafter[0]} values a token in {name} layers, and the target's "
                f"has {of_target[0]}.",
            )
    if drafter.vocabulary_digest != target.vocabulary_digest:
        return DrafterMatch(
            True, "The token lists of target and drafter differ a little; fewer drafts may be accepted."
        )
    return DrafterMatch(True)


FILE_KINDS: Final[tuple[tuple[LaneKind, Matcher], ...]] = (
    (LaneKind.MTP, match),
    (LaneKind.EAGLE3, match_reader),
    (LaneKind.DFLASH, match_reader),
    (LaneKind.DSPARK, match_reader),
    (LaneKind.DRAFT_MODEL, match_draft_model),
)
"""Kinds of lanes that a model file drafts for, and how it is told what such a file belongs to."""


def kind_of_file(drafter: ModelInfo) -> LaneKind:
    """Returns the kind of lane that this file drafts for, as its own contents say."""
    return drafter.drafts_as or LaneKind.DRAFT_MODEL


def match_kind(kind: LaneKind, target: ModelInfo, drafter: ModelInfo) -> DrafterMatch:
    """Tells whether ``drafter`` can draft for ``target`` in a lane of this kind."""
    return next(fits for known, fits in FILE_KINDS if known is kind)(target, drafter)
