"""The casebook: campaigns whose calls or complaints are known, read from its file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

MILLION = 1e6


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Reports(_Entry):
    """How many complaints are known of."""

    count: int = Field(ge=0)
    means: Literal["exactly", "more than", "fewer than", "at most"] = "exactly"
    when: str | None = None
    """By when; None for the whole span."""

    def holds(self, low: int, high: int) -> bool:
        """Whether a number from ``low`` to ``high`` can be what is known."""
        match self.means:
            case "exactly":
                return low <= self.count <= high
            case "more than":
                return high > self.count
            case "fewer than":
                return low < self.count
            case "at most":
                return low <= self.count


class Case(_Entry):
    """One campaign."""

    name: str
    kind: Literal["commercial", "political"]
    country: str
    span: str
    calls: int | None = Field(None, ge=1)
    """Dials; None where nobody published them."""
    connected: int | None = Field(None, ge=1)
    """Dials that a person or a machine answered, where known."""
    reports: list[Reports] = []
    """Complaints, by moment where several are known."""
    fit: bool = False
    """Whether the complaint level is fitted to it."""
    sources: list[str]
    """Tags of docs/sources.md."""
    missing: list[str] = []
    """What a comparison needs and was not found."""
    note: str | None = None

    @property
    def per_million(self) -> float:
        """Complaints per million dials, by the first number known."""
        if self.calls is None or not self.reports:
            raise ValueError(f"{self.name}: calls or complaints are not known")
        return self.reports[0].count / self.calls * MILLION


class Typical(_Entry):
    """What a dial of a fined campaign was like, as shares of 0–1."""

    connected: float
    machines: float
    """Of those connected."""
    message_left: float
    """Of machines."""
    no_answer: float
    repeats: float
    opposed: float
    failed_opt_outs: float
    meals: float


class Casebook(_Entry):
    """All campaigns, in the order in which tables show them."""

    cases: list[Case]
    typical: Typical

    @property
    def fitted(self) -> list[Case]:
        """Those that the complaint level is fitted to."""
        return [case for case in self.cases if case.fit]


@cache
def casebook() -> Casebook:
    """The casebook that ships.

    Raises
    ------
    pydantic.ValidationError
        If the file is not a casebook.
    """
    text = (files("analysis.validation") / "casebook.yaml").read_text(encoding="utf-8")
    return Casebook.model_validate(YAML(typ="safe").load(text))
