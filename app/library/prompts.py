"""The prompts that come with the app."""

from __future__ import annotations

from app.places import Places
from app.race.prompts import Prompt, read_prompts

_ORDER = ("code", "pandas", "english", "japanese", "haiku", "json")


def load_prompts(places: Places) -> list[Prompt]:
    """Returns the prompts of the app's resources, the best known first.

    Raises:
        ProblemError: a prompt file cannot be read as one.
    """
    files = {path.stem: path for path in sorted((places.resources / "prompts").glob("*.toml"))}
    names = sorted(files, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return read_prompts((name, files[name].read_text(encoding="utf-8")) for name in names)
