"""The world: consent given beforehand, and the key that takes a number off the list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.document.fields import Clock, Days, Moment
from sim.document.laws import DurationLaw
from sim.document.quantity import Factor, FactorRange, Model, PlainDuration, Share, ShareRange


class ConsentSlots(Model):
    """Weekly times that consents name: each names one of them, all alike, local to the line."""

    length: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Length of the time that a consent names, whole minutes."
    )
    days: Days = Field(description="Days on which such times lie.")
    opens: Clock = Field(alias="from", description="Start of the first on each day, local.")
    closes: Clock = Field(alias="to", description="End of the last on each day, local.")


class Gathered(Model):
    """When consents were gathered: evenly over some days that end before the campaign."""

    starts: Moment = Field(alias="from", description="First moment, UTC.")
    ends: Moment = Field(alias="to", description="Last moment, UTC; before every campaign.")


class Consent(Model):
    """Consent to calls from this caller, given before the campaign."""

    share: Share = Field(description="Share of lines whose people consented to something.")
    covers_calls: Share = Field(
        default_factory=lambda: ShareRange(central=1.0),
        description="Share of these consents that cover automated calls; others do not count.",
    )
    slot: ConsentSlots | None = Field(
        None, description="Weekly times that consents name; left out, they cover any time."
    )
    gathered: Gathered | None = Field(
        None, description="When they were gathered; left out, long before."
    )
    withdrawn: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="Share withdrawn again, at a moment evenly spread from consent to `until`.",
    )
    until: Moment | None = Field(
        None, description="Last moment at which withdrawals fall, UTC; needed where any are."
    )
    human_odds: Factor = Field(
        default_factory=lambda: FactorRange(central=1.0),
        description="Odds of a human pick-up of lines that consented, as a multiple.",
    )


class OptingOut(Model):
    """How many of those who hear of the key that lists their number press it."""

    at_start: Share = Field(description="Share who press it, of people told at the start.")
    at_end: Share = Field(description="Share who press it, of people told at the end.")
    delay: DurationLaw = Field(description="End of the notice to the key.")
