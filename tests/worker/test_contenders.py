"""Who races against the baseline, with the built-in pair's files and small files made here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.models.pairs import Pair
from app.models.registry.reader import load_registry
from app.models.shelf.availability import Ready, availability
from app.places import Places, find_places
from app.race.lanes import ADAPTIVE, AUTO, Contender, LaneKind, LaneSpec, lane_title
from app.race.problems import Problem, ProblemError
from app.worker.contenders import make_contenders
from app.worker.lane_specs import drafting_specs
from tests.models.ggufs import Shape, write_drafter, write_reader, write_target


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"MTP_RACE_HOME": str(tmp_path)})


@pytest.fixture
def nano(places: Places) -> Pair:
    pair = load_registry(places=places).get("nano")
    assert pair is not None
    return pair


def files(pair: Pair, places: Places) -> tuple[Path, Path]:
    found = availability(pair, places)
    assert isinstance(found, Ready)
    assert found.drafter_path is not None
    return found.target_path, found.drafter_path


def refused(ks: tuple[Contender, ...], words: list[str], pair: Pair, places: Places, engine: str = "") -> Problem:
    with pytest.raises(ProblemError) as caught:
        make_contenders(ks, words, pair, places, engine)
    assert caught.value.problem.action
    return caught.value.problem


def test_without_a_word_the_pairs_own_drafter_is_meant(nano: Pair, places: Places) -> None:
    assert make_contenders((Contender(2), ADAPTIVE), [], nano, places) == (Contender(2), ADAPTIVE)


def test_a_file_is_used_as_what_it_is(nano: Pair, places: Places) -> None:
    target, drafter = files(nano, places)
    assert make_contenders((Contender(3),), [str(drafter)], nano, places) == (
        Contender(3, kind=LaneKind.MTP, drafter=str(drafter)),
    )
    assert make_contenders((Contender(3),), [str(target)], nano, places)[0].kind is LaneKind.DRAFT_MODEL


def test_a_drafter_of_another_kind_that_the_pair_has_is_named_by_its_kind(nano: Pair, places: Places) -> None:
    made = make_contenders((Contender(4),), ["mtp", "EAGLE3", "dflash"], nano, places)
    assert [item.lane for item in made] == ["mtp-k4", "eagle3-k4", "dflash-k4"]
    assert [Path(item.drafter).name for item in made] == ["", "nano-eagle3.gguf", "nano-dflash.gguf"]
    assert make_contenders((Contender(4),), ["nano-eagle3.gguf"], nano, places) == made[1:2]
    assert "cannot be read" in refused((Contender(3),), ["dspark"], nano, places).sentence


def test_a_head_for_another_engine_is_refused_by_what_it_is_and_never_raced_as_a_draft_model(
    nano: Pair, places: Places, tmp_path: Path
) -> None:
    head = write_reader(tmp_path / "draft-model.gguf")
    problem = refused((Contender(3),), [str(head)], nano, places)
    assert problem.sentence == "draft-model.gguf cannot draft for Nano (built in)."
    assert "width" in problem.cause


def test_every_k_meets_every_drafter_up_to_three_lanes(nano: Pair, places: Places) -> None:
    made = make_contenders((Contender(3),), ["mtp", "lookup", str(files(nano, places)[0])], nano, places)
    assert [item.lane for item in made] == ["mtp-k3", "lookup-k3", "draft-model-k3"]
    many = refused((Contender(2), Contender(4)), ["mtp", "lookup"], nano, places)
    assert "4 lanes" in many.sentence


def test_a_drafter_of_another_model_is_refused_with_its_reason(nano: Pair, places: Places, tmp_path: Path) -> None:
    other = write_drafter(tmp_path / "other.gguf")
    problem = refused((Contender(3),), [str(other)], nano, places)
    assert problem.sentence.startswith("other.gguf cannot draft for")
    assert "width" in problem.cause
    full = write_target(tmp_path / "full.gguf", replace(Shape(), vocabulary=300))
    assert "same vocabulary" in refused((Contender(3),), [str(full)], nano, places).cause


def test_a_file_that_is_missing_or_no_model_is_refused(nano: Pair, places: Places, tmp_path: Path) -> None:
    assert "cannot be read" in refused((Contender(3),), [str(tmp_path / "none.gguf")], nano, places).sentence
    (tmp_path / "text.gguf").write_text("hello", encoding="utf-8")
    assert "too short" in refused((Contender(3),), [str(tmp_path / "text.gguf")], nano, places).sentence


@pytest.mark.parametrize(("engine", "says"), [("vllm", "started with"), ("mlx", "MTP drafter only")])
def test_an_engine_that_cannot_draft_so_says_which_can(nano: Pair, places: Places, engine: str, says: str) -> None:
    problem = refused((Contender(3),), ["lookup"], nano, places, engine)
    assert "prompt lookup" in problem.sentence
    assert says in problem.cause
    assert "llama.cpp" in problem.action


def test_lanes_are_named_after_what_drafts_and_never_twice() -> None:
    like = LaneSpec("baseline", LaneKind.BASELINE, "llama.cpp", "t.gguf", drafter="own.gguf")
    (one,) = drafting_specs(like, (Contender(3, kind=LaneKind.LOOKUP),))
    assert (one.id, one.drafter, lane_title(one)) == ("lookup", "", "Lookup K=3")
    models = tuple(Contender(3, kind=LaneKind.DRAFT_MODEL, drafter=name) for name in ("a.gguf", "b.gguf"))
    specs = drafting_specs(like, (Contender(3), *models))
    assert [spec.id for spec in specs] == ["mtp-k3", "draft-model-k3", "draft-model-k3-2"]
    assert [spec.drafter for spec in specs] == ["own.gguf", "a.gguf", "b.gguf"]


def test_what_does_not_tell_how_certain_it_is_cannot_race_with_k_auto() -> None:
    like = LaneSpec("mtp", LaneKind.MTP, "llama.cpp", "target.gguf", "drafter.gguf", 3)
    for engine in ("llama.cpp", "transformers"):
        found = drafting_specs(replace_engine(like, engine), (AUTO, Contender(2)))
        assert [spec.id for spec in found] == ["mtp-auto", "mtp-k2"]
    for engine, kind in (("llama.cpp", LaneKind.LOOKUP), ("vllm", LaneKind.MTP), ("mlx", LaneKind.MTP)):
        with pytest.raises(ProblemError) as caught:
            drafting_specs(replace_engine(like, engine), (Contender(AUTO.k, AUTO.policy, kind),))
        assert caught.value.problem.kind == "certainty-unknown"
        assert caught.value.problem.action


def replace_engine(spec: LaneSpec, engine: str) -> LaneSpec:
    return msgspec.structs.replace(spec, engine=engine)
