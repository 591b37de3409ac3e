"""Laws of durations, as a file writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from sim.document.kinds import LAW
from sim.document.quantity import GRADE, Duration, Freeze, Grade, Model, Share

SOURCE = "Where the figures come from, or 'assumed'."
"""What every `source` means."""


class Constant(Model):
    """Always the same duration."""

    law: Literal["constant"] = "constant"
    value: Duration = Field(description="The duration.")
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class Uniform(Model):
    """Every duration between two bounds alike."""

    law: Literal["uniform"]
    shortest: Duration = Field(description="Lower bound.")
    longest: Duration = Field(description="Upper bound.")
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class Exponential(Model):
    """Exponential durations: no memory."""

    law: Literal["exponential"]
    mean: Duration = Field(description="Mean duration.")
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class LogNormal(Model):
    """Log-normal durations, by two points that people know."""

    law: Literal["lognormal"]
    median: Duration = Field(description="Half are shorter.")
    p90: Duration = Field(description="Nine in ten are shorter; longer than the median.")
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class Survival(Model):
    """A survival curve through published points, Weibull between each two and beyond the last.

    The cumulative hazard is a straight line in log-log between points, and keeps its slope outside
    them, so two points give exactly one Weibull law.
    """

    law: Literal["survival"]
    points: Annotated[dict[str, Share], AfterValidator(Freeze)] = Field(
        min_length=2,
        max_length=100,
        description="Share still there after each duration: {6 s: 97 %, 19 s: 75 %}; where "
        "several are ranges, they move together.",
    )
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


def _law(value: Any) -> Any:
    if isinstance(value, dict):
        return {"law": "constant", **value} if "law" not in value and "value" in value else value
    return value if isinstance(value, Model) else {"law": "constant", "value": value}


def _law_tag(value: Any) -> str | None:
    found = value.get("law") if isinstance(value, dict) else getattr(value, "law", None)
    return found if isinstance(found, str) else None


DurationLaw = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Exponential, Tag("exponential")]
    | Annotated[LogNormal, Tag("lognormal")]
    | Annotated[Survival, Tag("survival")],
    Discriminator(
        _law_tag,
        custom_error_type="law",
        custom_error_message=(
            "a duration law is one duration, or a map with law: "
            "constant, uniform, exponential, lognormal or survival"
        ),
    ),
    BeforeValidator(_law),
    LAW,
]
"""A duration that varies from call to call: ``12 s`` for a constant, or a map with its ``law``."""
