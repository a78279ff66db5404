"""What the window asks of a page: every tab is one, and the window knows no more of it than this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QPoint, QSettings, Signal
from PySide6.QtWidgets import QWidget

from app.models.pairs import Pair
from app.race.problems import Problem


@dataclass(frozen=True)
class Actions:
    """Which of the window's buttons a page has, and whether they can be pressed now; None: it has no such button.

    ``export`` stands on every page: whether what is shown there can be exported now.
    """

    copy: bool | None = None
    save: bool | None = None
    export: bool | None = None


@dataclass(frozen=True)
class Copy:
    """Something that Copy puts on the clipboard.

    Attributes:
        name: As the menu lists it.
        said: As the remark names it afterwards.
        text: Makes it.
    """

    name: str
    said: str
    text: Callable[[], str]


def is_model(path: Path) -> bool:
    """Whether a path is one of a model: a folder, or a file of weights."""
    return path.is_dir() or path.suffix.lower() in (".gguf", ".safetensors")


class Page(QWidget):
    """One tab. Each page overrides what it has of this; the rest does nothing.

    Signals:
        said: A short remark. offered: One with something to do about it: remark, name of the action, callable.
        changed: ``busy`` or ``offers`` say something else now.
        ended: Long work ended; a sentence with what came of it, for someone who looks elsewhere.
        raced: A race is shown now: its file, and what it is called.
        package_wanted: A generated program wants that package, and the user wants it brought.
    """

    said = Signal(str)
    offered = Signal(str, str, object)
    changed = Signal()
    ended = Signal(str)
    raced = Signal(object, str)
    package_wanted = Signal(str)

    title: ClassVar[str] = ""
    """On its tab."""

    @property
    def busy(self) -> bool:
        """Whether something is measured that Esc would stop."""
        return False

    @property
    def shown_trace(self) -> Path | None:
        """The file of the race that is shown and over: what Save and Export take."""
        return None

    def activate(self) -> None:
        """It came into sight."""

    def start(self) -> bool:
        """Starts what is chosen here. Returns whether this page is one that starts something."""
        return False

    def stop(self) -> None:
        """Stops what is measured."""

    def edit(self) -> bool:
        """Opens the editor of what is raced. Returns whether there is one now."""
        return False

    def offers(self) -> Actions:
        """Which of the window's buttons it has now."""
        return Actions()

    def use_machine(self, threads: int, gpu_layers: int) -> None:
        """Takes so many CPU threads a lane (0: what suits) and layers on the GPU (-1: all) from the next start on."""

    def copies(self) -> Sequence[Copy | None]:
        """What Copy offers; None separates."""
        return ()

    def export(self, at: QPoint) -> bool:
        """Exports in a way of its own, offered at a place of the screen. Returns whether it has one."""
        return False

    def opens(self, path: Path) -> bool:
        """Whether a file or folder like that is for this page."""
        return False

    def open_path(self, path: Path, lanes: Sequence[str] = ()) -> None:
        """Opens a file or folder; of a trace only these lanes, if there are any."""

    def set_pairs(self, pairs: Sequence[Pair], pick: str = "") -> None:
        """Offers the pairs that can race now, and picks one by its id."""

    def packages_came(self) -> None:
        """Packages for generated programs were brought: what could not run may run now."""

    def show_problem(self, problem: Problem) -> None:
        """Shows something that went wrong anywhere: the user looks at this page."""
        self.said.emit(problem.sentence)

    def remember(self, settings: QSettings) -> None:
        """Writes the choices down."""

    def recall(self, settings: QSettings) -> None:
        """Restores the choices."""

    def close_down(self) -> None:
        """The window closes: nothing new is begun. Its tasks are ended by the window."""

    async def end(self) -> None:
        """Ends what outlives its tasks, such as processes; called once all tasks have ended."""
