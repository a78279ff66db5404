"""EAGLE3 and DFlash in plain PyTorch: the equations of llama.cpp's graphs (src/models/eagle3.cpp, dflash.cpp).

Parameters carry GGUF's names, with `_` for the dots inside a layer.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from config import HeadConfig
from model import Norm, Target, rope_tables
from torch import Tensor, nn


def layer_inputs(target: Target, x: Tensor, masks: dict[str, object]) -> list[Tensor]:
    """Input of each layer of the target for embedded x [B, T, hidden], and last the final normed state."""
    rope, out = rope_tables(target.c, torch.arange(x.shape[1], device=x.device)), []
    for layer in target.layers:
        out.append(x)
        x, _ = layer(x, rope, masks)
    return [*out, target.norm(x)]


def rotate_by(x: Tensor, positions: Tensor, base: float, pairs: bool) -> Tensor:
    """RoPE of x [B, heads, T, dim] at positions [B or 1, T]. pairs: neighbours rotate together, else the halves do."""
    dim = x.shape[-1]
    angle = positions.float()[:, None, :, None] * base ** (-torch.arange(0, dim, 2, device=x.device).float() / dim)
    cos, sin = angle.cos().type_as(x), angle.sin().type_as(x)
    if pairs:
        a, b = x[..., ::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)


class HeadLayer(nn.Module):
    """A layer of Llama's (EAGLE3) or Qwen 3's (DFlash, with norms of queries and keys) kind."""

    def __init__(self, c: HeadConfig, reads: int, normed: bool) -> None:
        super().__init__()
        hidden, eps = c.target.hidden, c.target.eps
        self.c, self.pairs = c, not normed
        self.attn_norm = Norm(hidden, eps)
        self.attn_q = nn.Linear(reads, c.heads * c.head_dim, bias=False)
        self.attn_k = nn.Linear(reads, c.kv * c.head_dim, bias=False)
        self.attn_v = nn.Linear(reads, c.kv * c.head_dim, bias=False)
        self.attn_output = nn.Linear(c.heads * c.head_dim, hidden, bias=False)
        self.attn_q_norm = Norm(c.head_dim, eps) if normed else nn.Identity()
        self.attn_k_norm = Norm(c.head_dim, eps) if normed else nn.Identity()
        self.ffn_norm = Norm(hidden, eps)
        self.ffn_gate = nn.Linear(hidden, c.ffn, bias=False)
        self.ffn_up = nn.Linear(hidden, c.ffn, bias=False)
        self.ffn_down = nn.Linear(c.ffn, hidden, bias=False)

    def queries(self, x: Tensor, positions: Tensor) -> Tensor:
        """[B, heads, T, dim]"""
        q = self.attn_q_norm(self.attn_q(x).unflatten(-1, (-1, self.c.head_dim))).transpose(1, 2)
        return rotate_by(q, positions, self.c.rope_base, self.pairs)

    def keys_values(self, x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Two of [B, heads, T, dim]"""
        k = self.attn_k_norm(self.attn_k(x).unflatten(-1, (-1, self.c.head_dim))).transpose(1, 2)
        v = self.attn_v(x).unflatten(-1, (-1, self.c.head_dim)).transpose(1, 2)
        k = rotate_by(k, positions, self.c.rope_base, self.pairs)
        return tuple(t.repeat_interleave(self.c.heads // self.c.kv, 1) for t in (k, v))

    def after(self, residual: Tensor, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        """The layer's output [B, T, hidden]."""
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = residual + self.attn_output(out.transpose(1, 2).flatten(2))
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Head(nn.Module):
    """What both kinds have: the fusion of the features, layers, and an output matrix for the tokens of the draft.

    scale: powers of two by which the features of each layer are divided; export puts them into `fc`.
    """

    def __init__(self, c: HeadConfig, reads: int, normed: bool) -> None:
        super().__init__()
        hidden = c.target.hidden
        self.c = c
        self.fc = nn.Linear(len(c.reads) * hidden, hidden, bias=False)
        self.blk = nn.ModuleList(HeadLayer(c, reads, normed) for _ in range(c.layers))
        self.output_norm = Norm(hidden, c.target.eps)
        self.output = nn.Linear(hidden, c.draft_vocab, bias=False)
        self.scale = nn.Buffer(torch.ones(len(c.reads)))
        self.d2t = nn.Buffer(torch.zeros(c.draft_vocab, dtype=torch.int64))
        for p in self.parameters():
            if p.ndim == 2:
                nn.init.normal_(p, std=0.8 / math.sqrt(p.shape[1]))

    def begin(self, d2t: Tensor, table: Tensor, inputs: list[Tensor]) -> None:
        """Start from the target's rows of the tokens d2t, with features of about one."""
        with torch.no_grad():
            self.d2t.copy_(d2t)
            self.output.weight.copy_(table[d2t])
            for place, layer in enumerate(self.c.reads):
                size = inputs[layer].float().square().mean().sqrt()
                self.scale[place] = 2.0 ** size.log2().round()

    def fuse(self, inputs: list[Tensor]) -> Tensor:
        """Features [B, T, hidden] of the layers' inputs."""
        read = [inputs[layer] / self.scale[place] for place, layer in enumerate(self.c.reads)]
        return self.fc(torch.cat(read, -1).float())

    def logits(self, x: Tensor) -> Tensor:
        """Of the tokens of the draft, [..., draft_vocab]."""
        return self.output(self.output_norm(x))


class Eagle3(Head):
    """One layer that reads a token and what the target made of the text before it; then its own state instead."""

    def __init__(self, c: HeadConfig) -> None:
        super().__init__(c, 2 * c.target.hidden, normed=False)
        self.attn_norm_2 = Norm(c.target.hidden, c.target.eps)

    def forward(self, e: Tensor, inputs: list[Tensor], seen: Tensor, steps: int) -> list[Tensor]:
        """Logits of each of so many drafts from every base t: the token t + 2 + j in the j-th.

        e: the target's embeddings of the tokens [B, T, hidden]. inputs: of the target's layers. seen: [B, 1, T, T], what
        a base sees. A draft sees the text up to its base and the drafts before it, as in training-time test (EAGLE3, section 3.2).
        """
        layer = self.blk[0]
        size = e.shape[1]
        alone = torch.eye(size, dtype=torch.bool, device=e.device).expand(e.shape[0], 1, size, size)
        g, keys, values, mask, out = self.fuse(inputs), [], [], seen, []
        for j in range(steps):
            positions = torch.arange(j, size + j, device=e.device)[None]
            token = F.pad(e[:, j + 1 :], (0, 0, 0, j + 1))
            normed = self.attn_norm_2(g)
            x = torch.cat((layer.attn_norm(token), normed), -1)
            k, v = layer.keys_values(x, positions)
            keys.append(k)
            values.append(v)
            g = layer.after(normed, layer.queries(x, positions), torch.cat(keys, 2), torch.cat(values, 2), mask)
            out.append(self.logits(g))
            mask = torch.cat((mask, alone), -1)
        return out


class DFlash(Head):
    """Layers that fill a block of masks in one pass, beside keys and values of the target's features."""

    def __init__(self, c: HeadConfig) -> None:
        super().__init__(c, c.target.hidden, normed=True)
        self.enc_output_norm = Norm(c.target.hidden, c.target.eps)

    def forward(self, x: Tensor, positions: Tensor, inputs: list[Tensor], mask: Tensor) -> Tensor:
        """Logits [B, N, draft_vocab] of the places of blocks.

        x: the target's embeddings of the blocks' tokens [B, N, hidden] at positions [B, N]. inputs: of the target's layers,
        each [B, T, hidden]. mask: [B, 1, N, T + N], which features and which places of blocks each place sees.
        """
        g = self.enc_output_norm(self.fuse(inputs))
        before = torch.arange(g.shape[1], device=g.device)[None]
        for layer in self.blk:
            normed = layer.attn_norm(x)
            told, own = layer.keys_values(g, before), layer.keys_values(normed, positions)
            k, v = (torch.cat(both, 2) for both in zip(told, own, strict=True))
            x = layer.after(x, layer.queries(normed, positions), k, v, mask)
        return self.logits(x)
