"""Whether llama.cpp, transformers and MLX say the same with the pair: token ids of the same text, and greedy answers.

    python packaging/nano/agree.py say llama.cpp|transformers|mlx OUT.json     where that engine is installed
    python packaging/nano/agree.py compare A.json B.json ...

`say` writes the ids of all paragraphs of packaging/nano/tasks and evaluation, and 64 greedy tokens for each of 21
requests with the gap between the two best logits. `compare` holds the others against the first file; two answers may
part only where the first had a near tie.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from evaluate import read_prose  # noqa: E402
from held_out import read_tasks  # noqa: E402

from app.engines import create  # noqa: E402
from app.models.files.nano_hf import convert  # noqa: E402
from app.race.events import Round  # noqa: E402
from app.race.lanes import LaneKind, LaneSpec, Request  # noqa: E402

PAIR = ROOT / "resources" / "nano"
LENGTH = 64
NEAR_TIE = 0.25  # bf16 keeps eight bits of a logit, which is a step of 0.125 between 16 and 32


def requests() -> list[str]:
    """21 requests of all classes of text."""
    prose = [text for _, text in read_prose()]
    code = [text for group in ("trained", "wording") for text, _ in read_tasks(group)[::8]]
    return [*prose[::2], *code]


def paragraphs() -> list[str]:
    """Texts in several languages, code among them."""
    files = sorted([*(ROOT / "packaging/nano/tasks").glob("*.py"), *(ROOT / "packaging/nano/evaluation").glob("*.txt")])
    return [part for path in files for part in path.read_text().split("\n\n") if part.strip()]


def answers(engine_name: str, target: str, options: dict[str, str]) -> list[list[tuple[int, float]]]:
    """Id and gap of each token of each greedy answer."""
    engine = create(engine_name)
    engine.load(LaneSpec("baseline", LaneKind.BASELINE, engine_name, target, context=1024, options=options))
    found = []
    for text in requests():
        first = engine.prefill(Request(text, max_tokens=LENGTH)).first
        tokens = [(first.id, first.gap)]
        while isinstance(step := engine.round(), Round):
            tokens += [(token.id, token.gap) for token in step.tokens]
        found.append(tokens)
    engine.close()
    return found


def llama_ids(path: Path) -> list[list[int]]:
    """Ids by llama.cpp's own tokenizer."""
    from llama_cpp import Llama

    model = Llama(str(path), vocab_only=True, verbose=False)
    return [model.tokenize(text.encode(), add_bos=False, special=False) for text in paragraphs()]


def say(engine_name: str, out: Path) -> None:
    """Write what one engine gives."""
    with tempfile.TemporaryDirectory() as folder:
        if engine_name == "llama.cpp":
            ids, target, options = llama_ids(PAIR / "nano-target.gguf"), str(PAIR / "nano-target.gguf"), {}
        else:
            from transformers import AutoTokenizer

            target = str(convert(PAIR, Path(folder), mlx=engine_name == "mlx")[0])
            tokenizer = AutoTokenizer.from_pretrained(target)
            ids = [tokenizer.encode(text, add_special_tokens=False) for text in paragraphs()]
            options = {"device": "cpu"} if engine_name == "transformers" else {}
        found = {"engine": engine_name, "ids": ids, "answers": answers(engine_name, target, options)}
    out.write_text(json.dumps(found))


def compare(paths: list[Path]) -> bool:
    """Print how far each file agrees with the first."""
    first, *others = [json.loads(path.read_text()) for path in paths]
    good = True
    for other in others:
        same = sum(a == b for a, b in zip(first["ids"], other["ids"], strict=True))
        whole, gaps = 0, []
        for a, b in zip(first["answers"], other["answers"], strict=True):
            pairs = zip(a, b, strict=False)
            fork = next((gap for (one, gap), (two, _) in pairs if one != two), None)
            whole += fork is None
            gaps += [] if fork is None else [round(fork, 3)]
        good = good and same == len(first["ids"]) and all(gap <= NEAR_TIE for gap in gaps)
        print(f"{other['engine']} and {first['engine']}: ids of {same} of {len(first['ids'])} texts the same;", end=" ")
        print(f"{whole} of {len(first['answers'])} answers the same, the others fork at gaps {gaps}")
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("say", "compare"))
    parser.add_argument("arguments", nargs="+")
    a = parser.parse_args()
    if a.what == "say":
        say(a.arguments[0], Path(a.arguments[1]))
    else:
        sys.exit(0 if compare([Path(path) for path in a.arguments]) else 1)
