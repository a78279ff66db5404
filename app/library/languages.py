"""The catalogues that come with the app: ``resources/languages/CODE.toml``, one file a language."""

from __future__ import annotations

import tomllib
from pathlib import Path

from app.race.language import ENGLISH, Catalogue, value_names
from app.race.problems import Problem, ProblemError


def load_language(resources: Path, code: str) -> Catalogue:
    """Returns the catalogue of a language.

    Raises:
        ProblemError: there is none, or it is damaged.
    """
    if code == ENGLISH.code:
        return ENGLISH
    known = languages(resources)
    if code not in known:
        action = f"Use one of: {', '.join(known)}."
        raise ProblemError(Problem("language-unknown", f"There is no language {code!r}.", action=action))
    path = resources / "languages" / f"{code}.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        sentences: dict[str, str] = found["sentences"]
        for english, other in sentences.items():
            if value_names(english) != value_names(other):
                raise ValueError(f"{english!r} has other values than its translation")
        return Catalogue(code, found["name"], sentences)
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = Problem("language-file", f"The catalogue {path.name} cannot be read.", f"{error}.")
        raise ProblemError(problem) from error


def languages(resources: Path) -> list[str]:
    """Returns the codes of all languages, English first."""
    return [ENGLISH.code, *sorted(path.stem for path in (resources / "languages").glob("*.toml"))]
