"""The words of lanes, ends and formats, each once: whatever shows a race takes them here."""

from __future__ import annotations

from typing import Final

from app.race.events import Finish
from app.race.explain import Split
from app.race.formats import recorded_format
from app.race.lanes import LaneSpec, k_words
from app.race.language import say
from app.race.prompts import CUSTOM
from app.race.sweep_words import NONE as NONE
from app.race.verdict import TokenVerdict

END_WORDS: Final = {
    Finish.END: "finished",
    Finish.LENGTH: "token limit",
    Finish.CONTEXT: "context full",
    Finish.STOPPED: "stopped",
    Finish.NEWER: "ended",
}
FAILED: Final = "failed"
TOKEN_TONES: Final = {
    TokenVerdict.IDENTICAL: "good",
    TokenVerdict.NEAR_TIE_FORK: "warn",
    TokenVerdict.FORK: "bad",
    TokenVerdict.UNKNOWN: "faint",
}
"""The sign of each token verdict: a colour of the look, and a shape, so that neither stands alone."""
BEHAVIOUR_TONES: Final = {
    "same": "good",
    "different": "bad",
    "not comparable": "warn",
    "not run": "faint",
}
"""The sign of each behaviour verdict, by its value: the window starts without what runs programs."""


def first_line(lanes: int) -> str:
    """Returns what somebody reads who never heard of MTP, above ``lanes`` lanes that have not raced yet."""
    if lanes == 2:
        return (
            "The same model, twice. The right one has a small helper that guesses ahead: multi-token prediction (MTP)."
        )
    return f"The same model, {lanes} times: alone, and with helpers that guess ahead."


FIRST_RACE: Final = "about 5 seconds, nothing to download"
"""Stands under Race at the first start, with the built-in model."""
TINY_NOTE: Final = (
    "The built-in model is tiny: it writes what it was trained on. For a prompt of your own take a real one."
)
"""Stands beside a prompt of the user's own for the built-in model."""
_HARD: Final = ("stocks",)
"""Prompts of the app that the built-in model was not trained for."""


def tiny_note(prompt: str) -> str:
    """Returns what is to be known of the built-in model's answers to the prompt of that name; empty if nothing."""
    if prompt == CUSTOM:
        return TINY_NOTE
    return TINY_NOTE.replace("a prompt of your own", "this one") if prompt in _HARD else ""


def way(spec: LaneSpec) -> str:
    """Returns how a lane decodes, in a few words."""
    return spec.kind.facts.way.format(k=k_words(spec))


def way_short(spec: LaneSpec) -> str:
    """Returns how a lane decodes, where there is little room."""
    return spec.kind.facts.way_short.format(k=k_words(spec))


def way_long(spec: LaneSpec) -> str:
    """Returns how a lane decodes, in whole sentences."""
    return spec.kind.facts.way_long.format(k=k_words(spec))


def format_title(name: str) -> str:
    """Returns the name of a race format for people; that of one of a newer version as it stands in the trace."""
    return say(recorded_format(name).title)


def format_note(name: str) -> str:
    """Returns what the numbers of a race format are worth; empty if the format is unknown."""
    return say(recorded_format(name).note) if recorded_format(name).note else ""


def format_words(name: str) -> str:
    """Returns the format with what its numbers are worth."""
    return say(": ").join(part for part in (format_title(name), format_note(name)) if part)


def rate_unit(requests: int) -> str:
    """Returns the unit of the rates that are shown, which are those of all requests together."""
    return "tok/s" if requests == 1 else say("tok/s, all {count} requests", count=requests)


def rate_name(requests: int) -> str:
    """Returns what the rates that are shown are called."""
    return say("Decode rate") if requests == 1 else say("Rate of all {count} requests", count=requests)


def requests_note(requests: int) -> str:
    """Returns what the numbers of several requests at once are; empty for one."""
    if requests == 1:
        return ""
    return say(
        "{count} requests at once, all with this prompt. One is shown; rates and the ratio are those of all of them "
        "together.",
        count=requests,
    )


def ratio_text(ratio: float | None) -> str:
    """Returns a ratio as it is shown, such as ``"1.49×"``."""
    return NONE if ratio is None else f"{ratio:.2f}×"


def split_text(split: Split) -> str:
    """Returns where the time of a token goes: its sum, and of a lane that drafts the parts that can be seen."""
    total = f"{split.total_ns / 1e6:.1f} ms a token"
    if not split.draft_ns:
        return total
    return f"{' + '.join(f'{name} {part / 1e6:.1f}' for name, part in split_parts(split))} = {total}"


def split_parts(split: Split) -> list[tuple[str, float]]:
    """Returns the parts of a token's time that would not read 0.0: names, and ns."""
    parts = [("draft", split.draft_ns), ("verify", split.verify_ns), ("other", split.other_ns)]
    return [(name, part) for name, part in parts if part >= 50_000] or parts[1:2]
