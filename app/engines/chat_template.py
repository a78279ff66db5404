"""Renders a chat template as transformers renders it. ``python -P -m app.engines.chat_template`` does it for others.

A template comes with a model's file and is a program: it may run for ever or fill the memory. So it is rendered in a
process of its own, which reads one request a line from its standard input and answers each with one line, within bounds
of memory and processor time. :mod:`app.engines.chat` starts it, and ends it when it takes too long.

Source of the rules: transformers 5.24, ``utils/chat_template_utils.py``: the sandbox and its options, the tag
``generation``, ``tojson`` without escapes for HTML, ``raise_exception``, ``strftime_now``, and ``tools`` and
``documents`` that are None.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from collections.abc import Callable
from typing import Any, Final, NoReturn

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.parser
import msgspec
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES: Final = 1 << 30
PROCESSOR_S: Final = 60
"""Of the whole process: one whose app is gone does not run on for ever."""
DROPPED: Final = "dropped"
"""Error of a template in whose text the user's message is not."""
_MARKER: Final = "mtpRaceMarkerOfThePrompt"
_WORD: Final = re.compile(r"\w+")
_MOST_LOOKED_AT: Final = 20_000
"""Characters of a prompt whose words are looked for."""
_MAX_TEMPLATE: Final = 1 << 20
_MAX_TEXT: Final = 16 << 20
_MAX_REPEAT: Final = 1 << 20


class Asked(msgspec.Struct, frozen=True):
    """A user's message to render.

    Attributes:
        template: Of the model.
        prompt: The message.
        bos: Text of the token that begins a sequence; ``eos`` of the one that ends it.
        thinking: Whether the model is to think first, for templates that ask.
        before: What was said before: a role and a text each.
    """

    template: str
    prompt: str
    bos: str = ""
    eos: str = ""
    thinking: bool = False
    before: tuple[tuple[str, str], ...] = ()


class Rendered(msgspec.Struct, frozen=True):
    """What came of it: the text, or an error in words (``DROPPED`` is one of them)."""

    text: str = ""
    error: str = ""


class _Generation(jinja2.ext.Extension):
    """transformers' tag around what the model says. It only marks tokens for training: the text is what is inside."""

    tags = {"generation"}  # noqa: RUF012 - as the base class has it

    def parse(self, parser: jinja2.parser.Parser) -> jinja2.nodes.Node | list[jinja2.nodes.Node]:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.Scope(body, lineno=line)


class _TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with large repetitions and powers refused at once."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or (operator == "%" and isinstance(left, str | bytes)):
            raise SecurityError(f"the operator {operator} is not allowed here")
        for value, times in ((left, right), (right, left)):
            too_long = hasattr(value, "__len__") and isinstance(times, int) and len(value) * times > _MAX_REPEAT
            if operator == "*" and too_long:
                raise SecurityError("a repetition is too long")
        return super().call_binop(context, operator, left, right)


def _refuse(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:
    separators, sort_keys = options.get("separators"), bool(options.get("sort_keys", False))
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _compiled(source: str) -> jinja2.Template:
    if len(source) > _MAX_TEMPLATE:
        raise SecurityError("it is too large")
    extensions: list[str | type[jinja2.ext.Extension]] = [_Generation, "jinja2.ext.loopcontrols"]
    environment = _TemplateEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=extensions)
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)
    return environment.from_string(source)


def rendered(asked: Asked) -> str:
    """Returns the text of a user's message and of the start of the model's turn.

    A template that goes through parts of a message, as those of vision models, gets parts.

    Raises:
        Exception: of any kind, the template cannot be used. The message is ``DROPPED`` if it leaves out what the user
            wrote.
    """
    template = _compiled(asked.template)

    def with_content(make: Callable[[str], Any], text: str) -> str:
        return template.render(
            messages=[{"role": role, "content": make(said)} for role, said in (*asked.before, ("user", text))],
            tools=None,
            documents=None,
            add_generation_prompt=True,
            enable_thinking=asked.thinking,
            bos_token=asked.bos,
            eos_token=asked.eos,
        )

    failed: Exception = jinja2.TemplateError(DROPPED)
    for number, make in enumerate((lambda text: text, lambda text: [{"type": "text", "text": text}])):
        try:
            marked, text = with_content(make, _MARKER), with_content(make, asked.prompt)
            if _MARKER in marked and f"': '{_MARKER}" not in marked and _holds(text, asked.prompt):  # Not as Python's.
                return text
        except Exception as error:  # noqa: BLE001 - the template is somebody's program, and may raise anything
            failed = error if number == 0 else failed
    raise failed


def _holds(text: str, prompt: str) -> bool:
    """Whether most words of a prompt are in a text. A template may trim or mark them, but not leave out a long one."""
    words = set(_WORD.findall(prompt[:_MOST_LOOKED_AT]))
    return 2 * sum(word in text for word in words) >= len(words)


def answer(asked: Asked) -> Rendered:
    """Renders; whatever goes wrong with the template is said in words."""
    try:
        text = rendered(asked)
    except MemoryError:
        return Rendered(error="It needs too much memory.")
    except Exception as error:  # noqa: BLE001 - as above
        said = str(error)[:500]
        return Rendered(error=DROPPED if said == DROPPED else f"{type(error).__name__}: {said.rstrip('.')}.")
    return Rendered(text) if len(text) <= _MAX_TEXT else Rendered(error="Its text is too long.")


def _limit() -> None:
    """Bounds this process where the system can."""
    try:
        import resource  # Not on Windows.
    except ImportError:
        return
    for name, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, PROCESSOR_S)):
        try:
            resource.setrlimit(name, (most, most))
        except (OSError, ValueError):
            continue  # macOS takes no limit of address space.


def main() -> None:
    """Answers requests until the input ends."""
    _limit()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(answer(msgspec.json.decode(line, type=Asked))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
