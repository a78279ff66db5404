"""The board of one race: panes, charts, reasons, verdict, winner. The live race and the replay both use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.places import Places
from app.present.figures import race_line
from app.present.highlight import code_spans
from app.present.view import RaceView
from app.present.words import first_line
from app.race.fork import fork_story
from app.race.lanes import LaneSpec
from app.ui.behaviour_check import BehaviourCheck
from app.ui.chart_row import ChartRow
from app.ui.heats_check import HeatsCheck
from app.ui.lane_pane import LanePane
from app.ui.same_strip import SameStrip
from app.ui.tasks import Tasks, in_thread
from app.ui.text_line import TextLine
from app.ui.theme import Theme
from app.ui.veil import Veil
from app.ui.why_strip import WhyStrip
from app.ui.widgets import strip_height
from app.ui.winner_card import WinnerCard

if TYPE_CHECKING:
    from app.sandbox.behaviour import Behaviour

_LOW: Final = 800
"""Below this height of the window, in pixels, charts fold into one low row and strips say it in smaller lines."""
_TINY: Final = 390
"""Below this height of the board the charts give way: the prompt is being edited in a low window."""
_NARROW: Final = 980
"""Below this width of the board, in pixels, the strips leave out what is least needed."""
_FOLDED: Final = 72
_CHARTS: Final = (110, 220)
"""Height of the charts in pixels: folded, and the least and most otherwise."""
_STAGE: Final = 0.45
"""Share of the window's height that the texts get at least: they are the stage."""
_TURNS_EVERY: Final = 15
"""Frames over which it is looked which lanes compute: turns of a few ms would be a flicker."""
_NUMBERS_EVERY = 6
"""Frames between updates of numbers: ten a second is as fast as anyone reads them."""
_CHARTS_EVERY = 12
"""Frames between updates of charts and winner: they move slowly and are dear to draw."""
_SENTENCES_EVERY = 48
"""Frames between updates of reasons and verdicts while the race runs: nobody reads a sentence that flickers."""


class RaceBoard(QWidget):
    """Shows a :class:`RaceView`. Call ``frame`` once a frame while something moves."""

    said = Signal(str)
    package_wanted = Signal(str)

    def __init__(self, theme: Theme, places: Places | None = None, parent: QWidget | None = None) -> None:
        """``places``: where measurements of this machine are kept; without them a what-if knows the race alone."""
        super().__init__(parent)
        self._places = places
        self._theme = theme
        self._view: RaceView | None = None
        self._prompt = ""
        self._frames = 0
        self._revision = -1
        self._generation = 0
        self._tasks = Tasks(self)
        self._colored: set[str] = set()
        self.panes: list[LanePane] = []
        self.charts = ChartRow(theme)
        self.why = WhyStrip(theme)
        self.same = SameStrip(theme)
        self.winner = WinnerCard(theme)
        self._lanes = QHBoxLayout()
        self._lanes.setSpacing(12)
        self.strips = QWidget()
        self._strip = QHBoxLayout(self.strips)
        self._strip.setContentsMargins(0, 0, 0, 0)
        self._strip.setSpacing(12)
        self._strip.addWidget(self.why, 5)
        self._strip.addWidget(self.same, 4)
        self._strip.addWidget(self.winner, 0)
        self.line = TextLine(theme, size=9.75, tabular=False, ground="ground")
        self._clocks: list[int] = []
        self._veil = Veil(theme, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line)
        layout.addLayout(self._lanes, 1)
        layout.addWidget(self.charts)
        layout.addWidget(self.strips)
        self.behaviour = BehaviourCheck(self.same, self)
        self.heats = HeatsCheck(self.winner, places, self)
        self._connect()

    def _connect(self) -> None:
        self.winner.sure_wanted.connect(self._show_sure)
        self.winner.use_wanted.connect(self._show_recipes)
        self.why.what_if.connect(self._show_what_if)
        self.same.show_fork.connect(self._show_fork)
        self.same.show_behaviour.connect(self._show_behaviour)
        self.same.package_wanted.connect(self.package_wanted)
        self.behaviour.found.connect(self._programs_ran)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the texts more of a low window, and charts and strips less."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Divides the height: the same before, during and after a race, so that nothing jumps."""
        whole, lanes, layout = self.window().height(), len(self.panes), self.layout()
        low, narrow = whole < _LOW, self.width() < _NARROW
        gap = 4 if low else 12
        if layout is not None:
            layout.setSpacing(gap)
        self.why.fit(lanes, low)
        self.winner.fit(lanes, low)
        self.same.fit(lanes, low)
        rest = self.height() - self.line.height() - strip_height(lanes, low) - 3 * gap
        room = round(rest - _STAGE * whole)
        self.charts.fit(_FOLDED if low or room < _CHARTS[0] else min(room, _CHARTS[1]))
        self._strip.setStretch(1, 5 if narrow else 4)
        self._strip.setStretch(0, 6 if narrow else 5)
        self.same.set_narrow(narrow or low)
        self.winner.set_narrow(narrow)
        raced = self._view is not None
        self.charts.setVisible(raced and self.height() >= _TINY)
        self.strips.setVisible(raced)
        top = self.line.geometry().bottom() + 1
        self._veil.setGeometry(0, top, self.width(), self.height() - top)

    def set_stale(self, stale: bool) -> None:
        """Lets what is shown step back while something else is chosen to be raced."""
        self._veil.setVisible(stale)
        self._veil.raise_()

    @property
    def stale(self) -> bool:
        """Whether something else is chosen than what is shown."""
        return not self._veil.isHidden()

    @property
    def view(self) -> RaceView | None:
        """The race that is shown."""
        return self._view

    def set_lanes(self, specs: Sequence[LaneSpec], max_tokens: int, format_title: str, requests: int = 1) -> None:
        """Shows lanes that have not raced yet."""
        self._view = None
        self._revision = -1
        self._colored.clear()
        self.behaviour.forget()
        self.heats.forget()
        if len(specs) != len(self.panes):
            for pane in self.panes:
                self._lanes.removeWidget(pane)
                pane.hide()
                pane.deleteLater()
            self.panes = [LanePane(self._theme, index, spec) for index, spec in enumerate(specs)]
            for pane in self.panes:
                pane.copied.connect(self.copy)
                self._lanes.addWidget(pane, 1)
        for pane, spec in zip(self.panes, specs, strict=True):
            pane.set_spec(spec)
            pane.reset(max_tokens, requests)
        self.charts.set_lanes(specs)
        self.why.clear()
        self.same.clear()
        self.winner.clear(format_title)
        self.line.setText(first_line(len(specs)))
        self.set_stale(False)
        self._fit()

    def set_view(self, view: RaceView, prompt: str = "") -> None:
        """Shows a race from its first event; ``prompt`` is the title of what is asked, if it is known."""
        self.set_lanes(view.header.lanes, view.header.request.max_tokens, view.format_title, view.requests)
        self._view, self._prompt = view, prompt
        self._clocks = []
        self.line.setText(race_line(view, prompt))
        self._fit()
        self._generation = view.generation
        self._frames = 0

    def replace_view(self, view: RaceView) -> None:
        """Shows the same race at another moment, as when a replay is scrubbed back."""
        self._view = view
        self._generation = view.generation
        self._revision = -1
        self._colored.clear()
        self.charts.restart()
        self.why.clear()
        self.same.restart()
        self.winner.clear(view.format_title)
        self.winner.set_notes(None)

    def frame(self) -> bool:
        """Shows what is new; returns whether anything still moves without new events."""
        view = self._view
        if view is None:
            return False
        if view.generation != self._generation:
            self._start_heat(view)
        fresh = view.revision != self._revision
        moving = False
        for number, (pane, lane) in enumerate(zip(self.panes, view.lanes, strict=True)):
            # Lanes take turns, so that each frame lays out half of the new text; what scrolls moves in every frame.
            if number % 2 == self._frames % 2 or view.over:
                pane.show_fast(lane.state)
            moving = pane.text.step_scroll() or moving
        self._revision = view.revision
        self._frames += 1
        if self._frames % _TURNS_EVERY == 0 or view.over:
            self._show_turns(view)
        if fresh and view.over:
            self.show_slow()
        elif self._frames % _SENTENCES_EVERY == 2:
            self._show_strips(view)
        elif self._frames % _CHARTS_EVERY == 1:
            self.charts.show_view(view)
            self.winner.show_view(view)
        elif self._frames % _NUMBERS_EVERY == 4:
            self._show_numbers(view)
        return moving or fresh

    def _show_turns(self, view: RaceView) -> None:
        """Shows which lanes have computed lately and which wait; of a race that stands still what was shown stays."""
        clocks = [lane.state.clock_ns for lane in view.lanes]
        moved = [now > before for now, before in zip(clocks, self._clocks, strict=True)] if self._clocks else []
        self._clocks = clocks
        if view.over or not any(moved):
            moved = []
        for number, (pane, lane) in enumerate(zip(self.panes, view.lanes, strict=True)):
            if view.over or (lane.state.over and not view.heats_run):
                pane.show_turn(None)
            elif moved:
                pane.show_turn(moved[number])

    def _start_heat(self, view: RaceView) -> None:
        """Shows another heat of the same race, from its first event."""
        self._generation = view.generation
        self._colored.clear()
        self._clocks = []
        for pane in self.panes:
            pane.reset(view.header.request.max_tokens, view.requests)
        self.charts.restart()
        self.why.clear()
        self.same.restart()

    def show_slow(self) -> None:
        """Shows numbers, charts, reasons and verdict as they stand."""
        view = self._view
        if view is None:
            return
        self._show_numbers(view)
        self.line.setText(race_line(view, self._prompt))
        self.charts.show_view(view)
        self.winner.show_view(view)
        self.heats.show_view(view)
        self._show_strips(view)

    def _show_numbers(self, view: RaceView) -> None:
        for pane, lane in zip(self.panes, view.lanes, strict=True):
            pane.show_numbers(view)
            if lane.state.over and lane.spec.id not in self._colored and lane.state.tokens:
                self._colored.add(lane.spec.id)
                pane.show_fast(lane.state)
                self._color_later(pane)

    def _programs_ran(self, behaviour: Behaviour) -> None:
        """Takes in what the programs did, so that it is told with all else of this race."""
        if self._view is not None:
            self._view.add_behaviour(behaviour)
            self._show_strips(self._view)

    def _show_strips(self, view: RaceView) -> None:
        if view.behaviour is None and self.behaviour.behaviour is not None:
            view.add_behaviour(self.behaviour.behaviour)  # the same race from another moment
        self.why.show_view(view)
        self.same.show_view(view)

    def _color_later(self, pane: LanePane) -> None:
        """Colours a finished text; what is code is found in the background, since a long text takes a while."""
        view = self._view
        assert view is not None
        text, workload = pane.text.toPlainText(), view.header.workload

        async def color() -> None:
            spans = await in_thread(lambda: code_spans(text, workload))
            if view is self._view and pane.text.toPlainText() == text:
                pane.text.color_code(spans)

        self._tasks.start(color(), name=f"color {self.panes.index(pane)}", doing="a text was coloured")

    def _show_fork(self, lane_id: str) -> None:
        """Opens the fork view, and points at the same token in both panes behind it."""
        view = self._view
        if view is None or view.baseline is None:
            return
        lane = next(lane for lane in view.lanes if lane.spec.id == lane_id)
        found = view.comparison(lane)
        if found is None:
            return
        base = view.baseline
        story = fork_story((base.spec, base.state), (lane.spec, lane.state), found, lane.index)
        if found.fork_at is not None:
            for number in (base.index, lane.index):
                self.panes[number].text.show_token(found.fork_at)
        from app.ui.fork_dialog import ForkDialog

        dialog = ForkDialog(self._theme, story, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.copied.connect(self.copy)
        dialog.open()

    def _show_sure(self) -> None:
        view, summary = self._view, self.heats.summary
        if view is not None and view.heats is not None and summary is not None:
            from app.ui.heats_dialog import HeatsDialog

            dialog = HeatsDialog(self._theme, view.heats, summary, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _show_recipes(self) -> None:
        if self._view is not None:
            from app.ui.recipe_dialog import open_recipes

            open_recipes(self._view, self.window(), self.copy, self.said.emit)

    def _show_what_if(self) -> None:
        if self._view is not None:
            from app.ui.what_if.opening import open_what_if

            open_what_if(self._theme, self._view, self._places, self.window())

    def _show_behaviour(self) -> None:
        view, behaviour = self._view, self.behaviour.behaviour
        if view is None or behaviour is None or view.baseline is None or not view.contenders:
            return
        from app.ui.behaviour_dialog import BehaviourDialog

        dialog = BehaviourDialog(self._theme, view, behaviour, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def copy(self, text: str) -> None:
        """Puts text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.said.emit("Copied.")
