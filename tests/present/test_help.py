"""What Help and About say is what the README and the packages say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app.present.about import PACKAGES, about_text, parts
from app.present.help import GLOSSARY

ROOT = Path(__file__).resolve().parents[2]


def test_the_words_of_help_are_those_of_the_readmes_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("| you see | it means |")[1].split("\n\n")[0]
    rows = [tuple(part.strip() for part in line.strip("|").split("|")) for line in table.strip().split("\n")[1:]]
    assert tuple(rows) == GLOSSARY


def test_about_names_every_package_that_the_app_is_installed_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=;\s]", item)[0] for item in project["dependencies"]}
    assert set(PACKAGES) == wanted


def test_every_part_that_is_installed_has_a_version_and_a_licence() -> None:
    found = {part.name: part for part in parts()}
    assert found["numpy"].version
    assert "BSD" in found["numpy"].licence
    assert all(part.licence for part in found.values())
    assert "OFL" in about_text() or "Open Font License" in about_text()
