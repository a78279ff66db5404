"""Two programs that show the form."""

from .base import program

program(
    asks=["counts the vowels in a text", "tells how many vowels a string contains"],
    source='''
def count_vowels(text: str) -> int:
    """Count the vowels in a text."""
    return sum(1 for char in text.lower() if char in "aeiou")
''',
    demo='print(count_vowels("hello world"))\nprint(count_vowels("rhythm"))',
    names={"count_vowels": ["vowel_count", "number_of_vowels"], "text": ["string", "sentence", "s"], "char": ["c"]},
    checks=['count_vowels("hello") == 2', 'count_vowels("") == 0'],
    topic="strings",
)

program(
    asks=["greets a person by name", "returns a greeting for a given name"],
    source='''
def greet(name: str, greeting: str = "Hello") -> str:
    """Return a greeting for a person.

    Args:
        name: The name of the person.
        greeting: The word to begin with.

    Returns:
        The greeting as a sentence.
    """
    return f"{greeting}, {name}!"
''',
    demo='print(greet("Ada"))\nprint(greet("Grace", greeting="Welcome"))',
    names={"greet": ["say_hello", "make_greeting"], "name": ["person"], "greeting": ["word"]},
    checks=['greet("Ada") == "Hello, Ada!"', 'greet("Bo", greeting="Hi") == "Hi, Bo!"'],
    topic="strings",
)
