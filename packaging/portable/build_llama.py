"""Builds llama.cpp once for every x86-64 processor, and for GPUs with a Vulkan driver: ``build_llama.py OUT_FOLDER``.

The wheel holds one CPU backend for each instruction set (ggml chooses at run time, app/engines/llama_backends.py) and
the Vulkan backend, which loads where a driver is. Needs a C++ compiler, ``glslc``, and the headers of Vulkan (from
1.3.272 on) and SPIR-V (Debian: glslc libvulkan-dev spirv-headers; on Debian 12, whose headers are older, unpack
libvulkan-dev of Debian 13 somewhere and name its ``usr/include`` in ``VULKAN_HEADERS``). Takes 20 to 40 minutes on 2
cores; the source is pinned by its hash in requirements/llama.txt.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "LLAVA_BUILD": "OFF",
    "GGML_OPENMP": "OFF",  # own threads, as in every build of the app
    "GGML_NATIVE": "OFF",
    "GGML_BACKEND_DL": "ON",
    "GGML_CPU_ALL_VARIANTS": "ON",
    "GGML_VULKAN": "ON",
    "CMAKE_INSTALL_BINDIR": "llama_cpp/lib",  # where the backends go: beside the library
    "CMAKE_INSTALL_RPATH": "$ORIGIN",
    "LLAMA_BUILD_TOOLS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_SERVER": "OFF",
}
LEFT_OUT = re.compile(r"^(lib|include|bin)/|/include/|ggml-cpu-sapphirerapids|\.so\.\d+\.\d+\.\d+$")
"""What is for compiling against the library; a third copy of each library, since wheels cannot hold links; and the
variant of Sapphire Rapids, which has AMX, whose tile configuration GCC leaves unwritten (see setup_environment.py).
Such a processor takes the next best."""


def build(out: Path) -> Path:
    """Builds the wheel into ``out`` unless it is there, and returns it."""
    found = sorted(out.glob("llama_cpp_python-*.whl"))
    if found:
        return found[0]
    out.mkdir(parents=True, exist_ok=True)
    headers = os.environ.get("VULKAN_HEADERS")
    more = {"Vulkan_INCLUDE_DIR": headers} if headers else {}
    settings = " ".join(f"-D{name}={value}" for name, value in {**SETTINGS, **more}.items())
    environment = {**os.environ, "CMAKE_ARGS": settings}
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--require-hashes"]
        command += ["-r", str(ROOT / "requirements" / "llama.txt"), "-w", scratch]
        subprocess.run(command, env=environment, check=True)
        return slim(next(Path(scratch).glob("*.whl")), out)


def slim(wheel: Path, out: Path) -> Path:
    """Writes the wheel without what is left out, the same bytes for the same files."""
    slimmed = out / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(slimmed, "w", zipfile.ZIP_DEFLATED) as new:
        kept = [name for name in old.namelist() if not LEFT_OUT.search(name)]
        for name in sorted(kept):
            if not name.endswith("RECORD"):
                new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
        record = next(name for name in old.namelist() if name.endswith(".dist-info/RECORD"))
        lines = [line for line in old.read(record).decode().splitlines() if line.split(",")[0] in kept]
        new.writestr(zipfile.ZipInfo(record, (1980, 1, 1, 0, 0, 0)), "\n".join(lines) + "\n", zipfile.ZIP_DEFLATED)
    return slimmed


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "portable")))
