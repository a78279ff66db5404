"""Weights in few bytes, to bring them from the training machine: bf16, the two bytes of a value in separate planes.

    python packaging/nano/carry.py pack WEIGHTS.pt OUT_PREFIX      writes OUT_PREFIX.00, .01 ... of at most 15 MiB
    python packaging/nano/carry.py unpack OUT_PREFIX WEIGHTS.pt

Loss-free for what ships: layers in bf16, embeddings on the Q4_0 grid (model.to_q4_grid).
"""

from __future__ import annotations

import io
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from model import to_q4_grid
from torch import Tensor

PIECE = 15 << 20


def shipped(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights as they ship: bf16, embeddings on the grid."""
    return {n: (to_q4_grid(w) if "embed" in n else w).bfloat16() for n, w in weights.items()}


def pack(source: Path, prefix: Path) -> None:
    """Write the pieces."""
    weights = shipped(torch.load(source, weights_only=True, map_location="cpu"))
    arrays = {}
    for name, w in weights.items():
        raw = w.contiguous().view(torch.uint8).numpy().reshape(-1, 2)
        arrays[name] = np.array(w.shape, np.int64)
        for plane in (0, 1):
            arrays[f"{name}/{plane}"] = np.frombuffer(zlib.compress(raw[:, plane].tobytes(), 6), np.uint8)
    held = io.BytesIO()
    np.savez(held, **arrays)
    data = held.getvalue()
    for i in range(0, len(data), PIECE):
        Path(f"{prefix}.{i // PIECE:02d}").write_bytes(data[i : i + PIECE])
    print(f"{source.name}: {len(data) / 1e6:.1f} MB", flush=True)


def unpack(prefix: Path, out: Path) -> None:
    """Put the pieces together again; bf16."""
    pieces = sorted(prefix.parent.glob(prefix.name + ".[0-9][0-9]"))
    found = np.load(io.BytesIO(b"".join(p.read_bytes() for p in pieces)))
    weights = {}
    for name in found.files:
        if "/" not in name:
            planes = [np.frombuffer(zlib.decompress(found[f"{name}/{i}"].tobytes()), np.uint8) for i in (0, 1)]
            raw = torch.from_numpy(np.stack(planes, 1).copy())
            weights[name] = raw.view(torch.bfloat16).reshape(tuple(found[name]))
    torch.save(weights, out)


if __name__ == "__main__":
    {"pack": pack, "unpack": unpack}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
