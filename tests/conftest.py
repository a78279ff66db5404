"""For all tests: no deadlines for examples, since a busy machine is not a failing test; and signals that are heard."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

settings.register_profile("mtp-race", deadline=None)
settings.load_profile("mtp-race")

# No window of a test, nor one that a test starts as a process, brings packages from the network by itself.
os.environ["MTP_RACE_PACKAGES"] = "off"

# A test run in the background (``make test &``) has Ctrl+C and the hang-up ignored, and so would every process that a
# test starts in order to signal it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
