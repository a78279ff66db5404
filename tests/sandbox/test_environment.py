"""The scientific environment is made, found again, and never left half done."""

from __future__ import annotations

import base64
import hashlib
import threading
import zipfile
from pathlib import Path

import psutil
import pytest

from app.race.problems import Problem
from app.sandbox.base import Available, Sandbox, Unavailable
from app.sandbox.environment import ReadyEnvironment, folder, interpreter, read_ready, setup
from app.sandbox.installing import Bringing
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
    steps: list[Bringing] = []
    pins = tmp_path / "pins.txt"
    digest = hashlib.sha256((tmp_path / "answers-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    pins.write_text(f"answers==1.0 \\\n    --hash=sha256:{digest}\n    # via -r some.in\n")
    where = tmp_path / "data" / "sandbox"
    options = ["--no-index", "--find-links", str(tmp_path)]

    def bring(
        *more: str, always: tuple[str, ...] = ("answers",), stop: threading.Event | None = None
    ) -> Interpreter | Problem:
        return setup(
            steps.append,
            make_sandbox=Bubblewrap,
            where=where,
            always=always,
            more=more,
            pins=pins,
            pip_options=options,
            stop=stop,
        )

    made = bring()
    assert isinstance(made, Interpreter), made
    assert interpreter(where) == made
    assert steps[-1] == Bringing("Done", 1.0)
    assert any("answers" in step.doing for step in steps)
    assert [step.share for step in steps] == sorted(step.share for step in steps)
    ready = read_ready(where)
    assert ready is not None
    assert (ready.names, ready.versions) == (("answers",), {"answers": "1.0"})
    result = Bubblewrap(made).run(Job(source="import answers, sys\nprint(answers.ANSWER, answers.__file__)"))
    assert result.stdout == "42 /packages/answers.py\n"
    assert sandbox.run(Job(source="import answers")).missing_module == "answers"
    failed = bring("missing")
    assert isinstance(failed, Problem)
    assert "missing" in failed.details
    assert failed.action
    stopped = threading.Event()
    stopped.set()
    given_up = bring(stop=stopped)
    assert isinstance(given_up, Problem)
    assert given_up.kind == "stopped"
    pins.write_text(pins.read_text().replace(digest, "0" * 64))
    other_bytes = bring()
    assert isinstance(other_bytes, Problem)
    assert "hash" in other_bytes.details.lower()
    assert interpreter(where) == made  # the older one stays in use
    assert {p.name for p in where.parent.iterdir()} <= {"sandbox", ".sandbox.lock"}


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


def test_bringing_stands_still_while_something_is_measured(tmp_path: Path, sandbox: Sandbox) -> None:
    wheel(tmp_path, "answers", "ANSWER = 42\n")
    pins = tmp_path / "pins.txt"
    pins.write_text("", encoding="utf-8")
    hold = threading.Event()
    hold.set()
    made: list[Interpreter | Problem] = []

    def bring() -> None:
        options = ["--no-index", "--find-links", str(tmp_path)]
        where = tmp_path / "sandbox"
        made.append(setup(print, where=where, always=(), more=["answers"], pins=pins, pip_options=options, hold=hold))

    thread = threading.Thread(target=bring)
    thread.start()
    me = psutil.Process()
    while not any(child.status() == psutil.STATUS_STOPPED for child in me.children()):
        assert thread.is_alive()
    assert not made
    hold.clear()
    thread.join(120)
    assert isinstance(made[0], Interpreter), made
    ready = read_ready(tmp_path / "sandbox")
    assert ready is not None
    assert ready.versions == {"answers": "1.0"}
