"""What a plan is for: that a list is finished, or that a metric keeps a limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from sim.errors import OptionError, UnknownNameError
from sim.measure.metrics import METRICS

FINISH: Final = "finish before cutoff"
DONE: Final = "list_done_hours"
"""The metric that has a value where every line of the list was dialled."""
_LIMIT = re.compile(
    r"\s*(?P<metric>[a-z_0-9]+)\s*(?P<sign><=|>=|≤|≥|<|>)\s*(?P<number>-?\d[\d_]*(?:\.\d+)?)"
    r"\s*(?P<unit>%|k|M)?\s*"
)
_UNITS: Final = {None: 1.0, "%": 0.01, "k": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a run keeps or does not."""

    text: str
    """As it was asked for."""
    metric: str
    most: float | None = None
    least: float | None = None

    def holds(self, metrics: Mapping[str, float | None]) -> bool:
        """Whether a run keeps it, from its metrics at full size."""
        value = metrics[self.metric]
        if self.metric == DONE and self.most is None and self.least is None:
            return value is not None
        if value is None:
            return False
        return (self.most is None or value <= self.most) and (
            self.least is None or value >= self.least
        )


def parse_goal(text: str, place: str = "--for") -> Goal:
    """A goal from ``finish before cutoff`` or ``complaints_regulator <= 120``.

    Raises
    ------
    sim.errors.OptionError
        If it cannot be read.
    sim.errors.UnknownNameError
        For a metric that there is not, with the nearest.
    """
    if text.strip().lower() in (FINISH, "finish"):
        return Goal(FINISH, DONE)
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise OptionError(
            "what the plan is for cannot be read",
            place=place,
            found=f"'{text}'",
            allowed=f"'{FINISH}', or a metric with a limit: 'people_reached >= 1_000_000'",
        )
    metric = found["metric"]
    if metric not in METRICS:
        raise UnknownNameError(
            f"there is no metric '{metric}'",
            place=place,
            nearest=next(iter(get_close_matches(metric, METRICS, 1)), ""),
        )
    number = float(found["number"].replace("_", "")) * _UNITS[found["unit"]]
    at_most = found["sign"] in ("<=", "≤", "<")
    return Goal(text.strip(), metric, number if at_most else None, None if at_most else number)
