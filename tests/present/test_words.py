from __future__ import annotations

from app.draw.look import DARK
from app.present.words import BEHAVIOUR_TONES, END_WORDS, TINY_NOTE, TOKEN_TONES, tiny_note
from app.race.events import Finish
from app.race.verdict import TokenVerdict
from app.sandbox.behaviour import BehaviourVerdict


def test_every_end_and_every_verdict_has_its_word_or_sign() -> None:
    assert set(END_WORDS) == set(Finish)
    assert set(TOKEN_TONES) == set(TokenVerdict)
    assert set(BEHAVIOUR_TONES) == {item.value for item in BehaviourVerdict}
    assert len(set(END_WORDS.values())) == len(Finish)


def test_every_sign_is_a_colour_of_the_look() -> None:
    assert all(getattr(DARK, tone).startswith("#") for tone in (*TOKEN_TONES.values(), *BEHAVIOUR_TONES.values()))


def test_the_built_in_model_is_said_to_be_too_small_for_what_it_was_not_trained_for() -> None:
    assert tiny_note("custom") == TINY_NOTE
    assert tiny_note("stocks").endswith("For this one take a real one.")
    assert tiny_note("pandas") == ""
