"""Changes of real inputs: flipped bits, cut and doubled pieces, absurd numbers, words of formats, two files in one."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

from tests.fuzz.retyping import retyped

MOST_BYTES = 1 << 20
"""Longest input that is made."""
NUMBERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 62,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
WORDS = (
    b"null", b"true", b"-1", b"1e999", b"NaN", b"Infinity", b"9" * 5000, b"0x" + b"f" * 400, b"[" * 500, b"{" * 500,
    b'{"a":' * 200, b'""', b"\\ud800", b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b"\x1b[2J", b"\xc2\x9b31m",
    b"\r\n", b"\n" * 300, b"../../x", b"/etc/passwd", b"~nobody/x", b"C:\\x", b"CON", b"\xe2\x80\xae", b"a" * 300,
)  # fmt: skip


def mutate(samples: Sequence[bytes], words: Sequence[bytes], chance: random.Random) -> bytes:
    """Returns one sample after one to eight changes, of its bytes or of what its values are.

    Args:
        samples: Real inputs.
        words: Words of their format, besides those that trouble every reader.
        chance: Decides all.
    """
    if chance.random() < 0.3 and (typed := retyped(chance.choice(samples), chance)) is not None:
        return typed[:MOST_BYTES]
    data = bytearray(chance.choice(samples))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        at = chance.randrange(len(data) + 1)
        # Heads are where formats are told: half of the changes are near the begin.
        at = at if chance.random() < 0.5 else min(at, chance.randrange(1, 400))
        length = min(len(data) - at, chance.choice((1, 1, 2, 4, 8, 16, 100, 1000)))
        match chance.randrange(8):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length] * chance.choice((1, 1, 2, 50))
            case 3:
                form = chance.choice(["<B", "<H", "<I", "<Q", ">I"])
                number = chance.choice(NUMBERS) & ((1 << 8 * struct.calcsize(form)) - 1)
                data[at : at + struct.calcsize(form)] = struct.pack(form, number)
            case 4 | 5:
                word = chance.choice((*WORDS, *words))
                data[at : at + chance.choice((0, 0, length))] = word
            case 6:
                other = chance.choice(samples)
                begin = chance.randrange(len(other) + 1)
                data[at:] = other[begin:]
            case _:
                data[at : at + length] = chance.randbytes(length)
    if chance.random() < 0.1:
        del data[chance.randrange(len(data) + 1) :]
    return bytes(data[:MOST_BYTES])
