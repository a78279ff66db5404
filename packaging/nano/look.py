"""A quick look at a trained target: its greedy answers to the evaluation's requests, judged before any export.

    python packaging/nano/look.py WORK [--answers FILE]

Runs in PyTorch where it was trained, all requests at once. `evaluate.py` measures what ships, with the app's engine.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from config import TargetConfig, request
from generate import answer, load_target
from held_out import GROUPS, read_tasks
from judge import judge
from rows import tokenizer
from target import tiny

ROOM = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--answers", type=Path, help="write every answer with its verdict here, as JSON")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tiny", action="store_true")
    a = parser.parse_args()
    model = load_target(a.work, tiny(TargetConfig()) if a.tiny else TargetConfig(), a.device)
    t = tokenizer(a.work)
    tasks = [(group, *task) for group in GROUPS for task in read_tasks(group)]
    prompts = [e.ids for e in t.encode_batch([request(prompt) for _, prompt, _ in tasks], add_special_tokens=False)]
    found = answer(model, prompts, torch.zeros(len(prompts), device=a.device), ROOM, any_end=True)
    texts = [t.decode(ids) for ids in found]
    with ThreadPoolExecutor() as pool:
        verdicts = list(pool.map(lambda job: judge(*job), zip(texts, [checks for *_, checks in tasks], strict=True)))
    said = [
        {"group": group, "prompt": prompt, "answer": text} | verdict
        for (group, prompt, _), text, verdict in zip(tasks, texts, verdicts, strict=True)
    ]
    for group in GROUPS:
        own = [one for one in said if one["group"] == group]
        print(group, {key: round(sum(map(bool, (one[key] for one in own))) / len(own), 3) for key in verdicts[0]})
    if a.answers:
        a.answers.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
