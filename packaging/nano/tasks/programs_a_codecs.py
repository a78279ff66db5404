"""Checksums, compression and ciphers."""

from .base import program

program(
    asks=[
        "compresses a text with run-length encoding",
        "encodes repeated characters as a count and a letter",
        "implements run-length encoding",
        "turns aaab into 3a1b",
    ],
    source='''
from itertools import groupby


def run_length_encode(text: str) -> str:
    """Encode runs of equal characters as count and character."""
    return "".join(f"{len(list(group))}{char}" for char, group in groupby(text))
''',
    demo='print(run_length_encode("aaabccdddd"))',
    names={"run_length_encode": ["rle_encode", "compress"], "text": ["string", "data"]},
    checks=['run_length_encode("aab") == "2a1b"', 'run_length_encode("") == ""'],
    topic="codecs",
)

program(
    asks=[
        "decodes a run-length encoded text",
        "expands 3a1b to aaab",
        "reverses run-length encoding",
        "unpacks counts followed by letters",
    ],
    source='''
import re


def run_length_decode(code: str) -> str:
    """Expand a run-length encoded text."""
    return "".join(char * int(count) for count, char in re.findall("([0-9]+)([^0-9])", code))
''',
    demo='print(run_length_decode("3a1b2c"))\nprint(run_length_decode("12x"))',
    names={"run_length_decode": ["rle_decode", "decompress"], "code": ["encoded", "packed"]},
    checks=['run_length_decode("2a1b") == "aab"', 'run_length_decode("") == ""'],
    topic="codecs",
)

program(
    asks=[
        "builds a Huffman code for a text",
        "assigns short bit strings to frequent letters",
        "computes Huffman codes with a heap",
        "implements Huffman coding",
    ],
    source='''
import heapq
from collections import Counter


def huffman_codes(text: str) -> dict[str, str]:
    """Return a bit string for each character; frequent ones get short codes."""
    heap = [(count, i, {char: ""}) for i, (char, count) in enumerate(sorted(Counter(text).items()))]
    heapq.heapify(heap)
    serial = len(heap)
    while len(heap) > 1:
        count_a, _, low = heapq.heappop(heap)
        count_b, _, high = heapq.heappop(heap)
        codes = {char: "0" + code for char, code in low.items()}
        codes.update({char: "1" + code for char, code in high.items()})
        heapq.heappush(heap, (count_a + count_b, serial, codes))
        serial += 1
    return heap[0][2]
''',
    demo='codes = huffman_codes("abracadabra")\nfor char in sorted(codes):\n    print(char, codes[char])',
    names={"huffman_codes": ["huffman", "build_codes"], "text": ["message", "string"]},
    checks=['len(huffman_codes("aaab")["a"]) == 1', 'set(huffman_codes("xyz")) == {"x", "y", "z"}'],
    topic="codecs",
)

program(
    asks=[
        "validates a card number with the Luhn check",
        "checks the digits of a card number",
        "implements the Luhn algorithm",
        "tells if a card number has a correct check digit",
    ],
    source='''
def luhn_valid(number: str) -> bool:
    """Check a card number with the Luhn algorithm."""
    digits = [int(char) for char in number if char.isdigit()]
    total = 0
    for index, digit in enumerate(reversed(digits)):
        if index % 2 == 1:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return bool(digits) and total % 10 == 0
''',
    demo='print(luhn_valid("4539 1488 0343 6467"))\nprint(luhn_valid("1234 5678"))',
    names={"luhn_valid": ["luhn_check", "is_valid_card"], "number": ["card", "card_number"]},
    checks=['luhn_valid("79927398713")', 'not luhn_valid("79927398710")', 'not luhn_valid("")'],
    topic="codecs",
)

program(
    asks=[
        "checks an ISBN-13",
        "validates the check digit of a book number",
        "tells whether a 13-digit ISBN is correct",
    ],
    source='''
def is_valid_isbn(isbn: str) -> bool:
    """Check the check digit of an ISBN with 13 digits."""
    digits = [int(char) for char in isbn if char.isdigit()]
    if len(digits) != 13:
        return False
    total = sum(digit * (3 if i % 2 else 1) for i, digit in enumerate(digits))
    return total % 10 == 0
''',
    demo='print(is_valid_isbn("978-3-16-148410-0"))\nprint(is_valid_isbn("978-3-16-148410-1"))',
    names={"is_valid_isbn": ["check_isbn", "isbn_ok"], "isbn": ["number", "book_number"]},
    checks=['is_valid_isbn("9783161484100")', 'not is_valid_isbn("123")'],
    topic="codecs",
)

program(
    asks=[
        "computes a simple checksum of a text",
        "calculates an Adler-32 style checksum",
        "implements a small checksum for bytes",
        "reduces a message to a short check number",
    ],
    source='''
def adler32(data: bytes) -> int:
    """Return the Adler-32 checksum of some bytes."""
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return (b << 16) | a
''',
    demo='print(adler32(b"Wikipedia"))\nprint(hex(adler32(b"hello")))',
    names={"adler32": ["checksum", "simple_checksum"], "data": ["message", "content"]},
    checks=['adler32(b"") == 1', 'adler32(b"a") == 6422626'],
    topic="codecs",
)

program(
    asks=[
        "computes a simple hash of a text",
        "implements a polynomial string hash",
        "turns a string into a bucket number",
        "writes a small hash function for strings",
    ],
    source='''
def simple_hash(text: str, buckets: int = 1000) -> int:
    """Return a number from 0 to buckets - 1 for a text."""
    value = 0
    for char in text:
        value = (value * 31 + ord(char)) % buckets
    return value
''',
    demo='for word in ["apple", "banana", "apple"]:\n    print(word, simple_hash(word))',
    names={"simple_hash": ["hash_text", "string_hash"], "text": ["string", "key"], "buckets": ["size", "modulus"]},
    checks=['simple_hash("") == 0', 'simple_hash("a") == 97', '0 <= simple_hash("long text", 10) < 10'],
    topic="codecs",
)

program(
    asks=[
        "encrypts a text with the Caesar cipher",
        "shifts every letter of a text by a fixed number",
        "implements the Caesar cipher",
        "encodes a message by moving letters along the alphabet",
    ],
    source='''
def caesar(text: str, shift: int) -> str:
    """Shift every letter by a number of places and keep the rest."""
    result = []
    for char in text:
        if char.isascii() and char.isalpha():
            base = ord("A") if char.isupper() else ord("a")
            char = chr((ord(char) - base + shift) % 26 + base)
        result.append(char)
    return "".join(result)
''',
    demo='secret = caesar("Hello, World!", 3)\nprint(secret)\nprint(caesar(secret, -3))',
    names={
        "caesar": ["caesar_cipher", "shift_letters", "encrypt"],
        "text": ["message", "plain"],
        "shift": ["key", "offset"],
    },
    checks=['caesar("xyz", 3) == "abc"', 'caesar("Hi!", 0) == "Hi!"'],
    topic="codecs",
)

program(
    asks=[
        "tries all shifts of a Caesar cipher",
        "breaks a Caesar cipher by brute force",
        "lists every possible decryption of a shifted text",
        "finds the shift of a secret message that contains a known word",
    ],
    source='''
from string import ascii_lowercase


def find_shift(secret: str, known: str) -> int | None:
    """Return the Caesar shift that makes a known word appear, or None."""
    for shift in range(26):
        rotated = ascii_lowercase[shift:] + ascii_lowercase[:shift]
        table = str.maketrans(rotated, ascii_lowercase)
        if known in secret.lower().translate(table):
            return shift
    return None
''',
    demo='print(find_shift("phhw ph dw qrrq", "noon"))',
    names={
        "find_shift": ["crack_caesar", "break_caesar"],
        "secret": ["message", "encrypted"],
        "known": ["word", "clue"],
    },
    checks=['find_shift("khoor", "hello") == 3', 'find_shift("abc", "zzz") is None'],
    topic="codecs",
)

program(
    asks=[
        "encrypts a text with the Vigenere cipher",
        "implements the Vigenere cipher",
        "shifts letters by the letters of a key word",
        "encrypts and decrypts messages with a key word",
    ],
    source='''
from itertools import cycle


def vigenere(text: str, key: str, decrypt: bool = False) -> str:
    """Encrypt or decrypt lower case letters with a key word."""
    shifts = cycle(ord(letter) - ord("a") for letter in key)
    result = []
    for char in text:
        if "a" <= char <= "z":
            shift = next(shifts)
            if decrypt:
                shift = -shift
            char = chr((ord(char) - ord("a") + shift) % 26 + ord("a"))
        result.append(char)
    return "".join(result)
''',
    demo='secret = vigenere("attack at dawn", "lemon")\nprint(secret)\nprint(vigenere(secret, "lemon", decrypt=True))',
    names={"vigenere": ["vigenere_cipher", "key_cipher"], "text": ["message", "plain"], "key": ["keyword", "password"]},
    checks=['vigenere("abc", "b") == "bcd"', 'vigenere(vigenere("hello", "xyz"), "xyz", decrypt=True) == "hello"'],
    topic="codecs",
)

program(
    asks=[
        "replaces each letter by its mirror in the alphabet",
        "implements the Atbash cipher",
        "swaps a with z, b with y and so on",
    ],
    source='''
from string import ascii_lowercase, ascii_uppercase

TABLE = str.maketrans(
    ascii_lowercase + ascii_uppercase,
    ascii_lowercase[::-1] + ascii_uppercase[::-1],
)


def atbash(text: str) -> str:
    """Replace every letter by its mirror in the alphabet."""
    return text.translate(TABLE)
''',
    demo='print(atbash("Hello"))\nprint(atbash(atbash("Hello")))',
    names={"atbash": ["mirror_letters", "atbash_cipher"], "text": ["message", "string"]},
    checks=['atbash("abc") == "zyx"', 'atbash("1 B") == "1 Y"'],
    topic="codecs",
)

program(
    asks=[
        "encodes and decodes a text with xor",
        "encrypts bytes with a repeating key",
        "applies an xor cipher to a message",
    ],
    source='''
from itertools import cycle


def xor_cipher(data: bytes, key: bytes) -> bytes:
    """Combine data with a repeating key; doing it twice restores the data."""
    return bytes(byte ^ k for byte, k in zip(data, cycle(key)))
''',
    demo="""
secret = xor_cipher(b"meet at noon", b"key")
print(secret.hex())
print(xor_cipher(secret, b"key").decode())
""",
    names={"xor_cipher": ["xor_bytes", "encrypt"], "data": ["message", "content"]},
    checks=['xor_cipher(xor_cipher(b"abc", b"k"), b"k") == b"abc"', 'xor_cipher(b"", b"k") == b""'],
    topic="codecs",
)

program(
    asks=["translates a text to Morse code", "encodes letters as dots and dashes", "converts a message to Morse code"],
    source='''
MORSE = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.",
    "h": "....", "i": "..", "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.",
    "o": "---", "p": ".--.", "q": "--.-", "r": ".-.", "s": "...", "t": "-", "u": "..-",
    "v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--..",
}


def to_morse(text: str) -> str:
    """Translate letters to Morse code; words are separated by a slash."""
    words = text.lower().split()
    return " / ".join(" ".join(MORSE[char] for char in word if char in MORSE) for word in words)
''',
    demo='print(to_morse("SOS"))\nprint(to_morse("hello world"))',
    names={"to_morse": ["morse_code", "encode_morse"], "text": ["message", "sentence"]},
    checks=['to_morse("sos") == "... --- ..."', 'to_morse("e t") == ". / -"', 'to_morse("") == ""'],
    topic="codecs",
)

program(
    asks=[
        "translates Morse code back to letters",
        "decodes a Morse message",
        "reads dots and dashes as a word",
        "converts Morse code to text",
    ],
    source='''
CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- "
    "-. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
)
LETTERS = dict(zip(CODES.split(), "abcdefghijklmnopqrstuvwxyz"))


def from_morse(code: str) -> str:
    """Translate Morse code to letters; a slash separates words."""
    return "".join(" " if symbol == "/" else LETTERS.get(symbol, "?") for symbol in code.split())
''',
    demo='print(from_morse("... --- ..."))\nprint(from_morse(".... .. / - .... . .-. ."))',
    names={"from_morse": ["decode_morse", "read_morse"], "code": ["message", "signal"]},
    checks=['from_morse("-") == "t"', 'from_morse("... / ...") == "s s"'],
    topic="codecs",
)

program(
    asks=[
        "translates words to pig latin",
        "moves the first consonants of a word to its end and adds ay",
        "converts a sentence to pig latin",
    ],
    source='''
def pig_latin(word: str) -> str:
    """Translate a lower case word to pig latin."""
    for index, letter in enumerate(word):
        if letter in "aeiou":
            if index == 0:
                return word + "way"
            return word[index:] + word[:index] + "ay"
    return word + "ay"
''',
    demo='print(" ".join(pig_latin(word) for word in "please eat string beans".split()))',
    names={"pig_latin": ["to_pig_latin", "translate_word"], "letter": ["char", "c"]},
    checks=['pig_latin("pig") == "igpay"', 'pig_latin("apple") == "appleway"', 'pig_latin("tsk") == "tskay"'],
    topic="codecs",
)
