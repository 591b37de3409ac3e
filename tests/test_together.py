"""Tests that share what is dear to make run in one process, however many there are."""

from __future__ import annotations

import os

import pytest

from tests.conftest import group_of

WHERE: set[str | None] = set()
"""The processes that the cases below ran in, as far as this process knows."""


@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("case", range(8))
def test_a_group_stays_together(case: int, request: pytest.FixtureRequest) -> None:
    """A group that is parted fails nothing: all that it shares is made twice, and nobody notices.

    pytest-xdist knows a group by the end of a test's name. Of a test that runs alone it is not
    asked.
    """
    WHERE.add(os.environ.get("PYTEST_XDIST_WORKER"))
    assert len(WHERE) == 1
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@together")


@pytest.fixture(scope="module")
def made_once() -> list[int]:
    return [0]


def test_what_is_made_once_for_a_file_makes_a_group(
    made_once: list[int], request: pytest.FixtureRequest
) -> None:
    assert made_once == [0]
    assert group_of(request.node) == "test_together"


def test_the_rest_goes_anywhere(request: pytest.FixtureRequest) -> None:
    assert group_of(request.node) is None
