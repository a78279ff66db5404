"""The numbers of a sweep and how they were measured, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.present.advice import advice_warnings
from app.present.figures import machine_text
from app.race.language import say
from app.race.sweep_result import Cell, PromptResult, SweepResult, known
from app.race.sweep_words import NONE, k_name, listed, policy_word, span_words

_OTHER_SCRIPTS: Final = frozenset(("ar", "el", "fa", "he", "hi", "ja", "ko", "ru", "th", "uk", "zh"))
"""Languages in scripts whose tokens hold other amounts of text than those of English: rates stand in characters too."""
SWEEP_QUESTION: Final = "How many tokens should the drafter guess each round?"
SWEEP_INTRO: Final = (
    "A sweep races several K against one baseline, on several kinds of text, and says which one pays on this machine."
)
SWEEP_GIVES: Final = (
    "The speedup of each K, with its 95 % interval",
    "How often each draft token is accepted, and what checking it costs",
    "One sentence for each kind of text: which K to use",
)
"""What stands where nothing was swept yet."""


def lane_word(cell: Cell) -> str:
    """Returns how a lane is named on an axis: its K, or its policy."""
    return policy_word(cell.policy, cell.k)


def cell_words(result: SweepResult, cell: Cell) -> str:
    """Says what was measured of one lane on one prompt, in lines."""
    title = next((item.title for item in result.prompts if item.prompt == cell.prompt), cell.prompt)
    lines = [f"{title} · {cell.title}"]
    if known(cell.speedup.ratio if cell.speedup else None) and cell.speedup:
        lines.append(f"{cell.speedup.ratio:.2f}× the baseline, {_interval_line(cell)}")
    if cell.decode_tps:
        lines.append(f"{cell.decode_tps:.1f} tokens a second")
    row = next((item for item in result.prompts if item.prompt == cell.prompt), None)
    if row is not None and row.language in _OTHER_SCRIPTS and row.characters_per_token and cell.decode_tps:
        lines.append(f"{cell.decode_tps * row.characters_per_token:.1f} characters a second")
    if cell.joules_per_token is not None and cell.watts is not None:
        lines.append(f"{cell.joules_per_token:.3g} J a token, {cell.watts:.1f} W")
    if cell.accepted_per_round is not None:
        lines.append(f"{cell.accepted_per_round:.2f} of {cell.mean_k:.1f} draft tokens accepted a round")
    if known(cell.predicted):
        lines.append(f"predicted {cell.predicted:.2f}×")
    if cell.forks:
        lines.append(f"another text than the baseline in {cell.forks} of {cell.forks + cell.identical} heats")
    return "\n".join([*lines, *cell.warnings])


def crowded_words(marks: Sequence[tuple[str, int]]) -> str:
    """Names other machines whose marks have no room for their name: (machine, K) each."""
    ks: dict[str, list[int]] = {}
    for name, k in sorted(set(marks), key=lambda mark: mark[1]):
        ks.setdefault(name, []).append(k)
    return "also " + ", ".join(f"{name} (K = {', '.join(map(str, found))})" for name, found in ks.items())


def _interval_line(cell: Cell) -> str:
    """Says the interval of a cell, or that there is none."""
    span = interval_words(cell)
    return "one heat, so no interval" if span == NONE else f"95 % interval {span}"


def best_cell(prompt: PromptResult) -> Cell | None:
    """Returns the cell that is advised; None if the intervals support none."""
    return next((cell for cell in prompt.cells if cell.lane == prompt.best), None)


def best_words(prompt: PromptResult) -> str:
    """Returns the advised lane in a word or two."""
    cell = best_cell(prompt)
    if cell is None:
        return "none is sure"
    return cell_name(cell)


def cell_name(cell: Cell) -> str:
    """Returns a lane of a sweep in a word or two, such as ``"K = 3"``."""
    return k_name(cell.policy, cell.k)


def speedup_words(cell: Cell | None) -> str:
    """Returns the speedup of a cell, a dash without one."""
    return f"{cell.speedup.ratio:.2f}×" if cell and cell.speedup and known(cell.speedup.ratio) else "–"


def interval_words(cell: Cell | None) -> str:
    """Returns the interval of a cell, a dash without one."""
    return span_words(cell.speedup if cell else None)


def rate_words(prompt: PromptResult) -> str:
    """Returns the baseline's rate."""
    return f"{prompt.baseline_tps:.1f} tok/s" if prompt.baseline_tps else "–"


def same_words(prompt: PromptResult) -> str:
    """Returns in how many heats the advised lane wrote the baseline's tokens."""
    cell = best_cell(prompt)
    return same_count(cell) if cell else "–"


def same_count(cell: Cell) -> str:
    """Returns in how many heats a lane wrote the baseline's tokens, a dash if that is not known."""
    count = cell.identical + cell.forks
    return say("{same} of {count}", same=cell.identical, count=count) if count else "–"


def lanes_words(result: SweepResult) -> str:
    """Returns which lanes were raced, such as ``"K = 1, 2, 3 and adaptive"``."""
    cells = [cell for prompt in result.prompts for cell in prompt.cells]
    fixed = [str(k) for k in sorted({cell.k for cell in cells if cell.policy.value == "fixed"})]
    words = [*fixed, *dict.fromkeys(say(lane_word(cell)) for cell in cells if cell.policy.value != "fixed")]
    if not words:
        return ""
    return f"K = {listed(words)}" if fixed else listed(words)


def conditions(result: SweepResult) -> list[tuple[str, str]]:
    """Returns how the numbers were measured: a name and a text each."""
    found = [
        (say("Format"), say("Heats: every lane alone, in turns, against one shared baseline")),
        (say("Heats"), _heats(result)),
        (say("Lanes"), lanes_words(result)),
        (say("Model"), result.pair_title or result.pair),
        (say("Engine"), result.engine),
        (say("Machine"), machine_text(result.machine)),
        (say("Measured"), " ".join(part for part in (result.created[:10], _version(result)) if part)),
    ]
    return [(name, text) for name, text in found if text]


def note(result: SweepResult) -> str:
    """Returns what is wrong with the sweep as a whole, empty if nothing is."""
    if result.heats < result.planned:
        return f"{result.heats} of up to {result.planned} heats were run."
    return next(iter(advice_warnings(result)), "")


def _version(result: SweepResult) -> str:
    return say("with MTP Race {version}", version=result.app_version) if result.app_version else ""


def _heats(result: SweepResult) -> str:
    one = len(result.prompts) == 1
    sentence = "{heats} on {count} prompt" if one else "{heats} on {count} prompts"
    return say(sentence, heats=result.heats, count=len(result.prompts))


def prompt_rows(prompt: PromptResult) -> list[list[str]]:
    """Returns the table of a prompt as such are published: a head, the baseline, and each lane."""
    head = ["K", "tok/s", say("Speedup"), say("95 % interval"), say("Accepted per round"), say("Predicted")]
    rows = [[*head, say("Same tokens")], [say("Baseline"), _number(prompt.baseline_tps or None), "1.00×", *"–" * 4]]
    for cell in prompt.cells:
        accepted = cell.accepted_per_round
        rows.append(
            [
                say(lane_word(cell)),
                _number(cell.decode_tps or None),
                speedup_words(cell),
                interval_words(cell),
                "–" if accepted is None else f"{accepted:.2f}",
                f"{cell.predicted:.2f}×" if cell.predicted is not None and known(cell.predicted) else "–",
                same_count(cell),
            ]
        )
    return rows


def position_rows(prompt: PromptResult) -> list[list[str]]:
    """Returns the share of rounds in which each draft position was accepted, a row for each lane; empty if untold."""
    most = max((len(cell.position_rates) for cell in prompt.cells), default=0)
    if not most:
        return []
    head = ["K", *(say("Position {number}", number=at + 1) for at in range(most))]
    rows = [
        [say(lane_word(cell)), *(f"{rate:.1%}" if known(rate) else "–" for rate in cell.position_rates)]
        for cell in prompt.cells
    ]
    return [head, *([*row, *["–"] * (most + 1 - len(row))] for row in rows)]


def best_sentence(prompt: PromptResult) -> str:
    """Says which lane is advised on a prompt and by how much, no surer than the intervals are."""
    cell = best_cell(prompt)
    if cell is None or cell.speedup is None:
        return say("{prompt}: no lane is surely faster than the baseline.", prompt=prompt.title)
    values = {"prompt": prompt.title, "lane": cell_name(cell), "ratio": speedup_words(cell)}
    span = interval_words(cell)
    if span == NONE:
        return say("{prompt}: {lane}, {ratio} the baseline's rate.", **values)
    return say("{prompt}: {lane}, {ratio} the baseline's rate (95 % interval {span}).", span=span, **values)


def _number(value: float | None) -> str:
    return "–" if value is None or not known(value) else f"{value:.1f}"
