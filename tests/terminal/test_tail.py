from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.race.events import Token
from app.race.visible import visible_text
from app.terminal.tail import last_rows

PIECES = st.lists(st.tuples(st.text("ab再🎈é\n\t\x1b ", max_size=9), st.booleans()), max_size=40)


def rows_of(pieces: list[tuple[str, bool]], width: int, rows: int, tail: str = "") -> list[str]:
    tokens = [Token(-1, text, drafted) for text, drafted in pieces]
    return [row.plain for row in last_rows(tokens, tail, width, rows, "underline")]


@given(PIECES, st.integers(2, 30), st.integers(1, 9))
def test_the_last_rows_of_any_text_are_its_end_folded_at_the_width(
    pieces: list[tuple[str, bool]], width: int, rows: int
) -> None:
    found = rows_of(pieces, width, rows)
    everything = rows_of(pieces, width, 10_000)
    assert found == everything[-rows:]
    assert all(cell_len(row) <= width for row in everything)
    text = visible_text("".join(piece for piece, _ in pieces)).replace("\t", "    ")
    assert "".join(everything) == text.replace("\n", "")


@given(PIECES, st.integers(2, 30))
def test_accepted_draft_tokens_and_nothing_else_are_marked(pieces: list[tuple[str, bool]], width: int) -> None:
    tokens = [Token(-1, text, drafted) for text, drafted in pieces]
    marked = "".join(
        row.plain[span.start : span.end]
        for row in last_rows(tokens, "", width, 10_000, "underline")
        for span in row.spans
        if span.style
    )
    drafted = visible_text("".join(text for text, is_draft in pieces if is_draft))
    assert marked == drafted.replace("\t", "    ").replace("\n", "")


def test_a_long_line_is_folded_from_its_beginning_so_that_rows_stand_still() -> None:
    before = rows_of([("0123456789", False)] * 400, 7, 3)
    after = rows_of([("0123456789", False)] * 400 + [("x", False)], 7, 3)
    assert before[:2] == after[:2]


def test_text_behind_the_tokens_is_shown_too() -> None:
    assert rows_of([("ab\nc", False)], 9, 5, "\ufffd") == ["ab", "c\ufffd"]


def test_only_the_end_of_a_text_is_drawn_however_long_it_is() -> None:
    tokens = [Token(-1, "word ", drafted=bool(at % 3)) for at in range(4000)]
    rows = last_rows(tokens, "", 46, 14, "underline")
    assert len(rows) == 14
    assert sum(len(row.spans) for row in rows) < 14 * 46
