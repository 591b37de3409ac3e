"""A world held against totals alone: how many calls of a campaign were connected.

Totals tell the sum of people and machines, and nearly nothing of each: so both ranges are written,
with the correlation that makes the sum sure. What "connected" means differs between sources, hence
a spread of its own. Everything else stays as it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from scipy.special import expit, logit, ndtri

from sim.behaviour.answering import shares
from sim.document.fields import Count
from sim.document.keys import model_keys
from sim.document.node import plain
from sim.document.quantity import Model, PlainShare, ShareRange
from sim.document.source import read_source
from sim.document.validate import check_model
from sim.errors import CannotJudgeError, DocumentError
from sim.fitting.likelihood import F64
from sim.fitting.overlay import MARK
from sim.fitting.posterior import points_of
from sim.scenario.world import World

_Z95 = 1.6448536269514722
_DRAWS = 1 << 14
_LEAST = 0.01
"""Below this effective share of draws, totals and world contradict each other."""


class Totals(Model):
    """The file."""

    format: Literal[1] = Field(description="Version of this format.")
    name: str = Field(description="Whose totals they are.")
    dialled: Annotated[Count, Field(ge=1)] = Field(description="Calls, all of them first dials.")
    connected: Count = Field(description="Of these, those that a person or a machine answered.")
    within: PlainShare = Field(
        0.03, description="How far the share may be another, by what connected means: 1 sd."
    )
    line_type: str | None = Field(
        None, description="The line type; needed where there are several."
    )


@dataclass(frozen=True)
class Moved:
    """What totals say of a line type: 5 %, 50 % and 95 % points."""

    line_type: str
    before: F64
    """(3,) Of people and machines together, by the world alone."""
    together: F64
    """(3,) The same with the totals."""
    human: F64
    machine: F64
    correlation: float
    """Of the normal scores of people and machines."""


def read_totals(path: Path) -> Totals:
    """Totals from a YAML file.

    Raises
    ------
    DocumentError
        With every fault of the file.
    """
    source = read_source(path)
    found = check_model(Totals, source.node, lambda: model_keys(Totals))
    faults = (*source.faults, *found.faults)
    if faults:
        raise DocumentError(faults)
    return Totals.model_validate(plain(source.node))


def moved(totals: Totals, world: World) -> Moved:
    """What totals say of the shares of people and machines.

    Raises
    ------
    CannotJudgeError
        Where the world's shares are no ranges, or contradict the totals.
    """
    names = list(world.line_types)
    name = totals.line_type or (names[0] if len(names) == 1 else "")
    if name not in names:
        raise CannotJudgeError(f"line_type says of which lines they are: {', '.join(names)}")
    answering = world.line_types[name].answering
    central = shares(answering)
    human = _drawn(answering.human, central["human"], points_of(_DRAWS, 2)[:, 0])
    machine = _drawn(answering.machine, central["machine"], points_of(_DRAWS, 2)[:, 1])
    if np.ptp(human) == 0 and np.ptp(machine) == 0:
        raise CannotJudgeError(
            f"human and machine of {name} are single numbers: give ranges, which totals can narrow"
        )
    together = human + machine
    possible = together < 1 - central["invalid"] - central["busy"]
    seen = totals.connected / totals.dialled
    spread = np.hypot(totals.within, np.sqrt(seen * (1 - seen) / totals.dialled))
    weight = np.where(possible, np.exp(-0.5 * ((together - seen) / spread) ** 2), 0.0)
    if not weight.sum() or weight.sum() ** 2 / (weight**2).sum() < _LEAST * _DRAWS:
        raise CannotJudgeError(
            f"the totals say {seen:.1%} connected, where the world has "
            f"{np.quantile(together, 0.05):.0%} to {np.quantile(together, 0.95):.0%}: one of them "
            "is another campaign's"
        )
    weight /= weight.sum()
    flat = np.full(_DRAWS, 1 / _DRAWS)
    scores = np.stack([_scores(values, weight) for values in (human, machine)])
    product = float((weight * scores[0] * scores[1]).sum())
    scale = float(np.sqrt((weight * scores[0] ** 2).sum() * (weight * scores[1] ** 2).sum()))
    return Moved(
        name,
        _points(together, flat),
        _points(together, weight),
        _points(human, weight),
        _points(machine, weight),
        product / scale if scale else 0.0,
    )


def _drawn(stated: object, central: float, scores: F64) -> F64:
    """Draws of a share: two half-normals on the logit scale, as a study's are."""
    if not isinstance(stated, ShareRange) or stated.low is None or stated.high is None:
        return np.full(len(scores), central)
    middle = logit(stated.central)
    below, above = middle - logit(stated.low), logit(stated.high) - middle
    found: F64 = expit(middle + np.where(scores < 0, below, above) / _Z95 * scores)
    return found


def _points(values: F64, weight: F64) -> F64:
    order = np.argsort(values)
    at = np.searchsorted(np.cumsum(weight[order]), (0.05, 0.5, 0.95))
    found: F64 = values[order][np.minimum(at, len(values) - 1)]
    return found


def _scores(values: F64, weight: F64) -> F64:
    """Normal scores of weighted draws."""
    if np.ptp(values) == 0:
        return np.zeros(len(values))
    order = np.argsort(values)
    rank = np.empty(len(values))
    rank[order] = np.cumsum(weight[order]) - weight[order] / 2
    found: F64 = ndtri(np.clip(rank, 1e-9, 1 - 1e-9))
    return found


def totals_overlay(found: Moved, totals: Totals, world_file: str) -> str:
    """The overlay as YAML: both shares, and how they go together."""
    source = f"part prior; totals of {totals.name}: {totals.connected:,} of {totals.dialled:,}"
    lines = [
        MARK,
        f"# by {source}",
        f"extends: {json.dumps(world_file, ensure_ascii=False)}",
        "world:",
        "  line_types:",
        f"    {found.line_type}:",
        "      answering:",
    ]
    ranged = []
    for name, points in (("machine", found.machine), ("human", found.human)):
        low, central, high = (f"{100 * x:.4f} %" for x in points)
        if low != high:
            ranged.append(f"world.line_types.{found.line_type}.answering.{name}")
            lines.append(
                f"        {name}: {{low: {low}, central: {central}, high: {high}, "
                f"source: {json.dumps(source, ensure_ascii=False)}, grade: C}}"
            )
    lines.append("        no_answer: rest")
    if len(ranged) == 2:
        lines += [
            "joint:",
            f"  - inputs: [{', '.join(ranged)}]",
            f"    correlation: {max(found.correlation, -0.9999):.4f}",
            f"    source: {json.dumps(source, ensure_ascii=False)}",
            "    grade: C",
        ]
    return "\n".join(lines) + "\n"
