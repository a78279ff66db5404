"""The scientific environment is made, found again, and never left half done."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from app.race.problems import Problem
from app.sandbox.base import Available, Sandbox, Unavailable
from app.sandbox.environment import ReadyEnvironment, folder, interpreter, read_ready, setup
from app.sandbox.interpreter import Interpreter, base_interpreter, layout
from app.sandbox.results import Job


def wheel(folder: Path, name: str, source: str) -> None:
    """A wheel of one module, as the packaging specification describes it."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)


def test_packages_are_installed_for_the_sandbox_alone(tmp_path: Path, sandbox: Sandbox) -> None:
    from app.sandbox.bubblewrap import Bubblewrap

    wheel(tmp_path, "answers", "ANSWER = 42\n")
    lines: list[str] = []
    where = tmp_path / "data" / "sandbox"
    options = ["--no-index", "--find-links", str(tmp_path)]
    made = setup(lines.append, make_sandbox=Bubblewrap, where=where, requirements=["answers"], pip_options=options)
    assert isinstance(made, Interpreter), made
    assert interpreter(where) == made
    assert lines[-1] == "Done"
    assert any("answers" in line for line in lines)
    result = Bubblewrap(made).run(Job(source="import answers, sys\nprint(answers.ANSWER, answers.__file__)"))
    assert result.stdout == "42 /packages/answers.py\n"
    assert sandbox.run(Job(source="import answers")).missing_module == "answers"
    failed = setup(lines.append, make_sandbox=Bubblewrap, where=where, requirements=["missing"], pip_options=options)
    assert isinstance(failed, Problem)
    assert "missing" in failed.details
    assert failed.action
    assert interpreter(where) == made  # the older one stays in use
    assert [p.name for p in where.parent.iterdir()] == ["sandbox"]


def test_an_environment_that_has_gone_is_not_used(tmp_path: Path) -> None:
    base = base_interpreter()
    assert base is not None
    assert interpreter(tmp_path) == base
    import msgspec

    for ready in (
        ReadyEnvironment("/nowhere/python", str(tmp_path)),
        ReadyEnvironment(base.python, str(tmp_path / "gone")),
    ):
        (tmp_path / "ready.json").write_bytes(msgspec.json.encode(ready))
        assert read_ready(tmp_path) is None
    (tmp_path / "ready.json").write_bytes(
        msgspec.json.encode(ReadyEnvironment(base.python, str(tmp_path), "/gone/fonts.json"))
    )
    assert interpreter(tmp_path) == Interpreter(base.python, str(tmp_path), None)
    (tmp_path / "ready.json").write_text("{")
    assert interpreter(tmp_path) == base


@pytest.mark.parametrize("python", ["/nowhere/python", "/dev/null"])
def test_a_python_that_does_not_start_is_told(python: str) -> None:
    assert "does not start" in str(layout(python))


def test_the_sandbox_is_probed_by_running_it(sandbox: Sandbox) -> None:
    from app.sandbox.bubblewrap import Bubblewrap, Mode

    assert isinstance(sandbox.probe(), Available)
    broken = Bubblewrap(modes=(Mode("/bin/false", as_root=False),)).probe()
    assert isinstance(broken, Unavailable)
    assert "does not work here" in broken.reason
    assert broken.action
    missing = Bubblewrap(modes=()).probe()
    assert isinstance(missing, Unavailable)
    assert "not installed" in missing.reason


def test_the_environment_lies_in_the_users_folder_of_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MTP_RACE_HOME", str(tmp_path))
    assert folder().is_relative_to(tmp_path)
