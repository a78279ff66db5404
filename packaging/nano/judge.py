"""Whether the program of an answer parses, runs and does what was asked, in a process of its own with limits."""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"```python\n(.*?)(?:```|\Z)", re.S)
SECONDS, MEMORY = 10, 1 << 30
REPORT = """
import sys
space = {"__name__": "__main__"}
source, checks = sys.stdin.read().split("\\0")
exec(compile(source, "<answer>", "exec"), space)
print("\\0ran", end="")
print("\\0right" if all(eval(c, space) for c in checks.split("\\1")) else "\\0wrong", end="")
"""


def limits() -> None:
    """For the process that runs an answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def judge(answer: str, checks: list[str]) -> dict[str, bool]:
    """Whether the first code block of an answer parses, runs and passes its checks."""
    found = BLOCK.search(answer)
    source = found[1] if found else answer
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return {"parses": False, "runs": False, "right": False}
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", REPORT],
                input=source + "\0" + "\1".join(checks),
                capture_output=True,
                text=True,
                timeout=4 * SECONDS,
                cwd=folder,
                env={"PATH": os.defpath},
                preexec_fn=limits,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"parses": True, "runs": False, "right": False}
    ran = "\0ran" in done.stdout or "\0right" in done.stdout
    return {"parses": True, "runs": ran, "right": done.stdout.endswith("\0right")}
