"""Line icons in the colour of the theme."""

from __future__ import annotations

from PySide6.QtGui import QIcon

from app.ui.theme import Theme


def icon(theme: Theme, name: str) -> QIcon:
    """Returns the icon ``name`` of ``resources/icons`` in the shade that fits the current look."""
    shade = "dark" if theme.look.dark else "light"
    return QIcon(str(theme.resources / "icons" / f"{name}-{shade}.svg"))
