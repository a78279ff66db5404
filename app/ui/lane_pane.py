"""One lane's pane: who it is, how fast, how far, its text; before a race what will happen; after a failure what did."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSpacerItem, QStackedWidget, QVBoxLayout, QWidget

from app.draw.look import SIGNS
from app.present.figures import START_CLOCK, clock_now, count_forms, rate_text, way_now
from app.present.view import RaceView
from app.present.words import NONE, rate_unit, way, way_long, way_short
from app.race.events import Finish
from app.race.fold import LaneState, Phase
from app.race.lanes import LaneSpec, k_words, lane_name, lane_title
from app.ui.failure_card import FailureArea, FailureCard
from app.ui.lane_marks import ProgressLine, StepDrawing
from app.ui.lane_text import LaneText
from app.ui.text_line import TextLine
from app.ui.theme import Theme, color
from app.ui.widgets import label

_DRAWING_HEIGHT = 230
"""Least height of a pane that shows the drawing of a step."""
_NARROW = 440
"""Below this width, in pixels, the head says less."""
_SLIM = 300
"""Below this one it is clock and rate alone, and smaller."""
_BIG, _LESS = 21.0, 15.0
"""Sizes of clock and rate in points: 28 pixels, and 20 in a slim pane."""


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
        self._runs: bool | None = None
        self._view: RaceView | None = None
        self.setProperty("role", "card")
        # All panes are equally wide, whatever their heads say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._title = label("", weight=QFont.Weight.DemiBold, size=10.5)
        self._way = TextLine(theme, tone="muted", size=9, right=True)
        self._clock = TextLine(theme, size=_BIG, weight=QFont.Weight.DemiBold, widest="0.00 s")
        self._count = TextLine(theme, tone="muted", size=9)
        self._rate = TextLine(theme, size=_BIG, weight=QFont.Weight.DemiBold, right=True, widest="888.8")
        self._unit = TextLine(theme, tone="muted", size=9, widest="tok/s")
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
        names = QHBoxLayout()
        names.setSpacing(12)
        names.addWidget(self._title)
        names.addWidget(self._way, 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(6)
        numbers.addWidget(self._clock)
        self._gap = QSpacerItem(4, 0, QSizePolicy.Policy.Fixed)
        numbers.addSpacerItem(self._gap)
        numbers.addWidget(self._count, 1)
        numbers.addWidget(self._rate)
        numbers.addWidget(self._unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 10, 10)
        layout.setSpacing(8)
        margin = QVBoxLayout()
        margin.setContentsMargins(0, 0, 6, 0)
        margin.setSpacing(4)
        margin.addLayout(names)
        margin.addLayout(numbers)
        margin.addWidget(self._progress)
        layout.addLayout(margin)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._failure_area)

    def _waiting_page(self) -> QWidget:
        page = QWidget()
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 12, 6, 0)
        inner.setSpacing(10)
        inner.addStretch(1)
        inner.addWidget(self._drawing)
        inner.addWidget(self._how)
        inner.addStretch(3)
        return page

    def _restyle(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.look.ink(self._index)}")
        self.update()

    def set_spec(self, spec: LaneSpec) -> None:
        """Shows a lane before its race."""
        self.spec = spec
        self._view = None
        title = lane_title(spec)
        self._show_head()
        self._how.setText(way_long(spec))
        self._drawing.set_k(spec.k, k_words(spec))
        self.text.setAccessibleName(f"Text of {title}")
        self._failure.setAccessibleName(f"Problem of {title}")
        self.setAccessibleName(title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Says less in the head of a narrow pane, and leaves the drawing out of a low one, so that nothing is cut."""
        super().resizeEvent(event)
        self._drawing.setVisible(event.size().height() >= _DRAWING_HEIGHT)
        self._narrow = event.size().width() < _NARROW
        slim = event.size().width() < _SLIM
        self._count.setVisible(not slim)
        self._gap.changeSize(0 if slim else 4, 0, QSizePolicy.Policy.Expanding if slim else QSizePolicy.Policy.Fixed)
        for line in (self._clock, self._rate):
            line.set_size(_LESS if slim else _BIG)
        self._show_head()

    def _show_head(self) -> None:
        """Shows name, way and clock as long as there is room for."""
        title = lane_title(self.spec)
        sign = SIGNS[self._index % len(SIGNS)]
        self._title.setText(f"{sign} {lane_name(self.spec) if self._narrow else title}")
        self._title.setToolTip(title)
        if self._view is None:
            self._way.set_forms([way(self.spec), way_short(self.spec), ""])
        else:
            self._show_figures(self._view)

    def reset(self, max_tokens: int, requests: int = 1) -> None:
        """Empties the pane for a new race of at most ``max_tokens`` tokens, of so many requests at once."""
        self._view = None
        self._unit.keep_room(rate_unit(requests))
        self._max_tokens = max(1, max_tokens)
        self.text.clear_text()
        self._progress.set_share(0)
        self._failure_area.hide()
        self._give_way(False)
        self._rate.setText("")
        self._unit.setText("")
        self._show_clock(START_CLOCK)
        self._count.set_forms([""])
        self._stack.setCurrentIndex(0)
        self.show_turn(None)

    def show_turn(self, runs: bool | None) -> None:
        """Shows that the lane computes, that it waits while another one does, or, with None, neither."""
        if runs is not self._runs:
            self._runs = runs
            for line in (self._clock, self._rate):
                line.set_tone("muted" if runs is False else "text")
            edge = QRegion(self.rect()).subtracted(QRegion(self.rect().adjusted(3, 3, -3, -3)))
            self.update(edge)

    @property
    def runs(self) -> bool | None:
        """What ``show_turn`` was told last."""
        return self._runs

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the card; the lane that computes has a strong edge in its colour."""
        super().paintEvent(event)
        if self._runs:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(self._theme.look.lane(self._index)), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
            painter.end()

    def show_fast(self, state: LaneState) -> None:
        """Shows what moves with every token: text and progress."""
        if state.tokens and self._stack.currentIndex() != 1:
            self._stack.setCurrentIndex(1)
        self.text.sync(state)
        full = state.phase is Phase.FINISHED and state.finish is not Finish.STOPPED
        read = state.have_read / state.to_read if state.to_read and not state.tokens else 0.0
        self._progress.set_share(1.0 if full else read or state.count / self._max_tokens)

    def show_numbers(self, view: RaceView) -> None:
        """Shows this lane's rate, clock and acceptance as they stand in ``view``, and a failure if there is one."""
        self._view = view
        lane = view.lanes[self._index]
        state, found = lane.state, view.problem(lane)
        self._show_figures(view)
        problem = None if found is None else found[0]
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

    def _show_clock(self, text: str) -> None:
        """Shows the clock in a place as wide as its digits, which are all equally wide."""
        self._clock.keep_room("".join("0" if sign.isdigit() else sign for sign in text))
        self._clock.setText(text)

    def _show_figures(self, view: RaceView) -> None:
        """Shows the figures as far as there is room for them."""
        lane = view.lanes[self._index]
        rate = rate_text(view, lane)
        self._rate.setText(rate if rate != NONE else "")
        self._rate.keep_room("".join("8" if sign.isdigit() else sign for sign in rate) if rate != NONE else "888.8")
        self._unit.setText(view.rate_unit if rate != NONE else "")
        self._show_clock(clock_now(view, lane))
        self._count.set_forms([*count_forms(view, lane), ""])
        self._way.set_forms([way_now(view, lane), way_now(view, lane, short=True), ""])
