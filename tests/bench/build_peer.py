"""Builds the other side of peer.py: ``python -m tests.bench.build_peer LLAMA_CPP_SOURCE OUTPUT.so`` (10 minutes).

LLAMA_CPP_SOURCE is ``vendor/llama.cpp`` of the unpacked source package of the installed llama-cpp-python. Only the
helper library of its programs is compiled, and linked against the installed shared libraries, so that both sides run
the very same kernels. Object files are kept beside OUTPUT and used again.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import llama_cpp

HOT = ("speculative", "sampling", "common.cpp", "ngram", "log.cpp", "peer_loop")


def compile_file(source: Path, file: Path, output: Path, include: list[str]) -> None:
    c = file.suffix == ".c" and file.name != "sha1.c"  # That one is C++, in llama.cpp's own build too.
    level = "-O3" if any(word in file.name for word in HOT) else "-O0"
    command = ["cc"] if c else ["c++", "-std=c++17", "-x", "c++"]
    subprocess.run(
        [*command, level, "-DNDEBUG", "-march=native", "-fPIC", *include, "-c", str(file), "-o", str(output)],
        cwd=source,
        check=True,
    )


def build(source: Path, output: Path) -> None:
    objects = output.parent / "objects"
    objects.mkdir(parents=True, exist_ok=True)
    info = objects / "build-info.cpp"
    text = (source / "common/build-info.cpp.in").read_text(encoding="utf-8")
    for name in ("LLAMA_BUILD_COMMIT", "BUILD_COMPILER", "BUILD_TARGET"):
        text = text.replace(f"@{name}@", "unknown")
    info.write_text(text.replace("@LLAMA_BUILD_NUMBER@", "0"), encoding="utf-8")
    files = [info, Path(__file__).with_name("peer_loop.cpp").resolve(), source / "vendor/cpp-httplib/httplib.cpp"]
    for pattern in ("common/*.cpp", "common/parsers/*.cpp", "common/jinja/*.cpp"):
        files += sorted(source.glob(pattern))
    files += [source / "vendor/hash" / name for name in ("hash.cpp", "sha256/sha256.c", "xxhash/xxhash.c")]
    files += sorted((source / "vendor/hash/sha1").glob("*.c*"))
    include = [f"-I{source / name}" for name in ("include", "ggml/include", "common", "vendor", "vendor/hash", "src")]
    made = []
    for file in files:
        made.append(objects / ("_".join(file.parts[-3:]) + ".o"))
        if not made[-1].exists():
            print(file.name, flush=True)
            compile_file(source, file, made[-1], include)
    libraries = Path(llama_cpp.__file__).parent / "lib"
    names = ("llama", "ggml", "ggml-base", "ggml-cpu")
    link = [f"-L{libraries}", *(f"-l{name}" for name in names), "-lpthread", f"-Wl,-rpath,{libraries}"]
    subprocess.run(["c++", "-shared", "-o", str(output), *map(str, made), *link], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    build(arguments.source.resolve(), arguments.output.resolve())


if __name__ == "__main__":
    main()
