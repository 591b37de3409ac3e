"""A parameter of the model: one number, or a range with a shape and a source.

A range is what an honest modeller writes for a figure that nobody has published. ``central`` is the
median and is what a single run uses; ``low`` and ``high`` are its 5 % and 95 % points. Replications
draw from the range; a single run never does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.document.kinds import DURATION, FACTOR, SHARE, SIGNED
from sim.document.units import parse_duration, parse_factor, parse_share, parse_signed


class Model(BaseModel):
    """Base of all that a file holds: frozen, and closed to keys that it does not know.

    A validator is built when a model first validates: most models only ever do as part of another.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class FrozenDict(dict[str, Any]):
    """A mapping that keeps its order and refuses to change."""

    def __hash__(self) -> int:  # type: ignore[override] # it never changes
        return hash(frozenset(self.items()))

    def _refuse(self, *_args: object, **_kwargs: object) -> Any:
        raise TypeError("this mapping is immutable")

    __setitem__ = __delitem__ = _refuse
    __ior__ = pop = popitem = clear = update = setdefault = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)


Grade = Literal["A", "B", "C", "D"]
GRADES: Mapping[Grade, str] = {
    "A": "measured, and near the case",
    "B": "measured elsewhere",
    "C": "told by those concerned, a vendor's record, or calculated",
    "D": "judgement",
}
"""How good the evidence for a figure is."""
GRADE = f"How good the evidence is: {'; '.join(f'{k} {text}' for k, text in GRADES.items())}."
"""What every `grade` means."""
Shape = Literal["two-piece", "uniform", "log-uniform"]
"""``two-piece``: two half-normals that meet at the median, on the logit scale for shares and on the
log scale for all else, but for numbers of either sign, which stay on their own. ``uniform``,
``log-uniform``: flat, or flat on the log scale, with the 5 % and 95 % points at ``low`` and
``high``."""


class _Range(Model):
    """What the kinds of quantity share."""

    shape: Shape = Field("two-piece", description="Distribution that replications draw from.")
    source: str | None = Field(None, description="Where the figure comes from, or 'assumed'.")
    grade: Grade | None = Field(None, description=GRADE)

    @property
    def is_range(self) -> bool:
        """Whether replications draw this parameter."""
        return getattr(self, "low", None) is not None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, central, high = (getattr(self, name) for name in ("low", "central", "high"))
        if (low is None) != (high is None):
            raise ValueError("a range needs both low and high")
        if low is not None and not low <= central <= high:
            raise ValueError("a range needs low <= central <= high")
        return self


_Share = Annotated[float, BeforeValidator(parse_share), SHARE]
_Factor = Annotated[float, BeforeValidator(parse_factor), FACTOR]
_Signed = Annotated[float, BeforeValidator(parse_signed), SIGNED]
_Duration = Annotated[int, BeforeValidator(parse_duration), DURATION]


class ShareRange(_Range):
    """A share of 0–1."""

    low: _Share | None = Field(None, description="5 % point, share of 0–1.")
    central: _Share = Field(description="Median, share of 0–1.")
    high: _Share | None = Field(None, description="95 % point, share of 0–1.")


class FactorRange(_Range):
    """A plain number of 0 or more: a mean, a spread, a multiplier."""

    low: _Factor | None = Field(None, description="5 % point.")
    central: _Factor = Field(description="Median.")
    high: _Factor | None = Field(None, description="95 % point.")


class SignedRange(_Range):
    """A plain number that may be below 0: an effect."""

    low: _Signed | None = Field(None, description="5 % point.")
    central: _Signed = Field(description="Median.")
    high: _Signed | None = Field(None, description="95 % point.")

    @model_validator(mode="after")
    def _plain(self) -> Self:
        if self.shape == "log-uniform":
            raise ValueError("a number of either sign has no logarithm; two-piece or uniform")
        return self


class DurationRange(_Range):
    """A duration in milliseconds."""

    low: _Duration | None = Field(None, description="5 % point, with its unit.")
    central: _Duration = Field(description="Median, with its unit.")
    high: _Duration | None = Field(None, description="95 % point, with its unit.")


def _central(value: Any) -> Any:
    """Write a bare number as the range that it stands for."""
    return value if isinstance(value, (dict, BaseModel)) else {"central": value}


def _frozen(value: dict[str, Any]) -> FrozenDict:
    return FrozenDict(value)


Share = Annotated[ShareRange, BeforeValidator(_central), SHARE.or_range()]
"""A share field: ``33 %``, ``0.33`` or a range of these."""
Factor = Annotated[FactorRange, BeforeValidator(_central), FACTOR.or_range()]
"""A plain-number field, or a range."""
Signed = Annotated[SignedRange, BeforeValidator(_central), SIGNED.or_range()]
"""A field for a number of either sign, or a range."""
Duration = Annotated[DurationRange, BeforeValidator(_central), DURATION.or_range()]
"""A duration field, or a range."""
QUANTITIES = (ShareRange, FactorRange, SignedRange, DurationRange)
"""The kinds of quantity."""
Quantity = ShareRange | FactorRange | SignedRange | DurationRange
"""Any of them."""
PlainDuration = _Duration
"""A duration that the caller chooses: one value, in milliseconds."""
PlainShare = _Share
"""A share that is known: one value, 0–1."""
PlainFactor = _Factor
"""A number of 0 or more that is known: one value."""

Freeze: Callable[[dict[str, Any]], FrozenDict] = _frozen
