"""The race itself: every lane's text, clock and rate, on the lanes' own clocks side by side."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from app.draw.race_charts import RaceChart, RateChart, RoundChart
from app.present.figures import clock_text, rate_text, way_now
from app.present.view import LaneView, RaceView
from app.present.winner import RaceResult
from app.race.events import Finish
from app.race.fold import NS, Phase
from app.video.charts import FilmChart
from app.video.lane_text import FilmText
from app.video.scenes.base import Set, draw_logo
from app.video.scenes.race_plan import plan
from app.video.stage import CENTER, RIGHT, Shape

LEAD_S = 0.8
HOLD_S = 1.6
_STACK = 46.0
"""Units of the line that a lane's title has to itself in a narrow pane."""


class RaceScene:
    """Plays the race. ``speed`` is in lane clock seconds a film second."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self._stage = stage = set_.stage
        self.speed = set_.options.speed
        self._lead, self._hold = LEAD_S, HOLD_S
        self._plan = plan(stage, len(set_.final.lanes))
        self._texts = [
            FilmText(stage, width=self._inner(box).width(), size=self._plan.text) for box in self._plan.lanes
        ]
        self._rates = self._chart(RateChart(), self._plan.rates) if self._plan.rates is not None else None
        self._drafting = next((lane.index for lane in set_.final.lanes if lane.drafting), None)
        self._rounds = None
        if self._drafting is not None:
            k = set_.final.lanes[self._drafting].spec.k
            self._rounds = self._chart(RoundChart(self._drafting, k), self._plan.rounds)

    def _chart(self, chart: RaceChart, box: QRectF) -> FilmChart:
        return FilmChart(self._stage, self._chart_box(box), chart, self.race_s, self._set.final.lanes)

    @property
    def race_s(self) -> float:
        """Lane clock of the slowest lane at its end, seconds."""
        return self._set.playback.duration_ns / NS

    @property
    def seconds(self) -> float:
        """Length in film seconds."""
        return self._lead + self.race_s / self.speed + self._hold

    @seconds.setter
    def seconds(self, wanted: float) -> None:
        """Plays the race faster or slower, so that the scene takes ``wanted`` seconds."""
        still = min(LEAD_S + HOLD_S, wanted * 0.4)
        self._lead = still * LEAD_S / (LEAD_S + HOLD_S)
        self._hold = still - self._lead
        self.speed = max(self.race_s, 1e-6) / (wanted - still)

    def key(self, at: float) -> object:
        """Before the start and some time after the end nothing moves."""
        time_ns = self._time_ns(at)
        ended = time_ns > self._set.playback.duration_ns + 0.3 * NS * self.speed
        return "end" if ended else "start" if time_ns < 0 else at

    def _time_ns(self, at: float) -> int:
        return int((at - self._lead) * self.speed * NS)

    def draw(self, at: float) -> None:
        """Draws the race at ``at``."""
        stage, time_ns = self._stage, self._time_ns(at)
        view = self._set.playback.at(time_ns)
        result = view.result
        leader = result.lane
        over = tuple(lane.state.over for lane in view.lanes)
        stage.backdrop(("race", over, leader if view.over else None), lambda: self._still(view, leader))
        self._clock(min(max(time_ns, 0), self._set.playback.duration_ns) / NS)
        for lane, box, text in zip(view.lanes, self._plan.lanes, self._texts, strict=True):
            self._pane(view, lane, box, text, time_ns)
        shown = result.lane, result.phrase, result.ratio_text, result.foot
        stage.patch("ratio", shown, self._plan.ratio, lambda: self._ratio(result))
        self._charts(view)

    # What stands still until a lane ends.

    def _still(self, view: RaceView, leader: int) -> None:
        stage, look = self._stage, self._stage.look
        self._head(view)
        for lane, box in zip(view.lanes, self._plan.lanes, strict=True):
            over, tone = lane.state.over, look.lane(lane.index)
            stage.card(box, edge=tone if over else "", wide=2.0 if over else 1.0)
            inner = self._inner(box)
            room = inner.width()
            if not self._plan.stacked:
                number = stage.measure("8888.8", self._plan.number, "semibold")
                room -= number + stage.measure(view.rate_unit, 22) + stage.u(50)
            title = lane.title
            size = 30 if stage.measure(title, 30, "semibold") <= room else 25
            stage.text(title, inner.left(), inner.top() + stage.u(28), size, style="semibold", tone=tone, room=room)
            stage.text(view.rate_unit, inner.right(), self._base(inner), 22, tone=look.muted, align=RIGHT)
            stage.bar(self._track(inner), look.line)
        tone = look.lane(leader) if view.over and leader >= 0 else ""
        stage.card(self._plan.ratio, edge=tone, wide=3.0 if tone else 1.0)
        if self._rates is not None and self._plan.rates is not None:
            self._chart_card(self._plan.rates, RateChart.title)
            self._chart_note(self._plan.rates, "on each lane's own clock")
            self._rates.grid()
        self._chart_card(self._plan.rounds, RoundChart.title)
        if self._rounds is not None:
            self._rounds.grid()

    def _head(self, view: RaceView) -> None:
        stage, box, look = self._stage, self._plan.head, self._stage.look
        header, options = view.header, self._set.options
        base = box.top() + stage.u(40)
        stage.text(_speed_text(self.speed), box.right(), base + stage.u(32), 20, tone=look.muted, align=RIGHT)
        wide = stage.measure(f"{self.race_s:.2f} s", 46, "semibold")
        place = QRectF(box.right() - wide - stage.u(280), box.top() + stage.u(4), stage.u(220), stage.u(64))
        room = box.width() - wide - stage.u(60) - draw_logo(self._set, place)
        model = header.pair_title or header.pair or "Race"
        stage.text(options.caption or model, box.left(), base - stage.u(6), 34, style="semibold", room=room)
        parts = [model] if options.caption else []
        parts += [f"prompt: {header.prompt_name}" if header.prompt_name else "", view.format_title]
        parts += [header.machine.cpu] if stage.shape is Shape.WIDE else []
        line = " · ".join(part for part in parts if part)
        stage.text(line, box.left(), base + stage.u(32), 20, tone=look.muted, room=room)

    def _chart_card(self, box: QRectF, title: str) -> None:
        self._stage.card(box)
        left, base = box.left() + self._stage.u(24), box.top() + self._stage.u(38)
        self._stage.text(title, left, base, 21, style="semibold")

    def _chart_note(self, box: QRectF, note: str) -> None:
        stage = self._stage
        right, base = box.right() - stage.u(24), box.top() + stage.u(38)
        room = box.width() - stage.measure(RoundChart.title, 21, "semibold") - stage.u(72)
        stage.text(note, right, base, 18, tone=stage.look.muted, align=RIGHT, room=room)

    # Where the parts of a pane and of a chart are.

    def _inner(self, box: QRectF) -> QRectF:
        u = self._stage.u
        return box.adjusted(u(28), u(20), -u(28), -u(18))

    def _base(self, inner: QRectF) -> float:
        return inner.top() + self._stage.u(self._plan.number * 0.78 + (_STACK if self._plan.stacked else 0))

    def _track(self, inner: QRectF) -> QRectF:
        below = 80 if self._plan.stacked else 52
        return QRectF(inner.left(), self._base(inner) + self._stage.u(below), inner.width(), self._stage.u(8))

    def _chart_box(self, box: QRectF) -> QRectF:
        u = self._stage.u
        return box.adjusted(u(24), u(54), -u(24), -u(12))

    # What moves.

    def _clock(self, seconds: float) -> None:
        stage, head, text = self._stage, self._plan.head, f"{seconds:.2f} s"
        base = head.top() + stage.u(40)
        wide = stage.measure("8" * len(text), 46, "semibold")
        box = QRectF(head.right() - wide, base - stage.u(52), wide + stage.u(10), stage.u(66))

        def paint() -> None:
            stage.text(text, head.right(), base, 46, style="semibold", align=RIGHT)

        stage.patch("clock", text, box, paint)

    def _pane(self, view: RaceView, lane: LaneView, box: QRectF, text: FilmText, time_ns: int) -> None:
        stage, header = self._stage, self._set.playback.header
        inner = self._inner(box)
        track = self._track(inner)
        figures = rate_text(view, lane), clock_text(view, lane), way_now(view, lane), self._progress(lane)
        upper = QRectF(box.left(), box.top(), box.width(), track.bottom() + stage.u(4) - box.top())
        stage.patch(f"figures {lane.index}", figures, upper, lambda: self._figures(lane, inner, *figures))
        text.follow(lane, self._set.playback.generation, header.workload)
        place = inner.adjusted(0, track.bottom() - inner.top() + stage.u(16), 0, 0)
        problem, clock = lane.state.problem, self.speed * NS

        def words() -> None:
            room = place
            if problem is not None:
                high = stage.paragraph(problem.sentence, room, 24, tone=stage.look.bad, most=4)
                room = room.adjusted(0, high + stage.u(12), 0, 0)
            if lane.state.tokens:
                text.draw(lane, room, time_ns, clock)

        key = text.key(lane, place, time_ns, clock), problem, bool(lane.state.tokens)
        stage.patch(f"text {lane.index}", key, place, words)

    def _figures(self, lane: LaneView, inner: QRectF, rate: str, clock: str, now: str, progress: float) -> None:
        stage, look = self._stage, self._stage.look
        base, below = self._base(inner), self._base(inner) + stage.u(34)
        right = inner.right() - stage.measure(self._set.final.rate_unit, 22) - stage.u(10)
        stage.text(rate, right, base, self._plan.number, style="semibold", align=RIGHT)
        if self._plan.stacked:
            for line, text in enumerate((clock, now)):
                size = next((size for size in (20, 18, 16) if stage.measure(text, size) <= inner.width()), 15)
                y = below + line * stage.u(28)
                stage.text(text, inner.right(), y, size, tone=look.muted, align=RIGHT, room=inner.width())
        else:
            told = stage.text(clock, inner.right(), below, 20, tone=look.muted, align=RIGHT)
            stage.text(now, inner.left(), below, 20, tone=look.muted, room=inner.width() - told - stage.u(24))
        track = self._track(inner)
        stage.bar(QRectF(track.left(), track.top(), track.width() * progress, track.height()), look.lane(lane.index))

    def _charts(self, view: RaceView) -> None:
        stage, rates, rounds = self._stage, self._rates, self._rounds
        if rates is not None and self._plan.rates is not None:
            rates.patch("rates", view.lanes)
        if rounds is not None and self._drafting is not None:
            lane, box = view.lanes[self._drafting], self._plan.rounds
            shares = " · ".join(f"{rate:.0%}" for rate in view.figures(lane).position_rates[:4])
            note = f"by position {shares}" if shares else ""
            if note and len(view.contenders) > 1:
                note = f"{lane.name} {note}"
            upper = QRectF(box.left(), box.top(), box.width(), self._chart_box(box).top() - box.top())
            stage.patch("note", note, upper, lambda: self._chart_note(box, note))
            rounds.patch("rounds", view.lanes)

    def _progress(self, lane: LaneView) -> float:
        if lane.state.phase is Phase.FINISHED and lane.state.finish is not Finish.STOPPED:
            return 1.0
        # A text that ended by itself is shorter than the limit; measured against its own length both lanes arrive.
        longest = max((item.state.count for item in self._set.final.lanes), default=1)
        return min(1.0, lane.state.count / max(1, longest))

    def _ratio(self, result: RaceResult) -> None:
        stage, look, box = self._stage, self._stage.look, self._plan.ratio
        tone = look.lane(result.lane) if result.lane >= 0 else look.muted
        middle = box.center()
        phrase, ratio, foot = result.phrase or "Speedup", result.ratio_text, result.foot
        if box.width() > box.height() * 3.2:
            left, right = box.left() + stage.u(32), box.right() - stage.u(32)
            room = (
                box.width()
                - stage.u(90)
                - stage.text(ratio, right, middle.y() + stage.u(32), 92, style="bold", tone=tone, align=RIGHT)
            )
            stage.text(phrase, left, middle.y() - stage.u(2), 40, style="semibold", room=room)
            stage.text(foot, left, middle.y() + stage.u(38), 24, tone=look.muted, room=room)
            return
        room = box.width() - stage.u(30)
        stage.text(phrase, middle.x(), middle.y() - stage.u(58), 26, align=CENTER, style="medium", room=room)
        stage.text(ratio, middle.x(), middle.y() + stage.u(30), 88, style="bold", tone=tone, align=CENTER)
        stage.text(foot, middle.x(), middle.y() + stage.u(76), 20, tone=look.muted, align=CENTER, room=room)


def _speed_text(speed: float) -> str:
    return "real time" if abs(speed - 1) < 0.005 else f"{speed:.2g}× real time"
