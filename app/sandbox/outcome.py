"""Turns the bytes that left a sandbox into a RunResult, trusting none of them."""

from __future__ import annotations

import os
import signal

import msgspec

from app.sandbox.results import Ended, Job, Report, RunResult
from app.sandbox.supervise import Raw

_DECODER = msgspec.json.Decoder(Report)
_TIME_SIGNALS = (signal.SIGXCPU,) if hasattr(signal, "SIGXCPU") else ()


def to_result(raw: Raw, job: Job) -> RunResult:
    """The result of a run. A report that is missing, too large or of the wrong form makes it "broken"."""
    stdout, stderr = as_text(raw.stdout, job.limits.output), as_text(raw.stderr, job.limits.output)
    report, problem = read_report(bytes(raw.report))
    ended: Ended = raw.ended
    if ended == "exited":
        if report is None:
            ended = "broken"
        elif report.timed_out:
            ended = "timed_out"
    if report is None:
        return RunResult(
            ended=ended, stdout=stdout, stderr=stderr, wall_s=raw.wall_s, peak_memory=raw.peak_memory, problem=problem
        )
    code, signal_name, by_time = exit_of(report.status)
    if by_time and ended == "exited":
        ended = "timed_out"
    return RunResult(
        ended=ended,
        exit_code=code if ended == "exited" else None,
        signal=signal_name if ended == "exited" else None,
        stdout=stdout,
        stderr=stderr,
        error=report.error,
        missing_module=report.missing_module,
        wanted_input=report.wanted_input,
        wall_s=min(max(report.wall_s, 0.0), raw.wall_s),
        peak_memory=raw.peak_memory,
        functions=report.functions,
        classes=report.classes,
        demo_calls=report.demo_calls,
        files=report.files,
        files_left_out=report.files_left_out,
        outcomes=report.outcomes,
        loaded=report.loaded,
    )


def read_report(data: bytes) -> tuple[Report | None, str]:
    """The report, or None and what is wrong with it."""
    if not data:
        return None, "The program ended the sandbox before it could report."
    try:
        return _DECODER.decode(data), ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return None, f"The report from the sandbox is not readable: {error}"


def exit_of(status: int | None) -> tuple[int | None, str | None, bool]:
    """Exit code, or the signal's name and whether it is that of the CPU limit."""
    if status is None or not 0 <= status <= 0xFFFF:
        return None, None, False
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status), None, False
    number = os.WTERMSIG(status)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return None, name, number in _TIME_SIGNALS


def as_text(data: bytes | bytearray, most: int) -> str:
    """UTF-8 text of at most `most` bytes; what is no text becomes a visible mark, control characters too."""
    text = bytes(data[:most]).decode("utf-8", "replace").replace("\r\n", "\n")
    return text.translate(_CONTROLS)


# Escape sequences must not reach a terminal: every control character but tab and newline is shown as a picture of it.
_CONTROLS = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {127: 0x2421}
