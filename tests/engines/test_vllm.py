"""The real vLLM, on the processor: started by the words of the app's own models.toml, with the built-in pair.

``make test-vllm`` installs it into .cache/vllm and runs this file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from app.engines.base import Engine
from app.engines.order import order_of
from app.engines.started import StartedServer
from app.models.files.nano_hf import convert
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready
from app.places import find_places
from app.race.lanes import Contender, LaneSpec, Request
from app.worker.server_lanes import Start
from tests.engines.conformance import CODE, Conformance, MakeSpec, Run, lane_fixtures, spec_maker

PROGRAM = Path(__file__).resolve().parents[2] / ".cache" / "vllm" / "bin" / "vllm"
K = 4

if not PROGRAM.is_file() or not list(PROGRAM.parent.parent.glob(".ready-*+cpu")):
    pytest.skip("vLLM is not installed; 'make test-vllm' installs it and runs this file", allow_module_level=True)

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("vllm")]


@pytest.fixture(scope="module")
def start(pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Start:
    """The app's own way to start vLLM. Only the program's place and what suits a small machine are added."""
    target, drafter = convert(pair[0].parent, tmp_path_factory.mktemp("hf"))
    table = load_registry(places=find_places({"MTP_RACE_HOME": str(target.parent)})).servers["vllm"]
    small = ("--enforce-eager", "--gpu-memory-utilization", "0.1")
    table = msgspec.structs.replace(table, command=(str(PROGRAM), *table.command[1:], *small), patience_s=600)
    return Start("vllm", table, Ready(target, drafter), context=1024)


def started(spec: LaneSpec) -> StartedServer:
    order = order_of(spec)
    assert order is not None
    return StartedServer("vLLM", order, spec)


@pytest.fixture(scope="module")
def addresses(start: Start) -> Iterator[tuple[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        patch.setenv("PATH", f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}")
        patch.delenv("PYTHONPATH", raising=False)  # It is another Python's.
        patch.setenv("HF_HUB_OFFLINE", "1")
        servers = [started(start.baseline()), started(start.drafting(Contender(K)))]  # Both start at the same time.
        with ExitStack() as stack:
            for server in servers:
                stack.callback(server.close)
            for server in servers:
                server.wait(print, lambda: False)
            plain, drafting = servers
            yield plain.address, drafting.address


@pytest.fixture(scope="module")
def make_spec(addresses: tuple[str, str]) -> MakeSpec:
    return spec_maker("vllm", lambda k: (addresses[1 if k else 0], ""))


baseline, mtp = lane_fixtures("module", K)


class TestVllm(Conformance):
    engine = "vllm"
    top_k = K
    ks = (K,)
    wrong_target = "http://127.0.0.1:1"
    wrong_kind = "server-unreachable"


def test_the_drafter_brings_several_tokens_in_one_chunk(baseline: Engine, mtp: Engine) -> None:
    request = Request(CODE, max_tokens=24)
    assert max(step.emitted for step in Run(mtp, request).rounds) > 1
    assert max(step.emitted for step in Run(baseline, request).rounds) == 1


def test_several_requests_at_once_are_all_counted(mtp: Engine) -> None:
    run = Run(mtp, Request(CODE, max_tokens=16, concurrency=3))
    assert run.count == 16
    assert 16 < run.state.others <= 32
