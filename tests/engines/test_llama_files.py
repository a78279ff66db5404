"""Bad files and settings: each is refused in words before or by the native code, and the process lives on."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.engines.llama_cpp import LlamaEngine
from app.race.lanes import LaneKind
from app.race.problems import Problem, ProblemError
from tests.engines.conformance import MakeSpec

pytestmark = pytest.mark.real


def refused(spec: object) -> Problem:
    engine = LlamaEngine()
    with pytest.raises(ProblemError) as caught:
        engine.load(spec)  # type: ignore[arg-type]
    problem = caught.value.problem
    assert problem.sentence.endswith(".")
    assert problem.action
    engine.close()
    return problem


def replace_once(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def set_number(data: bytes, key: str, value: int) -> bytes:
    """Returns the file with one unsigned 32-bit metadata value changed."""
    mark = struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", 4)
    at = data.index(mark) + len(mark)
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


def test_a_missing_file(make_spec: MakeSpec, tmp_path: Path) -> None:
    assert refused(make_spec(target=str(tmp_path / "none.gguf"))).kind == "file-missing"
    assert refused(make_spec(3, drafter=str(tmp_path / "none.gguf"))).kind == "file-missing"
    assert refused(make_spec(3, drafter="")).kind == "head-missing"


def test_a_folder(make_spec: MakeSpec, tmp_path: Path) -> None:
    assert refused(make_spec(target=str(tmp_path))).kind == "file-folder"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read(make_spec: MakeSpec, tmp_path: Path) -> None:
    path = tmp_path / "secret.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    path.chmod(0)
    assert refused(make_spec(target=str(path))).kind == "file-denied"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "file-empty"),
        (b"GG", "not-gguf"),
        (b"PK\x03\x04" + bytes(1000), "not-gguf"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60), "not-gguf"),
        (b"GGUF" + struct.pack("<IQQ", 99, 0, 0) + bytes(100), "not-gguf"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(100), "not-gguf"),
    ],
)
def test_a_file_that_is_no_model(make_spec: MakeSpec, tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    assert refused(make_spec(target=str(path))).kind == kind
    assert refused(make_spec(3, drafter=str(path))).kind == kind


@pytest.mark.parametrize("share", [0.001, 0.01, 0.5, 0.999])
def test_a_truncated_file_is_refused_with_its_reason(
    make_spec: MakeSpec, pair: tuple[Path, Path], tmp_path: Path, share: float
) -> None:
    data = pair[1].read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(data[: int(len(data) * share)])
    problem = refused(make_spec(3, drafter=str(path)))
    assert problem.kind == "not-gguf"
    assert "cut off" in problem.cause or "more than it has room for" in problem.cause


def test_target_and_drafter_swapped(make_spec: MakeSpec, pair: tuple[Path, Path]) -> None:
    assert refused(make_spec(target=str(pair[1]))).kind == "target-is-drafter"
    assert refused(make_spec(3, drafter=str(pair[0]))).kind == "drafter-mismatch"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: set_number(data, "gemma4-assistant.embedding_length_out", 768), "width 768"),
        (lambda data: set_number(data, "gemma4-assistant.attention.key_length_swa", 128), "KV cache"),
        (lambda data: data.replace(b"gemma4-assistant", b"gemma5-assistant"), "gemma5"),
    ],
)
def test_a_drafter_of_another_target(
    make_spec: MakeSpec, pair: tuple[Path, Path], tmp_path: Path, change: Callable[[bytes], bytes], says: str
) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(change(pair[1].read_bytes()))
    problem = refused(make_spec(3, drafter=str(path)))
    assert problem.kind == "drafter-mismatch"
    assert says in problem.cause


def test_what_only_the_library_notices_comes_with_its_log(
    make_spec: MakeSpec, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "renamed.gguf"
    path.write_bytes(replace_once(pair[1].read_bytes(), b"token_embd.weight", b"token_embx.weight"))
    problem = refused(make_spec(3, drafter=str(path)))
    assert problem.kind == "load-failed"
    assert "token_embd" in problem.details


@pytest.mark.parametrize("k", [0, 17])
def test_k_out_of_range(make_spec: MakeSpec, k: int) -> None:
    assert refused(make_spec(k, kind=LaneKind.MTP)).kind == "k-range"


def test_a_model_larger_than_the_free_memory(make_spec: MakeSpec, pair: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "huge.gguf"
    path.write_bytes(pair[0].read_bytes())
    os.truncate(path, psutil.virtual_memory().total + (1 << 30))  # sparse: it takes no room
    problem = refused(make_spec(target=str(path)))
    assert problem.kind == "memory"
    assert "GiB" in problem.cause


def test_a_draft_model_needs_the_same_vocabulary(make_spec: MakeSpec, pair: tuple[Path, Path]) -> None:
    spec = make_spec(3, kind=LaneKind.DRAFT_MODEL, drafter=str(pair[1]))
    assert refused(spec).kind == "drafter-mismatch"


def test_a_bad_option(make_spec: MakeSpec) -> None:
    assert refused(make_spec(options={"cores": "fast ones"})).kind == "option-bad"
    assert refused(make_spec(options={"cores": "9999"})).kind == "option-bad"
