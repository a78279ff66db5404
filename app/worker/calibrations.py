"""What a drafter's certainty was worth in races before: kept for each pair, engine and machine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from app.places import Places, write_private
from app.race.heats import Heats
from app.race.known_costs import Calibration
from app.race.lanes import MAX_K, KPolicy, LaneSpec
from app.race.problems import DECODE_ERRORS
from app.race.trace import Header

_MOST_PAIRS: Final = 64


class Calibrations:
    """Counts in a small JSON file. A file that cannot be read or written only means learning again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, places: Places) -> Calibrations:
        """Returns what is kept on this machine."""
        return cls(places.cache / "certainty.json")

    def get(self, header: Header) -> Calibration | None:
        """Returns what races of the header's pair showed before, None if there was none."""
        lane = _steered(header)
        return None if lane is None else self._read().get(_key(header, lane))

    def learn(self, header: Header, heats: Heats) -> None:
        """Keeps what a race showed, beside what was known before it."""
        lane = _steered(header)
        if lane is None:
            return
        from app.race.certainty import calibrated  # It needs numpy; the window starts without it.

        kept, key = self._read(), _key(header, lane)
        found = before = kept.pop(key, None)
        for heat in sorted(heats.states):
            found = calibrated(heats.states[heat].lanes[lane.id].rounds, MAX_K, found)
        if found is None or found == before or not any(map(sum, found.tried)):
            return
        # The pair that raced last stands last; the one that raced longest ago is forgotten.
        kept = dict(list(kept.items())[-_MOST_PAIRS + 1 :]) | {key: found}
        try:
            write_private(self._path, msgspec.json.encode(kept))
        except OSError:
            return

    def _read(self) -> dict[str, Calibration]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Calibration])
        except (OSError, *DECODE_ERRORS):
            return {}


def _steered(header: Header) -> LaneSpec | None:
    """The lane whose policy asks the drafter's certainty; None if there is none, or several with drafters of theirs."""
    found = [lane for lane in header.lanes if lane.policy is KPolicy.AUTO]
    return found[0] if len(found) == 1 else None


def _key(header: Header, lane: LaneSpec) -> str:
    """What certainty is worth depends on files, engine and machine, and on whether the target draws its tokens."""
    files = sorted(f"{file.size} {file.digest}" for file in header.files)
    drawn = "drawn" if header.request.sampling.temperature > 0 else "greedy"
    text = "\n".join(
        [lane.engine, lane.kind.value, lane.drafter, drawn, *files, header.machine.cpu, *header.machine.gpus]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:24]
