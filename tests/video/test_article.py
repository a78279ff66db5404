"""Articles: what they say is what the measurement says, in every language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from app.draw.sweep.charts import charts_of
from app.library.languages import load_language
from app.library.traces import open_trace
from app.race.language import ENGLISH
from app.race.problems import ProblemError
from app.race.sweep_result import write_sweep
from app.race.trace import TraceWriter
from app.video.article import fenced, write_article
from tests.draw.sweeps import sweep
from tests.present.races import RACES
from tests.video.chromium import browser, find_chromium

LATIN = re.compile(r"[A-Za-z]{3,}")
KEPT = {"MTP", "Nano", "built", "tok", "TTFT", "CPU", "thread", "llama", "cpp", "python", "greedy", "temperature"} | {
    "Intel", "Xeon", "Processor", "GHz", "GiB", "MiB", "Race", "code", "Code", "English", "english", "Synthetic",
    "synthetic", "made", "for", "tests", "none", "Draft", "model", "adaptive", "auto", "Lookup", "tokens",
}  # fmt: skip


def kept_sweep(folder: Path) -> Path:
    folder.mkdir()
    (folder / "sweep.json").write_bytes(write_sweep(sweep(2)))
    return folder


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a Markdown text as a reader renders them."""
    page = MarkdownIt().enable("table").render(text)
    found = []
    for part in re.findall(r"<table>(.*?)</table>", page, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
        found.append([re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row) for row in rows])
    return found


@pytest.mark.parametrize("code", ["en", "ja"])
def test_the_tables_of_a_sweep_are_those_of_its_json(code: str, resources: Path, tmp_path: Path) -> None:
    source = kept_sweep(tmp_path / "sweep")
    language = load_language(resources, code)
    text = write_article([source], tmp_path / "out", resources, language, lambda *_: None).read_text(encoding="utf-8")
    found = [table for table in tables(text) if table[0][0] == "K"]
    stored = json.loads((source / "sweep.json").read_bytes())["prompts"]
    assert len(found) == 2 * len(stored)
    for number, prompt in enumerate(stored):
        results, positions = found[2 * number], found[2 * number + 1]
        assert results[1][1] == f"{prompt['baseline_tps']:.1f}"
        for row, places, cell in zip(results[2:], positions[1:], prompt["cells"], strict=True):
            assert row[1] == f"{cell['decode_tps']:.1f}"
            assert row[2] == f"{cell['speedup']['ratio']:.2f}×"
            low, high = re.findall(r"\d+\.\d\d", row[3])
            assert (low, high) == (f"{cell['speedup']['low']:.2f}", f"{cell['speedup']['high']:.2f}")
            assert row[4] == f"{cell['accepted_per_round']:.2f}"
            assert [item for item in places[1:] if item != "–"] == [f"{rate:.1%}" for rate in cell["position_rates"]]


def test_every_picture_is_in_its_place_in_both_themes(trace_path: Path, resources: Path, tmp_path: Path) -> None:
    source = kept_sweep(tmp_path / "sweep")
    out = write_article([source, trace_path], tmp_path / "out", resources, ENGLISH, lambda *_: None)
    text = out.read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)]+)\)", text)
    assert len(named) == 2 * (1 + len(charts_of(sweep())))
    assert set(named) == {path.name for path in out.parent.glob("*.png")}
    assert open_trace(out.parent / "race-2-card-dark.png").complete
    assert (out.parent / "race-2.ndjson").read_bytes() == trace_path.read_bytes()
    assert "mtp-race run --pair nano --prompt-file prompt-2.txt --k 3 --format clock" in text


@pytest.mark.parametrize("race", RACES)
def test_nothing_of_a_japanese_article_is_left_in_english(race: str, resources: Path, tmp_path: Path) -> None:
    path = tmp_path / "race.ndjson"
    made = RACES[race]()
    with path.open("wb") as sink:
        writer = TraceWriter(sink, made.header)
        for record in made.records:
            writer.write(record)
        writer.close()
    language = load_language(resources, "ja")
    text = write_article([path], tmp_path / "out", resources, language, lambda *_: None).read_text(encoding="utf-8")
    told = re.sub(r"```.*?```|\]\(.*?\)|^> .*$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert set(LATIN.findall(told)) <= KEPT
    assert language.missing <= {"Lookup"}
    assert not re.search(r"[Ａ-Ｚａ-ｚ０-９]", told), "full-width letters or digits"


def test_a_hostile_prompt_stays_text(resources: Path, tmp_path: Path, trace_path: Path) -> None:
    assert fenced("a\n```\n# no heading\n````\n").startswith("`````text\n")
    lines = trace_path.read_bytes().splitlines(keepends=True)
    head = json.loads(lines[0])
    head["request"]["prompt"] = "```\n<script>alert(1)</script>\n![x](http://evil.example/x.png)\n```"
    head["pair_title"] = "<img src=x onerror=alert(1)> | [x](javascript:alert(1))"
    path = tmp_path / "race.ndjson"
    path.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(lines[1:]))
    out = write_article([path], tmp_path / "out", resources, ENGLISH, lambda *_: None)
    page = MarkdownIt().enable("table").render(out.read_text(encoding="utf-8"))
    assert "<script" not in page
    assert not re.search(r"<img [^>]*src=\"(?!race-1)", page)
    assert 'javascript:alert(1)">' not in page


def test_a_folder_with_something_in_it_is_left_alone(resources: Path, tmp_path: Path, trace_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProblemError, match="not empty"):
        write_article([trace_path], tmp_path, resources, ENGLISH, lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_renders_with_cmark_gfm_and_in_chromium(resources: Path, tmp_path: Path, trace_path: Path) -> None:
    chromium, cmark = find_chromium(), shutil.which("cmark-gfm")
    if chromium is None or cmark is None:
        pytest.skip("Chromium or cmark-gfm is not installed")
    source = kept_sweep(tmp_path / "sweep")
    out = write_article(
        [source, trace_path], tmp_path / "out", resources, load_language(resources, "ja"), lambda *_: None
    )
    words = [cmark, "-e", "table", str(out)]
    body = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
    page = out.with_suffix(".html")
    page.write_text(f'<!DOCTYPE html><html lang="ja"><meta charset="utf-8">{body}', encoding="utf-8")
    with browser(chromium, tmp_path / "profile") as opened:
        opened.open(page.as_uri())
        shown = opened.evaluate("[...document.images].map((image) => image.complete && image.naturalWidth)")
        assert len(shown) == 1 + len(charts_of(sweep()))
        assert all(wide >= 1200 for wide in shown)
        assert opened.evaluate("document.querySelectorAll('table').length") == 10
