"""Complaints in expectation, from the cases of one log, under many values of what is not known.

Nothing is drawn. The chance of a complaint about a call is that of the model
(:func:`sim.behaviour.complaining.reference_chance` times the effects that apply), the delay to it
and to what it breeds are spread over cells of time, and the cascade is worked out to the horizon
(:mod:`sim.measure.cascade`). Left out, since a log hardly shows them: complaints of callers back
who never got through, and what an objection during the campaign makes of a later call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, pdtr

from sim.behaviour.complaining import parts_of_day, reference_chance
from sim.behaviour.laws import quantile_function
from sim.document.laws import DurationLaw
from sim.measure.cascade import accumulated, cells, falls, moments_over
from sim.measure.cases import CONSENTED, KINDS, OPPOSED, Cases
from sim.measure.marks import BIN_MS
from sim.record.feedback import Channel, Kind
from sim.scenario.complaints import Complaints
from sim.scenario.world import World

Floats = NDArray[np.float64]
WITHIN = 48
"""Cells of time up to the cutoff; as many follow to the horizon."""


class Count(NamedTuple):
    """One number of complaints in n draws."""

    mean: Floats
    """(n,) Expected, given the draw."""
    variance: Floats
    """(n,) Of the luck that is left, given the draw."""


@dataclass(frozen=True, slots=True)
class Read:
    """Complaints of one strategy in n draws, at full size."""

    all: Count
    """Up to the horizon."""
    regulator: Count
    """Of these, to the regulator."""
    regulator_before_cutoff: Count


def read(cases: Cases, worlds: Sequence[World]) -> Read:
    """Complaints that one log leads to in each of several worlds.

    Parameters
    ----------
    cases
        Of the log.
    worlds
        The world in each draw. They differ in numbers alone, not in times of day, and in nothing
        that would have changed the log.

    Raises
    ------
    ValueError
        Where a world has no complaints, or none is given.
    """
    told = [world.complaints for world in worlds]
    every = [one for one in told if one is not None]
    if not every or len(every) < len(told):
        raise ValueError("there are no complaints to read")
    edges = _edges(cases, every[0].horizon)
    founders = _founders(cases, edges, worlds, every)
    channels = np.array([[getattr(c.channels, name).central for name in _CHANNELS] for c in every])
    bred = np.array(
        [
            [
                0.0 if c.contagion is None else getattr(c.contagion, name).central
                for name in _CHANNELS
            ]
            for c in every
        ]
    )
    called = _called(cases, edges)
    masks = _masks(edges, cases.cutoff_ms)
    out: list[Count] = []
    for mask in masks:
        mean, variance = np.empty(len(every)), np.empty(len(every))
        for law, rows in _by_law(
            [None if c.contagion is None else c.contagion.delay for c in every]
        ):
            joining = np.zeros((len(called), len(called)))
            if law is not None:
                joining = _spread(law, edges) * called
            mean[rows], variance[rows] = moments_over(
                founders[rows], joining, channels[rows], bred[rows], mask
            )
        out.append(Count(mean, variance))
    return Read(*out)


def quantile(count: Count, share: float) -> int:
    """A quantile over draws and luck together: the smallest number with that much at or below it.

    Given a draw, the number counts as negative binomial with its mean and variance (Poisson where
    the variance is no larger): clusters are few and of uneven size, and so is that law.
    """
    low, high = -1, 1
    while _at_most(count, high) < share:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _at_most(count, middle) >= share else (middle, high)
    return high


def none(count: Count) -> float:
    """The chance of no complaint at all, over draws and luck."""
    return _at_most(count, 0)


def _at_most(count: Count, k: int) -> float:
    mean, variance = count
    spread = variance > mean * (1 + 1e-9)
    chance = np.ones(len(mean))
    plain = ~spread & (mean > 0)
    chance[plain] = pdtr(k, mean[plain])
    m, v = mean[spread], variance[spread]
    chance[spread] = betainc(m * m / (v - m), k + 1, m / v)
    return float(chance.mean())


def _bred(complaints: Complaints) -> list[float]:
    """Mean further complaints after one to each channel."""
    contagion = complaints.contagion
    if contagion is None:
        return [0.0] * len(_CHANNELS)
    return [getattr(contagion, name).central for name in _CHANNELS]


# ── Cells of time ────────────────────────────────────────────────────────────────────────────────

_CHANNELS = tuple(channel.name.lower() for channel in Channel)


def _edges(cases: Cases, horizon_ms: int) -> Floats:
    """Edges of the cells; up to the cutoff whole bins."""
    edges = cells(cases.cutoff_ms, horizon_ms, within=min(WITHIN, len(cases.dialled)))
    inside = edges < min(cases.cutoff_ms, horizon_ms)
    edges[inside] = np.rint(edges[inside] / BIN_MS) * BIN_MS
    return edges


def _cell_of(edges: Floats, bins: int) -> NDArray[np.intp]:
    """(bins,) The cell of each bin's beginning; beyond the horizon the number of cells."""
    at = np.arange(bins) * float(BIN_MS)
    return np.searchsorted(edges[1:], at, side="right")


def _masks(edges: Floats, cutoff_ms: int) -> list[NDArray[np.bool_]]:
    """(cells, channels) What counts: all, to the regulator, to it before the cutoff."""
    every = np.ones((len(edges) - 1, len(Channel)), dtype=np.bool_)
    regulator = every & (np.arange(len(Channel)) == Channel.REGULATOR)
    return [every, regulator, regulator & (edges[:-1] < cutoff_ms)[:, None]]


def _called(cases: Cases, edges: Floats) -> Floats:
    """(cells,) Share of the world's lines called by then, in the mean over each cell."""
    share = np.concatenate([[0.0], np.cumsum(cases.dialled)]) / cases.world
    at = np.minimum(np.arange(len(share)) * float(BIN_MS), cases.cutoff_ms)
    area = np.concatenate([[0.0], np.cumsum((share[1:] + share[:-1]) / 2 * np.diff(at))])
    total = np.interp(edges, at, area) + np.maximum(edges - at[-1], 0.0) * share[-1]
    return np.asarray(np.diff(total) / np.diff(edges), dtype=np.float64)


def _spread(law: DurationLaw, edges: Floats) -> Floats:
    """(cells, cells) Where a delay of a law ends, by where it began."""
    return falls(accumulated(quantile_function(law)), edges)


def _by_law(laws: Sequence[DurationLaw | None]) -> list[tuple[DurationLaw | None, list[int]]]:
    """Draws that share a law: mostly all of them do."""
    found: list[tuple[DurationLaw | None, list[int]]] = []
    for row, law in enumerate(laws):
        for known, rows in found:
            if known == law:
                rows.append(row)
                break
        else:
            found.append((law, [row]))
    return found


# ── Complaints about calls ───────────────────────────────────────────────────────────────────────


def _founders(
    cases: Cases, edges: Floats, worlds: Sequence[World], every: Sequence[Complaints]
) -> Floats:
    """(n, cells) Mean complaints about calls, by cell of the complaint."""
    out = np.empty((len(worlds), len(edges) - 1))
    for hearing, rows in _by_law([world.voicemail.delay for world in worlds]):
        assert hearing is not None
        known = _by_case(cases, edges, every[rows[0]], _spread(hearing, edges))
        chance = np.stack([_chances(cases, worlds[row], every[row]) for row in rows])
        basis = chance.reshape(len(rows), -1) @ known.reshape(len(edges) - 1, -1).T
        for delay, some in _by_law([every[row].delay for row in rows]):
            assert delay is not None
            out[[rows[i] for i in some]] = basis[some] @ _spread(delay, edges)
    return out


def _by_case(cases: Cases, edges: Floats, complaints: Complaints, hearing: Floats) -> Floats:
    """(cells, 3, 2, 3, 4, 2) Calls by cell, part of day, silence, kind, standing and attempt.

    A message left stands in the cell in which it is heard, were it heard, and where that lies in
    the silence of its territory; its part of day is that of the call.
    """
    places, bins = cases.quarter.shape
    n = len(edges) - 1
    cell = _cell_of(edges, bins)
    part = parts_of_day(complaints.night, complaints.meals)[cases.quarter]
    silent = _silent(cases, edges)
    out = np.zeros((n, 3, 2, *cases.calls.shape[2:]))
    message = KINDS.index(Kind.VOICEMAIL)
    for place in range(places):
        counted = np.zeros((n + 1, 3, 2, *cases.calls.shape[2:]))
        quiet = cases.silence[place, :bins].astype(np.intp)
        np.add.at(counted, (cell, part[place], quiet), cases.calls[place])
        counted = counted[:n]
        # (cells, part, standing, attempt) of messages, whenever they were left.
        left = counted[:, :, :, message].sum(axis=2)
        counted[:, :, :, message] = 0
        heard = np.tensordot(hearing.T, left, axes=1)
        share = silent[place].reshape(-1, 1, 1, 1)
        counted[:, :, 0, message] = heard * (1 - share)
        counted[:, :, 1, message] = heard * share
        out += counted
    return out


def _silent(cases: Cases, edges: Floats) -> Floats:
    """(territories, cells) Share of each cell that lies in the silence before a poll."""
    at = np.arange(cases.silence.shape[1] + 1) * float(BIN_MS)
    area = np.cumsum(cases.silence * float(BIN_MS), axis=1)
    total = np.stack([np.interp(edges, at, np.concatenate([[0.0], row])) for row in area])
    return np.asarray(np.diff(total, axis=1) / np.diff(edges), dtype=np.float64)


def _chances(cases: Cases, world: World, complaints: Complaints) -> Floats:
    """(3, 2, 3, 4, 2) Chance of a complaint by part, silence, kind, standing and attempt."""
    effects = complaints.effects
    standing = np.ones(4)
    standing[[OPPOSED, OPPOSED | CONSENTED]] *= effects.opposed.central
    standing[[CONSENTED, OPPOSED | CONSENTED]] *= effects.consented.central
    factors = (
        np.array([1.0, effects.night.central, effects.meal.central]),
        np.array([1.0, effects.silence.central]),
        np.array(
            [1.0, effects.voicemail.central, effects.unanswered.central if cases.rings else 0.0]
        ),
        standing,
        np.array([1.0, effects.repeat.central]),
    )
    chance = np.full((), reference_chance(complaints))
    if cases.objection_first:
        chance = chance * effects.objection_first.central
    for factor in factors:
        chance = np.multiply.outer(chance, factor)
    chance = np.minimum(chance, 1.0)
    # What is not heard annoys nobody.
    chance[:, :, KINDS.index(Kind.VOICEMAIL)] *= world.voicemail.heard.central
    return np.asarray(chance, dtype=np.float64)
