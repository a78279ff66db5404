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

from app.library.suite_files import Suite
from app.models.pairs import Pair
from app.race.axes import AXES, Axis, parse_axis
from app.race.lanes import MAX_K, Contender, parse_contenders
from app.race.prompts import Prompt
from app.race.sweep import Spend
from app.ui import settings as remembered
from app.ui.picker import MenuButton, Picker, TickMenu
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
_NO_AXIS = "None"
SUITE_PASSES = 3
"""Heats a prompt of a suite at most, where a time is given."""


class SweepControls(QWidget):
    """Pickers, progress and the Sweep button.

    Signals:
        start: The user asks for a sweep. stop: or to stop it. changed: Something of the choice changed.
        suite_wanted: The user wants to race the prompts of a file.
    """

    start = Signal()
    stop = Signal()
    changed = Signal()
    suite_wanted = Signal()

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
        self._menu.addSeparator()
        self.suite_action = self._menu.addAction("Prompts of a file\u2026")
        self.suite_action.triggered.connect(self.suite_wanted)
        self.single_action = self._menu.addAction("Single prompts again", self.leave_suite)
        self._suite: Suite | None = None
        self.axis = Picker()
        self.axis.addItems([_NO_AXIS, *(facts.title for facts in AXES.values())])
        self.values = QLineEdit()
        self.ks = QLineEdit(_USUAL_KS)
        self.spend = Picker()
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
        self._connect()
        self._show_values()
        self.set_running(False)
        self._show_choice()

    def _connect(self) -> None:
        self.pair.currentIndexChanged.connect(self.changed)
        self.ks.textChanged.connect(self.changed)
        self.spend.currentIndexChanged.connect(self.changed)
        self.axis.currentIndexChanged.connect(self._axis_picked)
        self.values.textChanged.connect(self.changed)
        self.changed.connect(self._show_choice)
        self.go.clicked.connect(self._clicked)

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
            ("Condition", self._axis_row(), 4, ""),
            ("Time to spend", self.spend, 2, "With a time, heats go where the result is least sure."),
        ]
        for name, widget, stretch, tip in fields:
            if tip:  # Other parts tell for themselves.
                widget.setToolTip(tip)
                widget.setAccessibleName(name)
            widget.setMinimumWidth(116 if widget is self.spend else 96)
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            caption = QLabel(name)
            caption.setProperty("role", "field")
            caption.setBuddy(widget if tip else self.axis)
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

    def _axis_row(self) -> QWidget:
        """The condition, and beside it its values once there is one."""
        for widget, name, tip in (
            (self.axis, "Condition", "Changes from row to row: context depth, temperature, KV cache, threads\u2026"),
            (self.values, "Values of the condition", "Its values, such as 0, 1k, 4k"),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.axis.setMinimumWidth(90)
        self.values.setMinimumWidth(80)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.axis, 1)
        row.addWidget(self.values, 1)
        return both

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
        if self._suite is None and not any(action.isChecked() for action in self.prompt_actions):
            return "Pick a prompt at least."
        try:
            parse_contenders(self.ks.text().strip().strip(","), MAX_K + 2)
            self._axis()
        except ValueError as error:
            return f"{error}."
        return ""

    def _axis(self) -> Axis | None:
        """The condition that is chosen, None for none. Raises :class:`ValueError` with words for users."""
        at = self.axis.currentIndex() - 1
        if at < 0 or self._suite is not None:
            return None
        return parse_axis(f"{list(AXES)[at]}={self.values.text()}")

    def _axis_picked(self, at: int) -> None:
        """Offers the usual values of another condition."""
        self._show_values()
        if at > 0:
            self.values.setText(", ".join(list(AXES.values())[at - 1].usual))
        self.changed.emit()

    def _show_values(self) -> None:
        shown = self.axis.currentIndex() > 0 and self._suite is None
        self.values.setVisible(shown)

    def use_suite(self, suite: Suite) -> None:
        """Races the prompts of a file from now on."""
        self._suite = suite
        self._show_values()
        self.changed.emit()

    def leave_suite(self) -> None:
        """Races single prompts again."""
        self._suite = None
        self._show_values()
        self.changed.emit()

    def set_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Offers other prompts and keeps those ticked that were."""
        if [*prompts] == self._prompts:
            return
        picked = {
            item.name for item, action in zip(self._prompts, self.prompt_actions, strict=True) if action.isChecked()
        }
        for action in self.prompt_actions:
            self._menu.removeAction(action)
        before = self._menu.actions()[0]
        self._prompts, self.prompt_actions = list(prompts), []
        for prompt in prompts:
            action = self._prompt_action(prompt)
            self._menu.removeAction(action)
            self._menu.insertAction(before, action)
            action.setChecked(prompt.name in picked)
            self.prompt_actions.append(action)
        self.changed.emit()

    def request(self) -> SweepRequest | None:
        """What is chosen; None if something is wrong with it."""
        contenders = self.contenders
        if self.wrong or contenders is None:
            return None
        picked = [item for item, action in zip(self._prompts, self.prompt_actions, strict=True) if action.isChecked()]
        spend, suite = SPENDS[self.spend.currentText()], self._suite
        if suite is not None:
            repeats = spend.repeats or SUITE_PASSES
            spend = Spend(repeats, spend.budget_s, evenly=True)
        return SweepRequest(
            pair=self._pairs[max(0, self.pair.currentIndex())],
            prompts=tuple(picked) if suite is None else suite.prompts,
            contenders=contenders,
            spend=spend,
            suite="" if suite is None else suite.name,
            axis=self._axis(),
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
        for widget in (self.pair, self.prompts, self.ks, self.axis, self.values, self.spend):
            widget.setEnabled(not running)
        self.bar.setVisible(running)
        self._show_choice()

    def _show_choice(self) -> None:
        picked = [action.text().partition(":")[0] for action in self.prompt_actions if action.isChecked()]
        suite = self._suite
        self.prompts.setText(", ".join(picked) or "None")
        if suite is not None:
            self.prompts.setText(f"{suite.name} ({len(suite.prompts)})")
        for action in self.prompt_actions:
            action.setEnabled(suite is None)
        self.single_action.setVisible(suite is not None)
        self.axis.setEnabled(suite is None and not self._running)
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
        settings.setValue("sweep/axis", ["", *AXES][max(0, self.axis.currentIndex())])
        settings.setValue("sweep/values", self.values.text())

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
        axis = remembered.text(settings, "sweep/axis")
        if axis in AXES:
            self.axis.setCurrentIndex(list(AXES).index(axis) + 1)
            self.values.setText(remembered.text(settings, "sweep/values"))


def _column(caption: QLabel, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(caption)
    column.addWidget(widget)
    return column
