from __future__ import annotations

import json

import msgspec
import pytest

from app.present.forecast import pays
from app.race.forecast import Forecast
from app.worker.forecast_store import ForecastStore
from app.worker.machine import describe_machine
from tests.models.forecast.test_shape import tiny_shape
from tests.race.test_forecast import made_forecast
from tests.terminal.conftest import Terminal

PAIR = """
[[pair]]
id = "tiny"
title = "Tiny"
engines = ["llama.cpp"]
shape = "tiny"
weights = "Q4_0"
target.repository = "owner/name"
target.files = [{ path = "a.gguf", size = 1000 }]
drafter.repository = "owner/name"
drafter.files = [{ path = "b.gguf", size = 1000 }]
"""


def tiny_registry() -> str:
    """A user's own registry with a pair of the tiny shape."""
    fields = msgspec.to_builtins(tiny_shape())
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    return "\n".join(["schema = 1", "[shape.tiny]", *lines, PAIR])


def write_registry(terminal: Terminal) -> None:
    """The terminal's user has the pair of the tiny shape."""
    path = terminal.environment.places.user_registry
    path.parent.mkdir(parents=True)
    path.write_text(tiny_registry(), encoding="utf-8")


@pytest.mark.real
def test_a_forecast_is_made_from_the_registrys_shape_told_in_words_and_listed(terminal: Terminal) -> None:
    write_registry(terminal)
    assert terminal("models", "forecast", "tiny") == 0
    assert terminal.out.startswith("Tiny on this machine: about ")
    for words in ("Pays from", "any text", "code", "What decides it:", "Memory:", "random weights in Q4_0", "accepted"):
        assert words in terminal.out
    assert terminal("models", "forecast", "--json") == 0
    (kept,) = json.loads(terminal.out)["forecasts"]
    made = msgspec.convert(kept, Forecast, strict=False)
    assert made.pair == "tiny"
    assert terminal("models", "forecast") == 0
    assert "Tiny" in terminal.out
    assert pays(made).value in terminal.out


@pytest.mark.real
def test_all_that_fit_are_forecast_one_after_the_other_and_those_that_were_are_not_again(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_registry(terminal)
    registry = terminal.environment.places.user_registry
    second = PAIR.replace('id = "tiny"', 'id = "second"').replace("Tiny", "Second")
    registry.write_text(registry.read_text(encoding="utf-8") + second, encoding="utf-8")
    monkeypatch.setattr(
        "app.worker.forecast.can_forecast", lambda pair: pair.shape == "tiny"
    )  # The models of the app's own registry would take a minute each.
    assert terminal("models", "forecast", "--all") == 0
    assert "2 of 2: Second" in terminal.err
    assert {"Tiny", "Second"} <= set(terminal.out.split())
    assert terminal("models", "forecast", "--all") == 0
    assert "of 2" not in terminal.err


def test_nothing_forecast_yet_is_said(terminal: Terminal) -> None:
    assert terminal("models", "forecast") == 1
    assert "models forecast ID" in terminal.out


def test_the_list_answers_which_model_will_pay_the_largest_gain_first(terminal: Terminal) -> None:
    store, here = ForecastStore.of(terminal.environment.places), describe_machine().cpu
    slow = made_forecast(machine=here, pair="slow", title="Slow")
    text = slow.texts[0]
    low = tuple(msgspec.structs.replace(item, low=0.5, middle=0.6, high=0.7) for item in text.ks)
    store.put(msgspec.structs.replace(slow, texts=(msgspec.structs.replace(text, ks=low),)))
    store.put(made_forecast(machine=here, pair="quick", title="Quick"))
    assert terminal("models", "forecast") == 0
    quick, last = terminal.out.splitlines()[1:]
    assert quick.startswith("Quick")
    assert quick.rstrip().endswith("pays")
    assert last.startswith("Slow")
    assert last.rstrip().endswith("does not pay")


def test_the_weights_of_a_pair_are_not_changed(terminal: Terminal) -> None:
    assert terminal("models", "forecast", "gemma-4-e2b-qat-q4", "--weights", "Q8_0") == 1
    assert "are known: Q4_0" in terminal.err


@pytest.mark.parametrize(("name", "said"), [("no-such", "no pair"), ("gemma-4-e2b-mlx-4bit", "is for mlx")])
def test_what_cannot_be_forecast_is_refused_in_words(terminal: Terminal, name: str, said: str) -> None:
    assert terminal("models", "forecast", name) == 1
    assert said in terminal.err
