"""Preferences: each choice works at once and is kept; there is nothing to confirm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.places import Places, make_private
from app.present.about import NO_TELEMETRY
from app.sandbox.packages import OFFERED
from app.ui.options import MOST_GPU_LAYERS, MOST_PACKAGES, MOST_THREADS, THEMES, Options, scales_for
from app.ui.reference import ReferenceDialog
from app.ui.widgets import button, indent_text, label, show_folder

_FIELD = 200
PACKAGES_HINT = (
    f"Generated programs can always use numpy, pandas and matplotlib. Checked against hashes: {', '.join(OFFERED)}. "
    "Any other that the registry has comes unchecked. They run in the sandbox only."
)


class PreferencesDialog(ReferenceDialog):
    """Shows and changes :class:`Options`; ``changed`` is called with every change."""

    def __init__(self, places: Places, options: Options, changed: Callable[[Options], None], parent: QWidget) -> None:
        super().__init__("Preferences", parent)
        self._changed = changed
        self.options = options
        self.theme = QComboBox()
        for value, name in THEMES.items():
            self.theme.addItem(name, value)
        self.theme.setCurrentIndex(list(THEMES).index(options.theme))
        self.scale = QComboBox()
        room = parent.screen().availableSize()
        for percent in scales_for(room.width(), room.height(), options.scale):
            self.scale.addItem(f"{percent} %", percent)
        self.scale.setCurrentIndex(self.scale.findData(options.scale))
        self.threads = _spin(0, MOST_THREADS, options.threads, "Automatic")
        self.gpu_layers = _spin(-1, MOST_GPU_LAYERS, options.gpu_layers, "All")
        self._add("Theme", self.theme)
        self._add("Text size", self.scale, "Of text and controls; from the next start on.")
        self._add(
            "Processor threads",
            self.threads,
            "Of each lane, from the next race on.",
        )
        self._add("Layers on the GPU", self.gpu_layers, "For llama.cpp with a GPU. 0 computes on the processor alone.")
        self.packages = QLineEdit(options.packages)
        self.packages.setPlaceholderText("such as scipy, requests")
        self.packages.setMaxLength(MOST_PACKAGES)
        self._add("Packages for programs", self.packages, PACKAGES_HINT)
        self._add_folder("Data folder", places.data, "Your races, sweeps and downloaded models.")
        self._add_folder("Log", places.log.parent, "What went wrong, for a report. It quotes nothing that you wrote.")
        self._add("Telemetry", label(NO_TELEMETRY, wrap=True))
        self.theme.currentIndexChanged.connect(lambda _: self._set(theme=self.theme.currentData()))
        self.scale.currentIndexChanged.connect(lambda _: self._set(scale=self.scale.currentData()))
        self.threads.valueChanged.connect(lambda value: self._set(threads=value))
        self.packages.editingFinished.connect(self._set_packages)
        self.gpu_layers.valueChanged.connect(lambda value: self._set(gpu_layers=value))
        self.finish(620)

    def _set(self, **change: object) -> None:
        self.options = msgspec.structs.replace(self.options, **change)
        self._changed(self.options)

    def _set_packages(self) -> None:
        """Takes the list with Return or when another field is chosen, so that no half name is looked for."""
        if self.packages.text() != self.options.packages:
            self._set(packages=self.packages.text())

    def _add(self, name: str, field: QWidget, hint: str = "") -> None:
        field.setAccessibleName(name)
        told = QVBoxLayout()
        told.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(16)
        caption = label(name, "head")
        caption.setFixedWidth(148)
        row.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(told, 1)
        if isinstance(field, QComboBox | QSpinBox):
            field.setFixedWidth(_FIELD)
            caption.setFixedHeight(34)
            caption.setBuddy(field)
        if isinstance(field, QComboBox | QSpinBox):
            told.addWidget(field, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            told.addWidget(field)
        if hint:
            told.addWidget(label(hint, "muted", wrap=True))
        self.box.addLayout(row)

    def _add_folder(self, name: str, folder: Path, hint: str) -> None:
        line = QFrame()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        where = label(str(folder), wrap=True)
        where.setText(str(folder).replace("/", "/\u200b").replace("\\", "\\\u200b"))  # It may be wrapped there.
        where.setToolTip(str(folder))
        row.addWidget(where, 1)
        shown = button("Open", tip=f"Opens {folder} in the file manager", name=f"Open: {name}")
        shown.clicked.connect(lambda: show_folder(make_private(folder)))
        row.addWidget(shown, 0, Qt.AlignmentFlag.AlignTop)
        self._add(name, line, hint)


def _spin(least: int, most: int, value: int, special: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    spin.setSpecialValueText(special)
    spin.setValue(value)
    indent_text(spin)
    return spin
