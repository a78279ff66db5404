"""The built-in pair as folders for transformers, or with --mlx for mlx-vlm: `python packaging/nano/to_hf.py OUT`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.models.files.nano_hf import convert  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mlx", action="store_true")
    parser.add_argument("--pair", type=Path, default=ROOT / "resources" / "nano")
    a = parser.parse_args()
    print(*convert(a.pair, a.out, mlx=a.mlx), sep="\n")
