"""The measured noise floors, kept between races: one for each pair, engine and machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.places import write_private
from app.race.events import Noise
from app.race.problems import DECODE_ERRORS
from app.race.trace import Header


class NoiseFloors:
    """Noise floors in a small JSON file. A file that cannot be read or written only means measuring again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, header: Header) -> Noise | None:
        """Returns the floor of the header's pair, or None if it was not measured on this machine yet."""
        return self._read().get(_key(header))

    def put(self, header: Header, noise: Noise) -> None:
        """Keeps a floor."""
        try:
            write_private(self._path, msgspec.json.encode({**self._read(), _key(header): noise}))
        except OSError:
            return

    def _read(self) -> dict[str, Noise]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Noise])
        except (OSError, *DECODE_ERRORS):
            return {}


def _key(header: Header) -> str:
    """What the noise depends on: files, engine, threads, the widest pass and the processor."""
    lanes = [f"{lane.engine} {lane.threads} {lane.gpu_layers} {lane.k}" for lane in header.lanes]
    files = [f"{file.size} {file.digest}" for file in header.files]
    text = "\n".join([*lanes, *files, header.machine.cpu, *header.machine.gpus, header.app_version])
    return hashlib.sha256(text.encode()).hexdigest()[:24]
