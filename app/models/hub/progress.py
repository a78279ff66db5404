"""Progress of a download: a pure fold over samples, so that every view shows the same numbers.

A sample is (seconds on a monotonic clock, bytes on this disk). The rate is the mean over the last few seconds; the
remaining time is what is left at that rate. Neither is shown before there is enough to say.
"""

from __future__ import annotations

from itertools import pairwise

import msgspec

WINDOW_S = 8.0
_MIN_SPAN_S = 0.75


class Progress(msgspec.Struct, frozen=True):
    """What a progress bar shows.

    Attributes:
        done: Bytes that are on this disk, never less than in an earlier Progress of the same download.
        total: Bytes of all files, None while it is not known.
        rate: Bytes per second over the last seconds, None if not known (just begun, paused, stalled).
        remaining: Seconds left at that rate, None if not known.
        phase: "asking", "checking", "fetching", "paused" or "done".
    """

    done: int = 0
    total: int | None = None
    rate: float | None = None
    remaining: float | None = None
    phase: str = "asking"

    @property
    def fraction(self) -> float | None:
        """Returns 0.0 to 1.0, None while the total is not known."""
        if self.total is None:
            return None
        return 1.0 if self.total == 0 else min(1.0, self.done / self.total)


Sample = tuple[float, int]


class Samples(msgspec.Struct, frozen=True):
    """The samples of the last seconds, and the most bytes ever seen."""

    recent: tuple[Sample, ...] = ()
    most: int = 0


def add(samples: Samples, at: float, done: int, window: float = WINDOW_S) -> Samples:
    """Returns `samples` with one more. A sample older than the last one counts as of the same moment."""
    if samples.recent:
        at = max(at, samples.recent[-1][0])
    kept = [sample for sample in samples.recent if sample[0] >= at - window]
    older = [sample for sample in samples.recent if sample[0] < at - window]
    # One sample from before the window stays, so that the span is the whole window and not a part of it.
    recent = (*older[-1:], *kept, (at, done))
    return Samples(recent=recent, most=max(samples.most, done))


def rate(samples: Samples) -> float | None:
    """Returns bytes per second over the samples kept, None if they span too little time or nothing arrived.

    Only growth counts: where a server cannot resume and a file begins anew, its bytes arrive a second time.
    """
    recent = samples.recent
    if len(recent) < 2:
        return None
    span = recent[-1][0] - recent[0][0]
    if span < _MIN_SPAN_S:
        return None
    grown = sum(max(0, later[1] - earlier[1]) for earlier, later in pairwise(recent))
    return grown / span if grown > 0 else None


def progress(samples: Samples, total: int | None, phase: str) -> Progress:
    """Folds the samples into what is shown."""
    done = samples.most if total is None else min(samples.most, total)
    speed = rate(samples) if phase == "fetching" else None
    remaining = None
    if speed and total is not None:
        now = samples.recent[-1][1]
        remaining = max(0.0, (total - min(now, total)) / speed)
    return Progress(done=done, total=total, rate=speed, remaining=remaining, phase=phase)


_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def bytes_text(count: float) -> str:
    """Returns a size for people, in powers of 1000: "512 bytes", "9.5 MB", "17.3 GB"."""
    value = float(count)
    for unit in _UNITS:
        # 999.95 would be shown as 1000.0, so it belongs to the next unit.
        if value < (1000 if unit == "bytes" else 999.95) or unit == _UNITS[-1]:
            break
        value /= 1000
    if unit == "bytes":
        return "1 byte" if round(value) == 1 else f"{value:.0f} bytes"
    return f"{value:.1f} {unit}"


def time_text(seconds: float) -> str:
    """Returns a time for people: "under 1 s", "42 s", "3 min 5 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def progress_text(now: Progress) -> str:
    """Returns one line, such as "1.2 GB of 6.9 GB, 11.0 MB/s, 8 min 38 s left"."""
    if now.phase == "done":
        return f"{bytes_text(now.done)}, complete"
    if now.phase == "asking":
        return "Asking the hub"
    text = bytes_text(now.done) if now.total is None else f"{bytes_text(now.done)} of {bytes_text(now.total)}"
    if now.phase in ("paused", "checking"):
        return f"{text}, {now.phase}"
    if now.rate is not None:
        text += f", {bytes_text(now.rate)}/s"
    if now.remaining is not None:
        text += f", {time_text(now.remaining)} left"
    return text
