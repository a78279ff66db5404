"""Engines by name. Adding one is one new file and one entry here."""

from __future__ import annotations

import importlib
from typing import Any

from app.engines.base import Capabilities, Engine, EngineFactory, EngineInfo
from app.race.lanes import LaneKind
from app.race.problems import Problem, ProblemError


def _server(name: str, title: str, module: str, program: str, **more: Any) -> EngineInfo:
    """A server decodes at its own pace, by its own random numbers, and keeps its logits."""
    can = Capabilities(
        stepping=False,
        token_ids=more.pop("token_ids", False),
        logits=False,
        rounds=more.pop("rounds", False),
        sampling=False,
        sets_k=False,
        server=True,
        rounds_at_end=more.pop("rounds_at_end", False),
        sums_at_end=more.pop("sums_at_end", False),
        switches=more.pop("switches", False),
        drafters=(LaneKind.MTP, *more.pop("drafters", ())),
    )
    module = f"app.engines.servers.{module}"
    return EngineInfo(name, title, module, can, requires=("httpx",), program=program, **more)


_MLX = "{python} -m pip install '%s>=0.31' 'mlx-lm>=0.32' && {python} -m pip install --no-deps 'mlx-vlm==0.7.10'"
"""mlx-vlm would bring much that a text model does not need."""

_FILES = (LaneKind.DRAFT_MODEL, LaneKind.EAGLE3, LaneKind.DFLASH)

ENGINES: dict[str, EngineInfo] = {
    info.name: info
    for info in (
        EngineInfo(
            name="llama.cpp",
            title="llama.cpp (in process)",
            module="app.engines.llama_cpp",
            capabilities=Capabilities(
                certainty=True,
                drafters=(
                    LaneKind.MTP,
                    LaneKind.LOOKUP,
                    LaneKind.DRAFT_MODEL,
                    LaneKind.EAGLE3,
                    LaneKind.DFLASH,
                    LaneKind.DSPARK,
                ),
            ),
            requires=("llama-cpp-python",),
            install="make race",
        ),
        EngineInfo(
            name="transformers",
            title="Hugging Face transformers (CPU, NVIDIA GPU)",
            module="app.engines.transformers",
            capabilities=Capabilities(certainty=True),
            opens="folder",
            requires=("torch", "transformers"),
            install="{python} -m pip install 'torch>=2.9' 'transformers>=5.17,<6' 'safetensors>=0.5'",
        ),
        EngineInfo(
            name="mlx",
            title="MLX (Apple Silicon)",
            module="app.engines.mlx",
            capabilities=Capabilities(logits=False, sampling=False),
            opens="mlx",
            requires=("mlx", "mlx-lm", "mlx-vlm"),
            install=_MLX % "mlx",
            installs={"linux": _MLX % "mlx[cpu]"},
            platforms=("darwin", "linux"),
        ),
        _server(
            "llama-server",
            "llama-server (llama.cpp)",
            "llama_server",
            "llama-server",
            rounds=True,
            drafters=(
                *_FILES,
                LaneKind.DSPARK,
                LaneKind.NGRAM_SIMPLE,
                LaneKind.NGRAM_MAP_K,
                LaneKind.NGRAM_MOD,
            ),
            install="brew install llama.cpp",
            installs={"win": "winget install llama.cpp"},
        ),
        _server(
            "vllm",
            "vLLM",
            "vllm",
            "vllm",
            token_ids=True,
            rounds_at_end=True,
            drafters=(*_FILES, LaneKind.NGRAM, LaneKind.SUFFIX),
            install="uv tool install vllm",
            platforms=("linux",),
        ),
        _server(
            "sglang",
            "SGLang",
            "sglang",
            "sglang",
            sums_at_end=True,
            install="uv tool install sglang",
            platforms=("linux",),
        ),
        _server(
            "ollama",
            "Ollama",
            "ollama",
            "ollama",
            switches=True,
            install="curl -fsSL https://ollama.com/install.sh | sh",
            installs={"win": "winget install Ollama.Ollama", "darwin": "brew install ollama"},
        ),
        _server(
            "lmstudio",
            "LM Studio",
            "lmstudio",
            "lms",
            sums_at_end=True,
            install="curl -fsSL https://lmstudio.ai/install.sh | bash",
            installs={"win": "irm https://lmstudio.ai/install.ps1 | iex"},
        ),
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
                action=f"Install it with: {info.install_command()}" if info.install else "",
            )
        ) from error
    return factory()
