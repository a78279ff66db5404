"""Turns the bytes that left a sandbox into a RunResult, trusting none of them."""

from __future__ import annotations

import os
import re
import signal

import msgspec

from app.sandbox.drawn import plain_figure
from app.sandbox.plain import plain_line, plain_name, plain_text
from app.sandbox.results import CallSpec, Class, Ended, Function, Job, Outcome, Raised, Report, RunResult
from app.sandbox.supervise import Raw

_DECODER = msgspec.json.Decoder(Report)
_AFTER_ERROR = (1, 130)  # the exit status after an exception, and after KeyboardInterrupt
_ARGUMENT_READERS = re.compile(r"\b(?:sys\.argv|argparse|click|typer|docopt|fire|optparse)\b")
_WAITED = 0.1  # of its time at most was the processor's: it slept, or waited for something that did not come
_MOST_CALLS = 1000
_MOST_FIGURES = 40
_CALL_CHARS = 4000
_TIME_SIGNALS = (signal.SIGXCPU,) if hasattr(signal, "SIGXCPU") else ()


def to_result(raw: Raw, job: Job) -> RunResult:
    """The result of a run. A report that is missing, too large or of the wrong form makes it "broken"."""
    stdout, stderr = as_text(raw.stdout, job.limits.output), as_text(raw.stderr, job.limits.output)
    report, problem = read_report(bytes(raw.report))
    ended: Ended = raw.ended
    code, signal_name, by_time = exit_of(report.status) if report is not None else (None, None, False)
    if report is not None and code is None and signal_name is None:
        report, problem = None, "The report from the sandbox does not say how the program ended."
    if ended == "exited":
        if report is None:
            ended = "broken"
        elif report.timed_out or by_time:
            ended = "timed_out"
    if report is None:
        return RunResult(
            ended=ended, stdout=stdout, stderr=stderr, wall_s=raw.wall_s, peak_memory=raw.peak_memory, problem=problem
        )
    said = believed(report, code, job)
    asked = ended == "exited" and not job.scenarios and wants_arguments(job.source, code, stderr, said.error)
    waited = ended == "timed_out" and report.cpu_s is not None and report.cpu_s < _WAITED * report.wall_s
    return RunResult(
        ended=ended,
        exit_code=code if ended == "exited" else None,
        signal=signal_name if ended == "exited" else None,
        stdout=stdout,
        stderr=stderr,
        error=said.error,
        missing_module=said.missing_module,
        wanted_input=said.wanted_input,
        wanted_arguments=asked,
        waited=waited,
        wall_s=min(max(report.wall_s, 0.0), raw.wall_s),
        peak_memory=raw.peak_memory,
        functions=tuple(_plain_function(function) for function in report.functions),
        classes=tuple(_plain_class(found) for found in report.classes),
        demo_calls=said.demo_calls,
        files=tuple(msgspec.structs.replace(file, name=plain_line(file.name)) for file in report.files),
        files_left_out=max(0, report.files_left_out),
        drawn=said.drawn,
        outcomes=said.outcomes,
        loaded=said.loaded,
    )


def wants_arguments(source: str, code: int | None, stderr: str, error: Raised | None) -> bool:
    """Whether a program ended for want of arguments: as parsers of them end one, or at the line that takes one."""
    if code in (None, 0) or not _ARGUMENT_READERS.search(source):
        return False
    lines = source.splitlines()
    if error is not None and error.type == "IndexError" and error.line and error.line <= len(lines):
        return "argv" in lines[error.line - 1]
    return error is None and any(line.lower().startswith("usage:") for line in stderr.splitlines()[:5])


def believed(report: Report, code: int | None, job: Job) -> Report:
    """`report` without what the program said of itself and what does not fit its exit status `code`.

    The program's process writes those fields, and the program can write them too. The status comes from the kernel.
    So an exception counts only with the status that inside/program.py leaves after one, its two special causes only
    with the exception that they are causes of, and the results of calls only where calls were asked for. What a figure
    draws counts for the very picture whose digest it names, and only as far as that picture shows it (shown.py).
    """
    error = report.error if code in _AFTER_ERROR or (job.scenarios and code == 0) else None
    kind = error.type if error is not None else ""
    calls = report.outcomes if job.scenarios and code == 0 and report.loaded else ()
    return msgspec.structs.replace(
        report,
        error=None if error is None else _plain_error(error),
        missing_module=plain_name(report.missing_module or "")
        if report.missing_module and kind == "ModuleNotFoundError"
        else None,
        wanted_input=report.wanted_input and kind == "EOFError",
        drawn=() if code is None else tuple(plain_figure(figure) for figure in report.drawn[:_MOST_FIGURES]),
        demo_calls=() if code is None else tuple(_plain_call(call) for call in report.demo_calls[:_MOST_CALLS]),
        outcomes=tuple(tuple(_plain_outcome(outcome) for outcome in calls_) for calls_ in calls),
    )


def _plain_error(error: Raised) -> Raised:
    return Raised(plain_name(error.type), plain_line(error.message), error.line)


def _plain_outcome(outcome: Outcome) -> Outcome:
    error = None if outcome.error is None else _plain_error(outcome.error)
    return msgspec.structs.replace(outcome, error=error, printed=plain_text(outcome.printed))


def _plain_call(call: CallSpec) -> CallSpec:
    kwargs = {plain_name(name): plain_line(value, _CALL_CHARS) for name, value in call.kwargs.items()}
    return CallSpec(plain_name(call.function), tuple(plain_line(arg, _CALL_CHARS) for arg in call.args), kwargs)


def _plain_function(function: Function) -> Function:
    parameters = tuple(
        msgspec.structs.replace(
            parameter,
            name=plain_name(parameter.name),
            hint=plain_line(parameter.hint),
            default=None if parameter.default is None else plain_line(parameter.default),
        )
        for parameter in function.parameters
    )
    return msgspec.structs.replace(
        function, name=plain_name(function.name), parameters=parameters, returns=plain_line(function.returns)
    )


def _plain_class(found: Class) -> Class:
    return msgspec.structs.replace(
        found, name=plain_name(found.name), methods=tuple(plain_name(method) for method in found.methods)
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
    return plain_text(bytes(data[:most]).decode("utf-8", "backslashreplace").replace("\r\n", "\n"))[:most]
