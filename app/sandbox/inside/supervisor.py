"""The first process inside: sets the limits, runs the program in a child, and reports what is left in JSON.

Everything that it will ever need is imported here, before the program starts: a module that is looked for later could
be found in the program's own folder.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import os
import resource
import select
import signal
import stat
import sys
import time

from . import program

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from typing import Any

PICTURES = (".png", ".svg")
TEXTS = (".csv", ".tsv", ".json", ".txt", ".md", ".html")
PICTURE_BYTES = 3 * 1024 * 1024
TEXT_BYTES = 128 * 1024
DATA_BYTES = 12 * 1024 * 1024  # of all files together, in base64
READ_BYTES = 128 * 1024 * 1024  # of all files together, for their digests
FILES = 200
DEPTH = 24  # of folders; what lies deeper is counted as left out
ENTRIES = 10_000  # looked at in all
# What the program's own process may say of itself. All the rest of a report is found out here.
DRAWN = 40  # figures whose own data are taken
SAID = ("error", "missing_module", "wanted_input", "demo_calls", "loaded")


def main(report_fd: int) -> None:
    """Read the job from stdin, run it, write one JSON object to `report_fd`."""
    job = json.loads(sys.stdin.buffer.read())
    give_up_root(job.get("uid"))
    set_limits(job["limits"], job.get("uncounted", 0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    program.load(job)
    if job["gate"] is not None:
        from . import doorway

        doorway.open_gate(job["gate"])
    reader, writer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.close(report_fd)
        program.main(job, writer)  # ends the process as Python ends: threads joined, exit handlers run
        return
    os.close(writer)
    end = started + job["limits"]["wall_s"]
    status, lines, in_time, cpu = wait(child, reader, job["limits"]["report"] // 2, end, job["limits"]["cpu_s"])
    wall = time.monotonic() - started
    kill_the_rest()
    report = fold(lines, job["key"], [len(scenario["calls"]) for scenario in job["scenarios"]])
    report["status"] = status
    report["timed_out"] = not in_time
    report["wall_s"] = wall
    report["cpu_s"] = cpu
    report["files"], report["files_left_out"] = collect(job["work"])
    write_all(report_fd, json.dumps(report).encode())
    os._exit(0)


def alone(report_fd: int) -> None:
    """Run the job without a supervisor, where a program may have one process only; its lines go out as they are."""
    job = json.loads(sys.stdin.buffer.read())
    set_limits(job["limits"], job["uncounted"])
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    program.load(job)
    program.main(job, report_fd)


def give_up_root(uid: int | None) -> None:
    """Become an own, otherwise unused user, when started by root. There is no way back."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def set_limits(limits: dict[str, Any], uncounted: int) -> None:
    """Hard limits for every process from here on. `uncounted`: tasks of this user that old kernels count too."""
    memory = limits["memory"]
    wanted = {
        "RLIMIT_CPU": limits["cpu_s"],
        "RLIMIT_DATA": memory,
        "RLIMIT_AS": 2 * memory,
        "RLIMIT_FSIZE": limits["file"],
        "RLIMIT_NPROC": limits["processes"] + uncounted,
        "RLIMIT_NOFILE": limits["open_files"],
        "RLIMIT_CORE": 1,  # no dump either where the system pipes them into a program of its own: see core(5)
        "RLIMIT_MEMLOCK": 1024 * 1024,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": 256,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        # Past the softer limit a program is told by SIGXCPU, which says what happened; past the hard one it is killed.
        top = value + 1 if name == "RLIMIT_CPU" and hard == resource.RLIM_INFINITY else value
        try:
            resource.setrlimit(kind, (value, top))
        except (OSError, ValueError):
            if sys.platform == "linux":
                raise
            # macOS refuses some of these; there the watching from outside holds the line
    os.nice(5)


def wait(child: int, reader: int, most: int, end: float, cpu_s: float) -> tuple[int, list[bytes], bool, float]:
    """Wait for the child until the time `end` while taking its report lines, at most `most` bytes of them.

    Its wait status, those lines, whether it ended in time, and the processor time that it used in s.
    """
    os.set_blocking(reader, False)
    chunks: list[bytes] = []
    size = 0
    status: int | None = None
    open_ = in_time = True
    cpu = 0.0
    while True:
        if in_time and time.monotonic() > end:
            in_time = False
            os.kill(child, signal.SIGKILL)
        if open_:
            ready, _, _ = select.select([reader], [], [], 0.0 if status is not None else 0.01)
            piece = os.read(reader, 65536) if ready else None
            if piece:
                size += len(piece)
                if size <= most:
                    chunks.append(piece)
                continue
            open_ = piece is None
        if status is not None:
            return status, b"".join(chunks).split(b"\n"), in_time, cpu
        done, got, used = os.wait4(child, os.WNOHANG)
        if done == child:
            status = got
            cpu = used.ru_utime + used.ru_stime
            if os.WIFSIGNALED(got) and cpu >= cpu_s:
                in_time = False  # it ignored the signal of the processor time limit
        elif not open_:
            time.sleep(0.005)  # the report is complete; the program is on its way out


def kill_the_rest() -> None:
    """End whatever the program left running, so that the files no longer change."""
    if sys.platform != "linux":
        return  # only a process namespace makes this safe; elsewhere the parent ends the group
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def fold(lines: list[bytes], key: str, calls: list[int]) -> dict[str, Any]:
    """The child's report lines as one object; `calls` is the number of calls of each scenario.

    The program can write here too. So a line counts only with the `key` that was drawn for this run, functions and
    classes only from the first line, which is written before any of the program runs, and nothing but what the child
    is there to say. A line that was cut off by a kill is left out.
    """
    report: dict[str, Any] = {"outcomes": [[] for _ in calls]}
    outcomes: list[list[Any]] = report["outcomes"]
    drawn: list[Any] = []
    mark = key.encode() + b" "
    first = True
    for line in lines:
        if not line.startswith(mark):
            continue
        try:
            event = json.loads(line[len(mark) :])
        except (ValueError, RecursionError, MemoryError):
            continue
        if not isinstance(event, dict):
            continue
        if first:
            report.update({name: event[name] for name in ("functions", "classes") if name in event})
            first = False
        report.update({name: event[name] for name in SAID if name in event})
        if "drawn" in event and len(drawn) < DRAWN and not calls:
            drawn.append(event["drawn"])
            report["drawn"] = drawn
        index = event.get("scenario")
        if type(index) is int and 0 <= index < len(calls) and len(outcomes[index]) < calls[index]:
            outcomes[index].append(event.get("outcome"))
    return report


def collect(folder: str) -> tuple[list[dict[str, Any]], int]:
    """The regular files below `folder`, in order of name, and how many were left out. Links are not followed."""
    names, deeper = walk(folder)
    files: list[dict[str, Any]] = []
    room, unread = DATA_BYTES, READ_BYTES
    for path in sorted(names)[:FILES]:
        entry = read_file(path, folder, room, unread)
        if entry is not None:
            room -= len(entry["data"] or "")
            unread -= entry["size"] if entry["sha256"] else 0
            files.append(entry)
    return files, max(0, len(names) - FILES) + deeper


def walk(folder: str) -> tuple[list[str], int]:
    """The files below `folder`, and how many entries were not looked at: too many of them or too deep.

    Without recursion: a program makes thousands of folders within each other in a moment.
    """
    found: list[str] = []
    ahead = [(folder, 0)]
    seen = left_out = 0
    while ahead:
        place, depth = ahead.pop()
        try:
            entries = os.scandir(place)
        except OSError:
            left_out += 1
            continue
        with entries:
            for entry in entries:
                seen += 1
                if seen > ENTRIES:
                    return found, left_out + len(ahead) + 1
                if not entry.is_dir(follow_symlinks=False):
                    found.append(entry.path)
                elif depth >= DEPTH:
                    left_out += 1
                elif entry.name != "__pycache__":
                    ahead.append((entry.path, depth + 1))
    return found, left_out


def read_file(path: str, folder: str, room: int, unread: int) -> dict[str, Any] | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            return None
        digest = hashlib.sha256()
        lower = path.lower()
        most = PICTURE_BYTES if lower.endswith(PICTURES) else TEXT_BYTES if lower.endswith(TEXTS) else -1
        keep = info.st_size <= most and info.st_size * 4 // 3 + 4 <= room
        data = b""
        whole = info.st_size <= unread  # holes and hard links can make little data look like much
        for block in iter(lambda: file.read(1 << 20), b"") if whole else ():
            digest.update(block)
            if keep:
                data += block
    name = os.path.relpath(path, folder).encode("utf-8", "backslashreplace").decode()
    kept = binascii.b2a_base64(data, newline=False).decode() if keep and whole else None
    return {"name": name, "size": info.st_size, "sha256": digest.hexdigest() if whole else "", "data": kept}


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
