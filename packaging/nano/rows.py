"""Text to rows of token ids, and rows to batches on the GPU.

    python packaging/nano/rows.py WORK docs|chat ...

WORK/docs.npy: one stream of ids, each file from <bos> to <eos>. WORK/{pairs,chat,own}.npz: `ids` [N, ROW] and `weights`
[N, ROW], 0 for padding, 1 for a request, 2 for an answer; several whole examples share a row, each begins with <bos>.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from config import BOS, END_TURN, EOS, request

ROW = 1025
CHUNK = 2000
OPEN_ROWS = 24
PROMPT, ANSWER = 1, 2

Piece = tuple[np.ndarray, np.ndarray]


def pack(pieces: Iterable[Piece], row: int = ROW) -> tuple[np.ndarray, np.ndarray]:
    """Whole pieces into rows: each goes into the first of a few open rows that has room."""
    done: list[list[Piece]] = []
    rows: list[tuple[int, list[Piece]]] = []
    for ids, weights in pieces:
        if len(ids) > row:
            continue
        for i, (used, held) in enumerate(rows):
            if used + len(ids) <= row:
                held.append((ids, weights))
                rows[i] = used + len(ids), held
                break
        else:
            rows.append((len(ids), [(ids, weights)]))
            if len(rows) > OPEN_ROWS:
                rows.sort(key=lambda r: r[0])
                done.append(rows.pop()[1])
    done += [held for _, held in rows]
    out = np.zeros((2, len(done), row), np.uint16)
    for i, held in enumerate(done):
        for part in (0, 1):
            joined = np.concatenate([piece[part] for piece in held])
            out[part, i, : len(joined)] = joined
    return out[0], out[1].astype(np.uint8)


def piece(prompt: Sequence[int], answer: Sequence[int]) -> Piece:
    """One example: <bos> request answer <turn|>, and its weights."""
    ids = np.array([BOS, *prompt, *answer, END_TURN], np.uint16)
    weights = np.full(len(ids), PROMPT, np.uint8)
    weights[1 + len(prompt) :] = ANSWER
    return ids, weights


def tokenizer(work: Path) -> object:
    """The tokenizer in WORK, one thread (the processes are the parallel part)."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(work / "tokenizer.json"))


def encode_chat(job: tuple[Path, list[tuple[str, str]]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of some request/answer pairs."""
    work, items = job
    t = tokenizer(work)
    asks = t.encode_batch([request(p) for p, _ in items], add_special_tokens=False)
    answers = t.encode_batch([a for _, a in items], add_special_tokens=False)
    return pack(piece(p.ids, a.ids) for p, a in zip(asks, answers, strict=True))


def encode_docs(job: tuple[Path, list[str]]) -> np.ndarray:
    """One stream of some files."""
    work, items = job
    found = tokenizer(work).encode_batch(items, add_special_tokens=False)
    return np.concatenate([np.array([BOS, *e.ids, EOS], np.uint16) for e in found])


def chunks(items: list, size: int) -> Iterator[list]:
    for i in range(0, len(items), size):
        yield items[i : i + size]


def read(path: Path) -> list:
    with path.open() as lines:
        return [json.loads(line) for line in lines]


def save_rows(path: Path, parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
    ids, weights = zip(*parts, strict=True)
    ids, weights = np.concatenate(ids), np.concatenate(weights)
    np.savez(path.with_suffix(".part.npz"), ids=ids, weights=weights)
    path.with_suffix(".part.npz").rename(path)
    print(f"{path.name}: {len(ids)} rows, {np.count_nonzero(weights) / 1e6:.1f} M tokens, ", end="")
    print(f"{np.count_nonzero(weights) / weights.size:.0%} full", flush=True)


def main(work: Path, parts: Sequence[str]) -> None:
    with ProcessPoolExecutor() as pool:
        if "docs" in parts:
            jobs = [(work, c) for c in chunks(read(work / "docs.jsonl"), 100)]
            stream = np.concatenate(list(pool.map(encode_docs, jobs)))
            np.save(work / "docs.npy", stream)
            print(f"docs.npy: {len(stream) / 1e6:.1f} M tokens", flush=True)
            pairs = [tuple(p) for p in read(work / "pairs.jsonl")]
            save_rows(work / "pairs.npz", pool.map(encode_chat, [(work, c) for c in chunks(pairs, CHUNK)]))
        for part in [part for part in parts if part.startswith("chat")]:
            chat = [(e["prompt"], e["answer"]) for e in read(work / f"{part}.jsonl")]
            save_rows(work / f"{part}.npz", pool.map(encode_chat, [(work, c) for c in chunks(chat, CHUNK)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
