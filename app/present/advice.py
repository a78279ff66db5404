"""What a sweep, a sweep over a condition or a suite advises, as rows: of what, and a sentence or some."""

from __future__ import annotations

from app.present.suite_figures import kind_sentence, saved_words, shown_lane
from app.race.axes import AXES
from app.race.axis_report import axis_sentences
from app.race.suite import SuiteKind, SuiteLane, lane_short, suite_result
from app.race.sweep_result import SweepResult


def advice_rows(result: SweepResult) -> list[tuple[str, str]]:
    """Returns the rows; of a plain sweep one a prompt, in its order."""
    if result.suite:
        return _suite_rows(result)
    if result.axis:
        facts = AXES.get(result.axis)
        return [
            (facts.title if facts else result.axis, " ".join(axis_sentences(result)) or "Nothing was measured yet.")
        ]
    return [(prompt.title.partition(":")[0], prompt.advice) for prompt in result.prompts]


def _suite_rows(result: SweepResult) -> list[tuple[str, str]]:
    suite = suite_result(result)
    rows = [("All prompts", suite.advice)]
    lane = shown_lane(suite)
    if lane is not None:
        rows += [("Why", " ".join(lane.reasons))] if lane.reasons else []
        rows += [(kind.workload.capitalize(), kind_words(lane, kind)) for kind in lane.kinds]
        rows += [("Time", f"{lane_short(lane)}: {saved_words(lane)} over the whole suite.")] if lane.total else []
    if suite.left_out:
        rows.append(("Left out", " ".join(suite.left_out[:3])))
    return rows


def kind_words(lane: SuiteLane, kind: SuiteKind) -> str:
    """Says how one kind of prompt did in a lane, such as ``"10 prompts: wins, median 1.84×"``."""
    said = kind_sentence(lane, kind).partition(": ")[2]
    return f"{kind.prompts} {'prompt' if kind.prompts == 1 else 'prompts'}: {said}"


def advice_warnings(result: SweepResult) -> tuple[str, ...]:
    """Returns what makes all of it less sure, in sentences."""
    return suite_result(result).warnings if result.suite else result.warnings
