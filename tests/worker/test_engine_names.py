"""What is said of each engine: ready, missing with one command, or not for this platform."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest

from app.engines import ENGINES, create
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.registry.reader import load_registry
from app.places import find_places
from app.race.problems import ProblemError
from app.worker.engine_names import Readiness, engine_missing, engine_state

ROOT = Path(__file__).resolve().parents[2]
SERVERS = load_registry(places=find_places({"MTP_RACE_HOME": "/nowhere"})).servers
PAIR = Pair("mine", "Mine", ("server",), ModelSource(folder="/models", files=(ModelFile("model.gguf"),)))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, name: str) -> None:
    path = folder / (f"{name}.exe" if sys.platform == "win32" else name)
    path.write_text("#!/bin/sh\n")
    os.chmod(path, 0o755)


def test_the_engine_of_the_app_itself_is_ready() -> None:
    found = engine_state(ENGINES["llama.cpp"])
    assert found.readiness is Readiness.READY
    assert "llama-cpp-python 0.3.36" in found.sentence


@pytest.mark.parametrize("name", ["transformers", "mlx"])
def test_what_is_said_of_a_library_is_what_loading_it_finds(name: str) -> None:
    found = engine_state(ENGINES[name])
    if found.readiness is Readiness.READY:
        create(name).close()
        return
    assert found.readiness is Readiness.MISSING
    with pytest.raises(ProblemError) as caught:
        create(name)
    assert found.install
    assert found.install in caught.value.problem.action


@pytest.mark.parametrize("name", [name for name, info in ENGINES.items() if info.program])
def test_a_server_is_missing_until_its_program_is_on_the_path(name: str, programs: Path) -> None:
    info = ENGINES[name]
    found = engine_state(info, SERVERS, "linux")
    assert found.readiness is Readiness.MISSING
    assert found.install == info.install
    assert found.sentence == f"missing: there is no program {info.program} here"
    install(programs, info.program)
    found = engine_state(info, SERVERS, "linux")
    assert found.readiness is Readiness.READY
    assert found.install == ""
    assert found.details == ("the app starts " if name in SERVERS else "start ") + info.program + (
        "" if name in SERVERS else " yourself"
    )


def test_the_program_of_the_users_own_table_is_the_one_that_is_looked_for(programs: Path) -> None:
    table = msgspec.structs.replace(SERVERS["vllm"], command=("my-vllm", "{target}", "{port}"))
    install(programs, "vllm")
    assert "my-vllm" in engine_state(ENGINES["vllm"], {"vllm": table}, "linux").sentence
    install(programs, "my-vllm")
    assert engine_state(ENGINES["vllm"], {"vllm": table}, "linux").readiness is Readiness.READY


@pytest.mark.parametrize(
    ("name", "platform"), [("mlx", "win32"), ("vllm", "darwin"), ("vllm", "win32"), ("sglang", "darwin")]
)
def test_an_engine_of_another_platform_is_said_to_be_that(name: str, platform: str) -> None:
    assert engine_state(ENGINES[name], SERVERS, platform).sentence == "not for this platform"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("name", list(ENGINES))
def test_every_engine_has_one_command_on_every_platform_it_runs_on(name: str, platform: str) -> None:
    info = ENGINES[name]
    command = info.install_command(platform)
    assert command
    assert "{" not in command
    assert "\n" not in command
    if platform == "win32" and info.program:
        assert command.startswith(("winget ", "irm ")) or not info.runs_on(platform)


@pytest.mark.parametrize(
    ("name", "extra", "platform"),
    [("transformers", "torch", "linux"), ("mlx", "mlx", "linux"), ("mlx", "mlx", "darwin")],
)
def test_a_command_installs_the_versions_that_the_package_asks_for(name: str, extra: str, platform: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [item.split(";") for item in project["optional-dependencies"][extra]]
    wanted = {need.strip() for need, *marker in asked if not marker or f"'{platform}'" in marker[0]}
    command = ENGINES[name].install_command(platform)
    first = shlex.split(command.partition("&&")[0])
    assert first[:4] == [sys.executable, "-m", "pip", "install"]
    assert set(first[4:]) == wanted
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert not command.partition("&&")[2] or re.search(r"mlx-vlm==[\d.]+", command)[0] in makefile  # type: ignore[index]


def test_a_pair_for_any_server_needs_one_that_opens_its_files(programs: Path) -> None:
    install(programs, "vllm")
    assert "llama-server" in engine_missing("server", PAIR, SERVERS)
    install(programs, "llama-server")
    assert engine_missing("server", PAIR, SERVERS) == ""
    assert engine_missing("abacus", PAIR, SERVERS)
