"""A program of its own that writes a model file with weights of another type: ``python -m ... SOURCE TARGET TYPE``.

It is run in its own process, since the library prints and may end the process on what it cannot read. The types are
mixtures, as llama.cpp's own ``llama-quantize`` makes them: small tensors and the output stay finer.
"""

from __future__ import annotations

import os
import sys
from typing import Final

import llama_cpp as lib

_TYPES: Final = {
    "f16": lib.LLAMA_FTYPE_MOSTLY_F16,
    "q8_0": lib.LLAMA_FTYPE_MOSTLY_Q8_0,
    "q4_0": lib.LLAMA_FTYPE_MOSTLY_Q4_0,
}


def main(words: list[str]) -> int:
    """Writes the file whole or not at all. Returns the exit status: 0, or 1 if the library could not do it."""
    source, target, kind = words
    part = f"{target}.part"
    params = lib.llama_model_quantize_default_params()
    params.ftype = _TYPES[kind]
    params.allow_requantize = True
    status: int = lib.llama_model_quantize(source.encode(), part.encode(), params)
    if status:
        return 1
    os.replace(part, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
