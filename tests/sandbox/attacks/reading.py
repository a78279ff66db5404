"""Attacks that read what is not theirs."""

from tests.sandbox.attacks.attack import Attack

READING = [
    Attack("read a file in the home folder", "attempt(lambda: read(HOME + '/diary.txt'))", control=True),
    Attack("read an SSH key", "attempt(lambda: read(HOME + '/.ssh/id_ed25519'))", control=True),
    Attack(
        "find the home folder by the user database",
        """
import pwd
for entry in attempt(lambda: pwd.getpwall()) or []:
    print(entry.pw_dir)
    attempt(lambda: os.listdir(entry.pw_dir))
attempt(lambda: read(os.path.expanduser('~/diary.txt')))
attempt(lambda: read(HOME + '/../' + os.path.basename(HOME) + '/diary.txt'))
""",
        control=True,
    ),
    Attack(
        "walk every readable file for the secret's name",
        """
for root, folders, files in os.walk('/'):
    folders[:] = [f for f in folders if os.path.join(root, f) not in ('/python', '/usr', '/proc', '/sys')]
    for name in files:
        if name in ('diary.txt', 'id_ed25519', 'shared-secret'):
            attempt(lambda: read(os.path.join(root, name)))
print(sorted(os.listdir('/')))
""",
    ),
    Attack("read the environment it was started with", "print(dict(os.environ))", control=True),
    Attack(
        "read the environment from the C library",
        """
libc.getenv.restype = ctypes.c_char_p
print(libc.getenv(b'MTP_SECRET'))
import posix
print(posix.environ)
""",
        control=True,
    ),
    Attack(
        "read the parent's environment in /proc",
        "for pid in (PARENT, VICTIM): attempt(lambda: read(f'/proc/{pid}/environ'))",
        control=True,
    ),
    Attack(
        "read every environment in /proc",
        """
for pid in attempt(lambda: [p for p in os.listdir('/proc') if p.isdigit()]) or []:
    for name in ('environ', 'cmdline'):
        try:
            data = read(f'/proc/{pid}/{name}')
        except OSError:
            continue
        if SECRET_START.encode() in data:
            print(data)
for pid in range(1, 50):
    try:
        print(read(f'/proc/{pid}/environ'))
    except OSError:
        pass
""",
        control=True,
    ),
    Attack("read a victim's command line", "attempt(lambda: read(f'/proc/{VICTIM}/cmdline'))", control=True),
    Attack(
        "reach files through another process's root and folder",
        """
for link in ('root' + HOME + '/diary.txt', 'cwd/diary.txt'):
    for pid in (VICTIM, PARENT, 1, os.getppid(), 'self', 'thread-self'):
        attempt(lambda: read(f'/proc/{pid}/{link}'))
""",
        control=True,
    ),
    Attack(
        "read the file descriptors it inherited",
        """
print('stdin', attempt(lambda: os.read(0, 1000)))
for fd in range(3, 256):
    try:
        os.lseek(fd, 0, 0)
        print(fd, os.read(fd, 100_000))
    except OSError:
        pass
""",
    ),
    Attack(
        "open the parent's files through /proc/self/fd and /dev/fd",
        """
for folder in ('/proc/self/fd', f'/proc/{PARENT}/fd', '/dev/fd', '/proc/1/fd'):
    for fd in range(3, 64):
        try:
            print(read(f'{folder}/{fd}')) if not os.path.isdir(f'{folder}/{fd}') else None
        except (OSError, ValueError):
            pass
""",
    ),
    Attack(
        "read the parent's memory",
        """
buffer = ctypes.create_string_buffer(64)
class Vec(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
mine, theirs = Vec(ctypes.addressof(buffer), 64), Vec(SECRET_ADDRESS, 64)
attempt(lambda: call(NR['process_vm_readv'], PARENT, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0))
print(buffer.raw)
def memory():
    with open(f'/proc/{PARENT}/mem', 'rb', 0) as file:
        file.seek(SECRET_ADDRESS)
        return file.read(64)
attempt(memory)
""",
    ),
    Attack("read another program's file in /tmp", "attempt(lambda: read(TMP_FILE))", control=True),
    Attack(
        "read another program's shared memory file",
        "attempt(lambda: read(SHM_FILE))\nprint(attempt(lambda: os.listdir('/dev/shm')))",
        control=True,
    ),
    Attack(
        "read the system's user and machine files",
        """
for path in ('/etc/passwd', '/etc/shadow', '/etc/hostname', '/etc/machine-id', '/etc/hosts', '/root', '/home',
             '/var/log', '/run', '/sys/class/dmi/id/product_uuid', '/boot', '/mnt', '/opt', '/srv', '/usr/local'):
    must_fail(lambda: os.listdir(path) if os.path.isdir(path) else read(path))
""",
    ),
    Attack(
        "read disks, memory and the kernel log as devices",
        """
for name in ('vda', 'sda', 'nvme0n1', 'mem', 'kmem', 'port', 'kmsg', 'fuse', 'kvm', 'loop-control', 'input', 'dri'):
    must_fail(lambda: os.open('/dev/' + name, os.O_RDONLY))
for kind, device in ((0o60000, os.makedev(254, 0)), (0o60000, os.makedev(8, 0)), (0o20000, os.makedev(1, 1))):
    must_fail(lambda: os.mknod('device', kind | 0o666, device))
buffer = ctypes.create_string_buffer(4096)
must_fail(lambda: call(NR['syslog'], 3, ctypes.byref(buffer), 4096))
""",
    ),
    Attack(
        "read the user's keyrings",
        """
for ring in (-1, -2, -3, -4, -5):
    key = attempt(lambda: call(NR['keyctl'], 10, ring, b'user', b'mtp-race-test', 0))
    if key:
        buffer = ctypes.create_string_buffer(200)
        attempt(lambda: call(NR['keyctl'], 11, key, buffer, 200))
        print(buffer.raw)
must_fail(lambda: call(NR['add_key'], b'user', b'mine', b'data', 4, -4))
must_fail(lambda: call(NR['keyctl'], 1, 0))
must_fail(lambda: call(NR['request_key'], b'user', b'mtp-race-test', 0, -4))
""",
    ),
    Attack(
        "attach System V shared memory and queues",
        """
for name, args in (('shmget', (SYSV_KEY, 4096, 0)), ('msgget', (SYSV_KEY, 0)), ('semget', (SYSV_KEY, 1, 0)),
                   ('shmget', (0, 4096, 0o1666)), ('shmat', (SYSV_SHM, 0, 0o10000))):
    must_fail(lambda: call(NR[name], *args))
""",
    ),
    Attack(
        "import the app and its packages",
        """
for name in ('app', 'msgspec', 'PySide6', 'hypothesis', 'psutil', 'pip', 'site_packages_marker'):
    must_fail(lambda: __import__(name))
print(sys.path)
for folder in ('/python/lib/python3.%d/site-packages' % sys.version_info[1], '/runner'):
    print(attempt(lambda: os.listdir(folder)))
""",
    ),
    Attack(
        "learn the machine's name, its addresses and its mounts",
        """
print(os.uname().nodename, socket.gethostname())
if HOSTNAME in (os.uname().nodename, socket.gethostname()):
    print('ESCAPED: host name')
names = [name for _, name in attempt(socket.if_nameindex) or []]
if any(name not in ('lo', 'sit0', 'ip6tnl0', 'tunl0', 'gre0', 'gretap0', 'erspan0', 'ip_vti0', 'ip6_vti0', 'ip6gre0')
       for name in names):
    print('ESCAPED:', names)
for path in ('/proc/self/mountinfo', '/proc/mounts', '/proc/net/tcp', '/proc/cmdline', '/proc/1/cmdline'):
    must_fail(lambda: read(path))
""",
    ),
    Attack(
        "ask for files by handle instead of by path",
        """
buffer = ctypes.create_string_buffer(136)
must_fail(lambda: call(NR['name_to_handle_at'], -100, b'/', buffer, buffer, 0))
handle = (ctypes.c_uint32 * 4)(8, 1, 2, 0)
for fd in range(0, 10):
    must_fail(lambda: call(NR['open_by_handle_at'], fd, handle, 0))
""",
    ),
    Attack(
        "trace the supervisor, the first process and the parent",
        """
for pid in (os.getppid(), 1, PARENT, VICTIM):
    for request in (16, 0x4206):
        must_fail(lambda: call(NR['ptrace'], request, pid, 0, 0))
must_fail(lambda: call(NR['ptrace'], 0, 0, 0, 0))
must_fail(lambda: call(NR['kcmp'], os.getpid(), os.getppid(), 0, 0, 0))
must_fail(lambda: call(NR['pidfd_getfd'], os.pidfd_open(os.getppid()), 0, 0))
must_fail(lambda: call(NR['process_vm_writev'], os.getppid(), 0, 0, 0, 0, 0))
""",
    ),
]
