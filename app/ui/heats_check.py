"""How sure the result of a race in heats is: judged in the background once all heats are run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from app.places import Places
from app.present.view import RaceView
from app.race.heats import Heats, race_heats_summary
from app.ui.tasks import Tasks, in_thread
from app.ui.winner_card import WinnerCard


class HeatsCheck(QObject):
    """Lays the chess-clock races on record beside the heats, and tells the winner card how many notes there are."""

    def __init__(self, winner: WinnerCard, places: Places | None, parent: QObject) -> None:
        super().__init__(parent)
        self._winner, self._places = winner, places
        self._heats: Heats | None = None
        self.summary: dict[str, Any] | None = None
        self._tasks = Tasks(self)

    def show_view(self, view: RaceView) -> None:
        """Judges the race if it is one in heats that is over; another moment of the same race is not judged again."""
        heats = view.heats if view.over else None
        if heats is None:
            self._winner.set_notes(None)
        elif heats is not self._heats:
            self._heats, self.summary = heats, None
            self._tasks.start(self._judge(heats), name="judge", doing="the heats were judged")
        elif self.summary is not None:
            self._winner.set_notes(len(notes(self.summary)))

    def forget(self) -> None:
        """Another race is shown."""
        self._tasks.cancel("judge")
        self._heats = self.summary = None
        self._winner.set_notes(None)

    async def _judge(self, heats: Heats) -> None:
        found = await in_thread(lambda: _judged(heats, self._places))
        if found:
            self.summary = found
            self._winner.set_notes(len(notes(found)))


def notes(summary: dict[str, Any]) -> list[str]:
    """The warnings of all lanes, each once."""
    return list(dict.fromkeys(item for lane in summary["lanes"].values() for item in lane["warnings"]))


def _judged(heats: Heats, places: Places | None) -> dict[str, Any]:
    if places is not None:
        from app.library.records import recorded_clocks

        heats.clocks = recorded_clocks(places.races, heats.header)
    return race_heats_summary(heats)
