"""``mtp-race article``: races and sweeps as an article for publishing."""

from __future__ import annotations

import argparse

from app.draw.offscreen import ensure_qt
from app.draw.studio import Studio
from app.library.languages import load_language
from app.terminal.environment import OK, Environment


def run(arguments: argparse.Namespace, env: Environment, studio: Studio) -> int:
    """Writes the article and prints where it is. Returns the exit status."""
    language = load_language(env.places.resources, arguments.language)
    ensure_qt()
    where = studio.article(arguments.sources, arguments.to, language, env.heed, film=arguments.film)
    env.say(str(where))
    return OK
