"""Attacks on what the app believes of a run: how it ended, what it is made of, what is shown of it."""

from app.sandbox.results import CallSpec, Scenario
from tests.sandbox.attacks.attack import Attack

# Writes a line of the report's form into every descriptor; `dug` finds the key of this run in the program's own
# process, as a program that knows the app can.
FORGE = """
import gc, json, signal
def forge(event, key=''):
    line = (key + ' ' if key else '').encode() + json.dumps(event).encode() + b'\\n'
    for fd in range(3, 64):
        try:
            os.write(fd, line)
        except OSError:
            pass
def dug():
    for found in gc.get_objects():
        if type(found) is dict and type(found.get('key')) is str and 'limits' in found:
            return found['key']
    frame = sys._getframe()
    while frame is not None:
        job = frame.f_locals.get('job')
        if type(job) is dict:
            return job['key']
        frame = frame.f_back
    return ''
MODULES = ('hashlib', 'json', 'os', 'stat', 'binascii', 'traceback', 'shutil', 'select', 'signal', 'resource', 'time',
           'io', 'inside', 'supervisor', 'program', 'calls',
           'sitecustomize', 'usercustomize', '_sitebuiltins', 'encodings')
OWN = "import os; os.write(1, b'ESCAPED: own module'); os._exit(0)"
"""
CALLED = (Scenario((CallSpec("answer"), CallSpec("answer"))),)


def forging(name: str, source: str, ending: str) -> Attack:
    return Attack(name, FORGE + source, ending=ending)


FORGING = [
    forging(
        "hide a crash behind an own hashlib",
        """
open('hashlib.py', 'w').write('import os; os._exit(0)')
open('a.txt', 'w').write('x')
ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "lay own modules where the supervisor may look",
        """
for name in MODULES:
    open(name + '.py', 'w').write(OWN)
    os.makedirs(name, exist_ok=True)
    open(name + '/__init__.py', 'w').write(OWN)
ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "lay own modules into every folder that can be written",
        """
for folder in ('/tmp', '/box', '/dev/shm', '/box/fonts', '/runner', '/program', '/'):
    for name in MODULES:
        try:
            open(f'{folder}/{name}.py', 'w').write(OWN)
        except OSError:
            pass
ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "lay .pth files and a pyvenv.cfg",
        """
for name in ('x.pth', 'pyvenv.cfg', 'python311._pth', '__pycache__/hashlib.cpython-311.pyc'):
    os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
    open(name, 'w').write('import os; os._exit(0)')
os.abort()
""",
        "crashed with SIGABRT",
    ),
    forging(
        "say that all went well, then leave with 3",
        "forge({'loaded': True, 'error': None}); os._exit(3)",
        "ended with exit status 3",
    ),
    forging(
        "say that all went well with the key, then leave with 3",
        """
forge({'loaded': True, 'error': None, 'status': 0}, dug()); os._exit(3)
""",
        "ended with exit status 3",
    ),
    forging(
        "claim status 0, then abort",
        "forge({'status': 0, 'timed_out': False}, dug()); os.abort()",
        "crashed with SIGABRT",
    ),
    forging(
        "claim an exception, then leave with 0",
        "forge({'error': {'type': 'KeyError'}}, dug()); os._exit(0)",
        "ran to its end",
    ),
    forging(
        "claim an exception, then crash",
        "forge({'error': {'type': 'KeyError'}}, dug()); ctypes.string_at(0)",
        "crashed with SIGSEGV",
    ),
    forging(
        "claim that a module is missing, then crash",
        """
forge({'missing_module': 'numpy', 'error': {'type': 'ModuleNotFoundError'}}, dug()); ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "claim that a module is missing, then end well",
        """
forge({'missing_module': 'numpy', 'error': {'type': 'ModuleNotFoundError'}}, dug()); os._exit(0)
""",
        "ran to its end",
    ),
    forging(
        "claim to want input, then leave with 4",
        "forge({'wanted_input': True}, dug()); os._exit(4)",
        "ended with exit status 4",
    ),
    forging(
        "claim a time limit, then end well",
        "forge({'timed_out': True, 'status': 9}, dug()); os._exit(0)",
        "ran to its end",
    ),
    forging(
        "claim files of others",
        """
forge({'files': [{'name': CANARY, 'size': 9, 'sha256': ''}]}, dug()); os._exit(0)
""",
        "ran to its end",
    ),
    forging(
        "write a report from a child after a crash",
        """
if os.fork() == 0:
    time.sleep(0.1)
    for _ in range(200):
        forge({'error': None, 'loaded': True, 'status': 0}, dug())
        time.sleep(0.01)
    os._exit(0)
ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "write a report from a thread while crashing",
        """
def write():
    while True:
        forge({'error': None, 'status': 0}, dug())
threading.Thread(target=write, daemon=True).start()
time.sleep(0.1)
ctypes.string_at(0)
""",
        "crashed with SIGSEGV",
    ),
    forging(
        "leave in an exit handler with another status",
        """
import atexit
atexit.register(os._exit, 7)
1 / 0
""",
        "ended with exit status 7",
    ),
    forging(
        "become another Python that crashes",
        """
os.execv(sys.executable, [sys.executable, '-S', '-c', 'import os; os.abort()'])
""",
        "crashed with SIGABRT",
    ),
    forging(
        "close the pipe of the report",
        """
os.closerange(3, 64)
os._exit(5)
""",
        "ended with exit status 5",
    ),
    forging(
        "replace what reports",
        """
import inside.program as p
p.about = lambda *a: {}
p.show = lambda *a: None
sys.exit(6)
""",
        "ended with exit status 6",
    ),
    forging(
        "leave with a status beyond a byte",
        "os._exit(0x103)",
        "ended with exit status 3",
    ),
    forging(
        "kill itself as the time limit would",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "crashed with SIGKILL",
    ),
    Attack(
        "interrupt, end and hang up the supervisor",
        FORGE
        + """
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGQUIT):
    os.kill(os.getppid(), number)
time.sleep(0.3)
""",
        ends=("broken", "exited"),
    ),
    Attack(
        "take the supervisor's limits away",
        """
import resource
for kind in range(16):
    must_fail(lambda: resource.prlimit(os.getppid(), kind, (0, 0)))
    must_fail(lambda: resource.prlimit(1, kind))
""",
    ),
    Attack(
        "put results of calls into the report",
        FORGE
        + """
def answer():
    return 1
for index in (0, 1, -1, 10**9, True, '0', None):
    for _ in range(50):
        forge({'scenario': index, 'outcome': {'kind': 'returned', 'value': ['s', 'forged']}}, dug())
""",
        scenarios=CALLED,
        most_outcomes=2,
    ),
    Attack(
        "put results of calls into the report of a run without calls",
        FORGE
        + """
forge({'outcomes': [[{'kind': 'returned'}]], 'scenario': 0, 'outcome': {'kind': 'returned'}}, dug())
""",
        most_outcomes=0,
    ),
    Attack(
        "name an exception, a module and a file so that a terminal obeys",
        """
open('\\x1b]0;owned\\x07[b].txt', 'w').write('x')
open(b'\\xff\\x9b31m.txt', 'w').write('x')
raise type('[/b]\\x1b[31m', (Exception,), {})('\\x1b]52;c;ZXZpbA==\\x07 \\u202e \\x9b')
""",
        plain=True,
    ),
    Attack(
        "print so that a terminal obeys",
        """
print('\\x1b]0;owned\\x07 \\x9b31m \\u202e \\u2066 \\r over \\x08\\x7f')
os.write(2, b'\\xc2\\x9b31m \\x1b[2J \\xff')
""",
        plain=True,
    ),
    Attack(
        "name a function's defaults so that a terminal obeys",
        """
def f(a: '\\x1b[31m', b='\\x9b') -> '[/b]\\u202e':
    pass
f(1)
""",
        plain=True,
    ),
]
