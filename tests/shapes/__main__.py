"""Writes pairs of true shapes with random weights, to try the app on by hand.

python -m tests.shapes e2b FOLDER                        # a whole E2B pair in Q4_0
python -m tests.shapes 26b-a4b FOLDER --layers 6 --split 500
python -m tests.shapes qwen3.6-27b FOLDER --layers 4     # with its head in the same file
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.models.forecast.weights import KINDS
from tests.shapes.gemma4 import SHAPES, Wanted, write_pair
from tests.shapes.nextn import Cut, write_glm, write_qwen

_HEADS = {"qwen3.6-27b": write_qwen, "glm-4.5-air": write_glm}


def main() -> None:
    """Reads the command line, writes the files and lists them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=[*SHAPES, *_HEADS])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=0, help="so many of its layers, of all kinds")
    parser.add_argument("--quant", choices=KINDS, default="Q4_0")
    parser.add_argument("--embedding", choices=KINDS, help="type of the tables (default: as --quant)")
    parser.add_argument("--vocabulary", type=int, default=262_144)
    parser.add_argument("--follow", type=float, default=0.7, help="share of drafts that are right")
    parser.add_argument("--gain", type=float, default=0.1)
    parser.add_argument("--split", type=int, default=0, help="MB of each file of the target")
    asked = parser.parse_args()
    quant = KINDS[asked.quant]
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.shape in SHAPES:
        embedding = KINDS[asked.embedding] if asked.embedding else None
        split = asked.split * 1_000_000
        wanted = Wanted(asked.layers, quant, embedding, asked.vocabulary, asked.gain, asked.follow, split)
        write_pair(asked.folder, SHAPES[asked.shape], wanted)
    else:
        cut = Cut(asked.layers or 4, quant, asked.vocabulary, asked.follow)
        _HEADS[asked.shape](asked.folder / f"{asked.shape}.gguf", cut)
    for path in sorted(asked.folder.glob("*.gguf")):
        print(f"{path}  {path.stat().st_size:,}")


if __name__ == "__main__":
    main()
