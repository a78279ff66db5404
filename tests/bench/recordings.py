"""Texts recorded so that any policy can be replayed over them: ``python -m tests.bench.recordings FILE``.

Each prompt is decoded once, plainly, with the longest draft made and thrown away at every token
(:mod:`app.race.simulate`).
The bundled prompts are those that are reported. Policies are tuned on the others alone: requests of the built-in pair's
own evaluation, greedy and drawn. So no text that is reported chose a constant.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import gguf
import msgspec
import numpy as np

from app.engines.judge import Judge
from app.engines.llama_cpp import LlamaEngine
from app.engines.llama_drafters import Drafter
from app.library.prompts import load_prompts
from app.places import find_places
from app.race.events import Halt, PassCosts, Round
from app.race.lanes import LaneSpec, Request, Sampling
from app.race.simulate import PassTable, Place, record
from tests.bench.peer import files, spec

MOST = 8
"""Longest draft of the fixed lanes."""
LONGEST = 16
"""Longest draft of the lanes that end their drafts themselves."""
MIXED = ("code", "english", "japanese")
RANDOM = "random-weight drafter"
_SEEDS = 8
_EVALUATION = Path(__file__).parents[2] / "packaging" / "nano" / "evaluation"
Texts = dict[str, tuple[Place, ...]]


class Recordings(msgspec.Struct, frozen=True):
    """``bundled`` is reported, ``others`` are for tuning, ``table`` is what passes of the built-in pair cost here."""

    bundled: Texts
    others: Texts
    table: PassTable


class Recorder:
    """A drafter that drafts, keeps what it drafted and has the target try nothing of it."""

    def __init__(self, drafter: Drafter, judge: Judge) -> None:
        self._drafter, self._judge = drafter, judge
        self.drafts: list[tuple[list[int], tuple[float, ...]]] = []

    def draft(self, last: int, position: int, count: int) -> list[int]:
        self.drafts.append((self._drafter.draft(last, position, LONGEST), tuple(self._judge.certainty)))
        return []

    def __getattr__(self, name: str) -> object:
        return getattr(self._drafter, name)


class Everything:
    """A gate that wants all that can be drafted, so that its probabilities are looked at."""

    most = LONGEST

    def wants(self, probabilities: Sequence[float]) -> bool:
        return True

    def halt(self, probabilities: Sequence[float]) -> Halt:
        return Halt.LIMIT

    def keep(self, probabilities: Sequence[float]) -> int:
        return len(probabilities)


def recorded(request: Request, tokens: int, lane: LaneSpec | None = None) -> tuple[Place, ...]:
    """Decodes a prompt plainly, and drafts at each token."""
    engine = LlamaEngine()
    engine.load(lane or spec(LONGEST, 1))
    inner = engine._loaded()
    recorder = inner._drafter = Recorder(inner._drafter, inner._judge)  # type: ignore[assignment, arg-type]
    inner.steer(Everything())
    emitted = [engine.prefill(msgspec.structs.replace(request, max_tokens=tokens + LONGEST + 1)).first.id]
    while isinstance(step := engine.round(), Round):
        emitted += [token.id for token in step.tokens]
    engine.close()
    return record(emitted, recorder.drafts[: tokens - 1])


def machine_table(context: int = 128) -> PassTable:
    """Returns what passes and drafts of the built-in pair cost here, by a probe."""
    engine = LlamaEngine()
    engine.load(spec(LONGEST, 1))
    found: PassCosts = engine.probe_passes(tuple(range(1, LONGEST + 2)), context, repeats=15)
    engine.close()
    return PassTable({width: float(ns) for width, ns in found.forward_ns.items()}, float(found.draft_ns), 1e5)


def shuffled_drafter(folder: Path) -> str:
    """Writes the built-in drafter with the rows of each matrix in another order: of its shape, and knowing nothing."""
    source = files()[1]
    path = folder / "shuffled-assistant.gguf"
    path.write_bytes(Path(source).read_bytes())
    generator = np.random.default_rng(1)
    for tensor in gguf.GGUFReader(path, "r+").tensors:
        if len(tensor.shape) > 1:
            generator.shuffle(tensor.data.reshape(-1, tensor.data.shape[-1]))
    return str(path)


def bundled_prompts() -> dict[str, str]:
    """Returns the bundled prompts by name."""
    return {item.name: item.text for item in load_prompts(find_places())}


def other_prompts() -> Iterator[tuple[str, str]]:
    """Yields kinds and requests of the pair's evaluation: code of trained and of unseen kinds, and prose."""
    for name, kind, step, most in (("trained", "code", 4, 8), ("unseen", "unseen", 8, 4)):
        lines = (_EVALUATION / f"{name}.txt").read_text(encoding="utf-8").split("\n")
        asked = [line for line in lines if line and line[0] not in "#>"]
        yield from ((kind, line) for line in asked[::step][:most])
    for line in (_EVALUATION / "prose.txt").read_text(encoding="utf-8").split("\n"):
        kind, _, text = line.partition(": ")
        if text and not line.startswith("#"):
            yield kind, text


def record_bundled(tokens: int, folder: Path) -> Texts:
    """Records the bundled prompts, greedy ones and a hot haiku, and one with a drafter that knows nothing."""
    prompts = bundled_prompts()
    texts = {name: recorded(Request(text, 1), tokens) for name, text in prompts.items()}
    for temperature in (1.0, 2.0):
        found: list[Place] = []
        for seed in range(_SEEDS):
            sampling = Sampling(temperature=temperature, seed=seed)
            found += recorded(Request(prompts["haiku"], 1, sampling=sampling), tokens)
        texts[f"haiku at {temperature}, {_SEEDS} of them"] = tuple(found)
    texts["mixed"] = tuple(place for name in MIXED for place in texts[name])
    lane = msgspec.structs.replace(spec(LONGEST, 1), drafter=shuffled_drafter(folder))
    texts[RANDOM] = recorded(Request(prompts["code"], 1), tokens, lane)
    return texts


def record_others(tokens: int) -> Texts:
    """Records what policies are tuned on."""
    texts: Texts = {}
    asked = list(other_prompts())
    for kind, text in asked:
        number = 1 + sum(name.startswith(f"{kind}#") for name in texts)
        texts[f"{kind}#{number}"] = recorded(Request(text, 1), tokens)
    for kind in ("haiku", "english", "code"):
        for temperature in (1.0, 1.5, 2.0):
            for seed, text in enumerate([text for other, text in asked if other == kind][:2], start=1):
                sampling = Sampling(temperature=temperature, seed=300 + seed)
                texts[f"{kind}@{temperature}#{seed}"] = recorded(Request(text, 1, sampling=sampling), tokens)
    for number in range(1, 4):
        texts[f"mixed#{number}"] = tuple(place for kind in MIXED for place in texts[f"{kind}#{number}"])
    return texts


def recordings(path: Path, tokens: int = 256) -> Recordings:
    """Returns what is kept in a file; records it if it is not there yet, which takes minutes."""
    if not path.exists():
        found = Recordings(record_bundled(tokens, path.parent), record_others(tokens), machine_table())
        path.write_bytes(msgspec.json.encode(found))
    return msgspec.json.decode(path.read_bytes(), type=Recordings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--tokens", type=int, default=256)
    arguments = parser.parse_args()
    found = recordings(arguments.file, arguments.tokens)
    for name, places in (found.bundled | found.others).items():
        print(name, len(places), "tokens, accepted of a long draft", sum(place.accepted for place in places))


if __name__ == "__main__":
    main()
