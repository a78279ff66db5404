"""Will it pay? What MTP brings here with every model that fits: those that were forecast, the largest gain first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.models.pairs import Pair
from app.places import Places
from app.present.forecast import PAY_ABOUT, PAY_QUESTION, PAY_TITLES, pay_rows, pay_state
from app.race.forecast import Forecast
from app.ui.models.forecasts import Forecasts
from app.ui.tasks import Tasks, in_thread
from app.ui.widgets import button, label, scroll_in, set_text
from app.worker.forecast_store import ForecastStore

_WIDE, _HIGH = 760, 620


class PayDialog(QDialog):
    """A table of forecasts, and a button that makes the missing ones.

    Args:
        fitting: The pairs that fit and can be forecast.
        forecasts: Makes them.
        forecast: Asks for some.
    """

    def __init__(
        self,
        places: Places,
        fitting: Sequence[Pair],
        forecasts: Forecasts,
        forecast: Callable[[Sequence[Pair]], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._places, self._fitting, self._forecasts, self._forecast = places, fitting, forecasts, forecast
        self._missing: list[Pair] = []
        self._tasks = Tasks(self)
        self.setWindowTitle(PAY_QUESTION)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 20, 20, 12)
        layout.setSpacing(12)
        layout.addWidget(label(PAY_QUESTION, size=16, weight=QFont.Weight.DemiBold))
        layout.addWidget(label(PAY_ABOUT, "muted", wrap=True))
        self.state = label("", wrap=True)
        self.make_button, self.stop_button = button("Forecast the others"), button("Stop", "quiet")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.state, 1)
        row.addWidget(self.stop_button)
        row.addWidget(self.make_button)
        layout.addLayout(row)
        self._table = QWidget()
        layout.addWidget(self._table)
        self._rows: QVBoxLayout = QVBoxLayout(self._table)
        self._rows.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        self.close_button = button("Close", tip="Esc")
        self.close_button.clicked.connect(self.accept)
        scroll_in(self, inner, self.close_button)
        room = parent.window().size()
        self.resize(min(_WIDE, room.width() - 40), min(_HIGH, room.height() - 24))
        self.make_button.clicked.connect(lambda: self._forecast(self._missing))
        self.stop_button.clicked.connect(forecasts.cancel)
        forecasts.began.connect(lambda _: self._show_state())
        forecasts.progressed.connect(self._progressed)
        forecasts.ended.connect(lambda *_: self.refresh())
        forecasts.emptied.connect(self._show_state)
        self.make_button.hide()  # until it is known which are missing
        self.stop_button.hide()
        self.refresh()

    def refresh(self) -> None:
        """Reads the forecasts anew, in the background."""

        async def read() -> None:
            self._show(await in_thread(ForecastStore.of(self._places).all))

        self._tasks.start(read(), name="read", doing="forecasts were read")

    def _show(self, kept: dict[str, Forecast]) -> None:
        self._missing = [pair for pair in self._fitting if pair.id not in kept]
        rows = pay_rows([kept[pair.id] for pair in self._fitting if pair.id in kept])
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if rows:
            self._rows.addWidget(_grid(rows))
        self._show_state()

    def _show_state(self) -> None:
        running = bool(self._forecasts.running)
        self.stop_button.setVisible(running)
        self.make_button.setVisible(bool(self._missing) and not running)
        if not running:
            set_text(self.state, pay_state(len(self._fitting), len(self._missing)))

    def _progressed(self, pair_id: str, words: str, share: float) -> None:
        title = next((pair.title for pair in self._fitting if pair.id == pair_id), pair_id)
        set_text(self.state, f"{title}: {words} {share:.0%}")


def _grid(rows: Sequence[tuple[str, ...]]) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    for place, title in enumerate(PAY_TITLES):
        grid.addWidget(label(title, "head"), 0, place, _side(place))
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            grid.addWidget(label(text), number, place, _side(place))
    grid.setColumnStretch(0, 1)
    return table


def _side(place: int) -> Qt.AlignmentFlag:
    """Words stand to the left, numbers to the right."""
    return Qt.AlignmentFlag.AlignLeft if place in (0, len(PAY_TITLES) - 1) else Qt.AlignmentFlag.AlignRight
