"""What a model folder is (transformers or MLX), read from its config and the heads of its weight files."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any, BinaryIO

from app.models.files.disk import files, is_file, size
from app.models.files.gguf import GgufError
from app.models.files.heads import HeadCache
from app.models.files.info import ModelInfo
from app.race.lanes import LaneKind
from app.race.visible import visible

_MAX_CONFIG = 4 << 20
_MAX_HEAD = 16 << 20
_MAX_FILES = 400


_ENCODERS = {
    "bert", "roberta", "xlm-roberta", "distilbert", "albert", "electra", "mpnet", "deberta", "deberta-v2", "modernbert",
    "nomic_bert", "eurobert", "gemma3_text_encoder", "clip", "siglip", "vit", "whisper", "t5", "wav2vec2",
}  # fmt: skip
"""Kinds (`model_type`) that do not write text token after token."""
_MARK = "config_sentence_transformers.json"
"""A file that stands in the folder of an embedding model, whatever kind it was made from."""


_BACKBONES = ("backbone_hidden_size", "target_hidden_size")
_READERS = (LaneKind.EAGLE3, LaneKind.DSPARK, LaneKind.DFLASH)


def is_model_folder(path: Path) -> bool:
    """Returns whether a folder holds a config and weights."""
    return is_file(path / "config.json") and bool(files(path, ".safetensors"))


def read_folder_info(path: Path) -> ModelInfo:
    """Reads what a folder with config.json and *.safetensors says of itself.

    Raises:
        GgufError: It is no model folder, or a part of it is missing.
        OSError: It cannot be read.
    """
    config = _read_json(path / "config.json")
    weights = files(path, ".safetensors")[:_MAX_FILES]
    if not weights:
        raise GgufError(f"{path.name} has a config.json and no weights (*.safetensors).")
    _check_index(path)
    parts = (config.get(key) for key in ("text_config", "transformer_layer_config"))
    text = next((part for part in parts if isinstance(part, dict)), config)
    drafts_as = _drafts_as(config)
    kind = config.get("model_type") or (drafts_as and drafts_as.value)
    if (isinstance(kind, str) and kind in _ENCODERS) or is_file(path / _MARK):
        raise GgufError(f"{path.name} is a model that writes no text, such as one for embeddings.")
    hidden, layers = _number(text, "hidden_size"), _number(text, "num_hidden_layers")
    if not isinstance(kind, str) or not kind or not 0 < hidden <= 1 << 20 or not 0 < layers <= 10_000:
        raise GgufError(f"The config.json of {path.name} does not describe a language model.")
    heads = [_heads.get(file, _safetensors_head) for file in weights]
    is_mlx = "quantization" in config or any(head[1] == "mlx" for head in heads)
    drafts_for = kind.removesuffix("_assistant") if drafts_as is LaneKind.MTP else ""
    backbone = next(
        (width for key in _BACKBONES for table in (config, text) if (width := _number(table, key))),
        hidden if drafts_as in (LaneKind.DFLASH, LaneKind.DSPARK) else 0,
    )
    return ModelInfo(
        path=path,
        architecture=visible(kind, 80),
        name=visible(path.name, 200),
        parameters=sum(head[0] for head in heads),
        quantization=_quantization(config, text),
        bytes=sum(size(file) for file in weights),
        context=_number(text, "max_position_embeddings"),
        layers=layers,
        hidden=hidden,
        vocabulary=_number(text, "vocab_size") or _number(config, "vocab_size"),
        vocabulary_digest="",
        drafts_as=drafts_as,
        drafts_for=drafts_for,
        target_hidden=backbone if drafts_as else 0,
        format="mlx" if is_mlx else "transformers",
    )


def _drafts_as(config: dict[str, Any]) -> LaneKind | None:
    """Returns the kind of drafter that a config describes, None for a full model.

    Drafters that read layers of their target are told by their class, as llama.cpp's converter does (its
    conversion/__init__.py names the classes), and by the kind that the ``speculators`` format states.
    """
    kind, classes = config.get("model_type"), config.get("architectures")
    if isinstance(kind, str) and kind.endswith("_assistant"):
        return LaneKind.MTP
    said = [*classes[:8]] if isinstance(classes, list) else []
    told = " ".join(name for name in [*said, config.get("speculators_model_type")] if isinstance(name, str)).lower()
    return next((kind for kind in _READERS if kind.value in told), None)


def _read_json(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        data = stream.read(_MAX_CONFIG + 1)
    try:
        # Some editors begin a file with a mark (BOM); json would refuse it.
        value = json.loads(data.removeprefix(b"\xef\xbb\xbf")) if len(data) <= _MAX_CONFIG else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise GgufError(f"{path.name} in {path.parent.name} is not a JSON object.")
    return value


def _number(table: Any, key: str) -> int:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 50 else 0


def _quantization(config: dict[str, Any], text: Any) -> str:
    mlx = config.get("quantization")
    if isinstance(mlx, dict) and isinstance(mlx.get("bits"), int):
        return f"{_number(mlx, 'bits')}-bit"
    method = config.get("quantization_config")
    if isinstance(method, dict) and isinstance(method.get("quant_method"), str):
        return visible(method["quant_method"], 40)
    for table in (config, text):
        kind = table.get("dtype") or table.get("torch_dtype") if isinstance(table, dict) else None
        if isinstance(kind, str):
            return {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}.get(kind) or visible(kind, 40)
    return "not stated"


def _check_index(path: Path) -> None:
    """Raises GgufError if the index names a weight file that is not there."""
    index = path / "model.safetensors.index.json"
    if not is_file(index):
        return
    named = _read_json(index).get("weight_map")
    for name in sorted({str(value) for value in named.values()}) if isinstance(named, dict) else []:
        if not is_file(path / Path(name).name):
            raise GgufError(f"{path.name} is not complete: {name[:100]} is missing.")


_heads: HeadCache[tuple[int, str]] = HeadCache(_MAX_FILES)


def _safetensors_head(stream: BinaryIO, size: int, path: Path) -> tuple[int, str]:
    """Returns (values in all tensors, what the file says of its format). The layout is a length and JSON."""
    start = stream.read(8)
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 2 <= length <= min(size - 8, _MAX_HEAD):
        raise GgufError(f"{path.name} is not a safetensors file, or it is cut off.")
    try:
        head = json.loads(stream.read(length))
    except (ValueError, RecursionError) as error:
        raise GgufError(f"{path.name} has a head that cannot be read.") from error
    if not isinstance(head, dict):
        raise GgufError(f"{path.name} has a head that cannot be read.")
    count, end = 0, 0
    for name, tensor in head.items():
        if name == "__metadata__":
            continue
        shape, offsets = _counts(tensor, "shape"), _counts(tensor, "data_offsets")
        if shape is None or offsets is None or len(offsets) != 2:
            raise GgufError(f"{path.name} has a tensor that is not described.")
        count += math.prod(shape)
        end = max(end, offsets[1])
    if 8 + length + end > size:
        raise GgufError(f"{path.name} is cut off.")
    if count >= 1 << 50:
        raise GgufError(f"{path.name} claims more values than any model has.")
    metadata = head.get("__metadata__")
    said = metadata.get("format") if isinstance(metadata, dict) else None
    return count, said if isinstance(said, str) else ""


def _counts(table: Any, key: str) -> list[int] | None:
    value = table.get(key) if isinstance(table, dict) else None
    if not isinstance(value, list) or len(value) > 16:
        return None
    return value if all(isinstance(item, int) and 0 <= item < 1 << 50 for item in value) else None
