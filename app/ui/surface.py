"""What nobody caught in the window's process: to the log, and to whoever shows it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QMessageLogContext, QObject, QSocketNotifier, QtMsgType, Signal, qInstallMessageHandler

from app.boundary.hooks import Hooks
from app.boundary.log import logger
from app.boundary.scrub import short_message

_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Surface(QObject):
    """While it is entered, everything unexpected arrives here, from whatever thread.

    Signals:
        arrived: A :class:`Problem` that the user should see. Connect it queued.
    """

    arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.hooks = Hooks("ui", self.arrived.emit)

    def __enter__(self) -> Surface:
        self.hooks.install()
        asyncio.get_running_loop().set_exception_handler(self.hooks.loop)
        qInstallMessageHandler(_qt_says)
        return self

    def __exit__(self, *_: object) -> None:
        qInstallMessageHandler(None)
        asyncio.get_running_loop().set_exception_handler(None)
        self.hooks.remove()


def _qt_says(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logger("qt").log(_LEVELS[kind], "%s: %s", context.category or "default", short_message(message))


@contextmanager
def wake_for_signals() -> Iterator[None]:
    """Lets Python hear signals while Qt waits for events: each one writes a byte, and that is an event."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda: reader.recv(64))
        before = signal.set_wakeup_fd(writer.fileno())
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            notifier.setEnabled(False)
