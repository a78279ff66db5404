"""Python source of permissively licensed packages that are installed here, as documents and as request/answer pairs.

    python packaging/nano/corpus.py OUT [--limit-mb N]

Writes OUT/docs.jsonl (source files), OUT/pairs.jsonl (self-contained documented functions) and OUT/SOURCES.md (every
package with its version, licence and share). A package whose licence is not clearly permissive is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path

from pairs import pairs

PERMISSIVE = re.compile(
    r"\b(mit|mit-0|bsd|apache|isc|psf|python software foundation|python-2|hpnd|unlicense|zlib|0bsd|cc0|expat)\b", re.I
)
RESTRICTED = re.compile(r"\b(a?gpl|lgpl|gnu|mpl|mozilla|eupl|cddl|proprietary|nvidia|commercial|non-?commercial)", re.I)
SKIP = re.compile(
    r"_pb2|/locale|unicode|lextab|yacctab|/tests/data|pygments/lexers|entities|_generated|/_vendor|idnadata|/zoneinfo"
)


def licence(dist: metadata.Distribution) -> str:
    """A short licence name, or "" when it is unknown or not clearly permissive."""
    meta = dist.metadata
    classifiers = [c.split("::")[-1].strip() for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    text = (meta.get("License") or "").strip().split("\n")[0][:80]
    named = " ".join([meta.get("License-Expression") or "", *classifiers, text])
    if RESTRICTED.search(named) or not PERMISSIVE.search(named):
        return ""
    return (meta.get("License-Expression") or ", ".join(sorted(set(classifiers))) or text)[:80]


def packages() -> Iterator[tuple[str, str, list[Path]]]:
    """Name with version, licence and Python files of each permissively licensed package, the standard library first."""
    std = Path(sysconfig.get_paths()["stdlib"])
    files = [p for p in std.rglob("*.py") if "site-packages" not in p.parts and "dist-packages" not in p.parts]
    yield f"Python standard library {sys.version_info.major}.{sys.version_info.minor}", "PSF-2.0", files
    seen = set()
    for dist in metadata.distributions():
        name = dist.metadata["Name"]
        if not name or name in seen or not (kind := licence(dist)):
            continue
        seen.add(name)
        found = [Path(str(dist.locate_file(f))) for f in dist.files or [] if str(f).endswith(".py")]
        yield f"{name} {dist.version}", kind, found


def clean(path: Path) -> str:
    """The source without its licence header, or "" when it is data, generated or no plain English source."""
    try:
        text = path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError):
        return ""
    if not 200 < len(text) < 120_000 or SKIP.search(str(path)):
        return ""
    foreign, digits = len(text.encode()) - len(text), sum(map(text.count, "0123456789"))
    if foreign > len(text) * 0.02 or digits > len(text) * 0.12:
        return ""
    if max(map(len, text.split("\n"))) > 400:
        return ""
    return re.sub(r"\A(?:\s*#[^\n]*\n)+", "", text.replace("\r", "").replace("\t", "    "))


def work(job: tuple[str, Path]) -> tuple[str, str, str, list[tuple[str, str]]] | None:
    """Digest, package, text and pairs of one file."""
    package, path = job
    text = clean(path)
    if not text:
        return None
    digest = hashlib.sha256(text.encode()).hexdigest()
    return digest, package, text, pairs(text, digest)


def sources_page(rows: dict[str, list[int]], licences: dict[str, str]) -> str:
    """SOURCES.md"""
    total = sum(size for _, size in rows.values()) / 1e6
    lines = [
        "# Sources of the training text",
        "",
        f"Python source of {len(rows)} permissively licensed packages, {total:.0f} MB after cleaning, written by",
        "`packaging/nano/corpus.py` from what is installed on the training machine. The chat tasks are the project's",
        "own (`packaging/nano/tasks/`, Apache-2.0).",
        "",
        "| package | licence | files | MB |",
        "| --- | --- | --- | --- |",
    ]
    for name, (count, size) in sorted(rows.items(), key=lambda item: item[0].lower()):
        lines.append(f"| {name} | {licences[name].replace('|', '/')} | {count} | {size / 1e6:.2f} |")
    return "\n".join(lines) + "\n"


def build(out: Path, limit_mb: float) -> None:
    """Write docs.jsonl, pairs.jsonl and SOURCES.md."""
    licences, jobs = {}, []
    for package, kind, files in packages():
        licences[package] = kind
        jobs += [(package, path) for path in files]
    random.Random(0).shuffle(jobs)
    seen: set[str] = set()
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    total = 0
    with (
        ProcessPoolExecutor() as pool,
        (out / "docs.jsonl").open("w") as docs,
        (out / "pairs.jsonl").open("w") as asked,
    ):
        for result in pool.map(work, jobs, chunksize=64):
            if total > limit_mb * 1e6:
                pool.shutdown(wait=False, cancel_futures=True)
                break
            if result is None or result[0] in seen:
                continue
            digest, package, text, found = result
            seen.add(digest)
            total += len(text)
            rows[package][0] += 1
            rows[package][1] += len(text)
            docs.write(json.dumps(text) + "\n")
            asked.writelines(json.dumps(pair) + "\n" for pair in found)
    (out / "SOURCES.md").write_text(sources_page(rows, licences))
    print(f"{len(seen)} files, {total / 1e6:.0f} MB, {len(rows)} packages")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit-mb", type=float, default=1e9)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    build(options.out, options.limit_mb)
