"""The window is one of the faces, so these tests have its folders, its theme and its running loop."""

from __future__ import annotations

from tests.ui.conftest import _dark, _loop, loop, places, theme

__all__ = ["_dark", "_loop", "loop", "places", "theme"]
