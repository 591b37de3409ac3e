"""The world: an authority that gets complaints, reviews them and acts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.document.fields import Clock, Count, Days, Zone
from sim.document.quantity import Model, PlainDuration

MAX_REPORTS = 1_000_000_000
"""Largest threshold of reports."""


class Reviews(Model):
    """When the regulator looks at what has come in."""

    timezone: Zone = Field(description="The regulator's time zone.")
    days: Days = Field(description="Days of review.")
    at: Clock = Field(description="Time of day of each review.")


class RegulatorThresholds(Model):
    """Reports counted at a review from which the regulator goes further; each above the last."""

    contact: Annotated[Count, Field(ge=1, le=MAX_REPORTS)] = Field(
        description="It contacts the campaign."
    )
    reminder: Annotated[Count, Field(ge=1, le=MAX_REPORTS)] = Field(
        description="It reminds in public of the law."
    )
    order: Annotated[Count, Field(ge=1, le=MAX_REPORTS)] = Field(
        description="It orders the campaign to stop."
    )


class Regulator(Model):
    """An authority that gets complaints, reviews them on its own calendar, and acts."""

    reviews: Reviews = Field(description="When it looks.")
    registration: PlainDuration = Field(
        0, description="Complaint to its being counted: only older ones are, at a review."
    )
    thresholds: RegulatorThresholds = Field(description="Reports from which it goes further.")
