"""Packages that are offered are pinned with all that they need, and a list of others is read with care."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.places import find_places
from app.sandbox.environment import PINS
from app.sandbox.packages import OFFERED, SCIENTIFIC, megabytes, package_of, pinned, read_pins, read_wish

TEXT = (find_places().resources / PINS).read_text(encoding="utf-8")
LOCK = """
a==1.0 \\
    --hash=sha256:aa
    # via -r some.in
b==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:bb
    # via
    #   -r some.in
    #   a
c_d==3.0 \\
    --hash=sha256:cc
    # via b
e==4.0 \\
    --hash=sha256:dd
    # via -r some.in
"""


def names(requirements: str) -> set[str]:
    return {line.split("==")[0] for line in requirements.splitlines() if "==" in line}


def test_every_package_that_is_offered_has_a_pin_with_a_hash() -> None:
    pins = read_pins(TEXT)
    assert {*SCIENTIFIC, *OFFERED} <= {pin.name for pin in pins}
    assert all("--hash=sha256:" in pin.lines for pin in pins)


def test_what_a_package_needs_comes_with_it_and_nothing_else() -> None:
    pins = read_pins(LOCK)
    assert names(pinned(["A"], pins)) == {"a", "b", "c_d"}
    assert names(pinned(["e"], pins)) == {"e"}
    assert pinned([], pins) == ""


def test_the_size_of_a_package_with_pins_for_several_pythons_counts_once() -> None:
    science = pinned(SCIENTIFIC, read_pins(TEXT))
    assert 40 < megabytes(science) < 80
    assert megabytes(science + science) == megabytes(science)


def test_a_wish_is_names_with_versions_and_never_an_option_or_a_place() -> None:
    assert read_wish("scipy, requests>=2,<3;  my_pkg==1.0") == (["scipy", "requests>=2,<3", "my_pkg==1.0"], [])
    hostile = "--index-url=x -e. ../up git+https://x /etc/passwd a@b file.whl/ $(x)"
    assert read_wish(hostile)[0] == []


@given(st.text(max_size=60))
def test_whatever_is_typed_no_option_and_no_path_comes_out(text: str) -> None:
    found, _ = read_wish(text)
    assert all(word[0].isalnum() and not set(word) & set("/@ :;") for word in found)


def test_a_module_is_traced_to_the_package_that_brings_it() -> None:
    assert (package_of("sklearn"), package_of("pandas"), package_of("torch")) == ("scikit-learn", "pandas", None)
