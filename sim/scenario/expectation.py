"""What a scenario promises: the list under ``check.expect``, each entry one expectation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.document.fields import Bound, Count
from sim.document.quantity import Model, PlainShare

MAX_EXPECTATIONS = 100
"""Most expectations in a scenario."""
FINISHED = "finish_probability"
"""Stands for a metric: the chance that every line of the list is dialled in time."""
_Inner = Annotated[PlainShare, Field(gt=0, lt=1)]


class Expectation(Model):
    """One promise, judged by ``ringfence check``: of a metric, or of violations of a regime."""

    metric: str | None = Field(
        None,
        description="A metric, as `ringfence explain` lists them, or finish_probability: the "
        "chance that every line of the list is dialled in time.",
    )
    violations: str | None = Field(
        None, description="A regime of `regimes`, or one rule of it: regime/rule."
    )
    strategy: str = Field(description="The strategy of which it is promised.")
    better_than: str | None = Field(
        None, description="A strategy that it is better than, from the caller's side."
    )
    by: PlainShare = Field(0.0, description="How much better at least, as a share of the other's.")
    exactly: Bound | None = Field(None, description="The value, at full size.")
    at_least: Bound | None = Field(None, description="The least value, at full size.")
    at_most: Bound | None = Field(None, description="The greatest value, at full size.")
    not_assessable: Count | None = Field(
        None,
        description="How many rules, at most, may not be assessable, wholly or for some calls.",
    )
    over: Literal["noise", "inputs"] | None = Field(
        None,
        description="What varies: the luck of runs at central values, or all uncertain inputs "
        "and luck. Left out: the one run that the check makes.",
    )
    quantile: _Inner | None = Field(
        None, description="The quantile over these that the bound is of."
    )
    probability: _Inner | None = Field(
        None, description="Or the least share of these in which the bound is kept."
    )
    confidence: Annotated[PlainShare, Field(ge=0.5, lt=1)] = Field(
        0.95, description="How sure a verdict over noise or inputs must be."
    )
