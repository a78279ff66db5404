"""How the app looks, as plain data: colours, fonts, sizes. No Qt here, so that video and reports use the same look.

Lane colours are from the colour-blind-safe set of Okabe and Ito (https://jfly.uni-koeln.de/color/): the lighter of its
blues and its orange on dark ground, the stronger blue and vermillion on light ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

SANS: Final = "Inter"
MONO: Final = "JetBrains Mono"
CJK: Final = "Noto Sans CJK JP"
EMOJI: Final = "Noto Emoji"

READABLE: Final = 4.5
"""Least contrast of words on their ground (WCAG 2.2, level AA)."""

SIGNS: Final = "●■▲◆▼⬟"
"""The sign of each lane or prompt, which tells it as its colour does; charts draw the same shapes."""

FONT_FILES: Final = (
    "Inter-Regular.ttf",
    "Inter-Medium.ttf",
    "Inter-SemiBold.ttf",
    "Inter-Bold.ttf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Bold.ttf",
    "JetBrainsMono-Italic.ttf",
    "NotoSansCJKjp-Regular.otf",
    "NotoEmoji-Regular.ttf",
)
"""File names in ``resources/fonts``."""


@dataclass(frozen=True, slots=True)
class Look:
    """One theme. Every colour is ``#rrggbb``.

    Attributes:
        ground: Behind everything. card: Of panels. field: Of inputs and text. line: Of borders and grid.
        text, muted, faint: Text in three strengths; ``muted`` keeps a contrast of 4.5 on cards.
        lanes: Lane colours in the order of the lanes; the baseline is first.
        good, warn, bad: Of verdicts. Never the only sign: words stand beside them.
        primary, primary_hover, on_primary: Of the one main button.
        selection: Behind selected text.
        tint: Share (0..1) of the lane colour behind accepted draft tokens.
    """

    dark: bool
    ground: str
    card: str
    field: str
    line: str
    hover: str
    text: str
    muted: str
    faint: str
    lanes: tuple[str, str, str, str]
    good: str
    warn: str
    bad: str
    primary: str
    primary_hover: str
    on_primary: str
    selection: str
    tint: float
    keyword: str
    string: str
    number: str
    comment: str
    name: str

    def lane(self, index: int) -> str:
        """Returns the colour of the lane at ``index``; the colours repeat after four."""
        return self.lanes[index % len(self.lanes)]

    def ink(self, index: int) -> str:
        """Returns the colour of a lane for words: as much of it as can be read on every ground."""
        return readable(self.lane(index), self.text, (self.card, self.ground))


DARK: Final = Look(
    dark=True,
    ground="#131519",
    card="#1b1e24",
    field="#16181d",
    line="#2b2f38",
    hover="#252932",
    text="#eceef2",
    muted="#9aa1ad",
    faint="#626977",
    lanes=("#56b4e9", "#f0a32b", "#2fbf8f", "#d68bb8"),
    good="#3fbf7f",
    warn="#e6b53c",
    bad="#ff6b5e",
    primary="#eceef2",
    primary_hover="#ffffff",
    on_primary="#15171b",
    selection="#2a3b4d",
    tint=0.16,
    keyword="#c792ea",
    string="#a5d6a0",
    number="#f2a97c",
    comment="#9aa3b2",
    name="#82bdf2",
)

LIGHT: Final = Look(
    dark=False,
    ground="#f4f5f7",
    card="#ffffff",
    field="#ffffff",
    line="#dcdfe5",
    hover="#eceef2",
    text="#15181d",
    muted="#5c6470",
    faint="#969daa",
    lanes=("#0072b2", "#d55e00", "#00875f", "#a8508c"),
    good="#157a47",
    warn="#8a6000",
    bad="#c62f22",
    primary="#1b1e24",
    primary_hover="#343944",
    on_primary="#ffffff",
    selection="#dcebf8",
    tint=0.13,
    keyword="#8a2da8",
    string="#28702b",
    number="#a8430c",
    comment="#5a636f",
    name="#1a5fb4",
)


@lru_cache(maxsize=256)
def mix(front: str, back: str, share: float) -> str:
    """Returns ``share`` (0..1) of ``front`` over ``back``, both ``#rrggbb``, as an opaque colour."""
    parts = [round(int(front[at : at + 2], 16) * share + int(back[at : at + 2], 16) * (1 - share)) for at in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def contrast(front: str, back: str) -> float:
    """Returns the contrast of two colours, 1 to 21, as WCAG 2.2 defines it.

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    bright, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(tone: str) -> float:
    parts = [int(tone[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(front: str, strong: str, backs: Sequence[str]) -> str:
    """Returns ``front``, with as little of ``strong`` as gives words a contrast of ``READABLE`` on all ``backs``."""
    for step in range(21):
        tone = mix(strong, front, step / 20)
        if all(contrast(tone, back) >= READABLE for back in backs):
            return tone
    return strong


def fonts_folder(resources: Path) -> Path:
    """Returns the folder of the bundled fonts inside the app's resources."""
    return resources / "fonts"
