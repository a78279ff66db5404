"""One campaign against one reader: inputs until the time or the count is over, and what fell."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.fuzz.mutation import mutate
from tests.fuzz.readers import Reader

SLOW_S = 5.0
"""An input that takes a reader longer than this in processor time is a fall."""
_MOST_FALLS = 20


class TooSlow(BaseException):
    """The reader took too long. Not an Exception, so that no reader catches it."""


@dataclass
class Outcome:
    """What a campaign found.

    Attributes:
        tried: Inputs.
        slowest: Longest processor time of one input in seconds.
        falls: For each: the last line of the traceback, the whole of it, and the input.
    """

    tried: int = 0
    slowest: float = 0.0
    falls: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def limited() -> Iterator[None]:
    """Ends what runs too long, where the system can."""
    if not hasattr(signal, "ITIMER_VIRTUAL"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOW_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run(reader: Reader, *, seed: int, seconds: float = 1e9, count: int = 1 << 62) -> Outcome:
    """Gives a reader mutated samples, the samples themselves first.

    Args:
        reader: Which.
        seed: Of all chance.
        seconds: Wall time after which it ends.
        count: Inputs after which it ends.
    """
    outcome, chance = Outcome(), random.Random(seed)
    root = Path(tempfile.mkdtemp(prefix="mtp-race-fuzz-"))
    try:
        (root / "samples").mkdir()
        samples = reader.samples(root / "samples")
        end = time.monotonic() + seconds
        while outcome.tried < count and time.monotonic() < end and len(outcome.falls) < _MOST_FALLS:
            number = outcome.tried
            data = samples[number] if number < len(samples) else mutate(samples, reader.words, chance)
            _try(reader, data, root / "input", outcome)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return outcome


def _try(reader: Reader, data: bytes, folder: Path, outcome: Outcome) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    outcome.tried += 1
    began = time.process_time()
    try:
        with limited():
            reader.read(data, folder)
    except reader.allowed:
        pass
    except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever falls is what this is for
        last = "".join(traceback.format_exception_only(error)).strip()[-300:]
        outcome.falls.append((last, traceback.format_exc(limit=-8), data))
    outcome.slowest = max(outcome.slowest, time.process_time() - began)
