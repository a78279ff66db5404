from __future__ import annotations

import os

import pytest

from app.engines.llama_native import start_library

PDL = "GGML_CUDA_PDL"


def test_kernels_do_not_start_before_the_ones_they_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PDL, "")
    monkeypatch.delenv(PDL)
    start_library()
    assert os.environ[PDL] == "0"


def test_the_user_may_let_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PDL, "1")
    start_library()
    assert os.environ[PDL] == "1"
