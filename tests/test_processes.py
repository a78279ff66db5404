"""What the app starts finds the app, and nothing of the folder that it was started in. With real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.processes import find_program, module_command, output_of, safe_environment

ROOT = Path(__file__).resolve().parents[1]
TAKEN = (
    "app", "psutil", "msgspec", "numpy", "httpx", "llama_cpp", "hashlib", "ctypes", "sitecustomize", "usercustomize"
)  # fmt: skip
MARK = """
import os
open(os.path.join(os.path.dirname(__file__), "RAN"), "a").write(__name__)
raise SystemExit(7)
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with modules of the names that the app imports. Each leaves a mark if it ever runs."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in TAKEN:
        (folder / f"{name}.py").write_text(MARK)
    for package in ("app", "app/worker", "app/engines"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(MARK)
    return folder


def marks(folder: Path) -> list[Path]:
    return list(folder.rglob("RAN"))


@pytest.mark.real
def test_a_race_started_in_a_hostile_folder_runs_nothing_of_it(hostile: Path, tmp_path: Path) -> None:
    env = {**safe_environment(), "MTP_RACE_HOME": str(tmp_path / "home")}
    env.pop("PYTHONSAFEPATH")  # What the app starts must not rely on how the app itself was started.
    words = ["run", "--prompt", "haiku", "--max-tokens", "8", "--json"]
    done = subprocess.run(module_command("app", *words), cwd=hostile, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["speedup"]
    assert not marks(hostile)


def test_a_keeper_and_the_server_that_it_starts_run_nothing_of_a_hostile_folder(hostile: Path) -> None:
    server = [sys.executable, "-m", "json.tool", "--help"]  # A server that is a module of a Python, as vLLM is.
    (hostile / "json.py").write_text(MARK)
    command = module_command("app.engines.keeper", *server)
    with subprocess.Popen(
        command, cwd=hostile, env=safe_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as keeper:
        assert keeper.stdout is not None
        assert "usage" in keeper.stdout.read()
    assert keeper.returncode == 0
    assert not marks(hostile)


@pytest.mark.parametrize("start", ["-m", "script"])
@pytest.mark.parametrize("path", ["{root}", ":{root}", "{root}:", ".:{root}", "{root}::{root}"])
def test_the_app_itself_imports_nothing_of_the_folder_that_it_is_started_in(
    tmp_path: Path, start: str, path: str
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("msgspec", "psutil", "httpx", "rich", "threading", "argparse"):
        (folder / f"{name}.py").write_text(MARK)
    script = tmp_path / "mtp-race"
    script.write_text("import sys\nfrom app.__main__ import main\nsys.exit(main())\n")
    env = {**os.environ, "MTP_RACE_HOME": str(tmp_path / "home"), "PYTHONPATH": path.format(root=ROOT)}
    env.pop("PYTHONSAFEPATH", None)
    command = [sys.executable, *(["-m", "app"] if start == "-m" else [str(script)]), "models", "--json"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert (done.returncode, marks(folder)) == (0, []), done.stderr
    assert json.loads(done.stdout)


def test_relative_and_empty_entries_of_the_path_are_left_out() -> None:
    env = safe_environment({"PYTHONPATH": os.pathsep.join(["", "here", "/there", "."])})
    root, *rest = env["PYTHONPATH"].split(os.pathsep)
    assert (Path(root) / "app" / "processes.py").is_file()
    assert rest == ["/there"]


def test_a_program_of_the_current_folder_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho theirs\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join(["", "."]))
    assert find_program("nvidia-smi") is None
    assert output_of("nvidia-smi") == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert output_of("nvidia-smi") == "theirs"
