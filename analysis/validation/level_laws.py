"""Three laws of the level held against each other on the automated campaigns, each left out once.

``python -m analysis.validation.level_laws`` fits them anew and keeps what they say: half a minute,
nearly all of it for the points at which the hierarchical one is summed over.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy import stats

from analysis.validation.hierarchical import Where, where_of
from analysis.validation.hierarchical import fit as fit_hierarchical
from analysis.validation.levels import Known, campaigns, nations

POINTS, SELECTED_POINTS = 1_024, 256
"""Points at which the hierarchical law is summed over; with selection each takes far longer."""
STORED = "level_laws.json"
CALLS_2017 = 6_000_000
PLACES = {
    "automated, United Kingdom, before 2020": Where("automated", "UK", late=False),
    "automated, United States, since 2020": Where("automated", "US", late=True),
    "automated, France, before 2020": Where("automated", "France", late=False),
    "automated and political, France, before 2020": Where(
        "automated", "France", late=False, political=True
    ),
}
"""Campaigns whose level is asked for; the last is one like that of 2017."""
SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Student:
    """Student's t on the logarithm of complaints per million."""

    middle: float
    scale: float
    degrees: int

    def quantile(self, share: float) -> float:
        """Complaints per million of which so large a share of campaigns has less."""
        return float(np.exp(self.middle + self.scale * stats.t.ppf(share, self.degrees)))

    def score(self, case: Known) -> float:
        """Logarithm of the density of a campaign's logarithm, or of the chance of more."""
        z = (math.log(case.per_million) - self.middle) / self.scale
        if case.more:
            return float(stats.t.logsf(z, self.degrees))
        return float(stats.t.logpdf(z, self.degrees) - math.log(self.scale))


def student(cases: Sequence[Known]) -> Student:
    """Today's law: the t law of a further campaign, whatever is known of it."""
    logs = np.log([case.per_million for case in cases])
    n = len(logs)
    return Student(float(logs.mean()), float(logs.std(ddof=1)) * math.sqrt(1 + 1 / n), n - 1)


def slope(cases: Sequence[Known], calls: int) -> Student:
    """A straight line of the logarithm over that of calls: the t law at so many calls."""
    x = np.log([case.calls for case in cases])
    y = np.log([case.per_million for case in cases])
    n, spread = len(x), float(((x - x.mean()) ** 2).sum())
    rise = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    left = y - y.mean() - rise * (x - x.mean())
    away = math.log(calls) - float(x.mean())
    sd = math.sqrt(float((left**2).sum()) / (n - 2))
    return Student(
        float(y.mean()) + rise * away, sd * math.sqrt(1 + 1 / n + away**2 / spread), n - 2
    )


class Law(Protocol):
    """The law of a further campaign's level."""

    def quantile(self, share: float, /) -> float:
        """Complaints per million of which so large a share of campaigns has less."""

    def score(self, case: Known, /) -> float:
        """Logarithm of the density of a campaign's logarithm, or of the chance of more."""


class Found(BaseModel):
    """What one law says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scores: dict[str, float]
    """By campaign left out: its log score."""
    inside: int
    """Campaigns that can lie in the 5-95 % band of the others."""
    bands: dict[str, tuple[float, float, float]]
    """By place: 5, 50 and 95 %."""

    @property
    def total(self) -> float:
        """Sum of the log scores."""
        return sum(self.scores.values())


class Laws(BaseModel):
    """What all say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    laws: dict[str, Found]
    selected: dict[str, tuple[float, float, float]]
    """The hierarchical law's bands with selection left free."""
    effective: float
    effective_selected: float
    """Points that carry the weight, without selection and with it."""


def automated() -> tuple[Known, ...]:
    """The automated campaigns that are known."""
    return tuple(case for case in campaigns() if case.kind == "automated")


def inside(law: Law, case: Known) -> bool:
    """Whether what is known of a campaign can lie in the 5-95 % band."""
    low, high = (law.quantile(share) for share in (0.05, 0.95))
    return case.per_million < high and (case.more or case.per_million > low)


def compare(points: int = POINTS, selected_points: int = SELECTED_POINTS) -> Laws:
    """Fit all three, leaving out each automated campaign once."""
    cases, every = automated(), campaigns()
    whole = fit_hierarchical(every, nations(), points=points)
    free = fit_hierarchical(every, nations(), selected=True, points=selected_points)
    without = {
        case.name: fit_hierarchical(
            [each for each in every if each is not case], nations(), points=points
        )
        for case in cases
    }
    laws: dict[str, Found] = {}

    def add(name: str, left_out: Callable[[Known], Law], at: Callable[[Where], Law]) -> None:
        found = {case.name: left_out(case) for case in cases}
        laws[name] = Found(
            scores={case.name: round(found[case.name].score(case), 4) for case in cases},
            inside=sum(inside(found[case.name], case) for case in cases),
            bands={place: _band(at(where)) for place, where in PLACES.items()},
        )

    def others(case: Known) -> list[Known]:
        return [each for each in cases if each is not case]

    add("t law", lambda case: student(others(case)), lambda _: student(cases))
    add(
        "slope on calls",
        lambda case: slope(others(case), case.calls),
        lambda _: slope(cases, CALLS_2017),
    )
    add("hierarchical", lambda case: without[case.name].law(where_of(case)), whole.law)
    return Laws(
        laws=laws,
        selected={place: _band(free.law(where)) for place, where in PLACES.items()},
        effective=round(whole.effective, 2),
        effective_selected=round(free.effective, 2),
    )


def _band(law: Law) -> tuple[float, float, float]:
    low, middle, high = (float(f"{law.quantile(s):.4g}") for s in SHARES)
    return low, middle, high


@cache
def stored() -> Laws:
    """What the last verification found."""
    text = (files("analysis.validation") / STORED).read_text(encoding="utf-8")
    return Laws.model_validate_json(text)


def main() -> None:
    """Fit the laws anew and keep what they say."""
    text = json.dumps(compare().model_dump(), indent=1, ensure_ascii=False) + "\n"
    Path(__file__).with_name(STORED).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
