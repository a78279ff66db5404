"""What in a text looks like a secret: keys, tokens, passwords and addresses. A warning, and no proof of anything."""

from __future__ import annotations

import re
from typing import Final

# Each pattern begins with a word of its own or looks back, so that a long text is gone through once.
_PATTERNS: Final = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    (
        "an access key",
        re.compile(
            r"(?<![A-Za-z0-9])(?:AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|sk-[A-Za-z0-9_-]{20}|gh[pousr]_[A-Za-z0-9]{30}|"
            r"github_pat_[A-Za-z0-9_]{30}|glpat-[A-Za-z0-9_-]{20}|hf_[A-Za-z0-9]{30}|xox[abprs]-[A-Za-z0-9-]{10})"
        ),
    ),
    ("a token", re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.")),
    ("a token", re.compile(r"\b[Bb]earer [A-Za-z0-9._~+/-]{20}")),
    (
        "a password",
        re.compile(
            r"\b(?:password|passwd|api[_-]?key|secret|token)\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?[^\s\"'<>{}$]{8}", re.I
        ),
    ),
    (
        "an e-mail address",
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2}"
        ),
    ),
)


def secrets_in(text: str) -> list[str]:
    """Returns the kinds of secrets that a text seems to hold, such as ``"an access key"``, each once."""
    return list(dict.fromkeys(kind for kind, pattern in _PATTERNS if pattern.search(text)))
