"""Which code of a portable llama.cpp runs here: small libraries, compiled for the test, stand for its variants."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

from app.engines.llama_backends import (
    build_sentence,
    cpu_library,
    cpu_variants,
    is_portable,
    library_folder,
    load_backends,
)

COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler to make the stand-ins with")


def compile_library(path: Path, source: str) -> None:
    assert COMPILER is not None
    subprocess.run([COMPILER, "-shared", "-fPIC", "-x", "c", "-", "-o", str(path)], input=source.encode(), check=True)


@pytest.fixture
def portable(tmp_path: Path) -> Path:
    """A folder like that of a portable build, with variants that say what they score."""
    compile_library(tmp_path / "libggml-base.so", "int base(void) { return 0; }")
    for name, score in (("x64", 1), ("haswell", 64), ("future", 0)):
        compile_library(tmp_path / f"libggml-cpu-{name}.so", f"int ggml_backend_score(void) {{ return {score}; }}")
    return tmp_path


@needs_compiler
def test_the_best_variant_that_runs_here_is_named_and_so_is_what_cannot_run(portable: Path) -> None:
    assert [(item.name, item.score) for item in cpu_variants(portable)] == [("haswell", 64), ("x64", 1), ("future", 0)]
    assert build_sentence(portable) == "portable, runs its haswell code; this processor lacks what future needs"


@needs_compiler
def test_a_variant_that_cannot_be_opened_counts_as_one_that_cannot_run(portable: Path) -> None:
    (portable / "libggml-cpu-haswell.so").write_bytes(b"no library")
    assert {item.name: item.score for item in cpu_variants(portable)} == {"x64": 1, "haswell": 0, "future": 0}


@needs_compiler
def test_backends_are_loaded_from_the_librarys_own_folder_and_from_no_other(portable: Path) -> None:
    call = "void ggml_backend_load_all_from_path(const char *path) { strcpy(asked, path); }"
    compile_library(portable / "libllama.so", f"#include <string.h>\nchar asked[4096];\n{call}")
    library = ctypes.CDLL(str(portable / "libllama.so"))
    load_backends(library, portable)
    assert (ctypes.c_char * 4096).in_dll(library, "asked").value == str(portable).encode()


def test_a_build_for_one_machine_has_nothing_to_load(tmp_path: Path) -> None:
    (tmp_path / "libggml-cpu.so").write_bytes(b"")
    assert not is_portable(tmp_path)
    load_backends(object(), tmp_path)
    assert build_sentence(tmp_path) == "built for this machine"


def test_the_installed_library_is_found_without_loading_it() -> None:
    folder = library_folder()
    assert folder is not None
    assert any("llama" in path.name for path in folder.iterdir())
    assert build_sentence(None) == "not installed"


@needs_compiler
def test_the_library_that_computes_here_is_the_best_variants_own_file(portable: Path) -> None:
    assert cpu_library(portable) == portable / "libggml-cpu-haswell.so"
    (portable / "libggml-cpu-haswell.so").unlink()
    (portable / "libggml-cpu-x64.so").unlink()
    assert cpu_library(portable) is None
