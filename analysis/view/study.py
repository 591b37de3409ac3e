"""A finished study as charts and pages read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analysis.view.columns import Columns, columns, select
from analysis.view.draws import Draws, draws_of_study
from analysis.view.read import currency_of
from sim.scenario.strategy import Campaign
from sim.store.manifest import SCENARIO

if TYPE_CHECKING:
    from sim.store.study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StudyView:
    """What a study says."""

    name: str
    question: str | None
    strategies: tuple[str, ...]
    base: str
    seed: int
    scale: float
    """Lines simulated ÷ lines of the scenario."""
    answer: Mapping[str, Any]
    """What was concluded."""
    draws: Draws
    runs: int
    """Draws that were run."""
    hours: Mapping[str, float]
    """By strategy: hours from its start to its cutoff."""
    timezone: str
    """IANA zone of the campaign."""
    starts: Mapping[str, np.datetime64]
    """By strategy: start, local to the campaign."""
    tables: Mapping[str, Columns]
    """``timeline``, ``territories`` and ``draws``; the first two are left out where an earlier
    version wrote the study."""
    currency: str | None = None
    """ISO 4217 code of the prices."""

    def of(self, name: str, strategy: str) -> dict[str, NDArray[Any]]:
        """The rows of a table that belong to one strategy; none where there is no such table."""
        if name not in self.tables:
            return {}
        table = self.tables[name]
        return select(table, np.asarray(table["strategy"] == strategy, dtype=bool))

    def metric(self, strategy: str, name: str) -> dict[int, float]:
        """A metric by draw, as simulated, without the runs under a second noise."""
        rows = self.of("draws", strategy)
        kept = (rows["metric"] == name) & (rows["noise"] == 0)
        return dict(zip(rows["draw"][kept].tolist(), rows["value"][kept].tolist(), strict=True))


def study_view(study: Study) -> StudyView:
    """Read what a study says.

    Raises
    ------
    sim.errors.RunDirectoryError
        Where a file differs from its digest.
    """
    from sim.scenario.load import load_scenario
    from sim.store.study import DRAWS, TERRITORIES, TIMELINE

    scenario = load_scenario(study.path / SCENARIO).scenario
    found = {
        "draws": study.arrow(DRAWS),
        "timeline": study.arrow(TIMELINE),
        "territories": study.arrow(TERRITORIES),
    }
    rules = {name: scenario.strategies[name] for name in study.strategies}
    base = study.answer["base"]
    return StudyView(
        name=study.facts.scenario,
        question=study.facts.question,
        strategies=study.strategies,
        base=base,
        seed=study.facts.seed,
        scale=study.facts.effective,
        answer=study.answer,
        draws=draws_of_study(study),
        runs=study.draws_count,
        hours={name: _hours(rule.campaign) for name, rule in rules.items()},
        timezone=rules[base].campaign.timezone,
        starts={name: np.datetime64(rule.campaign.start, "m") for name, rule in rules.items()},
        tables={name: columns(table) for name, table in found.items() if table is not None},
        currency=next(filter(None, map(currency_of, rules.values())), None),
    )


def _hours(campaign: Campaign) -> float:
    """Hours from a campaign's start to its cutoff, over a change of clocks too."""
    zone = ZoneInfo(campaign.timezone)
    start, cutoff = (moment.replace(tzinfo=zone) for moment in (campaign.start, campaign.cutoff))
    return (cutoff.timestamp() - start.timestamp()) / 3600
