"""A hub of its own for each test of downloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.hubkit import Bench, filled


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fake hub that has everything, and folders to download into."""
    with filled() as hub:
        yield Bench(hub, tmp_path)
