"""One run of one program: everything it did comes back, and it ends at its limits."""

import threading

from app.sandbox.base import Sandbox, Unavailable, find_sandbox
from app.sandbox.results import CallSpec, Job, Limits, Scenario


def test_output_exit_status_and_files_come_back(sandbox: Sandbox) -> None:
    source = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nopen('a.csv', 'w').write('1,2')\nsys.exit(3)"
    result = sandbox.run(Job(source=source))
    assert (result.ended, result.exit_code, result.stdout, result.stderr) == ("exited", 3, "out\n", "err\n")
    assert [(file.name, file.size, file.data) for file in result.files] == [("a.csv", 3, b"1,2")]


def test_an_exception_comes_with_type_message_and_line(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="def f(x):\n    return 1 / x\n\nf(0)\n"))
    assert result.exit_code == 1
    assert result.error is not None
    assert (result.error.type, result.error.message, result.error.line) == (
        "ZeroDivisionError",
        "division by zero",
        2,
    )
    assert 'File "/program/program.py", line 2, in f' in result.stderr
    assert "runner" not in result.stderr


def test_a_syntax_error_has_its_line(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="x = 1\ny = (\n"))
    assert result.error is not None
    assert (result.error.type, result.error.line) == ("SyntaxError", 2)


def test_functions_classes_and_the_demos_calls_are_told(sandbox: Sandbox) -> None:
    source = (
        "class Stack:\n    def push(self, x): pass\n    def _hidden(self): pass\n"
        "def add(a: int, b: int = 2, *, c='x') -> int:\n    return a + b\n"
        "def _private(): pass\n"
        "add(1)\nadd(1, b=5)\nadd([1], [2.5, {'k': None}], c='y')\n"
    )
    result = sandbox.run(Job(source=source))
    assert [(c.name, c.methods) for c in result.classes] == [("Stack", ("push",))]
    (add,) = result.functions
    assert [(p.name, p.hint, p.default, p.kind) for p in add.parameters] == [
        ("a", "int", None, "positional"),
        ("b", "int", "2", "positional"),
        ("c", "", "'x'", "keyword"),
    ]
    assert add.returns == "int"
    calls = [str(call) for call in result.demo_calls]
    assert calls == ["add(1, 2, c='x')", "add(1, 5, c='x')", "add([1], [2.5, {'k': None}], c='y')"]


def test_an_endless_program_is_stopped_at_its_time_limit_and_keeps_its_output(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="print('started')\nwhile True: pass", limits=Limits(cpu_s=1)))
    assert (result.ended, result.stdout) == ("timed_out", "started\n")


def test_a_program_that_cannot_be_interrupted_is_stopped_too(sandbox: Sandbox) -> None:
    source = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nx = 10 ** 10 ** 9"
    assert sandbox.run(Job(source=source, limits=Limits(wall_s=0.5))).ended == "timed_out"


def test_a_run_can_be_stopped_from_another_thread(sandbox: Sandbox) -> None:
    stop = threading.Event()
    stop.set()
    assert sandbox.run(Job(source="while True: pass"), stop).ended == "stopped"


def test_too_much_memory_is_an_error_in_the_program(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="x = bytearray(10 ** 10)"))
    assert result.error is not None
    assert result.error.type == "MemoryError"


def test_endless_output_is_cut(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="while True: print('x' * 1000)", limits=Limits(output=50_000)))
    assert result.ended == "too_much_output"
    assert len(result.stdout) == 50_000


def test_a_question_to_the_user_is_told_apart(sandbox: Sandbox) -> None:
    assert sandbox.run(Job(source="name = input('Name? ')")).wanted_input


def test_a_missing_module_is_named(sandbox: Sandbox) -> None:
    assert sandbox.run(Job(source="import numpy.linalg")).missing_module == "numpy"


def test_a_crash_is_named_by_its_signal(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"))
    assert (result.ended, result.signal, result.exit_code) == ("exited", "SIGSEGV", None)


def test_a_module_of_the_programs_own_never_runs_in_the_supervisor(sandbox: Sandbox) -> None:
    names = ("hashlib", "traceback", "json", "stat", "binascii", "inside", "supervisor", "shutil")
    source = (
        f"for name in {names!r}:\n    open(name + '.py', 'w').write('import os\\nos._exit(0)\\n')\n"
        "import ctypes\nctypes.string_at(0)\n"
    )
    result = sandbox.run(Job(source=source))
    assert result.sentence() == "crashed with SIGSEGV"
    assert [file.name for file in result.files] == sorted(f"{name}.py" for name in names)


def test_the_traceback_is_pythons_even_where_the_program_has_a_module_of_that_name(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(source="open('traceback.py', 'w').write('print(1)')\n1 / 0\n"))
    assert result.sentence() == "stopped with ZeroDivisionError at line 2"
    assert "1 / 0" in result.stderr


def test_exit_and_quit_end_a_program_as_they_do_everywhere(sandbox: Sandbox) -> None:
    for source, code in (("print(1)\nexit()\nprint(2)", 0), ("print(1)\nquit(3)", 3), ("print(1)\nexit('why')", 1)):
        result = sandbox.run(Job(source=source))
        assert (result.exit_code, result.stdout, result.error) == (code, "1\n", None)


def test_files_in_folders_too_deep_to_be_read_are_counted(sandbox: Sandbox) -> None:
    source = (
        "import os\nopen('near.txt', 'w').write('near')\n"
        "for _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\nopen('far.txt', 'w').write('far')\n"
    )
    result = sandbox.run(Job(source=source))
    assert (result.ended, result.exit_code) == ("exited", 0)
    assert [file.name for file in result.files] == ["near.txt"]
    assert result.files_left_out == 1


def test_what_waits_in_sockets_counts_as_memory(sandbox: Sandbox) -> None:
    source = """
import os, socket, time
for _ in range(10):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held.append(socket.socketpair())
                for end in held[-1]:
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(b"x" * 65536)
                    except BlockingIOError:
                        pass
        except OSError:
            time.sleep(60)
time.sleep(60)
"""
    assert sandbox.run(Job(source=source, limits=Limits(memory=200 * 2**20))).ended == "out_of_memory"


def test_asyncio_has_the_pair_of_sockets_that_it_needs(sandbox: Sandbox) -> None:
    source = "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 5\nprint(asyncio.run(f()))\n"
    assert sandbox.run(Job(source=source)).stdout == "5\n"


def test_the_same_seed_gives_the_same_chance(sandbox: Sandbox) -> None:
    source = "import random\nprint(random.random(), {'a', 'b', 'c', 'd'})"
    first, again, other = (sandbox.run(Job(source=source, seed=seed)).stdout for seed in (1, 1, 2))
    assert first == again != other


def test_escape_sequences_do_not_reach_the_terminal(sandbox: Sandbox) -> None:
    assert sandbox.run(Job(source=r"print('\x1b]0;title\x07')")).stdout == "␛]0;title␇\n"


def test_calls_are_made_one_after_the_other_in_a_fresh_copy(sandbox: Sandbox) -> None:
    source = "def add(x, to=[]):\n    to.append(x)\n    return to\ndef loop():\n    while True: pass\nprint(1 / 0)\n"
    calls = (CallSpec("add", ("1",)), CallSpec("add", ("2", "[7]")), CallSpec("add", ("3",)))
    result = sandbox.run(
        Job(source=source, scenarios=(Scenario(calls), Scenario(calls[2:]), Scenario((CallSpec("loop"),), call_s=0.1)))
    )
    first, second, third = result.outcomes
    assert [outcome.value for outcome in first] == [
        ["l", [["i", "1"]]],
        ["l", [["i", "7"], ["i", "2"]]],
        ["l", [["i", "1"], ["i", "3"]]],
    ]
    assert first[1].after == {"1": ["l", [["i", "7"], ["i", "2"]]]}
    assert second[0].value == ["l", [["i", "3"]]]
    assert third[0].kind == "too_slow"


def test_windows_has_no_sandbox_and_says_so() -> None:
    found = find_sandbox("win32")
    assert isinstance(found, Unavailable)
    assert "Windows" in found.reason
    assert found.action
