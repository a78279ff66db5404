"""The world outside the sandbox, with a secret in every place that an attack looks at."""

from __future__ import annotations

import ctypes
import itertools
import os
import platform
import pty
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil

from app.sandbox import seccomp
from app.sandbox.gate.gate import FetchGate
from app.sandbox.gate.network import Outside, why_not
from app.sandbox.gate.recording import FetchRecording, Permission
from tests.sandbox.gate.world import HOST, OTHER, GateWorld
from tests.sandbox.refused import refused_numbers

_PRCTL = {"x86_64": 157, "aarch64": 167}
_START = "s3cret-"
_GOOD_ADDRESS = "127.0.0.77"  # of the server that the gate may reach, for want of a world
REBINDING = "rebinding.example.com"
_INNER = {
    "loop.example.com": ("127.0.0.1",),
    "loop6.example.com": ("::1",),
    "mapped.example.com": ("::ffff:127.0.0.1",),
    "translated.example.com": ("64:ff9b::7f00:1",),
    "metadata.example.com": ("169.254.169.254",),
    "metadata6.example.com": ("fd00:ec2::254",),
    "home.example.com": ("192.168.1.1",),
    "any.example.com": ("0.0.0.0",),
    "mixed.example.com": ("1.1.1.1", "127.0.0.1"),
}
_FORGED = {"misnamed.example.com": (_GOOD_ADDRESS,), "forged.example.com": (_GOOD_ADDRESS,)}
_HOSTS = {HOST: (_GOOD_ADDRESS,), REBINDING: (_GOOD_ADDRESS,)} | _INNER | _FORGED


class World:
    """Plants the secret on entering and cleans up on leaving. `trouble` says what an attack has changed."""

    def __enter__(self) -> World:
        self.secret = _START + secrets.token_hex(16)
        self.hits: list[str] = []
        self.folder = Path(tempfile.mkdtemp(prefix="mtp-attack-"))
        self._plant_files()
        self._plant_process()
        self._hosts = GateWorld(address=_GOOD_ADDRESS)
        self._plant_sockets()
        self._plant_kernel_objects()
        return self

    def __exit__(self, *exc: object) -> None:
        self._hosts.close()
        self._victim.kill()
        self._victim.wait()
        for server in self._servers:
            server.close()
        for fd in (self._inherited, *self._terminal):
            os.close(fd)
        os.environ.pop("MTP_SECRET", None)
        self._shm_file.unlink(missing_ok=True)
        self._libc.shmctl(self._sysv, 0, None)
        if self._key > 0:
            self._libc.syscall(self._numbers["keyctl"], 9, self._key, -4)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _plant_files(self) -> None:
        home = self.home = self.folder / "home"
        (home / ".ssh").mkdir(parents=True)
        (home / "diary.txt").write_text(self.secret)
        (home / ".ssh" / "id_ed25519").write_text(self.secret)
        self.canary = home / "canary.txt"
        self.canary.write_text("untouched")
        self._tmp_file = self.folder / "other-program.tmp"
        self._tmp_file.write_text(self.secret)
        self._shm_file = Path("/dev/shm") / f"shared-secret-{os.getpid()}-{secrets.token_hex(4)}"
        self._shm_file.write_text(self.secret)
        self._inherited = os.open(home / "diary.txt", os.O_RDONLY)
        os.set_inheritable(self._inherited, True)
        os.environ["MTP_SECRET"] = self.secret

    def _plant_process(self) -> None:
        self._memory = ctypes.create_string_buffer(self.secret.encode())
        code = "import sys, time; time.sleep(3600)"
        self._victim = subprocess.Popen(
            [sys.executable, "-c", code, self.secret], cwd=self.home, start_new_session=True
        )
        self._terminal = pty.openpty()

    def _plant_sockets(self) -> None:
        tcp = socket.create_server(("0.0.0.0", 0))
        tcp6 = self._ipv6_server(tcp.getsockname()[1])
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("0.0.0.0", 0))
        abstract = socket.socket(socket.AF_UNIX)
        self._abstract = f"mtp-race-{secrets.token_hex(8)}"
        abstract.bind("\0" + self._abstract)
        path = socket.socket(socket.AF_UNIX)
        path.bind(str(self.folder / "server.sock"))
        self._port, self._udp_port = tcp.getsockname()[1], udp.getsockname()[1]
        # Who reaches this machine where the gate's hosts have their ports finds the secret, and is noticed.
        behind = [socket.create_server(("127.0.0.1", one.port)) for one in (self._hosts.server, self._hosts.plain)]
        self._servers = [tcp, udp, abstract, path, *behind, *([tcp6] if tcp6 else [])]
        for server in (abstract, path):
            server.listen()
        for server in self._servers:
            threading.Thread(target=self._serve, args=(server, server is udp), daemon=True).start()

    @staticmethod
    def _ipv6_server(port: int) -> socket.socket | None:
        try:
            return socket.create_server(("::1", port), family=socket.AF_INET6)
        except OSError:
            return None

    def _serve(self, server: socket.socket, datagrams: bool) -> None:
        while True:
            try:
                if datagrams:
                    self.hits.append(f"datagram {server.recv(100)!r}")
                    continue
                client, _ = server.accept()
            except OSError:
                return  # closed at the end
            self.hits.append("connection")
            with client:
                client.sendall(self.secret.encode())

    def _plant_kernel_objects(self) -> None:
        machine = platform.machine()
        self._numbers = refused_numbers(machine) | {"prctl": _PRCTL[machine]}
        self._numbers |= {name: found[0 if machine == "x86_64" else 1] for name, found in seccomp._WATCHED.items()}
        libc = self._libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        self._sysv_key = 0x4D545000 + secrets.randbelow(0xFFF)
        self._sysv = libc.shmget(self._sysv_key, 4096, 0o1666)
        if self._sysv >= 0:
            address = libc.shmat(self._sysv, None, 0)
            ctypes.memmove(address, self.secret.encode(), len(self.secret))
            libc.shmdt(ctypes.c_void_p(address))
        data = self.secret.encode()
        self._key = libc.syscall(self._numbers["add_key"], b"user", b"mtp-race-test", data, len(data), -4)

    def gate(self) -> FetchGate:
        """A gate as a user would allow it. Behind some of its hosts' names is what a program must not reach."""
        answers = itertools.cycle([[_GOOD_ADDRESS], ["127.0.0.1"]])

        def look_up(host: str) -> list[str]:
            if host not in _HOSTS:
                self.hits.append(f"{host!r} was looked up")
                return []
            return next(answers) if host == REBINDING else list(_HOSTS[host])

        def check(address: str) -> str:
            return "" if address == _GOOD_ADDRESS else why_not(address)

        permission = Permission(tuple(_HOSTS), bytes_limit=8 * 2**20, seconds_limit=1.5)
        ports = {443: self._hosts.server.port, 80: self._hosts.plain.port}
        return FetchGate(permission, FetchRecording(), Outside(look_up, check, self._hosts.trust, ports))

    def facts(self) -> str:
        """Everything an attacker could wish to know, as the start of a program."""
        addresses = [a.address for found in psutil.net_if_addrs().values() for a in found if a.family == socket.AF_INET]
        try:
            lines = Path("/etc/resolv.conf").read_text().splitlines()
        except OSError:
            lines = []
        facts = {
            "HOME": str(self.home),
            "PARENT": os.getpid(),
            "VICTIM": self._victim.pid,
            "SECRET_START": _START,
            "SECRET_ADDRESS": ctypes.addressof(self._memory),
            "PORT": self._port,
            "UDP_PORT": self._udp_port,
            "ADDRESSES": [a for a in addresses if not a.startswith("127.")],
            "NAMESERVERS": [line.split()[1] for line in lines if line.startswith("nameserver ")],
            "ABSTRACT": self._abstract,
            "UNIX_PATH": str(self.folder / "server.sock"),
            "SSH_AGENT": os.environ.get("SSH_AUTH_SOCK", "/run/user/0/agent"),
            "TMP_FILE": str(self._tmp_file),
            "SHM_FILE": str(self._shm_file),
            "SYSV_KEY": self._sysv_key,
            "SYSV_SHM": self._sysv,
            "HOSTNAME": socket.gethostname(),
            "TERMINAL": os.ttyname(self._terminal[1]),
            "CANARY": str(self.canary),
            "NR": self._numbers,
            "MIB": 2**20,
            "GOOD": HOST,
            "OTHER": OTHER,
            "REBINDING": REBINDING,
            "INNER_HOSTS": list(_INNER),
            "FORGED_HOSTS": list(_FORGED),
        }
        return "".join(f"{name} = {value!r}\n" for name, value in facts.items())

    def trouble(self) -> list[str]:
        """What is no longer as it was planted."""
        found = list(self.hits)
        self.hits.clear()
        if not self.canary.exists() or self.canary.read_text() != "untouched":
            found.append("the canary file was changed")
        extra = {p.name for p in self.home.iterdir()} - {"diary.txt", ".ssh", "canary.txt"}
        if extra:
            found.append(f"new files outside: {sorted(extra)}")
        if self._victim.poll() is not None:
            found.append("the victim was killed")
        return found


def leftovers(mark: str) -> list[int]:
    """The processes that still have `mark` in their environment."""
    found = []
    for pid in psutil.pids():
        try:
            if pid != os.getpid() and mark.encode() in Path(f"/proc/{pid}/environ").read_bytes():
                found.append(pid)
        except OSError:
            continue  # gone, or somebody else's
    return found
