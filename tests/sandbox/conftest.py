"""One probed sandbox for all tests of this folder."""

import pytest

from app.sandbox.base import Available, Sandbox, Unavailable, find_sandbox


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    found = find_sandbox()
    if isinstance(found, Unavailable):
        pytest.skip(f"no sandbox here: {found.reason}")
    assert isinstance(found.probe(), Available)
    return found
