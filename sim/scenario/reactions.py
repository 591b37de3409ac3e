"""A strategy: what the campaign does when the regulator acts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.document.quantity import Model, PlainDuration
from sim.scenario.dialing import MAX_WINDOWS, CallTimes

MAX_REACTIONS = 5
"""Most reactions at once: each of them."""
Reaction = Literal["carry_on", "objection_first", "narrow_hours", "suspend", "stop"]
"""What a campaign does when the regulator acts."""


class Reactions(Model):
    """What the campaign does at each step of the regulator; each list replaces the one before."""

    contact: tuple[Reaction, ...] = Field(
        ("carry_on",),
        min_length=1,
        max_length=MAX_REACTIONS,
        description="When the regulator contacts it.",
    )
    reminder: tuple[Reaction, ...] = Field(
        ("carry_on",),
        min_length=1,
        max_length=MAX_REACTIONS,
        description="When the regulator reminds in public.",
    )
    order: tuple[Reaction, ...] = Field(
        ("stop",),
        min_length=1,
        max_length=MAX_REACTIONS,
        description="When the regulator orders it to stop.",
    )
    suspend_for: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="How long `suspend` lasts."
    )
    narrow_call_times: (
        Annotated[tuple[CallTimes, ...], Field(min_length=1, max_length=MAX_WINDOWS)] | None
    ) = Field(
        None, description="Windows of `narrow_hours`: calls only in these and in `call_times`."
    )
