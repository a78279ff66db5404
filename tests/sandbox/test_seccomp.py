"""The system call filter decides as it should. It is run here by a small interpreter of its instructions."""

import errno
import struct
from collections.abc import Callable

import pytest

from app.sandbox.seccomp import build_client_filter, build_filter
from tests.sandbox.refused import refused_numbers

Ask = Callable[..., int]
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
IOCTL = {"x86_64": 16, "aarch64": 29}
WATCHED = {
    "socket": {"x86_64": 41, "aarch64": 198},
    "socketpair": {"x86_64": 53, "aarch64": 199},
    "setsockopt": {"x86_64": 54, "aarch64": 208},
    "fcntl": {"x86_64": 72, "aarch64": 25},
    "prlimit64": {"x86_64": 302, "aarch64": 261},
}
FINE = {
    "x86_64": {"read": 0, "write": 1, "openat": 257, "mmap": 9, "execve": 59, "futex": 202, "getrandom": 318},
    "aarch64": {"read": 63, "write": 64, "openat": 56, "mmap": 222, "execve": 221, "futex": 98, "getrandom": 278},
}


def decide(program: bytes, number: int, *args: int, audit: int) -> int:
    """The filter's answer for a call, by the rules of linux/filter.h."""
    data = struct.pack("<IIQ6Q", number, audit, 0, *(*args, *[0] * (6 - len(args))))
    code = list(struct.iter_unpack("<HBBI", program))
    accumulator, at = 0, 0
    while True:
        opcode, yes, no, value = code[at]
        at += 1
        if opcode == 0x06:
            return int(value)
        if opcode == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
            continue
        if opcode == 0x54:
            accumulator &= value
            continue
        test = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[opcode]
        at += yes if test else no


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(machine: str) -> Ask:
    program = build_filter(machine)
    assert program is not None

    def decided(number: int, *args: int, audit: int = AUDIT[machine]) -> int:
        return decide(program, number, *args, audit=audit)

    return decided


def test_ordinary_calls_are_allowed(ask: Ask, machine: str) -> None:
    assert {ask(number) for number in FINE[machine].values()} == {ALLOW}


def test_listed_calls_are_refused(ask: Ask, machine: str) -> None:
    assert {ask(number) for number in refused_numbers(machine).values()} == {ERRNO | errno.EPERM}


def test_a_call_of_another_processor_ends_the_program(ask: Ask) -> None:
    assert ask(0, audit=0x40000003) == KILL


def test_the_second_call_table_of_x86_is_closed() -> None:
    program = build_filter("x86_64")
    assert program is not None
    assert decide(program, 0x40000000 | 39, audit=AUDIT["x86_64"]) == KILL


def test_calls_newer_than_the_list_do_not_exist(ask: Ask) -> None:
    assert {ask(number) for number in (454, 500, 0x3FFFFFFF)} == {ERRNO | errno.ENOSYS}


def test_new_processes_are_fine_and_new_namespaces_are_not(ask: Ask, machine: str) -> None:
    assert ask(CLONE[machine], 0x01200011) == ALLOW
    assert ask(CLONE[machine], 0x003D0F00) == ALLOW  # a thread
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80):
        assert ask(CLONE[machine], 0x11 | flag) == ERRNO | errno.EPERM


def test_typing_into_a_terminal_is_refused_whatever_the_upper_half_of_the_number(ask: Ask, machine: str) -> None:
    assert ask(IOCTL[machine], 0, 0x5401) == ALLOW
    for request in (0x5412, 0x541C, 0x5412 | 1 << 32):
        assert ask(IOCTL[machine], 0, request) == ERRNO | errno.EPERM


def test_only_unix_sockets_exist(ask: Ask, machine: str) -> None:
    for call in ("socket", "socketpair"):
        assert [family for family in range(46) if ask(WATCHED[call][machine], family) == ALLOW] == [1]


def test_the_size_of_a_socket_or_pipe_cannot_be_set_and_other_options_can(ask: Ask, machine: str) -> None:
    refused = [option for option in range(100) if ask(WATCHED["setsockopt"][machine], 3, 1, option) != ALLOW]
    assert refused == [7, 8, 32, 33]
    assert ask(WATCHED["fcntl"][machine], 3, 1031, 1 << 20) == ERRNO | errno.EPERM
    assert ask(WATCHED["fcntl"][machine], 3, 4, 0o4000) == ALLOW


@pytest.fixture
def ask_with_gate(machine: str) -> Ask:
    program = build_filter(machine, gate=True)
    assert program is not None
    return lambda number, *args: decide(program, number, *args, audit=AUDIT[machine])


def test_with_a_gate_there_are_streams_of_tcp_besides_and_no_other_socket(ask_with_gate: Ask, machine: str) -> None:
    socket, pair = WATCHED["socket"][machine], WATCHED["socketpair"][machine]
    allowed = {
        (family, kind, protocol)
        for family in range(46)
        for kind in range(16)
        for protocol in (0, 1, 6, 17, 132, 136, 255, 262)
        if ask_with_gate(socket, family, kind | 0o2004000, protocol) == ALLOW and family != 1
    }
    assert allowed == {(2, 1, 0), (2, 1, 6)}
    assert ask_with_gate(socket, 1, 2, 0) == ALLOW
    assert ask_with_gate(socket, 10, 1, 0) == ERRNO | errno.EAFNOSUPPORT
    assert [family for family in range(46) if ask_with_gate(pair, family) == ALLOW] == [1]


def test_with_a_gate_only_plain_options_of_a_connection_can_be_set(ask_with_gate: Ask, machine: str) -> None:
    option = WATCHED["setsockopt"][machine]
    at_sockets = [name for name in range(100) if ask_with_gate(option, 3, 1, name) != ALLOW]
    at_tcp = [name for name in range(100) if ask_with_gate(option, 3, 6, name) == ALLOW]
    assert (at_sockets, at_tcp) == ([7, 8, 32, 33], [1, 2, 3, 4, 5, 6, 12, 18])
    assert {ask_with_gate(option, 3, level, 1) for level in (0, 17, 41, 255, 270)} == {ERRNO | errno.EPERM}


def test_with_a_gate_all_else_is_as_without(ask: Ask, ask_with_gate: Ask, machine: str) -> None:
    special = {WATCHED["socket"][machine], WATCHED["setsockopt"][machine]}
    for number in set(range(500)) - special:
        assert ask_with_gate(number, 0, 0, 0) == ask(number, 0, 0, 0)


def test_a_program_with_a_gate_cannot_serve(machine: str) -> None:
    program = build_client_filter(machine)
    serving = {"x86_64": {43, 49, 50, 288}, "aarch64": {200, 201, 202, 242}}[machine]
    refused = {number for number in range(500) if decide(program, number, audit=AUDIT[machine]) != ALLOW}
    assert refused == serving


def test_a_program_sets_its_own_limits_and_not_the_supervisors(ask: Ask, machine: str) -> None:
    assert ask(WATCHED["prlimit64"][machine], 0, 7) == ALLOW
    assert ask(WATCHED["prlimit64"][machine], 2, 7) == ERRNO | errno.EPERM


def test_an_unknown_processor_has_no_filter() -> None:
    assert build_filter("riscv64") is None
