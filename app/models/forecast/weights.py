"""Random weights in the block types of GGUF files, and a writer that makes them while it writes.

Blocks are random bytes with a scale that keeps every activation finite, so a file takes about as long as the disk does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import gguf
import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = gguf.GGMLQuantizationType
Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]
KINDS = {kind.name: kind for kind in (Kind.Q4_0, Kind.Q8_0, Kind.Q4_K, Kind.Q5_K, Kind.Q6_K, Kind.BF16)}
FILE_TYPES = {"Q4_0": 2, "Q8_0": 7, "Q4_K": 15, "Q5_K": 17, "Q6_K": 18, "BF16": 32}
_STEP = 32 << 20  # bytes of random weights made at a time


class Weights:
    """Makes blocks of each type with a given standard deviation and no mean."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.SFC64(seed)
        self._random = np.random.Generator(self._bits)

    def chunks(self, kind: Kind, count: int, deviation: float) -> Iterator[Bytes]:
        """Yields the bytes of ``count`` values."""
        block, width = gguf.GGML_QUANT_SIZES[kind]
        left = count // block
        while left:
            now = min(left, _STEP // width)
            yield self._blocks(kind, now, deviation)
            left -= now

    def _blocks(self, kind: Kind, count: int, deviation: float) -> Bytes:
        if kind in (Kind.F32, Kind.BF16):
            values = self._random.standard_normal(count, np.float32) * np.float32(deviation)
            if kind is Kind.F32:
                return values.view(np.uint8)
            return (values.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
        width = gguf.GGML_QUANT_SIZES[kind][1]
        # Whole numbers as the generator makes them: thirty times as fast as its bytes.
        raw = self._bits.random_raw(-(-count * width // 8)).view(np.uint8)[: count * width].reshape(count, width)

        def put(at: int, value: float) -> None:
            raw[:, at : at + 2] = np.frombuffer(np.float16(value).tobytes(), np.uint8)

        # Values from -8 to 7 have a mean: every other block has the opposite sign, so that a row has none.
        if kind is Kind.Q4_0:  # scale, 32 nibbles - 8
            put(0, deviation / 4.61)
            raw[1::2, 1] ^= 0x80
        elif kind is Kind.Q8_0:  # scale, 32 signed bytes
            put(0, deviation / 73.9)
        elif kind in (Kind.Q4_K, Kind.Q5_K):
            # Scale and scale of minima, 12 bytes of 6-bit scales and minima (all 32), 256 values of 4 or 5 bits.
            spread, middle = (4.61, 7.5) if kind is Kind.Q4_K else (9.23, 15.5)
            put(0, deviation / spread / 32)
            put(2, deviation / spread / 32 * middle)
            raw[:, 4:12], raw[:, 12:16] = 0xA0, 0x00  # low 6 bits 32, high 2 bits 2: both halves give 32
        elif kind is Kind.Q6_K:  # 128 + 64 bytes of 6-bit values - 32, 16 signed scales (all 32), scale
            raw[:, 192:208] = 32
            put(208, deviation / 18.5 / 32)
            raw[1::2, 209] ^= 0x80
        else:
            raise ValueError(f"no random blocks of the type {kind.name}")
        return raw.reshape(-1)


class Writer:
    """Collects what tensors there will be, then writes them one after the other.

    Args:
        split: Bytes of each file; 0 writes one.
    """

    def __init__(self, path: Path, architecture: str, seed: int, split: int = 0) -> None:
        self.out = gguf.GGUFWriter(path, architecture, split_max_size=split)
        self._weights = Weights(seed)
        self._made: list[tuple[Kind, int, float] | Floats | Bytes] = []

    def values(self, name: str, values: Floats, kind: Kind = Kind.F32) -> None:
        """Adds these values."""
        data = values.astype(np.float32)
        if kind is not Kind.F32:
            data = gguf.quants.quantize(data, kind)
        self.out.add_tensor_info(name, data.shape, data.dtype, data.nbytes, kind)
        self._made.append(data)

    def ones(self, name: str, count: int, value: float = 1.0) -> None:
        """Adds a vector of one value."""
        self.values(name, np.full(count, value, np.float32))

    def random(self, name: str, kind: Kind, *dims: int, deviation: float = 0.0) -> None:
        """Adds random weights; ``dims`` slowest first. The default deviation keeps the size of what it multiplies."""
        block, width = gguf.GGML_QUANT_SIZES[kind]
        if dims[-1] % block:  # rows that are no multiple of 256, as llama.cpp falls back too
            kind, block, width = Kind.Q8_0, 32, 34
        if dims[-1] % block:
            kind, block, width = Kind.F32, 1, 4
        count = int(np.prod(dims, dtype=np.int64))
        shape = (*dims[:-1], dims[-1] // block * width)
        self.out.add_tensor_info(name, shape, np.dtype(np.uint8), count // block * width, kind)
        self._made.append((kind, count, deviation or dims[-1] ** -0.5))

    def table(self, name: str, kind: Kind, rows: int, columns: int) -> Bytes:
        """Adds a random matrix and returns its bytes, a row each."""
        made = np.concatenate(list(self._weights.chunks(kind, rows * columns, columns**-0.5))).reshape(rows, -1)
        self.bytes(name, kind, made)
        return made

    def bytes(self, name: str, kind: Kind, data: Bytes) -> None:
        """Adds a matrix whose blocks are there already, a row each."""
        self.out.add_tensor_info(name, data.shape, data.dtype, data.nbytes, kind)
        self._made.append(data)

    def whole(self, name: str, values: NDArray[np.int64]) -> None:
        """Adds whole numbers."""
        self.out.add_tensor_info(name, values.shape, values.dtype, values.nbytes, Kind.I64)
        self._made.append(values.view(np.uint8))

    def close(self) -> None:
        """Writes the file, or its parts."""
        out = self.out
        out.write_header_to_file()
        out.write_kv_data_to_file()
        out.write_ti_data_to_file()
        order = iter(self._made)
        files = out.fout
        assert files is not None
        for file, tensors in zip(files, out.tensors, strict=True):
            out.write_padding(file, file.tell())
            for info in tensors.values():
                data = next(order)
                if isinstance(data, tuple):
                    for chunk in self._weights.chunks(*data):
                        chunk.tofile(file)
                else:
                    data.tofile(file)
                out.write_padding(file, info.nbytes)
        out.close()


def floats(data: Bytes, kind: Kind) -> Floats:
    """Returns the values of blocks, a row each."""
    values: Floats = gguf.quants.dequantize(np.ascontiguousarray(data), kind)
    return values
