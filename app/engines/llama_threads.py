"""ggml's thread pool, owned by us: created once per lane, put to sleep whenever the lane waits for its turn.

Without a pool of its own llama.cpp starts and joins its threads anew for every forward pass (in a build without
OpenMP), and with OpenMP idle threads spin for a while after each pass; both would cost the lane whose turn it is.
llama-cpp-python does not bind these functions, so they are declared here after ``ggml.h`` and ``ggml-cpu.h``.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp._ctypes_extensions import load_shared_library

from app.engines.llama_backends import cpu_library

MAX_THREADS = 512  # GGML_MAX_N_THREADS, the length of the mask in the struct below
DEFAULT_POLL = 50


class _Params(ctypes.Structure):
    """``struct ggml_threadpool_params``."""

    _fields_ = [
        ("cpumask", ctypes.c_bool * MAX_THREADS),
        ("n_threads", ctypes.c_int),
        ("prio", ctypes.c_int),
        ("poll", ctypes.c_uint32),
        ("strict_cpu", ctypes.c_bool),
        ("paused", ctypes.c_bool),
    ]


def _kernels(llama: ctypes.CDLL) -> ctypes.CDLL:
    """Returns the library with ggml's threads: the very copy that llama.cpp computes with.

    A wheel holds each library under several names, as files of their own. Loading one of them by name maps a second
    copy, whose threads would compute with tables that nobody has filled: NaN as soon as there are two threads. Looking
    the functions up through llama.cpp's own library finds the copy that it depends on. Windows looks only into the
    library itself, but has one file for each.
    """
    if hasattr(llama, "ggml_threadpool_new"):
        return llama
    folder = Path(llama_cpp.__file__).resolve().parent / "lib"
    chosen = cpu_library(folder)
    if chosen is not None:  # A portable build: opening the file again gives the copy that ggml opened.
        return ctypes.CDLL(str(chosen))
    library: ctypes.CDLL = load_shared_library("ggml-cpu", folder)
    return library


def _declare(library: ctypes.CDLL, name: str, arguments: list[Any], result: Any = None) -> Any:
    function = getattr(library, name)
    function.argtypes, function.restype = arguments, result
    return function


_llama = llama_cpp.llama_cpp._lib
_cpu = _kernels(_llama)
_new = _declare(_cpu, "ggml_threadpool_new", [ctypes.POINTER(_Params)], ctypes.c_void_p)
_free = _declare(_cpu, "ggml_threadpool_free", [ctypes.c_void_p])
_pause = _declare(_cpu, "ggml_threadpool_pause", [ctypes.c_void_p])
_attach = _declare(_llama, "llama_attach_threadpool", [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p])
_detach = _declare(_llama, "llama_detach_threadpool", [ctypes.c_void_p])


class ThreadPool:
    """A pool of ``threads`` threads, the calling one included; it starts asleep.

    Several contexts may be attached as long as only one of them computes at a time. The first forward pass after
    :meth:`pause` wakes the pool by itself.

    Args:
        threads: 1 or more.
        poll: 0..100, how long a thread that has run out of work spins before it sleeps. With 0 every operator that
            needs more than one thread pays a wake-up; spinning costs whoever else wants the core.
        cores: Bind the threads, the one that computes included, to these cores, one each; empty binds nothing.
    """

    def __init__(self, threads: int, poll: int = DEFAULT_POLL, cores: tuple[int, ...] = ()) -> None:
        self.threads = max(1, min(threads, MAX_THREADS))
        if cores and len(set(cores)) < self.threads:
            raise ValueError(f"{len(set(cores))} cores are too few for {self.threads} threads")
        params = _Params(n_threads=self.threads, prio=0, poll=poll, strict_cpu=bool(cores), paused=True)
        for core in cores:
            if core >= MAX_THREADS:
                raise ValueError(f"there is no core {core}")
            params.cpumask[core] = True
        self._pool: int | None = _new(ctypes.byref(params))
        if not self._pool:
            raise MemoryError("ggml_threadpool_new returned nothing")

    def attach(self, context: Any) -> None:
        """Lets a context compute with this pool. Detach or free the context before :meth:`close`."""
        _attach(context, self._pool, self._pool)

    def pause(self) -> None:
        """Puts the threads to sleep until the next forward pass. Must not be called during one."""
        if self._pool:
            _pause(self._pool)

    def close(self) -> None:
        """Ends the threads. A second call does nothing."""
        if self._pool:
            _free(self._pool)
            self._pool = None
