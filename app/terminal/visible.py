"""Makes text fit for a terminal: what would be a command to it, or turn its letters around, becomes a visible sign.

Answers of models, words of servers, names of files and models, titles in traces and reports of programs may hold
anything. All of them reach the terminal through :class:`app.terminal.environment.Environment`, and there through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import IO, Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from app.race.visible import STEERS, visible_text

_UNFIT_IN_JSON: Final = re.compile(f"\t|\n|{STEERS.pattern}")


_PLAIN: Final = str.maketrans(
    {"×": "x", "·": "-", "–": "-", "—": "-", "…": "...", "≤": "<=", "≥": ">=", "’": "'", "‑": "-"}
    | {chr(0x2400 + code): f"^{chr(0x40 + code)}" for code in range(0x20)}
    | {"\u2421": "^?"}
)
"""For encodings that lack them: this app's own signs."""


def visible_line(text: str) -> str:
    """Returns the text as one line: its line ends and tabs are signs too."""
    return visible_text(text).replace("\n", "\u240a").replace("\t", "\u2409")


def in_encoding(text: str, encoding: str | None) -> str:
    """Returns the text in the letters of an encoding: plain signs or "?" for what it lacks."""
    try:
        text.encode(encoding or "utf-8", "surrogatepass" if not encoding else "strict")
    except UnicodeEncodeError:
        plain = text.translate(_PLAIN)
        return plain.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
    except LookupError:
        return text  # An encoding that Python does not know is the stream's own matter.
    return text


def visible_json(data: Any, *, ascii_only: bool = False) -> str:
    """Returns JSON of the same value in which nothing is a command to a terminal."""
    text = json.dumps(data, ensure_ascii=ascii_only)
    return _UNFIT_IN_JSON.sub(lambda found: _escape(found[0]), text)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]


class VisibleConsole(Console):
    """A console of Rich that shows text as it is: no markup in it, no emoji codes, and signs for control characters.

    Args:
        file: Where to write.
        width: Columns, None for the terminal's own.
    """

    def __init__(self, file: IO[str], width: int | None = None) -> None:
        super().__init__(file=file, width=width, highlight=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Renders, with the signs in place before anything around is laid out."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            if not control and not (text.isascii() and text.isprintable()):
                text = in_encoding(visible_text(text), self.encoding)
            yield segment if text is segment.text else Segment(text, style, control)
