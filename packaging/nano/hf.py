"""Between our modules and transformers' classes: the same names, one prefix apart."""

from __future__ import annotations

import torch
from config import DrafterConfig, TargetConfig, hf_drafter, hf_target
from torch import Tensor


def target_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our target's state under Gemma4ForCausalLM's names, with the tied head."""
    out = {f"model.{name}": w for name, w in weights.items()}
    out["lm_head.weight"] = out["model.embed_tokens.weight"]
    return out


def drafter_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our drafter's state under Gemma4AssistantForCausalLM's names, with the tied head."""
    out = {name if name.startswith(("pre_", "post_")) else f"model.{name}": w for name, w in weights.items()}
    out["lm_head.weight"] = out["model.embed_tokens.weight"]
    return out


def load(module: torch.nn.Module, weights: dict[str, Tensor]) -> torch.nn.Module:
    """Load weights; every parameter of the class must be there and no other."""
    wrong = module.load_state_dict(weights, strict=False)
    if wrong.missing_keys or wrong.unexpected_keys:
        raise ValueError(f"missing {wrong.missing_keys}, unexpected {wrong.unexpected_keys}")
    return module.eval()


def hf_pair(
    c: TargetConfig, d: DrafterConfig, target: dict[str, Tensor], drafter: dict[str, Tensor], dtype: torch.dtype
) -> tuple[torch.nn.Module, torch.nn.Module]:
    """transformers' two models with these weights."""
    from transformers import Gemma4AssistantConfig, Gemma4AssistantForCausalLM, Gemma4ForCausalLM, Gemma4TextConfig

    name = str(dtype).removeprefix("torch.")
    t = Gemma4ForCausalLM(Gemma4TextConfig(**hf_target(c), dtype=name)).to(dtype)
    config = Gemma4AssistantConfig(
        text_config=Gemma4TextConfig(**hf_drafter(d), dtype=name), backbone_hidden_size=c.hidden, dtype=name
    )
    a = Gemma4AssistantForCausalLM(config).to(dtype)
    return load(t, target_names(target)), load(a, drafter_names(drafter))
