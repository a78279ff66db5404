"""The frames of the bundled race, to the last bit, and under other font settings too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[2]

SETTINGS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}
<match target="font"><edit name="antialias" mode="assign"><bool>{smooth}</bool></edit>
<edit name="hinting" mode="assign"><bool>true</bool></edit>
<edit name="autohint" mode="assign"><bool>true</bool></edit>
<edit name="hintstyle" mode="assign"><const>hintfull</const></edit>
<edit name="rgba" mode="assign"><const>rgb</const></edit>
<edit name="embolden" mode="assign"><bool>true</bool></edit></match>
<match target="pattern"><edit name="family" mode="assign" binding="strong"><string>DejaVu Serif</string></edit></match>
</fontconfig>"""


def frames(environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.video.golden"],
        capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize("settings", ["own", "none", "ugly"])
def test_the_frames_are_those_that_were_looked_at_whatever_the_font_settings(settings: str, tmp_path: Path) -> None:
    environment = {}
    if settings != "own":
        folders = "<dir>/usr/share/fonts</dir>" if settings == "ugly" else ""
        file = tmp_path / "fonts.conf"
        file.write_text(SETTINGS.format(folders=folders, smooth="false" if settings == "ugly" else "true"))
        environment = {"FONTCONFIG_FILE": str(file), "QT_SCALE_FACTOR": "1.5", "QT_FONT_DPI": "130", "LC_ALL": "C"}
    assert frames(environment) == (DATA / "frames.sha256").read_text().split()
