"""The downloads of the window: they go on whatever tab is shown, several at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.models.hub.progress import Progress
from app.models.hub.settings import HubSettings, hub_settings
from app.models.pairs import Pair
from app.places import Places
from app.race.problems import Problem

if TYPE_CHECKING:
    import httpx

    from app.models.hub.download import Download, DownloadReport


class Downloads(QObject):
    """Starts, pauses and stops downloads, by the pair's id.

    Signals:
        progressed: (id, Progress), in the window's thread. ended: (id, Problem or None).
    """

    progressed = Signal(str, object)
    ended = Signal(str, object)
    _over = Signal(str, object)

    def __init__(
        self, places: Places, settings: Callable[[], HubSettings] = hub_settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._places, self._settings = places, settings
        self._client: httpx.Client | None = None
        self._running: dict[str, tuple[Download, threading.Thread]] = {}
        self.paused: set[str] = set()
        self._over.connect(self._ended)

    def running(self, pair_id: str) -> bool:
        """Whether a download of that pair was started and is not over."""
        return pair_id in self._running

    @property
    def any_running(self) -> bool:
        """Whether there is any."""
        return bool(self._running)

    def start(self, pair: Pair) -> None:
        """Starts it, or goes on with what is partly here."""
        if pair.id in self._running:
            self.resume(pair.id)
            return
        # Imported here: the network's library is loaded only when something is fetched.
        from app.models.hub.client import Hub, make_client
        from app.models.hub.download import Download

        if self._client is None:
            self._client = make_client()
        hub = Hub(self._settings(), self._client)
        download = Download(pair, self._places, hub, lambda now: self._tell(pair.id, now))
        thread = threading.Thread(target=self._run, args=(pair.id, download), name=f"download {pair.id}", daemon=True)
        self._running[pair.id] = (download, thread)
        thread.start()

    def _run(self, pair_id: str, download: Download) -> None:
        report = download.run()
        self._emit(self._over, pair_id, report)

    def _tell(self, pair_id: str, now: Progress) -> None:
        self._emit(self.progressed, pair_id, now)

    def _emit(self, signal: object, pair_id: str, value: object) -> None:
        try:
            signal.emit(pair_id, value)  # type: ignore[attr-defined]
        except RuntimeError:
            return  # The window is gone, and nobody waits for it any more.

    def pause(self, pair_id: str) -> None:
        """Holds it; the connection may end, what was fetched stays."""
        if pair_id in self._running:
            self.paused.add(pair_id)
            self._running[pair_id][0].pause()

    def resume(self, pair_id: str) -> None:
        """Goes on."""
        if pair_id in self._running:
            self.paused.discard(pair_id)
            self._running[pair_id][0].resume()

    def cancel(self, pair_id: str) -> None:
        """Stops it; ``ended`` follows. What was fetched is kept."""
        if pair_id in self._running:
            self._running[pair_id][0].cancel()

    def close(self) -> None:
        """Stops all, and waits a moment for them."""
        for download, _ in self._running.values():
            download.cancel()
        for _, thread in self._running.values():
            thread.join(2.0)
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ended(self, pair_id: str, report: DownloadReport) -> None:
        self._running.pop(pair_id, None)
        self.paused.discard(pair_id)
        problem: Problem | None = report.problem
        self.ended.emit(pair_id, problem)
