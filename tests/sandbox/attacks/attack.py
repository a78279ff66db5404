"""What an attack is."""

from __future__ import annotations

from dataclasses import dataclass

from app.sandbox.results import Limits, Scenario

# Every attack knows all about the world outside: paths, process numbers, ports. It prints what it got hold of, and
# ESCAPED when it did something that it must not be able to do.
HELPERS = """
import ctypes, errno, os, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def attempt(do):
    try:
        got = do()
    except BaseException as error:
        print("refused:", type(error).__name__, str(error)[:100])
        return None
    print("got:", repr(got)[:3000])
    return got
def read(path):
    with open(path, "rb") as file:
        return file.read(100_000)
def call(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in args))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def must_fail(do):
    try:
        got = do()
    except (OSError, ImportError, AttributeError, ValueError, MemoryError) as error:
        print("refused:", type(error).__name__, str(error)[:100])
    else:
        print("ESCAPED:", repr(got)[:200])
"""


USUAL = Limits(wall_s=15.0, memory=256 * 2**20)


@dataclass(frozen=True)
class Attack:
    """A program that tries to get out. `control`: outside a sandbox it does get the secret (and does no harm).

    `ending`: how the run must be told to have ended; `plain`: nothing of it may hold a control character, and no name
    markup; `most_outcomes`: so many results of calls it may have at most; `gate`: it may fetch, from the world's hosts.
    """

    name: str
    source: str
    control: bool = False
    limits: Limits = USUAL
    ends: tuple[str, ...] = ("exited",)  # how the run may end
    scenarios: tuple[Scenario, ...] = ()
    ending: str = ""
    plain: bool = False
    most_outcomes: int | None = None
    gate: bool = False
