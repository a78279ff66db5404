"""Who races against the baseline: from the words of the command line, or a file that was chosen, to contenders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from app.models.files.info import kind_of_file, match_kind
from app.models.files.local import read_model
from app.models.pairs import Pair, source_path
from app.models.shelf.availability import Ready, availability
from app.places import Places
from app.race.lanes import MAX_CONTENDERS, Contender, LaneKind
from app.race.problems import Problem, ProblemError
from app.worker.lane_specs import check_kind

WORDS: Final = {kind.facts.word: kind for kind in LaneKind if kind.facts.word}
"""The drafters that have a word of their own; anything else is a file."""


def make_contenders(
    ks: Sequence[Contender], drafters: Sequence[str], pair: Pair, places: Places, engine: str = ""
) -> tuple[Contender, ...]:
    """Returns every K with every drafter.

    Args:
        ks: Contenders with the pair's own drafter.
        drafters: Words such as ``"mtp"`` and ``"lookup"``, kinds of drafters that the pair has, or paths of model
            files; none means the pair's own.
        engine: Registry name; empty takes the pair's first.

    Raises:
        ProblemError: a file is no drafter for this pair, the engine cannot race it, or they are too many.
    """
    kinds = [find_drafter(word, pair, places) for word in dict.fromkeys(drafters or (LaneKind.MTP.facts.word,))]
    for kind, _ in kinds:
        check_kind(engine or pair.engines[0], kind)
    made = tuple(msgspec.structs.replace(k, kind=kind, drafter=path) for kind, path in kinds for k in ks)
    if len(made) > MAX_CONTENDERS:
        raise ProblemError(
            Problem(
                "lanes-many",
                f"{len(made)} lanes were asked for, and at most {MAX_CONTENDERS} can race against the baseline.",
                cause="Every K is raced with every drafter.",
                action="Name fewer of them.",
            )
        )
    return made


def find_drafter(word: str, pair: Pair, places: Places) -> tuple[LaneKind, str]:
    """Returns what a drafter is: its kind, and its path if it is a file. Reads the heads of model files.

    A word may be written in small or capital letters: ``"mtp"``, or ``"EAGLE3"`` where the pair has such a drafter,
    which its file's name stands for too.

    Raises:
        ProblemError: the file cannot be read, or drafts for another model.
    """
    if word.lower() in WORDS:
        return WORDS[word.lower()], ""
    own = {kind.value: source_path(source, places) for kind, source in pair.drafters.by_kind.items()}
    named = own | {path.name: path for path in own.values()}
    path = named.get(word.lower()) or Path(word).expanduser().absolute()
    found = availability(pair, places)
    if not isinstance(found, Ready):
        raise ProblemError(Problem("pair-missing", f"{pair.title} cannot race here yet.", found.reason, found.action))
    drafter = read_model(path)
    if isinstance(drafter, Problem):
        advice = f"Give {', '.join((*WORDS, *own))}, or a model file."
        raise ProblemError(drafter if drafter.action else msgspec.structs.replace(drafter, action=advice))
    target = read_model(found.target_path)
    if isinstance(target, Problem):
        raise ProblemError(target)
    kind = kind_of_file(drafter)
    fits = match_kind(kind, target, drafter)
    if not fits.fits:
        raise ProblemError(
            Problem(
                "drafter-refused",
                f"{path.name} cannot draft for {pair.title}.",
                cause=fits.reason,
                action="Choose a drafter that was made for it, or a small model with the same vocabulary.",
                details=f"{found.target_path}\n{path}",
            )
        )
    return kind, str(path)
