"""The system call filter decides as it should. It is run here by a small interpreter of its instructions."""

import errno
import struct

import pytest

from app.sandbox.seccomp import build_filter, denied_numbers

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
IOCTL = {"x86_64": 16, "aarch64": 29}
SOCKET = {"x86_64": 41, "aarch64": 198}
FINE = {
    "x86_64": {"read": 0, "write": 1, "openat": 257, "mmap": 9, "execve": 59, "futex": 202, "getrandom": 318},
    "aarch64": {"read": 63, "write": 64, "openat": 56, "mmap": 222, "execve": 221, "futex": 98, "getrandom": 278},
}


def decide(program, number, *args, audit):
    """The filter's answer for a call, by the rules of linux/filter.h."""
    data = struct.pack("<IIQ6Q", number, audit, 0, *(*args, *[0] * (6 - len(args))))
    code = list(struct.iter_unpack("<HBBI", program))
    accumulator, at = 0, 0
    while True:
        opcode, yes, no, value = code[at]
        at += 1
        if opcode == 0x06:
            return value
        if opcode == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
            continue
        test = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[opcode]
        at += yes if test else no


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request):
    return request.param


@pytest.fixture
def ask(machine):
    program = build_filter(machine)
    assert program is not None
    return lambda number, *args, audit=AUDIT[machine]: decide(program, number, *args, audit=audit)


def test_ordinary_calls_are_allowed(ask, machine):
    assert {ask(number) for number in FINE[machine].values()} == {ALLOW}


def test_listed_calls_are_refused(ask, machine):
    assert {ask(number) for number in denied_numbers(machine).values()} == {ERRNO | errno.EPERM}


def test_a_call_of_another_processor_ends_the_program(ask):
    assert ask(0, audit=0x40000003) == KILL


def test_the_second_call_table_of_x86_is_closed():
    program = build_filter("x86_64")
    assert program is not None
    assert decide(program, 0x40000000 | 39, audit=AUDIT["x86_64"]) == KILL


def test_calls_newer_than_the_list_do_not_exist(ask):
    assert {ask(number) for number in (454, 500, 0x3FFFFFFF)} == {ERRNO | errno.ENOSYS}


def test_new_processes_are_fine_and_new_namespaces_are_not(ask, machine):
    assert ask(CLONE[machine], 0x01200011) == ALLOW
    assert ask(CLONE[machine], 0x003D0F00) == ALLOW  # a thread
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x80):
        assert ask(CLONE[machine], 0x11 | flag) == ERRNO | errno.EPERM


def test_typing_into_a_terminal_is_refused_whatever_the_upper_half_of_the_number(ask, machine):
    assert ask(IOCTL[machine], 0, 0x5401) == ALLOW
    for request in (0x5412, 0x541C, 0x5412 | 1 << 32):
        assert ask(IOCTL[machine], 0, request) == ERRNO | errno.EPERM


def test_only_three_kinds_of_socket_exist(ask, machine):
    allowed = [family for family in range(46) if ask(SOCKET[machine], family) == ALLOW]
    assert allowed == [1, 2, 10]


def test_an_unknown_processor_has_no_filter():
    assert build_filter("riscv64") is None
