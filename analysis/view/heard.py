"""The share of voicemails that somebody hears, and what another share would give by arithmetic.

No new run: people reached by voicemail alone are taken to grow in step with the share heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.view.run import RunView

PATH = "voicemail.heard"
"""End of the parameter's path."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Shares of voicemails heard, 0–1."""

    low: float
    central: float
    high: float

    @property
    def is_range(self) -> bool:
        """Whether the scenario gives more than one value."""
        return self.low < self.high


def heard_share(run: RunView) -> Heard | None:
    """The scenario's share of voicemails heard; None where it is zero or not there."""
    table = run.table("parameters")
    for i, path in enumerate(table["path"]):
        if str(path).endswith(PATH):
            central = float(table["central"][i])
            low, high = float(table["low"][i] or np.nan), float(table["high"][i] or np.nan)
            if not central > 0:
                return None
            return Heard(
                low=central if np.isnan(low) else low,
                central=central,
                high=central if np.isnan(high) else high,
            )
    return None


def people_if(run: RunView, strategy: str, heard: float, central: float) -> float:
    """People reached, as simulated, were the share of voicemails heard ``heard``: arithmetic."""
    live = run.metric(strategy, "people_reached_live") or 0.0
    only = run.metric(strategy, "people_reached_voicemail_only") or 0.0
    if run.reached_voicemail.get(strategy, "heard") != "heard":
        return live + only
    return live + only * heard / central
