"""What Help says: the keys, and the words with their meaning. The README's table has the same words."""

from __future__ import annotations

from typing import Final

SHORTCUTS: Final = (
    ("Ctrl+Return", "Start a race or a sweep"),
    ("Esc", "Stop it, or close a dialog"),
    ("Ctrl+P", "Edit the prompt"),
    ("Ctrl+1 to Ctrl+4", "Race, Sweep, Library, Models"),
    ("Ctrl+O", "Open a trace"),
    ("Ctrl+S", "Save a copy of the race that is shown"),
    ("Ctrl+E", "Export: a film, a picture, a report"),
    ("Space", "Library: play and pause"),
    ("F2", "Library: rename the race"),
    ("Del", "Library: delete the race"),
    ("Ctrl+,", "Preferences"),
    ("F1", "This help"),
    ("Ctrl+W", "Close the window or dialog"),
    ("Ctrl+Q", "Quit"),
)
"""Keys, and what they do. On a Mac Qt reads Ctrl as Command."""

GLOSSARY: Final = (
    ("target, drafter", "the full model; the small model that guesses its next tokens"),
    ("K", "draft tokens a round. MLX says block size, which is K + 1"),
    (
        "round",
        "draft K tokens, check them with the target in one pass, keep those it agrees with, add one of its own",
    ),
    ("accepted a round", "how many of the K guesses were right, on average"),
    ("clock", "the time a lane really computed. It stands still while the other lane has its turn"),
    ("tok/s", "tokens after the first, over the time they took on the lane's clock"),
    ("break-even", "the tokens a round must bring to be worth its cost"),
    ("near tie", "two candidates so close that rounding decides; there the texts may part without a bug"),
)
"""Words, and what they mean."""
