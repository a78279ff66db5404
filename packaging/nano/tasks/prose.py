# ruff: noqa: E501 - tables and templates are easier to read on one line
"""English explanations and small talk, put together from sentences with choices.

The data files hold one topic after another: a line "= clause ; question", then one sentence on each line. {a|b} is a
choice, a line that begins with "? " may be left out, {{ and }} are braces.
"""

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .base import Example

OPENINGS = (
    "Explain {c}.", "Explain in simple words {c}.", "Can you explain {c}?", "Please explain {c}.", "Tell me {c}.", "Briefly explain {c}.",
    "Explain in a few sentences {c}.", "Explain to a beginner {c}.", "I would like to know {c}.", "Could you tell me {c}?", "explain {c}",
    "In a short paragraph, explain {c}.", "Write a short explanation of {c}.", "Describe {c}.", "Explain shortly {c}.", "Do you know {c}?",
)  # fmt: skip
SUFFIXES = (
    "",
    "",
    "",
    "",
    "",
    " Keep it short.",
    " Use simple words.",
    " Answer in a few sentences.",
    " In one paragraph, please.",
    " Please be brief.",
)
TALK = (
    (("Hello", "Hi", "Hello!", "Hi there", "Hey", "Good morning", "Good evening", "hello nano", "hey there!"),
     "{Hello|Hi}! {What would you like to see: a small Python program, a short explanation or a haiku?|I can write small Python programs, short explanations and haiku. What shall it be?}"),
    (("Who are you?", "What are you?", "What is your name?", "who are you", "Tell me about yourself.", "Introduce yourself.", "Are you ChatGPT?", "Are you a big model?"),
     "I am Nano, a {tiny|very small} demo model that is built into MTP Race. I {can write|write} small Python programs, short explanations, haiku and JSON. {I am far too small to know much|I know very little}, so please check what I say."),
    (("What can you do?", "How can you help me?", "What are you good at?", "help", "What do you know?", "What should I ask you?"),
     "I can write small Python programs, {explain a simple topic|give short explanations} in English or Japanese, compose a haiku and answer in JSON. I am a tiny demo model, so {keep the tasks small|small tasks work best}."),
    (("Thank you", "Thanks!", "thanks", "Thank you very much.", "Great, thanks", "Thanks a lot"), "{You are welcome!|My pleasure!|Gladly!} {Is there anything else?|Just ask if you need another one.|Good luck with your code!}"),
    (("Goodbye", "Bye", "See you", "bye bye", "Good night"), "{Goodbye!|Bye!|See you!} {Have a good day.|Take care.|Until the next race.}"),
    (("How are you?", "How are you doing?", "How do you feel?", "are you ok?"), "{I am a small program and have no feelings, but everything is running.|I am only a tiny model, but I am ready.} {What shall we write?|What would you like to try?}"),
    (("What is MTP Race?", "What is this app?", "What does this program do?"),
     "MTP Race lets a language model race against itself: one lane {decodes|writes} one token at a time, the other uses a drafter that {guesses|proposes} several tokens ahead. {It shows which lane is faster, and why.|You see which one is faster and why.}"),
    (("How big are you?", "How many parameters do you have?", "Are you large?"), "I am {tiny|very small}: some fifty million parameters, {about a hundredth of a common small model|far fewer than the models people use every day}. That is why I {fit|can live} inside an app."),
    (("Tell me a joke.", "Do you know a joke?", "Make me laugh."), "{Why did the loop go home? It had reached its break.|Why do programmers like the dark? Because light attracts bugs.|What did the list say to the tuple? You never change.}"),
    (("Can I trust your answers?", "Are you always right?", "Do you make mistakes?"), "{No, please do not rely on me.|I make many mistakes.} I am a tiny demo model{ without real knowledge|}. {Run the code and check the facts|Please check everything} before you use it."),
    (("What is the weather today?", "What time is it?", "What is in the news?"), "I {cannot know that|do not know}: I am a tiny model without {a connection to the internet|access to the outside world}. {Please look it up elsewhere.|A weather or news service can tell you.}"),
)  # fmt: skip


@dataclass(frozen=True)
class Topic:
    clause: str
    questions: tuple[str, ...]
    sentences: tuple[str, ...]


def fill(text: str, rng: random.Random) -> str:
    """Choose one of each {a|b}; {{ and }} stay as braces."""
    text = text.replace("{{", "\0").replace("}}", "\1")
    text = re.sub(r"\{([^{}]*)\}", lambda match: rng.choice(match.group(1).split("|")), text)
    return text.replace("\0", "{").replace("\1", "}")


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """All topics of the data files english_*.txt."""
    found: list[Topic] = []
    for path in sorted(Path(__file__).parent.glob("english_*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n= "):
            lines = block.removeprefix("= ").strip().split("\n")
            clause, *questions = (part.strip() for part in lines[0].split(";"))
            found.append(Topic(clause, tuple(questions), tuple(lines[1:])))
    return tuple(found)


def answer(topic: Topic, rng: random.Random) -> str:
    """One paragraph on the topic."""
    parts = []
    for sentence in topic.sentences:
        if sentence.startswith("? "):
            if rng.random() < 0.5:
                continue
            sentence = sentence[2:]
        text = fill(sentence, rng)
        parts.append(text[0].upper() + text[1:])
    return " ".join(parts)


def example(rng: random.Random) -> Example:
    """One English question with its answer; now and then small talk."""
    if rng.random() < 0.1:
        index = rng.randrange(len(TALK))
        prompts, reply = TALK[index]
        return Example(rng.choice(prompts), fill(reply, rng), "english", f"talk_{index}")
    topic = rng.choice(topics())
    if rng.random() < 0.45:
        prompt = rng.choice(topic.questions)
    else:
        prompt = rng.choice(OPENINGS).format(c=topic.clause)
    if prompt[-1] in ".?":
        prompt += rng.choice(SUFFIXES)
    if rng.random() < 0.08:
        prompt = prompt[0].lower() + prompt[1:].rstrip(".?")
    return Example(prompt, answer(topic, rng), "english", topic.clause)
