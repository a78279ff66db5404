import _thread
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.models.fit.estimate import Memory
from app.models.fit.memory import free_memory
from app.models.hub.client import Hub, make_client
from app.models.hub.download import DownloadSettings
from app.models.hub.progress import Progress
from app.models.hub.transfer import Retries
from app.models.registry.reader import load_registry
from app.places import Places, find_places
from app.terminal.model_commands import (
    STOPPED,
    check_models,
    find_local,
    fit_model,
    get_model,
    list_models,
    remove_model,
)
from tests.models import misbehaviour as bad
from tests.models.fakehub import COMMIT, FakeHub, sha256
from tests.models.ggufs import write_drafter, write_target
from tests.models.hubkit import DRAFTER_BYTES, REPOSITORY, TARGET, TARGET_BYTES, Bench, filled

GB = 10**9
PLENTY = Memory(64 * GB, 64 * GB)
FAST = DownloadSettings(every_s=0.0, retries=Retries(attempts=2, first_wait=0.0))
MINE = f"""
schema = 1
[[pair]]
id = "mine"
title = "Mine"
engines = ["llama.cpp"]
cache_bytes_per_token = 1000
target.repository = "{REPOSITORY}"
target.revision = "{COMMIT}"
target.files = [{{ path = "target.gguf", size = {len(TARGET_BYTES)}, sha256 = "{sha256(TARGET_BYTES)}" }}]
drafter.repository = "{REPOSITORY}"
drafter.revision = "{COMMIT}"
drafter.files = [{{ path = "mtp-drafter.gguf", size = {len(DRAFTER_BYTES)}, sha256 = "{sha256(DRAFTER_BYTES)}" }}]
"""


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with filled() as made:
        yield made


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A machine whose whole registry is one pair of the fake hub."""
    found = find_places({"MTP_RACE_HOME": str(tmp_path / "home")})
    registry = tmp_path / "models.toml"
    registry.write_text(MINE)
    return Places(found.resources, registry, found.data, found.cache, found.config)


@pytest.fixture
def asked(hub: FakeHub, tmp_path: Path) -> Iterator[Hub]:
    with closing(make_client(connect_s=2.0, read_s=0.5)) as client:
        yield Hub(Bench(hub, tmp_path).settings, client)


def test_the_list_goes_from_missing_to_ready_and_back(places: Places, asked: Hub) -> None:
    def card() -> dict[str, object]:
        result = list_models(places, PLENTY)
        assert json.dumps(result.data)
        found: dict[str, object] = result.data["pairs"][0]
        return found

    assert (card()["state"], card()["size_text"], card()["can_remove"]) == ("missing", "340.0 KB to download", False)
    shown: list[Progress] = []
    result = get_model("mine", places, asked, shown.append, FAST)
    assert result.code == 0
    assert result.lines == ("mine is ready: 340.0 KB fetched, 0 bytes were here already.",)
    assert shown[-1].phase == "done"
    assert (card()["state"], card()["can_race"], card()["can_download"]) == ("ready", True, False)
    assert remove_model("mine", places).data["removed"] == 340_000
    assert card()["state"] == "missing"
    assert not any(places.models.rglob("*"))


def test_what_another_ready_pair_needs_is_kept(places: Places, asked: Hub) -> None:
    places.config.mkdir(parents=True)
    places.user_registry.write_text(MINE.replace('"mine"', '"other"').replace("target.gguf", "README.md").replace(
        f', size = {len(TARGET_BYTES)}, sha256 = "{sha256(TARGET_BYTES)}"', ""
    ))  # fmt: skip
    for name in ("mine", "other"):
        assert get_model(name, places, asked, settings=FAST).code == 0
    result = remove_model("mine", places)
    assert result.data["kept"] == ["mtp-drafter.gguf"]
    states = [pair["state"] for pair in list_models(places, PLENTY).data["pairs"]]
    assert states == ["ready", "partial"]
    assert remove_model("other", places).data["kept"] == []


def test_a_failed_download_tells_its_problem(places: Places, asked: Hub, hub: FakeHub) -> None:
    hub.always[("storage", TARGET)] = bad.status(503)
    result = get_model("mine", places, asked, settings=FAST)
    assert result.code == 1
    assert result.data["problem"]["kind"] == "busy"
    assert "cannot answer now" in result.lines[0]


def test_ctrl_c_stops_a_download_and_keeps_its_bytes(places: Places, asked: Hub, hub: FakeHub) -> None:
    hub.always[("storage", TARGET)] = bad.stall(50_000)
    told: list[int] = []

    def press(now: Progress) -> None:
        if now.done > 10_000 and not told:
            told.append(now.done)
            _thread.interrupt_main()

    patient = DownloadSettings(every_s=0.0, retries=Retries(attempts=1000, first_wait=0.01))
    result = get_model("mine", places, asked, press, patient)
    assert result.code == STOPPED
    assert list_models(places, PLENTY).data["pairs"][0]["state"] == "partial"


def test_an_unknown_id_gets_a_suggestion(places: Places, asked: Hub) -> None:
    assert get_model("ine", places, asked).lines == ('There is no pair "ine". Do you mean mine?',)
    assert remove_model("x", places).code == 1
    assert "lists all" in fit_model("nothing", places, PLENTY).lines[0]


def test_the_built_in_pair_needs_no_download(asked: Hub, tmp_path: Path) -> None:
    places = find_places({"MTP_RACE_HOME": str(tmp_path)})
    if not (places.resources / "nano").is_dir():
        pytest.skip("the built-in pair's weights are not in this checkout")
    assert get_model("nano", places, asked).lines == ("nano needs no download.",)


def test_check_names_errors_with_their_line_and_damaged_files(places: Places, asked: Hub) -> None:
    assert check_models(places).code == 0
    assert get_model("mine", places, asked, settings=FAST).code == 0
    (places.models / REPOSITORY.replace("/", "--") / COMMIT / TARGET).write_bytes(b"x")
    places.config.mkdir(parents=True)
    places.user_registry.write_text("schema = 1\n[[pair]]\nid = 3\n")
    result = check_models(places)
    assert result.code == 1
    assert any(line.startswith("models.toml line 3: ") for line in result.data["errors"])
    assert any("has 1 byte and should" in line for line in result.data["errors"])


def test_check_asks_the_hub_whether_the_registry_is_right(places: Places, asked: Hub, hub: FakeHub) -> None:
    assert check_models(places, asked).data["hub"] == [{"id": "mine", "hub": "as described"}]
    hub.files[REPOSITORY][TARGET] = b"another"
    result = check_models(places, asked)
    assert result.code == 1
    assert "is another file on the hub now" in result.data["hub"][0]["hub"]
    del hub.files[REPOSITORY]
    assert "no repository" in check_models(places, asked).data["hub"][0]["hub"]


def test_fit_works_before_the_download_after_it_and_for_any_file(places: Places, tmp_path: Path) -> None:
    rough = fit_model("mine", places, PLENTY, 4096)
    assert rough.code == 0
    assert "rough estimate" in rough.lines[-1]
    assert rough.data["context"] == 4096
    write_target(tmp_path / "t.gguf")
    write_drafter(tmp_path / "d.gguf")
    exact = fit_model(str(tmp_path / "t.gguf"), places, PLENTY)
    assert any(line.startswith("Drafter weights") for line in exact.lines)
    assert fit_model(str(tmp_path / "t.gguf"), places, Memory(1, 1)).code == 1
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    assert "too short" in fit_model(str(tmp_path / "broken.gguf"), places, PLENTY).lines[0]


def test_local_models_are_listed_with_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "none"))
    write_target(tmp_path / "t.gguf")
    write_drafter(tmp_path / "d.gguf")
    result = find_local([tmp_path / "t.gguf"])
    assert result.lines[0].startswith("t (file): gemma4, 1M parameters, F16")
    assert result.data["pairs"][0]["drafter"] == str(tmp_path / "d.gguf")


def test_the_gpu_with_the_most_free_memory_counts() -> None:
    memory = free_memory(use_gpu=True, run=lambda command: "1000, 8000\n5000, 8000\nbroken\n")
    if not memory.unified:
        assert (memory.gpu_free, memory.gpu_total) == (5000 << 20, 8000 << 20)
    assert free_memory(use_gpu=True, run=lambda command: "").gpu_free is None
    assert 0 < free_memory().free <= free_memory().total


def test_a_model_that_fits_once_fits_on_a_machine_of_24_gb(tmp_path: Path) -> None:
    places = find_places({"MTP_RACE_HOME": str(tmp_path)})
    result = fit_model("gemma-4-26b-a4b-qat-q4", places, Memory(free=22 * GB, total=24 * GB), 4096)
    assert (result.code, result.data["verdict"], result.data["shared"]) == (0, "fits", True)
    assert "take turns in one process" in result.lines[-1]


def test_a_mistake_in_the_downloads_thread_ends_the_command(
    places: Places, asked: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the test broke it")

    monkeypatch.setattr("app.models.hub.download.find_wanted", broken)
    result = get_model("mine", places, asked, lambda now: None, FAST)
    assert result.code != 0
    assert result.lines[0].startswith("Something went wrong while downloading Mine.")
    assert "ValueError, the test broke it" in " ".join(result.lines)


def test_check_names_an_engine_that_this_version_does_not_have_and_the_pair_stays(places: Places) -> None:
    places.config.mkdir(parents=True)
    pair = '[[pair]]\nid = "theirs"\ntitle = "T"\nengines = ["abacus", "llama.cpp"]\n'
    files = 'target.folder = "/x"\ntarget.files = [{ path = "a.gguf" }]\n'
    places.user_registry.write_text(f"schema = 1\n{pair}{files}")
    assert "theirs: This version has no engine abacus." in check_models(places).data["errors"]
    theirs = load_registry(places=places).get("theirs")
    assert theirs is not None
    assert theirs.engines == ("abacus", "llama.cpp")
