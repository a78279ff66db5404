"""Reads the head of a GGUF file: its metadata and the list of its tensors, not the tensors themselves.

Written for files from anywhere: every count and length is checked against the bytes that are left before anything is
read or allocated, long arrays are skipped and not built, what is kept is bounded, and whatever is wrong comes out as
one GgufError. What would end the library's process is found here too. The layout is that of GGUF versions 2 and 3 in
little-endian order, as the format's description in the ggml project gives it.
"""

from __future__ import annotations

import hashlib
import io
import math
import struct
from pathlib import Path, PurePath
from typing import BinaryIO

import msgspec

from app.models.files.heads import HeadCache
from app.race.visible import visible

MAGIC = b"GGUF"
KEPT_ITEMS = 2048
"""Arrays with more items than this are not kept; only what kind they are, how many, and a digest of their bytes."""
TOKENS = "tokenizer.ggml.tokens"
_KEPT_IN_ALL = 1 << 16
"""Array items that are kept of one file; arrays behind them are treated as long ones."""
_MAX_KEYS = 1 << 16
_MAX_TENSORS = 1 << 17
_MAX_KEY = (1 << 16) - 1
_MAX_NAME = 63
"""Bytes of a tensor's name: GGML_MAX_NAME of the library, less its closing zero."""
_MAX_TOKENS = 1 << 21
_MAX_DIMS = 4
_MAX_STRING = 8 << 20
_MAX_TEXT = 16 << 20
"""Bytes of all keys and texts together."""
_MAX_HEAD = 256 << 20
_STEP = 1 << 20
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# ggml's tensor types: number -> (name, values per block, bytes per block). A test holds it against the library's own.
TENSOR_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip
_REMOVED_TYPES = {4, 5, 31, 32, 33, 36, 37, 38}
"""Types that the library knew once."""


class GgufError(Exception):
    """The file is not a GGUF file that this app can read. The text is a sentence for the user, fit to be shown."""

    def __init__(self, sentence: str) -> None:
        super().__init__(visible(sentence))


class _Ended(GgufError):
    """There are no more bytes where the file goes on."""


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
        """Values in it."""
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
        """Returns a text, None if the key is missing or holds none."""
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


_heads: HeadCache[Gguf] = HeadCache()


def read_gguf(path: Path) -> Gguf:
    """Reads the head of a file. It is read once: as long as its size and time stay, the next call returns the same.

    Raises:
        GgufError: It is not a GGUF file, is cut off, or contradicts itself.
        OSError: It cannot be read.
    """
    return _heads.get(path, _read)


def read_beginning(data: bytes, path: PurePath, size: int) -> dict[str, Value]:
    """Returns as much of a file's metadata as its first bytes hold.

    Args:
        data: The first bytes.
        path: Of the file, for the wording.
        size: Bytes of the whole file.

    Raises:
        GgufError: It is not a GGUF file, or contradicts itself.
    """
    metadata: dict[str, Value] = {}
    try:
        _Reader(io.BytesIO(data), max(size, len(data)), path).read_metadata(metadata)
    except _Ended:
        pass
    return metadata


def _read(stream: BinaryIO, size: int, path: Path) -> Gguf:
    if size < 24:
        raise GgufError(f"{path.name} is too short for a GGUF file ({size} bytes).")
    return _Reader(stream, size, path).read()


class _Reader:
    """A place in the file that only moves forward. A window of the head is in memory, no more.

    Not mapped: a mapped file that another program cuts short while it is read would end this process.
    """

    def __init__(self, stream: BinaryIO, size: int, path: PurePath) -> None:
        self._stream = stream
        self._data = bytearray()
        self._base = 0
        self._size = size
        self._path = path
        self._at = 0
        self._text = 0
        self._items = 0

    def read(self) -> Gguf:
        """Reads it all. Raises GgufError."""
        metadata: dict[str, Value] = {}
        tensor_count = self.read_metadata(metadata)
        found = [self._tensor() for _ in range(tensor_count)]
        self._check_places(metadata, found)
        return Gguf(Path(self._path), self._size, metadata, tuple(tensor for tensor, _ in found))

    def read_metadata(self, metadata: dict[str, Value]) -> int:
        """Adds what stands before the tensors, and returns how many of those there are. Raises GgufError."""
        magic = self._bytes(4)
        if magic != MAGIC:
            raise self._wrong(_kind_of_file(magic + self._bytes(16)))
        version = self._unpack("I")
        if version in (2 << 24, 3 << 24):
            raise self._wrong("is in big-endian order, which this app does not read")
        if version not in (2, 3):
            raise self._wrong(f"has GGUF version {version}, and this app reads 2 and 3")
        tensor_count = self._count(24, "tensors", _MAX_TENSORS)
        key_count = self._count(13, "metadata entries", _MAX_KEYS)
        for _ in range(key_count):
            key = self._string(_MAX_KEY)
            if not key:
                raise self._wrong("has a metadata entry without a name")
            if key in metadata:
                raise self._wrong(f'has the key "{key[:80]}" twice')
            metadata[key] = self._value(self._unpack("I"), key)
        return tensor_count

    def _check_places(self, metadata: dict[str, Value], found: list[tuple[TensorInfo, int]]) -> None:
        said = metadata.get("general.alignment", 32)
        alignment = said if isinstance(said, int) and not isinstance(said, bool) else 0
        if not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
            raise self._wrong("has a senseless alignment")
        begin = -(-self._at // alignment) * alignment
        names = set()
        for tensor, offset in found:
            if begin + offset + tensor.bytes > self._size:
                raise self._wrong(f"is cut off: the tensor {tensor.name[:80]} ends after the file does")
            names.add(tensor.name)
        if len(names) != len(found):
            raise self._wrong("has two tensors of one name")

    def _wrong(self, what: str) -> GgufError:
        return GgufError(f"{visible(self._path.name, 120)} {what}.")

    def _take(self, count: int) -> int:
        """Moves on by `count` bytes and returns where they begin in the window."""
        if count > self._size - self._at:
            raise self._wrong("is cut off")
        if self._at + count > self._base + len(self._data):
            self._load(count)
        begin = self._at - self._base
        self._at += count
        return begin

    def _load(self, count: int) -> None:
        """Drops what was read and brings the next `count` bytes of the file into the window."""
        if self._at + count > min(_MAX_HEAD, self._size):
            what = "is cut off" if self._at + count > self._size else f"has a head of more than {_MAX_HEAD >> 20} MiB"
            raise self._wrong(what)
        del self._data[: self._at - self._base]
        self._base = self._at
        left = self._size - self._base - len(self._data)
        self._data += self._stream.read(max(count - len(self._data), min(_STEP, left)))
        if count > len(self._data):
            raise _Ended(str(self._wrong("became shorter while it was read")))

    def _bytes(self, count: int) -> bytes:
        begin = self._take(count)
        return bytes(self._data[begin : begin + count])

    def _unpack(self, kind: str) -> int:
        form = struct.Struct("<" + kind)
        begin = self._take(form.size)
        value: int = form.unpack_from(self._data, begin)[0]
        return value

    def _count(self, least: int, what: str, most: int = 1 << 62) -> int:
        """Reads a count of things that take at least `least` bytes each."""
        count = self._unpack("Q")
        if count > (self._size - self._at) // least:
            raise self._wrong(f"claims {count} {what}, more than it has room for")
        if count > most:
            raise self._wrong(f"has {count:,} {what}, and this app reads at most {most:,}")
        return count

    def _string(self, most: int = _MAX_STRING) -> str:
        length = self._unpack("Q")
        self._text += length
        if length > most:
            raise self._wrong(f"has a text of {length} bytes")
        if self._text > _MAX_TEXT:
            raise self._wrong(f"has more than {_MAX_TEXT >> 20} MiB of keys and texts")
        return self._bytes(length).decode("utf-8", "replace")

    def _value(self, kind: int, key: str) -> Value:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            return self._array(key)
        if kind not in _SCALARS:
            raise self._wrong(f"has a value of the unknown kind {kind}")
        return self._unpack(_SCALARS[kind])

    def _array(self, key: str) -> Value:
        kind = self._unpack("I")
        if kind == _STRING:
            count = self._count(8, "texts", _MAX_TOKENS)
            if not self._is_kept(count):
                return LongArray(kind, count, self._skip_strings(count, distinct=key == TOKENS))
            kept = tuple(self._string() for _ in range(count))
            if key == TOKENS and len(set(words := [word or f"[EMPTY_{at}]" for at, word in enumerate(kept)])) < count:
                raise self._twice(next(word for at, word in enumerate(words) if word in words[:at]))
            return kept
        if kind not in _SCALARS:
            raise self._wrong(f"has an array of the kind {kind}, which is not allowed")
        form = _SCALARS[kind]
        width = struct.calcsize("<" + form)
        count = self._count(width, "array items")
        if not self._is_kept(count):
            return LongArray(kind, count, self._skip(count * width))
        begin = self._take(count * width)
        return struct.unpack_from(f"<{count}{form}", self._data, begin)

    def _is_kept(self, count: int) -> bool:
        if count > KEPT_ITEMS or self._items + count > _KEPT_IN_ALL:
            return False
        self._items += count
        return True

    def _twice(self, token: str) -> GgufError:
        """llama.cpp ends its process over such a file (llama-vocab.cpp asserts as many texts as tokens)."""
        return self._wrong(f'lists the token "{visible(token, 40)}" twice, and llama.cpp cannot load it')

    def _skip(self, count: int) -> str:
        """Moves over bytes and returns their digest."""
        digest = hashlib.sha256()
        while count:
            piece = min(count, _STEP)
            digest.update(self._bytes(piece))
            count -= piece
        return digest.hexdigest()

    def _skip_strings(self, count: int, distinct: bool) -> str:
        """Moves over texts and returns the digest of their bytes.

        distinct: Raise if a text is there twice. A vocabulary has a quarter of a million of them, so this is the one
        loop that has to be quick.
        """
        digest, seen = hashlib.sha256(), set()
        length_at = struct.Struct("<Q").unpack_from
        data, at = self._data, self._take(0)
        fresh, loaded = at, len(data)
        for number in range(count):
            end = at + 8
            if end <= loaded:
                end += length_at(data, at)[0]
            if end > loaded:
                digest.update(data[fresh:at])
                self._at = self._base + at
                at = fresh = 0
                end, loaded = self._load_string(), len(data)
            if distinct:
                word = bytes(data[at + 8 : end]) or b"[EMPTY_%d]" % number
                seen.add(word if end - at <= 72 else hashlib.sha256(word).digest())
                if len(seen) <= number:
                    raise self._twice(word.decode("utf-8", "replace"))
            at = end
        digest.update(data[fresh:at])
        self._at = self._base + at
        return digest.hexdigest()

    def _load_string(self) -> int:
        """Brings the next text into the window, at its begin, and returns where it ends there."""
        self._load(8)
        length: int = struct.unpack_from("<Q", self._data)[0]
        if length > _MAX_STRING:
            raise self._wrong("is cut off" if length > self._size - self._at else f"has a text of {length} bytes")
        if 8 + length > len(self._data):
            self._load(8 + length)
        return 8 + length

    def _tensor(self) -> tuple[TensorInfo, int]:
        name = self._string(_MAX_NAME)
        dims = self._unpack("I")
        if dims > _MAX_DIMS:
            raise self._wrong(f"has a tensor with {dims} dimensions")
        shape = tuple(self._unpack("Q") for _ in range(dims))
        kind, offset = self._unpack("I"), self._unpack("Q")
        if kind not in TENSOR_TYPES:
            raise self._wrong(
                f"has a tensor of the type {kind}, which llama.cpp no longer reads: get a newer file of this model"
                if kind in _REMOVED_TYPES
                else f"has a tensor of the type {kind}, which this app does not know"
            )
        type_name, block, width = TENSOR_TYPES[kind]
        if min(shape, default=1) < 1 or math.prod(shape) > 1 << 50 or (*shape, 1)[0] % block:
            raise self._wrong(f"has a tensor of the senseless shape {shape}")
        return TensorInfo(name, shape, type_name, math.prod(shape) // block * width), offset


def _kind_of_file(start: bytes) -> str:
    """Returns what a file that does not begin as GGUF is, for the common cases."""
    if start.startswith(b"version https://"):
        return "is a Git LFS pointer and not the model itself: fetch it with `git lfs pull`"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page and not a model: the download went wrong"
    return "is not a GGUF file"
