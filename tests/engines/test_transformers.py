from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from app.engines import create
from app.engines.base import Engine
from app.models.files.nano_hf import convert
from app.race.events import Finish
from app.race.lanes import LaneKind, LaneSpec, Request
from app.race.problems import ProblemError
from tests.engines.conformance import (
    CODE,
    HAIKU,
    Conformance,
    MakeSpec,
    Run,
    check_steered,
    lane_fixtures,
    loaded,
    pair_of,
    spec_maker,
)

for needed in ("torch", "transformers"):
    pytest.importorskip(needed, reason=f"{needed} is not installed; 'make test-torch' installs it and runs this file")

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("torch"),
    pytest.mark.filterwarnings("ignore"),  # torch and transformers warn of their own future
]


@pytest.fixture(scope="module")
def folders(pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return convert(pair[0].parent, tmp_path_factory.mktemp("hf"))


@pytest.fixture(scope="module")
def make_spec(folders: tuple[Path, Path]) -> MakeSpec:
    return spec_maker("transformers", pair_of(folders), threads=1, options={"device": "cpu"})


baseline, mtp = lane_fixtures("module")


class TestTransformers(Conformance):
    engine = "transformers"
    ks = (1, 4)
    leak_bytes = 64 << 20


def test_the_first_round_is_mended_where_transformers_has_not_done_so_and_the_text_stays(
    mtp: Engine, make_spec: MakeSpec
) -> None:
    from app.engines.torch_run import first_round_is_flawed
    from app.engines.transformers import FIRST_ROUND_NOTE

    flawed = first_round_is_flawed()
    mended, as_is = [], []
    mtp.set_k(8)
    with loaded(make_spec(8, options={"device": "cpu", "first_round": "as-is"})) as engine:
        for prompt in (CODE, "Write a haiku about autumn."):
            request = Request(prompt=prompt, max_tokens=12)
            runs = Run(mtp, request), Run(engine, request)
            assert runs[0].ids == runs[1].ids
            mended.append(runs[0].rounds[0].accepted)
            as_is.append(runs[1].rounds[0].accepted)
    with closing(create("transformers")) as fresh:
        notes = fresh.load(make_spec(8)).notes
    assert (FIRST_ROUND_NOTE in notes) == flawed
    assert sum(mended) > sum(as_is) if flawed else mended == as_is


def test_a_full_context_ends_the_run(make_spec: MakeSpec) -> None:
    with loaded(make_spec(5, context=64)) as engine:
        run = Run(engine, Request(prompt=CODE, max_tokens=500))
        assert run.finish is Finish.CONTEXT
        assert run.prefilled.prompt_tokens + run.count == 65  # the last one is not fed
        with pytest.raises(ProblemError) as caught:
            engine.prefill(Request(prompt=CODE * 5))
    assert caught.value.problem.kind == "prompt-too-long"


def test_ids_of_the_prompt_are_those_of_llama_cpp(mtp: Engine, pair: tuple[Path, Path]) -> None:
    spec = LaneSpec(id="lane", kind=LaneKind.BASELINE, engine="llama.cpp", target=str(pair[0]), threads=1)
    with loaded(spec) as llama:
        for raw in (False, True):
            request = Request(prompt="def f(x):\n    return '絵' + x  # é🦜", raw=raw)
            theirs = llama._loaded().prompt_tokens(request)  # type: ignore[attr-defined]
            assert mtp._loaded().prompt_tokens(request) == theirs  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"kind": LaneKind.LOOKUP}, "kind-unsupported"),
        ({"k": 17}, "k-range"),
        ({"options": {"dtype": "int3"}}, "option-bad"),
        ({"options": {"device": "tpu"}}, "option-bad"),
        ({"draft_min_p": 0.5}, "option-bad"),
        ({"drafter": ""}, "file-missing"),
    ],
)
def test_settings_that_cannot_be_are_refused(make_spec: MakeSpec, changes: dict[str, object], kind: str) -> None:
    with pytest.raises(ProblemError) as caught, loaded(make_spec(**{"k": 3, **changes})):
        pass
    assert caught.value.problem.kind == kind


def test_attention_on_a_gpu_is_not_left_to_kernels_that_plan_anew_for_each_length(make_spec: MakeSpec) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("torch finds no NVIDIA GPU here")
    with loaded(make_spec(options={"device": "cuda"})) as engine:
        Run(engine, Request(prompt=HAIKU, max_tokens=4))
        assert not torch.backends.cuda.cudnn_sdp_enabled()


def test_a_target_as_its_own_drafter_is_refused(make_spec: MakeSpec, folders: tuple[Path, Path]) -> None:
    with pytest.raises(ProblemError) as caught, loaded(make_spec(3, drafter=str(folders[0]))):
        pass
    assert caught.value.problem.kind == "drafter-mismatch"


@pytest.mark.parametrize("prompt", [CODE, HAIKU], ids=["code", "haiku"])
def test_drafts_that_end_by_certainty_emit_the_baselines_tokens_and_are_told(
    baseline: Engine, mtp: Engine, prompt: str
) -> None:
    assert len({len(step.certainty) for step in check_steered(baseline, mtp, prompt)}) > 1
