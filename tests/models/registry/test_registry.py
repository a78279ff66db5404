from pathlib import Path

import msgspec
import pytest

from app.models.pairs import ModelFile, ModelSource, Pair
from app.models.registry.reader import load_registry, read_registry_file
from app.models.registry.user_pairs import add_user_pair
from app.models.shelf.availability import Damaged, Missing, Ready, availability
from app.places import Places, find_places

PAIR = """
[[pair]]
id = "mine"
title = "Mine"
engines = ["llama.cpp"]
target.repository = "owner/name"
target.files = [{ path = "a.gguf", size = 3 }]
drafter.repository = "owner/name-assistant"
drafter.files = [{ path = "b.gguf", size = 3 }]
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "models.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_apps_own_registry_has_no_errors_and_the_built_in_pair_comes_first(places: Places) -> None:
    registry = load_registry(places=places)
    assert registry.errors == ()
    assert registry.pairs[0].id == "nano"
    assert registry.pairs[0].is_built_in


def test_the_built_in_pair_is_ready_from_a_checkout(places: Places) -> None:
    pair = load_registry(places=places).pairs[0]
    if not (places.resources / "nano").is_dir():
        pytest.skip("the built-in pair's weights are not in this checkout")
    found = availability(pair, places)
    assert isinstance(found, Ready)
    assert found.target_path.is_file()
    assert found.drafter_path is not None
    assert found.drafter_path.is_file()


def test_an_installed_package_uses_the_resources_inside_it(tmp_path: Path) -> None:
    (tmp_path / "app" / "_resources").mkdir(parents=True)
    places = find_places({}, package=tmp_path / "app")
    assert places.resources == tmp_path / "app" / "_resources"
    assert places.registry == tmp_path / "app" / "_resources" / "models.toml"


def test_a_users_file_adds_pairs_and_replaces_those_of_the_same_id(places: Places) -> None:
    places.config.mkdir(parents=True)
    places.user_registry.write_text("schema = 1\n" + PAIR + PAIR.replace('"mine"', '"nano"'), encoding="utf-8")
    registry = load_registry(places=places)
    assert registry.errors == ()
    mine, nano = registry.get("mine"), registry.get("nano")
    assert mine is not None
    assert nano is not None
    assert nano.title == "Mine"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("schema = 2\n", 1, "schema must be 1: the file was made for a newer version"),
        ("schema = 1\nx = [\n", 3, "not valid TOML"),
        ("schema = 1\nnonsense = 3\n", 2, "nonsense"),
        ("schema = 1\n" + PAIR.replace('title = "Mine"\n', ""), 3, '"title" is missing'),
        (
            "schema = 1\n" + PAIR.replace('title = "Mine"', "title = 3"),
            5,
            "title must be a text, and is a whole number.",
        ),
        ("schema = 1\n" + PAIR + 'colour = "red"\n', 11, '"colour" is not a known key'),
        ("schema = 1\n" + PAIR.replace('"owner/name"', '"name"'), 7, "owner/name"),
        ("schema = 1\n" + PAIR.replace("a.gguf", "../a.gguf"), 8, "relative path"),
        ("schema = 1\n" + PAIR.replace("size = 3", "size = 0"), 8, "above 0"),
        ("schema = 1\n" + PAIR + PAIR, 13, "used twice"),
        ("schema = 1\n" + PAIR + "recommended_k = 99\n", 11, "1 to 16"),
        ("schema = 1\n" + PAIR + "gated = true\n", 11, "licence_page"),
        ("schema = 1\n" + PAIR + 'target.folder = "/x"\n', 11, "exactly one"),
        ("schema = 1\n" + PAIR + 'drafters.eagle3.repository = "owner/name"\n', 11, "files or include"),
        ("schema = 1\n" + PAIR + 'drafters.hydra.folder = "/x"\n', 11, '"drafters.hydra" is not a known key'),
        ("schema = 1\n" + PAIR.replace("[[pair]]", "[pair]"), 3, "two brackets"),
    ],
)
def test_an_error_names_the_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    _, errors = read_registry_file(write(tmp_path, text))
    assert [error.line for error in errors][:1] == [line]
    assert says in str(errors[0])
    assert str(errors[0]).startswith(f"models.toml line {line}: ")


def test_keys_of_a_newer_version_are_told_and_the_rest_is_used(tmp_path: Path) -> None:
    plain = load_registry(write(tmp_path, "schema = 1\n" + PAIR + SERVER))
    grown = PAIR.replace("size = 3", "size = 3, blocks = 4", 1) + 'colour = "red"\ntarget.mirror = { of = "x" }\n'
    newer = load_registry(write(tmp_path, "schema = 1\n" + grown + SERVER + "restarts = 2\n"))
    assert (newer.pairs, newer.servers) == (plain.pairs, plain.servers)
    assert plain.errors == ()
    told = [error.message for error in newer.errors]
    assert [next(key for key in ("restarts", "colour", "mirror", "blocks") if key in text) for text in told] == [
        "restarts", "colour", "mirror", "blocks"
    ]  # fmt: skip


def test_one_wrong_pair_leaves_the_others(tmp_path: Path) -> None:
    text = "schema = 1\n" + PAIR.replace('"mine"', '"other"') + PAIR.replace('title = "Mine"', "")
    pairs, errors = read_registry_file(write(tmp_path, text))
    assert [pair.id for pair in pairs] == ["other"]
    assert len(errors) == 1


def test_a_file_that_is_not_there_or_not_text_is_an_error_and_no_exception(tmp_path: Path) -> None:
    assert "cannot be read" in str(read_registry_file(tmp_path / "none.toml")[1][0])
    (tmp_path / "b.toml").write_bytes(b"schema = 1\n\xff\xfe")
    assert str(read_registry_file(tmp_path / "b.toml")[1][0]) == "b.toml line 2: The text is not UTF-8."


def test_states_follow_the_files(tmp_path: Path, places: Places) -> None:
    pairs, _ = read_registry_file(
        write(
            tmp_path,
            "schema = 1\n"
            + PAIR.replace("target.repository", "target.folder")
            .replace('"owner/name"', f'"{tmp_path}/t"')
            .replace("drafter.repository", "drafter.folder")
            .replace('"owner/name-assistant"', f'"{tmp_path}/d"'),
        )
    )
    found = availability(pairs[0], places)
    assert isinstance(found, Missing)
    assert "a.gguf" in found.reason
    for folder, name in (("t", "a.gguf"), ("d", "b.gguf")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"abc")
    assert availability(pairs[0], places) == Ready(tmp_path / "t" / "a.gguf", tmp_path / "d" / "b.gguf")
    (tmp_path / "d" / "b.gguf").write_bytes(b"abcd")
    damaged = availability(pairs[0], places)
    assert isinstance(damaged, Damaged)
    assert "4 bytes" in damaged.reason


SERVER = """
[server.vllm]
command = ["vllm", "serve", "{target}", "--port", "{port}"]
drafting = ["--drafter", "{drafter}", "--k", "{k}"]
"""


def test_the_apps_own_registry_starts_llama_server_and_vllm(places: Places) -> None:
    servers = load_registry(places=places).servers
    assert set(servers) == {"llama-server", "vllm"}
    assert servers["llama-server"].opens == "file"
    assert servers["vllm"].opens == "folder"


def test_a_users_table_replaces_the_servers_and_keeps_the_others(places: Places) -> None:
    places.config.mkdir(parents=True)
    places.user_registry.write_text("schema = 1\n" + SERVER, encoding="utf-8")
    registry = load_registry(places=places)
    assert registry.errors == ()
    assert registry.servers["vllm"].command == ("vllm", "serve", "{target}", "--port", "{port}")
    assert registry.servers["vllm"].drafting_own_head == ()
    assert registry.servers["llama-server"].program == "llama-server"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (SERVER.replace("server.vllm", "server.abacus"), 3, 'no server "abacus"'),
        (SERVER.replace('"{target}"', '"x"'), 4, "{target}"),
        (SERVER.replace('"{port}"', '"1"'), 4, "{port}"),
        (SERVER.replace('"{k}"', '"3"'), 5, "{k}"),
        (SERVER.replace('"{drafter}"', '"x"'), 5, "{drafter}"),
        (SERVER.replace('"--k"', '"{kk}"'), 5, '"{kk}" is not known'),
        (SERVER.replace('["vllm", "serve", "{target}", "--port", "{port}"]', "[]"), 4, "command is empty"),
        (SERVER.replace('["vllm", "serve", "{target}", "--port", "{port}"]', '"vllm"'), 4, "command must be a list"),
        (SERVER + "patience_s = 0\n", 6, "patience_s"),
        (SERVER + 'health = "health"\n', 6, 'starts with "/"'),
        (SERVER + 'opens = "book"\n', 6, "book"),
        (SERVER + 'kinds = {ngrams = ["x"]}\n', 6, '"ngrams" is no kind'),
        (SERVER + 'kinds = {eagle3 = ["x"]}\n', 6, "{drafter}"),
        (SERVER + 'kinds = {suffix = ["{kk}"]}\n', 6, '"{kk}" is not known'),
        ("\nserver = 3\n", 3, "[server.NAME]"),
    ],
)
def test_what_is_wrong_in_a_servers_table_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    registry = load_registry(write(tmp_path, "schema = 1\n" + text))
    assert [error.line for error in registry.errors][:1] == [line]
    assert says in registry.errors[0].message
    assert registry.servers == {}


def test_every_error_of_a_pair_is_told_with_its_key_and_what_is_allowed(tmp_path: Path) -> None:
    text = """schema = 1
[[pair]]
id = 3
engines = ["llama.cpp", 4]
recommended_k = "two"
gated = 1
target.repository = "owner/name"
target.files = [{ path = "a.gguf", size = "big" }, { size = 1 }, 3]
"""
    _, errors = read_registry_file(write(tmp_path, text))
    assert [(error.line, error.message) for error in errors] == [
        (3, "id must be a text, and is a whole number."),
        (2, 'The key "title" is missing.'),
        (4, "engines[1] must be a text, and is a whole number."),
        (8, 'target.files[0].size must be a whole number, and is the text "big".'),
        (8, 'The key "target.files[1].path" is missing.'),
        (8, "target.files[2] must be a table, and is a whole number."),
        (5, 'recommended_k must be a whole number, and is the text "two".'),
        (6, "gated must be true or false, and is a whole number."),
    ]


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"schema = 1\nx = " + b"9" * 5000, 2, "far too many digits"),
        (b"schema = 1\n\n[[pair]]\nid = " + b"1_0" * 5000 + b"\n", 4, "far too many digits"),
        (b"schema = 1\n[[pair]]\nparameters = 0x" + b"f" * 9000, 3, "parameters must be a whole number from"),
        ("schema = 1\n".encode("utf-16"), 1, "UTF-16"),
        (b"\xff\xfes", 1, "UTF-16"),
        (b"", 1, "schema must be 1"),
        (b"schema = 1\nx = 2024-99-99\n", 2, "not valid TOML"),
        (b"schema = inf\n", 1, "schema must be 1"),
        (b"schema = 1\n[server.vllm]\npatience_s = inf\n", 3, "patience_s must be a number from 1 to 86,400"),
        (b'schema = 1\n"\\u001b[2J" = 1\n', 1, "\u241b[2J"),
        (b"#" * (5 << 20), 1, "larger than"),
        (b"x = " + b"[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_line_and_the_apps_own_pairs_are_there(
    places: Places, data: bytes, line: int, says: str
) -> None:
    places.config.mkdir(parents=True)
    places.user_registry.write_bytes(data)
    registry = load_registry(places=places)
    assert any(error.line == line and says in error.message for error in registry.errors)
    assert all(str(error).isprintable() for error in registry.errors)
    assert registry.get("nano") is not None


def test_a_file_that_begins_with_a_mark_is_read_and_can_be_added_to(places: Places, tmp_path: Path) -> None:
    places.config.mkdir(parents=True)
    places.user_registry.write_text("schema = 1\r\n" + PAIR, encoding="utf-8-sig")
    registry = load_registry(places=places)
    mine = registry.get("mine")
    assert registry.errors == ()
    assert mine is not None
    folder = ModelSource(folder=str(tmp_path), files=(ModelFile("x.gguf", 3),))
    added = add_user_pair(msgspec.structs.replace(mine, id="new", target=folder, drafter=None), places)
    assert isinstance(added, Pair)
    again = load_registry(places=places)
    assert again.errors == ()
    assert {"mine", "new"} <= {pair.id for pair in again.pairs}
