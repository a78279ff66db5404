"""``python -m tests.ui.contact_sheet OUT.png``: every page and dialog, in both themes at four sizes, on one picture.

Beside it stands each of them in full, in a folder of the same name. What is wrong with any is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRect, Qt, qInstallMessageHandler
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.places import find_places
from app.ui.theme import Theme, ui_font
from tests.ui.walk import SIZES, dialog_of, faults, leave, make_all, scenes, settle

_THUMB = 360
_CAPTION = 22
_COLUMNS = 8
_WAIT_S = 20.0


def photograph(app: QApplication, home: Path, out: Path, sizes: list[tuple[int, int]], schemes: list[str]) -> int:
    """Walks once for each size and scheme, and saves what is seen. Returns how many faults there are."""
    wrong = 0
    for scheme in schemes:
        for width, height in sizes:
            places = find_places({"MTP_RACE_HOME": str(home / f"{scheme}-{width}")})
            theme = Theme(app, places.resources, forced=scheme)
            window = make_all(theme, places)
            window.resize(width, height)
            window.show()
            for number, scene in enumerate(scenes(window, places)):
                scene.show()
                wait_for(scene.ready)
                settle()
                dialog = dialog_of(window)
                shown = dialog or window
                shown.grab().save(str(out / f"{number:02d} {scene.name} {scheme} {width}x{height}.png"))
                for fault in faults(shown):
                    wrong += 1
                    print(f"{scene.name}, {scheme}, {width} x {height}: {fault}")
                if dialog is not None:
                    leave(window)
            window.close()
            wait_for(window.gone.is_set)
    return wrong


def wait_for(ready: Callable[[], bool]) -> None:
    """Lets the window live until something is so.

    Raises:
        TimeoutError: it is not so after a while.
    """
    end = time.monotonic() + _WAIT_S
    while not ready():
        QApplication.processEvents()
        if time.monotonic() > end:
            raise TimeoutError


def lay_out(folder: Path, out: Path) -> None:
    """Puts all pictures of a folder on one sheet, a row for each scene."""
    files = sorted(folder.glob("*.png"))
    rows = -(-len(files) // _COLUMNS)
    high = _THUMB * 9 // 16 + _CAPTION
    sheet = QImage(_COLUMNS * _THUMB, rows * high, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setFont(ui_font(8))
    for number, file in enumerate(files):
        left, top = number % _COLUMNS * _THUMB, number // _COLUMNS * high
        picture = QImage(str(file)).scaled(
            _THUMB - 8,
            high - _CAPTION,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(left + (_THUMB - picture.width()) // 2, top + _CAPTION, picture)
        painter.drawText(QRect(left + 4, top, _THUMB - 8, _CAPTION), int(Qt.AlignmentFlag.AlignVCenter), file.stem)
    painter.end()
    sheet.save(str(out))


def main() -> int:
    """Makes the pictures, those at scale 2 in a process of their own, and then the sheet."""
    parser = argparse.ArgumentParser(prog="python -m tests.ui.contact_sheet", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--large", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--theme", choices=("dark", "light"), help="only this one")
    given = parser.parse_args()
    folder = given.out.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    if not given.large:
        for file in folder.glob("*.png"):
            file.unlink()
        again = [sys.executable, "-m", "tests.ui.contact_sheet", *sys.argv[1:], "--large"]
        wrong += subprocess.run(again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=False).returncode
    qInstallMessageHandler(lambda _, __, words: None if "does not support" in words else print(words))
    app = QApplication([])
    sizes = [SIZES[-1]] if given.large else list(SIZES[:-1])
    schemes = [given.theme] if given.theme else ["dark", "light"]
    loop = QEventLoop(app, already_running=True)  # Events are waited for here, and its tasks go on meanwhile.
    asyncio.events._set_running_loop(loop)
    with tempfile.TemporaryDirectory() as home:
        wrong += photograph(app, Path(home), folder, sizes, schemes)
    asyncio.events._set_running_loop(None)
    if not given.large:
        lay_out(folder, given.out)
        print(f"{given.out}: {len(list(folder.glob('*.png')))} pictures, {wrong} faults")
    return min(wrong, 100)


if __name__ == "__main__":
    sys.exit(main())
