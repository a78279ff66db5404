"""The Debian packages that the Linux package is made from: fetched by name and version, checked by their hash.

python packaging/linux/debs.py pin     # writes debs.txt anew with the versions that are offered now
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

LIST = Path(__file__).with_name("debs.txt")
HEAD = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("#")]


def pinned() -> list[tuple[str, str, str]]:
    """Returns name, version and SHA-256 of each package."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [(name, version, digest) for name, version, digest in (line.split() for line in lines if line[0] != "#")]


def fetch(folder: Path) -> list[Path]:
    """Fetches the packages into ``folder`` unless they are there. Ends the program where one is not what is pinned."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name, version, digest in pinned():
        path = folder / f"{name}_{version.replace(':', '%3a')}.deb"
        if not path.exists():
            subprocess.run(["apt-get", "download", "-qq", f"{name}={version}"], cwd=folder, check=True)
            next(folder.glob(f"{name}_*_*.deb")).rename(path)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            sys.exit(f"package: {name} {version} is not the file that is pinned in {LIST.name}")
        found.append(path)
    return found


def unpack(debs: list[Path], folder: Path) -> None:
    """Unpacks the packages' files into ``folder``; nothing of them is run."""
    folder.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        subprocess.run(["dpkg-deb", "-x", str(deb), str(folder)], check=True)


def pin(folder: Path) -> None:
    """Writes the list anew, for the same packages."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = list(HEAD)
    for name, *_ in pinned():
        subprocess.run(["apt-get", "download", "-qq", name], cwd=folder, check=True)
        path = next(folder.glob(f"{name}_*_*.deb"))
        asked = subprocess.run(["dpkg-deb", "-f", str(path), "Version"], capture_output=True, text=True, check=True)
        lines.append(f"{name} {asked.stdout.strip()} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["pin"]:
        sys.exit(__doc__)
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        pin(Path(scratch))
