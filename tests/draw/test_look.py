"""Everything that is written can be read: the contrast of every colour of words with what it stands on."""

from __future__ import annotations

import re

import pytest

from app.draw.look import DARK, LIGHT, READABLE, Look, contrast, mix, readable
from app.places import find_places

LOOKS = {"dark": DARK, "light": LIGHT}
CODE = ("text", "keyword", "string", "number", "comment", "name")


@pytest.fixture(params=list(LOOKS))
def look(request: pytest.FixtureRequest) -> Look:
    return LOOKS[request.param]


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("role", ["text", "muted", "good", "warn", "bad"])
def test_words_of_every_tone_can_be_read_on_every_ground(look: Look, role: str) -> None:
    for ground in (look.ground, look.card, look.field, look.hover):
        assert contrast(getattr(look, role), ground) >= READABLE, (role, ground)


@pytest.mark.parametrize("role", CODE)
def test_code_can_be_read_on_its_card_and_on_the_tint_of_every_lane(look: Look, role: str) -> None:
    for ground in (look.card, look.selection, *(mix(lane, look.card, look.tint) for lane in look.lanes)):
        assert contrast(getattr(look, role), ground) >= READABLE, (role, ground)


def test_the_names_of_lanes_can_be_read_and_lanes_can_be_seen(look: Look) -> None:
    for index in range(len(look.lanes)):
        for ground in (look.card, look.ground):
            assert contrast(look.ink(index), ground) >= READABLE
            assert contrast(look.lane(index), ground) >= 3  # What is no word: WCAG 2.2, 1.4.11.


def test_no_style_writes_in_a_colour_that_cannot_be_read(look: Look) -> None:
    sheet = (find_places().resources / "styles" / "app.qss").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    written = 0
    for selector, body in rules:
        tones = dict(re.findall(r"(?:^|;|\s)(color|background)\s*:\s*\$(\w+)", body))
        if "color" not in tones:
            continue
        written += 1
        lane = {"lane0": look.lanes[0]}
        front = lane.get(tones["color"]) or getattr(look, tones["color"])
        inside = {'QFrame[role="toast"]': look.text}
        behind = next((ground for outer, ground in inside.items() if outer in selector), "")
        own = tones.get("background", "")
        grounds = [behind or getattr(look, own)] if behind or own else [look.ground, look.card, look.hover]
        for ground in grounds:
            assert contrast(front, ground) >= READABLE, (selector.strip(), ground)
    assert written > 20


def test_a_colour_keeps_what_it_can_of_itself() -> None:
    assert readable("#000000", "#000000", ["#ffffff"]) == "#000000"
    assert readable("#d55e00", "#15181d", ["#ffffff"]) not in ("#d55e00", "#15181d")
    assert readable("#ffffff", "#eeeeee", ["#ffffff"]) == "#eeeeee"
