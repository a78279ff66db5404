"""Opens the way to the gate: a listening socket on 127.0.0.1, handed out before the program starts."""

from __future__ import annotations

import binascii
import ctypes
import os
import socket

TYPE_CHECKING = False  # type checkers take it for typing.TYPE_CHECKING; importing typing would cost every run 10 ms
if TYPE_CHECKING:
    from typing import Any

BACKLOG = 16
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def open_gate(gate: dict[str, Any]) -> None:
    """Listen on the gate's port, give the socket away, and give up serving for good.

    `gate`: `handle` of the Unix socket that leads out, `port`, and `filter`, the second filter in base64. Raises
    OSError when it is not possible; then no program runs.
    """
    with socket.socket(fileno=gate["handle"]) as out, socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", gate["port"]))
        listener.listen(BACKLOG)
        socket.send_fds(out, [b"g"], [listener.fileno()])
    refuse(binascii.a2b_base64(gate["filter"]))


def refuse(program: bytes) -> None:
    """Add a filter of system calls to this process and all that it starts."""
    code = ctypes.create_string_buffer(program)
    wanted = _Filter(len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    none = ctypes.c_ulong(0)
    if libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(wanted), none, none) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
