"""The theme: fonts, palette and style sheet for the whole application, following the system's dark or light mode."""

from __future__ import annotations

from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.draw import look as looks
from app.draw.look import CJK, DARK, EMOJI, FONT_FILES, LIGHT, MONO, SANS, Look

VEIL = 0.55
"""How much of the ground lies over what is not the matter now: what is behind it shows at 45 %."""


class Theme(QObject):
    """Holds the current look, and tells when it changes.

    One theme lives as long as the application; widgets that paint themselves read ``look`` when they paint.
    """

    changed = Signal()

    def __init__(self, app: QApplication, resources: Path, *, forced: str = "") -> None:
        """``forced`` is ``"dark"`` or ``"light"``, or empty to follow the system."""
        super().__init__(app)
        self._app = app
        self._resources = resources
        self._forced = forced
        self._template = Template((resources / "styles" / "app.qss").read_text(encoding="utf-8"))
        for name in FONT_FILES:
            QFontDatabase.addApplicationFont(str(looks.fonts_folder(resources) / name))
        QFont.insertSubstitutions(SANS, [CJK, EMOJI])
        QFont.insertSubstitutions(MONO, [CJK, EMOJI])
        app.setStyle(QStyleFactory.create("fusion"))
        app.setFont(ui_font(tabular=False))
        self.look = self._wanted()
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def force(self, scheme: str) -> None:
        """Uses ``"dark"`` or ``"light"`` whatever the system says; empty follows the system again."""
        self._forced = scheme
        self._system_changed()

    @property
    def forced(self) -> str:
        """The scheme that is forced, empty if the system decides."""
        return self._forced

    @property
    def resources(self) -> Path:
        """The app's resources folder."""
        return self._resources

    def _wanted(self) -> Look:
        if self._forced:
            return DARK if self._forced == "dark" else LIGHT
        scheme = self._app.styleHints().colorScheme()
        return LIGHT if scheme is Qt.ColorScheme.Light else DARK

    def _system_changed(self) -> None:
        wanted = self._wanted()
        if wanted is not self.look:
            self.look = wanted
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        look = self.look
        self._app.setPalette(_palette(look))
        shade = "dark" if look.dark else "light"
        veil = color(look.ground, VEIL).name(QColor.NameFormat.HexArgb)
        icons = (self._resources / "icons").as_posix()
        tokens = {name: getattr(look, name) for name in Look.__slots__ if isinstance(getattr(look, name), str)}
        self._app.setStyleSheet(
            self._template.substitute(
                tokens, icons=icons, shade=shade, sans=SANS, mono=MONO, lane0=look.lanes[0], veil=veil
            )
        )


def ui_font(size: float = 10.0, weight: QFont.Weight = QFont.Weight.Normal, *, tabular: bool = True) -> QFont:
    """Returns the interface font, ``size`` in points at 96 dpi; ``tabular`` gives all figures the same width."""
    font = QFont(SANS)
    font.setPixelSize(round(size * 96 / 72))
    font.setWeight(weight)
    # Said in both cases: a font that does not say takes it from the widget it is painted on.
    font.setFeature(QFont.Tag("tnum"), 1 if tabular else 0)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def mono_font(size: float = 10.0) -> QFont:
    """Returns the font of text panes: equal widths, no ligatures."""
    font = QFont(MONO)
    font.setPixelSize(round(size * 96 / 72))
    font.setFixedPitch(True)
    for tag in ("liga", "calt", "dlig"):
        font.setFeature(QFont.Tag(tag), 0)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def color(value: str, alpha: float = 1.0) -> QColor:
    """Returns ``#rrggbb`` as a colour with the given opacity (0..1)."""
    result = QColor(value)
    result.setAlphaF(alpha)
    return result


def _palette(look: Look) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: look.ground,
        QPalette.ColorRole.WindowText: look.text,
        QPalette.ColorRole.Base: look.field,
        QPalette.ColorRole.AlternateBase: look.card,
        QPalette.ColorRole.Text: look.text,
        QPalette.ColorRole.Button: look.card,
        QPalette.ColorRole.ButtonText: look.text,
        QPalette.ColorRole.ToolTipBase: look.card,
        QPalette.ColorRole.ToolTipText: look.text,
        QPalette.ColorRole.Highlight: look.selection,
        QPalette.ColorRole.HighlightedText: look.text,
        QPalette.ColorRole.PlaceholderText: look.muted,
        QPalette.ColorRole.Link: look.lanes[0],
        QPalette.ColorRole.Accent: look.lanes[0],
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(look.muted))
    return palette
