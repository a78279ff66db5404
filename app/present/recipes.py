"""What to type elsewhere: the advised K in each program's own word. One table; every face takes the text from it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from app.library.sweeps import FILE, load_sweep
from app.library.traces import open_trace
from app.present.view import RaceView
from app.race.advised import Advised, advised_by_sweep
from app.race.lanes import KPolicy, LaneKind
from app.race.problems import Problem, ProblemError
from app.race.trace import Trace
from app.race.visible import visible


class Recipe(msgspec.Struct, frozen=True):
    """How one program is told.

    Attributes:
        name: As on the command line.
        title: For people.
        word: The program's own word for K.
        opens: What it opens: ``"gguf"``, ``"folder"`` or ``"other"``.
        on: The text for a target, a drafter and a K; the drafter is empty for a head in the target's file.
        off: The text without drafting.
        note: What else to know; empty for nothing.
    """

    name: str
    title: str
    word: str
    opens: str
    on: Callable[[str, str, int], str]
    off: Callable[[str], str]
    note: str = ""


def _words(*words: str) -> str:
    """A command line, quoted for a shell where that is needed."""
    return shlex.join(words)


def _llama(program: str) -> tuple[Callable[[str, str, int], str], Callable[[str], str]]:
    def on(target: str, drafter: str, k: int) -> str:
        files = ("-m", target, "-md", drafter) if drafter else ("-m", target)
        return _words(program, *files, "--spec-type", "draft-mtp", "--spec-draft-n-max", str(k))

    return on, lambda target: _words(program, "-m", target, "--spec-type", "none")


def _vllm(target: str, drafter: str, k: int) -> str:
    settings = {"method": "mtp", **({"model": drafter} if drafter else {}), "num_speculative_tokens": k}
    return _words("vllm", "serve", target, "--speculative-config", msgspec.json.encode(settings).decode())


def _sglang(target: str, drafter: str, k: int) -> str:
    drafts = ("--speculative-draft-model-path", drafter) if drafter else ()
    algorithm = "FROZEN_KV_MTP" if drafter else "NEXTN"
    steps = ("--speculative-num-steps", str(k), "--speculative-eagle-topk", "1")
    words = ("--speculative-algorithm", algorithm, *drafts, *steps, "--speculative-num-draft-tokens", str(k + 1))
    return _words("python", "-m", "sglang.launch_server", "--model-path", target, *words)


def _modelfile(target: str, drafter: str, k: int) -> str:
    drafts = [f"DRAFT ./{drafter}"] if drafter else []
    return "\n".join([f"FROM ./{target}", *drafts, f"PARAMETER draft_num_predict {k}"])


def _lmstudio(target: str, drafter: str, k: int) -> str:
    return f"Model: {target}\nSpeculative decoding, draft model: {drafter or target}\nMax draft size: {k}"


def _mlx(target: str, drafter: str, k: int) -> str:
    drafts = ("--draft-model", drafter, "--draft-kind", "mtp") if drafter else ("--draft-kind", "mtp")
    size = ("--draft-block-size", str(k + 1))
    return _words("python", "-m", "mlx_vlm.generate", "--model", target, *drafts, *size, "--temperature", "0")


def _transformers(target: str, drafter: str, k: int) -> str:
    return "\n".join(
        [
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f"tokenizer = AutoTokenizer.from_pretrained({target!r})",
            f"target = AutoModelForCausalLM.from_pretrained({target!r})",
            f"assistant = AutoModelForCausalLM.from_pretrained({drafter!r})",
            f"assistant.generation_config.num_assistant_tokens = {k}",
            'assistant.generation_config.num_assistant_tokens_schedule = "constant"',
            'inputs = tokenizer("Hello", return_tensors="pt")',
            "target.generate(**inputs, assistant_model=assistant, do_sample=False)",
        ]
    )


def _transformers_off(target: str) -> str:
    return "\n".join(
        [
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f"tokenizer = AutoTokenizer.from_pretrained({target!r})",
            f"target = AutoModelForCausalLM.from_pretrained({target!r})",
            'target.generate(**tokenizer("Hello", return_tensors="pt"), do_sample=False)',
        ]
    )


def _litert(target: str, switch: str) -> str:
    return _words("litert-lm", "run", target, f"--enable-speculative-decoding={switch}")


RECIPES: Final = (
    Recipe("llama-server", "llama-server", "--spec-draft-n-max", "gguf", *_llama("llama-server")),
    Recipe("llama-cli", "llama-cli", "--spec-draft-n-max", "gguf", *_llama("llama-cli")),
    Recipe("vllm", "vLLM", "num_speculative_tokens", "folder", _vllm, lambda target: _words("vllm", "serve", target)),
    Recipe(
        "sglang",
        "SGLang",
        "--speculative-num-steps",
        "folder",
        _sglang,
        lambda target: _words("python", "-m", "sglang.launch_server", "--model-path", target),
        "Its --speculative-num-draft-tokens is the block size, K + 1.",
    ),
    Recipe(
        "ollama",
        "Ollama (Modelfile)",
        "draft_num_predict",
        "gguf",
        _modelfile,
        lambda target: f"FROM ./{target}\nPARAMETER draft_num_predict 0",
    ),
    Recipe(
        "lmstudio",
        "LM Studio (fields of the model's settings)",
        "Max draft size",
        "gguf",
        _lmstudio,
        lambda target: f"Model: {target}\nSpeculative decoding: off",
    ),
    Recipe(
        "mlx-vlm",
        "mlx-vlm",
        "--draft-block-size, K + 1",
        "folder",
        _mlx,
        lambda target: _words("python", "-m", "mlx_vlm.generate", "--model", target, "--temperature", "0"),
    ),
    Recipe(
        "transformers",
        "transformers (Python)",
        "num_assistant_tokens",
        "folder",
        _transformers,
        _transformers_off,
        "K is set on the assistant: given to generate() it is ignored.",
    ),
    Recipe(
        "litert-lm",
        "LiteRT-LM",
        "none: the drafter and its K are inside the .litertlm file",
        "other",
        lambda target, drafter, k: _litert(target, "true"),
        lambda target: _litert(target, "false"),
    ),
)
"""The one table of programs."""


class MadeRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe for one pair, ready to copy.

    Attributes:
        program: The program's name in the table; ``title`` for people.
        text: What to type.
        k: The advised K; 0 for off.
        word: The program's own word for it.
        reason: Why this K, or why to leave it off.
        notes: What else to know, in sentences.
    """

    program: str
    title: str
    text: str
    k: int
    word: str
    reason: str
    notes: tuple[str, ...] = ()


def find_recipe(name: str) -> Recipe:
    """Returns the recipe of a program. Raises :class:`ProblemError` if there is none of that name."""
    found = next((recipe for recipe in RECIPES if recipe.name == name), None)
    if found is None:
        known = ", ".join(recipe.name for recipe in RECIPES)
        raise ProblemError(Problem("recipe-unknown", f"There is no recipe for {name!r}.", action=f"Use: {known}."))
    return found


def make_recipe(recipe: Recipe, advised: Advised) -> MadeRecipe:
    """Returns what to type into one program for what was advised."""
    notes = [recipe.note] if recipe.note and advised.k else []
    raced = "gguf" if advised.target.lower().endswith(".gguf") else "folder"
    if recipe.opens != raced:
        form = {"gguf": "a GGUF file", "folder": "a folder of safetensors", "other": "a .litertlm file"}[recipe.opens]
        notes.append(f"{recipe.title} opens {form}: put its name in place of {advised.target}.")
    if advised.adaptive and advised.k:
        notes.append(f"The race chose K as it went, up to {advised.k}; here it is fixed.")
    reason = advised.reason if advised.k else f"Leave it off. {advised.reason}"
    target, drafter = visible(advised.target), visible(advised.drafter)  # Whoever pastes it runs these two and no more.
    text = recipe.on(target, drafter, advised.k) if advised.k else recipe.off(target)
    return MadeRecipe(
        program=recipe.name,
        title=recipe.title,
        text=text,
        k=advised.k,
        word=recipe.word,
        reason=reason,
        notes=tuple(notes),
    )


def advised_by(path: Path) -> Advised:
    """Returns what a stored result advises: a trace, or the folder of a sweep or suite.

    Raises:
        ProblemError: it cannot be read, or what won is no MTP drafter.
    """
    if not path.is_dir() and path.suffix.lower() != ".json":
        return advised_by_race(open_trace(path))
    sweep = load_sweep(path)
    folder = path if path.is_dir() else path.parent
    names = [name for prompt in sweep.prompts for cell in prompt.cells for name in cell.traces]
    return advised_by_sweep(sweep, _drafter(folder, names))


def _drafter(folder: Path, traces: list[str]) -> str:
    """The name of the drafter's file, from the first heat: a trace names it, a sweep does not."""
    for name in traces[:1]:
        # A name out of a file leads nowhere but into the folder of that file.
        if Path(name).name == name and name != FILE:
            lanes = open_trace(folder / name).header.lanes
            return next((lane.drafter for lane in lanes if lane.kind is LaneKind.MTP), "")
    return ""


def advised_by_race(trace: Trace) -> Advised:
    """Returns what a recorded race advises; see :func:`advised_by_view`."""
    return advised_by_view(RaceView.of(trace))


def advised_by_view(view: RaceView) -> Advised:
    """Returns what a race that is over advises: the K of the lane that won, or to leave the drafter off.

    Raises:
        ProblemError: what won is no MTP drafter, which these programs would need other words for.
    """
    result = view.result
    lanes = view.header.lanes
    winner = lanes[result.lane] if 0 <= result.lane < len(lanes) else None
    target = lanes[0].target if lanes else ""
    drafter = next((lane.drafter for lane in lanes if lane.kind is LaneKind.MTP), "")
    if winner is None or not winner.kind.facts.drafts:
        return Advised(k=0, reason=result.told, target=target, drafter=drafter)
    if winner.kind is not LaneKind.MTP:
        raise ProblemError(
            Problem(
                "recipe-kind",
                f"The winner drafts with {winner.kind.facts.phrase}, and recipes are for MTP drafters.",
                action="Give a race in which MTP wins, or a sweep.",
            )
        )
    adaptive = winner.policy is not KPolicy.FIXED
    return Advised(k=winner.k, reason=result.told, target=target, drafter=winner.drafter, adaptive=adaptive)


def llama_command(view: RaceView) -> str:
    """Returns what to type into llama-server after a race; empty before its end, and where nothing can be advised."""
    if not view.over or view.result.ratio is None:
        return ""
    try:
        return make_recipe(RECIPES[0], advised_by_view(view)).text
    except ProblemError:
        return ""
