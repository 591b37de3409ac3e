"""The world: how first attempts end, and how answering persists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from sim.document.fields import Correlation, Count
from sim.document.laws import SOURCE, DurationLaw
from sim.document.quantity import (
    GRADE,
    Factor,
    FactorRange,
    Grade,
    Model,
    PlainDuration,
    Share,
)
from sim.scenario.dialing import MAX_ATTEMPTS


def _rest_tag(value: Any) -> str:
    return "rest" if value == "rest" else "share"


RestShare = Annotated[
    Annotated[Literal["rest"], Tag("rest")] | Annotated[Share, Tag("share")],
    Discriminator(_rest_tag),
]
"""A share, or the word ``rest`` in exactly one of the five dispositions."""


class Frailty(Model):
    """Answer propensity that stays with a line over its attempts."""

    sd: Factor = Field(description="Standard deviation of the log-odds of a human pick-up.")
    cohorts: Annotated[Count, Field(ge=1, le=64)] = Field(
        16, description="Number of equally likely propensities that stand for the normal law."
    )


class Answering(Model):
    """How first attempts end, as shares of dials; the five shares sum to 1."""

    invalid: RestShare = Field(description="Share of lines whose number is not in service.")
    busy: RestShare = Field(description="Share of dials that meet a busy line.")
    no_answer: RestShare = Field(description="Share of dials that ring until the time-out.")
    machine: RestShare = Field(description="Share of dials that an answering machine takes.")
    human: RestShare = Field(description="Share of dials that a person takes.")
    failed: Share | None = Field(
        None,
        description="Share of dials that fail on the way, by congestion or a carrier's error, "
        "whatever the line; the five shares are of the others; left out, none fails.",
    )
    at_ring_timeout: PlainDuration = Field(
        description="Ring time-out at which the five shares were measured."
    )
    by_hour: str | None = Field(
        None,
        description="Table of answering by hour and day: 'us-landline', 'us-mobile', or a name "
        "of `world.hours`.",
    )
    by_attempt: tuple[Factor, ...] = Field(
        (FactorRange(central=1.0),),
        min_length=1,
        max_length=MAX_ATTEMPTS,
        description="Odds of a human pick-up by attempt, first = 1; the last holds for all later.",
    )
    frailty: Frailty | None = Field(None, description="Propensity that persists over attempts.")
    machine_correlation: Correlation = Field(
        0.0,
        description="Correlation of having a machine with the propensity to answer, of normal "
        "scores: below 0 where those who answer less have machines more often.",
    )
    human_ring: DurationLaw = Field(description="Dial to pick-up by a person who would answer.")
    machine_ring: DurationLaw = Field(description="Dial to pick-up by an answering machine.")
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)
