from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from app.library.prompts import (
    delete_prompt,
    duplicate_prompt,
    find_prompt,
    free_name,
    load_prompts,
    own_prompts,
    prompts_folder,
    restore_prompt,
    save_prompt,
)
from app.places import Places, find_places
from app.race.lanes import Message
from app.race.problems import ProblemError
from app.race.prompts import Prompt

MINE = Prompt("mine", "Mine", "custom", "en", "Say hello.", (Message("system", "Be brief."),), thinking=True)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


def test_a_prompt_of_ones_own_is_a_private_file_and_found_by_its_name(places: Places) -> None:
    path = save_prompt(places, MINE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_prompt(places, "mine") == MINE
    assert own_prompts(places) == ([MINE], [])


def test_a_name_that_is_taken_is_not_written_over_unasked(places: Places) -> None:
    save_prompt(places, MINE)
    with pytest.raises(ProblemError, match="already"):
        save_prompt(places, MINE)


def test_edit_and_delete_can_be_undone_one_after_the_other(places: Places) -> None:
    save_prompt(places, MINE)
    edited = msgspec.structs.replace(MINE, text="Say goodbye.")
    save_prompt(places, edited, replace=True)
    delete_prompt(places, "mine")
    assert own_prompts(places) == ([], [])
    assert restore_prompt(places, "mine") == edited
    assert restore_prompt(places, "mine") == MINE
    assert find_prompt(places, "mine") == MINE
    assert restore_prompt(places, "mine") == edited  # An undo can be undone.


def test_a_bundled_prompt_can_be_copied_and_cannot_be_deleted(places: Places) -> None:
    copy = duplicate_prompt(places, "code")
    assert copy.name == "code-2"
    assert find_prompt(places, "code-2").text == load_prompts(places)[0].text
    assert free_name(places, "Code!") == "code-3"
    with pytest.raises(ProblemError, match="of your own"):
        delete_prompt(places, "code")


def test_a_file_that_is_no_prompt_is_told_and_the_others_are_used(places: Places) -> None:
    save_prompt(places, MINE)
    (prompts_folder(places) / "broken.toml").write_bytes(b"\xff\xfe")
    (prompts_folder(places) / "wrong.toml").write_text("title = 3")
    found, problems = own_prompts(places)
    assert found == [MINE]
    assert {problem.kind for problem in problems} == {"prompt-file"}
    assert len(problems) == 2


@pytest.mark.parametrize("name", ["../up", "", "UPPER", "a/b", ".hidden", "x" * 61, "a\0b"])
def test_a_name_that_could_lead_elsewhere_is_refused(places: Places, name: str) -> None:
    for act in (
        lambda: save_prompt(places, msgspec.structs.replace(MINE, name=name)),
        lambda: delete_prompt(places, name),
        lambda: restore_prompt(places, name),
    ):
        with pytest.raises(ProblemError, match="cannot be the name"):
            act()
    with pytest.raises(ProblemError, match="There is no prompt"):
        find_prompt(places, name)
