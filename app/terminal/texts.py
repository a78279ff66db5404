"""Texts that the user names as files on the command line."""

from __future__ import annotations

import codecs
from pathlib import Path

from app.race.problems import Problem, ProblemError


def read_text(path: Path) -> str:
    """Returns a text file with its line ends as ``\\n``; it is UTF-8, or UTF-16 with its mark.

    Raises:
        ProblemError: it cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
        # Editors on Windows begin a file with a byte order mark; what they call Unicode is UTF-16.
        is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if is_utf_16 else "utf-8-sig")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        problem = Problem(
            "prompt-file", f"{path} is not UTF-8 text.", f"Byte {error.start} does not fit.", "Convert it."
        )
    except OSError as error:
        problem = Problem("prompt-file", f"{path} cannot be read.", f"{error.strerror or error}.", "Check its name.")
    raise ProblemError(problem)
