# ruff: noqa: E501 - tables and templates are easier to read on one line
"""Short Japanese explanations, put together from sentences with choices (format as in prose.py).

A topic begins with "= noun" or with "= Q: question ; question".
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .base import Example
from .prose import fill

QUESTIONS = (
    "{n}とは何ですか？", "{n}とは何ですか。", "{n}について説明してください。", "{n}を簡単に説明してください。", "{n}について教えてください。",
    "{n}って何？", "{n}とは？", "{n}について短く説明して。", "{n}を二、三文で説明してください。", "日本語で{n}を説明してください。",
    "初心者向けに{n}を説明してください。", "{n}の意味を教えて。", "Explain {n} in Japanese.", "{n}について一言で教えてください。",
)  # fmt: skip
TALK = (
    (("こんにちは", "こんにちは。", "やあ", "おはようございます", "こんばんは"), "こんにちは！{何を書きましょうか。|短い説明や俳句、小さなプログラムを書けます。}"),
    (("あなたは誰ですか？", "お名前は？", "自己紹介してください。", "君は誰？"), "私はNanoです。MTP Raceに組み込まれた、とても小さなデモ用のモデルです。{知っていることは少ないので|間違えることも多いので}、答えは必ず確かめてください。"),
    (("ありがとう", "ありがとうございます。", "どうも"), "どういたしまして。{また何でも聞いてください。|ほかにもあればどうぞ。}"),
    (("何ができますか？", "何ができるの？"), "小さなPythonのプログラム、{短い説明|日本語や英語の短い説明}、俳句、JSONの答えを書けます。とても小さなモデルなので、簡単な問題をお願いします。"),
    (("さようなら", "またね", "おやすみなさい"), "{さようなら。|それではまた。}よい一日を。"),
)  # fmt: skip


@dataclass(frozen=True)
class Topic:
    noun: str
    questions: tuple[str, ...]
    sentences: tuple[str, ...]


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """All topics of japanese.txt."""
    found = []
    for block in (Path(__file__).parent / "japanese.txt").read_text(encoding="utf-8").split("\n= "):
        head, *lines = block.removeprefix("= ").strip().split("\n")
        questions = tuple(part.strip() for part in head[2:].split(";")) if head.startswith("Q:") else ()
        found.append(Topic("" if questions else head.strip(), questions, tuple(lines)))
    return tuple(found)


def example(rng: random.Random) -> Example:
    """One Japanese question with its answer; now and then a greeting."""
    if rng.random() < 0.06:
        index = rng.randrange(len(TALK))
        prompts, reply = TALK[index]
        return Example(rng.choice(prompts), fill(reply, rng), "japanese", f"ja_talk_{index}")
    topic = rng.choice(topics())
    if topic.questions:
        prompt = rng.choice(topic.questions)
        prompt = prompt.replace("。", "？") if prompt.endswith("か。") and rng.random() < 0.5 else prompt
    else:
        prompt = rng.choice(QUESTIONS).format(n=topic.noun)
    text = "".join(fill(sentence, rng) for sentence in topic.sentences)
    return Example(prompt, text, "japanese", f"ja_{topic.noun or topic.questions[0]}")
