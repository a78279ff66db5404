"""The readers of what comes from outside, with real samples and with what each may raise: the table of the fuzzers.

To add one: a function that reads, and a line in READERS. A reader gets the bytes and an empty folder of its own. It
must return, or raise what its documentation says; anything else is a fall, and so is taking long.
"""

from __future__ import annotations

import importlib
import itertools
import json
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import httpx
import msgspec
from PySide6.QtCore import QSettings

from app.engines.answer import Answer
from app.engines.detokenize import PairDecoder
from app.engines.event_stream import EventStream
from app.engines.servers.counters import CounterNames, read_counts
from app.engines.servers.said import fault, server_failed
from app.engines.stream import decoded
from app.library.cards import CHUNK, SIGNATURE, pack, with_trace
from app.library.prompts import own_prompts, prompts_folder
from app.library.suite_files import read_suite
from app.library.sweeps import FILE, load_sweep
from app.library.traces import open_trace
from app.models.files.gguf import GgufError, read_beginning
from app.models.files.info import ModelInfo, read_heads
from app.models.files.local import open_local, read_model
from app.models.files.other_apps import find_in_other_apps
from app.models.fit.needs import Runtime, need_of
from app.models.forecast.described import shape_of_config, shape_of_metadata
from app.models.hub import stored
from app.models.hub.client import Hub, TransientError
from app.models.hub.remote import RemoteFile
from app.models.hub.settings import HubSettings, hub_settings
from app.models.registry.reader import load_registry
from app.models.registry.user_pairs import add_user_pair
from app.net import find_proxies
from app.places import find_places
from app.present.playback import Playback
from app.race.events import Noise, PassCosts
from app.race.lanes import Message
from app.race.problems import ProblemError
from app.race.prompts import Prompt, prompt_file
from app.race.sweep_result import SweepResult, write_sweep
from app.sandbox.behaviour import Behaviour, BehaviourVerdict
from app.sandbox.environment import read_ready
from app.sandbox.gate.recording import FetchRecording, RecordingHeader, make_exchange, read_recording
from app.sandbox.races import behaviour_path, stored_behaviour
from app.ui import settings as remembered
from app.worker.forecast_store import ForecastStore
from app.worker.noise import NoiseFloors
from app.worker.pass_costs import PassCostStore
from tests.draw.sweeps import sweep
from tests.models.files.test_gguf import GOOD
from tests.models.files.test_local import CONFIG, DRAFTER, safetensors
from tests.models.forecast.test_remote import config_of, gguf_of
from tests.models.forecast.test_shape import tiny_shape
from tests.models.ggufs import Shape, write_drafter, write_target
from tests.race.builders import header
from tests.race.test_forecast import made_forecast

ROOT = Path(__file__).resolve().parents[2]
SMALL = Shape(hidden=32, layers=2, heads=2, kv_heads=1, head_dim=16, feed_forward=32, vocabulary=300)

_HEADER = header()
NANO = 'schema = 1\n[[pair]]\nid = "nano"\ntitle = "Nano"\nengines = ["llama.cpp"]\n' + (
    'target.resource = "nano"\ntarget.files = [{ path = "nano-target.gguf" }]\n'
)


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        read: Gets the input and an empty folder.
        samples: Makes the real inputs; gets an empty folder.
        words: Words of the format.
        allowed: What it may raise.
    """

    read: Callable[[bytes, Path], object]
    samples: Callable[[Path], list[bytes]]
    words: tuple[bytes, ...] = ()
    allowed: tuple[type[Exception], ...] = field(default=(ProblemError,))


def _is_one_line(text: str) -> bool:
    """Whether nothing in a sentence steers a terminal or ends the line."""
    return not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Zl", "Zp"}


def _gguf(data: bytes, folder: Path) -> None:
    path = folder / "model.gguf"
    path.write_bytes(data)
    info = read_model(path)
    assert isinstance(info, ModelInfo) or _is_one_line(str(info))
    if isinstance(info, ModelInfo):
        need_of(read_heads(path), Runtime())
        open_local(path)


def _gguf_samples(folder: Path) -> list[bytes]:
    target, drafter = write_target(folder / "t.gguf", SMALL), write_drafter(folder / "d.gguf", SMALL)
    return [GOOD, target.read_bytes(), drafter.read_bytes()]


def _config(data: bytes, folder: Path) -> None:
    (folder / "config.json").write_bytes(data)
    (folder / "tokenizer_config.json").write_bytes(data)
    (folder / "model.safetensors.index.json").write_bytes(data)
    (folder / "model.safetensors").write_bytes(safetensors({"a": [4, 8]}))
    open_local(folder)


def _config_samples(folder: Path) -> list[bytes]:
    more = {"quantization": {"bits": 4}, "weight_map": {"a": "model.safetensors"}, "chat_template": "x"}
    return [json.dumps(value).encode() for value in (CONFIG, DRAFTER, CONFIG | more)]


def _shape(data: bytes, folder: Path) -> None:
    """What a forecast reads of a model on the hub, and what was forecast before."""
    with suppress(GgufError, ProblemError):
        shape_of_metadata(read_beginning(data, PurePosixPath("a.gguf"), 1 << 30), "a", "b", ())
    with suppress(ValueError, RecursionError, ProblemError):
        config = json.loads(data)
        shape_of_config(config if isinstance(config, dict) else {}, "a", "b", ())
    places = find_places({"MTP_RACE_HOME": str(folder)})
    places.data.mkdir(parents=True, exist_ok=True)
    (places.data / "forecasts.json").write_bytes(data)
    ForecastStore.of(places).all()


def _shape_samples(folder: Path) -> list[bytes]:
    kept = msgspec.json.encode([made_forecast()])
    return [json.dumps(config_of(tiny_shape())).encode(), gguf_of(tiny_shape(), folder), kept]


def _weights(data: bytes, folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "model.safetensors").write_bytes(data)
    read_model(folder)


def _weights_samples(folder: Path) -> list[bytes]:
    return [safetensors({"a": [4, 8], "b": [2, 2]}, {"format": "mlx"}), safetensors({"x": [1, 1]})]


def _registry(data: bytes, folder: Path) -> None:
    own = folder / "own.toml"
    own.write_text(NANO, encoding="utf-8")
    places = msgspec.structs.replace(find_places({"MTP_RACE_HOME": str(folder)}), registry=own)
    places.config.mkdir(parents=True)
    places.user_registry.write_bytes(data)
    registry = load_registry(places=places)
    assert registry.get("nano") is not None, "the app's own pairs must stay"
    assert all(_is_one_line(str(error)) for error in registry.errors)
    if (nano := registry.get("nano")) is not None:
        add_user_pair(msgspec.structs.replace(nano, id="new", title="New"), places)


def _registry_samples(folder: Path) -> list[bytes]:
    whole = (ROOT / "models.toml").read_bytes()
    return [whole[:6000], b"schema = 1\n" + whole[-3000:].partition(b"\n[[")[1] + b"pair]]\nid = 'x'\n"]


def _notes(data: bytes, folder: Path) -> None:
    path = folder / "note.json"
    path.write_bytes(data)
    stored.read_note(path, stored.PartNote)
    stored.read_note(path, stored.Complete)


def _notes_samples(folder: Path) -> list[bytes]:
    file = RemoteFile("a/b.gguf", 3, "0" * 64)
    done = stored.Complete("o/n", "c" * 40, (stored.CheckedFile("a", 1, 2, "0" * 64),), (("*.json",),))
    return [msgspec.json.encode(stored.PartNote("c" * 40, file, '"x"')), msgspec.json.encode(done)]


def _hub(data: bytes, folder: Path) -> None:
    """The answers of a hub, played by a transport in this process: what a revision is, and a list of files."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "/revision/" in request.url.path:
            described = data if b'"sha"' in data else b'{"sha": "%s"}' % (b"c" * 40)
            return httpx.Response(200, content=iter([described]))
        headers = data[:200].split(b"\n")
        link = headers[0].decode("latin-1").replace("\r", "").replace("\0", "")
        return httpx.Response(200, content=iter([data]), headers=[("link", link), ("x-linked-size", link[:30])])

    client = httpx.Client(transport=httpx.MockTransport(answer))
    hub = Hub(HubSettings("https://hub.example", None, folder), client)
    for ask in (lambda: hub.listing("o/n", "main"), lambda: hub.describe("o/n", "main", "a.gguf")):
        said = ""
        try:
            ask()
        except (ProblemError, TransientError) as error:
            said = str(error)
        assert _is_one_line(said)


def _hub_samples(folder: Path) -> list[bytes]:
    entry = {"type": "file", "path": "a.gguf", "size": 5, "oid": "a" * 40, "lfs": {"oid": "b" * 64, "size": 5}}
    return [json.dumps([entry, {"type": "directory", "path": "x"}]).encode(), json.dumps({"sha": "c" * 40}).encode(),
            b'<https://hub.example/api/models/o/n/tree/c?cursor=1>; rel="next"\n[]']  # fmt: skip


def _settings(data: bytes, folder: Path) -> None:
    path = folder / "window.ini"
    path.write_bytes(data)
    settings = remembered.open_settings(path)
    for key in settings.allKeys()[:50]:
        remembered.text(settings, key)
        remembered.whole(settings, key, 3, 1, 16)
        remembered.number(settings, key, 0.5, 0.0, 2.0)
        remembered.data(settings, key)


def _settings_samples(folder: Path) -> list[bytes]:
    path = folder / "window.ini"
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    for key, value in (
        ("race/k", 3),
        ("race/max-tokens", 256),
        ("race/temperature", 0.5),
        ("race/prompt-text", "a,\n\xe9"),
    ):
        settings.setValue(key, value)
    settings.sync()
    return [path.read_bytes(), b'[window]\ngeometry=@ByteArray(\\x1\\xd9\\xd0\\xcb)\n[race]\nlanes="[{}]"\n']


def _environment(data: bytes, folder: Path) -> None:
    parts = [part.decode("utf-8", "surrogateescape") for part in data.replace(b"\0", b"").split(b"\n")]
    names = ("HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "HF_HUB_CACHE", "HF_TOKEN_PATH", "OLLAMA_MODELS", "APPDATA")
    env = dict(zip(names, parts, strict=False))
    hub_settings(env, folder)
    find_places({"MTP_RACE_HOME": parts[0]})
    proxies = dict(zip(("http", "https", "all", "no"), parts, strict=False))
    find_proxies(proxies).proxy_for("https", parts[-1])


def _environment_samples(folder: Path) -> list[bytes]:
    return [
        b"socks://127.0.0.1:1080\nhttp://proxy:3128\nsocks5h://[::1]:9\nlocalhost,[::1],fd07::/64,*.x\nhub.example",
        b"https://huggingface.co\nhf_x\n~/x\n/tmp\n/tmp\n/usr/share/ollama\nC:\\x",
    ]


def _other_apps(data: bytes, folder: Path) -> None:
    manifests = folder / ".ollama" / "models" / "manifests" / "registry" / "library" / "m"
    studio = folder / ".lmstudio"
    for place, name in ((manifests, "tag"), (studio, "settings.json"), (folder, ".lmstudio-home-pointer")):
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    find_in_other_apps({}, folder)


def _other_apps_samples(folder: Path) -> list[bytes]:
    return [json.dumps({"layers": [{"digest": "sha256:" + "a" * 64}]}).encode(), b'{"downloadsFolder": "/tmp/x"}']


def _trace(data: bytes, folder: Path) -> None:
    path = folder / "race.ndjson"
    path.write_bytes(data)
    trace = open_trace(path)
    Playback(trace).final()


def _trace_samples(folder: Path) -> list[bytes]:
    paths = sorted((ROOT / "resources" / "samples").glob("*.ndjson"), key=lambda path: path.stat().st_size)[:3]
    return [b"".join(path.read_bytes().splitlines(keepends=True)[:40]) for path in paths]


def _card(data: bytes, folder: Path) -> None:
    path = folder / "card.png"
    path.write_bytes(data)
    open_trace(path)


def _card_samples(folder: Path) -> list[bytes]:
    end = b"\0\0\0\0IEND\xaeB`\x82"
    return [with_trace(SIGNATURE + end, pack([trace])) for trace in _trace_samples(folder)]


def _sweep(data: bytes, folder: Path) -> None:
    (folder / FILE).write_bytes(data)
    load_sweep(folder)


def _sweep_samples(folder: Path) -> list[bytes]:
    return [write_sweep(sweep()), write_sweep(SweepResult())]


def _answer(data: bytes, folder: Path) -> None:
    """A server's streamed answer, as each kind of server would be read, cut into pieces."""
    for module in ("llama_server", "vllm", "sglang", "ollama", "lmstudio"):
        adapter = importlib.import_module(f"app.engines.servers.{module}").create()._adapter
        events, answer, pairs = EventStream(), Answer(16), PairDecoder()
        pieces = [data[at : at + 61] for at in range(0, len(data), 61)]
        for event in [*itertools.chain.from_iterable(map(events.feed, pieces)), *events.end()]:
            try:
                chunk = decoded(event.data)
            except ValueError:
                continue
            if (said := fault(chunk)) is not None:
                assert "\n" not in server_failed(said, event.data).cause
                continue
            piece = adapter.read(chunk)
            answer.take(msgspec.structs.replace(piece, text=pairs.feed(piece.text)))
            try:
                while (found := answer.round()) is not None:
                    msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=type(found))
            except ProblemError:
                break
        if (totals := answer.totals) is not None:
            msgspec.msgpack.decode(msgspec.msgpack.encode(totals), type=type(totals))


def _answer_samples(folder: Path) -> list[bytes]:
    usage = {"prompt_tokens": 9, "completion_tokens": 3, "completion_tokens_details": {"accepted_prediction_tokens": 1}}
    told = {"per_step_drafted": [3, 3], "per_step_accepted": [1, 0], "num_spec_steps": 2}
    timings = {"predicted_n": 3, "prompt_n": 9, "draft_n": 6, "draft_n_accepted": 1, "draft_by_depth": [{"draft_n": 2}]}
    said = {
        "choices": [{"index": 0, "delta": {"content": "a", "reasoning": "b"}, "finish_reason": None, "token_ids": [1]}]
    }
    chunks = [
        said,
        {**said, "timings": timings},
        {"choices": [], "usage": usage, "metrics": {"speculative_decoding": told}},
    ]
    events = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
    lines = [{"message": {"content": "a"}, "done": False}, {"done": True, "eval_count": 2, "prompt_eval_count": 3}]
    return [events, events.replace(b"\n", b"\r\n"), b"\n".join(json.dumps(line).encode() for line in lines),
            b'event: error\ndata: {"error": {"message": "no"}}\n\nerror: {"code": 500}\n<html>']  # fmt: skip


def _metrics(data: bytes, folder: Path) -> None:
    read_counts(data.decode("utf-8", "replace"), CounterNames("vllm:spec_decode_num_", "vllm:generation_tokens_total"))


def _metrics_samples(folder: Path) -> list[bytes]:
    names = (
        "spec_decode_num_drafts",
        "spec_decode_num_draft_tokens",
        "spec_decode_num_accepted_tokens",
        "generation_tokens",
    )
    lines = [f'vllm:{name}_total{{engine="0",model_name="m"}} {at + 3}.0' for at, name in enumerate(names)]
    return ["\n".join([*lines, 'vllm:spec_decode_num_accepted_tokens_per_pos_total{position="0"} 2.0']).encode()]


def _suite(data: bytes, folder: Path) -> None:
    for ending in ("jsonl", "csv", "md"):
        path = folder / f"mine.{ending}"
        path.write_bytes(data)
        try:
            suite = read_suite(path)
        except ProblemError:
            continue
        for said in (*(prompt.title for prompt in suite.prompts), *suite.notes, *suite.secrets):
            assert _is_one_line(said)


def _suite_samples(folder: Path) -> list[bytes]:
    markdown = b"# Code\n\n## Sort\n\nWrite it.\n\n# Verse\n\n- one\n- two\n"
    return [(ROOT / "tests" / "data" / "mixed-50.jsonl").read_bytes()[:6000], b'id,prompt\n1,"a\nb"\n', markdown]


def _prompt_file(data: bytes, folder: Path) -> None:
    places = find_places({"MTP_RACE_HOME": str(folder)})
    path = prompts_folder(places) / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    found, problems = own_prompts(places)
    assert len(found) + len(problems) == 1


def _prompt_samples(folder: Path) -> list[bytes]:
    before = (Message("system", "Brief"), Message("user", "Hi"))
    asked = Prompt("p", "T", "custom", "en", "One\ntwo", before, thinking=True)
    return [prompt_file(asked).encode()]


def _served(data: bytes, folder: Path) -> None:
    """A server's list of its models, as each kind of server would be read."""
    try:
        reply = decoded(data.decode("utf-8-sig", "replace"))
    except ValueError:
        return
    if not isinstance(reply, list):
        fault(reply)
    for module in ("llama_server", "vllm", "sglang", "ollama", "lmstudio"):
        for model in importlib.import_module(f"app.engines.servers.{module}").create()._adapter.models(reply):
            assert isinstance(model.name, str)
            assert model.writes in (True, False)


def _served_samples(folder: Path) -> list[bytes]:
    openai = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "x", "meta": {"n_ctx": 5}}]}
    tags = {"models": [{"name": "m:1b", "model": "m:1b", "details": {"family": "bert", "families": ["bert"]}}]}
    studio = {"data": [{"id": "e", "type": "embeddings", "state": "loaded"}, {"id": "m", "type": "llm"}]}
    return [json.dumps(value).encode() for value in (openai, tags, studio)]


def _stored(data: bytes, folder: Path) -> None:
    """Small files of the user's folder: what was measured before, a verdict beside its trace, what was chosen."""
    path = folder / "stored.json"
    path.write_bytes(data)
    PassCostStore(path).get(_HEADER, 512)
    NoiseFloors(path).get(_HEADER)
    behaviour_path(folder / "race.ndjson").write_bytes(data)
    found = stored_behaviour(folder / "race.ndjson")
    assert found is None or found.to_json()
    (folder / "ready.json").write_bytes(data)
    read_ready(folder)


def _stored_samples(folder: Path) -> list[bytes]:
    noise, costs = NoiseFloors(folder / "noise.json"), PassCostStore(folder / "costs.json")
    noise.put(_HEADER, Noise(0.5, 9))
    costs.put(_HEADER, PassCosts(512, {1: 5, 4: 9}, 3))
    verdict = Behaviour(verdict=BehaviourVerdict.DIFFERENT, sentence="They print other things.")
    files = [(folder / name).read_bytes() for name in ("noise.json", "costs.json")]
    return [
        *files,
        verdict.to_json(),
        json.dumps({"python": "/usr/bin/python3", "packages": "/", "fonts": None}).encode(),
    ]


def _recording(data: bytes, folder: Path) -> None:
    path = folder / "race.recording.jsonl"
    path.write_bytes(data)
    recording = read_recording(path)
    for one in recording.exchanges[:20]:
        assert recording.find(one.method, one.url, one.at, one.asked) is not None
        recording.find(one.method, f"{one.url}?until=1733054400", 5)
    recording.write(path)
    read_recording(path)


def _recording_samples(folder: Path) -> list[bytes]:
    path = folder / "race.recording.jsonl"
    header = RecordingHeader(mtp_race_recording=1, hosts=("a.example.com",), note="Invented.")
    kept = [("content-type", "text/csv"), ("set-cookie", "a=b; Secure"), ("location", "/next?token=Abcdef12345")]
    urls = ("https://a.example.com/v?until=1733054400&crumb=Xy12345678", "http://b.example.com/d?end=2026-12-01#part")
    exchanges = [
        make_exchange("GET", url, 200, kept, body, at=5) for url, body in zip(urls, (b"1,2", b"\xff\x00"), strict=True)
    ]
    FetchRecording(header, exchanges).write(path)
    return [path.read_bytes()]


READERS: dict[str, Reader] = {
    "answer": Reader(
        _answer, _answer_samples, (b"data: ", b"\n\n", b"\r", b"event: error", b"\\ud83d", b"NaN", b'"usage"')
    ),
    "served": Reader(_served, _served_samples, (b'"data"', b'"models"', b'"details"', b'"type"', b'"id"')),
    "stored": Reader(_stored, _stored_samples, (b'"forward_ns"', b'"floor"', b'"verdict"', b'"t"', b"1e400")),
    "metrics": Reader(_metrics, _metrics_samples, (b"vllm:", b"_total", b'position="', b"1e999")),
    "gguf": Reader(
        _gguf,
        _gguf_samples,
        (b"general.architecture", b"gemma4", b"gemma4-assistant", b"tokenizer.ggml.tokens", b"bert"),
    ),
    "config": Reader(_config, _config_samples, (b'"text_config"', b'"model_type"', b'"quantization"')),
    "shape": Reader(_shape, _shape_samples, (b'"gemma4"', b'"layer_types"', b"gemma4.block_count", b'"forward_ns"')),
    "safetensors": Reader(_weights, _weights_samples, (b'"__metadata__"', b'"shape"', b'"data_offsets"')),
    "models.toml": Reader(_registry, _registry_samples, (b"[[pair]]", b"[server.vllm]", b'"""', b"target.files = ")),
    "download-note": Reader(_notes, _notes_samples),
    "hub": Reader(_hub, _hub_samples, (b'"path"', b'"size"', b'rel="next"', b"http://[::1")),
    "settings": Reader(_settings, _settings_samples, (b"@ByteArray(", b"@Variant(", b"@Rect(", b"inf", b"nan")),
    "environment": Reader(_environment, _environment_samples, (b"://", b"[", b"]", b"@", b"socks5://", b"fd07::/64")),
    "other-apps": Reader(_other_apps, _other_apps_samples, (b'"layers"', b'"downloadsFolder"', b"~")),
    "trace": Reader(_trace, _trace_samples, (b'"round"', b'"header"')),
    "card": Reader(_card, _card_samples, (CHUNK, b"IEND", b"\x7f\xff\xff\xff")),
    "recording": Reader(
        _recording, _recording_samples, (b'"url"', b"https://[", b"?token=", b'"data"', b"\\ud83d", b"until=1733054400")
    ),
    "sweep": Reader(_sweep, _sweep_samples),
    "suite": Reader(
        _suite, _suite_samples, (b'"messages"', b'"role"', b'"turns"', b'"value"', b"\\ud83d", b"- ", b"# ")
    ),
    "prompt": Reader(_prompt_file, _prompt_samples, (b"[[turns]]", b"role = ", b'"""', b"system = ", b"thinking = ")),
}
