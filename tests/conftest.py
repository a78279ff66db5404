"""For all tests: no deadlines for examples, since a busy machine is not a failing test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mtp-race", deadline=None)
settings.load_profile("mtp-race")
