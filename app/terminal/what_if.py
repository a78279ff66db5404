"""``mtp-race show TRACE --what-if``: what other K and other policies would have run at, in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from app.present.view import RaceView
from app.present.words import ratio_text
from app.race.policies_here import forecast_words
from app.race.problems import Problem
from app.race.whatif import cost_sentence, ground_words, prediction_words
from app.terminal.environment import FAILED, OK, Environment

_WIDTH = 80


def show_what_if(view: RaceView, env: Environment) -> int:
    """Prints the predictions of the window's What if, and those of policies. Returns the exit status."""
    found = view.ground()
    if found is None:
        env.complain(
            Problem(
                "what-if-unknown",
                "This race does not allow a what-if.",
                cause="Its lanes do not tell how long drafting and verifying took, or none of them drafted.",
                action="Race on llama.cpp or transformers.",
            )
        )
        return FAILED
    console = env.result_console(_WIDTH)
    console.print(Text(prediction_words(found, found.acceptance, found.k)))
    console.print(Text(cost_sentence(found.costs, found.k)))
    table = Table("K", "at this acceptance", box=None, header_style="dim")
    for item in found.measured_curve():
        if found.costs.measured(item.k):
            table.add_row(str(item.k), ratio_text(item.speedup))
    console.print(table)
    policies = view.forecasts(found)
    if policies:
        console.print(Text(forecast_words(policies)))
        table = Table("replayed", "forecast", "raced", box=None, header_style="dim")
        for policy in policies:
            table.add_row(policy.name, ratio_text(policy.speedup), ratio_text(policy.measured or None))
        console.print(table)
    console.print(Text(ground_words(found, view.header.pair)))
    return OK
