"""Batches on the device from the rows that rows.py wrote, and the masks that keep the documents in a row apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from config import BOS, FULL, SLIDING, TargetConfig
from model import dense_masks
from rows import ANSWER, PROMPT, ROW
from torch import Tensor

KEYS = ("ids", "weights")
LOOK_EVERY = 50


class Batches:
    """Rows of several sources in any proportion. Chat-like sources are gone through in random order, epoch by epoch."""

    def __init__(self, work: Path, sources: tuple[str, ...], device: str, seed: int = 0) -> None:
        self.device = device
        self.rng = torch.Generator().manual_seed(seed)
        self.stream = None
        if "docs" in sources:
            self.stream = torch.from_numpy(np.load(work / "docs.npy").astype(np.int32)).to(device)
        self.work = work
        self.rows: dict[str, tuple[Tensor, Tensor]] = {}
        self.order: dict[str, Tensor] = {}
        self.sources = [name for name in sources if name != "docs"]
        self.taken: set[Path] = set()
        self.calls = 0
        self.look()

    @property
    def waiting(self) -> list[str]:
        """Sources that are still being made."""
        return [name for name in self.sources if name not in self.rows]

    def look(self) -> None:
        """Take in sources and further parts of them (chat-1.npz) that are there by now; new rows come first."""
        for name in self.sources:
            found = {self.work / f"{name}.npz", *self.work.glob(f"{name}-*[0-9].npz")} - self.taken
            for path in sorted(path for path in found if path.exists()):
                held = np.load(path)
                new = tuple(torch.from_numpy(held[k].astype(np.int32)).to(self.device) for k in KEYS)
                before = len(self.rows[name][0]) if name in self.rows else 0
                if before:
                    new = tuple(torch.cat(both) for both in zip(self.rows[name], new, strict=True))
                self.rows[name] = new
                self.order[name] = before + torch.randperm(len(new[0]) - before, generator=self.rng)
                self.taken.add(path)

    def _take(self, name: str, n: int) -> Tensor:
        """Numbers of the next n rows."""
        while len(self.order[name]) < n:
            more = torch.randperm(len(self.rows[name][0]), generator=self.rng)
            self.order[name] = torch.cat((self.order[name], more))
        taken, self.order[name] = self.order[name][:n], self.order[name][n:]
        return taken.to(self.device)

    def batch(self, size: int, mix: dict[str, float]) -> tuple[Tensor, Tensor]:
        """ids and weights [size, ROW]. Source text counts as answers and stands in for what is not there yet."""
        self.calls += 1
        if self.waiting or self.calls % LOOK_EVERY == 0:
            self.look()
        if self.waiting:
            missing = sum(mix.get(name, 0.0) for name in self.waiting)
            mix = {name: share for name, share in mix.items() if name not in self.waiting}
            mix["docs"] = mix.get("docs", 0.0) + missing
        ids, weights, left = [], [], size
        names = list(mix)
        for name in names:
            n = left if name == names[-1] else round(size * mix[name])
            left -= n
            if name == "docs":
                at = torch.randint(0, len(self.stream) - ROW, (n,), generator=self.rng).to(self.device)
                ids.append(self.stream[at[:, None] + torch.arange(ROW, device=self.device)].long())
                weights.append(torch.full((n, ROW), ANSWER, dtype=torch.int32, device=self.device))
            else:
                chosen = self._take(name, n)
                ids.append(self.rows[name][0][chosen].long())
                weights.append(self.rows[name][1][chosen])
        return torch.cat(ids), torch.cat(weights)


def documents(ids: Tensor) -> Tensor:
    """A number for each document of a row, [B, T]."""
    return (ids == BOS).cumsum(1)


def token_weights(weights: Tensor, prompt: float) -> Tensor:
    """Loss weights: 0 for padding, `prompt` for requests, 1 for answers."""
    return (weights == ANSWER).float() + prompt * (weights == PROMPT).float()


def masks(c: TargetConfig, docs: Tensor, strict: bool = False) -> dict[str, object]:
    """Masks for both kinds of layer: block masks of flex attention on a GPU, dense ones elsewhere."""
    if docs.device.type != "cuda":
        return dense_masks(c, docs, strict)
    from torch.nn.attention.flex_attention import create_block_mask

    least = 1 if strict else 0
    size = docs.shape[1]
    first = torch.ones_like(docs, dtype=torch.bool)
    first[:, 1:] = docs[:, 1:] != docs[:, :-1]

    def full(b: Tensor, _h: Tensor, i: Tensor, j: Tensor) -> Tensor:
        seen = (i - j >= least) & (docs[b, i] == docs[b, j])
        return seen | (first[b, i] & (i == j)) if strict else seen

    def sliding(b: Tensor, h: Tensor, i: Tensor, j: Tensor) -> Tensor:
        return full(b, h, i, j) & (i - j < c.window)

    made = {}
    for kind, rule in ((SLIDING, sliding), (FULL, full)):
        made[kind] = create_block_mask(rule, docs.shape[0], None, size, size, device=docs.device, _compile=True)
    return made
