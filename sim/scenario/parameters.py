"""Every quantity of a scenario in one table: which are numbers, which are ranges, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from sim.document.node import Path, dotted
from sim.document.quantity import (
    QUANTITIES,
    DurationRange,
    FactorRange,
    ShareRange,
    SignedRange,
)
from sim.scenario.scenario import Scenario
from sim.scenario.strategy import CallList

_UNITS: Mapping[type[BaseModel], str] = {
    ShareRange: "share",
    FactorRange: "",
    SignedRange: "",
    DurationRange: "ms",
}


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One quantity."""

    path: str
    """Key with dots; of a strategy it begins with ``strategies.NAME``."""
    unit: str
    """``share`` (0–1), ``ms``, or nothing for a plain number."""
    central: float
    """What a single run uses."""
    low: float | None
    """5 % point; None where the parameter is one number."""
    high: float | None
    """95 % point; None where the parameter is one number."""
    shape: str | None
    """Distribution of the range; None where the parameter is one number."""
    source: str | None
    """Its own source, else that of what it stands in."""
    grade: str | None
    """Grade of the evidence, A to D: of its own source, else of that of what it stands in."""
    is_range: bool
    """Whether replications draw it."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Where figures come from, and how good that is."""

    source: str | None
    grade: str | None

    def beneath(self, value: BaseModel) -> _Evidence:
        """What holds for the figures of a model: its own, or this; a source has its own grade."""
        source, grade = getattr(value, "source", None), getattr(value, "grade", None)
        if source is None:
            return self if grade is None else _Evidence(self.source, grade)
        return _Evidence(source, grade)


_UNSAID = _Evidence(None, None)


def parameters(scenario: Scenario) -> tuple[ParameterRow, ...]:
    """Every quantity of the world and of the strategies, in the order of the format.

    A quantity that a strategy leaves at its default is given too.
    """
    return tuple(_rows(scenario, (), _UNSAID))


def _rows(value: object, path: Path, evidence: _Evidence) -> Iterator[ParameterRow]:
    if isinstance(value, QUANTITIES):
        own = evidence.beneath(value)
        yield ParameterRow(
            path=dotted(path),
            unit=_UNITS[type(value)],
            central=value.central,
            low=value.low,
            high=value.high,
            shape=value.shape if value.is_range else None,
            source=own.source,
            grade=own.grade,
            is_range=value.is_range,
        )
    elif isinstance(value, BaseModel):
        # A list's `source` says where the numbers come from, not where figures do.
        own = evidence if isinstance(value, CallList) else evidence.beneath(value)
        for name, info in type(value).model_fields.items():
            yield from _rows(getattr(value, name), (*path, info.alias or name), own)
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _rows(entry, (*path, name), evidence)
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _rows(entry, (*path, index), evidence)
