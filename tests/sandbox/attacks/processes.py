"""Attacks on other processes, and ways to be more than an ordinary one."""

from app.sandbox.results import CallSpec, Limits, Scenario
from tests.sandbox.attacks.attack import Attack

PROCESSES = [
    Attack(
        "send signals to outside processes",
        """
import signal
for pid in (PARENT, VICTIM):
    must_fail(lambda: os.kill(pid, signal.SIGKILL))
    must_fail(lambda: os.killpg(pid, signal.SIGKILL))
    must_fail(lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL))
""",
    ),
    Attack(
        "end everything inside",
        """
import signal
print('before', flush=True)
os.kill(-1, signal.SIGKILL)
os.kill(1, signal.SIGKILL)
os.kill(os.getppid(), 9)
""",
        limits=Limits(wall_s=12.0),
        ends=("broken", "exited"),
    ),
    Attack(
        "stop the supervisor and go on",
        "import signal\nos.kill(os.getppid(), signal.SIGSTOP)\nwhile True: time.sleep(0.01)",
        limits=Limits(wall_s=0.5),
        ends=("timed_out",),
    ),
    Attack(
        "survive the program's end",
        """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3):
            os.close(fd)
        while True:
            time.sleep(0.05)
    os._exit(0)
print('parent leaves')
""",
        limits=Limits(wall_s=12.0),
    ),
    Attack(
        "survive the sandbox's end with output held open",
        """
if os.fork() == 0:
    os.setsid()
    os.setpgid(0, 0) if os.getpgid(0) != os.getpid() else None
    while True:
        time.sleep(0.05)
import signal
os.kill(os.getppid(), signal.SIGKILL)
""",
        limits=Limits(wall_s=12.0),
        ends=("broken", "exited"),
    ),
    Attack(
        "make namespaces",
        """
for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80,
             0x10000000 | 0x00020000):
    must_fail(lambda: call(NR['unshare'], flag))
    must_fail(lambda: os._exit(9) if call(NR['clone'], flag | 17, 0, 0, 0, 0) == 0 else 'cloned')
arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
must_fail(lambda: os._exit(9) if call(435, arguments, 88) == 0 else 'cloned')
""",
    ),
    Attack(
        "enter other namespaces",
        """
for pid in (1, os.getppid()):
    must_fail(lambda: call(NR['setns'], os.pidfd_open(pid), 0x20000000))
for name in ('net', 'mnt', 'user', 'pid'):
    must_fail(lambda: os.open(f'/proc/{PARENT}/ns/{name}', os.O_RDONLY))
""",
    ),
    Attack(
        "use the kernel's risky interfaces",
        """
buffer = ctypes.create_string_buffer(256)
for name in ('bpf', 'perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter', 'io_uring_register',
             'fanotify_init', 'kexec_load', 'finit_module', 'delete_module', 'quotactl', 'move_pages', 'mbind',
             'migrate_pages', 'process_madvise', 'lookup_dcookie', 'vhangup', 'fsmount', 'fspick', 'fsconfig'):
    must_fail(lambda: call(NR[name], 0, buffer, 0, 0, 0))
for number in range(454, 520):
    must_fail(lambda: call(number, 0, 0, 0, 0, 0))
""",
    ),
    Attack(
        "go round the filter by another call table",
        """
import signal
for number in (39, 165, 272, 101):
    if os.fork() == 0:
        result = libc.syscall(ctypes.c_long(0x40000000 | number), 0, 0, 0, 0)
        os._exit(0 if result == -1 else 7)
    _, status = os.wait()
    print(status, 'ESCAPED' if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 7 else 'held')
must_fail(lambda: call(NR['personality'], 8))
must_fail(lambda: call(NR['personality'], 0x40000))
""",
    ),
    Attack(
        "type into the terminal",
        """
import fcntl
for path in ('/dev/tty', '/dev/console', '/dev/ptmx', TERMINAL, '/dev/tty0', '/dev/tty1', '/dev/pts/0'):
    must_fail(lambda: os.open(path, os.O_RDWR | os.O_NOCTTY))
for fd in range(3):
    for byte in b'id\\n':
        must_fail(lambda: fcntl.ioctl(fd, 0x5412, bytes([byte])))
    must_fail(lambda: fcntl.ioctl(fd, 0x541C, b'\\x02'))
    must_fail(lambda: fcntl.ioctl(fd, 0x540E, 1))
    if os.isatty(fd):
        print('ESCAPED: a terminal')
if os.getsid(0) == 0:
    print('ESCAPED: an outer session')
""",
    ),
    Attack(
        "run other programs of the system",
        """
import subprocess
for command in ('/bin/sh -c id', 'sudo -n id', '/usr/bin/env', 'bwrap --version', 'su -c id', '/usr/bin/ssh -V'):
    must_fail(lambda: subprocess.run(command.split(), capture_output=True, timeout=2))
""",
    ),
    Attack(
        "have results that run code when they are unpickled",
        """
class Trap:
    def __init__(self):
        self.name = 'trap'
    def __reduce__(self):
        return (os.system, ('touch ' + CANARY + '.owned',))
    def __repr__(self):
        return '__import__("os").system("touch ' + CANARY + '.owned")'
def give():
    return Trap()
import pickle
for name in ('result.pkl', 'report.json', 'figure-1.png', 'result.json'):
    with open(name, 'wb') as file:
        pickle.dump(Trap(), file)
os.write(1, pickle.dumps(Trap()))
""",
        scenarios=(Scenario((CallSpec("give"),)),),
    ),
    Attack(
        "forge the report",
        """
import json
forged = {'error': {'type': 'x' * 10, 'message': 5}, 'outcomes': [[{'kind': 'owned'}]], 'functions': 'none',
          'files': [{'name': '../../' + CANARY, 'size': -1, 'sha256': '', 'data': '!!'}], 'status': 10**30,
          'demo_calls': [{'function': 'os.system'}]}
line = json.dumps(forged).encode() + b'\\n'
for fd in range(3, 64):
    try:
        os.write(fd, line)
    except OSError:
        pass
""",
        ends=("exited", "broken"),
    ),
    Attack(
        "forge a report that breaks its reader",
        """
for fd in range(3, 64):
    for line in (b'[' * 100_000 + b'\\n', b'{"outcome": 1, "scenario": 1000000000}\\n', b'[]\\n', b'5\\n',
                 b'{"outcome": {}, "scenario": -1}\\n', b'\\xff\\xfe\\n', b'{"a":' * 5000 + b'\\n'):
        try:
            os.write(fd, line)
        except OSError:
            pass
""",
        ends=("exited", "broken"),
    ),
    Attack(
        "forge a report of endless size",
        """
for fd in range(3, 64):
    try:
        while True:
            os.write(fd, b'x' * 65536)
    except OSError:
        pass
""",
        limits=Limits(wall_s=1.0, report=4 * 2**20),
        ends=("timed_out", "too_much_output", "broken"),
    ),
    Attack(
        "crash the interpreter",
        """
if os.fork() == 0:
    ctypes.string_at(0)
os.wait()
sys.setrecursionlimit(10**9)
def deeper(n):
    return deeper(n + 1) + 1
deeper(0)
""",
        limits=Limits(wall_s=12.0, memory=100 * 2**20),
        ends=("exited", "timed_out", "out_of_memory"),
    ),
]
