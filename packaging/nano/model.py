"""Target and drafter in plain PyTorch. Modules and parameters carry transformers' names.

The equations are those of transformers' `Gemma4ForCausalLM` and `Gemma4AssistantForCausalLM`
(tests/packaging/nano/test_model.py compares the logits).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812
from config import FULL, SLIDING, DrafterConfig, TargetConfig
from torch import Tensor, nn

KV = dict[str, tuple[Tensor, Tensor]]
Rope = dict[str, tuple[Tensor, Tensor]]


class Norm(nn.Module):
    """RMS norm in float32 with a plain (not 1 +) weight."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        return (F.rms_norm(x.float(), (x.shape[-1],), None, self.eps) * self.weight.float()).type_as(x)


def inverse_frequencies(c: TargetConfig, kind: str) -> Tensor:
    """[dim / 2]. Full layers rotate only the first quarter ("proportional" RoPE)."""
    dim = c.dim(kind)
    exponent = torch.arange(0, dim, 2).float() / dim
    if kind == SLIDING:
        return 1.0 / 10_000.0**exponent
    out = 1.0 / 1_000_000.0**exponent
    out[int(0.25 * dim // 2) :] = 0.0
    return out


def rope_tables(c: TargetConfig, positions: Tensor) -> Rope:
    """cos and sin, [..., T, 1, dim], of positions [..., T] for both kinds of layer."""
    out = {}
    for kind in (SLIDING, FULL):
        angle = positions.float()[..., None] * inverse_frequencies(c, kind).to(positions.device)
        both = torch.cat((angle, angle), -1)[..., None, :]
        out[kind] = both.cos(), both.sin()
    return out


def rotate(x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """RoPE of x [B, T, heads, dim]."""
    cos, sin = table
    a, b = x.chunk(2, -1)
    return (x * cos + torch.cat((-b, a), -1) * sin).type_as(x)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: object) -> Tensor:
    """Attention with scale 1. mask: a BlockMask of flex attention, or a boolean tensor [B or 1, 1, T, S]."""
    if isinstance(mask, Tensor):
        # Spelled out: with enable_gqa, PyTorch takes the kernel that holds every score.
        k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], 1) for t in (k, v))
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=1.0)
    from torch.nn.attention.flex_attention import flex_attention

    return flex_attention(q, k, v, block_mask=mask, scale=1.0, enable_gqa=True)


class Attention(nn.Module):
    def __init__(self, c: TargetConfig, hidden: int, heads: int, kind: str, shared: bool) -> None:
        super().__init__()
        self.heads, self.kv, self.dim = heads, c.kv, c.dim(kind)
        self.eps = c.eps
        self.q_proj = nn.Linear(hidden, heads * self.dim, bias=False)
        self.q_norm = Norm(self.dim, c.eps)
        if not shared:
            self.k_norm = Norm(self.dim, c.eps)
            self.k_proj = nn.Linear(hidden, c.kv * self.dim, bias=False)
            self.v_proj = nn.Linear(hidden, c.kv * self.dim, bias=False)
        self.o_proj = nn.Linear(heads * self.dim, hidden, bias=False)

    def queries(self, x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
        """[B, heads, T, dim]"""
        q = self.q_norm(self.q_proj(x).unflatten(-1, (self.heads, self.dim)))
        return rotate(q, table).transpose(1, 2)

    def keys_values(self, x: Tensor, table: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Two of [B, kv, T, dim]"""
        k = self.k_norm(self.k_proj(x).unflatten(-1, (self.kv, self.dim)))
        v = self.v_proj(x).unflatten(-1, (self.kv, self.dim))
        v = F.rms_norm(v.float(), (self.dim,), None, self.eps).type_as(x)
        return rotate(k, table).transpose(1, 2), v.transpose(1, 2)

    def forward(
        self, x: Tensor, table: tuple[Tensor, Tensor], mask: object, kv: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        kv = kv or self.keys_values(x, table)
        out = attend(self.queries(x, table), *kv, mask)
        return self.o_proj(out.transpose(1, 2).flatten(2)), kv


class MLP(nn.Module):
    def __init__(self, hidden: int, ffn: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(hidden, ffn, bias=False)
        self.up_proj = nn.Linear(hidden, ffn, bias=False)
        self.down_proj = nn.Linear(ffn, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.gelu(self.gate_proj(x), approximate="tanh") * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c: TargetConfig, hidden: int, heads: int, ffn: int, kind: str, shared: bool = False) -> None:
        super().__init__()
        self.kind = kind
        self.self_attn = Attention(c, hidden, heads, kind, shared)
        self.mlp = MLP(hidden, ffn)
        self.input_layernorm = Norm(hidden, c.eps)
        self.post_attention_layernorm = Norm(hidden, c.eps)
        self.pre_feedforward_layernorm = Norm(hidden, c.eps)
        self.post_feedforward_layernorm = Norm(hidden, c.eps)
        self.layer_scalar = nn.Buffer(torch.ones(1))

    def after_attention(self, x: Tensor, attended: Tensor) -> Tensor:
        x = x + self.post_attention_layernorm(attended)
        x = x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))
        return x * self.layer_scalar

    def forward(
        self, x: Tensor, rope: Rope, masks: dict[str, object], kv: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        attended, kv = self.self_attn(self.input_layernorm(x), rope[self.kind], masks[self.kind], kv)
        return self.after_attention(x, attended), kv


def initialise(module: nn.Module) -> None:
    """Normal weights, fan-in scaled; embeddings 0.02."""
    for name, p in module.named_parameters():
        if p.ndim == 2:
            nn.init.normal_(p, std=0.02 if "embed" in name else 0.8 / math.sqrt(p.shape[1]))


def to_q4_grid(w: Tensor) -> Tensor:
    """The nearest values that both GGUF's Q4_0 and bf16 hold exactly, in blocks of 32 along the last axis.

    Q4_0 holds d * q with q in -8..7 and d = (value of largest magnitude) / -8. Here d keeps 5 significant bits, so that
    d * q has at most 8 and fits bf16; quantizing the result again then gives the same bits.
    """
    blocks = w.float().unflatten(-1, (-1, 32))
    largest = blocks.gather(-1, blocks.abs().argmax(-1, keepdim=True))
    mantissa, exponent = torch.frexp(largest / -8)
    d = torch.ldexp((mantissa * 32).round() / 32, exponent)
    safe = torch.where(d == 0, torch.ones_like(d), d)
    return ((blocks / safe).round().clamp(-8, 7) * d).flatten(-2)


def straight_through(w: Tensor) -> Tensor:
    """w on the Q4_0 grid in the forward pass, w itself for gradients."""
    return w + (to_q4_grid(w.detach()) - w.detach())


class Target(nn.Module):
    """`model.*` of Gemma4ForCausalLM; the head is the transposed embedding."""

    def __init__(self, c: TargetConfig) -> None:
        super().__init__()
        self.c = c
        self.quantized = False
        self.embed_tokens = nn.Embedding(c.vocab, c.hidden)
        self.layers = nn.ModuleList(Layer(c, c.hidden, c.heads, c.ffn, kind) for kind in c.layers)
        self.norm = Norm(c.hidden, c.eps)
        initialise(self)

    def table(self) -> Tensor:
        """Embedding and head [vocab, hidden]; on the Q4_0 grid when training for it."""
        w = self.embed_tokens.weight
        return straight_through(w) if self.quantized else w

    def embed(self, ids: Tensor, table: Tensor) -> Tensor:
        return F.embedding(ids, table) * math.sqrt(self.c.hidden)

    def hidden(self, x: Tensor, positions: Tensor, masks: dict[str, object]) -> tuple[Tensor, KV]:
        """Normed last hidden state of embedded x [B, T, hidden], and the last keys/values of each kind of layer."""
        rope, shared = rope_tables(self.c, positions), {}
        for layer in self.layers:
            x, shared[layer.kind] = layer(x, rope, masks)
        return self.norm(x), shared

    def logits(self, h: Tensor, table: Tensor) -> Tensor:
        return torch.tanh(F.linear(h, table) / self.c.softcap) * self.c.softcap


class Drafter(nn.Module):
    """Gemma4AssistantForCausalLM: proposes the next token from the target's last hidden state and its keys/values."""

    def __init__(self, d: DrafterConfig) -> None:
        super().__init__()
        self.d = d
        self.quantized = False
        self.pre_projection = nn.Linear(2 * d.target.hidden, d.hidden, bias=False)
        self.post_projection = nn.Linear(d.hidden, d.target.hidden, bias=False)
        self.embed_tokens = nn.Embedding(d.target.vocab, d.hidden)
        self.layers = nn.ModuleList(Layer(d.target, d.hidden, d.heads, d.ffn, kind, shared=True) for kind in d.layers)
        self.norm = Norm(d.hidden, d.target.eps)
        initialise(self)

    def table(self) -> Tensor:
        """The head [vocab, hidden]."""
        w = self.embed_tokens.weight
        return straight_through(w) if self.quantized else w

    def step(self, embedded: Tensor, h: Tensor, kv: KV, rope: Rope, masks: dict[str, object]) -> tuple[Tensor, Tensor]:
        """Normed state [B, T, hidden] (logits are head @ state) and the next h [B, T, target hidden]."""
        x = self.pre_projection(torch.cat((embedded, h), -1))
        for layer in self.layers:
            x, _ = layer(x, rope, masks, kv[layer.kind])
        x = self.norm(x)
        return x, self.post_projection(x)


def dense_masks(c: TargetConfig, documents: Tensor, strict: bool = False) -> dict[str, Tensor]:
    """Boolean masks [B, 1, T, T]: causal, inside one document, and for sliding layers inside the window.

    documents: [B, T] numbers. strict: a position does not see itself (a drafter's view), except a document's first.
    """
    i = torch.arange(documents.shape[1], device=documents.device)
    back = i[:, None] - i[None]
    same = documents[:, :, None] == documents[:, None]
    seen = (back >= (1 if strict else 0)) & same
    if strict:
        seen = seen | (~seen.any(-1, keepdim=True) & (back == 0))
    return {SLIDING: (seen & (back < c.window))[:, None], FULL: seen[:, None]}
