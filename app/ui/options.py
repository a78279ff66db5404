"""What Preferences sets: kept in the window's settings, and used from then on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
from PySide6.QtCore import QSettings

from app.sandbox.packages import read_wish
from app.ui import settings as remembered

THEMES: Final = {"": "As the system", "light": "Light", "dark": "Dark"}
SCALES: Final = (90, 100, 110, 125, 150, 175, 200)
"""Sizes of text and controls, in percent."""
LEAST_WINDOW: Final = (960, 640)
"""The window's least size, px."""
MOST_THREADS: Final = 512
MOST_GPU_LAYERS: Final = 999
MOST_PACKAGES: Final = 1000
"""Characters of the list of packages."""
_SCALE_VARIABLE: Final = "QT_SCALE_FACTOR"


class Options(msgspec.Struct, frozen=True):
    """What the user prefers.

    Attributes:
        theme: ``"light"``, ``"dark"``, or empty to follow the system.
        scale: Size of text and controls in percent, used at the next start.
        threads: CPU threads a lane, 0 for what suits the processor.
        gpu_layers: Layers on the GPU, -1 for all where there is one.
        packages: More packages for generated programs, as the user writes them.
    """

    theme: str = ""
    scale: int = 100
    threads: int = 0
    gpu_layers: int = -1
    packages: str = ""

    @property
    def package_names(self) -> list[str]:
        """The packages by name."""
        return read_wish(self.packages)[0]


def read_options(settings: QSettings) -> Options:
    """Returns what was remembered; what cannot be used is ignored and named in the log."""
    return Options(
        theme=remembered.one_of(settings, "window/theme", "", tuple(THEMES)),
        scale=int(remembered.one_of(settings, "window/scale", "100", tuple(map(str, SCALES)))),
        threads=remembered.whole(settings, "race/threads", 0, 0, MOST_THREADS),
        gpu_layers=remembered.whole(settings, "race/gpu-layers", -1, -1, MOST_GPU_LAYERS),
        packages=remembered.text(settings, "packages/more")[:MOST_PACKAGES],
    )


def write_options(settings: QSettings, options: Options) -> None:
    """Keeps them."""
    settings.setValue("window/theme", options.theme)
    settings.setValue("window/scale", options.scale)
    settings.setValue("race/threads", options.threads)
    settings.setValue("race/gpu-layers", options.gpu_layers)
    settings.setValue("packages/more", options.packages)
    settings.sync()


def scales_for(wide: int, high: int, now: int) -> list[int]:
    """Returns the sizes at which the window still fits a screen, in percent.

    Args:
        wide, high: The screen's room as the app counts it, at the size that is used.
        now: That size; it is always among them.
    """
    most = now * min(wide / LEAST_WINDOW[0], high / LEAST_WINDOW[1])
    return [scale for scale in SCALES if scale <= max(100.0, most) or scale == now]


@contextmanager
def scaled(options: Options) -> Iterator[None]:
    """Tells Qt how large everything is, while the application is made: it listens only then.

    Programs that the app starts later, such as a file manager, do not inherit it. Someone who set Qt's own variable is
    not overruled.
    """
    if options.scale == 100 or _SCALE_VARIABLE in os.environ:
        yield
        return
    os.environ[_SCALE_VARIABLE] = f"{options.scale / 100:g}"
    try:
        yield
    finally:
        del os.environ[_SCALE_VARIABLE]
