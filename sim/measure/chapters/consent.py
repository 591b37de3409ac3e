"""Consents on the list, and what it took to gather them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.measure.chapter import Chapter
from sim.measure.evidence import Evidence
from sim.measure.metric import MORE, Heading, metric, of
from sim.measure.rows import number


@dataclass(frozen=True, slots=True)
class ConsentTotals:
    """Consents, at the simulated scale."""

    consents: int
    """Lines on the list that consented."""
    gathering_days: float | None = None
    """Days over which the world's consents were gathered; None where they are not dated."""


def totals(e: Evidence) -> ConsentTotals | None:
    """Count the consents; None where the world says nothing of consent."""
    consent = e.world.consent
    if consent is None:
        return None
    gathered = consent.gathered
    return ConsentTotals(
        consents=number((e.plan.population.consent != 0) & e.plan.listed()),
        gathering_days=None
        if gathered is None
        else (gathered.ends - gathered.starts).total_seconds() / 86_400,
    )


METRICS = (
    metric(
        "consents_on_list",
        "Consents on the list",
        "lines",
        "additive",
        "Lines on the list whose people consented to such calls beforehand, withdrawn consents "
        "included.",
        "consenting lines on the list",
        "world.consent and the strategy's list",
        of(ConsentTotals, lambda t: t.consents),
        higher_is="neither",
        place=MORE,
    ),
    metric(
        "consent_gathering_days",
        "Days to gather consents",
        "days",
        "ratio",
        "Days over which the world's consents were gathered, before the campaign could begin: the "
        "same for all strategies, and a price that only those pay who ask.",
        "consent.gathered.to − consent.gathered.from",
        "world.consent.gathered",
        of(ConsentTotals, lambda t: t.gathering_days),
        higher_is="neither",
        place=MORE,
    ),
)

CHAPTER = Chapter(name="consent", heading=Heading.LIST, totals=totals, metrics=METRICS)
