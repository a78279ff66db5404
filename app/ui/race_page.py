"""The Race tab: controls, prompt, and the board of the race that runs or ran last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout

from app.draw.studio import Studio
from app.models.pairs import Pair
from app.places import Places
from app.present.naming import dated_name, race_ended, race_name
from app.present.recipes import llama_command
from app.present.result import verdict_text
from app.present.view import RaceView
from app.present.words import FIRST_RACE, tiny_note
from app.race.choose_k import KChoice
from app.race.events import Finish
from app.race.formats import REPEATED
from app.race.lanes import LaneKind
from app.race.problems import Problem, ProblemError
from app.race.prompts import Prompt
from app.ui.export.record_bar import RecordBar
from app.ui.export.recorder import FilmRecorder
from app.ui.failure_card import FailureCard
from app.ui.fit_check import FitCheck
from app.ui.fit_line import FitLine
from app.ui.packages import PackageBringer, PackagesLine
from app.ui.page import Actions, Copy, Page
from app.ui.prompt_bar import PromptBar
from app.ui.race_board import RaceBoard
from app.ui.race_controls import RaceControls
from app.ui.race_report import race_json
from app.ui.race_runner import RaceRunner
from app.ui.tasks import Tasks, after, in_thread
from app.ui.theme import Theme
from app.ui.tiny_line import TinyLine
from app.ui.widgets import show_folder
from app.worker.lane_specs import lane_specs
from app.worker.pass_costs import known_k
from app.worker.pool import WorkerPool
from app.worker.request import RaceRequest

FRAME_MS = 16
_LOW, _LOWEST = 800, 700
"""Below these heights of the window, in pixels, what is above the board stands closer, and then without captions."""
_WARM_S = 0.4
"""How long a choice stands before its models are loaded ahead, s."""
_NOTHING_TO_RACE = Problem(
    "pair-none",
    "No model is ready to race on this machine.",
    cause="The files of the built-in model are missing.",
    action="Install the app again, or add a model: `mtp-race models` lists those that it knows.",
)


class RacePage(Page):
    """Races, and shows the race.

    Signals:
        running_changed: A race began or ended. recorded: A trace was completed.
        models_wanted: The user wants to see which models there are.
        prompts_changed: There are other prompts now; carries all of them.
    """

    title = "Race"
    running_changed = Signal(bool)
    recorded = Signal(object)
    models_wanted = Signal()
    prompts_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        places: Places,
        pool: WorkerPool,
        pairs: Sequence[Pair],
        prompts: Sequence[Prompt],
        studio: Studio,
    ) -> None:
        super().__init__()
        self._places = places
        self._titles = {prompt.name: prompt.title for prompt in prompts}
        self._held = ""
        self.controls = RaceControls(theme, pairs, prompts, places)
        self.prompt_bar = PromptBar(theme)
        self.board = RaceBoard(theme, places)
        self.failure = FailureCard(theme)
        self._failure_frame = QFrame()
        self.runner = RaceRunner(places, pool, self)
        self.fit = FitCheck(places, pool.held_bytes, self)
        self.fit_line = FitLine()
        self.tiny_line = TinyLine()
        self.packages = PackageBringer(places, self)
        self.packages_line = PackagesLine(self.packages, theme)
        self._raced: RaceRequest | None = None
        self.recorder = FilmRecorder(theme, places, studio, self)
        self.record_bar = RecordBar(self.recorder)
        self._race_wanted = False
        self._frame = QTimer(self)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self._on_frame)
        self._tasks = Tasks(self)
        self._lay_out()
        self._connect()
        self._prompt_changed()
        self._show_choice()

    def _connect(self) -> None:
        self.controls.race.connect(self.race)
        self.controls.stop.connect(self.stop)
        self.controls.changed.connect(self._choice_changed)
        self.controls.prompt_changed.connect(self._prompt_changed)
        self.controls.lanes.file_wanted.connect(self._choose_drafter)
        self.controls.prompt_wanted.connect(self._write_prompt)
        self.controls.models_wanted.connect(self.models_wanted)
        self.tiny_line.models.clicked.connect(self.models_wanted)
        self.prompt_bar.edited.connect(self._prompt_edited)
        self.prompt_bar.race_wanted.connect(self.race)
        self.prompt_bar.prompts_wanted.connect(self.show_prompts)
        self.board.said.connect(self.said)
        self.board.package_wanted.connect(self.package_wanted)
        self.fit.judged.connect(self._judged)
        self.fit_line.heats_wanted.connect(self._use_heats)
        self.fit_line.race_wanted.connect(self._race_anyway)
        self.failure.copied.connect(self.board.copy)
        self.runner.started.connect(self._started)
        self.runner.finished.connect(self._finished)
        self.runner.refused.connect(self.show_problem)
        self.runner.preparing.connect(self.said)
        self.runner.chose.connect(self._k_chosen)
        self.recorded.connect(self._record)
        self.running_changed.connect(lambda _: self.changed.emit())
        self.recorded.connect(lambda _: self.changed.emit())
        self.recorder.saved.connect(self._film_saved)
        self.board.behaviour.ended.connect(self._hold_films)

    def _lay_out(self) -> None:
        frame = QVBoxLayout(self._failure_frame)
        frame.setContentsMargins(16, 4, 16, 4)
        frame.addWidget(self.failure)
        self._failure_frame.setProperty("role", "banner")
        self._failure_frame.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.controls)
        layout.addWidget(self.fit_line)
        layout.addWidget(self.prompt_bar)
        layout.addWidget(self.tiny_line)
        layout.addWidget(self._failure_frame)
        layout.addWidget(self.record_bar)
        layout.addWidget(self.board, 1)

    @property
    def running(self) -> bool:
        """Whether a race runs."""
        return self.runner.running

    @property
    def busy(self) -> bool:
        """Whether a race runs."""
        return self.running

    @property
    def shown_trace(self) -> Path | None:
        """The file of the race that is shown, once it is over."""
        return None if self.running else self.trace

    def offers(self) -> Actions:
        """A race that runs can be copied; one that is over can be saved too."""
        shown = self.view is not None or self.running
        return Actions(copy=shown, save=shown and not self.running, export=self.shown_trace is not None)

    def use_machine(self, threads: int, gpu_layers: int) -> None:
        """Races with so many threads and layers from the next race on."""
        if (threads, gpu_layers) != (self.controls.threads, self.controls.gpu_layers):
            self.controls.threads, self.controls.gpu_layers = threads, gpu_layers
            self._choice_changed()

    def copies(self) -> list[Copy | None]:
        """The text of each lane, the verdict and the result."""
        view, trace = self.view, self.trace
        if view is None:
            return []
        texts = [
            Copy(name, name, partial(getattr, lane.state, "text"))
            for lane in view.lanes
            if (name := f"Text of {lane.title}")
        ]
        verdict = Copy("Verdict", "The verdict", lambda: verdict_text(view))
        typed = llama_command(view)
        use = [Copy("Command for llama-server", "The command", lambda: typed)] if typed else []
        return [*texts, None, verdict, Copy("Result as JSON", "The result", lambda: race_json(view, trace)), *use]

    def start(self) -> bool:
        """Starts a race of what is chosen."""
        self.race()
        return True

    def edit(self) -> bool:
        """Opens the prompt's editor, unless a race runs."""
        if not self.running:
            self.prompt_bar.open_editor()
        return not self.running

    @property
    def view(self) -> RaceView | None:
        """The race that is shown, if there was one since the choice last changed."""
        return self.board.view

    @property
    def trace(self) -> Path | None:
        """The trace file of the race that is shown."""
        return self.runner.trace if self.view else None

    def set_pairs(self, pairs: Sequence[Pair], pick: str = "") -> None:
        """Offers the pairs that can race now; not while a race runs, which would change what is said of it."""
        if not self.running:
            self.controls.set_pairs(pairs, pick)

    def load_slow_parts(self) -> None:
        """Makes the charts and loads the workers; called after the window was first painted."""
        self._warm_up()
        self.board.charts.load()

    def race(self) -> None:
        """Starts a race of what is chosen."""
        if self.prompt_bar.editing:
            self.prompt_bar.accept()
        request = self._request()
        if request is None or self.running:
            return
        if self._held:
            self.said.emit(f"{self._held} Stop it first: a race beside it would measure nothing.")
            return
        self._tasks.cancel("warm up")
        if self.fit.blocks(request):
            self.fit.forget()  # Something may have been closed meanwhile.
        if not self.fit.knows(request):
            self._race_wanted = True
            self.fit.judge(request)
            return
        self._failure_frame.hide()
        self.fit_line.setEnabled(False)
        self.record_bar.forget()
        self.board.behaviour.forget()
        self.recorder.hold(True)
        self.packages.hold(True)
        self._set_running(True)
        self._raced = request
        self.runner.start(request, measure_k=self.controls.measures_k and not request.pair.is_built_in)

    def packages_came(self) -> None:
        """Runs the programs of the race that is shown again, if they lacked a package."""
        if not self.running:
            self.board.behaviour.run_again()

    def hold(self, why: str) -> None:
        """Starts no race and loads no workers while there is a reason; an empty one lets go."""
        self._held = why
        self._hold_films()

    def _hold_films(self) -> None:
        """Films wait while something is measured, and for the programs, which are a scene of the film."""
        self.packages.hold(self.running or bool(self._held))
        self.recorder.hold(self.running or bool(self._held) or self.board.behaviour.running)

    def _request(self) -> RaceRequest | None:
        """What is picked, with what the user said to its estimate."""
        request = self.controls.request()
        return None if request is None else self.fit.settle(request)

    def stop(self) -> None:
        """Stops the race that runs."""
        self.runner.stop()

    def show_problem(self, problem: Problem) -> None:
        """Shows what is wrong with the race as a whole; a lane's own failure is shown in its pane."""
        self.failure.show_problem(problem)
        self._failure_frame.show()
        if not self.running:
            self._set_running(False)
            self.fit_line.setEnabled(True)

    async def end(self) -> None:
        """Ends the workers."""
        await self.runner.close()

    def close_down(self) -> None:
        """Shows nothing any more and makes no film."""
        self._frame.stop()
        self.recorder.close()

    def remember(self, settings: QSettings) -> None:
        """Writes the choice down."""
        self.controls.remember(settings)

    def recall(self, settings: QSettings) -> None:
        """Restores the choice."""
        self.controls.recall(settings)

    def _set_running(self, running: bool) -> None:
        self.controls.set_running(running)
        self.prompt_bar.edit_button.setEnabled(not running)
        self.prompt_bar.prompts_button.setEnabled(not running)
        self.running_changed.emit(running)
        if not running:
            self._hold_films()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the board more of a low window."""
        super().resizeEvent(event)
        height, layout = self.window().height(), self.layout()
        low = height < _LOW
        self.controls.set_low(height < _LOWEST)
        self.prompt_bar.set_low(low)
        if layout is not None:
            layout.setContentsMargins(20, 6 if low else 12, 20, 6 if low else 16)
            layout.setSpacing(4 if low else 12)

    def show_prompts(self) -> None:
        """Opens the user's own prompts, unless a race runs."""
        if self.running:
            return
        from app.ui.prompts_dialog import PromptsDialog

        prompt = self.controls.selected_prompt
        dialog = PromptsDialog(self._places, self.window(), prompt.name if prompt else "")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.edited.connect(self._take_prompts)
        dialog.raced.connect(self._race_prompt)
        dialog.open()

    def _take_prompts(self, prompts: Sequence[Prompt]) -> None:
        self._titles |= {prompt.name: prompt.title for prompt in prompts}
        self.controls.set_prompts(prompts)
        self.prompts_changed.emit(prompts)

    def _race_prompt(self, prompt: Prompt) -> None:
        self.controls.pick_prompt(prompt.name)
        self.race()

    def _write_prompt(self) -> None:
        """Opens the editor for a prompt of the user's own."""
        self.edit()

    def _started(self, view: RaceView) -> None:
        self._frame.start()  # First: what cannot be shown must still end.
        prompt = self.controls.selected_prompt
        self.board.set_view(view, prompt.title if prompt is not None else "")
        self.controls.say_first("")
        self._show_stale()
        self.board.frame()

    def _finished(self) -> None:
        self._set_running(False)
        self.fit_line.setEnabled(True)
        self.board.frame()
        self.board.show_slow()
        if self.view is not None:
            self.board.behaviour.run(self.view, self.runner.trace, self.controls.options.hosts)
        self._hold_films()
        self.recorded.emit(self.runner.trace)
        if self.view is not None:
            self.ended.emit(race_ended(self.view))
            if self.runner.trace is not None:
                header = self.view.header
                self.raced.emit(self.runner.trace, dated_name(race_name(header, self._titles), header.created))

    def _record(self, trace: Path | None) -> None:
        """Has the race filmed that ended, if that is wanted and it was not given up."""
        given_up = self.view is None or any(lane.state.finish is Finish.STOPPED for lane in self.view.lanes)
        if trace is not None and self.controls.record.isChecked() and not given_up:
            self.recorder.film(trace)

    def _film_saved(self, path: Path) -> None:
        self.offered.emit(f"Saved {path.name}.", "Show in folder", partial(show_folder, path.parent))

    def _on_frame(self) -> None:
        self.runner.poll()
        if self.runner.ended:
            return  # The result is shown in the same moment in which Stop becomes Race.
        moving = self.board.frame()
        if not moving and not self.running:
            self._frame.stop()

    def _choice_changed(self) -> None:
        if self.running:
            return
        self._race_wanted = False
        self._failure_frame.hide()
        self._show_choice()
        self._show_fit()
        self._tasks.start(after(_WARM_S, self._warm_up), name="warm up", doing="a model was looked at")

    def _show_choice(self) -> None:
        request = self.controls.request()
        if request is None:
            self.show_problem(_NOTHING_TO_RACE)
            return
        try:
            specs = lane_specs(request, self._places)
        except ProblemError as error:
            self.show_problem(error.problem)
            return
        # What the last race showed stays until the next one.
        if self.view is None:
            self.board.set_lanes(specs, request.max_tokens, self.controls.format_title)
            self.controls.say_first(FIRST_RACE if request.pair.is_built_in else "")
        self.tiny_line.show_note(tiny_note(request.prompt.name) if request.pair.is_built_in else "")
        self._show_stale()

    def _show_stale(self) -> None:
        """Lets a result step back while something else is chosen than what it is of."""
        stale = self.view is not None and self._raced is not None and self._request() != self._raced
        stale = stale and not self.running
        self.board.set_stale(stale)
        self.controls.set_stale(stale)

    def _warm_up(self) -> None:
        request = self._request()
        if request is not None and not self.running and not self._held:
            self._find_k()
            self.fit.judge(request)

    def _find_k(self) -> None:
        """Takes the K that passes speak for which were measured here before, unless the user chose one."""
        request = self.controls.request()
        if request is None or self.running or not self.controls.measures_k:
            return

        async def work() -> None:
            found = await in_thread(lambda: known_k(request, self._places))
            same = not self.running and self.controls.measures_k and self.controls.selected_pair == request.pair
            if found is not None and same:
                self.controls.lanes.take(found.k)

        self._tasks.start(work(), name="known K", doing="what passes cost was looked up")

    def _k_chosen(self, found: KChoice) -> None:
        """A race begins with the K that passes speak for."""
        self.controls.lanes.take(found.k)
        self._raced = self._request()
        self.said.emit(found.sentence)

    def _judged(self) -> None:
        """The choice was held against the free memory: what fits is loaded ahead, or raced if that was asked for."""
        request = self._request()
        if request is None or self.running or self._held:
            return
        self._show_fit()
        wanted, self._race_wanted = self._race_wanted, False
        if wanted and not self.fit.blocks(request):
            self.race()
        elif wanted:
            self.fit_line.ask()
            self.said.emit("This race does not fit into memory.")
        elif self.fit.easy(request):
            # Any K is served by the same loaded worker, so a change of K alone starts nothing.
            self.runner.warm_up(msgspec.structs.replace(request, k=max(1, request.k)))

    def _show_fit(self) -> None:
        request = self._request()
        self.fit_line.show_fit(request, self.fit.fit(request)) if request is not None else self.fit_line.hide()

    def _use_heats(self) -> None:
        request = self.controls.request()
        if request is not None:
            self.fit.load_one(request)
            self.controls.use_format(REPEATED.name)
            self._show_fit()
            self.controls.go.setFocus()

    def _race_anyway(self) -> None:
        request = self.controls.request()
        if request is not None:
            self.fit.accept(request)
            self._show_fit()
            self.race()

    def _prompt_changed(self) -> None:
        prompt = self.controls.selected_prompt
        if prompt is not None:
            self.prompt_bar.set_prompt(prompt.text)

    def _choose_drafter(self, lane: int) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Choose a drafter", str(Path.home()), "Models (*.gguf);;All files (*)"
        )
        if chosen:
            self.use_drafter(lane, Path(chosen))
        else:
            self.controls.lanes.open_popover()

    def use_drafter(self, lane: int, path: Path) -> None:
        """Has a model file draft in a lane (from 0), or says why it cannot; its head is read in the background."""
        pair, lanes = self.controls.selected_pair, self.controls.lanes
        if pair is None:
            return

        def find() -> tuple[LaneKind, str]:
            from app.worker.contenders import find_drafter  # Only here are model files read.

            return find_drafter(str(path), pair, self._places)

        async def work() -> None:
            found = await in_thread(find)
            if pair == self.controls.selected_pair:
                lanes.set_drafter(lane, *found)
                lanes.open_popover()

        self._tasks.start(work(), name="drafter", doing="a drafter was looked at", failed=lanes.open_popover)

    def _prompt_edited(self, text: str) -> None:
        try:
            self.controls.use_text(text)
        except ProblemError as error:
            self.show_problem(error.problem)
