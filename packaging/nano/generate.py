"""The target's own answers, as rows for the drafter: half greedy, half sampled.

    python packaging/nano/generate.py WORK [--count N] [--room TOKENS]

Requests come from WORK/chat.jsonl. Writes WORK/own.npz in the form of rows.py. All sequences of a batch stand at the
same position: a request is fed token by token, then each sequence goes on with its own choice.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
from config import BOS, END_TURN, EOS, PAD, TargetConfig, request
from model import Target, rope_tables
from rows import pack, piece, read, save_rows, tokenizer
from target import tiny
from torch import Tensor


class Decoder:
    """One step at a time for a batch, with keys and values of all positions so far."""

    def __init__(self, model: Target, batch: int, room: int) -> None:
        self.model, self.table = model, model.table()
        device, kind = self.table.device, self.table.dtype
        self.rope = rope_tables(model.c, torch.arange(room, device=device))
        self.cache = [
            torch.zeros(2, batch, model.c.kv, room, model.c.dim(layer.kind), device=device, dtype=kind)
            for layer in model.layers
        ]

    def step(self, ids: Tensor, at: int) -> Tensor:
        """Logits [B, vocab] after the tokens ids [B] at position `at`."""
        c = self.model.c
        x = self.model.embed(ids[:, None], self.table)
        for layer, cache in zip(self.model.layers, self.cache, strict=True):
            table = tuple(t[at : at + 1] for t in self.rope[layer.kind])
            y = layer.input_layernorm(x)
            cache[0, :, :, at : at + 1], cache[1, :, :, at : at + 1] = layer.self_attn.keys_values(y, table)
            first = max(0, at + 1 - c.window) if layer.kind == "sliding_attention" else 0
            k, v = cache[:, :, :, first : at + 1]
            q = layer.self_attn.queries(y, table).unflatten(1, (c.kv, -1)).squeeze(3)
            weights = (q @ k.mT).float().softmax(-1).type_as(q)
            out = (weights @ v).flatten(1)[:, None]
            x = layer.after_attention(x, layer.self_attn.o_proj(out))
        return self.model.logits(self.model.norm(x[:, 0]), self.table)


@torch.no_grad()
def answer(model: Target, prompts: list[list[int]], heat: Tensor, room: int, any_end: bool = False) -> list[list[int]]:
    """Answers without their end token, [] where none ended within `room` positions (all of it with `any_end`).

    heat [B]: 0 is greedy.
    """
    device = heat.device
    batch = len(prompts)
    lengths = torch.tensor([len(p) + 1 for p in prompts], device=device)
    ids = torch.full((batch, room), PAD, device=device)
    for i, p in enumerate(prompts):
        ids[i, : len(p) + 1] = torch.tensor([BOS, *p], device=device)
    decoder, done = Decoder(model, batch, room), torch.zeros(batch, dtype=torch.bool, device=device)
    for at in range(room - 1):
        z = decoder.step(ids[:, at], at).float()
        noise = -torch.empty_like(z).exponential_().log()
        best = torch.where(heat > 0, (z / heat.clamp(min=1e-3)[:, None] + noise).argmax(-1), z.argmax(-1))
        open_ = (lengths <= at + 1) & ~done
        ids[:, at + 1] = torch.where(open_, best, ids[:, at + 1])
        done |= open_ & ((best == END_TURN) | (best == EOS))
        if at % 32 == 31 and bool(done.all()):
            break
    out = []
    for row, start, ended in zip(ids.tolist(), lengths.tolist(), done.tolist(), strict=True):
        tail = row[start:]
        whole = len(tail) if any_end else 0
        cut = next((i for i, t in enumerate(tail) if t in (END_TURN, EOS)), whole) if ended else whole
        out.append(tail[:cut])
    return out


def load_target(work: Path, c: TargetConfig, device: str) -> Target:
    """The trained target, frozen, as it ships: bf16 (float32 on a CPU), with its embedding on the Q4_0 grid."""
    model = Target(c).to(device)
    model.load_state_dict(torch.load(work / "target.pt", weights_only=True, map_location=device))
    model.quantized = True
    with torch.no_grad():
        model.embed_tokens.weight.copy_(model.table())
    model.quantized = False
    return model.to(torch.bfloat16 if device == "cuda" else torch.float32).requires_grad_(False).eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--count", type=int, default=16384)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--room", type=int, default=448)
    parser.add_argument("--heat", type=float, default=0.8)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--any-end", action="store_true", help="keep answers that were cut off too (for a toy)")
    a = parser.parse_args()
    start = time.time()
    model = load_target(a.work, tiny(TargetConfig()) if a.tiny else TargetConfig(), a.device)
    t = tokenizer(a.work)
    asked = [e["prompt"] for e in read(a.work / "chat.jsonl")]
    asked = random.Random(5).sample(asked, min(a.count, len(asked)))
    prompts = [e.ids for e in t.encode_batch([request(p) for p in asked], add_special_tokens=False)]
    parts, ended = [], 0
    for i in range(0, len(prompts), a.batch):
        some = prompts[i : i + a.batch]
        heat = torch.full((len(some),), a.heat, device=a.device)
        heat[::2] = 0.0
        answers = answer(model, some, heat, a.room, a.any_end)
        ended += sum(0 < len(p) + 1 + len(got) < a.room for p, got in zip(some, answers, strict=True) if got)
        for p, got in list(zip(asked[i:], answers, strict=False))[:2]:
            print(f"=== {p}\n{t.decode(got)}", flush=True)
        parts.append(pack(piece(p, got) for p, got in zip(some, answers, strict=True) if got))
    save_rows(a.work / "own.npz", parts)
    print(f"{ended} of {len(prompts)} ended within {a.room} tokens, {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
