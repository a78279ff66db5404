"""The race itself: every lane's text, clock and rate, on the lanes' own clocks side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from app.race.events import Finish
from app.race.fold import NS, Phase
from app.race.lanes import lane_title
from app.ui.race_view import LaneView, RaceView
from app.video.charts import axis_top, rate_chart, round_chart
from app.video.figures import clock_text, rate_text, way_now, winner
from app.video.lane_text import LaneText
from app.video.scenes.base import Set, columns, draw_logo, rows
from app.video.stage import CENTER, RIGHT, Shape, Stage

LEAD_S = 0.8
HOLD_S = 1.6


@dataclass(frozen=True, slots=True)
class Plan:
    """Where things are, in pixels. ``chart_rates`` and ``chart_rounds`` may be None where there is no room."""

    head: QRectF
    lanes: list[QRectF]
    ratio: QRectF
    chart_rates: QRectF | None
    chart_rounds: QRectF | None
    text: float
    number: float


class RaceScene:
    """Plays the race. ``speed`` is in lane clock seconds a film second."""

    def __init__(self, set_: Set) -> None:
        self._set = set_
        self._stage = set_.stage
        self.speed = set_.options.speed
        self._lead, self._hold = LEAD_S, HOLD_S
        self._plan = plan(self._stage, len(set_.final.lanes))
        pad = self._stage.u(28)
        self._texts = [
            LaneText(self._stage, width=box.width() - 2 * pad, size=self._plan.text) for box in self._plan.lanes
        ]
        top = max((value for lane in set_.final.lanes for value in lane.rates.current), default=1.0)
        self._top = axis_top(top * 1.05)
        self._drafting = next((lane.index for lane in set_.final.lanes if lane.drafting), None)

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
        still = min(LEAD_S + HOLD_S, wanted * 0.4)
        self._lead = still * LEAD_S / (LEAD_S + HOLD_S)
        self._hold = still - self._lead
        self.speed = max(self.race_s, 1e-6) / (wanted - still)

    def key(self, at: float) -> object:
        """Before the start and some time after the end nothing moves."""
        time_ns = int((at - self._lead) * self.speed * NS)
        ended = time_ns > self._set.playback.duration_ns + 0.3 * NS * self.speed
        return "end" if ended else "start" if time_ns < 0 else at

    def draw(self, at: float) -> None:
        """Draws the race at ``at``."""
        stage, plan_ = self._stage, self._plan
        time_ns = int((at - self._lead) * self.speed * NS)
        view = self._set.playback.at(time_ns)
        self._head(view, time_ns)
        for lane, box, text in zip(view.lanes, plan_.lanes, self._texts, strict=True):
            self._pane(lane, box, text, time_ns)
        self._ratio(view)
        if plan_.chart_rates is not None:
            inner = self._card_title(plan_.chart_rates, "Tokens per second", "on each lane's own clock")
            rate_chart(stage, inner, view.lanes, self.race_s, self._top)
        if plan_.chart_rounds is not None and self._drafting is not None:
            lane = view.lanes[self._drafting]
            note = " · ".join(f"{rate:.0%}" for rate in lane.state.position_rates[:4])
            inner = self._card_title(plan_.chart_rounds, "Accepted per round", f"by position {note}" if note else "")
            round_chart(stage, inner, lane, self.race_s)

    def _head(self, view: RaceView, time_ns: int) -> None:
        stage, box, look = self._stage, self._plan.head, self._stage.look
        header = view.header
        clock = min(max(time_ns, 0), self._set.playback.duration_ns) / NS
        tall = stage.shape is not Shape.WIDE
        base = box.top() + stage.u(40)
        right = box.right()
        wide = stage.text(f"{clock:.2f} s", right, base, 46, style="semibold", align=RIGHT)
        stage.text(_speed_text(self.speed), right, base + stage.u(32), 20, tone=look.muted, align=RIGHT)
        place = QRectF(right - wide - stage.u(60) - stage.u(220), box.top() + stage.u(4), stage.u(220), stage.u(64))
        logo = draw_logo(self._set, place) + stage.u(30) if self._set.logo else 0.0
        title = self._set.options.caption or header.pair_title or header.pair or "Race"
        room = box.width() - wide - stage.u(40) - logo
        stage.text(title, box.left(), base - stage.u(6), 34, style="semibold", room=room)
        parts = [] if not self._set.options.caption else [header.pair_title or header.pair]
        parts += [f"prompt: {header.prompt_name}" if header.prompt_name else "", view.format_title]
        if not tall and header.machine.cpu:
            parts.append(header.machine.cpu)
        line = " · ".join(part for part in parts if part)
        stage.text(line, box.left(), base + stage.u(32), 20, tone=look.muted, room=room)

    def _pane(self, lane: LaneView, box: QRectF, text: LaneText, time_ns: int) -> None:
        stage, look, plan_ = self._stage, self._stage.look, self._plan
        state, tone = lane.state, self._stage.look.lane(lane.index)
        stage.card(box, edge=tone if state.over else "", wide=2.0 if state.over else 1.0)
        pad = stage.u(28)
        inner = box.adjusted(pad, stage.u(20), -pad, -stage.u(18))
        base = inner.top() + stage.u(plan_.number * 0.78)
        unit = stage.text("tok/s", inner.right(), base, 22, tone=look.muted, align=RIGHT)
        rate_wide = stage.text(
            rate_text(lane), inner.right() - unit - stage.u(10), base, plan_.number, style="semibold", align=RIGHT
        )
        room = inner.width() - unit - rate_wide - stage.u(30)
        title = lane_title(lane.spec)
        size = 30 if stage.measure(title, 30, "semibold") <= room else 25
        stage.text(title, inner.left(), inner.top() + stage.u(28), size, style="semibold", tone=tone, room=room)
        below = inner.top() + stage.u(plan_.number * 0.78 + 34)
        clock = clock_text(lane, self._set.playback.header.request.max_tokens)
        clock_wide = stage.text(clock, inner.right(), below, 20, tone=look.muted, align=RIGHT)
        stage.text(
            way_now(lane), inner.left(), below, 20, tone=look.muted, room=inner.width() - clock_wide - stage.u(24)
        )
        track = QRectF(inner.left(), below + stage.u(18), inner.width(), stage.u(8))
        stage.bar(track, look.line)
        stage.bar(QRectF(track.left(), track.top(), track.width() * self._progress(lane), track.height()), tone)
        place = inner.adjusted(0, track.bottom() - inner.top() + stage.u(16), 0, 0)
        text.follow(lane, self._set.playback.generation, self._set.playback.header.workload)
        if state.problem is not None and not state.tokens:
            stage.paragraph(state.problem.sentence, place, 24, tone=look.bad, most=4)
            return
        text.draw(lane, place, time_ns, self.speed * NS)

    def _progress(self, lane: LaneView) -> float:
        if lane.state.phase is Phase.FINISHED and lane.state.finish is not Finish.STOPPED:
            return 1.0
        # A text that ended by itself is shorter than the limit; measured against its own length both lanes arrive.
        longest = max((item.state.count for item in self._set.final.lanes), default=1)
        return min(1.0, lane.state.count / max(1, longest))

    def _ratio(self, view: RaceView) -> None:
        stage, look, box = self._stage, self._stage.look, self._plan.ratio
        index, phrase, ratio = winner(view)
        tone = look.lane(index) if index >= 0 else look.muted
        stage.card(box, edge=tone if view.over and index >= 0 else "", wide=3.0 if view.over else 1.0)
        middle = box.center()
        if not ratio:
            stage.text("Speedup", middle.x(), middle.y() - stage.u(8), 24, tone=look.muted, align=CENTER)
            stage.text(
                view.format_title.lower(), middle.x(), middle.y() + stage.u(30), 20, tone=look.muted, align=CENTER
            )
            return
        foot = view.format_title.lower() + ("" if view.over else ", so far")
        if box.width() > box.height() * 3.2:
            left, right = box.left() + stage.u(32), box.right() - stage.u(32)
            stage.text(ratio, right, middle.y() + stage.u(32), 92, style="bold", tone=tone, align=RIGHT)
            stage.text(phrase, left, middle.y() - stage.u(2), 40, style="semibold")
            stage.text(foot, left, middle.y() + stage.u(38), 24, tone=look.muted)
            return
        room = box.width() - stage.u(30)
        stage.text(phrase, middle.x(), middle.y() - stage.u(58), 26, align=CENTER, style="medium", room=room)
        stage.text(ratio, middle.x(), middle.y() + stage.u(30), 88, style="bold", tone=tone, align=CENTER)
        stage.text(foot, middle.x(), middle.y() + stage.u(76), 20, tone=look.muted, align=CENTER, room=room)

    def _card_title(self, box: QRectF, title: str, note: str) -> QRectF:
        stage = self._stage
        stage.card(box)
        pad = stage.u(24)
        base = box.top() + stage.u(38)
        wide = stage.text(title, box.left() + pad, base, 21, style="semibold")
        stage.text(
            note, box.right() - pad, base, 18, tone=stage.look.muted, align=RIGHT, room=box.width() - wide - 3 * pad
        )
        return box.adjusted(pad, stage.u(54), -pad, -stage.u(12))


def plan(stage: Stage, lanes: int) -> Plan:
    """Returns the layout for the stage's shape and number of lanes."""
    return {Shape.WIDE: _wide, Shape.SQUARE: _square, Shape.TALL: _tall}[stage.shape](stage, lanes)


def _wide(stage: Stage, lanes: int) -> Plan:
    u, gap = stage.u, stage.u(22)
    area = stage.area.adjusted(u(44), u(34), -u(44), -u(40))
    head = QRectF(area.left(), area.top(), area.width(), u(84))
    bottom = QRectF(area.left(), area.bottom() - u(250), area.width(), u(250))
    middle = QRectF(area.left(), head.bottom() + u(14), area.width(), bottom.top() - head.bottom() - u(14) - gap)
    ratio_wide = u(350)
    charts = columns(QRectF(bottom.left(), bottom.top(), bottom.width() - ratio_wide - gap, bottom.height()), 2, gap)
    ratio = QRectF(bottom.right() - ratio_wide, bottom.top(), ratio_wide, bottom.height())
    return Plan(head, columns(middle, max(1, lanes), gap), ratio, charts[0], charts[1], 22, 64)


def _square(stage: Stage, lanes: int) -> Plan:
    u, gap = stage.u, stage.u(16)
    area = stage.area.adjusted(u(32), u(24), -u(32), -u(32))
    head = QRectF(area.left(), area.top(), area.width(), u(80))
    bottom = QRectF(area.left(), area.bottom() - u(206), area.width(), u(206))
    middle = QRectF(area.left(), head.bottom() + u(8), area.width(), bottom.top() - head.bottom() - u(8) - gap)
    ratio = QRectF(bottom.left(), bottom.top(), u(320), bottom.height())
    chart = QRectF(ratio.right() + gap, bottom.top(), bottom.right() - ratio.right() - gap, bottom.height())
    return Plan(head, rows(middle, max(1, lanes), gap), ratio, None, chart, 20, 52)


def _tall(stage: Stage, lanes: int) -> Plan:
    u, gap = stage.u, stage.u(20)
    # Phones lay their own buttons over the upper and lower edge of a tall film.
    area = stage.area.adjusted(u(36), u(96), -u(36), -u(120))
    head = QRectF(area.left(), area.top(), area.width(), u(88))
    ratio = QRectF(area.left(), head.bottom() + u(8), area.width(), u(150))
    bottom = QRectF(area.left(), area.bottom() - u(250), area.width(), u(250))
    middle = QRectF(area.left(), ratio.bottom() + gap, area.width(), bottom.top() - ratio.bottom() - 2 * gap)
    return Plan(head, rows(middle, max(1, lanes), gap), ratio, None, bottom, 25, 64)


def _speed_text(speed: float) -> str:
    return "real time" if abs(speed - 1) < 0.005 else f"{speed:.2g}× real time"
