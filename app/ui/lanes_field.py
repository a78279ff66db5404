"""The field for K: one number in the plain case, a summary where several lanes race, and a "+" that opens them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QStackedWidget, QWidget

from app.models.files.disk import is_dir, is_file
from app.race.lanes import MAX_CONTENDERS, MAX_K, Contender, KPolicy, LaneKind
from app.race.problems import DECODE_ERRORS, Problem
from app.ui.lanes_popover import Drafter, LanesPopover
from app.ui.theme import Theme
from app.ui.widgets import button, indent_text

_WIDTH = 112


class LanesField(QWidget):
    """Which lanes race against the baseline.

    Signals:
        changed: The lanes changed. file_wanted: A model file is to be chosen for the lane of that number, from 0.
    """

    changed = Signal()
    file_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._popover: LanesPopover | None = None
        self._blocks = False
        self._offers: tuple[Drafter, ...] = ()
        self.by_hand = False
        """Whether the user chose K, so that no measurement changes it."""
        self._lanes: tuple[Contender, ...] = (Contender(3),)
        self.spin = QSpinBox()
        self.spin.setRange(1, MAX_K)
        self.spin.setValue(3)
        self.spin.setFixedWidth(_WIDTH)
        indent_text(self.spin)
        self.spin.setAccessibleName("Draft tokens K")
        self.spin.setToolTip("How many tokens the drafter guesses each round. MLX counts one more and calls it block.")
        self.summary = button("", "summary")
        self.summary.setFixedWidth(_WIDTH)
        self.plus = button("+", "small", tip="More lanes, and what drafts in them", name="Lanes: add, change, remove")
        self.plus.setFixedWidth(32)
        self._stack = QStackedWidget()
        self._stack.setFixedHeight(34)
        self._stack.addWidget(self.spin)
        self._stack.addWidget(self.summary)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._stack)
        row.addWidget(self.plus)
        self.setFixedWidth(_WIDTH + 4 + 32)
        self.spin.valueChanged.connect(self._spun)
        self.summary.clicked.connect(self._toggle)
        self.plus.clicked.connect(self._toggle)
        self._show()

    @property
    def lanes(self) -> tuple[Contender, ...]:
        """The lanes, at least one."""
        return self._lanes

    @property
    def plain(self) -> bool:
        """Whether it is one lane with a fixed K and the pair's own drafter."""
        return self._lanes == (Contender(self.spin.value()),)

    @property
    def popover(self) -> LanesPopover:
        """The panel; made when it is first wanted."""
        if self._popover is None:
            self._popover = LanesPopover(self._theme, self.window())
            self._popover.changed.connect(self._chosen)
            self._popover.file_wanted.connect(self._want_file)
        return self._popover

    def open_popover(self, problem: Problem | None = None) -> None:
        """Opens the panel, with what is wrong with a file that was just chosen."""
        self.popover.offers = self._offers
        self.popover.show_lanes(self._lanes, problem)
        self.popover.open_below(self.plus)

    def _chosen(self, lanes: Sequence[Contender]) -> None:
        self.by_hand = True
        self.set_lanes(lanes)

    def _toggle(self) -> None:
        if self._popover is not None and self._popover.isVisible():
            self._popover.close()
        else:
            self.open_popover()

    def set_lanes(self, lanes: Sequence[Contender]) -> None:
        """Races these lanes."""
        if not lanes or tuple(lanes) == self._lanes:
            return
        self._lanes = tuple(lanes)
        first = self._lanes[0]
        if first.policy is KPolicy.FIXED:
            with QSignalBlocker(self.spin):
                self.spin.setValue(first.k)
        self._show()
        self.changed.emit()

    def set_drafter(self, number: int, kind: LaneKind, path: str) -> None:
        """Has a file draft in the lane of that number."""
        if number < len(self._lanes):
            lane = self._lanes[number]
            changed = Contender(lane.k, lane.policy, kind, path)
            self.set_lanes((*self._lanes[:number], changed, *self._lanes[number + 1 :]))

    def suit(self, k: int, *, blocks: bool = False, offers: Sequence[Drafter] = ()) -> None:
        """Another pair was picked: files that draft for the one before go, and a plain lane takes the pair's K.

        ``blocks``: its engine calls K + 1 a block, so that is shown as well. ``offers``: its drafters of other kinds.
        """
        self._blocks, self._offers = blocks, tuple(offers)
        self._show()
        if self.plain:
            self.take(k)
            return
        own = (Contender(lane.k, lane.policy) if lane.drafter else lane for lane in self._lanes)
        self.set_lanes(tuple(dict.fromkeys(own)))

    def take(self, k: int) -> None:
        """Races a K that the user did not choose, in the plain case."""
        if self.plain:
            self.spin.setValue(k)
            self.by_hand = False

    @property
    def words(self) -> str:
        """The lanes as text to remember."""
        return "" if self.plain else msgspec.json.encode(self._lanes).decode("utf-8")

    def recall(self, words: str) -> None:
        """Takes lanes that were remembered; what cannot be read, or names a file that is gone, is left out."""
        try:
            lanes = msgspec.json.decode(words, type=tuple[Contender, ...])
        except DECODE_ERRORS:
            return
        self.set_lanes([lane for lane in lanes if _possible(lane)][:MAX_CONTENDERS])

    def _want_file(self, number: int) -> None:
        self.popover.close()
        self.file_wanted.emit(number)

    def _spun(self, k: int) -> None:
        self.by_hand = True
        self.set_lanes((Contender(k),))

    def _show(self) -> None:
        self.spin.setSuffix(f"   block {self.spin.value() + 1}" if self._blocks else "")
        told = [lane_words(lane) for lane in self._lanes]
        short = [lane.word for lane in self._lanes]
        mixed = any(lane.kind is not LaneKind.MTP for lane in self._lanes)
        text = " \u00b7 ".join(told if mixed else short)
        if self.fontMetrics().horizontalAdvance(text) > _WIDTH - 24:
            text = f"{len(told)} lanes" if len(told) > 1 else self._lanes[0].kind.facts.name
        self.summary.setText(text)
        self.summary.setToolTip("\n".join(told))
        self.summary.setAccessibleName(f"Lanes: {', '.join(told)}")
        self._stack.setCurrentWidget(self.spin if self.plain else self.summary)


def lane_words(lane: Contender) -> str:
    """A lane in a few words, such as ``"MTP 3"`` or ``"Draft model adaptive (small.gguf)"``."""
    file = f" ({Path(lane.drafter).name})" if lane.drafter else ""
    return f"{lane.kind.facts.name} {lane.word}{file}"


def _possible(lane: Contender) -> bool:
    facts, file = lane.kind.facts, Path(lane.drafter)
    needs_file = not facts.choice or bool(lane.drafter)
    return lane.k >= 1 and facts.drafts and (not needs_file or is_file(file) or is_dir(file))
