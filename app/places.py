"""Where things are on this machine: what comes with the app, and the user's own folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

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
        root = Path(home).expanduser()
        data, cache, config = root / "data", root / "cache", root / "config"
    else:
        dirs = platformdirs.PlatformDirs(_APP, appauthor=False, roaming=False)
        data, cache, config = dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path
    return Places(resources=resources, registry=registry, data=data, cache=cache, config=config)
