"""The world: how caller numbers come to bear labels, and what a label costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.document.quantity import Factor, Model, PlainDuration


class Reputation(Model):
    """How caller numbers come to bear labels such as 'spam', and what a label costs.

    Pressure on campaigns that call people who do not want it; nothing here offers a way round.
    """

    update: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Time between updates of the numbers' standing."
    )
    allowed_per_day: Factor = Field(
        description="Calls per number and day that burden it not at all."
    )
    short_call: Factor = Field(
        description="Burden of a call that a person ended at once, in calls beyond those allowed."
    )
    report: Factor = Field(description="Burden of a complaint about the number, likewise.")
    label_at: Factor = Field(description="Burden from which a number bears a label.")
    half_life: Annotated[PlainDuration, Field(ge=60_000)] = Field(
        description="Time in which half of a burden is forgotten."
    )
    labelled_odds: Factor = Field(
        description="Odds of a human pick-up of a call from a labelled number, as a multiple."
    )
