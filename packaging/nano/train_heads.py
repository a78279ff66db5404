"""Train an EAGLE3 head or a DFlash drafter on the target's own text.

    python packaging/nano/train_heads.py WORK eagle3|dflash --seconds N

Reads WORK/target.pt and own.npz; writes WORK/eagle3.pt or dflash.pt: every matrix on the Q4_0 grid, the rest float32.
The loss is the cross entropy to the target's distribution over the tokens that the head can draft. Plain kernels, no
compiler: the whole is minutes long.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from batches import documents, token_weights
from config import BLOCK, DFLASH, EAGLE3, MASK, HeadConfig, TargetConfig
from generate import load_target
from heads import DFlash, Eagle3, Head, layer_inputs
from model import Target, dense_masks, straight_through, to_q4_grid
from optim import Optimizers, schedule
from rows import ANSWER
from target import Clock, tiny
from torch import Tensor

STEPS = 5  # of training-time test
DECAY = {"eagle3": 0.85, "dflash": 0.82}
ANCHORS = 112  # blocks of a row
SHORT = 0.4  # share of blocks that are shorter than they can be
HELD_OUT = 96  # rows
QUANTIZE_FROM = 0.25
PROMPTS = 0.1  # weight of requests


def later(x: Tensor, by: int) -> Tensor:
    """x[:, t + by] at t; zeros where there is none."""
    return F.pad(x[:, by:], (0,) * (2 * (x.ndim - 2)) + (0, by)) if by else x


class Text:
    """Rows of the target's text; some are held out."""

    def __init__(self, work: Path, device: str, seed: int) -> None:
        held = np.load(work / "own.npz")
        self.ids, self.kinds = (torch.from_numpy(held[k].astype(np.int64)).to(device) for k in ("ids", "weights"))
        self.kept = max(1, min(HELD_OUT, len(self.ids) // 8))
        self.rng = torch.Generator().manual_seed(seed)
        self.order = torch.empty(0, dtype=torch.int64)

    def frequent(self, count: int, vocab: int) -> Tensor:
        """The most frequent tokens, in order of their numbers."""
        counts = torch.bincount(self.ids[self.kinds == ANSWER], minlength=vocab).float()
        return counts.topk(count).indices.sort().values

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """ids and kinds [size, ROW] of rows in random order, epoch by epoch."""
        if len(self.order) < size:
            self.order = torch.randperm(len(self.ids) - self.kept, generator=self.rng)
        taken, self.order = self.order[:size] + self.kept, self.order[size:]
        return self.ids[taken.to(self.ids.device)], self.kinds[taken.to(self.ids.device)]

    def held_out(self, size: int) -> list[tuple[Tensor, Tensor]]:
        """The rows that are not trained on."""
        return [(self.ids[i : i + size], self.kinds[i : i + size]) for i in range(0, self.kept, size)]


class Lesson:
    """Loss and share of right drafts of a head for a batch of text."""

    def __init__(self, kind: str, target: Target, c: HeadConfig, device: str, seed: int) -> None:
        self.kind, self.target, self.c, self.device = kind, target, c, device
        self.head: Head = (Eagle3(c) if kind == "eagle3" else DFlash(c)).to(device)
        self.rng = torch.Generator(device).manual_seed(seed)
        self.known = torch.zeros(c.target.vocab, dtype=torch.bool, device=device)
        self.rows = torch.empty(0)

    def begin(self, text: Text) -> None:
        """Choose the tokens of the draft and set the head up."""
        d2t = text.frequent(self.c.draft_vocab, self.c.target.vocab)
        inputs, _, _ = self.see(text.batch(2)[0])
        self.head.begin(d2t, self.target.embed_tokens.weight.float(), inputs)
        self.known[d2t] = True
        self.rows = self.target.embed_tokens.weight[d2t]
        answers = text.ids[text.kinds == ANSWER]
        print(f"{len(d2t)} tokens are {self.known[answers].float().mean():.4f} of the answers", flush=True)
        print(f"features are divided by {self.head.scale.tolist()}", flush=True)

    @torch.no_grad()
    def see(self, ids: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """What the target makes of ids[:, :-1]: inputs of its layers, the tokens' documents, who sees whom."""
        x = ids[:, :-1]
        docs = documents(x)
        masks = dense_masks(self.target.c, docs)
        inputs = layer_inputs(self.target, self.target.embed(x, self.target.embed_tokens.weight), masks)
        return inputs, docs, masks["full_attention"]

    @torch.no_grad()
    def wanted(self, state: Tensor) -> Tensor:
        """The target's distribution over the tokens of the draft."""
        cap = self.target.c.softcap
        return (torch.tanh(F.linear(state, self.rows).float() / cap) * cap).softmax(-1)

    def run(self, ids: Tensor, kinds: Tensor, weights: dict[str, Tensor], free: bool) -> tuple[Tensor, Tensor]:
        """Loss, and the share of rounds whose first 1, 2, ... drafts are the text that follows. free: whole blocks."""
        inputs, docs, seen = self.see(ids)
        ask = self.eagle3 if self.kind == "eagle3" else self.dflash
        with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
            return ask(ids, token_weights(kinds, PROMPTS), inputs, docs, seen, weights, free)

    def call(self, weights: dict[str, Tensor], *inputs: object) -> object:
        return torch.func.functional_call(self.head, weights, inputs)

    def eagle3(
        self,
        ids: Tensor,
        w: Tensor,
        inputs: list[Tensor],
        docs: Tensor,
        seen: Tensor,
        weights: dict[str, Tensor],
        free: bool,
    ) -> tuple[Tensor, Tensor]:
        e = F.embedding(ids[:, :-1], self.target.embed_tokens.weight)
        told = self.call(weights, e, inputs, seen, STEPS)
        total, right, rates = torch.zeros((), device=self.device), torch.ones_like(docs, dtype=torch.bool), []
        ends = F.pad(docs, (0, 1), value=0)  # what is behind the row belongs to no document
        ends[:, -1] = docs[:, -1] + (ids[:, -1] == 2)
        for j, z in enumerate(told):
            text, here = later(ids, j + 2)[:, :-1], later(ends, j + 2)[:, :-1] == docs
            valid = later(w, j + 2)[:, :-1] * here
            each = F.cross_entropy(
                z.float().flatten(0, 1), self.wanted(later(inputs[-1], j + 1)).flatten(0, 1), reduction="none"
            )
            lost = valid * self.known[text]
            total = total + DECAY["eagle3"] ** j * (each * lost.flatten()).sum() / lost.sum().clamp(min=1)
            right = right & (self.head.d2t[z.argmax(-1)] == text)
            of = (valid == 1) if free else valid > 0
            rates.append((right & of).sum() / of.sum().clamp(min=1))
        return total, torch.stack(rates)

    def dflash(
        self,
        ids: Tensor,
        w: Tensor,
        inputs: list[Tensor],
        docs: Tensor,
        seen: Tensor,
        weights: dict[str, Tensor],
        free: bool,
    ) -> tuple[Tensor, Tensor]:
        batch, size = docs.shape
        at = torch.multinomial((w[:, 1:] == 1).float() + 1e-9, ANCHORS, replacement=True, generator=self.rng)
        length = torch.randint(2, BLOCK + 1, at.shape, device=self.device, generator=self.rng)
        whole = torch.rand(at.shape, device=self.device, generator=self.rng) >= SHORT
        length = torch.where(whole | free, BLOCK, length)
        offset = torch.arange(BLOCK, device=self.device)
        place = at[..., None] + offset  # [B, A, BLOCK]
        flat = place.flatten(1)
        inside = (offset < length[..., None]) & (place <= size)
        text = ids.gather(1, flat.clamp(max=size))
        tokens = torch.where(offset == 0, ids.gather(1, at)[..., None], MASK).flatten(1)
        x = F.embedding(tokens, self.target.embed_tokens.weight).float()
        mask = torch.cat((self.before(at, docs), self.beside(length)), -1)[:, None]
        z = self.call(weights, x, flat, inputs, mask).unflatten(1, (ANCHORS, BLOCK))[:, :, 1:]
        told = flat.clamp(max=size).unflatten(1, (ANCHORS, BLOCK))[:, :, 1:] - 1  # the place whose state tells each
        state = inputs[-1].gather(1, told.flatten(1)[..., None].expand(-1, -1, inputs[-1].shape[-1]))
        each = F.cross_entropy(z.float().flatten(0, 2), self.wanted(state).flatten(0, 1), reduction="none")
        ends = F.pad(docs, (0, 1), value=0)
        ends[:, -1] = docs[:, -1] + (ids[:, -1] == 2)
        here = ends.gather(1, flat.clamp(max=size)).view_as(place) == docs.gather(1, at)[..., None]
        valid = (w.gather(1, flat.clamp(max=size)).view_as(place) * here * inside)[:, :, 1:]
        text = text.view_as(place)[:, :, 1:]
        lost = valid * self.known[text] * DECAY["dflash"] ** torch.arange(BLOCK - 1, device=self.device)
        right = (self.head.d2t[z.argmax(-1)] == text).long().cumprod(-1)
        rates = (right * (valid > 0)).sum((0, 1)) / (valid > 0).sum((0, 1)).clamp(min=1)
        return (each * lost.flatten()).sum() / lost.sum().clamp(min=1), rates

    def before(self, at: Tensor, docs: Tensor) -> Tensor:
        """Which features each place of the blocks sees, [B, A * BLOCK, T]: those of its text before the block."""
        earlier = torch.arange(docs.shape[1], device=self.device) < at[..., None]
        same = docs[:, None] == docs.gather(1, at)[..., None]
        return (earlier & same).repeat_interleave(BLOCK, 1)

    def beside(self, length: Tensor) -> Tensor:
        """Which places of blocks each one sees, [B, A * BLOCK, A * BLOCK]: all of its own block."""
        number = torch.arange(ANCHORS * BLOCK, device=self.device)
        own = number[:, None] // BLOCK == number // BLOCK
        there = (number % BLOCK < length.repeat_interleave(BLOCK, 1))[:, None]
        return own & there


def snapped(head: Head, grid: bool) -> dict[str, Tensor]:
    """The parameters, matrices on the Q4_0 grid in the forward pass."""
    return {n: straight_through(p) if grid and p.ndim == 2 else p for n, p in head.named_parameters()}


@torch.no_grad()
def held_out(lesson: Lesson, text: Text, size: int) -> list[float]:
    """Prefix rates on the rows that were not trained on, answers only, on the grid."""
    weights = snapped(lesson.head, True)
    rates = [lesson.run(ids, kinds, weights, True)[1] for ids, kinds in text.held_out(size)]
    return torch.stack(rates).mean(0).tolist()


def shown(rates: list[float]) -> str:
    """The shares, and how many drafts a round has right."""
    return " ".join(f"{r:.3f}" for r in rates) + f" (sum {sum(rates):.2f})"


def train(work: Path, kind: str, c: HeadConfig, a: argparse.Namespace) -> None:
    torch.manual_seed(a.seed)
    torch.set_float32_matmul_precision("high")
    target = load_target(work, c.target, a.device)
    text = Text(work, a.device, a.seed)
    lesson = Lesson(kind, target, c, a.device, a.seed)
    lesson.begin(text)
    opt = Optimizers(lesson.head, a.lr)
    clock, step = Clock(a.seconds), 0
    clock.begin()
    print(f"{sum(p.numel() for p in lesson.head.parameters()) / 1e6:.2f} M parameters, {len(text.ids)} rows", flush=True)
    while (progress := clock.progress()) < 1 and step < a.steps:
        ids, kinds = text.batch(a.batch)
        loss, rates = lesson.run(ids, kinds, snapped(lesson.head, progress >= QUANTIZE_FROM), False)
        loss.backward()
        opt.step(schedule(step, progress, 0.35))
        step += 1
        if step % a.every == 0:
            print(f"{step} loss {loss.item():.3f} right {shown(rates.tolist())} {progress:.2f}", flush=True)
    state = {n: to_q4_grid(w) if w.ndim == 2 else w for n, w in lesson.head.state_dict().items()}
    torch.save(state, work / f"{kind}.pt")
    print(f"{kind}: {step} steps, {time.time() - clock.born:.0f} s", flush=True)
    print(f"{kind} held out: {shown(held_out(lesson, text, a.batch))}", flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("kind", choices=("eagle3", "dflash"))
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tiny", action="store_true", help="a toy size, to try the code on a CPU")
    return parser.parse_args()


if __name__ == "__main__":
    args = options()
    config = EAGLE3 if args.kind == "eagle3" else DFLASH
    if args.tiny:
        config = replace(config, ffn=64, heads=2, kv=1, head_dim=32, draft_vocab=512, target=tiny(TargetConfig()))
    train(args.work, args.kind, config, args)
