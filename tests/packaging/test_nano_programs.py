import random

from tasks.base import load_programs
from tasks.check import check_program


def test_a_random_60_of_the_programs_run_and_pass_their_checks() -> None:
    programs = [entry for entry in load_programs() if not entry.needs]
    chosen = random.Random(7).sample(programs, min(60, len(programs)))
    assert [problem for problem in map(check_program, chosen) if problem] == []
