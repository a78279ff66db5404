"""How a recorded race or sweep is called where the user gave it no name, and what is said when one ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from app.present.advice import advice_rows
from app.present.view import RaceView
from app.race.axes import AXES
from app.race.prompts import CUSTOM
from app.race.sweep_result import SweepResult
from app.race.trace import Header

_AUTOMATIC: Final = re.compile(r"^\d{8}-\d{6}-")
_LONGEST: Final = 60


def is_automatic(stem: str) -> bool:
    """Returns whether a file's name is one that the app made, which says nothing to people."""
    return _AUTOMATIC.match(stem) is not None


def race_name(header: Header, titles: Mapping[str, str]) -> str:
    """Returns what a race is called: its prompt's title, or the first words of the user's own prompt.

    Args:
        header: Of the trace.
        titles: Titles of the prompts that come with the app, by name.
    """
    if header.prompt_name == CUSTOM:
        return first_words(header.request.prompt) or "Your prompt"
    return titles.get(header.prompt_name, header.prompt_name) or header.pair_title or header.pair or "A race"


def dated_name(name: str, created: str) -> str:
    """Returns a race's name with its day and time, which tell races of one prompt apart."""
    when = local_time(created)
    return f"{name} · {when.day} {when:%b %Y, %H:%M}" if when else name


def sweep_name(result: SweepResult) -> str:
    """Returns what a sweep is called: when it was run, of what, and on which prompts."""
    when = local_time(result.created)
    parts = (when.strftime("%d %b %Y, %H:%M") if when else "", result.pair_title or result.pair, _rows(result))
    return " · ".join(part for part in parts if part) or "A sweep"


def _rows(result: SweepResult) -> str:
    """What the rows of a sweep are, in a few words."""
    if result.suite:
        return f"{result.suite}, {len(result.prompts)} prompts"
    if result.axis:
        facts = AXES.get(result.axis)
        values = ", ".join(dict.fromkeys(row.condition for row in result.prompts))
        return f"{facts.title if facts else result.axis} {values}"
    return ", ".join(item.title.partition(":")[0] for item in result.prompts)


def last_sweep(result: SweepResult) -> str:
    """Returns what is said above a sweep that was opened by itself."""
    return f"The last sweep: {sweep_name(result)}"


def first_words(text: str) -> str:
    """Returns the begin of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rsplit(' ', 1)[0]}…"


def local_time(created: str) -> datetime | None:
    """Returns a time of a trace or sweep as the clock on the wall showed it here; None if it is none."""
    try:
        return datetime.fromisoformat(created).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def day_name(day: date | None, today: date) -> str:
    """Returns what a day is called above the races of it."""
    if day is None:
        return "On a day that is not known"
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A}, {day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def samples_name(count: int) -> tuple[str, str]:
    """Returns what the races that come with the app are called together, and what they are."""
    title = f"{count} samples" if count != 1 else "1 sample"
    return title, "Recorded on other machines"


def race_ended(view: RaceView) -> str:
    """Returns what is said of a race that ended while the user looked elsewhere."""
    return view.result.sentence or "The race ended without a result."


def sweep_ended(result: SweepResult) -> str:
    """Returns what is said of a sweep that ended while the user looked elsewhere."""
    if not result.heats:
        return "The sweep ended without a result."
    advice = next((said for _, said in advice_rows(result) if said), "")
    return f"The sweep is done after {result.heats} {'heat' if result.heats == 1 else 'heats'}. {advice}".strip()
