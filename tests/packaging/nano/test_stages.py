"""Every stage up to trained weights runs after the other, for a toy pair on a CPU (where PyTorch is installed)."""

import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

FOLDER = Path(__file__).parents[3] / "packaging" / "nano"


def run(*command: object) -> None:
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_toy_pair_goes_through_every_stage_and_its_weights_travel_without_loss(tmp_path: Path) -> None:
    run(FOLDER / "build.py", tmp_path, "--tiny")
    for name in ("eagle3", "dflash"):
        head = torch.load(tmp_path / f"{name}.pt", weights_only=True)
        assert all(torch.isfinite(weights).all() for weights in head.values())
    for name in ("target", "drafter"):
        run(FOLDER / "carry.py", "pack", tmp_path / f"{name}.pt", tmp_path / f"{name}.carry")
        run(FOLDER / "carry.py", "unpack", tmp_path / f"{name}.carry", tmp_path / f"{name}-back.pt")
        before = torch.load(tmp_path / f"{name}.pt", weights_only=True)
        after = torch.load(tmp_path / f"{name}-back.pt", weights_only=True)
        assert before.keys() == after.keys()
        for key, weights in before.items():
            if "embed" not in key:
                assert torch.equal(weights.bfloat16(), after[key])
