from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.library.suite_files import MAX_RACED, guessed_kind, read_suite
from app.race.lanes import Message
from app.race.problems import ProblemError

ROOT = Path(__file__).resolve().parents[2]
MIXED = ROOT / "tests" / "data" / "mixed-50.jsonl"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_fifty_mixed_prompts_of_every_kind_of_record_are_read_once_each() -> None:
    suite = read_suite(MIXED)
    assert (len(suite.prompts), suite.found, suite.notes, suite.secrets) == (50, 50, (), ())
    assert len({prompt.name for prompt in suite.prompts}) == 50
    assert {prompt.workload for prompt in suite.prompts} == {
        "code", "coding", "prose", "verse", "json", "japanese", "chat",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("record", "text", "before", "kind"),
    [
        ({"messages": [{"role": "user", "content": "Hi"}]}, "Hi", (), "prose"),
        (
            {"messages": [{"role": "developer", "content": "S"}, {"role": "user", "content": "Hi"}]},
            "Hi",
            (Message("system", "S"),),
            "prose",
        ),
        (
            {"body": {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}, "custom_id": "1"},
            "Hi",
            (),
            "prose",
        ),
        (
            {
                "conversations": [
                    {"from": "human", "value": "A"},
                    {"from": "gpt", "value": "B"},
                    {"from": "human", "value": "C"},
                    {"from": "gpt", "value": "D"},
                ]
            },
            "C",
            (Message("user", "A"), Message("assistant", "B")),
            "prose",
        ),
        ({"prompt": "Hi", "system": "S"}, "Hi", (Message("system", "S"),), "prose"),
        ({"prompt": [{"role": "user", "content": "Hi"}]}, "Hi", (), "prose"),
        ({"instruction": "Add these.", "input": "1 2"}, "Add these.\n\n1 2", (), "prose"),
        ({"question_id": 81, "category": "writing", "turns": ["Hi", "More"]}, "Hi", (), "writing"),
        ({"question_id": "a", "category": "Math & Logic", "turns": [{"content": "1+1"}]}, "1+1", (), "math-logic"),
        ("Hi", "Hi", (), "prose"),
    ],
)
def test_records_as_others_write_them(
    tmp_path: Path, record: object, text: str, before: tuple[Message, ...], kind: str
) -> None:
    for name, content in (("a.jsonl", lines(record)), ("b.json", json.dumps([record], indent=2))):
        (prompt,) = read_suite(write(tmp_path, name, content)).prompts
        assert (prompt.text, prompt.before, prompt.workload) == (text, before, kind)


def test_what_is_no_prompt_is_counted_and_the_rest_is_used(tmp_path: Path) -> None:
    bad = ["{", "[1]", json.dumps({"messages": [{"role": "tool", "content": "x"}]}), json.dumps({"prompt": " "})]
    path = write(tmp_path, "a.jsonl", "\n".join([json.dumps({"prompt": "Hi"}), *bad]) + "\n")
    suite = read_suite(path)
    assert [prompt.text for prompt in suite.prompts] == ["Hi"]
    assert suite.notes == ("4 entries were left out, such as: Line 2 is no JSON.",)


def test_duplicates_are_dropped_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", lines({"prompt": "Say  hi"}, {"prompt": "Say hi\n"}, {"prompt": "Say ho"}))
    suite = read_suite(path)
    assert (len(suite.prompts), suite.found) == (2, 3)
    assert suite.notes == ("1 prompt came twice and was dropped.",)


def test_a_sample_is_the_same_with_the_same_seed_and_keeps_names_and_order() -> None:
    one, same, other = (read_suite(MIXED, 10, seed) for seed in (1, 1, 2))
    assert one == same
    assert one.prompts != other.prompts
    whole = [prompt.name for prompt in read_suite(MIXED).prompts]
    places = [whole.index(prompt.name) for prompt in one.prompts]
    assert (len(places), places) == (10, sorted(places))
    assert one.notes == ("10 of 50 prompts were taken at random, with seed 1.",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to anna.b@example.org today", "an e-mail address"),
        ("key AKIAABCDEFGHIJKLMNOP", "an access key"),
        ("use sk-abcdefghijklmnopqrstuvwx", "an access key"),
        ("hf_" + "a" * 34, "an access key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("Authorization: Bearer abcdefghijklmnopqrstuv", "a token"),
        ('"password": "hunter2hunter2"', "a password"),
    ],
)
def test_secrets_are_warned_about_and_the_prompt_is_kept(tmp_path: Path, text: str, kind: str) -> None:
    suite = read_suite(write(tmp_path, "a.jsonl", lines({"prompt": text}, {"prompt": "What is a password?"})))
    assert len(suite.prompts) == 2
    (warning,) = suite.secrets
    assert kind in warning


def test_a_table_is_read_by_its_heading_or_its_first_column(tmp_path: Path) -> None:
    text = 'id,question,category\n1,"Two\nlines",qa\n2,,qa\n'
    suite = read_suite(write(tmp_path, "a.csv", text))
    assert [(prompt.text, prompt.workload) for prompt in suite.prompts] == [("Two\nlines", "qa")]
    assert suite.notes == ("One entry was left out: Row 3 has no prompt.",)
    plain = read_suite(write(tmp_path, "b.tsv", "One\tx\nTwo\ty\n"))
    assert [prompt.text for prompt in plain.prompts] == ["One", "Two"]


def test_markdown_gives_a_prompt_for_each_heading_with_text_or_item_of_a_list(tmp_path: Path) -> None:
    text = (
        "# Code\n\n## Sorting\n\nWrite a sort.\n\n```python\n# not a heading\n- not an item\n```\n\n"
        "## Searching\nFind it.\n\n# Verse\n\n1. A haiku.\n   In three lines.\n2. A limerick.\n"
    )
    found = read_suite(write(tmp_path, "a.md", text)).prompts
    assert [(prompt.title, prompt.workload) for prompt in found] == [
        ("Sorting", "code"), ("Searching", "code"), ("A haiku. In three lines.", "verse"), ("A limerick.", "verse"),
    ]  # fmt: skip
    assert found[0].text.endswith("# not a heading\n- not an item\n```")
    assert found[2].text == "A haiku.\nIn three lines."
    items = read_suite(write(tmp_path, "b.md", "- One\n- [ ] Two\n")).prompts
    assert [prompt.text for prompt in items] == ["One", "Two"]
    assert read_suite(write(tmp_path, "c.md", "Just\n\ntext.")).prompts[0].text == "Just\n\ntext."


def test_a_folder_gives_a_prompt_for_each_text_file_with_its_folder_as_the_kind(tmp_path: Path) -> None:
    (tmp_path / "verse").mkdir()
    write(tmp_path, "one.txt", "One")
    write(tmp_path / "verse", "two.md", "# Two")
    write(tmp_path, "notes.pdf", "no")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xff")
    suite = read_suite(tmp_path)
    assert [(prompt.title, prompt.text, prompt.workload) for prompt in suite.prompts] == [
        ("one", "One", "prose"), ("two", "# Two", "verse"),
    ]  # fmt: skip
    assert suite.notes == ("One entry was left out: bad.txt is not UTF-8 text.",)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.jsonl", "", "suite-empty"),
        ("a.json", "{", "suite-empty"),
        ("a.json", "[" * 100_000, "suite-empty"),
        ("a.pdf", "x", "suite-kind"),
        ("a.jsonl", lines({"prompt": "x" * 200_001}), "suite-empty"),
        ("a.jsonl", lines(*({"prompt": f"p{n}"} for n in range(MAX_RACED + 1))), "suite-large"),
    ],
)
def test_what_cannot_be_a_suite_is_said_in_words(tmp_path: Path, name: str, text: str, kind: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_suite(write(tmp_path, name, text))
    assert caught.value.problem.kind == kind


def test_what_is_not_there_or_no_text_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\xff")
    for name, kind in (("none.csv", "suite-missing"), ("a.csv", "suite-text")):
        with pytest.raises(ProblemError) as caught:
            read_suite(tmp_path / name)
        assert caught.value.problem.kind == kind


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode),
    ending=st.sampled_from(["jsonl", "json", "csv", "md", "txt"]),
)
def test_any_bytes_are_prompts_or_a_problem(tmp_path: Path, data: bytes, ending: str) -> None:
    path = tmp_path / f"any.{ending}"
    path.write_bytes(data)
    try:
        suite = read_suite(path)
    except ProblemError:
        return
    assert all(prompt.text.strip() and prompt.workload for prompt in suite.prompts)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write a Python class", "code"),
        ("as JSON please", "json"),
        ("猫です", "japanese"),
        ("你好", "chinese"),
        ("Hi", "prose"),
    ],
)
def test_the_kind_of_a_prompt_is_guessed_from_its_words(text: str, kind: str) -> None:
    assert guessed_kind(text) == kind
