"""The macOS sandbox: Seatbelt, through sandbox-exec. Written from Apple's documentation; not yet run on a Mac.

macOS has no process namespace, so a program gets one process only: without children there is nothing that could
outlive it. What the supervisor does inside on Linux is done here after the process has ended. See
`man sandbox-exec` and `man sandbox`; the profile language is that of /System/Library/Sandbox/Profiles.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil

from app.sandbox import outcome
from app.sandbox.base import NO_GATE, Available, SandboxRecipe, Unavailable
from app.sandbox.environment import interpreter
from app.sandbox.folders import folder_use, remove_folder
from app.sandbox.inside import supervisor
from app.sandbox.interpreter import Interpreter, Layout, layout
from app.sandbox.results import Job, Limits, RunResult
from app.sandbox.supervise import Raw, Sample, Spawned, supervise

if TYPE_CHECKING:
    from app.sandbox.gate.gate import Access

BINARY = "/usr/bin/sandbox-exec"
RUNNER = Path(__file__).parent
_START = (
    "import sys; sys.path.insert(0, sys.argv[2]); from inside import supervisor; supervisor.alone(int(sys.argv[1]))"
)
_WALK_S = 0.2  # between two looks at the work folder

# In Seatbelt the last rule that matches decides. Paths come in as parameters, so none can change the profile.
PROFILE = """
(version 1)
(deny default)
(allow process-exec (literal (param "PYTHON")) (subpath (param "PREFIX")))
(deny process-fork)
(allow signal (target self))
(allow process-info* (target self))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read* file-map-executable
    (literal "/")
    (literal (param "PYTHON"))
    (subpath "/usr/lib")
    (subpath "/System/Library")
    (subpath "/System/Volumes/Preboot/Cryptexes/OS")
    (subpath "/usr/share/zoneinfo")
    (subpath "/usr/share/zoneinfo.default")
    (subpath "/private/var/db/timezone")
    (subpath (param "PREFIX"))
    (subpath (param "LIBRARIES"))
    (subpath (param "PACKAGES"))
    (subpath (param "INSIDE"))
    (subpath (param "BOX")))
(deny file-read* (subpath (param "OTHER_PACKAGES")))
(allow file-read* file-write-data
    (literal "/dev/null") (literal "/dev/zero") (literal "/dev/random") (literal "/dev/urandom"))
(allow file-write* (subpath (param "WORK")) (subpath (param "TEMPORARY")))
(deny file-link file-mknod)
(deny network* mach-lookup mach-register ipc-posix* ipc-sysv* iokit-open system-socket)
"""

_PROBE = """
import os, socket
def refused(do):
    try:
        do()
    except OSError:
        return True
    return False
home = os.environ["PROBE_HOME"]
assert refused(lambda: os.listdir(home)), "the home folder can be read"
assert refused(lambda: open("/private/tmp/mtp-race-probe", "w")), "files outside can be written"
assert refused(lambda: socket.create_connection(("127.0.0.1", 9), 0.2)), "the network is there"
assert refused(os.fork), "it can start processes"
print("contained")
"""


class Seatbelt:
    """Runs programs under sandbox-exec. `binary` may be given for the tests."""

    name = "Seatbelt"
    carries_gate = False

    def __init__(self, python: Interpreter | None = None, binary: str = BINARY) -> None:
        self._python = python
        self._binary = binary
        self._answer: Available | Unavailable | None = None
        self._lock = threading.Lock()

    @classmethod
    def made_from(cls, recipe: SandboxRecipe) -> Seatbelt:
        made = cls(recipe.python, recipe.binary)
        made._answer = Available(cls.name)
        return made

    def recipe(self) -> SandboxRecipe:
        python = self._python or interpreter()
        assert python is not None
        return SandboxRecipe(self.name, python, self._binary)

    def probe(self) -> Available | Unavailable:
        with self._lock:
            if self._answer is None:
                self._answer = self._try()
            return self._answer

    def _try(self) -> Available | Unavailable:
        if not os.access(self._binary, os.X_OK):
            return Unavailable(f"{self._binary} is not there.", "It is a part of macOS: check the installation.")
        env = {"PROBE_HOME": os.path.expanduser("~")}
        result = self._run(Job(source=_PROBE, limits=Limits(wall_s=5.0), env=env), None)
        if result.ended == "exited" and result.exit_code == 0 and result.stdout == "contained\n":
            return Available(self.name)
        said = (result.stderr.strip().splitlines() or [result.problem or result.sentence()])[-1]
        return Unavailable(f"The sandbox of macOS does not work here: {said}", "Run MTP Race outside another sandbox.")

    def run(self, job: Job, stop: threading.Event | None = None, gate: Access | None = None) -> RunResult:
        answer = self.probe()
        if isinstance(answer, Unavailable):
            return RunResult(ended="broken", problem=answer.reason)
        if gate is not None:
            return RunResult(ended="broken", problem=NO_GATE)
        return self._run(job, stop)

    def _run(self, job: Job, stop: threading.Event | None) -> RunResult:
        python = self._python or interpreter()
        found = layout(python.python) if python is not None else "No Python was found."
        if python is None or isinstance(found, str):
            return RunResult(ended="broken", problem=str(found))
        box = Path(os.path.realpath(tempfile.mkdtemp(prefix="mtp-race-")))
        key = secrets.token_hex(16)
        try:
            spawned = spawn(job, box, key, self._binary, python, found)
            raw = supervise(spawned, job.limits, stop)
            return outcome.to_result(with_report(raw, spawned.process.returncode, box, key, job), job)
        except OSError as error:
            return RunResult(ended="broken", problem=f"The sandbox could not be started: {error}")
        finally:
            remove_folder(box)


def parameters(box: Path, python: Interpreter, found: Layout) -> dict[str, str]:
    """The profile's parameters. Seatbelt sees real paths only, so every link is resolved first."""
    nothing = str(box / "nothing")
    others = [f"{library}/site-packages" for library in found.libraries]
    paths = {
        "PYTHON": found.python,
        "PREFIX": found.prefix,
        "LIBRARIES": found.libraries[0],
        "PACKAGES": python.packages or nothing,
        "OTHER_PACKAGES": nothing if python.packages in others else others[0],
        "INSIDE": str(RUNNER / "inside"),
        "BOX": str(box),
        "WORK": str(box / "work"),
        "TEMPORARY": str(box / "tmp"),
    }
    return {name: os.path.realpath(path) for name, path in paths.items()}


def spawn(job: Job, box: Path, key: str, binary: str, python: Interpreter, found: Layout) -> Spawned:
    """Start `job` in the folder `box`; `key` marks the lines of its report.

    Raises OSError when that is not possible."""
    for name in ("work", "tmp", "program"):
        (box / name).mkdir()
    program = box / "program" / "program.py"
    program.write_text(job.source, encoding="utf-8", errors="replace")
    order = {
        "source": job.source,
        "path": str(program),
        "work": str(box / "work"),
        "runner": str(RUNNER),
        "site": [python.packages] if python.packages else [],
        "seed": job.seed,
        "key": key,
        "scenarios": job.scenarios,
        "limits": job.limits,
        "uid": None,
        "gate": None,
        "uncounted": sum(p.info["uids"] is not None and p.info["uids"].real == os.getuid() for p in _everyone()),
    }
    report, report_in = os.pipe()
    flags = [part for name, path in parameters(box, python, found).items() for part in ("-D", f"{name}={path}")]
    command = [binary, *flags, "-p", PROFILE, found.python, "-P", "-s", "-S", "-B", "-X", "utf8", "-c", _START]
    try:
        with tempfile.TemporaryFile() as order_file:  # without a name: the program may read all of its box
            order_file.write(msgspec.json.encode(order))
            order_file.seek(0)
            process = subprocess.Popen(
                [*command, str(report_in), str(RUNNER)],
                stdin=order_file,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[report_in],
                env=environment_of(job, box, python),
                cwd=box / "work",
                start_new_session=True,
            )
    except OSError:
        os.close(report)
        raise
    finally:
        os.close(report_in)
    return watched(process, report, box)


def _everyone() -> list[psutil.Process]:
    return list(psutil.process_iter(["uids"]))


def environment_of(job: Job, box: Path, python: Interpreter) -> dict[str, str]:
    if python.fonts is not None:
        (box / "tmp" / "fonts").mkdir()
        shutil.copy(python.fonts, box / "tmp" / "fonts")
    return {
        "HOME": str(box / "work"),
        "TMPDIR": str(box / "tmp"),
        "LANG": "en_US.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(box / "tmp" / "fonts"),
        "OPENBLAS_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
        "PYTHONHASHSEED": str(job.seed % 2**32),
        "TZ": "UTC",
        **job.env,
    }


def watched(process: subprocess.Popen[bytes], report: int, box: Path) -> Spawned:
    """Watch the one process of the run and its folder."""
    last: list[tuple[float, int, int]] = [(0.0, 0, 0)]

    def sample() -> Sample:
        now = time.monotonic()
        if now - last[0][0] > _WALK_S:
            last[0] = (now, *folder_use(box))
        try:
            memory = psutil.Process(process.pid).memory_info().rss
        except psutil.Error:
            memory = 0
        return Sample(memory, last[0][1], last[0][2])

    def gone(seconds: float) -> bool:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    return Spawned(process=process, report=report, sample=sample, end=process.kill, gone=gone)


def with_report(raw: Raw, returncode: int, box: Path, key: str, job: Job) -> Raw:
    """The program's own lines as the report that the supervisor would have made."""
    calls = [len(scenario.calls) for scenario in job.scenarios]
    report = supervisor.fold(bytes(raw.report).split(b"\n"), key, calls)
    report["status"] = returncode << 8 if returncode >= 0 else -returncode  # as from waitpid
    report["wall_s"] = raw.wall_s
    report["files"], report["files_left_out"] = supervisor.collect(str(box / "work"))
    raw.report = bytearray(json.dumps(report).encode())
    return raw
