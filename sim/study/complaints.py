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
NODES = 65
"""Laws of a delay that are tabulated where many draws have one each; between two of them what
follows is interpolated. Against each draw's own law that is off by less than a thousandth in 19
draws of 20, and by less than a hundredth in all of 512."""
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
    spreads: founding.Spreads | None = None,
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
    spreads
        Where delays end, as far as it is known already.

    Raises
    ------
    ValueError
        Where the world has no complaints, or in some draw a complaint breeds one or more.
    """
    if world.complaints is None:
        raise ValueError("there are no complaints to read")
    values, spread = values or {}, spreads or founding.Spreads()
    at = founding.numbers(world, value_of(world, values, n), ceiling)
    over = int((at.branching >= 1).sum())
    if over:
        raise ValueError(f"a complaint breeds one or more in {over} of {n} draws")
    edges = founding.edges_of(cases, world.complaints.horizon)
    called = founding.called_by(cases, edges)
    founders = _founders(cases, edges, world, values, at, spread)
    contagion = world.complaints.contagion
    mean, variance = np.empty((4, n)), np.empty((4, n))
    laws: list[tuple[DurationLaw | None, NDArray[np.intp]]] = [(None, np.arange(n))]
    if contagion is not None:
        laws = [*_laws(contagion.delay, ("world", "complaints", "contagion", "delay"), values, n)]
    for law, rows in laws:
        joining = np.zeros((len(called), len(called)))
        if law is not None:
            joining = spread(law, edges) * called
            founders[rows] += founding.shocked(cases, law, edges, at.bred[rows])
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
    cases: Cases,
    edges: Floats,
    world: World,
    values: Values,
    at: founding.Numbers,
    spread: founding.Spreads,
) -> Floats:
    """(n, cells) Mean complaints about calls, by cell of the complaint."""
    complaints, n = world.complaints, len(at.per_million)
    assert complaints is not None
    basis, out = np.zeros((n, len(edges) - 1)), np.zeros((n, len(edges) - 1))
    middle = founding.numbers(world, founding.central(world))
    calls = founding.placed(cases, edges, complaints)
    every, expected = founding.founding(calls, cases, at), founding.founding(calls, cases, middle)
    for law, rows, weight in _nodes(
        world.voicemail.delay, ("world", "voicemail", "delay"), values, n
    ):
        hearing = spread(law, edges)
        factor = founding.corrected(cases, float(expected.by(hearing).sum()))
        basis[rows] += weight[:, None] * every.by(hearing, rows) * factor
    for law, rows, weight in _nodes(complaints.delay, ("world", "complaints", "delay"), values, n):
        out[rows] += weight[:, None] * (basis[rows] @ spread(law, edges))
    return out


def _nodes(
    law: DurationLaw, path: Path, values: Values, n: int
) -> Iterator[tuple[DurationLaw, NDArray[np.intp], Floats]]:
    """Laws with the draws that they count in and how much: to 1 over the laws of each draw.

    Where one uniform moves all numbers of a law, its draws lie on a line, and :data:`NODES` of
    them, closer at the ends, stand for those between.
    """
    below = {key[len(path) :]: value for key, value in values.items() if key[: len(path)] == path}
    table = np.column_stack(list(below.values())) if below else np.empty((n, 0))
    order = np.lexsort(table.T[::-1]) if below else np.arange(n)
    along = table[order]
    steps = np.diff(along, axis=0)
    if not below or n <= NODES or not np.all((steps >= 0).all(axis=0) | (steps <= 0).all(axis=0)):
        for one, rows in _laws(law, path, values, n):
            yield one, rows, np.ones(len(rows))
        return
    place = _along(along)
    wanted = np.linspace(place[0], place[-1], NODES)
    at = np.unique(np.r_[0, np.searchsorted(place, wanted[1:-1]), n - 1])
    inner, which = np.unique(place[at], return_index=True)
    place = np.interp(place, inner, which.astype(np.float64))
    for number, row in enumerate(along[at].tolist()):
        weight = np.maximum(1 - np.abs(place - number), 0.0)
        rows = np.flatnonzero(weight)
        one = with_values(law, dict(zip(below, row, strict=True)))
        yield one, order[rows], weight[rows]


def _along(rows: Floats) -> Floats:
    """(n,) How far each row of a sorted table lies along the line that they are on.

    By the logarithm of each number, or of what is missing to 1 where all are shares.
    """
    share = rows.size > 0 and bool((rows < 1).all())
    scale = np.log(-np.log(np.maximum(rows, 1e-300))) if share else np.log(np.maximum(rows, 1e-300))
    steps = np.abs(np.diff(scale, axis=0)).sum(axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])
