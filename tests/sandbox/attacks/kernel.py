"""Attacks on memory that no process has, on reading what a program left, and on rights that it never had."""

from app.sandbox.results import Limits
from tests.sandbox.attacks.attack import Attack

MIB = 2**20
SMALL = Limits(wall_s=12.0, memory=100 * MIB)
ENDS = ("exited", "out_of_memory", "timed_out")
FILL = """
def filled():
    left, right = socket.socketpair()
    for end in (left, right):
        end.setblocking(False)
        try:
            while True:
                end.send(b'x' * 65536)
        except BlockingIOError:
            pass
    return left, right
"""

KERNEL = [
    Attack(
        "memory bomb in the sockets of many processes",
        FILL
        + """
for _ in range(10):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held.append(filled())
        except OSError:
            time.sleep(20)
time.sleep(20)
print('ESCAPED: the sockets are held')
""",
        limits=SMALL,
        ends=("out_of_memory",),
    ),
    Attack(
        "memory bomb in sockets that others carry",
        FILL
        + """
import array
carrier = []
for _ in range(60):
    left, right = socket.socketpair()
    carrier.append((left, right))
    for _ in range(40):
        a, b = filled()
        try:
            socket.send_fds(left, [b'x'], [a.fileno(), b.fileno()])
        except OSError:
            break
        a.close()
        b.close()
time.sleep(3)
""",
        limits=SMALL,
        ends=ENDS,
    ),
    Attack(
        "make the buffers of sockets larger",
        """
left, right = socket.socketpair()
for level in (1, 0, 6):
    for option in (7, 8, 32, 33):
        must_fail(lambda: left.setsockopt(level, option, 64 * MIB))
if left.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) > MIB:
    print('ESCAPED')
""",
    ),
    Attack(
        "make pipes larger and fill many",
        """
import fcntl
reader, writer = os.pipe()
must_fail(lambda: fcntl.fcntl(writer, 1031, 8 * MIB))
held = []
try:
    while True:
        held.append(os.pipe())
        os.set_blocking(held[-1][1], False)
        try:
            while True:
                os.write(held[-1][1], b'x' * 65536)
        except BlockingIOError:
            pass
except OSError as error:
    print('refused:', error)
""",
        limits=SMALL,
        ends=ENDS,
    ),
    Attack(
        "watch files of the system",
        """
must_fail(lambda: call(294, 0) if os.uname().machine == 'x86_64' else call(26, 0))
must_fail(lambda: call(253) if os.uname().machine == 'x86_64' else call(26, 0))
""",
    ),
    Attack(
        "lock memory",
        """
must_fail(lambda: os._exit(9) if libc.mlock(ctypes.create_string_buffer(64 * MIB), 64 * MIB) == 0 else int('no'))
""",
    ),
    Attack(
        "take huge pages",
        """
import mmap
must_fail(lambda: mmap.mmap(-1, 64 * MIB, flags=0x40022))
""",
    ),
    Attack(
        "reserve more addresses than there are",
        """
import mmap
must_fail(lambda: mmap.mmap(-1, 64 * 1024 * MIB))
""",
    ),
    Attack(
        "folders within folders",
        """
for _ in range(6000):
    os.mkdir('d')
    os.chdir('d')
open('last.txt', 'w').write('x')
""",
        limits=Limits(wall_s=12.0, files=10000),
        ends=("exited", "too_much_disk"),
    ),
    Attack(
        "folders that cannot be opened, with long names, in a ring of links",
        """
for i in range(50):
    os.mkdir(('n' * 250) + str(i))
    os.chmod(('n' * 250) + str(i), 0)
os.symlink('.', 'ring')
os.symlink('/', 'root')
os.mkdir('a')
os.symlink('../a', 'a/a')
open('\\n', 'w').write('x')
""",
    ),
    Attack(
        "files that are none: pipes, sockets and links for results",
        """
for name in ('a.csv', 'figure-1.png', 'b.json', 'c.txt'):
    os.mkfifo(name)
s = socket.socket(socket.AF_UNIX)
s.bind('d.svg')
os.symlink('/dev/zero', 'e.png')
os.symlink('/dev/random', 'f.csv')
os.symlink('/program/program.py', 'g.txt')
""",
    ),
    Attack(
        "little data that looks like much",
        """
for i in range(100):
    with open(f'{i}.csv', 'wb') as file:
        file.truncate(31 * MIB)
for i in range(100):
    os.link('0.csv', f'hard-{i}.csv')
""",
        limits=Limits(wall_s=15.0),
    ),
    Attack(
        "pictures that unpack to more than they are",
        """
import struct, zlib
def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
for size in (2**31 - 1, 60000, 2800):
    body = zlib.compress(b'\\0' * 20_000_000)
    with open(f'{size}.png', 'wb') as file:
        file.write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', size, size, 8, 2, 0, 0, 0))
                   + chunk(b'zTXt', b'x\\0\\0' + body) * 3 + chunk(b'IDAT', body) + chunk(b'IEND', b''))
""",
    ),
    Attack(
        "swap the work folder for a link",
        """
mine = os.stat('/box').st_uid == os.getuid()
try:
    os.rename('/box/work', '/box/gone')
    os.symlink('/python', '/box/work')
    print('mine, but no way out' if mine else 'ESCAPED')
except OSError as error:
    print('refused:', error)
""",
    ),
    Attack(
        "become root again",
        """
for what in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0),
             lambda: os.setreuid(0, 0), lambda: os.seteuid(0)):
    must_fail(what)
print(os.getresuid(), os.getresgid())
if 0 in os.getresuid():
    print('ESCAPED')
""",
    ),
    Attack(
        "take capabilities",
        """
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
data = (ctypes.c_uint32 * 6)(*[0xffffffff] * 6)
must_fail(lambda: None if libc.capset(header, data) == 0 else os.stat('/no'))
got = (ctypes.c_uint32 * 6)()
libc.capget(header, got)
if any(got[i] for i in (0, 1, 3, 4)):
    print('ESCAPED', list(got))
for number in range(41):
    if libc.prctl(47, 2, number, 0, 0) == 0:
        print('ESCAPED: ambient', number)
""",
    ),
    Attack(
        "run a file that would change who it is",
        """
import shutil
shutil.copy('/program/program.py', 'me')
for mode in (0o4755, 0o2755, 0o6777):
    os.chmod('me', mode)
must_fail(lambda: os.chown('me', 0, 0))
print(libc.prctl(39, 0, 0, 0, 0))
if libc.prctl(39, 0, 0, 0, 0) != 1:
    print('ESCAPED: new privileges')
""",
    ),
    Attack(
        "take the filter away",
        """
must_fail(lambda: os.stat('/no') if libc.prctl(22, 0, 0, 0, 0) else None)
print(libc.prctl(21, 0, 0, 0, 0))
""",
    ),
    Attack(
        "be the child of the supervisor",
        """
for _ in range(5):
    try:
        if call(NR['clone'], 0x8000 | 17, 0, 0, 0, 0) == 0:
            time.sleep(60)
            os._exit(0)
    except OSError as error:
        print('refused:', error)
print('done')
""",
    ),
    Attack(
        "keep children as a subreaper",
        """
libc.prctl(36, 1, 0, 0, 0)
for _ in range(5):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
        os._exit(0)
print('done')
""",
    ),
    Attack(
        "stop itself",
        """
import signal
os.kill(os.getpid(), signal.SIGSTOP)
""",
        limits=Limits(wall_s=0.5),
        ends=("timed_out",),
    ),
    Attack(
        "stop its own process group",
        """
import signal
os.killpg(0, signal.SIGSTOP)
""",
        limits=Limits(wall_s=0.5),
        ends=("timed_out",),
    ),
    Attack(
        "leave a core file behind",
        """
import resource
print(resource.getrlimit(resource.RLIMIT_CORE))
must_fail(lambda: resource.setrlimit(resource.RLIMIT_CORE, (MIB, MIB)))
if os.fork() == 0:
    os.abort()
os.wait()
if any(name.startswith('core') for name in os.listdir('.')):
    print('ESCAPED: a core file')
""",
    ),
    Attack(
        "more urgent than others",
        """
must_fail(lambda: os.nice(-30) if os.nice(-30) >= 0 else print('ESCAPED'))
number = 251 if os.uname().machine == 'x86_64' else 30
must_fail(lambda: call(number, 1, 0, 1 << 13))
must_fail(lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)))
""",
    ),
    Attack(
        "many timers and queued signals",
        """
import signal
signal.signal(34, lambda *a: None)
made = 0
signal.pthread_sigmask(signal.SIG_BLOCK, {34})
for _ in range(5000):
    if libc.sigqueue(os.getpid(), 34, None) != 0:
        break
    made += 1
print('ESCAPED' if made >= 4000 else 'held', made)
""",
    ),
    Attack(
        "a report that is larger in memory than on the pipe",
        """
import gc
key = next((d['key'] for d in gc.get_objects() if type(d) is dict and 'key' in d and 'limits' in d), '')
line = key.encode() + b' {"demo_calls": [' + b'[],' * 3_000_000 + b'[]]}\\n'
for fd in range(3, 64):
    try:
        os.write(fd, line)
    except OSError:
        pass
""",
        ends=("exited", "broken", "out_of_memory", "timed_out", "too_much_output"),
    ),
    Attack(
        "a value that is nested without end",
        """
import gc
key = next((d['key'] for d in gc.get_objects() if type(d) is dict and 'key' in d and 'limits' in d), '')
for text in ('[' * 50_000, '{"a":' * 50_000, '[' * 900 + ']' * 900):
    line = (key + ' {"error": ' + text + '}\\n').encode()
    for fd in range(3, 64):
        try:
            os.write(fd, line)
        except OSError:
            pass
""",
        ends=("exited", "broken"),
    ),
]
