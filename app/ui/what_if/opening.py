"""Opens the what-if of a race: at once with what the race showed, then with passes measured alone, if any are kept."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.places import Places
from app.present.view import RaceView
from app.race.events import PassCosts
from app.race.lanes import LaneKind
from app.race.policies_here import forecast_words
from app.race.trace import Header
from app.ui.tasks import Tasks, in_thread
from app.ui.theme import Theme
from app.ui.what_if.dialog import WhatIfDialog
from app.worker.pass_costs import PassCostStore


def open_what_if(theme: Theme, view: RaceView, places: Places | None, window: QWidget) -> None:
    """Opens the dialog over ``window``; a race that does not time the parts of its rounds opens none."""
    found = view.ground()
    if found is None:
        return
    header = view.header
    title = " \u00b7 ".join(part for part in (header.pair_title or header.pair, header.prompt_name) if part)
    dialog = WhatIfDialog(theme, found, title, header.pair, window, forecast_words(view.forecasts(found)))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    if places is None:
        return
    context = _middle(view)

    async def show() -> None:
        pass_costs = await in_thread(lambda: kept_pass_costs(header, places, context))
        better = view.ground(pass_costs) if pass_costs is not None else None
        if better is not None:
            dialog.show_ground(better, forecast_words(view.forecasts(better)))

    Tasks(dialog).start(show(), name="pass costs", doing="the kept measurements were read")


def kept_pass_costs(header: Header, places: Places, context: int) -> PassCosts | None:
    """Returns what was measured alone for the race's MTP drafter, at the context nearest to ``context``."""
    lanes = [lane for lane in header.lanes if lane.kind is LaneKind.MTP]
    if not lanes:
        return None
    return PassCostStore.of(places).get(msgspec.structs.replace(header, lanes=tuple(lanes[:1])), context)


def _middle(view: RaceView) -> int:
    """Tokens in the KV cache in the middle of the run."""
    states = [lane.state for lane in view.contenders]
    return max(
        (state.count // 2 + (state.prefilled.prompt_tokens if state.prefilled else 0) for state in states), default=0
    )
