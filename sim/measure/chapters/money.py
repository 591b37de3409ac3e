"""What the campaign costs at the strategy's prices."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sim.measure.chapter import Chapter
from sim.measure.chapters.capacity import CapacityTotals
from sim.measure.chapters.consent import ConsentTotals
from sim.measure.chapters.dialling import DiallingTotals
from sim.measure.chapters.reach import ReachTotals
from sim.measure.evidence import Evidence
from sim.measure.metric import MONEY, MORE, Heading, Metric, divide
from sim.measure.totals import Totals

if TYPE_CHECKING:
    from sim.scenario.strategy import Prices


@dataclass(frozen=True, slots=True)
class MoneyTotals:
    """What things cost; how many of them, the other chapters count."""

    prices: Prices

    @property
    def currency(self) -> str | None:
        """ISO 4217 code of the prices, or None where nothing has a price."""
        prices = self.prices
        for price in (
            prices.per_line_dialled,
            prices.per_attempt,
            prices.per_minute,
            prices.per_consent,
        ):
            if price:
                return price.currency
        return None


def totals(e: Evidence) -> MoneyTotals:
    """The strategy's prices."""
    return MoneyTotals(e.rules.prices)


def cost(totals: Totals) -> float | None:
    """Cost in whole units of the currency, or None where nothing has a price."""
    prices, dialled = totals[MoneyTotals].prices, totals[DiallingTotals]
    consent = totals.get(ConsentTotals)
    parts = [
        (prices.per_line_dialled, Fraction(dialled.lines_dialled)),
        (prices.per_attempt, Fraction(dialled.attempts)),
        (prices.per_minute, Fraction(totals[CapacityTotals].hold_ms, 60_000)),
        (prices.per_consent, Fraction(0 if consent is None else consent.consents)),
    ]
    charged = [Fraction(repr(price.amount)) * number for price, number in parts if price]
    return float(sum(charged)) if charged else None


def consent_cost(totals: Totals) -> float | None:
    """What gathering the consents cost; None where it has no price, or there are none."""
    price, consent = totals[MoneyTotals].prices.per_consent, totals.get(ConsentTotals)
    if price is None or consent is None:
        return None
    return float(Fraction(repr(price.amount)) * consent.consents)


METRICS = (
    Metric(
        "cost",
        "Cost",
        MONEY,
        "additive",
        "worse",
        "What the campaign costs at the strategy's prices, gathering consents included.",
        "per_line_dialled × lines_dialled + per_attempt × attempts + per_minute × channel minutes "
        "+ per_consent × consents_on_list",
        "call log; the strategy's prices",
        cost,
    ),
    Metric(
        "consent_cost",
        "Cost of consents",
        MONEY,
        "additive",
        "worse",
        "What gathering the consents on the list cost: a part of the cost. None without that "
        "price.",
        "per_consent × consents_on_list",
        "world.consent; the strategy's prices",
        consent_cost,
        place=MORE,
    ),
    Metric(
        "cost_per_person_reached",
        "Cost per person reached",
        f"{MONEY} per person",
        "ratio",
        "worse",
        "Cost divided by people reached.",
        "cost ÷ people_reached",
        "call log; the strategy's prices",
        lambda t: divide(cost(t), t[ReachTotals].people_reached),
    ),
)

CHAPTER = Chapter(name="money", heading=Heading.COST, totals=totals, metrics=METRICS)
