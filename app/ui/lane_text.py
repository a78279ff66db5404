"""The text of one lane: streams in, follows the end, marks accepted draft tokens, tells the round under the pointer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextLayout,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QToolTip, QWidget

from app.draw.look import mix
from app.present.highlight import Span
from app.present.steering import round_words
from app.race.fold import LaneState, Phase
from app.ui.long_lines import MOST, LongLines
from app.ui.theme import Theme, color, mono_font

_LINE_HEIGHT = 112
_LAST_STEP = 5
# Characters that the text engine would take as its own marks, or that have no look of their own.
_CLEAN = str.maketrans({"\r": None, "\0": "\u2400", "\u2028": "\n", "\u2029": "\n", "\ufdd0": "\ufffd",
                        "\ufdd1": "\ufffd", "\ufffc": "\ufffd"})  # fmt: skip


_FENCE = "```"
_HANG = 4
"""Characters by which a wrapped line of code goes on to the right of where it begins."""


class LineStart:
    """Where the line stands that is being written: so far only in its indentation, or behind it.

    Attributes:
        indent: Characters of the indentation.
        begun: The piece that was given last is the first one of its line behind the indentation.
    """

    def __init__(self, text: str = "") -> None:
        """``text``: what the line has already."""
        rest = text.lstrip(" \t")
        self.indent = len(text) - len(rest)
        self._open = not rest
        self.begun = False

    def pieces(self, text: str, drafted: bool) -> Iterator[tuple[str, bool]]:
        """Yields a token's text in pieces, each with whether it is to be tinted: indentation never is."""
        for number, part in enumerate(text.split("\n")):
            if number:
                self.indent, self._open, self.begun = 0, True, False
                yield "\n", drafted
            self.begun = False
            if not self._open:
                if part:
                    yield part, drafted
                continue
            rest = part.lstrip(" \t")
            lead = part[: len(part) - len(rest)]
            self.indent += len(lead)
            if lead:
                yield lead, False
            if rest:
                self._open, self.begun = False, True
                yield rest, drafted


class LaneText(QTextEdit):
    """Shows the tokens of a :class:`LaneState`. Call ``sync`` once a frame; it adds only what is new, in one batch."""

    def __init__(self, theme: Theme, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._index = index
        self._follow = True
        self._caret = QRectF()
        self._live = False
        self._ends: list[int] = []  # Offset in the document after each token, in UTF-16 units.
        self._round_ends: list[int] = []  # Tokens emitted up to the end of each round; the first token is before them.
        self._state: LaneState | None = None
        self._tail_shown = False
        self._hovered = -1
        self._spans: list[Span] = []
        self._line, self._closed, self._closing, self._looked = LineStart(), False, 1, 1
        self._long = LongLines(self.document())
        self._elsewhere = QTimer(self)
        self._elsewhere.setSingleShot(True)
        self._elsewhere.timeout.connect(self._break_elsewhere)
        self._digit = QFontMetricsF(mono_font(10)).horizontalAdvance("0")
        self.setProperty("role", "lane")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptRichText(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setMouseTracking(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDefaultFont(mono_font(10))
        self.document().setDocumentMargin(2)
        self.setFont(mono_font(10))
        # An opaque viewport scrolls by moving what was painted before, and paints only the lines that are new.
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._drafted = QTextCharFormat()
        self._plain = QTextCharFormat()
        self._end = QTextCursor(self.document())
        self._restyle()
        self._reset_block()
        self.verticalScrollBar().actionTriggered.connect(self._scrolled_by_user)
        theme.changed.connect(self._theme_changed)

    def _restyle(self) -> None:
        look = self._theme.look
        lane = look.lane(self._index)
        self._ground_color, self._lane_color = color(look.card), color(lane)
        self._plain = QTextCharFormat()
        self._plain.setForeground(color(look.text))
        self._drafted = QTextCharFormat(self._plain)
        self._drafted.setBackground(color(mix(lane, look.card, look.tint)))
        self._drafted.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        self._drafted.setUnderlineColor(color(mix(lane, look.card, 0.75)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Finds the place of the next token again: lines break elsewhere."""
        super().resizeEvent(event)
        if self._long.any and event.size().width() != event.oldSize().width():
            self._elsewhere.start()  # It may be the scroll bar that comes while something is written.
        self._place_caret()

    def _break_elsewhere(self) -> None:
        """Writes all again where long lines are broken for another width, and stays where the user looks."""
        self._elsewhere.stop()
        bar, follow = self.verticalScrollBar(), self._follow
        at = bar.value()
        if bar.isVisible():  # While there is no text it would go, and long lines be broken for a width without it.
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._write_again()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._follow = follow
        bar.setValue(bar.maximum() if follow else at)

    def _theme_changed(self) -> None:
        self._restyle()
        self._write_again()

    def _write_again(self) -> None:
        state, spans = self._state, self._spans
        self.clear_text()
        if state is not None:
            self.sync(state)
            self.color_code(spans)

    def _reset_block(self) -> None:
        block = QTextBlockFormat()
        block.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor = QTextCursor(self.document())
        cursor.setBlockFormat(block)

    def clear_text(self) -> None:
        """Shows nothing, and follows the end again."""
        self._long.clear()
        self._elsewhere.stop()
        self.clear()
        self._end = QTextCursor(self.document())
        self._reset_block()
        self._ends, self._round_ends, self._spans = [], [], []
        self._state, self._tail_shown, self._follow, self._hovered = None, False, True, -1
        self._line, self._closed, self._closing, self._looked = LineStart(), False, 1, 1

    def toPlainText(self) -> str:
        """The text, with the line ends that the model wrote and no others."""
        return self._long.text() if self._long.any else super().toPlainText()

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied: as :meth:`toPlainText`."""
        if not self._long.any:
            return super().createMimeDataFromSelection()
        copied = QMimeData()
        copied.setText(self._long.text(self.textCursor().selectionStart(), self.textCursor().selectionEnd()))
        return copied

    @property
    def following(self) -> bool:
        """Whether the view keeps the end of the text in sight."""
        return self._follow

    def sync(self, state: LaneState) -> None:
        """Shows ``state``. Starts anew when it is another state or went back in time."""
        if self._elsewhere.isActive():
            self._break_elsewhere()
        if state is not self._state:
            if self._state is not None and not self._go_back(self._state, state):
                self.clear_text()
            self._state = state
        if len(state.tokens) > len(self._ends) or (state.tail and not self._tail_shown):
            self._append(state)
        self._place_rounds(state)
        live = state.phase is Phase.DECODING
        if live != self._live:
            self._live = live
            self.viewport().update()

    def _go_back(self, old: LaneState, new: LaneState) -> bool:
        """Takes off what ``new`` does not have yet, if it is the same run at an earlier moment; else does nothing."""
        keep = min(len(new.tokens), len(self._ends))
        if not keep or new.tokens[keep - 1] is not old.tokens[keep - 1] or new.tokens[0] is not old.tokens[0]:
            return False
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._ends[keep - 1])
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._long.forget(self._ends[keep - 1])
        del self._ends[keep:]
        self._line = LineStart(self._long.last_line())
        self._closed, self._looked = False, 1
        self._hide_fences()
        self._round_ends = []
        self._tail_shown, self._follow = False, True
        self._outline(-1)
        self._place_caret()
        return True

    def _append(self, state: LaneState) -> None:
        if not self._ends:
            self._line = LineStart()
        cursor = self._end  # Stays behind what it inserts; to look for the end in every frame costs more than it seems.
        cursor.beginEditBlock()
        offset = self._ends[-1] if self._ends else 0
        run: list[str] = []
        marked = False
        hangs: list[tuple[int, int]] = []
        laid = offset

        def write() -> None:
            nonlocal run, hangs
            if run:
                cursor.insertText("".join(run), self._drafted if marked else self._plain)
            for at, indent in hangs:
                self._hang(at, indent)
            run, hangs = [], []

        for token in state.tokens[len(self._ends) :]:
            for text, tinted in self._line.pieces(token.text.translate(_CLEAN), token.drafted):
                if tinted is not marked and run:
                    cursor.insertText("".join(run), self._drafted if marked else self._plain)
                    run = []
                marked = tinted
                if self._line.begun:
                    hangs.append((offset, self._line.indent))
                run.append(text)
                offset += _utf16(text)
            self._ends.append(offset)
            if offset - laid > MOST:  # What is laid out at once is bounded too.
                write()
                cursor.endEditBlock()
                laid = offset = offset + self._long.split(self._ends)
                cursor.beginEditBlock()
        write()
        if state.tail and not self._tail_shown:
            self._tail_shown = True
            cursor.insertText(state.tail.translate(_CLEAN), self._plain)
        cursor.endEditBlock()
        self._long.split(self._ends)
        self._hide_fences()
        self._place_caret()

    def _hang(self, at: int, indent: int) -> None:
        """Lets the line at an offset, if it has to be wrapped, go on to the right of where it begins."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(at)
        shape = cursor.blockFormat()
        code = indent > 0 or self._fenced
        room = min((indent + _HANG) * self._digit, 0.4 * self.viewport().width()) if code else 0.0
        if (shape.leftMargin(), shape.textIndent()) != (
            room,
            -room,
        ):  # A line begins in the shape of the one before it.
            shape.setLeftMargin(room)
            shape.setTextIndent(-room)
            cursor.setBlockFormat(shape)

    @property
    def _fenced(self) -> bool:
        """Whether the end of the text is inside a block of code that the text begins with."""
        return self.document().firstBlock().text().startswith(_FENCE) and not self._closed

    def _hide_fences(self) -> None:
        """Hides the lines that only say where the code begins and ends, if the text begins with code."""
        first, last = self.document().firstBlock(), self.document().lastBlock()
        if not first.text().startswith(_FENCE):
            return
        self._show_line(first, shown=not last.blockNumber())
        line = self.document().findBlockByNumber(self._closing if self._closed else max(1, self._looked))
        self._closed = False  # What was a fence may have been the beginning of more.
        while line.isValid() and not self._closed:
            self._closed = line.text().rstrip() == _FENCE and not self._long.continues(line)
            self._closing = line.blockNumber()
            self._show_line(line, shown=not self._closed)
            line = line.next()
        self._looked = last.blockNumber()

    def _show_line(self, line: QTextBlock, *, shown: bool) -> None:
        if line.isVisible() is not shown:
            line.setVisible(shown)
            self.document().markContentsDirty(line.position(), line.length())

    def _place_caret(self) -> None:
        end = self.cursorRect(self._end)
        tall = self.fontMetrics().height()
        self._caret = QRectF(end.left() + 1, end.bottom() - tall + self.verticalScrollBar().value(), 7, tall - 1)

    def _place_rounds(self, state: LaneState) -> None:
        done = self._round_ends[-1] if self._round_ends else 1
        for item in state.rounds[len(self._round_ends) :]:
            done += len(item.tokens)
            self._round_ends.append(done)

    def step_scroll(self) -> bool:
        """Moves one frame towards the end if the view follows it; returns whether it still has to move."""
        bar = self.verticalScrollBar()
        rest = bar.maximum() - bar.value()
        if not self._follow or rest <= 0:
            return False
        # A third of the way each frame is quick and still reads as motion; each step paints, so the last is larger.
        bar.setValue(bar.value() + (rest if rest <= _LAST_STEP else rest // 3 + 1))
        return True

    def _scrolled_by_user(self) -> None:
        bar = self.verticalScrollBar()
        self._follow = bar.sliderPosition() >= bar.maximum() - 4

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls; scrolling up stops the following, reaching the end starts it again."""
        super().wheelEvent(event)
        bar = self.verticalScrollBar()
        self._follow = bar.value() >= bar.maximum() - 4 and event.angleDelta().y() <= 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the text, over a block in the lane's colour where the next token will come."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._ground_color)
        if self._live:
            painter.fillRect(self._caret.translated(0, -self.verticalScrollBar().value()), self._lane_color)
        painter.end()
        super().paintEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tells the round under the pointer and outlines its tokens."""
        super().mouseMoveEvent(event)
        self._hover(event.position().toPoint(), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        """Forgets the hovered round when the pointer leaves."""
        super().leaveEvent(event)
        self._outline(-1)

    def _hover(self, at: QPoint, on_screen: QPoint) -> None:
        offset = QRectF(0, 0, self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        position = (
            self.document()
            .documentLayout()
            .hitTest(
                QRectF(at.x() + offset.width(), at.y() + offset.height(), 0, 0).topLeft(), Qt.HitTestAccuracy.ExactHit
            )
        )
        token = bisect_right(self._ends, position) if position >= 0 else -1
        if not 0 <= token < len(self._ends):
            self._outline(-1)
            QToolTip.hideText()
            return
        if token != self._hovered:
            self._outline(token)
            QToolTip.showText(on_screen, self.describe(token), self)

    def _outline(self, token: int) -> None:
        if token == self._hovered:
            return
        self._hovered = token
        if token < 0:
            self.setExtraSelections([])
            return
        first, last = self._span_of(token)
        selection = QTextEdit.ExtraSelection()
        selection.cursor = QTextCursor(self.document())
        selection.cursor.setPosition(first)
        selection.cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        selection.format.setBackground(color(self._theme.look.selection))
        self.setExtraSelections([selection])

    def _span_of(self, token: int) -> tuple[int, int]:
        """First and last offset of the round that emitted ``token``."""
        number = self.round_of(token)
        if number < 0:
            first, last = 0, 1
        else:
            first = self._round_ends[number - 1] if number else 1
            last = self._round_ends[number]
        begin = self._ends[first - 1] if first else 0
        return begin, self._ends[min(last, len(self._ends)) - 1]

    def round_of(self, token: int) -> int:
        """Index of the round that emitted ``token`` (from 0), or -1 for the first token, which has none."""
        return -1 if token < 1 else bisect_right(self._round_ends, token)

    def describe(self, token: int) -> str:
        """What there is to say about a token's round, in one or two lines."""
        state = self._state
        if state is None or not 0 <= token < len(state.tokens):
            return ""
        number = self.round_of(token)
        if number < 0 or number >= len(state.rounds):
            return f"First token, after reading the prompt: {state.ttft_ns / 1e6:.1f} ms"
        item = state.rounds[number]
        said = round_words(number, item)
        gap = state.tokens[token].gap
        return said if gap < 0 else f"{said}\nlead over the second choice: {gap:.2f} logits"

    def show_token(self, token: int) -> None:
        """Brings a token into sight and outlines its round; used to point at a fork."""
        if not 0 <= token < len(self._ends):
            return
        self._follow = False
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._ends[token - 1] if token else 0)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self._hovered = -1
        self._outline(token)

    def color_code(self, spans: list[Span]) -> None:
        """Colours stretches of the text; tint and underline of draft tokens stay."""
        self._spans = spans
        document = self.document()
        by_block: dict[int, list[QTextLayout.FormatRange]] = {}
        for span in spans:
            style = QTextCharFormat()
            style.setForeground(color(getattr(self._theme.look, span.role)))
            at, end = self._long.begin(span.start), self._long.end(span.start + span.length)
            block = document.findBlock(at)
            while block.isValid() and at < end:
                inside = QTextLayout.FormatRange()
                inside.start = at - block.position()
                inside.length = min(end, block.position() + block.length() - 1) - at
                inside.format = style
                by_block.setdefault(block.blockNumber(), []).append(inside)
                block = block.next()
                at = block.position()
        for number, ranges in by_block.items():
            document.findBlockByNumber(number).layout().setFormats(ranges)
        document.markContentsDirty(0, document.characterCount())


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)
