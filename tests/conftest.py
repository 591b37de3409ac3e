"""What all tests share."""

from __future__ import annotations

import codecs
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
    "tests/cli/test_draws.py",
    "tests/docs/test_examples.py",
    "tests/docs/test_numbers.py",
    "tests/jobs/test_roles.py",
    "tests/equivalence/test_engines_agree.py",
)
"""Files whose tests take longest, each by itself."""

SHARED = {"small_study": "study", "browser": "browser", "store": "browser", "france": "browser"}
"""What is dear to make and shared by the tests of several files, to the group that shares it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process waits for another at the end.

    What share something go to one process, which makes it once.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
    for item in items:
        if item.get_closest_marker("xdist_group") is None and (group := group_of(item)):
            item.add_marker(pytest.mark.xdist_group(group))


def group_of(item: pytest.Item) -> str | None:
    """What a test shares with others: something dear, or something made once for its file."""
    found: dict[str, Any] = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    shared = next((SHARED[name] for name in SHARED if name in found), None)
    ours = any(definitions[-1].scope == "module" for definitions in found.values())
    return shared or (item.path.stem if ours else None)


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

    Permissions do not bind root, so root becomes nobody for the length of the test. Nobody may not
    reach what Python itself loads when it is first asked for: so that is loaded before.
    """
    codecs.lookup("ascii")
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
