"""The library's own list of devices, as it is on this machine, and fake lists, labelled so, of machines with GPUs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import SimpleNamespace

import llama_cpp
import pytest

from app.engines.llama_devices import gpu_names


class _Function:
    """Stands for a C function: takes the declarations, and answers."""

    def __init__(self, answer: Callable[..., object]) -> None:
        self._answer = answer

    def __call__(self, *arguments: object) -> object:
        return self._answer(*arguments)


def _fake_library(*devices: tuple[int, bytes]) -> SimpleNamespace:
    return SimpleNamespace(
        ggml_backend_dev_count=_Function(lambda: len(devices)),
        ggml_backend_dev_get=_Function(lambda number: number),
        ggml_backend_dev_type=_Function(lambda number: devices[number][0]),
        ggml_backend_dev_description=_Function(lambda number: devices[number][1]),
    )


def test_the_library_of_this_machine_is_asked_and_names_no_processor_as_a_gpu() -> None:
    library = llama_cpp.llama_cpp._lib
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    assert library.ggml_backend_dev_count() > len(gpu_names())


def test_gpus_are_named_and_processors_and_accelerators_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _fake_library((1, b"NVIDIA H100 80GB HBM3"), (3, b"Accelerate"), (0, b"Intel Xeon"), (2, b"Apple M1 Max"))
    monkeypatch.setattr(llama_cpp.llama_cpp, "_lib", found)
    assert gpu_names() == ("NVIDIA H100 80GB HBM3", "Apple M1 Max")


@pytest.mark.parametrize(
    ("line", "names"), [(b"CUDA : ARCHS = 900 | CPU : SSE3 = 1", ("CUDA",)), (b"CPU : SSE3 = 1", ()), (b"", ())]
)
def test_where_the_functions_are_out_of_reach_the_backend_is_named(
    monkeypatch: pytest.MonkeyPatch, line: bytes, names: tuple[str, ...]
) -> None:
    monkeypatch.setattr(llama_cpp.llama_cpp, "_lib", SimpleNamespace())
    monkeypatch.setattr("app.engines.llama_devices.lib.llama_print_system_info", lambda: line)
    assert gpu_names() == names
