"""Measure the pair that ships, with the app's own engine, and write resources/nano/eval.json.

    python packaging/nano/evaluate.py [quality] [acceptance] [speed]    from the project's root; all by default

quality: 120 requests of packaging/nano/evaluation, greedy, at most 400 tokens; each program runs in a process of its
own with limits, then its checks. acceptance: K = 1..8 by class of text, with token identity. speed: baseline and MTP in
turns, round by round, whoever's clock is behind (the chess clock). Each part replaces its own part of the
file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from held_out import FOLDER, GROUPS, digest, read_tasks  # noqa: E402
from judge import judge  # noqa: E402

from app.engines.base import Engine  # noqa: E402
from app.engines.llama_cpp import create  # noqa: E402
from app.race.events import Finish, Round  # noqa: E402
from app.race.lanes import LaneKind, LaneSpec, Request  # noqa: E402

LIMIT = 400
KS = range(1, 9)
SPEED_KS = (1, 2, 3, 4, 6, 8, 12, 16)


@dataclass
class Run:
    """One answer: text, token ids, how it ended, and per round (drafted, accepted), with CPU seconds of the decode."""

    text: str = ""
    ids: list[int] = field(default_factory=list)
    finish: str = ""
    rounds: list[tuple[int, int]] = field(default_factory=list)
    cpu: float = 0.0


def read_prose() -> list[tuple[str, str]]:
    """Class and request."""
    lines = (FOLDER / "prose.txt").read_text().split("\n")
    return [(kind, text) for kind, _, text in (x.partition(": ") for x in lines if x and not x.startswith("#"))]


def open_lane(folder: Path, k: int, threads: int) -> Engine:
    """A loaded baseline (k = 0) or MTP lane."""
    engine = create()
    kind = LaneKind.MTP if k else LaneKind.BASELINE
    drafter = str(folder / "nano-assistant.gguf") if k else ""
    target = str(folder / "nano-target.gguf")
    engine.load(LaneSpec(kind.value, kind, "llama.cpp", target, drafter=drafter, k=k, threads=threads, context=1024))
    return engine


def take(run: Run, step: Round) -> None:
    """Add a round to a run."""
    run.ids += [t.id for t in step.tokens]
    run.text += "".join(t.text for t in step.tokens)
    run.rounds.append((step.drafted, step.accepted))


def decode(engine: Engine, prompt: str, limit: int) -> Run:
    """A whole greedy answer."""
    first = engine.prefill(Request(prompt, max_tokens=limit)).first
    run, start = Run(text=first.text, ids=[first.id]), time.process_time()
    while isinstance(step := engine.round(), Round):
        take(run, step)
    run.cpu = time.process_time() - start
    run.text += engine.tail()
    run.finish = step.value
    return run


def quality(folder: Path, threads: int) -> dict[str, object]:
    """Shares by group, and every answer's verdict."""
    engine = open_lane(folder, 0, threads)
    groups, answers = {}, []
    for group in GROUPS:
        tally: dict[str, int] = defaultdict(int)
        tasks = read_tasks(group)
        for prompt, checks in tasks:
            run = decode(engine, prompt, LIMIT)
            verdict = judge(run.text, checks) | {"stops": run.finish == Finish.END.value}
            for name, good in verdict.items():
                tally[name] += good
            answers.append({"group": group, "prompt": prompt, "tokens": len(run.ids), "answer": run.text} | verdict)
        groups[group] = {"requests": len(tasks)} | {n: round(tally[n] / len(tasks), 3) for n in verdict}
        print(group, groups[group], flush=True)
    stops = 0
    for kind, prompt in read_prose():
        run = decode(engine, prompt, LIMIT)
        stops += run.finish == Finish.END.value
        answers.append(
            {"group": kind, "prompt": prompt, "tokens": len(run.ids), "answer": run.text, "stops": run.finish == "end"}
        )
    groups["prose"] = {"requests": len(read_prose()), "stops": round(stops / len(read_prose()), 3)}
    engine.close()
    return {"groups": groups, "answers": answers}


def samples(per: int) -> list[tuple[str, str]]:
    """Class and request: code of trained and of other kinds, and prose."""
    code = [("code", p) for p, _ in read_tasks("trained")[:: 40 // per]]
    other = [("code, unseen", p) for g in ("wording", "unseen") for p, _ in read_tasks(g)[:: 80 // per]]
    return code + other + read_prose()


def acceptance(folder: Path, threads: int, per: int) -> dict[str, object]:
    """By class and K: accepted per round, position rates, identity, and tokens a CPU second against the baseline's."""
    base, mtp = open_lane(folder, 0, threads), open_lane(folder, max(KS), threads)
    seen: dict[str, dict[int, list[tuple[Run, Run]]]] = defaultdict(lambda: defaultdict(list))
    for kind, prompt in samples(per):
        plain = decode(base, prompt, 200)
        for k in KS:
            mtp.set_k(k)
            seen[kind][k].append((plain, decode(mtp, prompt, 200)))
        print(kind, len(plain.ids), prompt[:50], flush=True)
    base.close()
    mtp.close()
    return {kind: {str(k): summary(pairs, k) for k, pairs in by.items()} for kind, by in seen.items()}


def summary(pairs: list[tuple[Run, Run]], k: int) -> dict[str, object]:
    """Figures of one class at one K. Rounds cut short by the end of the answer are left out of the rates."""
    rounds = [r for _, run in pairs for r in run.rounds if r[0] == k]
    plain = sum(len(a.ids) - 1 for a, _ in pairs) / sum(a.cpu for a, _ in pairs)
    fast = sum(len(b.ids) - 1 for _, b in pairs) / sum(b.cpu for _, b in pairs)
    return {
        "answers": len(pairs),
        "rounds": len(rounds),
        "accepted_per_round": round(sum(a for _, a in rounds) / max(1, len(rounds)), 3),
        "position_rates": [round(sum(a > i for _, a in rounds) / max(1, len(rounds)), 3) for i in range(k)],
        "identical_answers": sum(a.ids == b.ids for a, b in pairs),
        "baseline_tokens_per_cpu_second": round(plain, 1),
        "mtp_tokens_per_cpu_second": round(fast, 1),
        "cpu_ratio": round(fast / plain, 3),
    }


def duel(lanes: list[Engine], prompt: str, limit: int) -> list[tuple[float, float]]:
    """Tokens a second of both lanes on a chess clock: the one whose clock is behind decodes the next round.

    By wall time, then by processor time, which other programs on the machine disturb less. The turns go by the latter.
    """
    wall, cpu, tokens, open_ = [0.0, 0.0], [0.0, 0.0], [0, 0], [True, True]
    for lane in lanes:
        lane.prefill(Request(prompt, max_tokens=limit))
    while any(open_):
        i = min((j for j in (0, 1) if open_[j]), key=lambda j: cpu[j])
        start = time.perf_counter(), time.process_time()
        step = lanes[i].round()
        spent = time.perf_counter() - start[0], time.process_time() - start[1]
        if isinstance(step, Round):
            wall[i] += spent[0]
            cpu[i] += spent[1]
            tokens[i] += step.emitted
        else:
            open_[i] = False
    return [(tokens[0] / clock[0], tokens[1] / clock[1]) for clock in (wall, cpu)]


def speed(folder: Path, threads: int, per: int, classes: list[str]) -> dict[str, object]:
    """Median rates of both lanes by class and K, of these classes only if there are any."""
    lanes = [open_lane(folder, 0, threads), open_lane(folder, max(SPEED_KS), threads)]
    rates: dict[str, dict[int, list[list[tuple[float, float]]]]] = defaultdict(lambda: defaultdict(list))
    count: dict[str, int] = defaultdict(int)
    for kind, prompt in samples(8):
        count[kind] += 1
        if count[kind] > per or (classes and kind not in classes):
            continue
        for k in SPEED_KS:
            lanes[1].set_k(k)
            rates[kind][k].append(duel(lanes, prompt, 128))
    for lane in lanes:
        lane.close()
    out: dict[str, object] = {}
    for kind, by in rates.items():
        out[kind] = {
            str(k): {clock: figures([race[i] for race in races]) for i, clock in enumerate(("wall", "cpu"))}
            for k, races in by.items()
        }
        print(kind, {k: (v["wall"]["ratio"], v["cpu"]["ratio"]) for k, v in out[kind].items()}, flush=True)
    return out


def figures(rates: list[tuple[float, float]]) -> dict[str, float]:
    """Medians of the baseline's rate, of MTP's and of their ratio."""
    middle = len(rates) // 2
    columns = {"baseline": [a for a, _ in rates], "mtp": [b for _, b in rates], "ratio": [b / a for a, b in rates]}
    return {name: round(sorted(column)[middle], 3) for name, column in columns.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["quality", "acceptance", "speed"])
    parser.add_argument("--pair", type=Path, default=ROOT / "resources" / "nano")
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "nano" / "eval.json")
    parser.add_argument("--threads", type=int, default=0, help="0: the app's default")
    parser.add_argument("--per", type=int, default=8, help="code requests by group for acceptance")
    parser.add_argument("--races", type=int, default=3, help="requests by class for speed")
    parser.add_argument("--speed-name", default="speed", help="part of the file for speed, for another machine's")
    parser.add_argument("--classes", nargs="*", default=[], help="for speed: these classes of text alone")
    a = parser.parse_args()
    found = json.loads(a.out.read_text()) if a.out.exists() else {}
    for part in a.parts:
        start, name = time.time(), a.speed_name if part == "speed" else part
        if part == "quality":
            found[name] = quality(a.pair, a.threads)
        elif part == "acceptance":
            found[name] = acceptance(a.pair, a.threads, a.per)
        elif part == "speed":
            found[name] = found.get(name, {}) | speed(a.pair, a.threads, a.races, a.classes)
        else:
            parser.error(f"no such part: {part}")
        found[name]["seconds"] = round(time.time() - start)
        found[name]["requests_sha256"] = digest()
        found[name]["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        a.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
