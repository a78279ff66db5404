"""Attacks that change something outside, or what the app reads afterwards."""

from tests.sandbox.attacks.attack import Attack

WRITING = [
    Attack(
        "write to a file by its path",
        """
for mode in ('w', 'a', 'r+'):
    attempt(lambda: open(CANARY, mode).write('changed'))
attempt(lambda: os.remove(CANARY))
attempt(lambda: os.rename(CANARY, CANARY + '.moved'))
attempt(lambda: os.chmod(CANARY, 0o777))
""",
    ),
    Attack(
        "write beside the work folder",
        """
for path in ('/x', '/tmp/../../x', '/usr/x', '/lib/x', '/python/x', '/runner/inside/x.py', '/program/x', '/dev/x',
             '/program/program.py', '/python/lib/python3.%d/os.py' % sys.version_info[1], '/dev/null/x', '../../x',
             '/box/../x', '/etc/x', '/var/tmp/x', '/home/x', '/packages/x'):
    must_fail(lambda: open(path, 'w').write('x'))
""",
    ),
    Attack(
        "write and read through a symbolic link",
        """
os.symlink(CANARY, 'canary.txt')
attempt(lambda: open('canary.txt', 'w').write('changed'))
os.symlink(HOME + '/diary.txt', 'result.txt')
os.symlink(HOME, 'folder')
os.symlink(HOME + '/.ssh/id_ed25519', 'figure-1.png')
os.symlink('/etc/passwd', 'table.csv')
""",
    ),
    Attack(
        "write through a hard link",
        """
must_fail(lambda: os.link(CANARY, 'canary.txt'))
must_fail(lambda: os.link(HOME + '/diary.txt', 'diary.txt'))
must_fail(lambda: os.link('/program/program.py', 'program.py'))
must_fail(lambda: os.link('/dev/null', 'null.txt'))
""",
    ),
    Attack(
        "write through /proc/self",
        """
for path in (f'/proc/self/root{CANARY}', f'/proc/self/cwd/../../..{CANARY}', '/proc/self/mem', '/proc/self/fd/1',
             f'/proc/{PARENT}/root{CANARY}', '/proc/self/uid_map', '/proc/self/oom_score_adj'):
    must_fail(lambda: open(path, 'r+').write('changed'))
""",
    ),
    Attack(
        "change the kernel's settings",
        """
for path in ('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/proc/sys/vm/drop_caches', '/sys/power/state',
             '/proc/sys/kernel/hostname', '/sys/fs/cgroup/cgroup.procs', '/sys/kernel/uevent_helper'):
    must_fail(lambda: open(path, 'w').write('0'))
must_fail(lambda: socket.sethostname('owned'))
must_fail(lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()))
must_fail(lambda: call(NR['reboot'], 0xfee1dead, 672274793, 0, 0))
must_fail(lambda: call(NR['swapon'], b'/box/work/x', 0))
must_fail(lambda: call(NR['acct'], b'/box/work/x'))
must_fail(lambda: call(NR['init_module'], 0, 0, b''))
""",
    ),
    Attack(
        "mount, remount and unmount",
        """
here = b'/box/work'
for source, target, kind, flag in ((b'none', b'/', b'', 32), (b'proc', here, b'proc', 0), (b'/', here, b'', 4096),
                                   (b'tmpfs', here, b'tmpfs', 0), (b'/dev/vda', here, b'ext4', 0)):
    must_fail(lambda: call(NR['mount'], source, target, kind, flag, 0))
for target in (b'/', b'/box', b'/python', b'/runner/inside'):
    must_fail(lambda: call(NR['umount2'], target, 2))
must_fail(lambda: call(NR['open_tree'], -100, b'/', 1))
must_fail(lambda: call(NR['fsopen'], b'tmpfs', 0))
must_fail(lambda: call(NR['move_mount'], -100, b'/box', -100, b'/tmp', 0))
must_fail(lambda: call(NR['mount_setattr'], -100, b'/', 0, 0, 0))
""",
    ),
    Attack(
        "leave the root folder",
        """
os.mkdir('jail')
outside = os.open('.', os.O_RDONLY)
must_fail(lambda: os.chroot('jail'))
must_fail(lambda: call(NR['pivot_root'], b'/box', b'/box/work'))
os.fchdir(outside)
for _ in range(50):
    os.chdir('..')
attempt(lambda: read('.' + HOME + '/diary.txt'))
print(os.listdir('.'))
""",
    ),
    Attack(
        "become root by a set-user-id file",
        """
with open('/python/bin/python3', 'rb') as source, open('shell', 'wb') as copy:
    copy.write(source.read())
attempt(lambda: os.chmod('shell', 0o6755))
must_fail(lambda: os.chown('shell', 0, 0))
must_fail(lambda: os.setuid(0))
must_fail(lambda: os.setresuid(0, 0, 0))
must_fail(lambda: os.setgroups([0]))
if os.getuid() == 0 or os.geteuid() == 0:
    print('ESCAPED: root')
import subprocess
attempt(lambda: subprocess.run(['./shell', '-S', '-c', 'import os; print(os.getresuid())'], capture_output=True))
status = {name: call(NR['prctl'], number, 0, 0, 0, 0) for name, number in (('no_new_privs', 39), ('seccomp', 21))}
print(status, 'ESCAPED' if status['no_new_privs'] != 1 or status['seccomp'] != 2 else 'held')
for capability in range(41):
    if call(NR['prctl'], 23, capability, 0, 0, 0) and call(NR['prctl'], 47, 1, capability, 0, 0):
        print('ESCAPED: capability', capability)
""",
    ),
    Attack(
        "leave files that harm the one who reads them",
        """
os.mkfifo('pipe.txt')
os.mkfifo('figure-1.png')
with socket.socket(socket.AF_UNIX) as s:
    s.bind('socket.txt')
os.makedirs('a/' * 200 + 'b')
open('line\\nbreak\\x1b[31m.txt', 'w').write('x')
open(b'bad\\xff name.txt', 'w').write('x')
open('-rf', 'w').write('x')
open('..hidden', 'w').write('x')
with open('sparse.bin', 'wb') as file:
    attempt(lambda: file.truncate(30 * 2**20))
for i in range(100):
    attempt(lambda: os.link('sparse.bin', f'sparse-{i}.csv'))
""",
    ),
    Attack(
        "take over the app's own code inside",
        """
for name, module in list(sys.modules.items()):
    if 'inside' in name or name == 'supervisor':
        print(name)
import json
json.dumps = lambda *a, **k: 'forged'
os._exit = lambda *a: None
must_fail(lambda: open('/runner/inside/supervisor.py', 'a').write('print(1)'))
must_fail(lambda: os.rename('/runner/inside', '/runner/old'))
must_fail(lambda: os.symlink('/box/work', '/runner/inside/x'))
""",
    ),
]
