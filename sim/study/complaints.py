"""Complaints in expectation, from the cases of one log, under many values of what is not known.

Nothing is drawn: what is expected of calls is :mod:`sim.measure.founding`'s, and the cascade is
worked out to the horizon (:mod:`sim.measure.cascade`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.document.laws import DurationLaw
from sim.document.node import Path
from sim.measure import founding
from sim.measure.cascade import moments_over
from sim.measure.cases import Cases
from sim.record.feedback import Channel
from sim.scenario.world import World
from sim.study.counts import Count
from sim.study.inputs import with_values

Floats = NDArray[np.float64]
Values = Mapping[Path, Floats]
"""By key of a scenario: its value in each of n draws, (n,); keys without any stay central."""


@dataclass(frozen=True, slots=True)
class Read:
    """Complaints of one strategy in n draws, at full size."""

    all: Count
    """Up to the horizon."""
    regulator: Count
    """Of these, to the regulator."""
    regulator_before_cutoff: Count
    acting: Count
    """Those to the regulator early enough for it to act on the campaign, from :func:`read`."""

    def of(self, rows: slice) -> Read:
        """Some of the draws."""
        both = (getattr(self, f.name) for f in fields(Read))
        return Read(*(Count(count.mean[rows], count.variance[rows]) for count in both))


def read(
    cases: Cases,
    world: World,
    values: Values | None = None,
    n: int = 1,
    acting_ms: float = 0.0,
    ceiling: float = 1.0,
) -> Read:
    """Complaints that one log leads to in each of n draws of the world.

    Parameters
    ----------
    cases
        Of the log.
    world
        The log's world.
    values
        What differs from it in the draws: numbers alone, no times of day, and nothing that would
        have changed the log.
    n
        How many draws.
    acting_ms
        Count reports before this moment apart, ms since the start; moved back to the end of a cell.
    ceiling
        Largest chance of a complaint about a call: full size ÷ simulated, where a scaled run has
        the complaints of the full one.

    Raises
    ------
    ValueError
        Where the world has no complaints, or in some draw a complaint breeds one or more.
    """
    if world.complaints is None:
        raise ValueError("there are no complaints to read")
    values = values or {}
    at = founding.numbers(world, value_of(world, values, n), ceiling)
    over = int((at.branching >= 1).sum())
    if over:
        raise ValueError(f"a complaint breeds one or more in {over} of {n} draws")
    edges = founding.edges_of(cases, world.complaints.horizon)
    called = founding.called_by(cases, edges)
    founders = _founders(cases, edges, world, values, at)
    contagion = world.complaints.contagion
    mean, variance = np.empty((4, n)), np.empty((4, n))
    laws: list[tuple[DurationLaw | None, NDArray[np.intp]]] = [(None, np.arange(n))]
    if contagion is not None:
        laws = [*_laws(contagion.delay, ("world", "complaints", "contagion", "delay"), values, n)]
    for law, rows in laws:
        joining = np.zeros((len(called), len(called)))
        if law is not None:
            joining = founding.spread(law, edges) * called
        masks = np.stack(_masks(edges, cases.cutoff_ms, acting_ms))
        mean[:, rows], variance[:, rows] = moments_over(
            founders[rows], joining, at.channels[rows], at.bred[rows], masks
        )
    return Read(*map(Count, mean, variance))


def value_of(world: World, values: Values, n: int) -> founding.Value:
    """Values of the keys of a world: as drawn, else central."""
    middle = founding.central(world)

    def value(path: str) -> Floats:
        found = values.get(("world", *path.split(".")))
        return np.repeat(middle(path), n) if found is None else found

    return value


def _masks(edges: Floats, cutoff_ms: int, acting_ms: float) -> list[NDArray[np.bool_]]:
    """(cells, channels) What counts: all, to the regulator, to it before cutoff and review."""
    every = np.ones((len(edges) - 1, len(Channel)), dtype=np.bool_)
    regulator = every & (np.arange(len(Channel)) == Channel.REGULATOR)
    before = [regulator & (edges[:-1] < moment)[:, None] for moment in (cutoff_ms, acting_ms)]
    return [every, regulator, *before]


def _laws(
    law: DurationLaw, path: Path, values: Values, n: int
) -> Iterator[tuple[DurationLaw, NDArray[np.intp]]]:
    """A law in n draws, with the draws that have it; mostly all of them do."""
    below = {key[len(path) :]: value for key, value in values.items() if key[: len(path)] == path}
    if not below:
        yield law, np.arange(n)
        return
    table = np.column_stack(list(below.values()))
    rows, which = np.unique(table, axis=0, return_inverse=True)
    for number, row in enumerate(rows.tolist()):
        yield with_values(law, dict(zip(below, row, strict=True))), np.flatnonzero(which == number)


def _founders(
    cases: Cases, edges: Floats, world: World, values: Values, at: founding.Numbers
) -> Floats:
    """(n, cells) Mean complaints about calls, by cell of the complaint."""
    complaints, n = world.complaints, len(at.per_million)
    assert complaints is not None
    basis, out = np.empty((n, len(edges) - 1)), np.empty((n, len(edges) - 1))
    for law, rows in _laws(world.voicemail.delay, ("world", "voicemail", "delay"), values, n):
        known = founding.by_case(cases, edges, complaints, founding.spread(law, edges))
        basis[rows] = founding.founding(cases, known, at.of(rows))
        if cases.weight:
            middle = founding.numbers(world, founding.central(world))
            basis[rows] *= founding.corrected(cases, known, middle)
    for law, rows in _laws(complaints.delay, ("world", "complaints", "delay"), values, n):
        out[rows] = basis[rows] @ founding.spread(law, edges)
    return out
