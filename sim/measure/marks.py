"""Lengths of time at which results are told, whatever the scenario."""

from __future__ import annotations

BIN_MS = 900_000
"""Length of a bin of the timeline, ms: 15 minutes, counted from the campaign's start."""
LIVE_MARKS_S = (6, 19, 30, 60)
"""Listening times at which live reach is always told, s."""
