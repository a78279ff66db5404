"""A user's message in the model's own chat format."""

from __future__ import annotations

import datetime
from typing import Any, NoReturn

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.race.problems import Problem, ProblemError

GEMMA = (
    "{{ bos_token }}{% for m in messages %}<|turn>{{ m['role'] }}\n{{ m['content'] }}<turn|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|turn>model\n{% endif %}"
)
_TEMPLATE_ERRORS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)
_MAX_TEMPLATE = 1 << 20
_MAX_REPEAT = 1 << 20


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox for templates that come with model files, with large repetitions refused."""

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


def render(template: str | None, prompt: str, bos: str = "", eos: str = "") -> str:
    """Returns the text to feed: the message as the user's turn, then the start of the model's turn.

    Args:
        template: The Jinja template from the model's metadata; None takes Gemma 4's turns.
        prompt: The user's message.
        bos: Text of the beginning-of-sequence token.
        eos: Text of the end-of-sequence token.

    Raises:
        ProblemError: the template cannot be used.
    """
    source = GEMMA if template is None else template
    try:
        if len(source) > _MAX_TEMPLATE:
            raise SecurityError("it is too large")
        environment = _Environment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda form: datetime.datetime.now().strftime(form)
        return environment.from_string(source).render(
            messages=[{"role": "user", "content": prompt}],
            add_generation_prompt=True,
            bos_token=bos,
            eos_token=eos,
        )
    except (
        jinja2.TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        raise ProblemError(
            Problem(
                "template-bad",
                "The chat template in the model file cannot be used.",
                cause=f"{type(error).__name__}: {error}.",
                action="Use another file of this model, or a raw prompt.",
            )
        ) from error
