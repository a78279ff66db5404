"""``mtp-race card`` and the commands that take a card for a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from app.terminal.environment import FAILED, OK, USAGE
from tests.terminal.conftest import Terminal

TRACE = Path(__file__).resolve().parents[1] / "video" / "data" / "fibonacci.ndjson"


@pytest.fixture
def card(tmp_path: Path, terminal: Terminal, qapp: QApplication) -> Path:
    path = tmp_path / "posted.png"
    assert terminal("card", TRACE, "--to", path) == OK
    assert terminal.out == f"{path}\n"
    assert "The trace is inside this picture (14 kB, SHA-256 " in terminal.err
    return path


def test_a_card_is_twice_1200_by_675_in_both_themes(card: Path, terminal: Terminal) -> None:
    corners = []
    for theme in ("dark", "light"):
        assert terminal("card", TRACE, "--to", card, "--theme", theme) == OK
        with Image.open(card) as seen:
            assert seen.size == (2400, 1350)
            corners.append(seen.convert("L").crop((5, 5, 6, 6)).tobytes()[0])
    assert corners[0] < 60 < 200 < corners[1]


def test_every_command_that_takes_a_trace_takes_a_card(card: Path, terminal: Terminal, tmp_path: Path) -> None:
    results = []
    bare = tmp_path / TRACE.name  # without what is kept beside it: a card has the trace alone
    bare.write_bytes(TRACE.read_bytes())
    for path in (card, bare):
        assert terminal("show", "--json", path) == OK
        results.append({**json.loads(terminal.out), "trace": ""})
    assert results[0] == results[1]
    assert terminal("replay", card, "--speed", 1000) == OK
    page = tmp_path / "page.md"
    assert terminal("export", card, "--to", page) == OK
    assert "1.86×" in page.read_text(encoding="utf-8")
    assert terminal("verify", card, "--json") == OK
    assert json.loads(terminal.out)["behaviour_verdict"]
    again = tmp_path / "again.png"
    assert terminal("card", card, "--to", again) == OK
    assert again.read_bytes() == card.read_bytes()


def test_a_card_that_lost_its_trace_says_so(card: Path, terminal: Terminal) -> None:
    with Image.open(card) as seen:
        seen.load()
    seen.save(card)
    assert terminal("show", card) == FAILED
    assert "This picture carries no race." in terminal.err
    assert "thrown the trace away" in terminal.err


def test_a_card_is_written_whole_or_not_at_all(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("card", TRACE, "--to", tmp_path / "card.jpg") == USAGE
    assert terminal("card", TRACE, "--to", tmp_path / "none" / "card.png") == FAILED
    assert "does not exist" in terminal.err
    assert not list(tmp_path.glob("*.p*"))
