"""What tests of downloads share: a repository with content, the pair that wants it, and one run of a download."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.models.hub.client import Hub, make_client
from app.models.hub.download import Download, DownloadReport, DownloadSettings
from app.models.hub.progress import Progress
from app.models.hub.settings import HubSettings, HubToken
from app.models.hub.transfer import Retries
from app.models.pairs import ModelFile, ModelSource, Pair
from app.places import Places, find_places
from tests.models.fakehub import COMMIT, FakeHub, sha256

REPOSITORY = "maker/model-GGUF"
FOLDER_REPOSITORY = "maker/model"
TARGET, DRAFTER = "target.gguf", "mtp-drafter.gguf"


def content(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


TARGET_BYTES, DRAFTER_BYTES = content(1, 300_000), content(2, 40_000)


def filled() -> FakeHub:
    hub = FakeHub()
    hub.files[REPOSITORY] = {TARGET: TARGET_BYTES, DRAFTER: DRAFTER_BYTES, "README.md": b"# A model\n"}
    hub.files[FOLDER_REPOSITORY] = {
        "config.json": b'{"model_type": "gemma4"}',
        "model-00001-of-00002.safetensors": content(3, 50_000),
        "model-00002-of-00002.safetensors": content(4, 60_000),
        "original/old.safetensors": content(5, 10),
        "README.md": b"# A model\n",
    }
    return hub


def pinned_pair() -> Pair:
    """Everything is known beforehand, so nothing has to be asked."""
    return Pair(
        id="test-pair", title="Test", engines=("llama.cpp",),
        target=ModelSource(REPOSITORY, COMMIT, files=(ModelFile(TARGET, len(TARGET_BYTES), sha256(TARGET_BYTES)),)),
        drafter=ModelSource(REPOSITORY, COMMIT, files=(ModelFile(DRAFTER, len(DRAFTER_BYTES), sha256(DRAFTER_BYTES)),)),
    )  # fmt: skip


def open_pair() -> Pair:
    """Names only, at a branch: sizes and checksums are asked for."""
    return Pair(
        id="open-pair", title="Test", engines=("llama.cpp",),
        target=ModelSource(REPOSITORY, files=(ModelFile(TARGET),)),
        drafter=ModelSource(REPOSITORY, files=(ModelFile(DRAFTER),)),
    )  # fmt: skip


def folder_pair() -> Pair:
    """A folder chosen by patterns: its files are listed by the hub."""
    return Pair(
        id="folder-pair", title="Test", engines=("transformers",),
        target=ModelSource(FOLDER_REPOSITORY, include=("*.safetensors", "*.json")),
        drafter=ModelSource(REPOSITORY, files=(ModelFile(DRAFTER),)),
    )  # fmt: skip


@dataclass
class Bench:
    """A fake hub, an empty machine, and downloads between them."""

    hub: FakeHub
    root: Path
    token: str | None = None
    offline: bool = False
    attempts: int = 4
    endpoint: str = ""
    read_s: float | None = 0.3
    """Seconds without a byte; None waits for ever, for a connection too."""

    @property
    def places(self) -> Places:
        return find_places({"MTP_RACE_HOME": str(self.root / "home")})

    @property
    def settings(self) -> HubSettings:
        token = HubToken(self.token) if self.token else None
        return HubSettings(self.endpoint or self.hub.endpoint, token, self.root / "cache", self.offline)

    def get(
        self,
        pair: Pair,
        on_progress: Callable[[Progress], None] = lambda now: None,
        free: Callable[[Path], int] = lambda folder: 1 << 50,
        steer: Callable[[Download], None] = lambda download: None,
    ) -> DownloadReport:
        settings = DownloadSettings(every_s=0.0, retries=Retries(attempts=self.attempts, first_wait=0.0))
        with closing(make_client(connect_s=None if self.read_s is None else 2.0, read_s=self.read_s)) as client:
            hub = Hub(self.settings, client)
            download = Download(pair, self.places, hub, on_progress, settings, free=free)
            steer(download)
            return download.run()

    def folder(self, repository: str = REPOSITORY, revision: str = COMMIT) -> Path:
        return self.places.models / repository.replace("/", "--") / revision

    def wrong_files(self) -> list[str]:
        """Files that stand under their final names with another content than the hub's."""
        wrong = []
        for repository, files in self.hub.files.items():
            for revision in (COMMIT, "main"):
                for name, data in files.items():
                    path = self.folder(repository, revision) / name
                    if path.is_file() and path.read_bytes() != data:
                        wrong.append(name)
        return wrong


def repinned(pair: Pair, **changes: object) -> Pair:
    """The pair with other info about its target's file."""
    file = msgspec.structs.replace(pair.target.files[0], **changes)
    return msgspec.structs.replace(pair, target=msgspec.structs.replace(pair.target, files=(file,)))
