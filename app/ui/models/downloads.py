"""The downloads of the window: they go on whatever tab is shown, several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.boundary.unexpected import problem_of
from app.models.hub.settings import HubSettings, hub_settings
from app.models.pairs import Pair
from app.places import Places
from app.ui.tasks import Tasks, in_thread

if TYPE_CHECKING:
    import httpx

    from app.models.hub.download import Download


class Downloads(QObject):
    """Starts, pauses and stops downloads, by the pair's id.

    Signals:
        progressed: (id, Progress), in the window's thread. ended: (id, Problem or None).
    """

    progressed = Signal(str, object)
    ended = Signal(str, object)

    def __init__(
        self, places: Places, settings: Callable[[], HubSettings] = hub_settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._places, self._settings = places, settings
        self._client: httpx.Client | None = None
        self._running: dict[str, Download] = {}
        self._tasks = Tasks(self)
        self.paused: set[str] = set()

    def running(self, pair_id: str) -> bool:
        """Whether a download of that pair was started and is not over."""
        return pair_id in self._running

    def start(self, pair: Pair) -> None:
        """Starts it, or goes on with what is partly here."""
        if pair.id in self._running:
            self.resume(pair.id)
            return
        # Imported here: the network's library is loaded only when something is fetched.
        from app.models.hub.client import Hub, make_client
        from app.models.hub.download import Download

        try:
            if self._client is None:
                self._client = make_client()
            hub = Hub(self._settings(), self._client)
        except Exception as error:  # noqa: BLE001 - a card that was told to load must hear how it ended
            self.ended.emit(pair.id, problem_of(error, "models", f"beginning to download {pair.title}"))
            return
        told = self._tasks.told(lambda now: self.progressed.emit(pair.id, now))
        download = self._running[pair.id] = Download(pair, self._places, hub, told)
        self._tasks.start(
            self._follow(pair.id, download),
            name=pair.id,
            doing=f"{pair.title} was downloaded",
            failed=lambda problem: self.ended.emit(pair.id, problem),
        )

    async def _follow(self, pair_id: str, download: Download) -> None:
        try:
            report = await in_thread(download.run, stop=download.cancel)
        finally:
            self._running.pop(pair_id, None)
            self.paused.discard(pair_id)
            if not self._running and self._client is not None:
                self._client.close()
                self._client = None
        self.ended.emit(pair_id, report.problem)

    def pause(self, pair_id: str) -> None:
        """Holds it; the connection may end, what was fetched stays."""
        if pair_id in self._running:
            self.paused.add(pair_id)
            self._running[pair_id].pause()

    def resume(self, pair_id: str) -> None:
        """Goes on."""
        if pair_id in self._running:
            self.paused.discard(pair_id)
            self._running[pair_id].resume()

    def cancel(self, pair_id: str) -> None:
        """Stops it; ``ended`` follows. What was fetched is kept."""
        if pair_id in self._running:
            self._running[pair_id].cancel()
