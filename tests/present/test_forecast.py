from __future__ import annotations

import msgspec
import pytest

from app.library.records import PairRecord
from app.present.forecast import (
    PAY_TITLES,
    Pays,
    band_text,
    beside_text,
    by_speedup,
    decides_text,
    forecast_lines,
    headline,
    k_rows,
    pay_rows,
    pay_state,
    pays,
    rates_text,
    text_rows,
)
from app.race.forecast import Forecast, ForecastK, WorkloadRates, forecast_texts
from tests.race.test_forecast import made_forecast


def with_band(low: float, middle: float, high: float, **changes: object) -> Forecast:
    """A forecast whose every K has this band."""
    made = made_forecast(**changes)
    texts = tuple(
        msgspec.structs.replace(
            text,
            ks=tuple(msgspec.structs.replace(item, low=low, middle=middle, high=high) for item in text.ks),
        )
        for text in made.texts
    )
    return msgspec.structs.replace(made, texts=texts)


@pytest.mark.parametrize(
    ("band", "found", "said"),
    [
        ((1.2, 1.5, 1.8), Pays.YES, "1.20 to 1.80× as fast, by the text."),
        ((0.8, 1.0, 1.4), Pays.MAYBE, "it depends on the text whether that pays."),
        ((0.5, 0.7, 1.01), Pays.NO, "no K will pay; the best, K = 3, is forecast at 0.50 to 1.01×."),
    ],
)
def test_a_win_a_maybe_and_a_loss_are_said_as_plainly(band: tuple[float, float, float], found: Pays, said: str) -> None:
    made = with_band(*band)
    assert pays(made) is found
    assert headline(made).startswith("Pair on this machine: about 4.55 tokens a second without a drafter, ")
    assert said in headline(made)


def test_a_band_of_one_value_is_one_number() -> None:
    assert band_text(ForecastK(3, 1.5, 1.501, 1.5, 1.2)) == "1.50×"
    assert band_text(ForecastK(3, 1.25, 1.5, 1.3, 1.2)) == "1.25 to 1.50×"


def test_what_decides_it_names_the_cost_of_a_round_and_the_stairs() -> None:
    said = decides_text(made_forecast())
    assert "a check of 4 tokens costs 1.20 single steps here and drafting 3 of them 0.11" in said
    assert "a round has to bring 1.30 tokens" in said
    assert "4-bit weights are worked 4 rows at a time here" in said


def test_every_line_says_whose_the_numbers_are() -> None:
    lines = " ".join(forecast_lines(made_forecast(memory="Both lanes fit.", memory_bytes=6_400_000_000)))
    for words in ("slices of 6 and 12 of its 35 layers", "Q4_0", "1 thread", "config.json", "a thread", "6.4 GB"):
        assert words in lines
    assert "mixture" not in lines
    assert "mixture" in " ".join(forecast_lines(made_forecast(experts=True)))


def test_acceptance_is_named_as_whose_it_is() -> None:
    assert "of this model: 50% to 90% (A; B)" in rates_text(WorkloadRates("code", 0.5, 0.9, ("A", "B")))
    assert "of other models" in rates_text(WorkloadRates("code", 0.5, 0.9, ("A",), same=False))
    assert "Nobody published" in rates_text(WorkloadRates("code", 0.5, 0.9))


def test_tables_have_every_k_with_the_best_marked_and_every_kind_of_text() -> None:
    made = made_forecast()
    assert [row[0] for row in k_rows(made)] == ["1", "2", "3 ★", "4", "5", "6", "7", "8"]
    assert [row[:2] for row in text_rows(made)] == [("any text", "3"), ("code", "3")]
    unknown = forecast_texts(made.costs, [WorkloadRates("any text", 0.5, 0.9)])
    assert text_rows(msgspec.structs.replace(made, texts=unknown))[0][3] == "usual"


def test_models_are_listed_with_the_largest_gain_first() -> None:
    slow, quick = with_band(0.5, 0.7, 0.9, title="Slow"), with_band(1.5, 1.7, 1.9, title="Quick")
    assert by_speedup([slow, quick]) == [quick, slow]
    assert pay_rows([slow, quick]) == [
        ("Quick", "4.55", "3", "1.50 to 1.90×", "pays"),
        ("Slow", "4.55", "3", "0.50 to 0.90×", "does not pay"),
    ]
    assert len(PAY_TITLES) == len(pay_rows([slow])[0])


@pytest.mark.parametrize(("counts", "said"), [((0, 0), "No model"), ((4, 0), "All models"), ((4, 3), "1 of 4 models")])
def test_how_many_were_forecast_is_said(counts: tuple[int, int], said: str) -> None:
    assert pay_state(*counts).startswith(said)


def test_what_was_measured_stands_beside_what_was_forecast_for_the_same_k() -> None:
    record = PairRecord({2: 0.7, 3: 1.71}, 4.6, 2)
    assert beside_text(None, None) == ""
    assert beside_text(None, record) == (
        "Measured here in 2 races: 0.70× at K = 2, 1.71× at K = 3, 4.6 tok/s without a drafter."
    )
    both = beside_text(with_band(1.2, 1.5, 1.8), PairRecord({2: 0.7}, 4.6, 1))
    assert "Measured here in 1 race: 0.70× at K = 2" in both
    assert "Forecast: 1.20 to 1.80× at K = 2, 4.55 tok/s without a drafter, best K = 3." in both
