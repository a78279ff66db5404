"""Chat templates as transformers renders them, and templates that are broken or hostile.

The expectations of ``AS_TRANSFORMERS`` were recorded with transformers 5.24: ``apply_chat_template(messages,
add_generation_prompt=True, tokenize=False)``. Where it is installed, they are compared with it again.
"""

from __future__ import annotations

import importlib.util

import psutil
import pytest

from app.engines import chat
from app.engines.chat import GEMMA_4, render, template_for
from app.race.lanes import Message
from app.race.problems import ProblemError

ONE_TURN = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}A:{% endif %}"
)
AS_TRANSFORMERS = {
    "plain": (ONE_TURN, "<|user|>Hi 'you' <b>A:"),
    "generation": (
        "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}"
        "{% else %}U:{{ m.content }}{% endif %}{% endfor %}A:",
        "U:Hi 'you' <b>A:",
    ),
    "generation sees what is outside": (
        "{% set x = messages[0].content %}{% generation %}{{ x }}{% endgeneration %}",
        "Hi 'you' <b>",
    ),
    "no tools": (
        "{% if tools is none %}none{% endif %}{% if tools is defined %} defined{% endif %} {{ messages[0].content }}",
        "none defined Hi 'you' <b>",
    ),
    "no documents": ("{{ documents }} {{ messages[0]['content'] }}", "None Hi 'you' <b>"),
    "JSON without escapes for pages": (
        "{{ {'b': messages[0].content, 'a': 'é'} | tojson }}",
        '{"b": "Hi \'you\' <b>", "a": "é"}',
    ),
    "JSON with indent": (
        "{{ {'a': messages[0].content} | tojson(indent=1) }}",
        '{\n "a": "Hi \'you\' <b>"\n}',
    ),
    "loop controls": (
        "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}"
        "{% endfor %}{{ messages[0].content }}",
        "02Hi 'you' <b>",
    ),
    "blocks are trimmed": (
        "{% if true %}\n  {% set a = 1 %}\nx\n{% endif %}\n{{ messages[0].content }}",
        "x\nHi 'you' <b>",
    ),
    "namespaces": (
        "{% set ns = namespace(n=0) %}{% for i in 'abc' %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}"
        "{{ messages | map(attribute='content') | first }}",
        "3Hi 'you' <b>",
    ),
    "what is not there is empty": ("{{ pad_token }}{{ messages[0].content }}", "Hi 'you' <b>"),
}
MESSAGE = "Hi 'you' <b>"


@pytest.mark.parametrize("name", AS_TRANSFORMERS)
def test_a_template_is_rendered_as_transformers_renders_it(name: str) -> None:
    template, expected = AS_TRANSFORMERS[name]
    assert render(template, MESSAGE) == expected


@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="transformers is not installed")
@pytest.mark.parametrize("name", AS_TRANSFORMERS)
def test_transformers_itself_says_the_same(name: str) -> None:
    from transformers.utils.chat_template_utils import render_jinja_template

    template, expected = AS_TRANSFORMERS[name]
    messages = [{"role": "user", "content": MESSAGE}]
    texts, _ = render_jinja_template([messages], chat_template=template, add_generation_prompt=True)
    assert texts == [expected]


def test_the_models_own_template_is_used() -> None:
    template = (
        "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m['content'] | trim }}{% endfor %}{{ eos_token }}"
    )
    assert render(template, " Hi ", "<s>", "</s>") == "<s>[user] Hi</s>"


def test_a_template_that_goes_through_parts_gets_parts() -> None:
    template = (
        "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {% for c in m['content'] %}"
        "{% if c['type'] == 'text' %}{{ c['text'] }}{% endif %}{% endfor %}\n{% endfor %}assistant:"
    )
    assert render(template, "Write a haiku", bos="<s>") == "<s>user: Write a haikuassistant:"
    strict = "{{ messages[0].content[0]['text'].upper() if false else messages[0].content[0]['text'] }}"
    assert render(strict, "Hi") == "Hi"


@pytest.mark.parametrize(
    "template", ["{{ bos_token }}assistant:", "{{ messages | length }}", " ", "{{ messages[0].text }}"]
)
def test_a_template_that_leaves_out_the_prompt_is_refused(template: str) -> None:
    with pytest.raises(ProblemError) as caught:
        render(template, "Hi")
    assert caught.value.problem.kind == "template-drops-prompt"
    assert caught.value.problem.action


@pytest.mark.parametrize(
    "template",
    [
        "{% for m in messages %}{% if m.content | length < 40 %}{{ m.content }}{% endif %}{% endfor %}assistant:",
        "{{ messages[0].content[:30] }}",
        "{{ messages[0].content.split('sea')[0] }}",
    ],
)
def test_a_template_that_leaves_out_a_long_prompt_is_refused_and_takes_a_short_one(template: str) -> None:
    assert "Hi" in render(template, "Hi")
    with pytest.raises(ProblemError) as caught:
        render(
            template, "Hi. Say in short words: what is the sea, why is it blue, who lives there, and how deep is it?"
        )
    assert caught.value.problem.kind == "template-drops-prompt"


@pytest.mark.parametrize("prompt", ["???", "", "🎈", "a  b\n\n c\t", '"quoted" <b>&amp;</b> back\\slash'])
def test_a_template_may_trim_and_mark_what_the_user_wrote(prompt: str) -> None:
    template = "{% for m in messages %}[{{ m.content | trim | tojson }}]{% endfor %}"
    assert render(template, prompt).startswith("[")


@pytest.mark.parametrize("thinking", [True, False])
def test_thinking_is_off_unless_asked_for_in_templates_that_think_by_themselves_too(thinking: bool) -> None:
    template = (
        "{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    )
    assert render(template, "Hi", thinking=thinking) == ("Hi" if thinking else "Hi<think></think>")


def test_only_gemma_4_has_turns_of_its_own_without_a_template() -> None:
    assert template_for(None, "gemma4") == template_for("", "gemma4_unified") == GEMMA_4
    assert render(GEMMA_4, "Hi", "<bos>") == "<bos><|turn>user\nHi<turn|>\n<|turn>model\n"
    assert template_for(None, "llama") is template_for(7, "") is None
    assert render(None, "Once upon") == "Once upon"
    assert template_for({"tool_use": "a", "default": "b"}, "llama") == "b"
    assert template_for({"rag": "a"}, "llama") == "a"


def test_the_date_is_known() -> None:
    assert render("{{ strftime_now('%Y') }} {{ messages[0].content }}", "Hi").startswith("20")


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
        "{{ strftime_now(7) }}",
        "x" * (1 << 21),
    ],
)
def test_a_hostile_or_broken_template_is_a_problem(template: str) -> None:
    with pytest.raises(ProblemError) as caught:
        render(template, "Hi")
    assert caught.value.problem.kind == "template-bad"
    assert caught.value.problem.action


DOUBLING = "{% set a = 'aaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ messages[0].content }}{{ a }}"
NESTED = "{% set a = [1] %}" + "{% set a = [a, a, a, a] %}" * 40 + "{{ messages[0].content }}{{ a }}"


@pytest.mark.parametrize(
    "template",
    [
        DOUBLING,
        NESTED,
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}{{ messages[0].content }}",
        "{{ messages[0].content }}{{ 'a'.center(99999999999) }}",
        "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}{{ messages[0].content }}",
        "{% macro f(n) %}{{ f(n - 1) if n }}{{ f(n - 1) if n }}{% endmacro %}{{ f(60) }}{{ messages[0].content }}",
    ],
    ids=["doubling", "nested lists", "loops", "wide", "replace", "calls"],
)
def test_a_template_that_never_ends_or_fills_the_memory_is_ended(template: str) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(ProblemError) as caught:
        render(template, "Hi", patience_s=1.0)
    assert caught.value.problem.kind == "template-bad"
    assert psutil.Process().memory_info().rss - before < 200 << 20
    assert render(ONE_TURN, "Hi again") == "<|user|>Hi againA:"  # The next one is rendered as ever.


def test_a_prompt_that_is_no_text_is_refused() -> None:
    with pytest.raises(ProblemError) as caught:
        render(ONE_TURN, "caf\udce9")
    assert caught.value.problem.kind == "prompt-text"


def test_the_same_prompt_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = render(ONE_TURN, "only once")
    monkeypatch.setattr(chat, "_process", None)
    assert render(ONE_TURN, "only once") == text


def test_a_system_prompt_and_earlier_turns_come_before_the_message_in_their_order() -> None:
    before = [Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello")]
    text = render(GEMMA_4, "And you?", before=before)
    turns = [("system", "Be brief."), ("user", "Hi"), ("model", "Hello"), ("user", "And you?")]
    assert text == "".join(f"<|turn>{role}\n{said}<turn|>\n" for role, said in turns) + "<|turn>model\n"
    assert render(None, "And you?", before=before) == "Be brief.\n\nHi\n\nHello\n\nAnd you?"
