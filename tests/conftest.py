"""What all tests share."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["tests.small_run", "tests.dashboard_store"]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell starts what runs in the background so, and programs started from there inherit it: a
    # test of Ctrl-C would then wait for a run to its end.
    signal.signal(signal.SIGINT, signal.default_int_handler)

NOBODY = 65534
FUZZ = "fuzz"
"""Under this name tests record how much was tried, to be told at the end of a session."""


FIRST = (
    "tests/cli/test_kernel_cache.py",
    "tests/docs/test_numbers.py",
    "tests/equivalence/test_engines_agree.py",
    "tests/theory/test_campaign.py",
    "tests/jobs/test_roles.py",
)
"""Files whose tests take longest, each by itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process waits for another at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell what was recorded under :data:`FUZZ`, whichever process the tests ran in."""
    told = [
        str(text)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, text in getattr(report, "user_properties", ())
        if name == FUZZ and getattr(report, "when", "") == "call"
    ]
    if told:
        terminalreporter.section("tried by seed")
        terminalreporter.write_line("\n".join(sorted(told)))


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
