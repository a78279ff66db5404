"""What models write can be read in the window: no box stands for a character that the bundled fonts have."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextLayout

from app.draw.look import CJK, EMOJI, MONO, SANS
from app.ui.theme import Theme, mono_font, ui_font


def shaped(text: str, font: QFont) -> list[tuple[str, list[int]]]:
    """Returns the fonts that a line is really written in, with the numbers of its glyphs; 0 is a box."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return [(run.rawFont().familyName(), list(run.glyphIndexes())) for run in layout.glyphRuns()]


@pytest.mark.parametrize("text", ["ok 🚀🎉✅", "👩‍💻 👍🏽", "❤️ ☀️", "🇩🇪 🇯🇵", "1️⃣ #️⃣"])
@pytest.mark.parametrize("make", [mono_font, ui_font])
def test_emoji_are_drawn_with_the_bundled_fonts(theme: Theme, text: str, make: type) -> None:
    runs = shaped(text, make())
    assert not [name for name, glyphs in runs if 0 in glyphs]
    assert {name for name, _ in runs} <= {MONO, SANS, CJK, EMOJI}
    assert EMOJI in {name for name, _ in shaped("🚀", make())}


def test_text_and_numbers_keep_their_own_fonts(theme: Theme) -> None:
    assert {name for name, _ in shaped("def f(x): return 0x1F # * 42", mono_font())} == {MONO}
    assert {name for name, _ in shaped("12.5 tok/s #1 * 2", ui_font())} == {SANS}
    assert {name for name, _ in shaped("日本語", mono_font())} == {CJK}
