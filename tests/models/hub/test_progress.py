from hypothesis import given
from hypothesis import strategies as st

from app.models.hub.progress import Progress, Samples, add, bytes_text, progress, progress_text, rate, time_text

STEPS = st.lists(st.tuples(st.floats(-1, 60, allow_nan=False), st.integers(0, 10**12)), max_size=40)


@given(STEPS, st.none() | st.integers(0, 10**12))
def test_the_bar_never_goes_back_and_never_leaves_its_bounds(steps: list[tuple[float, int]], total: int | None) -> None:
    samples, now, last = Samples(), 0.0, 0
    for wait, done in steps:
        now += wait
        samples = add(samples, now, done)
        shown = progress(samples, total, "fetching")
        assert shown.done >= last
        assert shown.fraction is None or 0.0 <= shown.fraction <= 1.0
        assert shown.rate is None or shown.rate > 0
        assert shown.remaining is None or shown.remaining >= 0
        last = shown.done


def test_the_rate_is_the_mean_over_the_last_seconds() -> None:
    samples = Samples()
    for second in range(30):
        samples = add(samples, float(second), 1000 * second if second < 10 else 10_000 + 5000 * (second - 10))
    assert rate(samples) == 5000.0
    shown = progress(samples, 205_000, "fetching")
    assert shown.remaining == (205_000 - 105_000) / 5000


def test_a_stall_shows_no_rate_instead_of_an_old_one() -> None:
    samples = add(add(Samples(), 0.0, 0), 1.0, 1000)
    for second in range(2, 20):
        samples = add(samples, float(second), 1000)
    assert rate(samples) is None


def test_memory_is_bounded_by_the_window() -> None:
    samples = Samples()
    for tick in range(10_000):
        samples = add(samples, tick / 10, tick)
    assert len(samples.recent) < 100


def test_texts() -> None:
    assert bytes_text(999) == "999 bytes"
    assert bytes_text(999_960) == "1.0 MB"
    assert bytes_text(17_287_670_048) == "17.3 GB"
    assert [time_text(s) for s in (0.2, 42, 185, 7800)] == ["under 1 s", "42 s", "3 min 5 s", "2 h 10 min"]
    assert progress_text(Progress(1_200_000_000, 6_900_000_000, 11e6, 518.0, "fetching")) == (
        "1.2 GB of 6.9 GB, 11.0 MB/s, 8 min 38 s left"
    )
    assert progress_text(Progress(5, 10, None, None, "paused")) == "5 bytes of 10 bytes, paused"
