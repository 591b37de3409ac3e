"""The fixture that writes a file, as the tests of the scenario have it."""

from __future__ import annotations

from tests.scenario.conftest import write

__all__ = ["write"]
