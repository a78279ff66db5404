"""Who races against the baseline: a small panel with a row for each drafting lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.race.lanes import ADAPTIVE, BY_POLICY, MAX_CONTENDERS, MAX_K, Contender, LaneKind
from app.race.problems import Problem
from app.ui.overlay import Overlay
from app.ui.picker import Picker
from app.ui.theme import Theme, color
from app.ui.widgets import button, label, restyle, set_text

FILE = "file"
Drafter = tuple[LaneKind, str]
"""What drafts: its kind, and its file if it is not the pair's own MTP drafter."""
_WAYS = (*(Contender(k) for k in range(1, MAX_K + 1)), *BY_POLICY)
_WAY_NAMES = (*(f"K = {k}" for k in range(1, MAX_K + 1)), "Adaptive K", "Heuristic K", "Auto K")
_NEXT = (Contender(2), Contender(4), ADAPTIVE, Contender(1), Contender(6), Contender(8), Contender(3))
"""What a new lane may be, in this order: the first that does not race yet."""
_NOTE = (
    "Auto K ends each draft by the drafter's certainty and measured costs. Adaptive K follows what rounds cost and "
    "bring. Heuristic K adds 2 after a full round, and takes 1 off otherwise."
)


class Dot(QWidget):
    """A lane's colour."""

    def __init__(self, theme: Theme, index: int) -> None:
        super().__init__()
        self._theme = theme
        self._index = index
        self.setFixedSize(QSize(12, 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.look.lane(self._index)))
        painter.drawEllipse(1, 1, 10, 10)
        painter.end()


class LaneRow(QWidget):
    """One drafting lane.

    Signals:
        changed: Another drafter or K was picked; carries the lane. file_wanted: A model file is to be chosen for it.
        removed: It is to go.
    """

    changed = Signal(object)
    file_wanted = Signal()
    removed = Signal()

    def __init__(
        self, theme: Theme, number: int, lane: Contender, offers: Sequence[Drafter], *, removable: bool
    ) -> None:
        super().__init__()
        self.lane = lane
        files = list(dict.fromkeys((*offers, *([(lane.kind, lane.drafter)] if lane.drafter else []))))
        self._kinds: list[Drafter | str] = [*((kind, "") for kind in LaneKind if kind.facts.choice), *files, FILE]
        names = [kind.facts.choice for kind in LaneKind if kind.facts.choice]
        names += [f"{kind.facts.file}: {Path(file).name}" for kind, file in files]
        names.append("Model file\u2026")
        self.drafter = _combo(names, f"What drafts in lane {number}", 220)
        self.drafter.setToolTip(
            "The pair\u2019s own MTP drafter, what followed the same words before, its drafters of other kinds, or a "
            "model file of your own: another drafter, or a small model with the same vocabulary."
        )
        self.k = _combo(_WAY_NAMES, f"Draft tokens K of lane {number}", 150)
        self.remove = button("\u2715", "quiet", tip="Takes this lane out", name=f"Remove lane {number}")
        self.remove.setFixedWidth(30)
        self.remove.setEnabled(removable)
        self._show()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Dot(theme, number))
        row.addWidget(self.drafter, 1)
        row.addWidget(self.k)
        row.addWidget(self.remove)
        self.drafter.activated.connect(self._drafter_picked)
        self.k.activated.connect(self._k_picked)
        self.remove.clicked.connect(self.removed)

    def _show(self) -> None:
        """Shows the lane as it stands."""
        self.drafter.setCurrentIndex(self._kinds.index((self.lane.kind, self.lane.drafter)))
        self.drafter.setToolTip(self.lane.drafter or self.drafter.toolTip())
        self.k.setCurrentIndex(_WAYS.index(_way(self.lane)))

    def _drafter_picked(self, at: int) -> None:
        kind = self._kinds[at]
        if isinstance(kind, str):
            self._show()
            self.file_wanted.emit()
        else:
            self._set(Contender(self.lane.k, self.lane.policy, *kind))

    def _k_picked(self, at: int) -> None:
        way = _WAYS[at]
        self._set(Contender(way.k, way.policy, self.lane.kind, self.lane.drafter))

    def _set(self, lane: Contender) -> None:
        if lane != self.lane:
            self.lane = lane
            self.changed.emit(lane)


class LanesPopover(Overlay):
    """The panel.

    Signals:
        changed: Carries the lanes, a tuple of :class:`Contender`. file_wanted: Carries the number of a lane, from 0.
    """

    changed = Signal(object)
    file_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lanes: list[Contender] = []
        self.offers: tuple[Drafter, ...] = ()
        """Drafters of other kinds that the pair has."""
        self.rows: list[LaneRow] = []
        self.setAccessibleName("Lanes")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add = button("+  Add a lane", tip="One more lane that races against the baseline")
        self.done = button("Done", "quiet", tip="Esc closes this too")
        self.note = label(_NOTE, "note", wrap=True)
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.done.clicked.connect(self.close)

    def _lay_out(self) -> None:
        baseline = QHBoxLayout()
        baseline.setSpacing(8)
        baseline.addWidget(Dot(self._theme, 0))
        baseline.addWidget(label("Baseline"))
        baseline.addWidget(label("the full model alone, one token a step", "muted"))
        baseline.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch(1)
        foot.addWidget(self.done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(10)
        layout.addWidget(label("Who races", "head"))
        layout.addLayout(baseline)
        layout.addLayout(self._rows)
        layout.addWidget(self.note)
        layout.addLayout(foot)
        self.setFixedWidth(500)

    def show_lanes(self, lanes: Sequence[Contender], problem: Problem | None = None) -> None:
        """Shows these lanes, and what is wrong with a file that was just chosen."""
        self._lanes = list(lanes)
        for row in self.rows:
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [
            LaneRow(self._theme, number, lane, self.offers, removable=len(lanes) > 1)
            for number, lane in enumerate(lanes, start=1)
        ]
        for number, row in enumerate(self.rows):
            row.changed.connect(self._setter(number))
            row.file_wanted.connect(lambda number=number: self.file_wanted.emit(number))
            row.removed.connect(lambda number=number: self._remove(number))
            self._rows.addWidget(row)
            row.show()  # What is not shown yet counts for nothing in the panel's size.
        self.add.setEnabled(len(lanes) < MAX_CONTENDERS)
        self.add.setToolTip(
            "One more lane that races against the baseline"
            if len(lanes) < MAX_CONTENDERS
            else f"At most {MAX_CONTENDERS} lanes race against the baseline"
        )
        self._say(problem)
        self._order()
        self.fit_in()

    def _say(self, problem: Problem | None) -> None:
        set_text(self.note, _NOTE if problem is None else str(problem))
        restyle(self.note, "note" if problem is None else "plain")
        layout = self.layout()
        room = self.width() - 32
        self.note.setMinimumHeight(self.note.heightForWidth(room))
        if layout is not None:
            layout.activate()

    def _order(self) -> None:
        """Tab goes through the rows from top to bottom, then to the buttons."""
        chain = [widget for row in self.rows for widget in (row.drafter, row.k, row.remove)] + [self.add, self.done]
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def take_focus(self) -> None:
        """Gives the keyboard to what is most likely wanted."""
        (self.add if self.add.isEnabled() else self.rows[0].k).setFocus()

    def _setter(self, number: int) -> Callable[[Contender], None]:
        def change(lane: Contender) -> None:
            self._lanes[number] = lane
            self._say(None)
            self.changed.emit(tuple(self._lanes))

        return change

    def _add(self) -> None:
        known = set(self._lanes)
        self._tell([*self._lanes, next(lane for lane in _NEXT if lane not in known)])
        (self.add if self.add.isEnabled() else self.rows[-1].k).setFocus()

    def _remove(self, number: int) -> None:
        self._tell(self._lanes[:number] + self._lanes[number + 1 :])
        self.add.setFocus()

    def _tell(self, lanes: list[Contender]) -> None:
        self.show_lanes(lanes)
        self.changed.emit(tuple(self._lanes))


def _way(lane: Contender) -> Contender:
    """How K is chosen, whatever drafts."""
    way = Contender(lane.k, lane.policy)
    return next((item for item in BY_POLICY if item.policy is way.policy), way)


def _combo(names: Sequence[str], name: str, width: int) -> QComboBox:
    combo = Picker()
    with QSignalBlocker(combo):
        combo.addItems(list(names))
    combo.setAccessibleName(name)
    combo.setMinimumWidth(width)
    combo.setMaxVisibleItems(18)
    return combo
