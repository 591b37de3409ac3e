"""The world: what being reached does to a vote, which experiments have measured."""

from __future__ import annotations

from pydantic import Field

from sim.document.quantity import Model, Share, ShareRange, Signed


class Votes(Model):
    """What being reached does to a vote, and what only seems so."""

    per_1000_reached: Signed = Field(
        description="Votes gained for a thousand people reached, against the same people not "
        "called; below 0, votes lost."
    )
    vote_anyway: Share = Field(
        default_factory=lambda: ShareRange(central=0.0),
        description="How much larger the share that votes is among people whom calls reach than "
        "among those whom they do not, whatever the message: what a placebo call would seem to "
        "gain.",
    )
