"""A time that does not come."""

from __future__ import annotations

from typing import Final

NEVER: Final = (1 << 63) - 1
"""The largest int64: later than every moment, in milliseconds since any start."""
