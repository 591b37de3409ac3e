"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.small_run"]

NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder that everybody may enter, in a process that file permissions bind.

    Permissions do not bind root, so root becomes nobody for the length of the test.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        root = os.geteuid() == 0
        if root:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o777)
