from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from app.engines import ENGINES
from app.library.traces import open_trace
from app.race.choose_k import FIRST_SENTENCE
from app.race.formats import FORMATS
from app.race.trace import Record, TraceWriter
from tests.race.builders import header, lane_events
from tests.terminal.conftest import Terminal

FIELDS = {"format", "pair", "prompt", "k", "lanes", "speedup", "token_verdict", "fork_at", "trace"}


@pytest.mark.real
def test_run_prints_exactly_one_json_object_and_leaves_a_trace_that_show_reads_the_same(
    terminal: Terminal, tmp_path: Path
) -> None:
    trace = tmp_path / "out" / "t.ndjson"
    status = terminal("run", "--pair", "nano", "--k", 3, "--max-tokens", 32, "--no-verify", "--json", "--trace", trace)
    assert status == 0
    found = json.loads(terminal.out)
    assert set(found) >= FIELDS
    assert (found["token_verdict"], found["fork_at"], found["trace"]) == ("identical", None, str(trace))
    assert found["lanes"]["mtp"]["accepted_per_round"] > 0.5
    assert terminal("show", trace, "--json") == 0
    assert json.loads(terminal.out) == found
    assert terminal("show", trace, "--text", "mtp") == 0
    text = terminal.out
    assert terminal("show", trace, "--text", "baseline") == 0
    assert terminal.out == text
    assert len(text) > 30


@pytest.mark.real
def test_without_a_k_it_is_measured_once_and_said_unless_the_user_does_not_want_it(terminal: Terminal) -> None:
    words = ("run", "--max-tokens", 8, "--no-verify")
    assert terminal(*words, "--no-probe") == 0
    assert FIRST_SENTENCE not in terminal.err
    assert terminal(*words) == 0
    assert FIRST_SENTENCE in terminal.err
    said = next(line for line in terminal.err.splitlines() if "a round costs" in line)
    k = int(said.split("K = ")[1].split()[0])
    assert f"K={k}" in terminal.err
    assert terminal(*words) == 0
    assert FIRST_SENTENCE not in terminal.err
    assert said in terminal.err
    assert terminal(*words, "--k", "adaptive", "--json") == 0
    assert json.loads(terminal.out)["lanes"]


@pytest.mark.real
def test_lookup_and_a_draft_model_race_the_mtp_drafter(terminal: Terminal) -> None:
    target = terminal.environment.places.resources / "nano" / "nano-target.gguf"
    words = ("--drafter", "mtp", "--drafter", "lookup", "--drafter", target)
    assert terminal("run", "--k", 3, "--max-tokens", 24, *words, "--no-verify", "--json") == 0
    found = json.loads(terminal.out)
    assert set(found) >= FIELDS
    assert list(found["lanes"]) == ["baseline", "mtp-k3", "lookup-k3", "draft-model-k3"]
    assert set(found["token_verdicts"].values()) == {"identical"}
    model = found["lanes"]["draft-model-k3"]  # the target drafts for itself, so every draft is right
    assert model["accepted"] == model["drafted"] > 0


def test_a_drafter_that_cannot_draft_for_the_pair_is_refused_before_anything_runs(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert terminal("run", "--drafter", tmp_path / "none.gguf") == 2
    assert "none.gguf cannot be read" in terminal.err
    assert terminal("run", "--drafter", "lookup", "--engine", "transformers") == 2
    assert "cannot race prompt lookup" in terminal.err


@pytest.mark.real
def test_a_lane_that_fails_gives_status_3_and_words(terminal: Terminal, tmp_path: Path) -> None:
    prompt = tmp_path / "long.txt"
    prompt.write_text("word " * 500, encoding="utf-8")
    assert terminal("run", "--context", 64, "--prompt-file", prompt, "--json") == 3
    assert "the context has room for 64" in terminal.err
    found = json.loads(terminal.out)
    assert found["lanes"]["mtp"]["finish"] is None
    assert found["lanes"]["mtp"]["problem"]["sentence"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--k", "0"), "--k"),
        (("run", "--k", "many"), "neither a K"),
        (("run", "--temperature", "-1"), "--temperature"),
        (("run", "--format", "relay"), "--format"),
        (("run", "--concurrency", "0"), "--concurrency"),
        (("run", "--concurrency", "1,many"), "--concurrency"),
        (("run", "--concurrency", "1,2"), "in heats only"),
        (("run", "--pair", "nobody"), "no pair 'nobody'"),
        (("run", "--prompt", "nothing"), "no prompt 'nothing'"),
        (("run", "--one-loaded"), "only race in heats"),
        (("run", "--prompt-text", "  "), "empty"),
        (("run", "--prompt", "code", "--prompt-text", "x"), "not allowed"),
        (("run", "--prompt-file", "/nowhere/x.txt"), "cannot be read"),
        (("fly",), "invalid choice"),
    ],
)
def test_bad_arguments_give_status_2_and_say_what_is_wrong(
    terminal: Terminal, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert terminal(*words) == 2
    assert told in terminal.err + capsys.readouterr().err
    assert terminal.out == ""


def test_several_requests_at_once_need_a_server(terminal: Terminal) -> None:
    assert terminal("run", "--concurrency", "4") == 1
    assert "answers one request at a time" in terminal.err


@pytest.mark.real
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_prompt_file_of_any_editor_gives_its_text_alone(terminal: Terminal, tmp_path: Path, encoding: str) -> None:
    prompt, trace = tmp_path / "prompt.txt", tmp_path / "t.ndjson"
    prompt.write_bytes("Sag „hallo“.\r\nZweimal.".encode(encoding))
    words = ("--max-tokens", 2, "--thinking", "--no-verify", "--trace", trace, "--json")
    assert terminal("run", "--prompt-file", prompt, *words) == 0, terminal.err
    request = open_trace(trace).header.request
    assert (request.prompt, request.thinking) == ("Sag „hallo“.\nZweimal.", True)


def test_a_prompt_file_that_is_no_text_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_bytes(b"\xff\x00bad")
    assert terminal("run", "--prompt-file", path) == 2
    assert "not UTF-8" in terminal.err


def test_a_trace_that_cannot_be_written_is_told_before_anything_runs(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert terminal("run", "--trace", tmp_path / "file" / "t.ndjson") == 1
    assert "cannot be written" in terminal.err


def test_show_gives_the_result_of_a_trace_in_words(terminal: Terminal, recorded: Path) -> None:
    assert terminal("show", recorded) == 0
    assert "Tokens identical, 9 of 9" in terminal.err
    assert "MTP K=3 is 4.00×" in terminal.err


def test_show_text_prints_the_text_and_nothing_else(terminal: Terminal, recorded: Path) -> None:
    assert terminal("show", recorded, "--text", "baseline") == 0
    assert terminal.out == "".join(f"<{number}>" for number in range(9))


def test_show_of_an_unknown_lane_names_those_there_are(terminal: Terminal, recorded: Path) -> None:
    assert terminal("show", recorded, "--text", "third") == 2
    assert "baseline, mtp" in terminal.err


def test_replay_ends_with_the_verdict(terminal: Terminal, recorded: Path) -> None:
    assert terminal("replay", recorded, "--speed", 1000) == 0
    assert "MTP K=3 is 4.00×" in terminal.err


@pytest.mark.parametrize("command", ["show", "replay", "verify"])
def test_what_is_not_a_trace_is_refused_in_words(terminal: Terminal, tmp_path: Path, command: str) -> None:
    (tmp_path / "x.ndjson").write_text("hello")
    assert terminal(command, tmp_path / "x.ndjson") == 1
    assert "not a trace" in terminal.err
    assert terminal(command, tmp_path / "missing.ndjson") == 1
    assert "cannot be read" in terminal.err


def test_a_trace_that_was_cut_off_is_shown_with_a_note(terminal: Terminal, recorded: Path) -> None:
    recorded.write_bytes(recorded.read_bytes()[:-200])
    assert terminal("show", recorded, "--json") == 0
    assert "cut off" in terminal.err
    assert json.loads(terminal.out)["lanes"]["baseline"]["tokens"] == 9


def test_models_lists_pairs_with_where_they_are_or_why_they_cannot_run(terminal: Terminal) -> None:
    assert terminal("models", "--json") == 0
    pairs = {pair["id"]: pair for pair in json.loads(terminal.out)["pairs"]}
    assert pairs["nano"]["state"] == "ready"
    assert Path(pairs["nano"]["folder"]).is_dir()
    others = [pair for pair in pairs.values() if pair["state"] != "ready"]
    assert all(pair["state_text"] and pair["action_text"] for pair in others)


def test_models_fit_shows_the_arithmetic(terminal: Terminal) -> None:
    assert terminal("models", "fit", "nano", "--context", 1024) == 0
    assert "Target weights" in terminal.out
    assert "1,024 tokens" in terminal.out


def test_models_check_finds_the_registry_sound(terminal: Terminal) -> None:
    assert terminal("models", "check", "--json") == 0
    assert json.loads(terminal.out)


def test_models_get_of_an_unknown_pair_names_what_there_is(terminal: Terminal) -> None:
    assert terminal("models", "get", "nobody") == 1
    assert "nobody" in terminal.out


def test_doctor_says_what_this_machine_can_do(terminal: Terminal) -> None:
    assert terminal("doctor") == 0
    assert "Engine     llama.cpp (in process): ready" in terminal.out
    assert "nano" in terminal.out
    assert f"Log        {terminal.environment.places.log}" in terminal.out
    for info in ENGINES.values():
        assert f"Engine     {info.title}: " in terminal.out
    assert terminal("doctor", "--json") == 0
    told = json.loads(terminal.out)["engines"]
    assert told["llama.cpp"]["readiness"] == "ready"
    assert set(told) == set(ENGINES)


@pytest.mark.real
def test_a_mistake_in_a_races_own_thread_is_said_once_and_the_command_ends(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no turns today")

    monkeypatch.setattr(type(FORMATS["clock"]), "grants", broken)
    assert terminal("run", "--k", "2", "--max-tokens", "16", "--format", "clock") == 1
    assert terminal.err.count("Something went wrong while the race was run.") == 1
    assert "ValueError, no turns today" in terminal.err
    assert f"Log: {terminal.environment.places.log}" in terminal.err
    assert "Traceback" not in terminal.err


def test_a_command_that_meets_the_unexpected_says_so_without_a_traceback(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the processor is a teapot")

    monkeypatch.setattr("app.terminal.machine.describe_machine", broken)
    assert terminal("doctor") == 1
    assert terminal.out == ""
    assert terminal.err.startswith("mtp-race: Something went wrong.\n")
    assert "ValueError, the processor is a teapot" in terminal.err
    log = terminal.environment.places.log
    assert f"Log: {log}" in terminal.err
    assert "Traceback" not in terminal.err
    assert "in doctor" in log.read_text()


def test_without_a_display_the_window_becomes_a_race_in_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, recorded: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert terminal("window", recorded) == 0
    assert "no display" in terminal.err
    assert "MTP K=3 is 4.00×" in terminal.err


def test_show_fork_of_identical_lanes_tells_the_text_and_the_closest_calls(terminal: Terminal, recorded: Path) -> None:
    assert terminal("show", recorded, "--fork") == 0
    assert "Tokens identical, 9 of 9." in terminal.out
    assert "<0><1><2>" in terminal.out
    assert "The closest calls" in terminal.out
    assert "Noise floor, assumed" in terminal.out


def test_show_fork_puts_both_continuations_side_by_side(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "forked.ndjson"
    with path.open("wb") as sink:
        writer = TraceWriter(sink, header())
        for lane, ids in (("baseline", [1, 2, 3, 4, 5]), ("mtp", [1, 2, 9, 8, 7])):
            for number, event in enumerate(lane_events(ids, gap=0.01)):
                writer.write(Record(lane, number, event))
        writer.close()
    assert terminal("show", path, "--fork") == 0
    assert "The outputs differ from token 3 on, a near tie" in terminal.out
    assert "<3>  (id 3)" in terminal.out
    assert "<9>  (id 9)" in terminal.out
    assert "token 3" in terminal.out


@pytest.mark.real
def test_probe_tells_what_each_k_costs_and_from_where_it_pays(terminal: Terminal) -> None:
    assert terminal("probe", "--context", 40, "--repeats", 1, "--json") == 0
    found = json.loads(terminal.out)
    assert found["context"] == 40
    assert list(found["forward_ns"]) == [str(width) for width in range(1, 18)]
    assert found["draft_ns"] > 0
    assert set(found["break_even"]) == {str(k) for k in range(1, 17)}
    assert terminal("probe", "--context", 40) == 0
    assert "Behind 40 tokens" in terminal.err
    assert terminal("probe", "--pair", "nobody") == 1
    assert "nobody" in terminal.err


def test_heats_that_the_chess_clock_contradicts_are_noted(terminal: Terminal, tmp_path: Path) -> None:
    def write(path: Path, race_format: str, step_ms: float, heats: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as sink:
            writer = TraceWriter(sink, header(format=race_format))
            for heat in range(heats):
                for lane, k, took in (("baseline", 0, 10.0), ("mtp", 3, step_ms + heat / 10)):
                    for event in lane_events(range(21), k=k, accepted=[1] * 20, step_ms=took):
                        writer.write(Record(lane, 0, event, heat))
            writer.close()
        return path

    trace = write(tmp_path / "heats.ndjson", "heats", 15.0, 5)
    assert terminal("show", trace) == 0
    assert "chess clock says" not in terminal.err
    for number in range(3):
        write(terminal.environment.places.data / "races" / f"{number}.ndjson", "clock", 10.0 + number / 10, 1)
    assert terminal("show", trace) == 0
    told = " ".join(terminal.err.split())
    assert "The chess clock says 1.98× for MTP K=3 (3 races)" in told
    assert terminal("show", trace, "--json") == 0
    assert "(3 races)" in terminal.out


@pytest.mark.skipif(sys.platform == "win32", reason="devices are those of Linux and macOS")
@pytest.mark.parametrize(
    "words", [["run", "--prompt-file"], ["suite", "--list"], ["show"], ["sweep-export", "--to", "x"], ["verify"]]
)
def test_a_file_without_end_is_refused(terminal: Terminal, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "endless.jsonl").symlink_to("/dev/zero")
    assert terminal(*words, tmp_path / "endless.jsonl") in (1, 2)
    assert terminal.err.startswith("mtp-race: ")
    assert "mistake" not in terminal.err


@pytest.mark.parametrize("data", [b"h\0i", "hi there".encode("utf-16-le")])
def test_a_prompt_file_with_zero_bytes_is_no_text(terminal: Terminal, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "prompt.txt").write_bytes(data)
    assert terminal("run", "--prompt-file", tmp_path / "prompt.txt") == 2
    assert "zero bytes" in terminal.err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--prompt-text", "caf\udce9"],
        ["run", "--engine", "\udcff"],
        ["models", "get", "\udcff"],
        ["prompts", "add", "x", "--text", "\udcff"],
    ],
)
def test_words_that_are_no_text_are_refused(
    terminal: Terminal, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal(*words) == 2
    assert "is no text" in capsys.readouterr().err


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_suite_whose_name_is_in_another_encoding_is_measured(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a\udcff.jsonl").write_text('{"prompt": "Count to 2."}\n')
    words = ["--k", "1", "--max-tokens", "16", "--out", tmp_path / "out\udcff", "--json"]
    assert terminal("suite", tmp_path / "a\udcff.jsonl", *words) == 0, terminal.err
    assert json.loads(terminal.out)["suite"] == "a\\udcff.jsonl"
