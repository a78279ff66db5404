"""Attacks that use everything up. Each has small limits of its own, so that a failure harms nobody."""

from app.sandbox.results import Limits
from tests.sandbox.attacks.attack import Attack

MIB = 2**20

EXHAUSTING = [
    Attack(
        "fork bomb",
        """
made = 0
for _ in range(400):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
    except OSError as error:
        print('refused:', error)
        break
print('ESCAPED' if made >= 60 else 'held', made)
""",
        limits=Limits(wall_s=12.0, processes=16),
        ends=("exited", "timed_out", "out_of_memory"),
    ),
    Attack(
        "fork bomb of many generations",
        """
for _ in range(9):
    try:
        os.fork()
    except OSError:
        pass
time.sleep(0.3)
""",
        limits=Limits(wall_s=12.0, processes=16),
        ends=("exited", "timed_out", "out_of_memory"),
    ),
    Attack(
        "thread bomb",
        """
started = 0
try:
    for _ in range(400):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print('refused:', error)
print('ESCAPED' if started >= 60 else 'held', started)
os._exit(0)
""",
        limits=Limits(wall_s=12.0, processes=16),
        ends=("exited", "timed_out", "out_of_memory", "broken"),
    ),
    Attack(
        "memory bomb",
        """
held = []
try:
    for _ in range(400):
        held.append(bytearray(b'x') * MIB)
except MemoryError:
    print('refused')
print('ESCAPED' if len(held) >= 120 else 'held', len(held))
""",
        limits=Limits(wall_s=12.0, memory=100 * MIB),
        ends=("exited", "out_of_memory"),
    ),
    Attack(
        "memory bomb of many processes, each of them small",
        """
ready, done = os.pipe()
for i in range(12):
    if os.fork() == 0:
        held = bytearray(b'x') * (30 * MIB)
        os.write(done, b'1')
        time.sleep(60)
        os._exit(0)
for i in range(12):
    os.read(ready, 1)
time.sleep(5)
print('ESCAPED: 360 MiB held')
""",
        limits=Limits(wall_s=12.0, memory=100 * MIB),
        ends=("out_of_memory",),
    ),
    Attack(
        "memory bomb in shared memory",
        """
import mmap
held = []
try:
    for _ in range(8):
        piece = mmap.mmap(-1, 20 * MIB)
        held.append(piece)
        for at in range(0, 20 * MIB, 4096):
            piece[at] = 1
except (OSError, MemoryError) as error:
    print('refused:', error)
time.sleep(5 if len(held) >= 8 else 0)
print('ESCAPED' if len(held) >= 8 else 'held')
""",
        limits=Limits(wall_s=12.0, memory=100 * MIB),
        ends=("exited", "out_of_memory"),
    ),
    Attack(
        "memory outside every process",
        """
must_fail(lambda: os.memfd_create('hidden'))
must_fail(lambda: call(NR['memfd_secret'], 0))
must_fail(lambda: call(NR['mq_open'], b'queue', 0o102, 0o600, 0))
def shared():
    for i in range(40):
        with open(f'/dev/shm/{i}', 'wb') as file:
            file.write(b'x' * MIB)
must_fail(shared)
""",
        limits=Limits(wall_s=12.0, disk=8 * MIB),
    ),
    Attack(
        "disk filling with one file",
        """
def fill():
    with open('big', 'wb') as file:
        for _ in range(64):
            file.write(b'x' * MIB)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
must_fail(fill)
print('ESCAPED' if os.path.getsize('big') > 9 * MIB else 'held')
""",
        limits=Limits(wall_s=12.0, file=8 * MIB, disk=16 * MIB),
    ),
    Attack(
        "disk filling with many files",
        """
def fill():
    for i in range(64):
        with open(f'{i}', 'wb') as file:
            file.write(b'x' * MIB)
must_fail(fill)
os.chdir('/tmp')
must_fail(fill)
""",
        limits=Limits(wall_s=12.0, file=8 * MIB, disk=8 * MIB),
    ),
    Attack(
        "filling with empty files",
        """
for i in range(30_000):
    os.close(os.open(f'/tmp/{i}', os.O_CREAT))
time.sleep(5)
print('ESCAPED: 30,000 files')
""",
        limits=Limits(wall_s=12.0, files=2000),
        ends=("too_much_disk",),
    ),
    Attack(
        "endless output",
        "while True: os.write(1, b'x' * 65536)",
        limits=Limits(wall_s=12.0, output=MIB),
        ends=("too_much_output",),
    ),
    Attack(
        "endless errors",
        "while True: os.write(2, b'x' * 65536)",
        limits=Limits(wall_s=12.0, output=MIB),
        ends=("too_much_output",),
    ),
    Attack(
        "endless output from a child that outlives the program",
        """
if os.fork() == 0:
    os.setsid()
    while True:
        os.write(1, b'y')
        time.sleep(0.001)
print('done')
""",
        limits=Limits(wall_s=12.0),
    ),
    Attack(
        "endless loop that ignores every signal",
        """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
        limits=Limits(wall_s=0.5),
        ends=("timed_out",),
    ),
    Attack(
        "processor time on every core",
        """
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        while True:
            pass
while True:
    pass
""",
        limits=Limits(wall_s=0.7, cpu_s=1),
        ends=("timed_out",),
    ),
    Attack(
        "too many open files and pipes",
        """
held = []
must_fail(lambda: [held.append(os.pipe()) for _ in range(2000)])
held.clear()
""",
        limits=Limits(wall_s=12.0, open_files=64),
    ),
    Attack(
        "raise the limits again",
        """
import resource
for name in ('CPU', 'AS', 'DATA', 'FSIZE', 'NPROC', 'NOFILE', 'CORE'):
    kind = getattr(resource, 'RLIMIT_' + name)
    must_fail(lambda: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
must_fail(lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))
must_fail(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
""",
    ),
]
