"""Where things are on this machine: what comes with the app, and the user's own folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec
import platformdirs

_APP = "mtp-race"
HOME_VARIABLE = "MTP_RACE_HOME"


class Places(msgspec.Struct, frozen=True):
    """The folders of one installation. None of them has to exist.

    resources: what comes with the app, read only. registry: the app's own models.toml.
    data: downloaded models and saved races. cache: what can be made again. config: what the user wrote.
    """

    resources: Path
    registry: Path
    data: Path
    cache: Path
    config: Path

    @property
    def models(self) -> Path:
        """Downloaded models: one folder per repository and revision."""
        return self.data / "models"

    @property
    def races(self) -> Path:
        """The library: recorded races."""
        return self.data / "races"

    @property
    def samples(self) -> Path:
        """Recorded races that come with the app; read only."""
        return self.resources / "samples"

    @property
    def log(self) -> Path:
        """What went wrong, for a report; beside it its older parts."""
        return self.data / "log" / "mtp-race.log"

    @property
    def user_registry(self) -> Path:
        """The user's own models.toml; it adds pairs and replaces those of the same id."""
        return self.config / "models.toml"


def find_places(environment: Mapping[str, str] | None = None, package: Path | None = None) -> Places:
    """The places of this installation.

    environment: the process's, if None. MTP_RACE_HOME there moves the user's folders under one folder.
    package: the folder of the `app` package, if not this one. An installed wheel has its resources inside the package
    (app/_resources); a checkout has them beside it.
    """
    env = os.environ if environment is None else environment
    package = Path(__file__).resolve().parent if package is None else package
    installed = package / "_resources"
    if installed.is_dir():
        resources, registry = installed, installed / "models.toml"
    else:
        resources, registry = package.parent / "resources", package.parent / "models.toml"
    home = env.get(HOME_VARIABLE, "")
    if home:
        root = Path(os.path.abspath(os.path.expanduser(home)))
        data, cache, config = root / "data", root / "cache", root / "config"
    else:
        dirs = platformdirs.PlatformDirs(_APP, appauthor=False, roaming=False)
        data, cache, config = dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path
    return Places(resources=resources, registry=registry, data=data, cache=cache, config=config)


def make_private(folder: Path) -> Path:
    """Makes a folder of the user's, and those above it that are missing, so that no other user can look into them.

    Returns:
        The folder.

    Raises:
        OSError: It cannot be made.
    """
    missing = []
    place = folder
    while not os.path.lexists(place) and place != place.parent:
        missing.append(place)
        place = place.parent
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def open_private(path: Path, *, new: bool = False) -> BinaryIO:
    """Opens a file of the user's for writing, from its begin, which no other user can read; its folder is made.

    Args:
        path: Where.
        new: It must not be there yet.

    Raises:
        FileExistsError: It shall be new and is not.
        OSError: It cannot be made.
    """
    make_private(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # One that an older version made for all.
    except OSError:
        pass  # A disk that knows no rights, or a device.
    return os.fdopen(handle, "wb")


def write_private(path: Path, data: bytes) -> None:
    """Writes a file of the user's that no other user can read: all of it, or the old one stays.

    Raises:
        OSError: It cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    with open_private(fresh) as out:
        out.write(data)
    fresh.replace(path)
