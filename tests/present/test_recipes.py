from __future__ import annotations

import importlib.util
import itertools
import json
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from app.models.files.nano_hf import convert
from app.present.recipes import RECIPES, find_recipe, make_recipe
from app.race.advised import Advised, advised_by_sweep
from app.race.problems import ProblemError
from app.race.statistics import Interval
from app.race.sweep_result import Cell, PromptResult, SweepResult

NANO = Path(__file__).resolve().parents[2] / "resources" / "nano"
GOOD = Advised(k=3, reason="It wins.", target="big model.gguf", drafter="draft.gguf")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_every_recipe_says_its_k_and_another_text_without_drafting(recipe: object) -> None:
    found = find_recipe(recipe.name)  # type: ignore[attr-defined]
    on, off = make_recipe(found, GOOD), make_recipe(found, Advised(k=0, reason="It loses.", target="big.gguf"))
    other = make_recipe(found, Advised(k=7, reason="", target=GOOD.target, drafter=GOOD.drafter))
    assert on.text != off.text
    assert (on.k, off.k) == (3, 0)
    assert off.reason == "Leave it off. It loses."
    if found.name != "litert-lm":  # Its K is inside the file.
        assert "3" in on.text or "4" in on.text
        assert on.text != other.text
        assert "draft" not in off.text.replace("draft_num_predict 0", "")


def test_a_block_size_is_one_more_than_k_and_names_with_spaces_are_quoted() -> None:
    assert "--draft-block-size 4" in make_recipe(find_recipe("mlx-vlm"), GOOD).text
    assert "'big model.gguf'" in make_recipe(find_recipe("llama-server"), GOOD).text
    vllm = shlex.split(make_recipe(find_recipe("vllm"), GOOD).text)
    assert json.loads(vllm[-1]) == {"method": "mtp", "model": "draft.gguf", "num_speculative_tokens": 3}
    with pytest.raises(ProblemError, match="no recipe"):
        find_recipe("nope")


@pytest.mark.parametrize("name", ["transformers"])
def test_a_python_recipe_is_python(name: str) -> None:
    for advised in (GOOD, Advised(k=0, reason="", target="a'b")):
        compile(make_recipe(find_recipe(name), advised).text, name, "exec")


def sweep(*best: str | None) -> SweepResult:
    prompts = []
    for number, lane in enumerate(best):
        cells = tuple(
            Cell(prompt=f"p{number}", lane=f"mtp-k{k}", title="", k=k, speedup=Interval(1.5, 1.4, 1.6, 5, "t"))
            for k in (2, 4)
        )
        title = f"Prompt {number}"
        prompts.append(
            PromptResult(
                prompt=f"p{number}", title=title, workload="code", language="", baseline_tps=9.0, cells=cells,
                best=lane, advice="Leave the drafter off.",
            )
        )  # fmt: skip
    return SweepResult(target="t.gguf", prompts=tuple(prompts))


def test_a_sweep_advises_what_is_best_for_most_of_its_prompts() -> None:
    found = advised_by_sweep(sweep("mtp-k4", "mtp-k4", "mtp-k2"), "d.gguf")
    assert (found.k, found.target, found.drafter) == (4, "t.gguf", "d.gguf")
    assert found.reason == "It is the best for 2 of 3 prompts: Prompt 0, Prompt 1."
    assert advised_by_sweep(sweep("mtp-k4", "mtp-k2")).k == 2  # The smaller one wastes less.
    off = advised_by_sweep(sweep("mtp-k4", None, None))
    assert (off.k, off.reason) == (0, "Leave the drafter off.")
    assert advised_by_sweep(SweepResult()).reason == "Nothing was measured yet."


@pytest.mark.real
@pytest.mark.xdist_group("llama-server")
@pytest.mark.parametrize("k", [0, 2, 5])
def test_the_llama_server_recipe_starts_a_server_that_drafts_so_many_tokens(k: int) -> None:
    # Looked for and not imported: two libraries made by different Cythons do not share a process.
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the wheel that carries llama.cpp's own server is not installed")
    target, drafter = str(NANO / "nano-target.gguf"), str(NANO / "nano-assistant.gguf")
    advised = Advised(k=k, reason="", target=target, drafter=drafter)
    words = shlex.split(make_recipe(find_recipe("llama-server"), advised).text)
    given = dict(zip(words[1::2], words[2::2], strict=True))
    # The wheel has the server and not its command line, so the recipe's own words are handed on one by one.
    command = [sys.executable, "-m", "tests.engines.llama_server_process", given.pop("-m")]
    if given.pop("--spec-type") == "draft-mtp":
        command += ["--drafter", given.pop("-md"), "--k", given.pop("--spec-draft-n-max")]
    assert not given
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        body = {"prompt": "def add(a, b):\n    return", "n_predict": 40, "stream": True, "timings_per_token": True}
        data = json.dumps({**body, "temperature": 0}).encode()
        asked = urllib.request.Request(f"{address}/completion", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as reply:
            chunks = [json.loads(line[6:]) for line in reply if line.startswith(b"data: {")]
    finally:
        server.communicate(timeout=30)
    drafted = [chunk.get("timings", {}).get("draft_n", 0) for chunk in chunks]
    rounds = [after - before for before, after in itertools.pairwise(drafted)]
    assert max(rounds, default=0) == k


_READ_BACK = """
import sys
from transformers.generation import candidate_generator
drafted = []
for found in list(vars(candidate_generator).values()):
    if isinstance(found, type) and "get_candidates" in vars(found):
        def watched(self, ids, *rest, _get=found.get_candidates, **named):
            made = _get(self, ids, *rest, **named)
            drafted.append(made[0].shape[1] - ids.shape[1])
            return made
        found.get_candidates = watched
exec(sys.stdin.read())
print(max(drafted, default=0))
"""
"""Runs a recipe that comes in, and prints the most tokens that transformers drafted at once."""


@pytest.mark.real
@pytest.mark.parametrize("k", [0, 2, 5])
def test_the_transformers_recipe_drafts_so_many_tokens(k: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("transformers is not installed")
    target, drafter = convert(NANO, tmp_path_factory.mktemp("hf"))
    advised = Advised(k=k, reason="", target=str(target), drafter=str(drafter))
    text = make_recipe(find_recipe("transformers"), advised).text
    done = subprocess.run(
        [sys.executable, "-P", "-c", _READ_BACK], input=text, capture_output=True, text=True, timeout=300, check=True
    )
    assert int(done.stdout.split()[-1]) == k
