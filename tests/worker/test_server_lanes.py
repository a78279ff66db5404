"""From a choice to lanes on servers: which engine, which command, and what never reaches a trace."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from app.engines import ENGINES
from app.engines.order import COMMAND, order_of
from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.registry.servers import ServerName
from app.places import Places, find_places
from app.race.formats import REPEATED
from app.race.lanes import ADAPTIVE, Contender, LaneKind, LaneSpec
from app.race.problems import ProblemError
from app.race.prompts import custom_prompt
from app.worker.headers import make_header
from app.worker.lane_specs import default_format, lane_specs
from app.worker.pool import load_key
from app.worker.request import RaceRequest


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path / "home")})


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are looked for."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str) -> None:
    path = folder / (f"{name}.exe" if sys.platform == "win32" else name)
    path.write_text("#!/bin/sh\n")
    os.chmod(path, 0o755)


def pair_of(tmp_path: Path, *, drafter: bool = True, folder: bool = False) -> Pair:
    files = ("config.json", "model.safetensors") if folder else ("model.gguf",)
    for name in ("target", "drafter"):
        (tmp_path / name).mkdir(exist_ok=True)
        for file in files:
            (tmp_path / name / file).write_bytes(b"x")

    def source(name: str) -> ModelSource:
        return ModelSource(folder=str(tmp_path / name), files=tuple(ModelFile(file) for file in files))

    return Pair("mine", "Mine", ("server",), source("target"), source("drafter") if drafter else None)


def request_of(pair: Pair, **changes: object) -> RaceRequest:
    request = RaceRequest(pair, custom_prompt("Hello"), format=REPEATED.name, context=512)
    return msgspec.structs.replace(request, **changes)


def words_of(spec: LaneSpec) -> list[str]:
    order = order_of(spec)
    assert order is not None
    return list(order.words)


def test_the_names_of_tables_are_those_of_the_engines_that_are_servers() -> None:
    assert set(get_args(ServerName)) == {name for name, info in ENGINES.items() if info.capabilities.server}


def test_a_pair_for_any_server_takes_the_one_whose_program_is_installed(
    tmp_path: Path, places: Places, programs: Path
) -> None:
    request = request_of(pair_of(tmp_path))
    with pytest.raises(ProblemError) as caught:
        lane_specs(request, places)
    assert caught.value.problem.kind == "server-missing"
    assert "llama-server" in caught.value.problem.cause
    assert "vllm" not in caught.value.problem.cause
    install(programs, "vllm")
    install(programs, "llama-server")
    assert [spec.engine for spec in lane_specs(request, places)] == ["llama-server"] * 2
    folder = request_of(pair_of(tmp_path, folder=True))
    assert [spec.engine for spec in lane_specs(folder, places)] == ["vllm"] * 2
    assert default_format("server") == REPEATED.name


def test_the_command_has_the_drafter_and_k_only_in_the_lane_that_drafts(
    tmp_path: Path, places: Places, programs: Path
) -> None:
    install(programs, "llama-server")
    baseline, mtp = lane_specs(request_of(pair_of(tmp_path), contenders=(Contender(5),)), places)
    assert words_of(baseline)[:3] == ["llama-server", "-m", "{target}"]
    assert "{drafter}" not in words_of(baseline)
    assert words_of(mtp)[: len(words_of(baseline))] == words_of(baseline)
    assert words_of(mtp)[words_of(mtp).index("--spec-draft-n-max") + 1] == "5"
    assert words_of(mtp)[words_of(mtp).index("-c") + 1] == "512"
    assert mtp.drafter.endswith("model.gguf")


@pytest.mark.parametrize(
    ("contender", "words"),
    [
        (
            Contender(4, kind=LaneKind.EAGLE3, drafter="/heads/e.gguf"),
            ["-md", "{drafter}", "--spec-type", "draft-eagle3"],
        ),
        (
            Contender(4, kind=LaneKind.DFLASH, drafter="/heads/d.gguf"),
            ["-md", "{drafter}", "--spec-type", "draft-dflash"],
        ),
        (Contender(4, kind=LaneKind.NGRAM_SIMPLE), ["--spec-type", "ngram-simple", "--spec-ngram-simple-size-m", "4"]),
    ],
)
def test_a_server_is_started_as_the_kind_of_drafter_asks(
    tmp_path: Path, places: Places, programs: Path, contender: Contender, words: list[str]
) -> None:
    install(programs, "llama-server")
    baseline, lane = lane_specs(request_of(pair_of(tmp_path), contenders=(contender,)), places)
    assert words_of(lane)[len(words_of(baseline)) :][: len(words)] == words
    assert (lane.kind, lane.drafter) == (contender.kind, contender.drafter)


def test_a_kind_that_a_server_does_not_have_is_refused(tmp_path: Path, places: Places, programs: Path) -> None:
    install(programs, "llama-server")
    with pytest.raises(ProblemError) as caught:
        lane_specs(request_of(pair_of(tmp_path), contenders=(Contender(4, kind=LaneKind.SUFFIX),)), places)
    assert caught.value.problem.sentence == "llama-server (llama.cpp) cannot race suffix decoding."
    assert "vLLM" in caught.value.problem.action


def test_lanes_of_another_k_are_other_servers(tmp_path: Path, places: Places, programs: Path) -> None:
    install(programs, "llama-server")
    specs = lane_specs(request_of(pair_of(tmp_path), contenders=(Contender(2), Contender(4))), places)
    assert [spec.id for spec in specs] == ["baseline", "mtp-k2", "mtp-k4"]
    assert len({repr(load_key(spec)) for spec in specs}) == 3
    with pytest.raises(ProblemError) as caught:
        lane_specs(request_of(pair_of(tmp_path), contenders=(ADAPTIVE,)), places)
    assert caught.value.problem.kind == "k-fixed"


def test_a_target_with_its_own_head_gets_no_drafter(tmp_path: Path, places: Places, programs: Path) -> None:
    install(programs, "llama-server")
    _, mtp = lane_specs(request_of(pair_of(tmp_path, drafter=False)), places)
    assert mtp.drafter == ""
    assert "{drafter}" not in words_of(mtp)
    assert "draft-mtp" in words_of(mtp)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"engine": "vllm"}, "server-files"),
        ({"engine": "ollama"}, "server-no-command"),
        ({"engine": "llama-server", "format": "clock"}, "format-unfit"),
        ({"engine": "llama-server"}, "server-missing"),
        ({"engine": "llama-server", "servers": ("http://127.0.0.1:1",)}, "server-address"),
        ({"servers": ("http://127.0.0.1:1", "http://127.0.0.1:2")}, "server-kind"),
    ],
)
def test_what_cannot_race_is_said_before_anything_starts(
    tmp_path: Path, places: Places, programs: Path, changes: dict[str, object], kind: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        lane_specs(request_of(pair_of(tmp_path), **changes), places)
    assert caught.value.problem.kind == kind
    assert caught.value.problem.action


def test_a_trace_has_neither_the_command_nor_a_folder(tmp_path: Path, places: Places, programs: Path) -> None:
    install(programs, "llama-server")
    request = request_of(pair_of(tmp_path))
    specs = lane_specs(request, places)
    assert all(COMMAND in spec.options for spec in specs)
    header = make_header(request, specs, datetime.now(UTC))
    assert all(COMMAND not in spec.options for spec in header.lanes)
    assert [spec.target for spec in header.lanes] == ["model.gguf"] * 2
    assert str(tmp_path) not in msgspec.json.encode(header).decode()
