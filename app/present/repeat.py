"""The commands that measure a race or a sweep again."""

from __future__ import annotations

import shlex

from app.race.axis_report import axis_prompts
from app.race.lanes import KPolicy, LaneKind
from app.race.sweep_result import SweepResult
from app.race.trace import Header
from app.race.visible import visible

_POLICIES = {KPolicy.COST: "adaptive", KPolicy.HEURISTIC: "heuristic"}


def race_command(header: Header, prompt_file: str) -> str:
    """Returns the command of a race; its prompt is read from ``prompt_file``."""
    request, lanes = header.request, [lane for lane in header.lanes if lane.kind.facts.drafts]
    words = ["mtp-race", "run", "--pair", header.pair, "--prompt-file", prompt_file]
    ks = list(dict.fromkeys(_POLICIES.get(lane.policy, str(lane.k)) for lane in lanes))
    words += ["--k", ",".join(ks)] if ks else []
    drafters = list(dict.fromkeys(lane.kind.facts.word or lane.drafter for lane in lanes))
    if drafters != [LaneKind.MTP.facts.word]:
        words += [part for word in drafters if word for part in ("--drafter", word)]
    words += ["--format", header.format, "--max-tokens", str(request.max_tokens)]
    sampling = request.sampling
    if sampling.temperature:
        words += ["--temperature", f"{sampling.temperature:g}", "--top-k", str(sampling.top_k)]
        words += ["--top-p", f"{sampling.top_p:g}", "--seed", str(sampling.seed)]
    if header.lanes:
        words += ["--engine", header.lanes[0].engine]
    if request.concurrency > 1:
        words += ["--concurrency", str(request.concurrency)]
    return shlex.join(visible(word, 4000) for word in words)


def sweep_command(result: SweepResult) -> str:
    """Returns the command of a sweep."""
    cells = [cell for prompt in result.prompts for cell in prompt.cells]
    ks = dict.fromkeys(_POLICIES.get(cell.policy, str(cell.k)) for cell in cells)
    names = list(axis_prompts(result)) if result.axis else [prompt.prompt for prompt in result.prompts]
    words = ["mtp-race", "sweep", "--pair", result.pair, "--prompts", ",".join(names), "--k", ",".join(ks)]
    values = ",".join(dict.fromkeys(row.condition for row in result.prompts))
    words += ["--over", f"{result.axis}={values}"] if result.axis else []
    return shlex.join(visible(word, 4000) for word in words)
