"""Train the target: Python source first, chat tasks more and more, their answers alone in the end.

    python packaging/nano/target.py WORK --seconds N [--since SHARE] [--until SHARE]

Reads WORK/docs.npy, pairs.npz, chat.npz; writes WORK/target.pt (float32 weights). A schedule that is too long for one
call is cut in two: `--until 0.6` also leaves WORK/target.state, from which `--since 0.6` goes on.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from batches import Batches, documents, masks, token_weights
from config import TargetConfig
from model import Target
from optim import WARMUP, Optimizers, schedule
from torch import Tensor

PHASES = (  # until this share of the time: mix of sources, weight of requests
    (0.30, {"docs": 0.31, "pairs": 0.04, "chat": 0.65}, 0.3),
    (0.65, {"docs": 0.08, "pairs": 0.03, "chat": 0.89}, 0.1),
    (1.01, {"docs": 0.02, "pairs": 0.01, "chat": 0.97}, 0.0),
)
QUANTIZE_FROM = 0.5
HOLD = 0.4


def loss_of(model: Target, ids: Tensor, weights: Tensor, seen: dict[str, object], snap: Tensor) -> Tensor:
    """Mean cross entropy by weight. snap: 1 to use the head on its Q4_0 grid, 0 not to."""
    with torch.autocast(ids.device.type, torch.bfloat16, enabled=ids.is_cuda):
        table = model.embed_tokens.weight
        table = table + snap * (model.table() - table).detach()
        x = model.embed(ids[:, :-1], table)
        h, _ = model.hidden(x, torch.arange(ids.shape[1] - 1, device=ids.device), seen)
        z = model.logits(h, table)
    each = F.cross_entropy(z.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    w = weights[:, 1:].flatten()
    return (each * w).sum() / w.sum().clamp(min=1)


class Clock:
    """Progress through a time budget that starts once the compiler is done."""

    def __init__(self, seconds: float) -> None:
        self.born, self.seconds, self.start = time.time(), seconds, 0.0

    def begin(self) -> None:
        self.start = time.time()

    def progress(self) -> float:
        if not self.start:
            return 0.0
        return (time.time() - self.start) / max(1.0, self.seconds - (self.start - self.born))


def train(work: Path, c: TargetConfig, a: argparse.Namespace) -> None:
    torch.manual_seed(a.seed)
    torch.set_float32_matmul_precision("high")
    model = Target(c).to(a.device)
    model.quantized = True
    opt = Optimizers(model, a.lr)
    if a.since:
        model.load_state_dict(torch.load(work / "target.pt", weights_only=True))
        opt.load(torch.load(work / "target.state", weights_only=True))
    # Another seed after a cut, so that the rows do not come in the same order again.
    data = Batches(work, ("docs", "pairs", "chat"), a.device, a.seed + round(100 * a.since))
    run = torch.compile(loss_of, dynamic=False) if a.device == "cuda" else loss_of
    clock, step, tokens, since = Clock(a.seconds), 0, 0, time.time()
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters", flush=True)
    while clock.progress() < 1 and step < a.steps:
        place = a.since + (a.until - a.since) * clock.progress()
        _, mix, prompt = next(p for p in PHASES if place < p[0])
        ids, kinds = data.batch(a.batch, mix)
        snap = torch.tensor(float(place >= QUANTIZE_FROM), device=a.device)
        loss = run(model, ids, token_weights(kinds, prompt), masks(c, documents(ids[:, :-1])), snap)
        loss.backward()
        opt.step(schedule(step, place, HOLD, WARMUP if not a.since else 1))
        step += 1
        tokens += ids.numel()
        if step == 5:
            loss.item()
            clock.begin()
            print(f"compiled in {clock.start - clock.born:.0f} s", flush=True)
            tokens, since = 0, time.time()
        if step % a.every == 0:
            rate = f"{tokens / (time.time() - since) / 1e3:.0f} k tokens/s"
            print(f"{step} loss {loss.item():.3f} {rate} {place:.2f}", flush=True)
    torch.save(model.state_dict(), work / "target.pt")
    if a.until < 1:
        torch.save(opt.state(), work / "target.state")
    print(f"target: {step} steps, {tokens / 1e6:.0f} M tokens, loss {loss.item():.3f}", flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--since", type=float, default=0.0, help="share of the whole schedule at which to begin")
    parser.add_argument("--until", type=float, default=1.0, help="share of the whole schedule at which to stop")
    parser.add_argument("--tiny", action="store_true", help="a toy size, to try the code on a CPU")
    return parser.parse_args()


def tiny(c: TargetConfig) -> TargetConfig:
    """A toy of the same build."""
    return replace(c, hidden=64, ffn=128, heads=2, kv=1, head_dim=32, global_head_dim=64)


if __name__ == "__main__":
    args = options()
    train(args.work, tiny(TargetConfig()) if args.tiny else TargetConfig(), args)
