from __future__ import annotations

from tests.cli.conftest import here, ringfence

__all__ = ["here", "ringfence"]
