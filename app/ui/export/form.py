"""The choices of an export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFileDialog, QFormLayout, QLineEdit, QWidget

from app.draw.studio import Encoder
from app.present.film_options import FilmOptions
from app.race.problems import ProblemError
from app.ui.export.choices import ExportChoices
from app.ui.export.subject import Subject
from app.ui.widgets import button, indent_text

_SIZES = (
    ("1920 × 1080 wide", "1920x1080"),
    ("1080 × 1920 tall, for phones", "1080x1920"),
    ("1080 × 1080 square", "1080x1080"),
    ("3840 × 2160 wide, 4K", "3840x2160"),
    ("960 × 540 wide, small", "960x540"),
)
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_TITLES = {
    "title": "Title",
    "race": "Race",
    "finish": "Finish",
    "why": "Why",
    "programs": "Programs",
    "closing": "Numbers",
    "figures": "Figures",
    "curves": "Curves",
    "advice": "Advice",
}


class ExportForm(QWidget):
    """What to make and how.

    Signals:
        changed: Some choice changed.
    """

    changed = Signal()

    def __init__(self, subject: Subject, *, dark: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = subject
        self._logo: Path | None = None
        self.format = QComboBox()
        self.picture_size = QComboBox()
        self.rate = QComboBox()
        self.speed = QComboBox()
        self.seconds = QDoubleSpinBox()
        self.theme = QComboBox()
        self.caption = QLineEdit()
        self.logo = button("Choose a picture", tip="A picture for the corner of the film")
        self.scenes = {name: QCheckBox(_TITLES[name]) for name in subject.scenes}
        self._fill(dark)
        self._lay_out()
        for box in (self.format, self.picture_size, self.rate, self.speed, self.theme):
            box.currentIndexChanged.connect(self._changed)
        self.seconds.valueChanged.connect(self._changed)
        self.caption.textChanged.connect(self._changed)
        self.logo.clicked.connect(self._choose_logo)
        for check in self.scenes.values():
            check.toggled.connect(self._changed)
        self.format.currentIndexChanged.connect(self._format_changed)
        self._format_changed()

    def _fill(self, dark: bool) -> None:
        for encoder in self._subject.encoders:
            self.format.addItem(encoder.title, encoder)
        for title, size in _SIZES:
            self.picture_size.addItem(title, size)
        for rate in (15, 30, 60):
            self.rate.addItem(f"{rate} pictures a second", rate)
        usual, times = ("Real time", "real time") if self._subject.timed else ("As usual", "as fast")
        for speed in _SPEEDS:
            self.speed.addItem(usual if speed == 1 else f"{speed:g}× {times}", speed)
        self.speed.addItem("Fit into …", 0.0)
        self.speed.setCurrentIndex(_SPEEDS.index(1.0))
        self.seconds.setRange(2, 3600)
        self.seconds.setValue(20)
        self.seconds.setSuffix(" s")
        self.seconds.setDecimals(0)
        indent_text(self.seconds)
        self.theme.addItem("Dark", True)
        self.theme.addItem("Light", False)
        self.theme.setCurrentIndex(0 if dark else 1)
        self.caption.setMaxLength(120)
        self.caption.setPlaceholderText("None")
        for check in self.scenes.values():
            check.setChecked(True)

    def _lay_out(self) -> None:
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Format", self.format),
            ("Size", self.picture_size),
            ("Rate", self.rate),
            ("Speed", self.speed),
            ("Length", self.seconds),
            ("Look", self.theme),
            ("Caption", self.caption),
            ("Logo", self.logo),
        )
        for name, widget in rows:
            widget.setAccessibleName(name)
            layout.addRow(name, widget)
        for number, check in enumerate(self.scenes.values()):
            layout.addRow("Scenes" if number == 0 else "", check)

    @property
    def encoder(self) -> Encoder:
        """What writes the file."""
        found: Encoder = self.format.currentData()
        return found

    def choices(self) -> ExportChoices:
        """The choices as they stand, for remembering."""
        return ExportChoices(
            format=self.encoder.name,
            size=str(self.picture_size.currentData()),
            fps=int(self.rate.currentData()),
            speed=float(self.speed.currentData()),
            seconds=self.seconds.value(),
            dark=bool(self.theme.currentData()),
            scenes=tuple(name for name, check in self.scenes.items() if check.isChecked()),
            caption=self.caption.text().strip(),
            logo=str(self._logo) if self._logo else "",
        )

    def options(self) -> FilmOptions:
        """The choices as options of a film."""
        return self.choices().options(dark=bool(self.theme.currentData()))

    def use(self, choices: ExportChoices) -> None:
        """Makes these choices; what cannot be chosen stays as it is."""
        names = [encoder.name for encoder in self._subject.encoders]
        if choices.format in names:
            self.format.setCurrentIndex(names.index(choices.format))
        wanted: list[tuple[QComboBox, object]] = [
            (self.picture_size, choices.size),
            (self.rate, choices.fps),
            (self.speed, choices.speed),
        ]
        if choices.dark is not None:
            wanted.append((self.theme, choices.dark))
        for box, value in wanted:
            found = box.findData(value)
            box.setCurrentIndex(found if found >= 0 else box.currentIndex())
        self.seconds.setValue(choices.seconds)
        self.caption.setText(choices.caption)
        for name, check in self.scenes.items():
            check.setChecked(name in choices.scenes)
        if choices.logo and Path(choices.logo).is_file():
            self.set_logo(Path(choices.logo))

    def _changed(self) -> None:
        self.seconds.setEnabled(float(self.speed.currentData()) == 0.0)
        self.changed.emit()

    def _format_changed(self) -> None:
        encoder = self.encoder
        wanted = f"{encoder.size[0]}x{encoder.size[1]}"
        if encoder.moving:
            self.picture_size.setCurrentIndex(max(0, self.picture_size.findData(wanted)))
            self.rate.setCurrentIndex(max(0, self.rate.findData(encoder.fps)))
        self._changed()

    def _choose_logo(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Logo", str(Path.home()), "Pictures (*.png *.jpg *.jpeg)")
        self.set_logo(Path(chosen) if chosen else None)

    def set_logo(self, path: Path | None) -> None:
        """Sets the picture for the corner, or none."""
        self._logo = path
        self.logo.setText(path.name if path else "Choose a picture")
        self.changed.emit()

    def problem(self) -> str:
        """Why nothing can be made of these choices; empty if something can."""
        if not any(check.isChecked() for check in self.scenes.values()):
            return "Choose at least one scene."
        try:
            self.options()
        except ProblemError as error:
            return error.problem.sentence
        return ""
