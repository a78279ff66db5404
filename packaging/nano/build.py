"""Every stage of making the built-in pair, in order: `python packaging/nano/build.py WORK --llama-cpp PATH`.

A stage whose output is in WORK already is skipped. Each is a command of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Stage:
    """A script with its arguments behind WORK, and the file it leaves in WORK."""

    name: str
    script: str
    arguments: tuple[str, ...]
    output: str


STAGES = (
    Stage("corpus", "corpus.py", (), "docs.jsonl"),
    Stage(
        "sample", "chat.py", ("--unchecked", "--count", "24000", "--chunk", "1000", "--seed", "77"), "tokenizer.json"
    ),
    Stage("tokenizer", "tokenizer.py", (), "tokenizer.json"),
    Stage("docs", "rows.py", ("docs",), "docs.npy"),
    Stage("chat", "chat.py", ("--count", "750000", "--chunk", "1000"), "chat.npz"),
    Stage("rows", "rows.py", ("chat",), "chat.npz"),
    *(
        stage
        for part in ("1", "2")
        for stage in (
            Stage(
                "parts", "chat.py", ("--count", "800000", "--chunk", "1000", "--part", f"{part}"), f"chat-{part}.npz"
            ),
            Stage("parts", "rows.py", (f"chat-{part}",), f"chat-{part}.npz"),
        )
    ),
    Stage("target", "target.py", ("--seconds", "1085"), "target.pt"),
    Stage("own", "generate.py", ("--count", "36864"), "own.npz"),
    Stage("drafter", "drafter.py", ("--seconds", "325"), "drafter.pt"),
    Stage("eagle3", "train_heads.py", ("eagle3", "--seconds", "370"), "eagle3.pt"),
    Stage("dflash", "train_heads.py", ("dflash", "--seconds", "370"), "dflash.pt"),
)

TINY = {  # other arguments for a toy pair of no use, made on any machine in minutes to try every stage
    "corpus": ("--limit-mb", "3"),
    "sample": ("--unchecked", "--count", "600", "--chunk", "300", "--seed", "77", "--procs", "1"),
    "chat": ("--count", "600", "--chunk", "300", "--procs", "1"),
    "target": ("--tiny", "--steps", "3", "--batch", "2", "--every", "1", "--device", "cpu"),
    "own": ("--tiny", "--count", "8", "--room", "160", "--device", "cpu", "--any-end"),
    "drafter": ("--tiny", "--steps", "3", "--batch", "2", "--every", "1", "--device", "cpu"),
    "eagle3": ("eagle3", "--tiny", "--steps", "3", "--batch", "2", "--every", "1", "--device", "cpu"),
    "dflash": ("dflash", "--tiny", "--steps", "3", "--batch", "2", "--every", "1", "--device", "cpu"),
}


def run(name: str, command: list[str]) -> None:
    """Run one stage and say how long it took."""
    start = time.time()
    # Some examples print sets, whose order depends on the seed of Python's own hashes.
    subprocess.run(command, check=True, cwd=HERE, env={**os.environ, "PYTHONHASHSEED": "0"})
    print(f"[{name}: {time.time() - start:.0f} s]", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--llama-cpp", type=Path, help="llama.cpp's source; without it the pair is not exported")
    parser.add_argument("--only", nargs="*", help="these stages alone")
    parser.add_argument("--again", nargs="*", default=[], help="these even if their output is there")
    parser.add_argument("--tiny", action="store_true", help="a toy pair on a CPU, to try the stages; no export")
    a = parser.parse_args()
    work = a.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    wanted = [s for s in STAGES if (not a.only or s.name in a.only) and not (a.tiny and s.name == "parts")]
    due = [s for s in wanted if s.name in a.again or not (work / s.output).exists()]
    for stage in due:
        run(
            stage.name,
            [sys.executable, stage.script, str(work), *(TINY if a.tiny else {}).get(stage.name, stage.arguments)],
        )
    if a.tiny:
        return
    if a.llama_cpp and (not a.only or "export" in a.only):
        run("export", [sys.executable, "export.py", str(work), "--llama-cpp", str(a.llama_cpp.resolve())])
        target = str(work / "export" / "nano-target.gguf")
        run("export", [sys.executable, "export_heads.py", str(work), "--target", target])
        for name in ("nano-target.gguf", "nano-assistant.gguf", "nano-eagle3.gguf", "nano-dflash.gguf"):
            shutil.copy(work / "export" / name, ROOT / "resources" / "nano" / name)
        shutil.copy(work / "SOURCES.md", ROOT / "resources" / "nano" / "SOURCES.md")
    if not a.only or "evaluate" in a.only:
        run("evaluate", [sys.executable, "evaluate.py"])


if __name__ == "__main__":
    main()
