from __future__ import annotations

from pathlib import Path

import pytest

from app.models.files.nano_hf import convert
from app.race.lanes import LaneKind
from app.race.problems import ProblemError
from tests.engines.conformance import Conformance, MakeSpec, lane_fixtures, loaded, pair_of, spec_maker

for needed in ("mlx.core", "mlx_vlm"):
    pytest.importorskip(needed, reason=f"{needed} is not installed; 'make test-mlx' installs it and runs this file")

pytestmark = [
    pytest.mark.real,
    pytest.mark.xdist_group("mlx"),
    pytest.mark.filterwarnings("ignore"),  # transformers warns of parts that a text model does not have
]


@pytest.fixture(scope="module")
def folders(pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return convert(pair[0].parent, tmp_path_factory.mktemp("mlx"), mlx=True)


@pytest.fixture(scope="module")
def make_spec(folders: tuple[Path, Path]) -> MakeSpec:
    return spec_maker("mlx", pair_of(folders))


baseline, mtp = lane_fixtures("module")


class TestMlx(Conformance):
    engine = "mlx"
    ks = (1, 4)
    leak_bytes = 200 << 20  # two loads without a release would be more; the allocator keeps one


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"kind": LaneKind.DRAFT_MODEL}, "kind-unsupported"),
        ({"k": 17}, "k-range"),
        ({"drafter": ""}, "file-missing"),
    ],
)
def test_settings_that_cannot_be_are_refused(make_spec: MakeSpec, changes: dict[str, object], kind: str) -> None:
    with pytest.raises(ProblemError) as caught, loaded(make_spec(**{"k": 3, **changes})):
        pass
    assert caught.value.problem.kind == kind
