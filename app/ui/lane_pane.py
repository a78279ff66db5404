"""One lane's pane: who it is, how fast, how far, its text; before a race what will happen; after a failure what did."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.race.events import Finish
from app.race.fold import NS, LaneState, Phase
from app.race.lanes import KPolicy, LaneKind, LaneSpec, lane_title
from app.ui.failure_card import FailureArea, FailureCard
from app.ui.lane_marks import ProgressLine, StepDrawing
from app.ui.lane_text import LaneText
from app.ui.text_line import TextLine
from app.ui.theme import Theme, color
from app.ui.widgets import label

_WAYS = {
    LaneKind.BASELINE: "One token a step",
    LaneKind.MTP: "Draft {k}, check all at once, keep what is right",
    LaneKind.DRAFT_MODEL: "A small model drafts {k}, the full model checks",
    LaneKind.LOOKUP: "Drafts {k} by looking back in the text",
    LaneKind.NEWER: "Drafts {k}",
}
_WAYS_LONG = {
    LaneKind.BASELINE: "The full model reads everything so far and writes one token. Then again, for every token.",
    LaneKind.MTP: (
        "A small drafter guesses the next {k} tokens. The full model checks all of them in one step, keeps those it "
        "would have written itself, and adds one of its own."
    ),
    LaneKind.DRAFT_MODEL: (
        "A second, smaller model writes {k} tokens ahead. The full model checks all of them in one step and keeps "
        "those it would have written itself."
    ),
    LaneKind.LOOKUP: (
        "The next {k} tokens are guessed from the text so far, without any model. The full model checks them in one "
        "step and keeps those it would have written itself."
    ),
    LaneKind.NEWER: "The next {k} tokens are guessed, and the full model checks them in one step.",
}
_DRAWING_HEIGHT = 230
"""Least height of a pane that shows the drawing of a step."""
_WAYS_SHORT = {**dict.fromkeys(LaneKind, "Drafts {k}"), LaneKind.BASELINE: _WAYS[LaneKind.BASELINE]}
_NARROW = 440
"""Below this width, in pixels, the head says less."""
_NARROW_BEFORE = 600
"""The same before a race, when it has a sentence to say."""
_ENDS = {
    Finish.END: "finished",
    Finish.LENGTH: "token limit",
    Finish.CONTEXT: "context full",
    Finish.STOPPED: "stopped",
    Finish.NEWER: "ended",
}


class LanePane(QFrame):
    """Shows one lane. ``show_fast`` every frame, ``show_numbers`` a few times a second."""

    copied = Signal(str)

    def __init__(self, theme: Theme, index: int, spec: LaneSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._index = index
        self.spec = spec
        self._max_tokens = 1
        self._narrow = False
        self._state: LaneState | None = None
        self.setProperty("role", "card")
        # All panes are equally wide, whatever their heads say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title = label("", weight=QFont.Weight.DemiBold, size=10.5)
        self._way = TextLine(theme, tone="muted", size=9)
        self._rate = TextLine(theme, size=21, weight=QFont.Weight.DemiBold, right=True, widest="8888.8")
        self._unit = TextLine(theme, tone="muted", size=9, widest="tok/s")
        self._clock = TextLine(theme, tone="muted", size=9, right=True)
        self._progress = ProgressLine(theme, index)
        self.text = LaneText(theme, index)
        self._drawing = StepDrawing(theme, index)
        self._how = label("", "plain", wrap=True)
        self._failure = FailureCard(theme)
        self._failure.copied.connect(self.copied)
        self._failure_area = FailureArea(self._failure)
        self._failure_area.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting_page())
        self._stack.addWidget(self.text)
        self._build()
        self._rate.setToolTip("Tokens after the first, over the time this lane spent decoding them.")
        self._clock.setToolTip("Lane clock: time this lane spent computing. It stands still while the lane waits.")
        theme.changed.connect(self._restyle)
        self.set_spec(spec)
        self._restyle()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._title)
        names.addWidget(self._way)
        names.addStretch(1)
        head.addLayout(names, 1)
        figures = QVBoxLayout()
        figures.setSpacing(0)
        numbers = QHBoxLayout()
        numbers.setSpacing(6)
        numbers.addStretch(1)
        numbers.addWidget(self._rate)
        numbers.addWidget(self._unit)
        figures.addLayout(numbers)
        figures.addWidget(self._clock)
        head.addLayout(figures, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 10, 10)
        layout.setSpacing(8)
        margin = QVBoxLayout()
        margin.setContentsMargins(0, 0, 6, 0)
        margin.setSpacing(8)
        margin.addLayout(head)
        margin.addWidget(self._progress)
        layout.addLayout(margin)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._failure_area)

    def _waiting_page(self) -> QWidget:
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 12, 6, 0)
        inner.setSpacing(10)
        inner.addWidget(self._drawing)
        inner.addWidget(self._how)
        inner.addStretch(1)
        return page

    def _restyle(self) -> None:
        self._title.setStyleSheet(f"color: {color(self._theme.look.lane(self._index)).name()}")

    def set_spec(self, spec: LaneSpec) -> None:
        """Shows a lane before its race."""
        self.spec = spec
        self._state = None
        title = lane_title(spec)
        self._show_head()
        self._how.setText(_WAYS_LONG[spec.kind].format(k=self._k_words))
        self._drawing.set_k(spec.k, self._k_words)
        self.text.setAccessibleName(f"Text of {title}")
        self._failure.setAccessibleName(f"Problem of {title}")
        self.setAccessibleName(title)

    @property
    def _k_words(self) -> str:
        return str(self.spec.k) if self.spec.policy is KPolicy.FIXED else f"up to {self.spec.k}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Says less in the head of a narrow pane, and leaves the drawing out of a low one, so that nothing is cut."""
        super().resizeEvent(event)
        self._drawing.setVisible(event.size().height() >= _DRAWING_HEIGHT)
        self._narrow = event.size().width() < _NARROW
        self._show_head()

    def _show_head(self) -> None:
        """Shows name, way and clock as long as there is room for."""
        title = lane_title(self.spec)
        self._title.setText(title.split(" (")[0] if self._narrow else title)
        self._title.setToolTip(title)
        state = self._state
        self._way.setText(self._way_text(state))
        if state is not None:
            self._clock.setText(self._clock_text(state))

    def reset(self, max_tokens: int) -> None:
        """Empties the pane for a new race of at most ``max_tokens`` tokens."""
        self._state = None
        self._max_tokens = max(1, max_tokens)
        self.text.clear_text()
        self._progress.set_share(0)
        self._failure_area.hide()
        self._give_way(False)
        self._rate.setText("")
        self._unit.setText("")
        self._clock.setText("")
        self._stack.setCurrentIndex(0)

    def show_fast(self, state: LaneState) -> None:
        """Shows what moves with every token: text and progress."""
        if state.tokens and self._stack.currentIndex() != 1:
            self._stack.setCurrentIndex(1)
        self.text.sync(state)
        full = state.phase is Phase.FINISHED and state.finish is not Finish.STOPPED
        self._progress.set_share(1.0 if full else state.count / self._max_tokens)

    def show_numbers(self, state: LaneState) -> None:
        """Shows rate, clock, acceptance, and a failure if there is one."""
        self._state = state
        rate = state.total_tps
        self._rate.setText(f"{rate:.1f}" if rate else "")
        self._unit.setText(("tok/s, all requests" if state.others else "tok/s") if rate else "")
        self._clock.setText(self._clock_text(state))
        self._way.setText(self._way_text(state))
        problem = state.problem if state.phase is Phase.FAILED else None
        if problem is not None:
            self._failure.show_problem(problem)
            if state.tokens:
                self._stack.setCurrentIndex(1)
        self._failure_area.setVisible(problem is not None)
        self._stack.setVisible(problem is None or bool(state.tokens))
        self._give_way(problem is not None)

    def _give_way(self, failed: bool) -> None:
        """A failure is read in full: in a low window the text gives way to it."""
        wanted = QSizePolicy.Policy.Ignored if failed else QSizePolicy.Policy.Preferred
        if self._stack.sizePolicy().verticalPolicy() is not wanted:
            self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, wanted)

    def _clock_text(self, state: LaneState) -> str:
        if state.phase is Phase.STARTING:
            return state.doing or "loading the model"
        if state.phase is Phase.READY:
            return "ready"
        count = f"{state.count} / {self._max_tokens}" if not state.over else f"{state.count} tokens"
        end = f" \u00b7 {_ENDS[state.finish]}" if state.finish and not self._narrow else ""
        return f"{count} \u00b7 {state.clock_ns / NS:.2f} s{end}"

    def _way_text(self, state: LaneState | None) -> str:
        mean = None if state is None else state.accepted_per_round
        share = None if state is None else state.acceptance_rate
        if state is None or mean is None or share is None:
            ways = _WAYS_SHORT if self.width() < _NARROW_BEFORE else _WAYS
            return ways[self.spec.kind].format(k=self._k_words)
        steady = self.spec.policy is KPolicy.FIXED and self.spec.kind is not LaneKind.LOOKUP
        drafted = str(self.spec.k) if steady else f"{state.drafted / max(1, len(state.rounds)):.1f}"
        words = "" if self._narrow else " accepted a round"
        return f"{mean:.2f} of {drafted}{words} \u00b7 {share:.0%}"
