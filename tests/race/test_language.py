"""One catalogue for all sentences."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.library.languages import languages, load_language
from app.places import find_places
from app.race.language import Catalogue, say, speaking, value_names
from app.race.problems import ProblemError

APP = Path(__file__).resolve().parents[2] / "app"
RESOURCES = find_places().resources


def said_in_code() -> set[str]:
    """Every sentence that stands in a call of ``say``; those made from parts are left out."""
    found = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "say" and node.args:
                texts = (item.value for item in ast.walk(node.args[0]) if isinstance(item, ast.Constant))
                if not isinstance(node.args[0], (ast.JoinedStr, ast.Call)):
                    found |= {text for text in texts if isinstance(text, str)}
    return found


def test_a_sentence_is_english_unless_another_language_is_spoken() -> None:
    other = Catalogue("xx", "Other", {"{name} wins": "won has {name}"})
    assert say("{name} wins", name="MTP") == "MTP wins"
    with speaking(other):
        assert say("{name} wins", name="MTP") == "won has MTP"
        assert say("Level") == "Level"
    assert other.missing == {"Level"}
    assert say("{name} wins", name="{name}") == "{name} wins"


@pytest.mark.parametrize("code", languages(RESOURCES)[1:])
def test_every_sentence_has_a_translation_with_the_same_values(code: str) -> None:
    catalogue = load_language(RESOURCES, code)
    lacking = {text for text in said_in_code() if text not in catalogue.sentences and re.search("[A-Za-z]{2}", text)}
    assert not {text for text in lacking if re.sub(r"\{.*?\}", "", text).strip()}
    for english, other in catalogue.sentences.items():
        assert value_names(english) == value_names(other)
        assert other


def test_an_unknown_or_damaged_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="no language 'xx'"):
        load_language(RESOURCES, "xx")
    with pytest.raises(ProblemError, match="no language"):
        load_language(RESOURCES, "../languages/ja")
    folder = tmp_path / "languages"
    folder.mkdir()
    for text in ("name = ", 'name = "X"\n[sentences]\n"{a}" = "{b}"', 'name = "X"', 'name = "X"\n[sentences]\n"a" = 1'):
        (folder / "xx.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ProblemError, match="cannot be read"):
            load_language(tmp_path, "xx")
