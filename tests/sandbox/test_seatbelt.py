"""The macOS sandbox, as far as it can be tested elsewhere. The profile itself was not run on a Mac."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from app.sandbox.base import Available, Unavailable
from app.sandbox.interpreter import Interpreter, base_interpreter, layout
from app.sandbox.results import CallSpec, Job, Limits, Scenario
from app.sandbox.seatbelt import BINARY, PROFILE, Seatbelt, parameters

STAND_IN = """#!{python}
# Plays the command line of sandbox-exec (-D name=value ..., -p profile, command) and confines nothing at all.
import os, sys
arguments = sys.argv[1:]
while arguments[0] in ("-D", "-p"):
    arguments = arguments[2:]
os.execv(arguments[0], arguments)
"""


@pytest.fixture
def unconfined(tmp_path: Path) -> Seatbelt:
    """Seatbelt over a stand-in: what is around the profile can be tested with programs that do no harm."""
    if sys.platform == "win32":
        pytest.skip("needs Unix")
    binary = tmp_path / "sandbox-exec"
    binary.write_text(STAND_IN.format(python=sys.executable))
    binary.chmod(0o755)
    return Seatbelt(binary=str(binary))


def rules() -> list[tuple[str, str]]:
    text = re.sub(r";.*", "", PROFILE)
    return re.findall(r"\((allow|deny) ([^()\n]+)", text)


def test_the_profile_denies_all_that_it_does_not_allow() -> None:
    assert rules()[0] == ("deny", "default")
    assert PROFILE.count("(") == PROFILE.count(")")


def test_the_profile_allows_neither_network_nor_processes_nor_services() -> None:
    allowed = {name for verb, names in rules() if verb == "allow" for name in names.split()}
    assert allowed == {
        "process-exec",
        "signal",
        "process-info*",
        "sysctl-read",
        "file-read-metadata",
        "file-read*",
        "file-map-executable",
        "file-write-data",
        "file-write*",
    }


def test_only_the_work_and_temporary_folders_are_writable() -> None:
    (line,) = [line for line in PROFILE.splitlines() if "file-write*" in line]
    assert re.findall(r'param "(\w+)"', line) == ["WORK", "TEMPORARY"]


def test_every_parameter_of_the_profile_is_given_as_a_real_path(tmp_path: Path) -> None:
    base = base_interpreter()
    assert base is not None
    found = layout(base.python)
    assert not isinstance(found, str)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    given = parameters(link, Interpreter(base.python), found)
    assert set(re.findall(r'param "(\w+)"', PROFILE)) == set(given)
    assert given["WORK"] == str(tmp_path / "work")


def test_a_path_cannot_change_the_profile() -> None:
    assert "/Users" not in PROFILE
    assert "%" not in PROFILE
    assert "{" not in PROFILE


def test_it_is_unavailable_where_sandbox_exec_is_not_there(tmp_path: Path) -> None:
    found = Seatbelt(binary=str(tmp_path / "none")).probe()
    assert isinstance(found, Unavailable)
    assert found.action


def test_a_stand_in_that_confines_nothing_fails_the_probe_and_then_nothing_is_run(unconfined: Seatbelt) -> None:
    assert isinstance(unconfined.probe(), Unavailable)
    result = unconfined.run(Job(source="print('must not run')"))
    assert (result.ended, result.stdout) == ("broken", "")


def test_output_errors_and_files_come_back_and_the_folder_goes(unconfined: Seatbelt) -> None:
    source = "import os\nprint(os.getcwd())\nopen('a.txt', 'w').write('x')\n1 / 0"
    result = unconfined._run(Job(source=source), None)
    assert (result.ended, result.exit_code) == ("exited", 1)
    assert result.error is not None
    assert (result.error.type, result.error.line) == ("ZeroDivisionError", 4)
    assert [file.name for file in result.files] == ["a.txt"]
    import os

    assert not os.path.exists(result.stdout.strip())


def test_limits_are_watched_from_outside(unconfined: Seatbelt) -> None:
    endless = unconfined._run(Job(source="while True: pass", limits=Limits(wall_s=0.1)), None)
    assert endless.ended == "timed_out"
    much = unconfined._run(Job(source="while True: print('x' * 99)", limits=Limits(output=9000)), None)
    assert much.ended == "too_much_output"
    files = "import time\nfor i in range(50): open(f'{i}', 'w').close()\ntime.sleep(5)"
    assert unconfined._run(Job(source=files, limits=Limits(files=20)), None).ended == "too_much_disk"


def test_calls_are_made(unconfined: Seatbelt) -> None:
    source = "def add(a, b):\n    return a + b\n"
    job = Job(source=source, scenarios=(Scenario((CallSpec("add", ("1", "2")),)),))
    assert unconfined._run(job, None).outcomes[0][0].value == ["i", "3"]


@pytest.mark.skipif(sys.platform != "darwin", reason="needs macOS")
def test_the_real_one_contains_a_program() -> None:
    assert isinstance(Seatbelt(binary=BINARY).probe(), Available)
