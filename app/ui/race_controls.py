"""The bar on top of the Race tab: what to race, and the one button that does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.models.pairs import Pair
from app.race.formats import FORMATS
from app.race.lanes import MAX_K, Sampling
from app.race.prompts import CUSTOM, Prompt, custom_prompt
from app.ui import settings as remembered
from app.ui.icons import icon
from app.ui.lanes_field import LanesField
from app.ui.picker import Picker
from app.ui.theme import Theme
from app.ui.widgets import button, indent_text, restyle
from app.worker.request import RaceRequest

_RECORD_TIP = (
    "Record: a film of every race is saved by itself, in the folder mtp-race of your films.\n"
    "It looks as last chosen under Export."
)


class RaceControls(QWidget):
    """Pickers and the Race button.

    Signals:
        race: The user asks for a race. stop: or to stop it.
        changed: Something of the choice changed.
        prompt_changed: Another prompt was picked.
    """

    race = Signal()
    stop = Signal()
    changed = Signal()
    prompt_changed = Signal()

    def __init__(self, theme: Theme, pairs: Sequence[Pair], prompts: Sequence[Prompt]) -> None:
        super().__init__()
        self._pairs = list(pairs)
        self._prompts = list(prompts)
        self._custom: Prompt | None = None
        self._running = False
        self.threads, self.gpu_layers = 0, -1
        self.pair = _combo("Model and drafter", [pair.title for pair in pairs], 150)
        self.prompt = _combo("Prompt", [prompt.title for prompt in prompts], 150)
        self.lanes = LanesField(theme)
        self.k = self.lanes.spin
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0, 2)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(1)
        self.max_tokens = QSpinBox()
        self.max_tokens.setRange(16, 8192)
        self.max_tokens.setSingleStep(32)
        self.max_tokens.setValue(256)
        self.format = _combo("Format", [item.title for item in FORMATS.values()], 112)
        self.go = button("Race", "primary")
        self.go.setMinimumWidth(112)
        self.record = button("", "record", tip=_RECORD_TIP, name="Record")
        self.record.setCheckable(True)
        self._theme = theme
        theme.changed.connect(self._restyle)
        self.record.toggled.connect(self._restyle)
        self._restyle()
        self._lay_out()
        self._connect()
        self._pair_picked()
        self.set_running(False)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        tips = {
            "Model and drafter": "The full model and the small drafter that belongs to it.",
            "Prompt": "What both lanes are asked. Edit it below.",
            "Temperature": "0 always takes the likeliest token. Above 0 both lanes draw with the same random numbers.",
            "Max tokens": "A lane stops after this many tokens, if it has not finished before.",
            "Format": "\n".join(f"{item.title}: {item.note}." for item in FORMATS.values()),
        }
        fields: list[tuple[str, QWidget, int]] = [
            ("Model and drafter", self.pair, 5),
            ("Prompt", self.prompt, 5),
            ("Draft tokens K", self.lanes, 0),
            ("Temperature", self.temperature, 0),
            ("Max tokens", self.max_tokens, 0),
            ("Format", self.format, 0),
        ]
        for name, widget, stretch in fields:
            if widget is not self.lanes:  # Its parts tell for themselves.
                widget.setToolTip(tips[name])
                widget.setAccessibleName(name)
            column = QVBoxLayout()
            column.setSpacing(4)
            caption = QLabel(name)
            caption.setProperty("role", "field")
            caption.setBuddy(self.k if widget is self.lanes else widget)
            column.addWidget(caption)
            column.addWidget(widget)
            layout.addLayout(column, stretch)
        for spin, width in ((self.temperature, 80), (self.max_tokens, 84)):
            spin.setFixedWidth(width)
            indent_text(spin)
        column = QVBoxLayout()
        column.addStretch(1)
        start = QHBoxLayout()
        start.setSpacing(6)
        start.addWidget(self.record)
        start.addWidget(self.go)
        column.addLayout(start)
        layout.addSpacing(4)
        layout.addLayout(column)

    def _restyle(self) -> None:
        self.record.setIcon(icon(self._theme, "record-on" if self.record.isChecked() else "record"))

    def _connect(self) -> None:
        self.pair.currentIndexChanged.connect(self._pair_picked)
        self.prompt.currentIndexChanged.connect(self.prompt_changed)
        for signal in (
            self.pair.currentIndexChanged,
            self.prompt.currentIndexChanged,
            self.lanes.changed,
            self.temperature.valueChanged,
            self.max_tokens.valueChanged,
            self.format.currentIndexChanged,
        ):
            signal.connect(self.changed)
        self.go.clicked.connect(self._clicked)

    def _clicked(self) -> None:
        (self.stop if self._running else self.race).emit()

    def _pair_picked(self) -> None:
        pair = self.selected_pair
        if pair is not None:
            self.lanes.suit(min(MAX_K, pair.recommended_k))

    def set_pairs(self, pairs: Sequence[Pair], pick: str = "") -> None:
        """Offers other pairs and keeps the choice, or picks the pair with the id ``pick``."""
        before = self.selected_pair
        wanted = pick or (before.id if before else "")
        ids = [pair.id for pair in pairs]
        with QSignalBlocker(self.pair):
            self._pairs = list(pairs)
            self.pair.clear()
            self.pair.addItems([pair.title for pair in pairs])
            self.pair.setCurrentIndex(ids.index(wanted) if wanted in ids else min(0, len(ids) - 1))
        if self.selected_pair != before:
            self._pair_picked()
            self.changed.emit()
        self.set_running(self._running)

    @property
    def selected_pair(self) -> Pair | None:
        """The pair that is picked; None if there is none on this machine."""
        at = self.pair.currentIndex()
        return self._pairs[at] if 0 <= at < len(self._pairs) else None

    @property
    def selected_prompt(self) -> Prompt | None:
        """The prompt that is picked."""
        at = self.prompt.currentIndex()
        shown = [*self._prompts, *([self._custom] if self._custom else [])]
        return shown[at] if 0 <= at < len(shown) else None

    def use_text(self, text: str) -> None:
        """Picks the user's own prompt. A text that is one of the given prompts picks that one.

        Raises:
            ProblemError: the text cannot be a prompt.
        """
        known = next((at for at, prompt in enumerate(self._prompts) if prompt.text == text.strip()), None)
        if known is not None:
            self.prompt.setCurrentIndex(known)
            return
        self._custom = custom_prompt(text)
        with QSignalBlocker(self.prompt):
            if self.prompt.count() == len(self._prompts):
                self.prompt.addItem(self._custom.title)
            self.prompt.setCurrentIndex(len(self._prompts))
        self.prompt_changed.emit()
        self.changed.emit()

    def choice(self) -> RaceRequest | None:
        """What is chosen; None without a pair or a prompt."""
        pair, prompt = self.selected_pair, self.selected_prompt
        if pair is None or prompt is None:
            return None
        return RaceRequest(
            pair=pair,
            prompt=prompt,
            k=self.k.value(),
            contenders=() if self.lanes.plain else self.lanes.lanes,
            max_tokens=self.max_tokens.value(),
            sampling=Sampling(temperature=round(self.temperature.value(), 1)),
            format=list(FORMATS)[self.format.currentIndex()],
            threads=self.threads,
            gpu_layers=self.gpu_layers,
            context=max(2048, self.max_tokens.value() + 2048),
        )

    def use_format(self, name: str) -> None:
        """Picks a race format by its name."""
        self.format.setCurrentIndex(list(FORMATS).index(name))

    @property
    def format_title(self) -> str:
        """The format's name for people."""
        return self.format.currentText()

    def set_running(self, running: bool) -> None:
        """Turns Race into Stop while a race runs, and locks what cannot change then."""
        self._running = running
        self.go.setText("Stop" if running else "Race")
        self.go.setAccessibleName("Stop the race" if running else "Start the race")
        self.go.setToolTip("Stop both lanes (Esc)" if running else "Start the race (Ctrl+Return)")
        self.go.setEnabled(running or self.choice() is not None)
        restyle(self.go, "stop" if running else "primary")
        for widget in (self.pair, self.prompt, self.lanes, self.temperature, self.max_tokens, self.format):
            widget.setEnabled(not running)

    def remember(self, settings: QSettings) -> None:
        """Writes the choice down."""
        pair, prompt = self.selected_pair, self.selected_prompt
        settings.setValue("race/pair", pair.id if pair else "")
        settings.setValue("race/prompt", prompt.name if prompt else "")
        settings.setValue("race/prompt-text", self._custom.text if self._custom else "")
        settings.setValue("race/k", self.k.value())
        settings.setValue("race/lanes", self.lanes.words)
        settings.setValue("race/temperature", self.temperature.value())
        settings.setValue("race/max-tokens", self.max_tokens.value())
        settings.setValue("race/record", int(self.record.isChecked()))
        settings.setValue("race/format", list(FORMATS)[self.format.currentIndex()])

    def recall(self, settings: QSettings) -> None:
        """Restores what was written down; what does not exist any more stays as it is."""
        ids = [pair.id for pair in self._pairs]
        names = [prompt.name for prompt in self._prompts]
        pair, prompt = remembered.text(settings, "race/pair"), remembered.text(settings, "race/prompt")
        if pair in ids:
            self.pair.setCurrentIndex(ids.index(pair))
        own = remembered.text(settings, "race/prompt-text")
        if prompt == CUSTOM and own.strip():
            self.use_text(own)
        elif prompt in names:
            self.prompt.setCurrentIndex(names.index(prompt))
        self.k.setValue(_whole(settings, "race/k", self.k))
        self.lanes.recall(remembered.text(settings, "race/lanes"))
        self.max_tokens.setValue(_whole(settings, "race/max-tokens", self.max_tokens))
        self.temperature.setValue(remembered.number(settings, "race/temperature", 0.0, 0.0, self.temperature.maximum()))
        self.record.setChecked(remembered.whole(settings, "race/record", 0, 0, 1) == 1)
        known = remembered.text(settings, "race/format")
        if known in FORMATS:
            self.format.setCurrentIndex(list(FORMATS).index(known))


def _combo(name: str, items: Sequence[str], least: int) -> QComboBox:
    combo = Picker()
    combo.addItems(list(items))
    combo.setAccessibleName(name)
    combo.setMinimumWidth(least)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setMinimumContentsLength(8)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def _whole(settings: QSettings, key: str, box: QSpinBox) -> int:
    return remembered.whole(settings, key, box.value(), box.minimum(), box.maximum())
