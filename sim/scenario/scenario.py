"""The scenario: one world, several strategies, one seed, as frozen typed objects.

The classes of this room *are* the file format: a key of the YAML is a field of one, with its unit,
its default and its meaning. :class:`Scenario` holds a :class:`~sim.scenario.world.World` and its
:class:`~sim.scenario.strategy.Strategy` objects, whose parts stand in a file a topic. The loader
(:mod:`sim.scenario.load`) reads a file into them; rules that span several fields stand in
:mod:`sim.scenario.checks`.

Internal units: milliseconds, shares of 0–1, minutes of the local day, exact fractions of calls per
second. Local moments are naive; the zone stands beside them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.document.fields import Count
from sim.document.quantity import Freeze, Model, PlainShare
from sim.scenario.expectation import MAX_EXPECTATIONS, Expectation
from sim.scenario.joint import MOST_GROUPS, Joint
from sim.scenario.strategy import MAX_REGIMES, Strategy
from sim.scenario.world import World


class Check(Model):
    """How ``ringfence check`` reruns the scenario."""

    scale: Annotated[PlainShare, Field(gt=0)] = Field(
        1.0,
        description="Scale of the regression run; no count may be rounded by more than 2 %.",
    )
    expect: tuple[Expectation, ...] = Field(
        (), max_length=MAX_EXPECTATIONS, description="What the scenario promises."
    )
    evidence: Literal["none", "source", "grade"] = Field(
        "none",
        description="What each range must have, by itself or from what it stands in: a source, or "
        "a source and a grade.",
    )
    most_draws: Annotated[Count, Field(ge=8, le=4_000)] = Field(
        200,
        description="Most runs that an expectation over noise or inputs may take to be judged.",
    )


class Scenario(Model):
    """One world, several strategies, one seed."""

    format: Literal[1] = Field(description="Version of the format.")
    name: str = Field(min_length=1, description="Short name, used for files.")
    question: str | None = Field(None, description="The question that the scenario answers.")
    seed: Annotated[Count, Field(lt=1 << 64)] = Field(description="Root seed.")
    world: World = Field(description="Who the recipients are and how they behave.")
    strategies: Annotated[dict[str, Strategy], AfterValidator(Freeze)] = Field(
        min_length=1, description="Strategies by name; each is laid over the base strategy."
    )
    base: str = Field(description="The strategy that the others are compared with.")
    regimes: tuple[str, ...] = Field(
        (),
        max_length=MAX_REGIMES,
        description="Regimes to audit every strategy against: ids, which `ringfence regimes` "
        "lists, or paths of your own from this file's folder.",
    )
    joint: tuple[Joint, ...] = Field(
        (),
        max_length=MOST_GROUPS,
        description="Uncertain inputs that are drawn together, a group each.",
    )
    check: Check = Field(
        default_factory=Check, description="How `ringfence check` reruns the scenario."
    )
