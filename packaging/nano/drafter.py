"""Train the drafter against the frozen target, unrolled as it runs.

    python packaging/nano/drafter.py WORK --seconds N [--resume]

A round at position i: the draft sees token i, the target's state at i - 1 and the target's keys and values before i.
Each further step gets the next token and the drafter's own state, while position and keys/values stay. The loss of each
step is the cross entropy to the target's distribution.

Reads WORK/target.pt, own.npz, chat.npz, docs.npy; writes drafter.pt.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from batches import Batches, documents, masks, token_weights
from config import DrafterConfig, TargetConfig
from generate import load_target
from model import KV, Drafter, Target, rope_tables
from optim import Optimizers, schedule
from target import Clock, tiny
from torch import Tensor

UNROLL = 7
DECAY = 0.82
MIX = {"docs": 0.12, "chat": 0.18, "own": 0.70}
QUANTIZE_FROM = 0.3


def later(x: Tensor, by: int) -> Tensor:
    """x[:, t + by] at t; zeros where there is none."""
    return F.pad(x[:, by:], (0,) * (2 * (x.ndim - 2)) + (0, by)) if by else x


def target_side(target: Target, x: Tensor, seen: dict[str, object]) -> tuple[Tensor, Tensor, KV, Tensor]:
    """Embedded x, last hidden state, keys/values and logits of the frozen target."""
    with torch.no_grad(), torch.autocast(x.device.type, torch.bfloat16, enabled=x.is_cuda):
        e = target.embed(x, target.embed_tokens.weight)
        h, kv = target.hidden(e, torch.arange(x.shape[1], device=x.device), seen)
        return e, h, kv, target.logits(h, target.embed_tokens.weight)


def draft_step(
    drafter: Drafter,
    e: Tensor,
    state: Tensor,
    kv: KV,
    strict: dict[str, object],
    wanted: Tensor,
    w: Tensor,
    snap: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean cross entropy to the target's logits `wanted` by weight w, the next state and the drafted ids."""
    with torch.autocast(e.device.type, torch.bfloat16, enabled=e.is_cuda):
        rope = rope_tables(drafter.d.target, torch.arange(e.shape[1], device=e.device))
        table = drafter.embed_tokens.weight
        head = table + snap * (drafter.table() - table).detach()
        hidden, state = drafter.step(e, state, kv, rope, strict)
        z = F.linear(hidden, head).float()
    each = -(wanted.float().softmax(-1) * z.log_softmax(-1)).sum(-1)
    return (each * w).sum() / w.sum().clamp(min=1), state, z.argmax(-1)


class Round:
    """The unrolled round at every position of a batch; compiled once for all its steps on a GPU."""

    def __init__(self, target: Target, drafter: Drafter) -> None:
        self.target, self.drafter = target, drafter
        on_gpu = next(target.parameters()).is_cuda
        self.see = torch.compile(target_side, dynamic=False) if on_gpu else target_side
        self.draft = torch.compile(draft_step, dynamic=False) if on_gpu else draft_step

    def loss(self, ids: Tensor, weights: Tensor, snap: Tensor) -> tuple[Tensor, Tensor]:
        """Loss over UNROLL steps, and the share of rounds whose first 1..UNROLL drafts are the text that follows."""
        x, c = ids[:, :-1], self.target.c
        docs = documents(x)
        strict = masks(c, docs, strict=True)
        e, h, kv, z = self.see(self.target, x, masks(c, docs))
        state = torch.cat((h[:, :1], h[:, :-1]), 1)
        total, right, rates = 0.0, torch.ones_like(x, dtype=torch.bool), []
        for j in range(UNROLL):
            valid = later(weights[:, 1:], j) * (later(docs, j) == docs)
            lost, state, drafted = self.draft(self.drafter, later(e, j), state, kv, strict, later(z, j), valid, snap)
            total = total + DECAY**j * lost
            right = right & (drafted == later(ids[:, 1:], j))
            rates.append((right * (valid > 0)).sum() / (valid > 0).sum().clamp(min=1))
        return total, torch.stack(rates)


def train(work: Path, d: DrafterConfig, a: argparse.Namespace) -> None:
    torch.manual_seed(a.seed + 7)
    torch.set_float32_matmul_precision("high")
    target, drafter = load_target(work, d.target, a.device), Drafter(d).to(a.device)
    drafter.quantized = True
    if a.resume:
        drafter.load_state_dict(torch.load(work / "drafter.pt", weights_only=True))
    data = Batches(work, tuple(MIX), a.device, a.seed + 7)
    opt = Optimizers(drafter, a.lr)
    rounds = Round(target, drafter)
    clock, step = Clock(a.seconds), 0
    print(f"{sum(p.numel() for p in drafter.parameters()) / 1e6:.1f} M parameters", flush=True)
    while (progress := clock.progress()) < 1 and step < a.steps:
        ids, kinds = data.batch(a.batch, MIX)
        snap = torch.tensor(float(a.resume or progress >= QUANTIZE_FROM), device=a.device)
        loss, rates = rounds.loss(ids, token_weights(kinds, 0.1), snap)
        loss.backward()
        opt.step(schedule(step, progress, 0.0 if a.resume else 0.3))
        step += 1
        if step == 5:
            loss.item()
            clock.begin()
            print(f"compiled in {clock.start - clock.born:.0f} s", flush=True)
        if step % a.every == 0:
            shown = " ".join(f"{r:.3f}" for r in rates.tolist())
            print(f"{step} loss {loss.item():.3f} prefix right {shown} {progress:.2f}", flush=True)
    torch.save(drafter.state_dict(), work / "drafter.pt")
    print(f"drafter: {step} steps, {time.time() - clock.born:.0f} s", flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--tiny", action="store_true", help="a toy size, to try the code on a CPU")
    return parser.parse_args()


if __name__ == "__main__":
    args = options()
    config = DrafterConfig()
    if args.tiny:
        config = replace(config, hidden=64, ffn=64, heads=2, target=tiny(TargetConfig()))
    train(args.work, config, args)
