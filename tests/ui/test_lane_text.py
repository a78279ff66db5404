"""The text pane of a lane."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from pytestqt.qtbot import QtBot

from app.present.highlight import code_spans
from app.race.events import Done, Finish, LaneEvent, Prefilled, Round, Token
from app.race.fold import LaneState
from app.ui.lane_text import LaneText
from app.ui.theme import Theme
from tests.ui import synthetic


def lane_state(tokens: int = 60) -> LaneState:
    state = LaneState()
    for event in synthetic.lane_events(synthetic.header().lanes[1], tokens):
        state.apply(event)
    return state


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme) -> LaneText:
    text = LaneText(theme, 1)
    qtbot.addWidget(text)
    text.resize(400, 120)
    text.show()
    return text


def test_the_text_is_that_of_the_lane(pane: LaneText) -> None:
    state = lane_state()
    pane.sync(state)
    assert pane.toPlainText() == state.text


def test_accepted_draft_tokens_are_tinted_and_underlined_and_others_are_not(pane: LaneText) -> None:
    state = lane_state()
    pane.sync(state)
    cursor = QTextCursor(pane.document())
    at = 0
    for token in state.tokens:
        if token.text.strip():
            cursor.setPosition(at + 1)
            style = cursor.charFormat()
            underlined = style.underlineStyle() is QTextCharFormat.UnderlineStyle.SingleUnderline
            tinted = style.background().color().alpha() > 0 and style.background().style().value > 0
            assert underlined is token.drafted
            assert tinted is token.drafted
        at += len(token.text.encode("utf-16-le")) // 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=6), st.booleans()), min_size=1, max_size=30), st.integers(1, 7))
def test_any_text_in_any_steps_shows_the_same(pane: LaneText, parts: list[tuple[str, bool]], step: int) -> None:
    tokens = [Token(1, text.replace("\r", ""), drafted) for text, drafted in parts]
    stepwise, once = LaneState(), LaneState()
    first = Prefilled(0, 10, 3, tokens[0])
    rounds = [Round(10, 20, tuple(tokens[at : at + 3]), 2, 2) for at in range(1, len(tokens), 3)]
    pane.clear_text()
    events: list[LaneEvent] = [first, *rounds]
    for number, event in enumerate(events):
        stepwise.apply(event)
        if number % step == 0:
            pane.sync(stepwise)
    pane.sync(stepwise)
    shown = pane.toPlainText()
    pane.clear_text()
    for event in events:
        once.apply(event)
    pane.sync(once)
    assert pane.toPlainText() == shown


def test_going_back_in_time_takes_off_the_end_and_forward_brings_it_back(pane: LaneText) -> None:
    events = synthetic.lane_events(synthetic.header().lanes[1], 60)
    early, late = LaneState(), LaneState()
    for event in events:
        late.apply(event)
    for event in events[:8]:
        early.apply(event)
    pane.sync(late)
    pane.sync(early)
    assert pane.toPlainText() == early.text
    for event in events[8:]:
        early.apply(event)
    pane.sync(early)
    assert pane.toPlainText() == late.text
    assert pane.round_of(len(late.tokens) - 1) == len(late.rounds) - 1


def test_hovering_tells_the_round(pane: LaneText) -> None:
    state = LaneState()
    state.apply(Prefilled(0, 5_000_000, 3, Token(1, "a")))
    state.apply(Round(5_000_000, 14_600_000, (Token(2, "b", True), Token(3, "c")), 3, 1, 1_300_000, 8_100_000))
    pane.sync(state)
    assert pane.describe(0) == "First token, after reading the prompt: 5.0 ms"
    assert pane.describe(2) == "Round 1: drafted 3, accepted 1, 9.6 ms\ndraft 1.3 ms, verify 8.1 ms"
    assert pane.round_of(1) == pane.round_of(2) == 0


def test_the_view_follows_the_end_until_the_user_scrolls_up(pane: LaneText, qtbot: QtBot) -> None:
    state = lane_state(400)
    pane.sync(state)
    while pane.step_scroll():
        pass
    bar = pane.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setSliderPosition(0)
    bar.triggerAction(bar.SliderAction.SliderToMinimum)
    assert not pane.following
    assert not pane.step_scroll()
    bar.triggerAction(bar.SliderAction.SliderToMaximum)
    assert pane.following


def test_the_block_where_the_next_token_comes_moves_with_the_lines(pane: LaneText) -> None:
    pane.resize(600, 300)
    pane.sync(written(Token(1, "One line that is as long as it is, and ends here")))
    before = pane._caret.top()
    pane.resize(160, 300)
    assert pane._caret.top() > before


def test_a_tail_is_shown_at_the_end(pane: LaneText) -> None:
    state = LaneState()
    state.apply(Prefilled(0, 1, 1, Token(1, "x")))
    state.apply(Done(2, Finish.STOPPED, tail="\ufffd"))
    pane.sync(state)
    pane.sync(state)
    assert pane.toPlainText() == "x\ufffd"


def test_code_is_coloured_after_the_finish_and_keeps_its_marks(pane: LaneText) -> None:
    state = lane_state(300)
    pane.sync(state)
    pane.color_code(code_spans(pane.toPlainText(), "code"))
    coloured = [
        block_format
        for number in range(pane.document().blockCount())
        for block_format in pane.document().findBlockByNumber(number).layout().formats()
    ]
    assert coloured
    assert pane.toPlainText() == state.text


def test_another_theme_recolours_the_text(pane: LaneText, theme: Theme) -> None:
    pane.sync(lane_state())
    text = pane.toPlainText()
    theme.force("light")
    cursor = QTextCursor(pane.document())
    cursor.setPosition(1)
    assert cursor.charFormat().foreground().color().name() == theme.look.text
    assert pane.toPlainText() == text


def test_fenced_blocks_are_code_and_prose_is_not() -> None:
    spans = code_spans("Here:\n```python\ndef f():\n    return 1\n```\nreturn it", "english")
    assert {span.role for span in spans} == {"keyword", "name", "number"}
    assert code_spans("Please return it to me, if you can.", "english") == []
    assert code_spans("x = 1\nfor i in range(3):\n    print(i)", "custom")
    assert code_spans("```nosuchlanguage\nx\n```", "code") == []


def test_the_block_where_the_next_token_comes_stands_at_the_end_after_going_back(pane: LaneText, theme: Theme) -> None:
    whole, early = LaneState(), LaneState()
    events = synthetic.lane_events(synthetic.header().lanes[0], 60)
    for number, event in enumerate(events):
        whole.apply(event)
        if number < 12:
            early.apply(event)
    pane.sync(whole)
    pane.sync(early)
    picture = pane.viewport().grab().toImage()
    lane = theme.look.lane(1)
    found = [x for x in range(picture.width()) for y in range(picture.height()) if picture.pixelColor(x, y) == lane]
    cursor = QTextCursor(pane.document())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    assert found
    assert min(found) >= pane.cursorRect(cursor).left()


def tinted(pane: LaneText) -> list[str]:
    """The stretches of text that have a tint, joined where nothing lies between them."""
    found, line = [], pane.document().begin()
    while line.isValid():
        parts = line.begin()
        while not parts.atEnd():
            fragment = parts.fragment()
            if fragment.charFormat().background().style() is not Qt.BrushStyle.NoBrush:
                found.append(fragment.text())
            parts += 1
        line = line.next()
    return found


def written(*tokens: Token) -> LaneState:
    state = LaneState()
    state.apply(Prefilled(0, 1, 1, tokens[0]))
    state.apply(Round(1, 2, tokens[1:], 3, 3))
    return state


def test_indentation_has_no_tint_and_runs_of_draft_tokens_are_one(pane: LaneText) -> None:
    pane.sync(
        written(
            Token(1, "if"),
            Token(2, " x:\n  ", True),
            Token(3, "  ", True),
            Token(4, "  return", True),
            Token(5, " 1", True),
            Token(6, "\n"),
        )
    )
    assert pane.toPlainText() == "if x:\n      return 1\n"
    assert tinted(pane) == [" x:", "return 1"]


def test_a_wrapped_line_of_code_goes_on_to_the_right_of_its_indentation(pane: LaneText) -> None:
    pane.resize(240, 300)
    long = "return first_value + second_value + third_value + fourth_value"
    pane.sync(written(Token(1, "```python\n"), Token(2, "def f():\n    "), Token(3, long), Token(4, "\n```")))
    line = pane.document().findBlockByNumber(2)
    assert line.layout().lineCount() > 1
    digit = pane._digit
    assert line.blockFormat().leftMargin() == pytest.approx(min(8 * digit, 0.4 * pane.viewport().width()))
    assert line.blockFormat().textIndent() == -line.blockFormat().leftMargin()
    pane.clear_text()
    pane.sync(written(Token(1, "Prose goes on"), Token(2, " and on and on and on and on and on and on and on.")))
    assert pane.document().firstBlock().blockFormat().leftMargin() == 0


def test_the_lines_around_code_are_hidden_and_those_of_later_blocks_are_not(pane: LaneText) -> None:
    parts = ["```", "python\n", "print(1)", "\n```", "\nThen:\n", "```\nx\n```"]
    pane.sync(written(*(Token(number, text) for number, text in enumerate(parts))))
    lines = [pane.document().findBlockByNumber(number) for number in range(pane.document().blockCount())]
    assert [line.text() for line in lines if not line.isVisible()] == ["```python", "```"]
    assert lines[2].isVisible() is False
    assert pane.toPlainText() == "".join(parts)


def test_a_fence_that_is_taken_back_may_come_again(pane: LaneText) -> None:
    tokens = [Token(number, text) for number, text in enumerate(["```python\n", "x = 1", "\n```", "\n"])]
    late, early = LaneState(), LaneState()
    for state, count in ((late, 4), (early, 2)):
        state.apply(Prefilled(0, 1, 1, tokens[0]))
        for token in tokens[1:count]:
            state.apply(Round(1, 2, (token,)))
    pane.sync(late)
    pane.sync(early)
    assert pane.document().lastBlock().isVisible()
    for token in tokens[2:]:
        early.apply(Round(1, 2, (token,)))
    pane.sync(early)
    hidden = [number for number in range(4) if not pane.document().findBlockByNumber(number).isVisible()]
    assert hidden == [0, 2]
