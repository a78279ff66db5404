"""The chat tasks: made by `tasks`, each program executed, only what runs and passes its checks is kept.

    python packaging/nano/chat.py WORK --count N [--seed S] [--part P]

Writes WORK/chat.jsonl, or chat-P.jsonl for a further part (one example a line), and prints how many were dropped, by
task. Parts can be made while the target trains on the first.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import resource
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import FrameType, FunctionType

from held_out import TOO_NEAR, nearness, solves
from tasks.check import run_code

BLOCK = re.compile(r"```python\n(.*?)```", re.S)
ROOM = 4 << 30
PROBE_SECONDS = 0.2


class HeldOut(Exception):
    """A program that solves a task which the evaluation keeps for itself."""


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def keep_apart(space: dict[str, object]) -> None:
    """Raise where a function of one to three parameters does what an unseen task of the evaluation asks."""
    signal.signal(signal.SIGVTALRM, _too_long)
    own = [f for f in space.values() if isinstance(f, FunctionType) and f.__code__.co_filename == "<answer>"]
    if any({"open", "os"} & set(f.__code__.co_names) for f in own):
        return  # given a number, open() would take it as a descriptor of this process and close it
    for value in own:
        if value.__code__.co_argcount not in (1, 2, 3):
            continue
        found = ""
        try:
            # Processor time, so that a busy machine leaves out no more programs than a quiet one.
            signal.setitimer(signal.ITIMER_VIRTUAL, PROBE_SECONDS)
            found = solves(value)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except TimeoutError:  # it does not end for arguments that are not its own
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if found:
            raise HeldOut(found)


def runs(answer: str, checks: tuple[str, ...]) -> bool:
    """Whether the answer's first code block runs, its checks hold, and no unseen task of the evaluation is solved."""
    found = BLOCK.search(answer)
    if not found:
        return False
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            run_code(found[1], checks, keep_apart)
    except (Exception, SystemExit):  # noqa: BLE001 - any way to fail means the same: leave it out
        return False
    return True


def make(job: tuple[int, int, bool]) -> tuple[list[dict[str, object]], Counter]:
    """Examples for one seed, executed, and the tasks of those that failed."""
    from tasks.examples import iter_examples

    os.environ["MPLBACKEND"] = "Agg"
    sys.stdin = io.StringIO("")
    count, seed, checked = job
    kept, dropped, known = [], Counter(), {}
    for example in iter_examples(count, seed):
        if example.kind == "code" and nearness(example.prompt) >= TOO_NEAR:
            dropped["near the evaluation"] += 1
            continue
        if checked and example.kind == "code":
            key = (example.answer, example.checks)
            if key not in known:
                known[key] = runs(*key)
            if not known[key]:
                dropped[example.task] += 1
                continue
        kept.append({"prompt": example.prompt, "answer": example.answer, "kind": example.kind, "task": example.task})
    return kept, dropped


def limit() -> None:
    """A runaway program must not take the machine along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--count", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=int, default=0, help="a further part, with a seed of its own")
    parser.add_argument("--chunk", type=int, default=2000)
    parser.add_argument("--procs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop making more after this time")
    parser.add_argument("--unchecked", action="store_true", help="do not run the programs (to learn a tokenizer only)")
    a = parser.parse_args()
    start, seen, dropped, kinds = time.time(), set(), Counter(), Counter()
    name, seed = f"chat-{a.part}" if a.part else "chat", (a.seed + 1000 * a.part) * 1_000_003
    jobs = [(a.chunk, seed + i, not a.unchecked) for i in range(max(1, a.count // a.chunk))]
    part = a.work / f"{name}.part"
    pool = ProcessPoolExecutor(a.procs, initializer=limit)
    with part.open("w") as out:
        for kept, lost in pool.map(make, jobs):
            dropped += lost
            for item in kept:
                key = hash((item["prompt"], item["answer"]))
                if key not in seen:
                    seen.add(key)
                    kinds[item["kind"]] += 1
                    out.write(json.dumps(item, ensure_ascii=False) + "\n")
            if time.time() - start > a.seconds:
                break
    pool.shutdown(cancel_futures=True)
    part.rename(a.work / f"{name}.jsonl")
    print(
        f"{len(seen)} distinct examples {dict(kinds)}, {time.time() - start:.0f} s; dropped {dropped.most_common(20)}"
    )


if __name__ == "__main__":
    main()
