"""A run's readings: each strategy's log under other values of what its calls do not hang on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.engine.plan.stage import Stage
from sim.jobs.roles import Role, Roles, roles
from sim.measure.cases import Cases
from sim.store.columns import TABLES
from sim.store.tables import arrow
from sim.study.counts import Count
from sim.study.reading import Points, Reading, points, reading
from sim.study.sensitivity import drivers

Floats = NDArray[np.float64]
_COUNTS = {
    "complaints": "all",
    "complaints_regulator": "regulator",
    "complaints_regulator_before_cutoff": "regulator_before_cutoff",
}
"""Columns of complaints, to what they are called in a reading."""


@dataclass
class Reader:
    """Reads the strategies of a run, one after the other, in the same draws.

    Parameters
    ----------
    stage
        In which they run.
    strategies
        Their names.
    scale
        Effective scale.
    """

    stage: Stage
    strategies: tuple[str, ...]
    scale: Fraction
    points: Points = field(init=False)
    """The draws."""
    roles: dict[str, Roles] = field(init=False)
    """By strategy: what each input decides."""
    found: dict[str, Reading] = field(init=False, default_factory=dict)
    """By strategy that has been read."""

    def __post_init__(self) -> None:
        scenario = self.stage.scenario
        self.points = points(scenario, self.stage.replication.seed)
        self.roles = roles(self.stage, self.points.moving, self.strategies)

    def read(self, strategy: str, cases: Cases) -> None:
        """Read a strategy that has run."""
        role = self.roles[strategy]
        self.found[strategy] = reading(
            cases,
            self.stage.scenario,
            strategy,
            self.points,
            reads=role.of(Role.READING),
            held=role.of(Role.HELD),
            ways=role.ways,
            scale=self.scale,
        )

    def facts(self) -> dict[str, Any]:
        """What the manifest tells of the readings."""
        return {
            "draws": self.points.n,
            "strategies": {
                name: {"log_stands": one.stands, "acts": one.acts, "moved": one.moved}
                for name, one in self.found.items()
            },
        }

    def tables(self) -> dict[str, pa.Table]:
        """The tables of readings and of inputs."""
        readings = [_readings(name, one) for name, one in self.found.items()]
        told = [_inputs(name, one, self) for name, one in self.found.items()]
        return {
            "readings": _table("readings", readings),
            "reading_inputs": _table("reading_inputs", told),
        }


def _table(name: str, blocks: list[Mapping[str, Any]]) -> pa.Table:
    return pa.concat_tables([arrow(TABLES[name], block) for block in blocks])


def _readings(name: str, one: Reading) -> Mapping[str, Any]:
    """Rows of a strategy's readings, draw 0 first."""
    n = len(one.people)
    missing = np.ma.array(np.zeros(n), mask=True)
    columns: dict[str, Any] = {
        "strategy": np.full(n, name, dtype=object),
        "draw": np.arange(n, dtype=np.int64),
        "people_reached": one.people,
        "votes_gained": missing if one.votes is None else one.votes,
    }
    for column, what in _COUNTS.items():
        count: Count = Count(missing, missing)
        if one.complaints is not None:
            count = getattr(one.complaints, what)
        columns |= {column: count.mean, f"{column}_variance": count.variance}
    return columns


def _inputs(name: str, one: Reading, reader: Reader) -> Mapping[str, Any]:
    """Rows of what each input decides of a strategy, and explains of its spread."""
    role, drawn = reader.roles[name].role, set(one.inputs)
    uniforms = {path: reader.points.uniforms[path][1:] for path in one.inputs}
    people = _shares(one.people[1:], uniforms)
    complaints = {} if one.complaints is None else _shares(one.complaints.all.mean[1:], uniforms)
    return {
        "strategy": np.full(len(role), name, dtype=object),
        "input": list(role),
        "role": [str(value) for value in role.values()],
        "drawn": np.array([path in drawn for path in role], dtype=np.bool_),
        "share_people": [people.get(path) for path in role],
        "share_complaints": [complaints.get(path) for path in role],
    }


def _shares(value: Floats, uniforms: Mapping[str, Floats]) -> dict[str, float]:
    """Share of the variance of a number's logarithm by input; empty where it does not move.

    0 where chance alone could give as much: what explains nothing is not shown as a cause.
    """
    if not uniforms or not (value > 0).all() or value.max() <= value.min() * (1 + 1e-9):
        return {}
    found = drivers(np.log(value), uniforms)
    return {one.path: one.share if one.share > one.by_chance else 0.0 for one in found}
