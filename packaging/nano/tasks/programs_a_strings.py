"""Strings."""

from .base import program

program(
    asks=[
        "counts the vowels of a text with a loop",
        "counts how many letters of a sentence are vowels, step by step",
        "uses a for loop to count vowels",
        "goes through a string and counts a, e, i, o and u",
    ],
    source='''
def loop_vowels(text: str) -> int:
    """Count the vowels in a text with a loop."""
    count = 0
    for char in text.lower():
        if char in "aeiou":
            count += 1
    return count
''',
    demo='print(loop_vowels("Programming is fun"))',
    names={
        "loop_vowels": ["count_vowels", "vowel_count"],
        "text": ["string", "sentence"],
        "count": ["total", "vowels"],
    },
    checks=['loop_vowels("AEIOU") == 5', 'loop_vowels("xyz") == 0'],
    topic="strings",
)

program(
    asks=[
        "counts each vowel of a text separately",
        "tells how often a, e, i, o and u occur",
        "makes a table of the vowels in a sentence",
    ],
    source='''
def vowel_table(text: str) -> dict[str, int]:
    """Count how often each vowel occurs in a text."""
    lowered = text.lower()
    return {vowel: lowered.count(vowel) for vowel in "aeiou"}
''',
    demo='for vowel, count in vowel_table("The quick brown fox").items():\n    print(vowel, count)',
    names={"vowel_table": ["count_each_vowel", "vowel_counts"], "text": ["string", "sentence"]},
    checks=['vowel_table("banana")["a"] == 3', 'vowel_table("") == {"a": 0, "e": 0, "i": 0, "o": 0, "u": 0}'],
    topic="strings",
)

program(
    asks=[
        "checks whether a text is a palindrome",
        "tells if a word reads the same backwards",
        "tests a string for being a palindrome and ignores case and punctuation",
        "returns True when a phrase is the same in both directions",
    ],
    source='''
def is_palindrome(text: str) -> bool:
    """Check whether a text reads the same backwards; only letters and digits count."""
    letters = [char.lower() for char in text if char.isalnum()]
    return letters == letters[::-1]
''',
    demo='print(is_palindrome("Was it a car or a cat I saw?"))\nprint(is_palindrome("hello"))',
    names={"is_palindrome": ["palindrome", "check_palindrome"], "text": ["string", "phrase", "s"]},
    checks=['is_palindrome("level")', 'not is_palindrome("ab")', 'is_palindrome("")'],
    topic="strings",
)

program(
    asks=[
        "checks for a palindrome with two pointers",
        "compares the letters of a word from both ends",
        "tests a palindrome without reversing the string",
    ],
    source='''
def mirrors(word: str) -> bool:
    """Compare a word from both ends to see if it is a palindrome."""
    left, right = 0, len(word) - 1
    while left < right:
        if word[left] != word[right]:
            return False
        left += 1
        right -= 1
    return True
''',
    demo='for word in ["racecar", "python"]:\n    print(word, mirrors(word))',
    names={"mirrors": ["is_palindrome", "reads_both_ways"], "left": ["start", "i"], "right": ["end", "j"]},
    checks=['mirrors("noon")', 'not mirrors("moon")'],
    topic="strings",
)

program(
    asks=[
        "finds the longest palindrome in a text",
        "returns the longest part of a string that reads the same backwards",
        "searches the longest palindromic substring",
    ],
    source='''
def longest_palindrome(text: str) -> str:
    """Return the longest part of a text that is a palindrome."""
    best = ""
    for center in range(len(text)):
        for left, right in ((center, center), (center, center + 1)):
            while left >= 0 and right < len(text) and text[left] == text[right]:
                left -= 1
                right += 1
            if right - left - 1 > len(best):
                best = text[left + 1:right]
    return best
''',
    demo='print(longest_palindrome("bananas"))\nprint(longest_palindrome("no level here"))',
    names={"longest_palindrome": ["find_palindrome", "best_palindrome"], "text": ["string", "s"]},
    checks=['longest_palindrome("abba!") == "abba"', 'longest_palindrome("") == ""'],
    topic="strings",
)

program(
    asks=[
        "checks whether two words are anagrams",
        "tells if two texts use the same letters",
        "compares two words by their sorted letters",
        "tests if one word can be rearranged into another",
    ],
    source='''
def are_anagrams(first: str, second: str) -> bool:
    """Check whether two words consist of the same letters."""
    return sorted(first.lower()) == sorted(second.lower())
''',
    demo='print(are_anagrams("Listen", "Silent"))\nprint(are_anagrams("cat", "car"))',
    names={"are_anagrams": ["is_anagram", "anagrams"], "first": ["a", "word"], "second": ["b", "other"]},
    checks=['are_anagrams("tea", "eat")', 'not are_anagrams("a", "aa")'],
    topic="strings",
)

program(
    asks=[
        "checks for anagrams by counting letters",
        "compares the letter counts of two phrases and ignores spaces",
        "uses Counter to test two texts for being anagrams",
    ],
    source='''
from collections import Counter


def same_letters(first: str, second: str) -> bool:
    """Check whether two phrases use the same letters equally often; spaces are ignored."""
    return Counter(first.lower().replace(" ", "")) == Counter(second.lower().replace(" ", ""))
''',
    demo='print(same_letters("Dormitory", "dirty room"))\nprint(same_letters("hello", "world"))',
    names={"same_letters": ["are_anagrams", "is_anagram_phrase"], "first": ["a", "phrase"], "second": ["b", "other"]},
    checks=['same_letters("the eyes", "they see")', 'not same_letters("ab", "abb")'],
    topic="strings",
)

program(
    asks=[
        "groups words that are anagrams of each other",
        "collects anagrams from a list of words",
        "puts words with the same letters together",
    ],
    source='''
from collections import defaultdict


def group_anagrams(words: list[str]) -> list[list[str]]:
    """Group the words that consist of the same letters."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word in words:
        groups["".join(sorted(word))].append(word)
    return list(groups.values())
''',
    demo='for group in group_anagrams(["stop", "pots", "lamp", "palm", "tops", "dog"]):\n    print(group)',
    names={"group_anagrams": ["anagram_groups", "collect_anagrams"], "words": ["items", "terms"]},
    checks=['group_anagrams(["ab", "c", "ba"]) == [["ab", "ba"], ["c"]]', "group_anagrams([]) == []"],
    topic="strings",
)

program(
    asks=[
        "reverses a string",
        "turns a text around",
        "returns a string with its characters in reverse order",
        "writes a word backwards",
    ],
    source='''
def reverse_text(text: str) -> str:
    """Return a text with its characters in reverse order."""
    return text[::-1]
''',
    demo='print(reverse_text("hello"))\nprint(reverse_text("stressed"))',
    names={"reverse_text": ["reverse_string", "backwards"], "text": ["string", "word", "s"]},
    checks=['reverse_text("abc") == "cba"', 'reverse_text("") == ""'],
    topic="strings",
)

program(
    asks=[
        "reverses a string recursively",
        "turns a text around with recursion",
        "reverses a word with a function that calls itself",
    ],
    source='''
def reverse_recursive(text: str) -> str:
    """Reverse a text recursively."""
    if len(text) <= 1:
        return text
    return reverse_recursive(text[1:]) + text[0]
''',
    demo='print(reverse_recursive("recursion"))',
    names={"reverse_recursive": ["reverse_string", "flip_text"], "text": ["string", "word"]},
    checks=['reverse_recursive("ab") == "ba"', 'reverse_recursive("") == ""'],
    topic="strings",
)

program(
    asks=[
        "reverses the order of the words in a sentence",
        "puts the last word of a sentence first",
        "turns the word order of a text around",
    ],
    source='''
def reverse_words(sentence: str) -> str:
    """Return the words of a sentence in reverse order."""
    return " ".join(reversed(sentence.split()))
''',
    demo='print(reverse_words("rain falls on the roof"))',
    names={"reverse_words": ["flip_words", "words_backwards"], "sentence": ["text", "line"]},
    checks=['reverse_words("a b  c") == "c b a"', 'reverse_words("") == ""'],
    topic="strings",
)

program(
    asks=[
        "reverses every word of a sentence but keeps their order",
        "writes each word of a text backwards",
        "turns the letters of each word around",
    ],
    source='''
def reverse_each_word(sentence: str) -> str:
    """Reverse the letters of every word and keep the word order."""
    return " ".join(word[::-1] for word in sentence.split(" "))
''',
    demo='print(reverse_each_word("Hello big world"))',
    names={"reverse_each_word": ["flip_each_word", "mirror_words"], "sentence": ["text", "line"]},
    checks=['reverse_each_word("ab cd") == "ba dc"'],
    topic="strings",
)

program(
    asks=[
        "removes duplicate characters from a text",
        "keeps only the first occurrence of each letter",
        "deletes repeated letters from a string and keeps the order",
    ],
    source='''
def unique_characters(text: str) -> str:
    """Keep only the first occurrence of each character."""
    return "".join(dict.fromkeys(text))
''',
    demo='print(unique_characters("mississippi"))\nprint(unique_characters("programming"))',
    names={"unique_characters": ["remove_repeats", "dedupe"], "text": ["string", "word"]},
    checks=['unique_characters("aabca") == "abc"', 'unique_characters("") == ""'],
    topic="strings",
)

program(
    asks=[
        "removes duplicates from a list and keeps the order",
        "returns the unique items of a list",
        "drops repeated values from a list",
        "keeps each element only once",
    ],
    source='''
def remove_duplicates(items: list) -> list:
    """Return the items without repetitions, in their original order."""
    seen = set()
    result = []
    for item in items:
        if item not in seen:
            seen.add(item)
            result.append(item)
    return result
''',
    demo='print(remove_duplicates([3, 1, 3, 2, 1]))\nprint(remove_duplicates(["a", "b", "a"]))',
    names={"remove_duplicates": ["unique", "distinct_items"], "items": ["values", "elements"]},
    checks=["remove_duplicates([1, 1, 2]) == [1, 2]", "remove_duplicates([]) == []"],
    topic="lists",
)

program(
    asks=[
        "converts a text to title case",
        "capitalizes the first letter of every word",
        "writes a headline with capital letters",
        "makes each word start with a capital and keeps small words lower case",
    ],
    source='''
SMALL_WORDS = {"a", "an", "and", "at", "in", "of", "on", "or", "the", "to"}


def title_case(text: str) -> str:
    """Capitalize a title; small words stay lower case unless they come first."""
    words = []
    for index, word in enumerate(text.lower().split()):
        if index > 0 and word in SMALL_WORDS:
            words.append(word)
        else:
            words.append(word.capitalize())
    return " ".join(words)
''',
    demo='print(title_case("the lord of the rings"))\nprint(title_case("a day AT the beach"))',
    names={"title_case": ["to_title", "headline"], "text": ["title", "string"]},
    checks=['title_case("war and peace") == "War and Peace"', 'title_case("") == ""'],
    topic="strings",
)

program(
    asks=[
        "builds an acronym from the first letters of words",
        "shortens a phrase to its initials",
        "makes an abbreviation like NASA from a name",
    ],
    source='''
def acronym(phrase: str) -> str:
    """Return the capital initials of the words of a phrase."""
    return "".join(word[0].upper() for word in phrase.replace("-", " ").split())
''',
    demo='print(acronym("portable network graphics"))\nprint(acronym("first-in first-out"))',
    names={"acronym": ["make_acronym", "abbreviate", "initials"], "phrase": ["text", "name"]},
    checks=['acronym("as soon as possible") == "ASAP"', 'acronym("") == ""'],
    topic="strings",
)

program(
    asks=[
        "finds the longest word of a sentence",
        "returns the longest word in a text",
        "picks the word with the most letters",
    ],
    source='''
def longest_word(sentence: str) -> str:
    """Return the longest word of a sentence without punctuation."""
    words = [word.strip(".,;:!?") for word in sentence.split()]
    return max(words, key=len, default="")
''',
    demo='print(longest_word("The quick brown fox jumped over the dogs."))',
    names={"longest_word": ["find_longest", "biggest_word"], "sentence": ["text", "line"]},
    checks=['longest_word("a bbb cc") == "bbb"', 'longest_word("") == ""'],
    topic="strings",
)

program(
    asks=[
        "finds the first character that does not repeat",
        "returns the first unique letter of a word",
        "looks for the first letter that occurs only once",
    ],
    source='''
from collections import Counter


def first_unique(text: str) -> str | None:
    """Return the first character that occurs only once, or None."""
    counts = Counter(text)
    for char in text:
        if counts[char] == 1:
            return char
    return None
''',
    demo='print(first_unique("swiss"))\nprint(first_unique("aabb"))',
    names={"first_unique": ["first_single", "unrepeated_letter"], "text": ["word", "string"]},
    checks=['first_unique("level") == "v"', 'first_unique("") is None'],
    topic="strings",
)

program(
    asks=[
        "finds the most frequent character of a text",
        "returns the letter that occurs most often",
        "tells which character is the most common and how often it occurs",
    ],
    source='''
from collections import Counter


def most_common_letter(text: str) -> tuple[str, int]:
    """Return the most frequent letter of a text and its count."""
    letters = [char for char in text.lower() if char.isalpha()]
    return Counter(letters).most_common(1)[0]
''',
    demo='letter, count = most_common_letter("Hello, wonderful world")\nprint(f"{letter} occurs {count} times")',
    names={"most_common_letter": ["top_letter", "frequent_letter"], "text": ["string", "sentence"]},
    checks=['most_common_letter("banana") == ("a", 3)'],
    topic="strings",
)

program(
    asks=[
        "checks whether a sentence is a pangram",
        "tells if a text uses every letter of the alphabet",
        "tests whether all 26 letters occur",
    ],
    source='''
from string import ascii_lowercase


def is_pangram(sentence: str) -> bool:
    """Check whether a sentence contains every letter of the alphabet."""
    return set(ascii_lowercase) <= set(sentence.lower())
''',
    demo='print(is_pangram("The quick brown fox jumps over the lazy dog"))\nprint(is_pangram("Hello"))',
    names={"is_pangram": ["has_all_letters", "pangram"], "sentence": ["text", "phrase"]},
    checks=['is_pangram("abcdefghijklmnopqrstuvwxyz")', 'not is_pangram("")'],
    topic="strings",
)

program(
    asks=[
        "finds the common prefix of several words",
        "returns the longest start that all strings share",
        "computes the longest common prefix",
    ],
    source='''
def common_prefix(words: list[str]) -> str:
    """Return the longest prefix shared by all words."""
    prefix = ""
    for letters in zip(*words):
        if len(set(letters)) > 1:
            break
        prefix += letters[0]
    return prefix
''',
    demo='print(common_prefix(["sunrise", "sunset", "sundial"]))',
    names={"common_prefix": ["shared_prefix", "longest_prefix"], "words": ["strings", "names"]},
    checks=[
        'common_prefix(["interview", "internet"]) == "inter"',
        'common_prefix(["a", "b"]) == ""',
        'common_prefix([]) == ""',
    ],
    topic="strings",
)
