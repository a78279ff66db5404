"""Names in place of paths, so that a trace tells nothing of its author's disk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from app.race.events import Failed, LaneEvent, Loaded, Starting

_END: Final = r"\s'\"`:;,()<>|\[\]{}"
_PATH: Final = re.compile(rf"(?<![\w./\\:])(?:file://)?(?:~|[A-Za-z]:)?(?:[\\/]+[^\\/{_END}]+)+[\\/]*")
"""An absolute path, of Linux, macOS or Windows. An address of the web is none, nor is a fraction or ``owner/name``."""
_QUOTED: Final = re.compile(r"(['\"`])((?:~|[A-Za-z]:)?[\\/][^'\"`\n]*)\1")
_LOGIN: Final = re.compile(r"://[^\s/@'\"]+@")
_FOLDER: Final = "\u2026"
_SEPARATOR: Final = re.compile(r"[\\/]+")


class NamesOnly:
    """Cuts folders out of texts.

    Args:
        known: Paths that may be spoken of, such as those of the race's model files. They are found also where spaces
            or a missing beginning would hide them.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        found: dict[str, str] = {}
        for path in known:
            if "://" in path:
                continue
            parts = [part for part in _SEPARATOR.split(path) if part]
            for separator in ("/", "\\", "\\\\"):
                for place in range(len(parts) - 1):
                    found[separator.join(parts[place:])] = parts[-1]
                for above in range(2, len(parts)):
                    folder = separator.join(parts[:above])
                    found |= {folder: _FOLDER, folder + separator: ""}
        longest = sorted(found, key=len, reverse=True)
        pattern = "|".join(re.escape(item) + ("" if item[-1] in "/\\" else r"(?!\w)") for item in longest)
        self._names = found
        self._known = re.compile(rf"(?<![\w.])[\\/]*({pattern})") if found else None

    def text(self, text: str) -> str:
        """Returns a text with the last part of every path in it, and without login names in addresses."""
        if "/" not in text and "\\" not in text:
            return text
        if self._known is not None:
            text = self._known.sub(lambda match: self._names[match[1]], text)
        text = _QUOTED.sub(lambda match: match[1] + _last(match[2]) + match[1], text)
        return _PATH.sub(lambda match: _last(match[0]), _LOGIN.sub("://", text))

    def event(self, event: LaneEvent) -> LaneEvent:
        """Returns an event without paths in what it says. What a model wrote is never touched."""
        match event:
            case Failed(problem=problem):
                words = {name: self.text(getattr(problem, name)) for name in ("sentence", "cause", "action", "details")}
                return Failed(msgspec.structs.replace(problem, **words))
            case Starting(sentence=sentence):
                return Starting(self.text(sentence))
            case Loaded(engine=engine, model=model, device=device, notes=notes):
                return msgspec.structs.replace(
                    event,
                    engine=self.text(engine),
                    model=self.text(model),
                    device=self.text(device),
                    notes=tuple(map(self.text, notes)),
                )
            case _:
                return event


def _last(path: str) -> str:
    parts = [part for part in _SEPARATOR.split(path) if part]
    return parts[-1] if parts else path
