"""What the gate refuses, and how it speaks HTTP: asked over a plain socket, as a hostile program would."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import h11
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.gate.gate import Access, FetchGate
from app.sandbox.gate.network import why_not
from app.sandbox.gate.recording import Exchange, FetchRecording, Permission
from app.sandbox.gate.server import GateServer
from tests.sandbox.gate.world import CSV, HOST, MIB, OTHER, GateWorld

GET = "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n"


class Program:
    """Stands for a program inside: connects to the gate's listening socket."""

    def __init__(self, access: Access, address: tuple[str, int]) -> None:
        self._access, self._address = access, address

    def say(self, *sent: str | bytes, tunnel: str = "") -> tuple[int, bytes]:
        """Sends on a new connection; the status and the body of the answer, 0 if the gate hung up."""
        with socket.create_connection(self._address, 10) as end:
            if tunnel:
                end.sendall(f"CONNECT {tunnel} HTTP/1.1\r\nHost: {tunnel}\r\n\r\n".encode())
                status, body = _answer(end, "CONNECT")
                if status != 200:
                    return status, body
                trust = ssl.create_default_context(cadata=self._access.gate.authority.pem.decode())
                end = trust.wrap_socket(end, server_hostname=tunnel.partition(":")[0])
            with end:
                for part in sent:
                    end.sendall(part.encode("latin-1") if isinstance(part, str) else part)
                return _answer(end, str(sent[0])[:4].strip())

    def get(self, path: str, host: str = HOST) -> tuple[int, bytes]:
        """Fetches from a host by TLS."""
        return self.say(GET.format(path, host), tunnel=f"{host}:443")


def _answer(end: socket.socket, method: str) -> tuple[int, bytes]:
    http = h11.Connection(h11.CLIENT)
    ours = {"CONN": "CONNECT"}.get(method, method if method in ("HEAD", "CONNECT") else "GET")
    http.send(h11.Request(method=ours, target="/", headers=[("host", "x")]))
    http.send(h11.EndOfMessage())
    status, body = 0, b""
    while True:
        try:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(end.recv(65536))
        except (h11.RemoteProtocolError, ConnectionError):
            return status, body  # The gate hung up.
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            return status, body


@contextmanager
def program(gate: FetchGate, *, live: bool = True) -> Iterator[Program]:
    """A program that has the gate. Its listening socket is one of this machine's, not of a namespace's."""
    access = gate.access("a", live=live, tell=True)
    with GateServer(access) as server, socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        socket.send_fds(server.inside, [b"g"], [listener.fileno()])
        yield Program(access, address)


Ask = Callable[[Program], tuple[int, bytes]]


def refused(gate: FetchGate, ask: Ask, *, live: bool = True) -> str:
    """The sentence with which a request is refused."""
    with program(gate, live=live) as made:
        status, body = ask(made)
    assert status == 403, (status, body)
    (told,) = [one for one in gate.fetched if one.refused]
    assert body.decode() == f"MTP Race: {told.refused}\n"
    return told.refused


def test_an_answer_has_the_servers_status_and_body_and_only_what_is_the_bodys(world: GateWorld) -> None:
    with program(world.gate()) as made, socket.create_connection(made._address, 10) as end:
        end.sendall(GET.format(f"http://{HOST}/closes", HOST).encode())
        end.shutdown(socket.SHUT_WR)
        text = b"".join(iter(lambda: end.recv(65536), b""))
    head = text.lower()
    assert text.endswith(CSV)
    assert b"content-type: text/csv" in head
    assert b"set-cookie: a3=s3cr3t; secure" in head  # The program needs it; the file will not hold it.
    assert b"x-internal" not in head


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (GET.format(f"http://{OTHER}/", OTHER), f"may not fetch from {OTHER}"),
        (GET.format(f"http://{HOST}.evil.net/", f"{HOST}.evil.net"), "may not fetch from"),
        (GET.format(f"http://{HOST}:8080/", f"{HOST}:8080"), "from port 80 only"),
        (GET.format(f"https://{HOST}/", HOST), "not an address that a proxy is asked for"),
        (GET.format("ftp://data.example.com/", HOST), "not an address that a proxy is asked for"),
        (GET.format("file:///etc/passwd", HOST), "not an address that a proxy is asked for"),
        (GET.format("/closes", HOST), "not an address that a proxy is asked for"),
        (GET.format(f"http://me:pass@{HOST}/", HOST), "not the address of a host"),
        (GET.format(f"http://{HOST}@127.0.0.1/", HOST), "not the address of a host"),
        (GET.format("http://127.0.0.1/", "127.0.0.1"), "may not fetch from 127.0.0.1"),
        (GET.format("http://2130706433/", "2130706433"), "may not fetch from"),
        (GET.format("http://[::1]/", "[::1]"), "not the address of a host"),
        (GET.format(f"http://{HOST}\\@127.0.0.1/", HOST), "not an address that a proxy is asked for"),
        (GET.format(f"http://{HOST}/#@127.0.0.1", HOST), "not an address that a proxy is asked for"),
        (GET.format(f"http://{HOST}/", OTHER), f"may not fetch from {OTHER}"),
        (f"DELETE http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n", "may not send DELETE"),
        (f"TRACE http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n", "may not send TRACE"),
        (f"POST http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1\r\n\r\nx", "may not send POST"),
        (f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1\r\n\r\nx", "sends no body"),
        (
            f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two lengths",
        ),
        (f"CONNECT {OTHER}:443 HTTP/1.1\r\nHost: {OTHER}:443\r\n\r\n", f"may not fetch from {OTHER}"),
        (f"CONNECT {HOST}:22 HTTP/1.1\r\nHost: {HOST}:22\r\n\r\n", "from port 443 only"),
        (f"CONNECT {HOST} HTTP/1.1\r\nHost: {HOST}\r\n\r\n", "from port 443 only"),
        ("CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: 127.0.0.1:443\r\n\r\n", "may not fetch from 127.0.0.1"),
        ("CONNECT 169.254.169.254:443 HTTP/1.1\r\nHost: x\r\n\r\n", "may not fetch from 169.254.169.254"),
        ("CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n\r\n", "not the address of a host"),
        ("CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", "not the address of a host"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_before_anything_is_looked_up(sent: str, words: str, world: GateWorld) -> None:
    def nobody(host: str) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    assert words in refused(world.gate(world.outside(look_up=nobody)), lambda made: made.say(sent))


@pytest.mark.parametrize(
    "sent",
    [
        "hello\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nHost: {OTHER}\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost : {HOST}\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nX-A: b\0c\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nX-A: {'b' * 40_000}\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: -1\r\n\r\n",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        f"GET http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
        f"POST http://{HOST}/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 70000\r\n\r\n" + "x" * 70_000,
        f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\nGET / HTTP/1.1\r\nHost: {OTHER}\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_plain_request_gets_no_answer_from_the_world(sent: str, world: GateWorld) -> None:
    before = len(world.server.seen) + len(world.plain.seen)
    gate = world.gate(methods=("GET", "POST"))
    with program(gate) as made:
        status, _ = made.say(sent)
    assert status in (0, 403)
    assert len(world.server.seen) + len(world.plain.seen) == before
    assert all(one.refused for one in gate.fetched)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (GET.format("/", OTHER), f"may not fetch from {OTHER}"),
        (GET.format("/", f"{HOST}:8443"), "from port 443 only"),
        (GET.format(f"https://{OTHER}/", HOST), "not an address that a proxy is asked for"),
        (GET.format("//other.example.com/", HOST), ""),
        (f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n", "not an address that a proxy is asked for"),
    ],
)  # fmt: skip
def test_inside_a_tunnel_only_its_own_host_is_spoken_to(sent: str, words: str, world: GateWorld) -> None:
    gate = world.gate(hosts=(HOST, "third.example.com"))
    before = len(world.server.seen)
    with program(gate) as made:
        status, body = made.say(sent, tunnel=f"{HOST}:443")
    if words:
        assert status == 403
        assert words in body.decode()
        assert len(world.server.seen) == before
    else:
        assert world.server.seen[-1][2]["host"] == HOST  # A path that looks like a host is a path.


def test_another_allowed_host_is_not_spoken_to_in_a_tunnel_either(world: GateWorld) -> None:
    gate = world.gate(hosts=(HOST, OTHER))
    with program(gate) as made:
        status, body = made.say(GET.format("/", OTHER), tunnel=f"{HOST}:443")
    assert (status, b"names two hosts" in body) == (403, True)


def test_headers_of_the_connection_and_what_asks_for_a_part_are_not_passed_on(world: GateWorld) -> None:
    sent = (
        f"GET /closes HTTP/1.1\r\nHost: {HOST}\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
        "Proxy-Authorization: Basic abc\r\nProxy-Connection: keep-alive\r\nUpgrade: websocket\r\nRange: bytes=0-1\r\n"
        "If-None-Match: x\r\nAccept-Encoding: br\r\nX-Forwarded-For: 10.0.0.1\r\nX-Kept: yes\r\nCookie: a=b\r\n\r\n"
    )
    with program(world.gate()) as made:
        assert made.say(sent, tunnel=f"{HOST}:443") == (200, CSV)
    _, _, headers = world.server.seen[-1]
    assert headers == {
        "host": HOST, "x-kept": "yes", "cookie": "a=b", "accept-encoding": "identity", "connection": "close"
    }  # fmt: skip


def test_a_body_is_sent_where_that_is_allowed_and_its_answer_is_that_bodys(world: GateWorld) -> None:
    gate = world.gate(methods=("POST",))
    post = "POST /counted HTTP/1.1\r\nHost: {}\r\nContent-Length: 1\r\n\r\n{}"
    with program(gate) as made:
        answers = [made.say(post.format(HOST, body), tunnel=f"{HOST}:443")[1] for body in "aba"]
    assert answers[0] == answers[2] != answers[1]
    assert world.server.bodies[-2:] == [b"a", b"b"]


def test_several_requests_go_over_one_connection(world: GateWorld) -> None:
    with program(world.gate()) as made, socket.create_connection(made._address, 10) as end:
        for _ in range(3):
            end.sendall(GET.format(f"http://{HOST}/closes", HOST).encode())
            assert _answer(end, "GET") == (200, CSV)


def test_an_answer_that_holds_a_second_one_does_not_answer_the_next_request(world: GateWorld) -> None:
    with program(world.gate()) as made:
        assert made.get("/two-answers") == (200, b"one")
        assert made.get("/closes") == (200, CSV)


def test_a_head_has_no_body(world: GateWorld) -> None:
    with program(world.gate()) as made:
        assert made.say(f"HEAD /closes HTTP/1.1\r\nHost: {HOST}\r\n\r\n", tunnel=f"{HOST}:443") == (200, b"")


def test_a_body_that_is_coded_unasked_comes_without_its_coding(world: GateWorld) -> None:
    gate = world.gate()
    with program(gate) as made:
        assert made.get("/zipped") == (200, CSV)
    assert gate.recording.exchanges[0].text == CSV.decode()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/endless", "larger than 1 MiB"),
        ("/chunks", "larger than 1 MiB"),
        ("/bomb", "larger than 1 MiB"),
        ("/slow-body", "took too long"),
        ("/slow-head", "took too long"),
        ("/silent", "took too long"),
        ("/other-coding", "not asked for"),
        ("/short", "ended early"),
        ("/no-http", "no HTTP"),
        ("/split", "no HTTP"),
    ],
)
def test_an_answer_that_is_too_much_too_slow_or_none_is_refused_and_not_kept(
    path: str, words: str, world: GateWorld
) -> None:
    gate = world.gate(bytes_limit=MIB, seconds_limit=0.6 if "long" in words else 20.0)
    assert words in refused(gate, lambda made: made.get(path))
    assert gate.recording.exchanges == ()


def test_all_answers_together_have_one_limit(world: GateWorld) -> None:
    gate = world.gate(bytes_limit=len(CSV) * 2)
    with program(gate) as made:
        assert [made.get(f"/closes?n={number}")[0] for number in range(4)] == [200, 200, 403, 403]


@pytest.mark.parametrize("server", ["forged", "misnamed"])
def test_a_server_with_a_certificate_that_does_not_prove_its_name_is_refused(server: str, world: GateWorld) -> None:
    gate = world.gate(world.outside(server=getattr(world, server)))
    assert f"certificate of {HOST} is" in refused(gate, lambda made: made.get("/closes"))
    assert getattr(world, server).seen == []


def test_a_server_without_tls_is_refused(world: GateWorld) -> None:
    gate = world.gate(world.outside(server=world.plain))
    refused(gate, lambda made: made.get("/closes"))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254", "64:ff9b::7f00:1"],
)
def test_an_allowed_name_with_an_address_that_is_not_public_is_refused(address: str, world: GateWorld) -> None:
    gate = world.gate(world.outside(look_up=lambda host: ["1.1.1.1", address], why_not=why_not))
    assert f"{HOST} has the address {address}" in refused(gate, lambda made: made.get("/closes"))


def test_a_name_that_changes_its_address_gains_nothing(world: GateWorld) -> None:
    """The first answer is checked and connected to; the second, which is private, comes with the next request only."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    outside = world.outside(
        look_up=lambda host: next(answers), why_not=lambda address: "private" if address.startswith("10.") else ""
    )
    gate = world.gate(outside)
    with program(gate) as made:
        assert made.get("/closes")[0] == 200
        status, body = made.get("/closes?again")
    assert (status, b"10.0.0.1: private" in body) == (403, True)


def test_a_refusal_by_the_world_is_the_same_for_the_second_program(world: GateWorld) -> None:
    times: list[str] = []

    def flaky(host: str) -> list[str]:
        times.append(host)
        if len(times) == 1:
            raise OSError("no such name")
        return ["127.0.0.1"]

    gate = world.gate(world.outside(look_up=flaky))
    with program(gate) as made:
        first = made.get("/closes")
        assert made.get("/closes") == first
    assert times == [HOST]


def test_a_run_that_ends_ends_what_is_under_way(world: GateWorld) -> None:
    gate = world.gate(seconds_limit=60.0)
    before = {thread.name for thread in threading.enumerate()}
    started = threading.Event()

    def ask(made: Program) -> None:
        started.set()
        made.get("/silent")

    with program(gate) as made:
        asking = threading.Thread(target=ask, args=(made,))
        asking.start()
        started.wait(5)
        while not world.server.paths or world.server.paths[-1] != "/silent":
            time.sleep(0.01)
    asking.join(5)
    assert not asking.is_alive()
    assert not {thread.name for thread in threading.enumerate()} & {"gate", "gate-connection"} - before
    assert gate.recording.exchanges == ()


def test_a_hostile_recording_cannot_split_an_answer() -> None:
    bad = Exchange(
        method="GET", url=f"https://{HOST}/a", status=200, headers=(("location", "/b\r\nx-split: yes"),), text="body"
    )
    gate = FetchGate(Permission((HOST,)), FetchRecording(None, [bad]))
    with program(gate, live=False) as made:
        status, body = made.get("/a")
    assert (status, body) == (0, b"")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_whatever_is_sent_the_world_is_not_asked_and_the_gate_goes_on(world: GateWorld, sent: bytes) -> None:
    before = len(world.server.seen) + len(world.plain.seen)
    with program(world.gate()) as made:
        with socket.create_connection(made._address, 5) as end:
            end.sendall(sent)
            end.shutdown(socket.SHUT_WR)
            while end.recv(65536):
                pass
        assert made.get("/closes") == (200, CSV)
    assert len(world.server.seen) + len(world.plain.seen) == before + 1
