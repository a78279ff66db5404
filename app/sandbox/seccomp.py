"""The system calls that a sandboxed program may not make, as a filter for the Linux kernel (classic BPF).

Written without a library: the filter is a dozen kinds of instruction, and libseccomp has no wheel. Layout of the
instructions and of the data they see: linux/filter.h, linux/seccomp.h; call numbers: the kernel's syscall tables.
"""

from __future__ import annotations

import errno
import struct

# opcode values from linux/bpf_common.h
_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARG0, _ARG1, _ARG2 = 0, 4, 16, 24, 32  # offsets in struct seccomp_data (low words, little endian)
_X32_BIT = 0x40000000

_NAMESPACE_FLAGS = 0x7E020080  # every CLONE_NEW*: time, mount, cgroup, uts, ipc, user, pid, net
_TTY_INJECTION = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_FAMILIES = (1,)  # AF_UNIX, which asyncio needs; it ends inside the empty network namespace
# Where a gate is granted: AF_INET too, for streams of TCP only. It reaches nothing but the namespace's own 127.0.0.1.
_INET, _STREAM, _KIND_BITS, _TCP = 2, 1, 0xF, (0, 6)
_SOCKET_LEVEL, _TCP_LEVEL = 1, 6
_TCP_OPTIONS = (1, 2, 3, 4, 5, 6, 12, 18)  # NODELAY, MAXSEG, CORK, KEEPIDLE, KEEPINTVL, KEEPCNT, QUICKACK, USER_TIMEOUT
_PERSONALITIES = (0, 0xFFFFFFFF)
# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE: what waits in a socket is memory of no process.
_BUFFER_SIZES = (7, 8, 32, 33)
_PIPE_SIZE = (1031,)  # F_SETPIPE_SZ: a pipe holds 64 KiB, and that is enough
_OWN_PROCESS = (0,)  # the only process whose limits a program may change: not the supervisor's

_LAST_KNOWN = 453  # newer calls do not exist for the program


# name: (x86_64, aarch64); None where the processor has no such call
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "syslog": (103, 116),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "nfsservctl": (180, 42),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "semget": (64, 190),
    "semop": (65, 193),
    "mq_open": (240, 180),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
    "create_module": (174, None),
    "get_kernel_syms": (177, None),
    "query_module": (178, None),
}
# As on an older kernel. A watch of inotify holds memory of the kernel's that no limit of a process counts.
_ABSENT: dict[str, tuple[int, int]] = {
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "inotify_init": (253, 26),  # the newer processor has the newer call only
    "inotify_init1": (294, 26),
}
_WATCHED: dict[str, tuple[int, int]] = {
    "clone": (56, 220),
    "ioctl": (16, 29),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "setsockopt": (54, 208),
    "fcntl": (72, 25),
    "prlimit64": (302, 261),
    "personality": (135, 92),
}
# What a server needs and a client does not. The supervisor itself listens, for the gate, before this is refused.
_SERVING: dict[str, tuple[int, int]] = {
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
}
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def build_filter(machine: str, *, gate: bool = False) -> bytes | None:
    """The filter for `machine` (as from os.uname), or None when the processor is not known here.

    `gate`: sockets of TCP are allowed, to speak to the gate inside the empty network namespace.
    """
    if machine not in _ARCHITECTURES:
        return None
    column, audit = _ARCHITECTURES[machine]
    program = _Program()
    program.load(_ARCH)
    program.skip_unless_equal(audit, program.result(_KILL))
    program.load(_NUMBER)
    if machine == "x86_64":
        program.when_at_least(_X32_BIT, _KILL)
    program.when_at_least(_LAST_KNOWN + 1, _ERRNO | errno.ENOSYS)
    for numbers in _ABSENT.values():
        program.when_equal(numbers[column], _ERRNO | errno.ENOSYS)
    for found in _DENIED.values():
        number = found[column]
        if number is not None:
            program.when_equal(number, _ERRNO | errno.EPERM)
    refused, no_family = _ERRNO | errno.EPERM, _ERRNO | errno.EAFNOSUPPORT
    rules = {
        "clone": _clone_rule(),
        "ioctl": _value_rule(_ARG1, _TTY_INJECTION, listed=refused),
        "socket": _stream_rule() if gate else _value_rule(_ARG0, _FAMILIES, other=no_family),
        "socketpair": _value_rule(_ARG0, _FAMILIES, other=no_family),
        "setsockopt": _option_rule() if gate else _value_rule(_ARG2, _BUFFER_SIZES, listed=refused),
        "fcntl": _value_rule(_ARG1, _PIPE_SIZE, listed=refused),
        "prlimit64": _value_rule(_ARG0, _OWN_PROCESS, other=refused),
        "personality": _value_rule(_ARG0, _PERSONALITIES, other=refused),
    }
    for name, rule in rules.items():
        program.when_call(_WATCHED[name][column], rule)
    program.end(_ALLOW)
    return program.assemble()


def build_client_filter(machine: str) -> bytes:
    """A second filter, for what the supervisor starts where a gate is granted: it may connect and not serve.

    Whoever could serve could fill the kernel with connections to himself. `machine` is one that `build_filter` knows.
    """
    column = _ARCHITECTURES[machine][0]
    program = _Program()
    program.load(_NUMBER)
    for numbers in _SERVING.values():
        program.when_equal(numbers[column], _ERRNO | errno.EPERM)
    program.end(_ALLOW)
    return program.assemble()


def _clone_rule() -> list[tuple[int, int, int, int]]:
    return [
        (_LOAD, 0, 0, _ARG0),
        (_JUMP_SET, 0, 1, _NAMESPACE_FLAGS),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _stream_rule() -> list[tuple[int, int, int, int]]:
    """socket(): AF_UNIX of any kind, AF_INET for TCP."""
    refused = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    return [
        *((_LOAD, 0, 0, _ARG0), (_JUMP_EQ, 0, 1, _FAMILIES[0]), (_RETURN, 0, 0, _ALLOW)),
        *((_JUMP_EQ, 1, 0, _INET), (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT)),
        *((_LOAD, 0, 0, _ARG1), (_AND, 0, 0, _KIND_BITS), (_JUMP_EQ, 1, 0, _STREAM), refused),
        *_value_rule(_ARG2, _TCP, other=_ERRNO | errno.EPERM),
    ]


def _option_rule() -> list[tuple[int, int, int, int]]:
    """setsockopt(): what is allowed without a gate at the level of sockets, and a few plain options of TCP."""
    refused = _ERRNO | errno.EPERM
    sockets = _value_rule(_ARG2, _BUFFER_SIZES, listed=refused)
    return [
        *((_LOAD, 0, 0, _ARG1), (_JUMP_EQ, 0, len(sockets), _SOCKET_LEVEL), *sockets),
        *((_JUMP_EQ, 1, 0, _TCP_LEVEL), (_RETURN, 0, 0, refused)),
        *_value_rule(_ARG2, _TCP_OPTIONS, other=refused),
    ]


def _value_rule(
    offset: int, values: tuple[int, ...], *, listed: int = _ALLOW, other: int = _ALLOW
) -> list[tuple[int, int, int, int]]:
    rule = [(_LOAD, 0, 0, offset)]
    for value in values:
        rule += [(_JUMP_EQ, 0, 1, value), (_RETURN, 0, 0, listed)]
    return [*rule, (_RETURN, 0, 0, other)]


class _Program:
    """Instructions in order; every rule jumps over its own few instructions only."""

    def __init__(self) -> None:
        self._code: list[tuple[int, int, int, int]] = []

    def load(self, offset: int) -> None:
        self._code.append((_LOAD, 0, 0, offset))

    @staticmethod
    def result(action: int) -> tuple[int, int, int, int]:
        return (_RETURN, 0, 0, action)

    def skip_unless_equal(self, value: int, otherwise: tuple[int, int, int, int]) -> None:
        self._code += [(_JUMP_EQ, 1, 0, value), otherwise]

    def when_equal(self, value: int, action: int) -> None:
        self._code += [(_JUMP_EQ, 0, 1, value), self.result(action)]

    def when_at_least(self, value: int, action: int) -> None:
        self._code += [(_JUMP_GE, 0, 1, value), self.result(action)]

    def when_call(self, number: int, rule: list[tuple[int, int, int, int]]) -> None:
        """`rule` ends with a return on every path, so nothing after it sees the changed accumulator."""
        self._code += [(_JUMP_EQ, 0, len(rule), number), *rule]

    def end(self, action: int) -> None:
        self._code.append(self.result(action))

    def assemble(self) -> bytes:
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in self._code)
