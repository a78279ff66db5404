"""The bar on top of the Race tab: what to race, and the one button that does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.models.pairs import Pair, source_path
from app.places import Places
from app.race.formats import FORMATS
from app.race.lanes import BLOCK_ENGINES, MAX_K, Sampling
from app.race.prompts import CUSTOM, Prompt, custom_prompt
from app.ui import settings as remembered
from app.ui.icons import icon
from app.ui.lanes_field import LanesField
from app.ui.picker import ListPicker
from app.ui.race_options import RaceOptions
from app.ui.theme import Theme
from app.ui.widgets import button, label, restyle, set_text
from app.worker.request import RaceRequest

_FILM_TIP = (
    "A film of every race is saved by itself, in the folder mtp-race of your films.\n"
    "It looks as last chosen under Export."
)
FIRST_K: Final = 3
"""Stands there until it is known what passes cost here."""
_GO: Final = (148, 40)
"""Size of the one main button in pixels."""


class RaceControls(QWidget):
    """Pickers and the Race button.

    Signals:
        race: The user asks for a race. stop: or to stop it.
        changed: Something of the choice changed.
        prompt_changed: Another prompt was picked.
        prompt_wanted: The user wants to write a prompt. models_wanted: or to see which models there are.
    """

    race = Signal()
    stop = Signal()
    changed = Signal()
    prompt_changed = Signal()
    prompt_wanted = Signal()
    models_wanted = Signal()

    def __init__(self, theme: Theme, pairs: Sequence[Pair], prompts: Sequence[Prompt], places: Places) -> None:
        super().__init__()
        self._places = places
        self._pairs = list(pairs)
        self._prompts = list(prompts)
        self._custom: Prompt | None = None
        self._running = False
        self.threads, self.gpu_layers = 0, -1
        self._stale = False
        self._captions: list[QLabel] = []
        self.pair = _fit(ListPicker("More models\u2026"), 150)
        self.pair.set_choices([pair.title for pair in pairs], 0 if pairs else -1)
        self.prompt = _fit(ListPicker("Your own prompt\u2026"), 150)
        self.prompt.set_choices([prompt.title for prompt in prompts], 0 if prompts else -1)
        self.lanes = LanesField(theme)
        self.k = self.lanes.spin
        self.options = RaceOptions(self)
        self.temperature, self.max_tokens = self.options.temperature, self.options.max_tokens
        self.format = self.options.format
        self.options_button = button("Options", tip="Format, temperature and the most tokens")
        self.options_button.clicked.connect(self._toggle_options)
        self.go = button("Race", "primary")
        self.go.setObjectName("go")
        self.go.setFixedSize(*_GO)
        self.hint = label("", "note")
        self.record = button("Film", "record", tip=_FILM_TIP, name="Film every race")
        self.record.setCheckable(True)
        self._theme = theme
        theme.changed.connect(self._restyle)
        self.record.toggled.connect(self._restyle)
        self._lay_out()
        self._connect()
        self._pair_picked()
        self.set_running(False)
        self._restyle()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        fields: list[tuple[str, str, str, QWidget, int]] = [
            ("Model", "Model and drafter", "The full model and the small drafter that belongs to it.", self.pair, 5),
            ("Prompt", "Prompt", "What both lanes are asked. Edit it below.", self.prompt, 5),
            ("K", "", "", self.lanes, 0),
            ("", "", "", self.options_button, 0),
            ("", "", "", self.record, 0),
        ]
        for caption, name, tip, widget, stretch in fields:
            if name:  # Other parts tell for themselves.
                widget.setToolTip(tip)
                widget.setAccessibleName(name)
            column = QVBoxLayout()
            column.setSpacing(4)
            above = label(caption, "field")
            above.setBuddy(self.k if widget is self.lanes else widget)
            self._captions.append(above)
            column.addWidget(above)
            column.addWidget(widget)
            column.addStretch(1)
            layout.addLayout(column, stretch)
        start = QVBoxLayout()
        start.setSpacing(2)
        self._above = QWidget()
        self._above.setFixedHeight(10)  # The button's foot is level with those of the fields.
        start.addWidget(self._above)
        start.addWidget(self.go, 0, Qt.AlignmentFlag.AlignRight)
        start.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignRight)
        start.addStretch(1)
        layout.addSpacing(4)
        layout.addLayout(start)

    def set_low(self, low: bool) -> None:
        """Leaves the captions out in a low window: each field says by itself what it is."""
        for caption in self._captions:
            caption.setVisible(not low)
        self._above.setVisible(not low)
        self.hint.setVisible(not low and bool(self.hint.text()))

    def say_first(self, words: str) -> None:
        """Says under Race what the first race takes; empty says nothing any more."""
        set_text(self.hint, words)
        self.hint.setVisible(bool(words) and self._above.isVisibleTo(self))

    def _toggle_options(self) -> None:
        if self.options.isVisible():
            self.options.close()
        else:
            self.options.open_below(self.options_button)

    def _restyle(self) -> None:
        self.record.setIcon(icon(self._theme, "record-on" if self.record.isChecked() else "record"))
        # On the ground of the main button, which is as light as the text is.
        self.go.setIcon(QIcon() if self._running else icon(self._theme, "play", inverse=True))

    def _connect(self) -> None:
        self.pair.picked.connect(self._pair_picked)
        self.pair.last_wanted.connect(self.models_wanted)
        self.prompt.picked.connect(self.prompt_changed)
        self.prompt.last_wanted.connect(self.prompt_wanted)
        for signal in (self.pair.picked, self.prompt.picked, self.lanes.changed, self.options.changed):
            signal.connect(self.changed)
        self.go.clicked.connect(self._clicked)

    def _clicked(self) -> None:
        (self.stop if self._running else self.race).emit()

    def _pair_picked(self) -> None:
        pair = self.selected_pair
        if pair is not None:
            # What others recommend was found on their machines: K comes from what passes cost here. That of the
            # built-in pair is its makers' own, so that a first race need not wait.
            k = min(MAX_K, pair.recommended_k) if pair.is_built_in else FIRST_K
            offers = [(kind, str(source_path(of, self._places))) for kind, of in pair.drafters.by_kind.items()]
            self.lanes.suit(k, blocks=pair.engines[0] in BLOCK_ENGINES, offers=offers)

    def set_pairs(self, pairs: Sequence[Pair], pick: str = "") -> None:
        """Offers other pairs and keeps the choice, or picks the pair with the id ``pick``."""
        before = self.selected_pair
        wanted = pick or (before.id if before else "")
        ids = [pair.id for pair in pairs]
        self._pairs = list(pairs)
        at = ids.index(wanted) if wanted in ids else min(0, len(ids) - 1)
        self.pair.set_choices([pair.title for pair in pairs], at)
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

    def set_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Offers other prompts and keeps the one that was picked, as it is now."""
        picked = self.selected_prompt
        self._prompts = list(prompts)
        shown = [*self._prompts, *([self._custom] if self._custom else [])]
        names = [prompt.name for prompt in shown]
        at = names.index(picked.name) if picked is not None and picked.name in names else min(0, len(shown) - 1)
        self.prompt.set_choices([prompt.title for prompt in shown], at)
        if self.selected_prompt != picked:
            self.prompt_changed.emit()
            self.changed.emit()

    def pick_prompt(self, name: str) -> None:
        """Picks a prompt by its name."""
        names = [prompt.name for prompt in self._prompts]
        if name in names:
            self.prompt.setCurrentIndex(names.index(name))

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
        titles = [prompt.title for prompt in (*self._prompts, self._custom)]
        self.prompt.set_choices(titles, len(self._prompts))
        self.prompt_changed.emit()
        self.changed.emit()

    def request(self) -> RaceRequest | None:
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

    @property
    def measures_k(self) -> bool:
        """Whether K is to come from what passes cost here: one plain lane, and the user chose none."""
        return self.lanes.plain and not self.lanes.by_hand

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
        self._name_go()
        self.go.setAccessibleName("Stop the race" if running else "Start the race")
        self.go.setToolTip("Stop both lanes (Esc)" if running else "Start the race (Ctrl+Return)")
        self.go.setEnabled(running or self.request() is not None)
        restyle(self.go, "stop" if running else "primary")
        if running:
            self.options.close()
        for widget in (self.pair, self.prompt, self.lanes, self.options_button, self.options):
            widget.setEnabled(not running)
        self._restyle()

    def set_stale(self, stale: bool) -> None:
        """Says that Race races anew: something else is chosen than what is shown."""
        self._stale = stale
        self._name_go()

    def _name_go(self) -> None:
        self.go.setText("Stop" if self._running else "Race again" if self._stale else "Race")

    def remember(self, settings: QSettings) -> None:
        """Writes the choice down."""
        pair, prompt = self.selected_pair, self.selected_prompt
        settings.setValue("race/pair", pair.id if pair else "")
        settings.setValue("race/prompt", prompt.name if prompt else "")
        settings.setValue("race/prompt-text", self._custom.text if self._custom else "")
        settings.setValue("race/k", self.k.value())
        settings.setValue("race/k-by-hand", int(self.lanes.by_hand))
        settings.setValue("race/lanes", self.lanes.words)
        settings.setValue("race/temperature", self.temperature.value())
        settings.setValue("race/max-tokens", self.max_tokens.value())
        settings.setValue("race/fetch-from", self.options.fetch_from.text())
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
        self.lanes.by_hand = remembered.whole(settings, "race/k-by-hand", 0, 0, 1) == 1
        self.max_tokens.setValue(_whole(settings, "race/max-tokens", self.max_tokens))
        self.temperature.setValue(remembered.number(settings, "race/temperature", 0.0, 0.0, self.temperature.maximum()))
        self.options.fetch_from.setText(remembered.text(settings, "race/fetch-from"))
        self.record.setChecked(remembered.whole(settings, "race/record", 0, 0, 1) == 1)
        known = remembered.text(settings, "race/format")
        if known in FORMATS:
            self.format.setCurrentIndex(list(FORMATS).index(known))


def _fit(combo: ListPicker, least: int) -> ListPicker:
    """Lets a list be as narrow as ``least`` pixels, however long its entries are."""
    combo.setMinimumWidth(least)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setMinimumContentsLength(8)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def _whole(settings: QSettings, key: str, box: QSpinBox) -> int:
    return remembered.whole(settings, key, box.value(), box.minimum(), box.maximum())
