"""What the fuzzers share."""

from __future__ import annotations

import pytest

from tests.fuzz.reached import Watch


@pytest.fixture(scope="session")
def watch() -> Watch:
    """Takes down which checks of the code all classes together have reached."""
    return Watch()
