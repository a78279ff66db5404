"""A file of settings may hold anything: the window opens, and what cannot be used is named in the log."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from app.places import Places
from app.ui import settings as remembered
from app.ui.application import build_window, open_settings
from app.ui.export.choices import ExportChoices, recall_choices
from app.ui.theme import Theme
from app.video.studio import FilmStudio
from app.worker.pool import WorkerPool

KEYS = (
    "window/geometry", "window/theme", "race/pair", "race/prompt", "race/prompt-text", "race/k", "race/lanes",
    "race/max-tokens", "race/temperature", "race/record", "race/format", "sweep/pair", "sweep/prompts", "sweep/k",
    "sweep/spend", "models/engine", "models/state",
)  # fmt: skip
VALUES = (
    "abc", "inf", "-inf", "nan", "-1", "1e400", "1" * 5000, "0x10", "a,b,c", "@ByteArray(abc)", "@Invalid()",
    "@Rect(1 2)", "@Size(x)", '"', "\\x41\\xd8", "%%%", "[{}]", "{" * 3000, "\u202e", "\xff", "",
)  # fmt: skip


def write(places: Places, data: bytes, name: str = "window.ini") -> Path:
    places.config.mkdir(parents=True, exist_ok=True)
    path = places.config / name
    path.write_bytes(data)
    return path


def filled(value: str, encoding: str = "utf-8") -> bytes:
    groups: dict[str, list[str]] = {}
    for key in KEYS:
        group, _, name = key.partition("/")
        groups.setdefault(group, []).append(f"{name}={value}")
    return "\n".join(f"[{group}]\n" + "\n".join(lines) for group, lines in groups.items()).encode(encoding)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_the_window_opens_whatever_its_settings_hold(
    value: str, theme: Theme, places: Places, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(places, filled(value))
    write(places, filled(value), "export.ini")
    window = build_window(theme.parent(), places, WorkerPool(), FilmStudio(places.resources))  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.recall()
    controls = window.race.controls
    assert controls.max_tokens.minimum() <= controls.max_tokens.value() <= controls.max_tokens.maximum()
    assert isinstance(recall_choices(places), ExportChoices)


@pytest.mark.parametrize("data", [b"\xff\xfe\0\0", b"\0" * 100, b"x" * (5 << 20), b"[race]\nk=@Variant(\\0\\0)\n"])
def test_a_file_that_holds_no_settings_is_put_aside(
    places: Places, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(places, data)
    with caplog.at_level(logging.WARNING, "mtp_race.settings"):
        assert open_settings(places).allKeys() == []
    assert path.with_name("window.ini.unreadable").exists()
    assert "window.ini" in caplog.text


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], QSettings]:
    def make(value: str) -> QSettings:
        path = tmp_path / "some.ini"
        path.write_text(f"[a]\nb={value}\n")
        return remembered.open_settings(path)

    return make


@pytest.mark.parametrize("value", ["inf", "nan", "abc", "-1", "9" * 5000])
def test_a_number_that_is_none_is_ignored_and_named(
    settings: Callable[[str], QSettings], value: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "mtp_race.settings"):
        assert remembered.whole(settings(value), "a/b", 7, 1, 10) == 7
    assert "a/b" in caplog.text
    assert remembered.whole(settings("8"), "a/b", 7, 1, 10) == 8


def test_what_was_remembered_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "x" / "some.ini"
    first = remembered.open_settings(path)
    first.setValue("a/text", "one, two")
    first.setValue("a/data", QByteArray(b"\0\x01\xff"))
    first.setValue("a/number", 0.25)
    first.sync()
    again = remembered.open_settings(path)
    assert remembered.text(again, "a/text") == "one, two"
    assert remembered.data(again, "a/data") == QByteArray(b"\0\x01\xff")
    assert remembered.number(again, "a/number", 1, 0, 2) == 0.25
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
