"""Uncertain inputs that are drawn together: what goes with what, and how closely."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.document.fields import Correlation
from sim.document.laws import SOURCE
from sim.document.quantity import GRADE, Grade, Model

MOST_INPUTS = 50
"""Most inputs in one group."""
MOST_GROUPS = 50
"""Most groups."""
_Row = Annotated[tuple[Correlation, ...], Field(max_length=MOST_INPUTS)]


class Joint(Model):
    """Inputs whose normal scores are correlated: each keeps its own range."""

    inputs: Annotated[tuple[str, ...], Field(min_length=2, max_length=MOST_INPUTS)] = Field(
        description="Keys whose values are ranges, such as world.opposition."
    )
    correlation: Correlation | None = Field(
        None, description="Of each two of them; 1 means that they move together."
    )
    correlations: Annotated[tuple[_Row, ...], Field(max_length=MOST_INPUTS)] | None = Field(
        None, description="Of each with each: a row an input, 1 on the diagonal."
    )
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)

    @property
    def matrix(self) -> tuple[tuple[float, ...], ...]:
        """Correlation of each input with each."""
        if self.correlations is not None:
            return self.correlations
        n, other = len(self.inputs), self.correlation or 0.0
        return tuple(tuple(1.0 if i == j else other for j in range(n)) for i in range(n))
