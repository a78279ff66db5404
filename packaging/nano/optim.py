"""Muon for the matrices of the layers, AdamW for the rest; one learning-rate schedule for both."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def orthogonal(g: Tensor, steps: int = 5) -> Tensor:
    """Five Newton-Schulz steps (Jordan et al. 2024, "Muon") on a stack of matrices [N, rows, cols]."""
    x = g.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalized, scaled to AdamW's usual step (0.2 * sqrt(longer side), Liu et al. 2025)."""

    def __init__(self, params: list[nn.Parameter], lr: float, momentum: float = 0.95, decay: float = 0.1) -> None:
        shapes: dict[tuple[int, ...], list[nn.Parameter]] = {}
        for p in params:
            shapes.setdefault(tuple(p.shape), []).append(p)
        super().__init__([{"params": group} for group in shapes.values()], {"lr": lr, "m": momentum, "decay": decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            ps = group["params"]
            grads = torch.stack([p.grad for p in ps])
            state = self.state[ps[0]]
            if "m" not in state:
                state["m"] = torch.zeros_like(grads)
            momentum = state["m"].lerp_(grads, 1 - group["m"])
            update = orthogonal(grads.lerp(momentum, group["m"]))
            size = 0.2 * math.sqrt(max(update.shape[-2:]))
            for p, u in zip(ps, update, strict=True):
                p.mul_(1 - group["lr"] * group["decay"]).add_(u.type_as(p), alpha=-group["lr"] * size)


TABLES = ("embed_tokens", "output.")
"""Matrices with a row for each token."""


class Optimizers:
    """Both optimizers of a module under one learning rate."""

    def __init__(self, module: nn.Module, lr: float) -> None:
        named = list(module.named_parameters())
        inner = [p for n, p in named if p.ndim == 2 and not n.startswith(TABLES)]
        table = [p for n, p in named if p.ndim == 2 and n.startswith(TABLES)]
        small = [p for n, p in named if p.ndim < 2]
        fused = table[0].is_cuda
        self.lr = lr
        self.all = [
            Muon(inner, lr),
            torch.optim.AdamW(
                [{"params": table, "weight_decay": 0.01}, {"params": small, "weight_decay": 0.0}],
                lr=lr,
                betas=(0.9, 0.95),
                fused=fused,
            ),
        ]
        self.params = [p for _, p in named]

    def step(self, scale: float) -> None:
        """One step at lr * scale; clips and clears gradients."""
        nn.utils.clip_grad_norm_(self.params, 1.0)
        for opt in self.all:
            for group in opt.param_groups:
                group["lr"] = self.lr * scale
            opt.step()
            opt.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, object]]:
        """What `load` needs to go on with the same momentum."""
        return [opt.state_dict() for opt in self.all]

    def load(self, state: list[dict[str, object]]) -> None:
        """Go on from a state."""
        for opt, kept in zip(self.all, state, strict=True):
            opt.load_state_dict(kept)


WARMUP = 60


def schedule(step: int, progress: float, hold: float, warmup: int = WARMUP) -> float:
    """Share of the peak rate: linear warm-up, flat until `hold`, then linear to 1 % at the end."""
    down = 1.0 if progress < hold else max(0.01, (1 - progress) / (1 - hold))
    return min(1.0, (step + 1) / warmup) * down
