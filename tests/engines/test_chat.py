from __future__ import annotations

import pytest

from app.engines.chat import render
from app.race.problems import ProblemError


def test_a_file_without_template_gets_gemmas_turns() -> None:
    assert render(None, "Hi", "<bos>") == "<bos><|turn>user\nHi<turn|>\n<|turn>model\n"


def test_the_models_own_template_is_used() -> None:
    template = (
        "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m['content'] | trim }}{% endfor %}{{ eos_token }}"
    )
    assert render(template, " Hi ", "<s>", "</s>") == "<s>[user] Hi</s>"


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}",
        "{{ raise_exception('only pictures') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ 'a' * 99999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{{ '%99999999999d' % 1 }}",
        "{% for i in range(99999999999) %}{% endfor %}",
        "{{ nothing.at.all }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 1 // 0 }}",
        "{% include 'etc' %}",
        "x" * (1 << 21),
    ],
)
def test_a_hostile_or_broken_template_is_a_problem(template: str) -> None:
    with pytest.raises(ProblemError) as caught:
        render(template, "Hi")
    assert caught.value.problem.kind == "template-bad"
    assert caught.value.problem.action
