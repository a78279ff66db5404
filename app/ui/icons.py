"""Line icons in the colour of the theme."""

from __future__ import annotations

from PySide6.QtGui import QIcon

from app.ui.theme import Theme


def icon(theme: Theme, name: str, *, inverse: bool = False) -> QIcon:
    """Returns the icon ``name`` of ``resources/icons`` in the shade of the look; ``inverse``: of the other."""
    shade = "dark" if theme.look.dark is not inverse else "light"
    return QIcon(str(theme.resources / "icons" / f"{name}-{shade}.svg"))
