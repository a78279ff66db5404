"""Two stored results side by side in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.race.sweep_result import write_sweep
from app.race.trace import TraceWriter
from app.ui.compare_dialog import CompareDialog
from tests.draw.sweeps import sweep
from tests.ui import synthetic
from tests.ui.windows import shown


def write(path: Path, rates: tuple[float, float]) -> None:
    """Writes a made-up race of two lanes at these rates."""
    head = synthetic.header()
    with path.open("wb") as file:
        writer = TraceWriter(file, head)
        for record in synthetic.records(head, 60, rates=rates):
            writer.write(record)
        writer.close()


def test_two_races_are_compared_and_the_order_can_be_swapped(qtbot: QtBot, tmp_path: Path) -> None:
    slow, fast = tmp_path / "slow.ndjson", tmp_path / "fast.ndjson"
    write(slow, (50.0, 60.0))
    write(fast, (100.0, 150.0))
    parent = QWidget()
    with shown(parent, qtbot, height=700):
        dialog = CompareDialog((fast, "Fast"), [(slow, "Slow")], parent)
        dialog.open()
        qtbot.waitUntil(lambda: dialog.found is not None)
        found = dialog.found
        assert found is not None
        assert [round(lane.change.ratio, 1) for lane in found.lanes] == [2.0, 2.5]
        told = [item.text() for item in dialog.findChildren(QLabel)]
        assert found.verdict in told
        assert "Times before" in told
        assert "2.50×" in told
        assert "Before: Slow\nAfter: Fast" in told
        qtbot.mouseClick(dialog.swap, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: dialog.found is not None and round(dialog.found.lanes[0].change.ratio, 1) == 0.5)
        qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
        assert not dialog.isVisible()


def test_what_cannot_be_read_is_told_and_another_can_be_picked(qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sweep.json").write_bytes(write_sweep(sweep(1)))
    parent = QWidget()
    with shown(parent, qtbot, height=700):
        gone = (tmp_path / "gone", "Gone")
        dialog = CompareDialog((tmp_path / "a", "A"), [gone, (tmp_path / "b", "B")], parent)
        dialog.open()
        qtbot.waitUntil(lambda: "gone" in dialog.verdict.text())
        dialog.other.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.found is not None)
        assert dialog.found is not None
        assert all(lane.change.ratio == pytest.approx(1.0) for lane in dialog.found.lanes)
        dialog.close()


def test_alone_there_is_nothing_to_compare_with(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    with shown(parent, qtbot, height=700):
        dialog = CompareDialog((tmp_path, "A"), [], parent)
        dialog.open()
        assert dialog.verdict.text() == "There is nothing else to compare it with yet."
        dialog.close()
