"""What llama.cpp computes on, by the names that its backends give. Declared after ``ggml-backend.h``."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import llama_cpp
from llama_cpp import llama_cpp as lib

_GPUS = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU, one with memory of its own and one without


def gpu_names() -> tuple[str, ...]:
    """Returns the names of the GPUs that llama.cpp can use, such as "NVIDIA H100 80GB HBM3" or "Apple M1 Max"."""
    try:
        return tuple(_names())
    except AttributeError:  # Windows looks for functions only in the library itself.
        return _backends()


def is_cuda() -> bool:
    """Whether the GPUs are used through CUDA. Call it once the library was started."""
    return "CUDA" in lib.llama_print_system_info().decode("utf-8", "replace")


def _names() -> Iterator[str]:
    library = llama_cpp.llama_cpp._lib
    count, get = library.ggml_backend_dev_count, library.ggml_backend_dev_get
    kind, describe = library.ggml_backend_dev_type, library.ggml_backend_dev_description
    count.restype = ctypes.c_size_t
    get.argtypes, get.restype = [ctypes.c_size_t], ctypes.c_void_p
    kind.argtypes, kind.restype = [ctypes.c_void_p], ctypes.c_int
    describe.argtypes, describe.restype = [ctypes.c_void_p], ctypes.c_char_p
    for number in range(count()):
        device = get(number)
        if kind(device) in _GPUS:
            yield describe(device).decode("utf-8", "replace")


def _backends() -> tuple[str, ...]:
    """The kind of GPU alone, which the line about the system begins with: "CUDA : ARCHS = 900 | ..."."""
    kind = lib.llama_print_system_info().decode("utf-8", "replace").split(":")[0].strip()
    return () if kind in ("", "CPU") else (kind,)
