"""A line without end in a lane's text: kept in bounded pieces that nobody sees, reads or copies."""

from __future__ import annotations

import random

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from app.present.highlight import Span
from app.race.events import Prefilled, Round, Token
from app.race.fold import LaneState
from app.ui import lane_text, long_lines
from app.ui.lane_text import LaneText
from app.ui.theme import Theme

WORDS = [" the", " value", ",", " 再帰", " 🎈🎈", "aaaaaaaaaaaaaaaaaaaaaaaa", " é", "\t", " x", "_", "\xa0"]


def states(seed: int, tokens: int, line_end: float) -> list[LaneState]:
    """A lane as it grows, of words and, so often, line ends; each is the same object, grown further."""
    chance = random.Random(seed)
    state = LaneState()
    state.apply(Prefilled(0, 1, 3, Token(1, chance.choice(["It", "    It", "```python\n"]), False)))
    for at in range(0, tokens, 4):
        texts = ["\n" if chance.random() < line_end else chance.choice(WORDS) for _ in range(4)]
        state.apply(Round(at + 1, at + 2, tuple(Token(1, text, chance.random() < 0.6) for text in texts), 3, 3))
    return [state]


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme) -> LaneText:
    text = LaneText(theme, 1)
    qtbot.addWidget(text)
    text.resize(400, 120)
    text.show()
    return text


def show(pane: LaneText, state: LaneState) -> None:
    """Two frames: in the first the scroll bar comes, which leaves less room for the rows."""
    pane.sync(state)
    pane.sync(state)


def seen(pane: LaneText) -> list[tuple[str, float, float]]:
    """Every row on screen: its text, where it begins, and how high it stands."""
    rows = []
    layout = pane.document().documentLayout()
    layout.documentSize()  # It is all laid out by then.
    block = pane.document().firstBlock()
    while block.isValid():
        top = layout.blockBoundingRect(block).topLeft()
        text = block.text().encode("utf-16-le")
        for number in range(block.layout().lineCount()):
            row = block.layout().lineAt(number)
            begin, end = 2 * row.textStart(), 2 * (row.textStart() + row.textLength())
            rows.append((text[begin:end].decode("utf-16-le"), round(top.x() + row.x(), 2), round(top.y() + row.y(), 1)))
        block = block.next()
    return rows


def marks(pane: LaneText) -> str:
    """Whether each character is tinted and coloured, as the document has it."""
    found, cursor = [], QTextCursor(pane.document())
    block = pane.document().firstBlock()
    while block.isValid():
        spans = block.layout().formats()
        for at in range(block.length() - 1):
            cursor.setPosition(block.position() + at + 1)
            coloured = any(span.start <= at < span.start + span.length for span in spans)
            found.append("abcd"[2 * coloured + bool(cursor.charFormat().background().style().value)])
        block = block.next()
    return "".join(found)


def copied(pane: LaneText, first: int, last: int) -> str:
    """What Ctrl+C would take of the text, from one of its offsets to another."""
    cursor = pane.textCursor()
    cursor.setPosition(pane._long.begin(first))
    cursor.setPosition(pane._long.end(last), QTextCursor.MoveMode.KeepAnchor)
    pane.setTextCursor(cursor)
    return pane.createMimeDataFromSelection().text()


@pytest.mark.parametrize("seed", range(12))
def test_pieces_of_a_long_line_look_read_and_copy_as_one(
    pane: LaneText, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    state = states(seed, 900, chance.choice([0.0, 0.002, 0.01]))[0]
    spans = [Span(at, chance.randrange(1, 300), "keyword") for at in range(0, 1500, 500)]
    looks = []
    for most in (1 << 30, 300):
        monkeypatch.setattr(lane_text, "MOST", most)
        monkeypatch.setattr(long_lines, "MOST", most)
        pane.clear_text()
        show(pane, state)
        pane.color_code(spans)
        assert pane._long.any is (most == 300)
        texts = [copied(pane, first, first + 400) for first in (0, 137, 700)]
        looks.append((seen(pane), marks(pane), pane.toPlainText(), texts))
    (rows, *others), (broken_rows, *broken_others) = looks
    assert others == broken_others
    assert [row[:2] for row in rows] == [row[:2] for row in broken_rows]
    # A row with letters of another font is a pixel lower or higher where it begins a block.
    assert [row[2] for row in rows] == pytest.approx([row[2] for row in broken_rows], abs=5)


def test_no_piece_is_long_however_the_text_comes(pane: LaneText) -> None:
    state, grown = states(1, 8000, 0.0)[0], LaneState()
    assert len(state.text) > 20_000
    pane.sync(state)  # all at once
    block, pieces = pane.document().firstBlock(), []
    while block.isValid():
        pieces.append(block.length())
        block = block.next()
    assert max(pieces) < 3 * long_lines.MOST
    whole = pane.toPlainText()
    grown.apply(Prefilled(0, 1, 3, state.tokens[0]))
    pane.sync(grown)
    for item in state.rounds:
        grown.apply(item)
        pane.sync(grown)  # round by round
    assert pane.toPlainText() == whole


def test_going_back_in_a_long_line_and_forward_again_shows_the_same(pane: LaneText) -> None:
    late, early = states(2, 2400, 0.001)[0], LaneState()
    early.apply(Prefilled(0, 1, 3, late.tokens[0]))
    for item in late.rounds[:300]:
        early.apply(item)
    pane.sync(early)
    before = (pane.toPlainText(), seen(pane))
    pane.sync(late)
    pane.sync(early)
    assert (pane.toPlainText(), seen(pane)) == before
    pane.sync(late)
    assert pane.toPlainText() == late.text.replace("\xa0", " ")


def test_a_wider_pane_breaks_long_lines_elsewhere_and_keeps_their_text(pane: LaneText, qtbot: QtBot) -> None:
    state = states(3, 1600, 0.0)[0]
    show(pane, state)
    rows = len(seen(pane))
    pane.resize(700, 120)
    qtbot.waitUntil(lambda: len(seen(pane)) < rows and not pane._elsewhere.isActive())
    wide = (seen(pane), pane.toPlainText())
    assert wide[1] == state.text.replace("\xa0", " ")
    pane.clear_text()
    show(pane, state)
    assert (seen(pane), pane.toPlainText()) == wide
    assert pane.following


def test_the_round_under_the_pointer_is_found_in_every_piece(pane: LaneText) -> None:
    state = states(4, 1600, 0.0)[0]
    pane.sync(state)
    for token in (0, 5, 700, 1200, len(state.tokens) - 1):
        pane.show_token(token)
        assert pane._ends[token] - (pane._ends[token - 1] if token else 0) in (
            utf_16(state.tokens[token].text),
            utf_16(state.tokens[token].text) + 1,  # with the break before it
        )
    assert pane.document().characterCount() - 1 == pane._ends[-1]


def utf_16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
