import ctypes
import os
import struct
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import gguf
import llama_cpp
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from llama_cpp._ggml import libggml
from msgspec.structs import replace as replace_struct

from app.models.files.gguf import TENSOR_TYPES, GgufError, LongArray, read_gguf
from app.models.files.info import (
    ModelInfo,
    info_of,
    kind_of_file,
    match,
    match_kind,
    read_heads,
    read_info,
    split_paths,
)
from app.race.lanes import LaneKind
from tests.models.ggufs import Shape, write_drafter, write_reader, write_target


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def head(*entries: bytes, tensors: tuple[bytes, ...] = (), version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries)) + b"".join(entries) + b"".join(tensors)


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tokens(*texts: str) -> bytes:
    return struct.pack("<IQ", 8, len(texts)) + b"".join(map(text, texts))


def tensor(name: str, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


GOOD = head(
    pair("general.architecture", 8, text("gemma4")),
    pair("gemma4.block_count", 4, struct.pack("<I", 2)),
    pair("gemma4.embedding_length", 4, struct.pack("<I", 8)),
    pair("gemma4.numbers", 9, struct.pack("<IQ3i", 5, 3, 1, -2, 3)),
    pair("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
    pair("gemma4.flag", 7, b"\x01"),
    pair("gemma4.real", 12, struct.pack("<d", 0.5)),
    tensors=(tensor("token_embd.weight", (8, 2)), tensor("other", (8,), offset=64)),
)
GOOD += bytes(-len(GOOD) % 32 + 96)


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    return path


def test_values_of_every_kind_come_back(tmp_path: Path) -> None:
    found = read_gguf(write(tmp_path, GOOD))
    assert found.metadata["gemma4.numbers"] == (1, -2, 3)
    assert found.metadata["tokenizer.ggml.tokens"] == ("a", "b")
    assert found.metadata["gemma4.flag"] is True
    assert found.metadata["gemma4.real"] == 0.5
    assert [(t.name, t.shape, t.type, t.bytes) for t in found.tensors] == [
        ("token_embd.weight", (8, 2), "F32", 64),
        ("other", (8,), "F32", 32),
    ]


def test_the_table_of_tensor_types_is_that_of_the_library_that_loads_the_files() -> None:
    base = libggml
    base.ggml_type_name.restype, base.ggml_blck_size.restype = ctypes.c_char_p, ctypes.c_int64
    base.ggml_type_size.restype = ctypes.c_size_t
    known = {}
    for number in range(llama_cpp.GGML_TYPE_COUNT):
        name, block, width = base.ggml_type_name(number), base.ggml_blck_size(number), base.ggml_type_size(number)
        if block:
            known[number] = (name.decode().upper(), block, width)
    assert known == TENSOR_TYPES


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "too short"),
        (b"GGUF", "too short"),
        (b"PK\x03\x04" + bytes(100), "not a GGUF file"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(100), "big-endian"),
        (head(version=1) + bytes(40), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0) + bytes(64), "more than it has room for"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60) + bytes(64), "more than it has room for"),
        (head(struct.pack("<Q", 1 << 62) + bytes(64)), "a text of"),
        (head(pair("a", 9, struct.pack("<IQ", 4, 1 << 61)) + bytes(64)), "more than it has room for"),
        (head(pair("a", 9, struct.pack("<IQ", 8, 1 << 61)) + bytes(64)), "more than it has room for"),
        (head(pair("a", 9, struct.pack("<IQI", 9, 1, 4)) + bytes(64)), "not allowed"),
        (head(pair("a", 99, bytes(64))), "unknown kind"),
        (head(pair("a", 7, b"\x01"), pair("a", 7, b"\x01")) + bytes(64), "twice"),
        (head(tensors=(tensor("t", (1 << 40,)),)) + bytes(64), "cut off"),
        (head(tensors=(tensor("t", (1 << 62, 1 << 62)),)) + bytes(64), "senseless shape"),
        (head(tensors=(tensor("t", (0,)),)) + bytes(64), "senseless shape"),
        (head(tensors=(tensor("t", (33,), kind=8),)) + bytes(64), "senseless shape"),
        (head(tensors=(tensor("t", (8,), kind=77),)) + bytes(64), "does not know"),
        (head(tensors=(tensor("t", (8,), offset=1 << 63),)) + bytes(64), "cut off"),
        (head(tensors=(tensor("t", (1, 1, 1, 1, 1)),)) + bytes(64), "5 dimensions"),
        (head(tensors=(tensor("t", (1,)), tensor("t", (1,)))) + bytes(99), "one name"),
        (head(pair("general.alignment", 4, struct.pack("<I", 0))) + bytes(64), "alignment"),
        (head(pair("general.alignment", 4, struct.pack("<I", 24))) + bytes(64), "alignment"),
        (head(pair("", 7, b"\x01")) + bytes(64), "without a name"),
        (head(tensors=(tensor("t" * 64, (1,)),)) + bytes(64), "a text of"),
        (head(tensors=(tensor("t", (8,), kind=31),)) + bytes(64), "no longer reads"),
        (head(pair("tokenizer.ggml.tokens", 9, tokens("a", "b", "a"))) + bytes(64), 'token "a" twice'),
        (head(pair("tokenizer.ggml.tokens", 9, tokens("a", "", "[EMPTY_1]"))) + bytes(64), "twice"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"<!DOCTYPE html><html><head></head></html>", "web page"),
        (GOOD[:-1], "cut off"),
        (GOOD[:200], "cut off"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_its_reason_and_without_its_memory(
    tmp_path: Path, data: bytes, says: str
) -> None:
    path = write(tmp_path, data)
    tracemalloc.start()
    with pytest.raises(GgufError, match=says):
        read_gguf(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


EDITS = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from([b"\x00", b"\xff", b"\x01", b"\x7f" * 8, b"\xff" * 8])),
    min_size=1,
    max_size=6,
)


@given(EDITS, st.integers(0, len(GOOD)))
@example([(16, b"\xff" * 8)], len(GOOD))
@settings(max_examples=400, deadline=None)
def test_no_edit_of_a_file_makes_the_reader_crash(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, bytes]], length: int
) -> None:
    data = bytearray(GOOD)
    for place, piece in edits:
        data[place : place + len(piece)] = piece
    path = tmp_path_factory.getbasetemp() / "edited.gguf"
    path.write_bytes(data[:length])
    with suppress(GgufError):
        info_of(read_heads(path))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_reader_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + data)
    with suppress(GgufError):
        read_gguf(path)


def test_long_arrays_are_told_apart_without_being_kept(tmp_path: Path) -> None:
    paths = []
    for last in ("x", "y"):
        words = b"".join(text(f"w{number}") for number in range(5000)) + text(last)
        entry = pair("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 5001) + words)
        (tmp_path / last).mkdir()
        paths.append(write(tmp_path / last, head(entry) + bytes(64)))
    first, second = (read_gguf(path).metadata["tokenizer.ggml.tokens"] for path in paths)
    assert isinstance(first, LongArray)
    assert isinstance(second, LongArray)
    assert first.count == second.count == 5001
    assert first.digest != second.digest


@pytest.fixture
def info(tmp_path: Path) -> tuple[ModelInfo, ModelInfo]:
    return read_info(write_target(tmp_path / "t.gguf")), read_info(write_drafter(tmp_path / "d.gguf"))


def test_a_model_tells_what_it_is(info: tuple[ModelInfo, ModelInfo]) -> None:
    target, drafter = info
    assert (target.architecture, target.hidden, target.layers, target.vocabulary) == ("gemma4", 128, 4, 512)
    assert (target.quantization, target.context) == ("F16", 4096)
    assert not target.is_drafter
    assert (drafter.is_drafter, drafter.drafts_for, drafter.target_hidden) == (True, "gemma4", 128)
    reader = gguf.GGUFReader(target.path)
    assert target.parameters == sum(int(t.n_elements) for t in reader.tensors)
    assert target.bytes == sum(int(t.n_bytes) for t in reader.tensors)


def test_a_drafter_matches_its_target_and_nothing_else(info: tuple[ModelInfo, ModelInfo], tmp_path: Path) -> None:
    target, drafter = info
    assert match(target, drafter).fits
    assert match(target, drafter).reason == ""
    wider = read_info(write_target(tmp_path / "wide.gguf", replace(Shape(), hidden=256)))
    words = read_info(write_target(tmp_path / "words.gguf", replace(Shape(), vocabulary=600)))
    heads = read_info(write_target(tmp_path / "heads.gguf", replace(Shape(), kv_heads=4)))
    for other, says in (
        (wider, "another size"), (words, "600"), (heads, "KV cache"), (drafter, "itself a drafter"),
    ):  # fmt: skip
        assert not match(other, drafter).fits
        assert says in match(other, drafter).reason
    assert "not an MTP drafter" in match(target, target).reason


@pytest.mark.parametrize(
    ("layers", "markov", "kind"),
    [((1, 2, 3), False, LaneKind.EAGLE3), ((0, 1, 2, 3, 4), False, LaneKind.DFLASH), ((0, 4), True, LaneKind.DSPARK)],
)
def test_a_drafter_that_reads_layers_is_told_by_its_contents_and_is_no_draft_model(
    tmp_path: Path, layers: tuple[int, ...], markov: bool, kind: LaneKind
) -> None:
    # The name says nothing, and the vocabulary is the target's very own.
    target = read_info(write_target(tmp_path / "t.gguf"))
    drafter = read_info(write_reader(tmp_path / "small-model.gguf", layers=layers, markov=markov))
    assert kind_of_file(drafter) is kind
    assert drafter.is_drafter
    assert drafter.vocabulary_digest == target.vocabulary_digest
    assert match_kind(kind, target, drafter).fits
    for other in (LaneKind.MTP, LaneKind.DRAFT_MODEL):
        assert kind.facts.phrase in match_kind(other, target, drafter).reason
    wide = read_info(write_target(tmp_path / "wide.gguf", replace(Shape(), hidden=256)))
    words = read_info(write_target(tmp_path / "words.gguf", replace(Shape(), vocabulary=600)))
    few = read_info(write_target(tmp_path / "few.gguf", replace(Shape(), layers=2)))
    for bad, says in ((wide, "width"), (words, "other tokens"), (few, "reads layer"), (drafter, "itself a drafter")):
        assert says in match_kind(kind, bad, drafter).reason


def test_an_eagle3_head_that_does_not_name_its_layers_is_refused_before_the_library_ends_the_process(
    tmp_path: Path,
) -> None:
    target = read_info(write_target(tmp_path / "t.gguf"))
    drafter = replace_struct(read_info(write_reader(tmp_path / "d.gguf")), target_layers=(1, 2))
    assert "three layers" in match_kind(LaneKind.EAGLE3, target, drafter).reason


def test_a_missing_part_of_a_split_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "big-00001-of-00003.gguf"
    path.write_bytes(GOOD)
    assert [part.name for part in split_paths(path)][2] == "big-00003-of-00003.gguf"
    with pytest.raises(GgufError, match="big-00002-of-00003"):
        read_info(path)


def test_a_projector_is_not_a_language_model(tmp_path: Path) -> None:
    data = head(pair("general.architecture", 8, text("clip")), pair("general.type", 8, text("mmproj"))) + bytes(64)
    with pytest.raises(GgufError, match="mmproj"):
        read_info(write(tmp_path, data))


@pytest.mark.parametrize("count", [3000, 30_000])
def test_a_token_given_twice_in_a_long_list_is_found_before_the_library_ends_the_process(
    tmp_path: Path, count: int
) -> None:
    words = [f"w{number}" for number in range(count)]
    good = write(tmp_path, head(pair("tokenizer.ggml.tokens", 9, tokens(*words, "", ""))) + bytes(64))
    assert isinstance(read_gguf(good).metadata["tokenizer.ggml.tokens"], LongArray)
    with pytest.raises(GgufError, match='token "w7" twice'):
        read_gguf(write(tmp_path, head(pair("tokenizer.ggml.tokens", 9, tokens(*words, "w7"))) + bytes(64)))


def test_texts_longer_than_the_window_are_skipped_and_told_apart(tmp_path: Path) -> None:
    long = ["x" * 3_000_000, "y" * 3_000_000, *(str(number) for number in range(3000))]
    first = read_gguf(write(tmp_path, head(pair("a.words", 9, tokens(*long))) + bytes(64)))
    second = read_gguf(write(tmp_path, head(pair("a.words", 9, tokens(*long[:-1], "other"))) + bytes(64)))
    assert first.metadata["a.words"] != second.metadata["a.words"]


def test_a_head_of_many_keys_and_arrays_takes_little_memory(tmp_path: Path) -> None:
    keys = [pair(f"key.{number}", 4, bytes(4)) for number in range(60_000)]
    arrays = [pair(f"array.{number}", 9, struct.pack("<IQ", 4, 2000) + bytes(8000)) for number in range(3000)]
    many = [pair(f"key.{number}", 4, bytes(4)) for number in range(70_000)]
    for entries, most in ((keys, 24 << 20), (arrays, 16 << 20)):
        path = write(tmp_path, head(*entries) + bytes(64))
        tracemalloc.start()
        read_gguf(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < most
    with pytest.raises(GgufError, match="at most"):
        read_gguf(write(tmp_path, head(*many) + bytes(64)))


def test_a_head_is_read_once_as_long_as_its_file_does_not_change(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    os.utime(path, (1, 1))
    first = read_gguf(path)
    assert read_gguf(path) is first
    path.write_bytes(GOOD + bytes(32))
    assert read_gguf(path).size == first.size + 32


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_in_a_folder_of_models_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    os.mkfifo(path)
    with pytest.raises(OSError, match="not an ordinary file"):
        read_gguf(path)


@pytest.mark.parametrize(
    ("architecture", "more", "says"),
    [
        ("bert", (), "embedding model"),
        ("nomic-bert-moe", (), "embedding model"),
        ("t5encoder", (), "embedding model"),
        ("qwen3", (pair("qwen3.pooling_type", 4, struct.pack("<I", 3)),), "embedding model"),
        ("gemma3", (pair("gemma3.attention.causal", 7, b"\0"),), "embedding model"),
        ("llada", (), "diffusion"),
        ("bad\nname", (), "no name"),
    ],
)
def test_a_model_that_writes_no_text_is_not_offered_as_a_target(
    tmp_path: Path, architecture: str, more: tuple[bytes, ...], says: str
) -> None:
    data = head(pair("general.architecture", 8, text(architecture)), *more) + bytes(64)
    with pytest.raises(GgufError, match=says):
        read_info(write(tmp_path, data))


def test_experts_and_embeddings_of_each_layer_are_not_counted_as_active(tmp_path: Path) -> None:
    experts = read_info(write_target(tmp_path / "a.gguf", Shape(experts=8, experts_used=2, expert_width=64)))
    chosen = 4 * 8 * (2 * 64 * 128 + 64 * 128)
    assert experts.active_parameters == experts.parameters - chosen * 6 // 8
    own = read_info(write_target(tmp_path / "b.gguf", Shape(per_layer=16)))
    assert own.active_parameters == own.parameters - 512 * 16 * 4 - 512 * 128
    assert read_info(write_target(tmp_path / "c.gguf")).active_parameters is None


@pytest.mark.parametrize("key", ["attention.shared_kv_layers", "rope.dimension_count"])
def test_numbers_over_which_the_library_ends_the_process_are_found_before(tmp_path: Path, key: str) -> None:
    path = write_target(tmp_path / "t.gguf")
    data = bytearray(path.read_bytes())
    at = data.index(f"gemma4.{key}".encode()) + len(f"gemma4.{key}") + 4
    data[at : at + 4] = struct.pack("<I", 99_999)
    path.write_bytes(data)
    with pytest.raises(GgufError, match=key):
        read_info(path)
