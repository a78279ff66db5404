"""Reads the head of a GGUF file: its metadata and the list of its tensors, not the tensors themselves.

Written for files from anywhere: every count and length is checked against the bytes that are left before anything is
read or allocated, long arrays are skipped and not built, and whatever is wrong comes out as one GgufError. The layout
is that of GGUF versions 2 and 3 in little-endian order, as the format's description in the ggml project gives it.
"""

from __future__ import annotations

import hashlib
import math
import struct
from pathlib import Path
from typing import BinaryIO

import msgspec

MAGIC = b"GGUF"
KEPT_ITEMS = 2048
"""Arrays with more items than this are not kept; only what kind they are, how many, and a digest of their bytes."""
_MAX_DIMS = 4
_MAX_STRING = 8 << 20
_MAX_HEAD = 256 << 20
_STEP = 1 << 20
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# ggml's tensor types: number -> (name, values per block, bytes per block).
TENSOR_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36),
}  # fmt: skip


class GgufError(Exception):
    """The file is not a GGUF file that this app can read. The text is a sentence for the user."""


class LongArray(msgspec.Struct, frozen=True):
    """An array that was too long to keep.

    Attributes:
        kind: GGUF's number of the items' type.
        count: Items.
        digest: SHA-256 of the bytes, to tell whether two files hold the same array.
    """

    kind: int
    count: int
    digest: str


Value = int | float | bool | str | tuple[int | float | bool | str, ...] | LongArray


class TensorInfo(msgspec.Struct, frozen=True):
    """One tensor: its name, shape (fastest dimension first, as in the file), type name, and bytes in the file."""

    name: str
    shape: tuple[int, ...]
    type: str
    bytes: int

    @property
    def count(self) -> int:
        return math.prod(self.shape)


class Gguf(msgspec.Struct, frozen=True):
    """The head of one file.

    Attributes:
        path: Where it was read.
        size: Bytes of the file.
        metadata: By key.
        tensors: In the file's order.
    """

    path: Path
    size: int
    metadata: dict[str, Value]
    tensors: tuple[TensorInfo, ...]

    def number(self, key: str) -> int | None:
        """Returns a whole number, None if the key is missing or is no whole number."""
        value = self.metadata.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, key: str) -> str | None:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else None

    def per_layer(self, key: str, layers: int) -> tuple[int, ...] | None:
        """Returns one whole number per layer, for a key that holds one number or an array of them."""
        value = self.metadata.get(key)
        if isinstance(value, int):
            return (int(value),) * layers
        if isinstance(value, tuple) and len(value) >= layers and all(isinstance(item, int) for item in value):
            return tuple(int(item) for item in value[:layers])
        return None


def read_gguf(path: Path) -> Gguf:
    """Reads the head of a file.

    Raises:
        GgufError: It is not a GGUF file, is cut off, or contradicts itself.
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        if size < 24:
            raise GgufError(f"{path.name} is too short for a GGUF file ({size} bytes).")
        stream.seek(0)
        return _Reader(stream, size, path).read()


class _Reader:
    """A place in the file that only moves forward. The head is read into memory as far as it is needed.

    Not mapped: a mapped file that another program cuts short while it is read would end this process.
    """

    def __init__(self, stream: BinaryIO, size: int, path: Path) -> None:
        self._stream = stream
        self._data = bytearray()
        self._size = size
        self._path = path
        self._at = 0

    def read(self) -> Gguf:
        if bytes(self._data[self._take(4) : self._at]) != MAGIC:
            raise self._wrong("is not a GGUF file")
        version = self._unpack("I")
        if version in (2 << 24, 3 << 24):
            raise self._wrong("is in big-endian order, which this app does not read")
        if version not in (2, 3):
            raise self._wrong(f"has GGUF version {version}, and this app reads 2 and 3")
        tensor_count, key_count = self._count(24, "tensors"), self._count(13, "metadata entries")
        metadata: dict[str, Value] = {}
        for _ in range(key_count):
            key = self._string()
            if key in metadata:
                raise self._wrong(f'has the key "{key[:80]}" twice')
            metadata[key] = self._value(self._unpack("I"))
        found = [self._tensor() for _ in range(tensor_count)]
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or isinstance(alignment, bool) or not 0 < alignment <= 1 << 20:
            raise self._wrong("has a senseless alignment")
        begin = -(-self._at // alignment) * alignment
        names = set()
        for tensor, offset in found:
            if begin + offset + tensor.bytes > self._size:
                raise self._wrong(f"is cut off: the tensor {tensor.name[:80]} ends after the file does")
            names.add(tensor.name)
        if len(names) != len(found):
            raise self._wrong("has two tensors of one name")
        return Gguf(self._path, self._size, metadata, tuple(tensor for tensor, _ in found))

    def _wrong(self, what: str) -> GgufError:
        return GgufError(f"{self._path.name} {what}.")

    def _take(self, count: int) -> int:
        """Moves on by `count` bytes and returns where they begin."""
        if count > self._size - self._at:
            raise self._wrong("is cut off")
        begin = self._at
        self._at += count
        self._load(self._at)
        return begin

    def _load(self, end: int) -> None:
        """Reads on until `end` bytes of the file are in memory."""
        if end <= len(self._data):
            return
        if end > _MAX_HEAD:
            raise self._wrong(f"has a head of more than {_MAX_HEAD >> 20} MiB")
        self._data += self._stream.read(max(end - len(self._data), min(_STEP, self._size - len(self._data))))
        if end > len(self._data):
            raise self._wrong("became shorter while it was read")

    def _unpack(self, kind: str) -> int:
        form = struct.Struct("<" + kind)
        value: int = form.unpack_from(self._data, self._take(form.size))[0]
        return value

    def _count(self, least: int, what: str) -> int:
        """Reads a count of things that take at least `least` bytes each."""
        count = self._unpack("Q")
        if count > (self._size - self._at) // least:
            raise self._wrong(f"claims {count} {what}, more than it has room for")
        return count

    def _string(self) -> str:
        length = self._unpack("Q")
        if length > _MAX_STRING:
            raise self._wrong(f"has a text of {length} bytes")
        begin = self._take(length)
        return self._data[begin : begin + length].decode("utf-8", "replace")

    def _value(self, kind: int) -> Value:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise self._wrong(f"has a value of the unknown kind {kind}")
        return self._unpack(_SCALARS[kind])

    def _array(self) -> Value:
        kind = self._unpack("I")
        if kind == _STRING:
            count = self._count(8, "texts")
            if count <= KEPT_ITEMS:
                return tuple(self._string() for _ in range(count))
            begin = self._at
            self._skip_strings(count)
            return LongArray(kind, count, self._digest(begin))
        if kind not in _SCALARS:
            raise self._wrong(f"has an array of the kind {kind}, which is not allowed")
        form = _SCALARS[kind]
        width = struct.calcsize("<" + form)
        count = self._count(width, "array items")
        begin = self._take(count * width)
        if count > KEPT_ITEMS:
            return LongArray(kind, count, self._digest(begin))
        return struct.unpack_from(f"<{count}{form}", self._data, begin)

    def _skip_strings(self, count: int) -> None:
        """Moves over texts. A vocabulary has half a million of them, so this is the one loop that has to be quick."""
        length_at = struct.Struct("<Q").unpack_from
        at, loaded, last = self._at, len(self._data), self._size - 8
        for _ in range(count):
            if at > last:
                raise self._wrong("is cut off")
            if at + 8 > loaded:
                self._load(at + 8)
                loaded = len(self._data)
            at += 8 + length_at(self._data, at)[0]
        self._take(at - self._at)

    def _digest(self, begin: int) -> str:
        with memoryview(self._data) as view:
            return hashlib.sha256(view[begin : self._at]).hexdigest()

    def _tensor(self) -> tuple[TensorInfo, int]:
        name = self._string()
        dims = self._unpack("I")
        if not 0 < dims <= _MAX_DIMS:
            raise self._wrong(f"has a tensor with {dims} dimensions")
        shape = tuple(self._unpack("Q") for _ in range(dims))
        kind, offset = self._unpack("I"), self._unpack("Q")
        if kind not in TENSOR_TYPES:
            raise self._wrong(f"has a tensor of the type {kind}, which this app does not know")
        type_name, block, width = TENSOR_TYPES[kind]
        if min(shape) < 1 or math.prod(shape) > 1 << 50 or shape[0] % block:
            raise self._wrong(f"has a tensor of the senseless shape {shape}")
        return TensorInfo(name, shape, type_name, math.prod(shape) // block * width), offset
