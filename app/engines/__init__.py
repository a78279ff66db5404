"""Engines by name. Adding one is one new file and one entry here."""

from __future__ import annotations

import importlib

from app.engines.base import Capabilities, Engine, EngineFactory, EngineInfo
from app.race.lanes import LaneKind
from app.race.problems import Problem, ProblemError


def _server(name: str, title: str, module: str, *, token_ids: bool = False, rounds: bool = False) -> EngineInfo:
    """A server decodes at its own pace, by its own random numbers, and keeps its logits."""
    can = Capabilities(
        stepping=False, token_ids=token_ids, logits=False, rounds=rounds, sampling=False, sets_k=False, server=True
    )
    return EngineInfo(name, title, f"app.engines.servers.{module}", can, requires=("httpx",))


ENGINES: dict[str, EngineInfo] = {
    info.name: info
    for info in (
        EngineInfo(
            name="llama.cpp",
            title="llama.cpp (in process)",
            module="app.engines.llama_cpp",
            capabilities=Capabilities(drafters=(LaneKind.MTP, LaneKind.LOOKUP, LaneKind.DRAFT_MODEL)),
            requires=("llama-cpp-python",),
            install="make race",
        ),
        EngineInfo(
            name="transformers",
            title="Hugging Face transformers (CPU, NVIDIA GPU)",
            module="app.engines.transformers",
            capabilities=Capabilities(),
            requires=("torch", "transformers"),
            install="pip install 'mtp-race[torch]'",
        ),
        EngineInfo(
            name="mlx",
            title="MLX (Apple Silicon)",
            module="app.engines.mlx",
            capabilities=Capabilities(logits=False, sampling=False),
            requires=("mlx", "mlx-lm", "mlx-vlm"),
            install="pip install 'mtp-race[mlx]' && pip install --no-deps mlx-vlm",
            platforms=("darwin", "linux"),
        ),
        _server("llama-server", "llama-server (llama.cpp)", "llama_server", rounds=True),
        _server("vllm", "vLLM", "vllm", token_ids=True),
        _server("sglang", "SGLang", "sglang"),
        _server("ollama", "Ollama", "ollama"),
        _server("lmstudio", "LM Studio", "lmstudio"),
    )
}


def create(name: str) -> Engine:
    """Imports the named engine and returns a new, unloaded one.

    Raises:
        ProblemError: there is no such engine, or what it needs is not installed.
    """
    info = ENGINES.get(name)
    if info is None:
        known = ", ".join(ENGINES)
        raise ProblemError(Problem("engine-unknown", f"There is no engine called {name!r}.", action=f"Use: {known}."))
    try:
        factory: EngineFactory = importlib.import_module(info.module).create
    except (ImportError, OSError) as error:
        raise ProblemError(
            Problem(
                "engine-missing",
                f"The engine {info.title} cannot be loaded here.",
                cause=f"{type(error).__name__}: {error}.",
                action=f"Install it with: {info.install}" if info.install else "",
            )
        ) from error
    return factory()
