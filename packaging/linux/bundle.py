"""The Linux package: a tarball with its own CPython, and a .deb of the same tree. ``make package`` runs this.

    python packaging/linux/bundle.py [--llama WHEEL] [--out build/linux]

Inputs are pinned: Python packages by the hashes in requirements/, Debian packages by those in debs.txt, llama.cpp by
its source's hash (packaging/portable). Times in the archives are those of the commit, so that the same commit and
inputs give the same bytes; llama.cpp's own libraries are the same only with the same compiler.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "portable")]

from build_llama import build  # noqa: E402
from debs import fetch, unpack  # noqa: E402

MACHINE = "x86_64-linux-gnu"
STDLIB_LEFT_OUT = ("idlelib", "turtledemo", "tkinter", "lib2to3", "test", "distutils", "ensurepip")
QT_KEPT = ("Core", "Gui", "Widgets", "Svg", "DBus", "OpenGL", "XcbQpa", "WaylandClient")
QT_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg")
QT_PLUGINS = (
    "iconengines",
    "imageformats",
    "platforminputcontexts",
    "platforms",
    "platformthemes",
    "wayland*",
    "xcbgl*",
)
QT_PLUGINS_LEFT_OUT = (
    "*qeglfs*",
    "*qlinuxfb*",
    "*qvkkhr*",
    "*qvnc*",
    "*virtualkeyboard*",
    "*qpdf*",
    "*qtiff*",
    "*compositor*",
)


def version() -> str:
    """Returns the app's version."""
    source = (ROOT / "app" / "__init__.py").read_text(encoding="utf-8")
    return source.split('__version__ = "')[1].split('"')[0]


def epoch() -> str:
    """Returns the time of the commit, in seconds, for every time in the archives."""
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def python_tree(system: Path, tree: Path) -> None:
    """Lays CPython and the libraries of a bare system's gaps into the tree."""
    prefix = tree / "python"
    (prefix / "bin").mkdir(parents=True)
    shutil.copy2(system / "usr/bin/python3.11", prefix / "bin/python3.11")
    ignored = shutil.ignore_patterns(*STDLIB_LEFT_OUT, "__pycache__", "EXTERNALLY-MANAGED", "config-3.11-*")
    shutil.copytree(system / "usr/lib/python3.11", prefix / "lib/python3.11", ignore=ignored, symlinks=True)
    for link in [path for path in prefix.rglob("*") if path.is_symlink() and not path.exists()]:
        link.unlink()
    libraries = tree / "lib"
    libraries.mkdir()
    for folder in (system / "lib" / MACHINE, system / "usr/lib" / MACHINE):
        for path in sorted(folder.glob("lib*.so.*")):
            shutil.copy2(path, libraries / path.name, follow_symlinks=False)
    shutil.copytree(system / "usr/share/X11", tree / "share/X11", symlinks=True)
    config = tree / "share/fonts-config"
    config.mkdir(parents=True)
    shutil.copy2(system / "etc/fonts/fonts.conf", config / "fonts.conf")


def packages(tree: Path, llama: Path, wheel: Path) -> None:
    """Installs the Python packages, by hash, and takes out of Qt what the window never loads."""
    site = tree / "python/lib/python3/dist-packages"
    uv = [str(ROOT / ".venv/bin/uv"), "pip", "install", "-q", "--target", str(site), "--python-version", "3.11"]
    uv += ["--link-mode", "copy"]
    subprocess.run([*uv, "--require-hashes", "-r", str(ROOT / "requirements/app.txt")], check=True)
    subprocess.run([*uv, "--no-deps", str(llama), str(wheel)], check=True)
    slim_qt(site / "PySide6")
    for name in ("bin", "lib", "include", "numpy/_core/include", "numpy/random/_examples", "llama_cpp/server"):
        shutil.rmtree(site / name, ignore_errors=True)
    for path in sorted(site.rglob("*"), reverse=True):
        if path.is_dir() and (path.name in ("tests", "__pycache__") or path.name == "examples"):
            shutil.rmtree(path)
        elif path.suffix == ".pyi" or path.name == "direct_url.json":
            path.unlink()


def slim_qt(qt: Path) -> None:
    """Leaves of Qt what the window loads: a tenth of its modules, and the plugins of X11 and Wayland."""
    for path in qt.iterdir():
        module = path.name.split(".")[0]
        loaded = path.suffix == ".py" or path.name.startswith("libpyside6.abi3") or path.name == "Qt"
        if not loaded and module not in QT_MODULES:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (qt / "Qt").iterdir():
        if path.name not in ("lib", "plugins"):
            shutil.rmtree(path)
    for path in (qt / "Qt/lib").glob("libQt6*"):
        if path.name.removeprefix("libQt6").split(".")[0] not in QT_KEPT:
            path.unlink()
    plugins = qt / "Qt/plugins"
    kept = {folder for pattern in QT_PLUGINS for folder in plugins.glob(pattern)}
    for folder in plugins.iterdir():
        if folder not in kept:
            shutil.rmtree(folder)
    for pattern in QT_PLUGINS_LEFT_OUT:
        for path in list(plugins.glob(f"*/{pattern}")) + list(plugins.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def desktop(tree: Path) -> None:
    """Lays the launcher, the desktop entry, the icon and the file type into the tree."""
    (tree / "bin").mkdir()
    shutil.copy2(HERE / "launcher.sh", tree / "bin/mtp-race")
    (tree / "bin/mtp-race").chmod(0o755)
    for source, place in (
        (HERE / "mtp-race.desktop", "applications"),
        (HERE / "mtp-race.xml", "mime/packages"),
        (ROOT / "resources/icons/app.svg", "icons/hicolor/scalable/apps"),
    ):
        (tree / "share" / place).mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, tree / "share" / place / ("mtp-race.svg" if source.suffix == ".svg" else source.name))
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy2(ROOT / name, tree / name)


def compiled(tree: Path) -> None:
    """Compiles every module, so that the first start is as quick as any; by content, so that times do not matter."""
    python = tree / "python/bin/python3.11"
    words = ["-m", "compileall", "-qq", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", "/"]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tree / "lib")}
    subprocess.run([str(python), "-S", *words, str(tree / "python/lib")], env=environment, check=False)


def tarball(tree: Path, out: Path, when: str) -> Path:
    """Packs the tree, the same bytes for the same tree. gzip: every system has it, and the weights hardly shrink."""
    path = out / f"{tree.name}.tar.gz"
    words = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{when}", "-C", str(tree.parent)]
    subprocess.run(["tar", *words, "-I", "gzip -n6", "-cf", str(path), tree.name], check=True)
    return path


def debian(tree: Path, out: Path, when: str) -> Path:
    """Makes a .deb of the tree: all of it under /opt/mtp-race, links where a desktop looks."""
    root = out / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(tree, root / "opt/mtp-race", symlinks=True)
    for place in (
        "bin/mtp-race",
        "share/applications/mtp-race.desktop",
        "share/mime/packages/mtp-race.xml",
        "share/icons/hicolor/scalable/apps/mtp-race.svg",
    ):
        (root / "usr" / place).parent.mkdir(parents=True, exist_ok=True)
        (root / "usr" / place).symlink_to(f"/opt/mtp-race/{place}")
    size = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    control = root / "DEBIAN/control"
    control.parent.mkdir()
    control.write_text(
        f"Package: mtp-race\nVersion: {version()}\nArchitecture: amd64\nSection: science\nPriority: optional\n"
        f"Installed-Size: {size}\nDepends: libc6 (>= 2.36), libstdc++6, libgcc-s1\n"
        "Maintainer: MTP Race contributors <mtp-race@localhost>\n"
        "Description: race a local LLM against itself with a multi-token-prediction drafter\n"
        " Shows both side by side while they write, and says who won, by how much, and why.\n",
        encoding="utf-8",
    )
    path = out / f"mtp-race_{version()}_amd64.deb"
    words = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", str(root), str(path)]
    subprocess.run(words, env={**os.environ, "SOURCE_DATE_EPOCH": when}, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(root)
    return path


def main() -> None:
    """Builds both packages and says how large they are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--llama", type=Path, help="a wheel of packaging/portable; built if it is not given")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "linux")
    options = parser.parse_args()
    out: Path = options.out.resolve()
    tree = out / f"mtp-race-{version()}-linux-x86_64"
    shutil.rmtree(tree, ignore_errors=True)
    llama = options.llama or build(ROOT / "build" / "portable")
    uv = str(ROOT / ".venv/bin/uv")
    when = epoch()
    subprocess.run([uv, "build", "-q", "--wheel", "--out-dir", str(out)], cwd=ROOT, check=True)
    wheel = next(out.glob(f"mtp_race-{version()}-*.whl"))
    system = out / "system"
    shutil.rmtree(system, ignore_errors=True)
    unpack(fetch(out / "debs"), system)
    python_tree(system, tree)
    packages(tree, llama, wheel)
    desktop(tree)
    compiled(tree)
    for path in (tarball(tree, out, when), debian(tree, out, when)):
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
