"""Loading a pair of Hugging Face folders with transformers, with every failure in words."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any, Final

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from app.engines import chat
from app.engines.asked import check_length, check_prompt
from app.engines.long_text import deep
from app.race.lanes import MAX_K, LaneKind, LaneSpec, Request
from app.race.problems import Problem, ProblemError

_DTYPES: Final = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_DEVICES: Final = ("cpu", "cuda")


class TorchPair:
    """A target with its tokenizer, and its drafter on an MTP lane.

    Raises:
        ProblemError: kind ``kind-unsupported``, ``k-range``, ``option-bad``, ``file-missing``, ``model-unreadable``,
            ``drafter-mismatch`` or ``memory``.
    """

    def __init__(self, spec: LaneSpec) -> None:
        _check(spec)
        self.spec = spec
        self.device = _option(spec, "device", _DEVICES) or ("cuda" if spec.gpu_layers and _has_gpu() else "cpu")
        if self.device == "cuda" and not _has_gpu():
            raise ProblemError(
                Problem("option-bad", "There is no NVIDIA GPU that torch can use.", action="Use the device cpu.")
            )
        if self.device == "cuda":
            _leave_cudnn_attention()
        name = _option(spec, "dtype", tuple(_DTYPES)) or ("bfloat16" if self.device == "cuda" else "float32")
        self.dtype_name, self.dtype = name, _DTYPES[name]
        if spec.threads:
            torch.set_num_threads(spec.threads)
        self.tokenizer = _read(AutoTokenizer, spec.target, "model")
        self.target = self._model(spec.target, "model")
        self.assistant = self._model(spec.drafter, "drafter") if spec.kind is LaneKind.MTP else None
        if self.assistant is not None:
            _check_pair(self.target, self.assistant)
        ends = self.target.generation_config.eos_token_id
        self.ends: list[int] = [ends] if isinstance(ends, int) else list(ends or ())
        if not self.ends and self.tokenizer.eos_token_id is not None:
            self.ends = [self.tokenizer.eos_token_id]
        self.pad: int = self.tokenizer.pad_token_id or 0

    def _model(self, folder: str, role: str) -> Any:
        # Only safetensors: other weight files are pickles, which may run code.
        model = _read(AutoModelForCausalLM, folder, role, dtype=self.dtype, use_safetensors=True)
        try:
            return model.to(self.device).eval()
        except torch.cuda.OutOfMemoryError as error:
            raise ProblemError(
                Problem(
                    "memory",
                    "There is not enough GPU memory for this model.",
                    cause=str(error).partition("\n")[0],
                    action="Close other programs, choose a smaller model, or run one lane at a time (heats).",
                )
            ) from error

    @property
    def vocabulary(self) -> int:
        return int(self.target.config.get_text_config().vocab_size)

    def describe(self) -> str:
        """Returns what the target is."""
        count = sum(part.numel() for part in self.target.parameters())
        size = f"{count / 1e9:.3g}B" if count >= 1e9 else f"{count / 1e6:.3g}M"
        return f"{type(self.target).__name__} ({size} parameters, {self.dtype_name})"

    def device_name(self) -> str:
        """Returns where it computes, for people."""
        if self.device == "cuda":
            return str(torch.cuda.get_device_name())
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' if threads > 1 else ''}"

    def _count(self, text: str) -> int:
        return len(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def prompt_tokens(self, request: Request) -> list[int]:
        """Returns the prompt's tokens, in the model's chat format unless it is raw."""
        check_prompt(request.prompt)
        tokenizer = self.tokenizer
        bos = tokenizer.bos_token or ""
        text = deep(request, self._count)
        if not request.raw:
            template = chat.template_for(tokenizer.chat_template, str(getattr(self.target.config, "model_type", "")))
            text = chat.render(
                template, text, bos, tokenizer.eos_token or "", thinking=request.thinking, before=request.before
            )
        tokens: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
        if tokenizer.bos_token_id is not None and tokens[:1] != [tokenizer.bos_token_id]:
            tokens = [tokenizer.bos_token_id, *tokens]
        check_length(len(tokens), self.spec.context)
        return tokens

    def close(self) -> None:
        """Gives the memory back."""
        self.target = self.assistant = self.tokenizer = None
        gc.collect()
        if self.device == "cuda":
            torch.cuda.empty_cache()


def _has_gpu() -> bool:
    return bool(torch.cuda.is_available())


def _leave_cudnn_attention() -> None:
    """Takes cuDNN's kernels out of the choice for attention, for both lanes alike.

    cuDNN builds a plan anew for every length of the KV cache that it has not seen, and in a race nearly every pass has
    a new one. Recorded on an H200, such a pass took about 60 ms where one with a known plan took 15 ms. The other
    kernels (flash, memory-efficient, plain) take any length as it comes.
    """
    torch.backends.cuda.enable_cudnn_sdp(False)


def _option(spec: LaneSpec, name: str, known: tuple[str, ...]) -> str:
    value = spec.options.get(name, "")
    if value and value not in known:
        raise ProblemError(
            Problem("option-bad", f"The lane's {name} is {value!r}.", action=f"Use one of: {', '.join(known)}.")
        )
    return value


def _check(spec: LaneSpec) -> None:
    if spec.kind not in (LaneKind.BASELINE, LaneKind.MTP):
        raise ProblemError(
            Problem(
                "kind-unsupported",
                f"The transformers engine has no lane of the kind {spec.kind.value}.",
                action="Use the llama.cpp engine for it.",
            )
        )
    if spec.kind is LaneKind.MTP and not 1 <= spec.k <= MAX_K:
        raise ProblemError(
            Problem("k-range", f"K is {spec.k}, but must be from 1 to {MAX_K}.", action="Choose another K.")
        )
    if spec.draft_min_p > 0:
        raise ProblemError(
            Problem(
                "option-bad",
                "transformers cannot stop drafting at a low confidence with this kind of drafter.",
                action="Leave the confidence limit at 0.",
            )
        )


def _read(kind: Any, name: str, role: str, **settings: Any) -> Any:
    folder = Path(name)
    if not name or not (folder / "config.json").is_file():
        raise ProblemError(
            Problem(
                "file-missing",
                f"There is no {role} folder {name or '(none given)'} with a config.json.",
                action=f"Choose the {role} folder again, or download it.",
            )
        )
    try:
        return kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False, **settings)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ProblemError(
            Problem(
                "model-unreadable",
                f"transformers cannot load the {role} in {folder.name}.",
                cause=f"{type(error).__name__}: {str(error)[:500]}",
                action=f"Download the {role} again, or choose another one.",
                details=str(folder),
            )
        ) from error


def _check_pair(target: Any, assistant: Any) -> None:
    reason = ""
    if not type(assistant).__name__.startswith("Gemma4"):
        reason = f"It is a {type(assistant).__name__}, which has no multi-token prediction for a Gemma 4."
    elif not hasattr(assistant.config, "backbone_hidden_size"):
        reason = "It is a full model, not a drafter."
    else:
        theirs, ours = target.config.get_text_config(), assistant.config
        if ours.backbone_hidden_size != theirs.hidden_size:
            reason = f"It reads {ours.backbone_hidden_size} hidden values, the target has {theirs.hidden_size}."
        elif ours.get_text_config().vocab_size != theirs.vocab_size:
            reason = "Its vocabulary has another size than the target's."
    if reason:
        raise ProblemError(
            Problem(
                "drafter-mismatch",
                "The drafter does not belong to the target.",
                cause=reason,
                action="Choose the drafter that was made for this model.",
            )
        )
