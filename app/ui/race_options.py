"""What of a race is seldom changed: its format, the temperature, the most tokens. A panel under "Options"."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.race.formats import FORMATS
from app.race.visible import visible
from app.sandbox.gate.addresses import read_hosts
from app.ui.overlay import Overlay
from app.ui.picker import Picker
from app.ui.widgets import button, indent_text, label, set_text


class RaceOptions(Overlay):
    """The panel.

    Signals:
        changed: One of them changed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Options")
        self.format = Picker()
        self.format.addItems([item.title for item in FORMATS.values()])
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0, 2)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(1)
        self.max_tokens = QSpinBox()
        self.max_tokens.setRange(16, 8192)
        self.max_tokens.setSingleStep(32)
        self.max_tokens.setValue(256)
        self.fetch_from = QLineEdit()
        self.fetch_from.setPlaceholderText("nothing")
        self.fetch_from.setMaxLength(2000)
        self.note = label("", "note", wrap=True)
        self.done = button("Done", "quiet", tip="Esc closes this too")
        self._lay_out()
        self.done.clicked.connect(self.close)
        self.format.currentIndexChanged.connect(self._show)
        self.fetch_from.textChanged.connect(self._show)
        for signal in (self.format.currentIndexChanged, self.temperature.valueChanged, self.max_tokens.valueChanged):
            signal.connect(self.changed)
        self._show()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        rows: list[tuple[str, QWidget, str]] = [
            ("Format", self.format, "\n".join(f"{item.title}: {item.note}." for item in FORMATS.values())),
            (
                "Temperature",
                self.temperature,
                "0 always takes the likeliest token. Above 0 both lanes draw with the same random numbers.",
            ),
            ("Max tokens", self.max_tokens, "A lane stops after this many tokens, if it has not finished before."),
        ]
        for row, (name, widget, tip) in enumerate(rows):
            widget.setToolTip(tip)
            widget.setAccessibleName(name)
            widget.setFixedWidth(180)
            caption = label(name)
            caption.setBuddy(widget)
            grid.addWidget(caption, row, 0)
            grid.addWidget(widget, row, 1)
        fetching = label("Programs may fetch from")
        fetching.setBuddy(self.fetch_from)
        self.fetch_from.setAccessibleName("Programs may fetch from")
        self.fetch_from.setToolTip(
            "Hosts that the generated programs may fetch data from, such as query1.finance.yahoo.com, *.yahoo.com.\n"
            "What they fetch is kept beside the race, and both programs get the same."
        )
        grid.addWidget(fetching, len(rows), 0, 1, 2)
        grid.addWidget(self.fetch_from, len(rows) + 1, 0, 1, 2)
        for spin in (self.temperature, self.max_tokens):
            indent_text(spin)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 8)
        layout.setSpacing(10)
        layout.addLayout(grid)
        layout.addWidget(self.note)
        layout.addLayout(foot)
        self.setFixedWidth(330)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the generated programs may fetch from."""
        return read_hosts(self.fetch_from.text())[0]

    def _show(self) -> None:
        """Says what the numbers of the format that is picked are worth, and which word is no host."""
        item = list(FORMATS.values())[max(0, self.format.currentIndex())]
        wrong = read_hosts(self.fetch_from.text())[1]
        said = f" {visible(wrong[0], 40)} is not the name of a host." if wrong else ""
        set_text(self.note, f"{item.title}: {item.note}.{said}")
        self.note.setMinimumHeight(self.note.heightForWidth(self.width() - 32))
        self.fit_in()

    def take_focus(self) -> None:
        """Gives the keyboard to the first of them."""
        self.format.setFocus()
