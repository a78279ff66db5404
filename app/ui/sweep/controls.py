"""The bar on top of the Sweep tab: what to sweep, how long, and the one button that does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSignalBlocker, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.models.pairs import Pair
from app.race.lanes import MAX_K, Contender, parse_contenders
from app.race.prompts import Prompt
from app.race.sweep import Spend
from app.ui import settings as remembered
from app.ui.picker import MenuButton, TickMenu
from app.ui.widgets import button, label, restyle, set_text
from app.worker.request import SweepRequest

SPENDS = {
    "1 minute": Spend(0, 60),
    "3 minutes": Spend(0, 180),
    "10 minutes": Spend(0, 600),
    "30 minutes": Spend(0, 1800),
    "5 heats each": Spend(5),
    "10 heats each": Spend(10),
}
_USUAL_PROMPTS = ("code", "english", "haiku")
_USUAL_KS = "1, 2, 3, 4, 6, 8"


class SweepControls(QWidget):
    """Pickers, progress and the Sweep button.

    Signals:
        start: The user asks for a sweep. stop: or to stop it. changed: Something of the choice changed.
    """

    start = Signal()
    stop = Signal()
    changed = Signal()

    def __init__(self, pairs: Sequence[Pair], prompts: Sequence[Prompt]) -> None:
        super().__init__()
        self._pairs, self._prompts = list(pairs), list(prompts)
        self._running = False
        self.threads, self.gpu_layers = 0, -1
        self.pair = QComboBox()
        self.pair.addItems([pair.title for pair in pairs])
        self.prompts = MenuButton()
        self._menu = TickMenu(self.prompts)
        self.prompts.setMenu(self._menu)
        self.prompt_actions = [self._prompt_action(prompt) for prompt in prompts]
        self.ks = QLineEdit(_USUAL_KS)
        self.spend = QComboBox()
        self.spend.addItems(list(SPENDS))
        self.spend.setCurrentText("3 minutes")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the sweep")
        self.told = label("", "field")
        self.go = button("Sweep", "primary")
        self.go.setMinimumWidth(112)
        self._lay_out()
        self.pair.currentIndexChanged.connect(self.changed)
        self.ks.textChanged.connect(self.changed)
        self.spend.currentIndexChanged.connect(self.changed)
        self.changed.connect(self._show_choice)
        self.go.clicked.connect(self._clicked)
        self.set_running(False)
        self._show_choice()

    def _prompt_action(self, prompt: Prompt) -> QAction:
        action = self._menu.addAction(prompt.title)
        action.setCheckable(True)
        action.setChecked(prompt.name in _USUAL_PROMPTS)
        action.toggled.connect(self.changed)
        return action

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        fields: list[tuple[str, QWidget, int, str]] = [
            ("Model and drafter", self.pair, 4, "The full model and the small drafter that belongs to it."),
            ("Prompts", self.prompts, 4, "Each kind of text has a best K of its own. Pick some kinds."),
            (
                "Draft tokens K",
                self.ks,
                3,
                f"Numbers from 1 to {MAX_K}, and 'adaptive', 'heuristic' or 'auto' for a K that changes while it runs.",
            ),
            ("Time to spend", self.spend, 2, "With a time, heats go where the result is least sure."),
        ]
        for name, widget, stretch, tip in fields:
            widget.setToolTip(tip)
            widget.setAccessibleName(name)
            widget.setMinimumWidth(96)
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            caption = QLabel(name)
            caption.setProperty("role", "field")
            caption.setBuddy(widget)
            row.addLayout(_column(caption, widget), stretch)
        self.bar.setMinimumWidth(150)
        progress = QVBoxLayout()
        progress.setSpacing(4)
        progress.addWidget(self.told)
        progress.addStretch(1)
        progress.addWidget(self.bar)
        progress.addStretch(1)
        row.addLayout(progress, 3)
        last = QVBoxLayout()
        last.addStretch(1)
        last.addWidget(self.go)
        row.addLayout(last)

    @property
    def contenders(self) -> tuple[Contender, ...] | None:
        """The lanes that the K field names; None if it cannot be read."""
        try:
            return parse_contenders(self.ks.text().strip().strip(","), MAX_K + 2)
        except ValueError:
            return None

    @property
    def wrong(self) -> str:
        """What is wrong with the choice, in words; empty if nothing is."""
        if not self._pairs:
            return "No model is ready on this machine."
        if not any(action.isChecked() for action in self.prompt_actions):
            return "Pick a prompt at least."
        try:
            parse_contenders(self.ks.text().strip().strip(","), MAX_K + 2)
        except ValueError as error:
            return f"{error}."
        return ""

    def request(self) -> SweepRequest | None:
        """What is chosen; None if something is wrong with it."""
        contenders = self.contenders
        if self.wrong or contenders is None:
            return None
        picked = [item for item, action in zip(self._prompts, self.prompt_actions, strict=True) if action.isChecked()]
        return SweepRequest(
            pair=self._pairs[max(0, self.pair.currentIndex())],
            prompts=tuple(picked),
            contenders=contenders,
            spend=SPENDS[self.spend.currentText()],
            threads=self.threads,
            gpu_layers=self.gpu_layers,
        )

    def set_pairs(self, pairs: Sequence[Pair]) -> None:
        """Offers these pairs, and keeps the one that was picked."""
        picked = self.pair.currentText()
        self._pairs = list(pairs)
        with QSignalBlocker(self.pair):
            self.pair.clear()
            self.pair.addItems([pair.title for pair in pairs])
            self.pair.setCurrentIndex(max(0, self.pair.findText(picked)))
        self.changed.emit()

    def tell(self, fraction: float, words: str) -> None:
        """Shows how far the sweep is, 0..1."""
        self.bar.setValue(round(1000 * fraction))
        set_text(self.told, words)
        self.told.setToolTip(words)

    def set_running(self, running: bool) -> None:
        """Turns Sweep into Stop while a sweep runs, and locks what cannot change then."""
        self._running = running
        self.go.setText("Stop" if running else "Sweep")
        self.go.setAccessibleName("Stop the sweep" if running else "Start the sweep")
        self.go.setToolTip("Stop; what was measured stays (Esc)" if running else "Start the sweep (Ctrl+Return)")
        restyle(self.go, "stop" if running else "primary")
        for widget in (self.pair, self.prompts, self.ks, self.spend):
            widget.setEnabled(not running)
        self.bar.setVisible(running)
        self._show_choice()

    def _show_choice(self) -> None:
        picked = [action.text().partition(":")[0] for action in self.prompt_actions if action.isChecked()]
        self.prompts.setText(", ".join(picked) or "None")
        if self._running:
            self.go.setEnabled(True)
            return
        wrong = self.wrong
        self.go.setEnabled(not wrong)
        set_text(self.told, wrong)
        self.told.setToolTip(wrong)

    def _clicked(self) -> None:
        (self.stop if self._running else self.start).emit()

    def remember(self, settings: QSettings) -> None:
        """Writes the choice down."""
        at = self.pair.currentIndex()
        settings.setValue("sweep/pair", self._pairs[at].id if 0 <= at < len(self._pairs) else "")
        picked = [p.name for p, action in zip(self._prompts, self.prompt_actions, strict=True) if action.isChecked()]
        settings.setValue("sweep/prompts", ",".join(picked))
        settings.setValue("sweep/k", self.ks.text())
        settings.setValue("sweep/spend", self.spend.currentText())

    def recall(self, settings: QSettings) -> None:
        """Restores what was written down; what does not exist any more stays as it is."""
        ids = [pair.id for pair in self._pairs]
        pair = remembered.text(settings, "sweep/pair")
        if pair in ids:
            self.pair.setCurrentIndex(ids.index(pair))
        names = remembered.text(settings, "sweep/prompts").split(",")
        if any(prompt.name in names for prompt in self._prompts):
            for prompt, action in zip(self._prompts, self.prompt_actions, strict=True):
                action.setChecked(prompt.name in names)
        ks = remembered.text(settings, "sweep/k")
        if ks:
            self.ks.setText(ks)
        spend = remembered.text(settings, "sweep/spend")
        if spend in SPENDS:
            self.spend.setCurrentText(spend)


def _column(caption: QLabel, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(caption)
    column.addWidget(widget)
    return column
