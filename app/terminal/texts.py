"""Texts that the user names as files on the command line."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from app.race.problems import Problem, ProblemError

_MOST_BYTES: Final = 4 << 20


def read_text(path: Path) -> str:
    """Returns a text file with its line ends as ``\\n``; it is UTF-8, or UTF-16 with its mark.

    Raises:
        ProblemError: it cannot be read, or is no text.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)  # It may be a model by mistake, or have no end.
        # Editors on Windows begin a file with a byte order mark; what they call Unicode is UTF-16.
        is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if len(data) > _MOST_BYTES:
            problem = Problem("prompt-file", f"{path} is larger than {_MOST_BYTES >> 20} MB.", action="Shorten it.")
            raise ProblemError(problem)
        text = data.decode("utf-16" if is_utf_16 else "utf-8-sig")
        if "\0" in text:
            problem = Problem("prompt-file", f"{path} is no text: it holds zero bytes.", action="Save it as UTF-8.")
            raise ProblemError(problem)
        return text.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        problem = Problem(
            "prompt-file", f"{path} is not UTF-8 text.", f"Byte {error.start} does not fit.", "Convert it."
        )
    except OSError as error:
        problem = Problem("prompt-file", f"{path} cannot be read.", f"{error.strerror or error}.", "Check its name.")
    raise ProblemError(problem)
