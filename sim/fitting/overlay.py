"""A fit as a scenario that extends the world: fitted keys alone, each a range with its source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from sim.document.laws import LogNormal, Survival
from sim.fitting.fit import Estimate, Fit
from sim.fitting.likelihood import F64
from sim.fitting.priors import DAY_GROUPS, PARTS, PARTS_OF_DAY, cohorts_used
from sim.fitting.stayed import LISTENING, PRESS_1, Stayed
from sim.scenario.joint import Joint
from sim.scenario.world import LineType, World

MARK = "# A world fitted by ringfence calibrate"
_SHRINK = 0.9999
"""Correlations are written rounded: so much of them leaves a matrix that some variables have."""


@dataclass(frozen=True)
class Origin:
    """Where figures come from."""

    world: str
    """The file that is extended, as it is named in the overlay."""
    name: str
    calls: int
    first: str
    last: str

    @property
    def source(self) -> str:
        """What stands as the source of a fitted figure."""
        return f"fitted: {self.name}, {self.calls:,} calls, {self.first} to {self.last}"


def overlay(
    fits: Sequence[Fit],
    world: World,
    joint: Sequence[Joint],
    origin: Origin,
    stayed: Stayed | None = None,
) -> str:
    """The overlay as YAML.

    Parameters
    ----------
    fits
        One a line type.
    world
        The world that is extended.
    joint
        Its groups of inputs.
    origin
        Where figures come from.
    stayed
        What was fitted of people who picked up, where that was looked at.
    """
    lines = [
        MARK,
        f"# {origin.source}",
        f"extends: {json.dumps(origin.world, ensure_ascii=False)}",
        "world:",
        "  line_types:",
    ]
    for fit in fits:
        lines += _line_type(fit, world.line_types[fit.line_type], world, origin)
    if any(fit.hours for fit in fits):
        lines.append("  hours:")
        for fit in fits:
            if fit.hours:
                lines += _hours(fit, origin)
    if stayed is not None:
        lines += _stayed(stayed, world, origin)
    lines += _joint(fits, joint, origin)
    return "\n".join(lines) + "\n"


def _line_type(fit: Fit, line_type: LineType, world: World, origin: Origin) -> Iterator[str]:
    base = f"world.line_types.{fit.line_type}.answering"
    by_path = {each.path.removeprefix(f"{base}."): each for each in fit.estimates}
    answering = line_type.answering
    yield f"    {fit.line_type}:"
    yield "      answering:"
    for name in ("invalid", "busy", "machine", "human"):
        yield f"        {name}: {_range(by_path[name], origin)}"
    yield "        no_answer: rest"
    if "failed" in by_path:
        yield f"        failed: {_range(by_path['failed'], origin)}"
    yield f"        at_ring_timeout: {fit.timeout_ms // 1000} s"
    levels = [each for name, each in by_path.items() if name.startswith("by_attempt.")]
    if levels:
        yield "        by_attempt:"
        yield "          - 1"
        for place, each in enumerate(levels, 1):
            if each.status == "prior" and place < len(answering.by_attempt):
                yield f"          - {answering.by_attempt[place].central:g}"
            else:
                yield f"          - {_range(each, origin)}"
    if by_path["frailty.sd"].status != "prior":
        sd = _range(by_path["frailty.sd"], origin)
        yield f"        frailty: {{sd: {sd}, cohorts: {cohorts_used(world, line_type)}}}"
    for name in ("human_ring", "machine_ring") if fit.rings else ():
        law = getattr(answering, name)
        yield f"        {name}:"
        yield "          law: lognormal"
        for key in ("median", "p90"):
            yield f"          {key}: {_range(by_path[f'{name}.{key}'], origin)}"
        for key in type(law).model_fields:
            if key not in LogNormal.model_fields:
                yield f"          {key}: null"
    if fit.hours:
        yield f"        by_hour: {table_name(fit)}"


def _stayed(stayed: Stayed, world: World, origin: Origin) -> Iterator[str]:
    """What people do after they picked up: of the world, not of a line type."""
    if points := [each for each in stayed.estimates if each.path.startswith(LISTENING)]:
        yield "  listening:"
        yield "    law: survival"
        yield "    points:"
        for each in points:
            yield f"      {each.path.removeprefix(LISTENING)}: {_range(each, origin)}"
        yield f"    source: {json.dumps(origin.source, ensure_ascii=False)}"
        yield "    grade: A"
        for key in type(world.listening).model_fields:
            if key not in Survival.model_fields:
                yield f"    {key}: null"
    for each in stayed.estimates:
        if each.path == PRESS_1:
            yield f"  press_1: {_range(each, origin)}"


def table_name(fit: Fit) -> str:
    """What the table of hours of a line type is called."""
    return f"fitted-{fit.line_type}"


def _hours(fit: Fit, origin: Origin) -> Iterator[str]:
    yield f"    {table_name(fit)}:"
    odds = [each for each in fit.estimates if each.path.startswith("world.hours.")]
    each_day = len(PARTS_OF_DAY) - 1
    for place, each in enumerate(odds):
        part = place % each_day
        begins, ends = PARTS_OF_DAY[part], PARTS_OF_DAY[part + 1]
        yield (
            f'      - {{days: {DAY_GROUPS[place // each_day]}, from: "{begins:02}:00", '
            f'to: "{ends:02}:00", odds: {_range(each, origin)}}}'
        )
    assert len(odds) == PARTS


def _range(each: Estimate, origin: Origin) -> str:
    """A range, or where there is none, its value."""
    low, central, high = (_value(x, each.unit) for x in (each.low, each.central, each.high))
    if low == high or not each.low < each.central < each.high:
        return central
    source = origin.source
    grade = "A"
    if each.status == "part prior":
        source, grade = f"part prior; {source}", "C"
    elif each.status == "prior":
        source, grade = f"prior, not told by the log; {source}", "D"
    return (
        f"{{low: {low}, central: {central}, high: {high}, "
        f"source: {json.dumps(source, ensure_ascii=False)}, grade: {grade}}}"
    )


def _value(x: float, unit: str) -> str:
    if unit == "ms":
        return f"{round(x)} ms"
    return f"{100 * x:.4f} %" if unit == "share" else f"{x:.5f}"


def _joint(fits: Sequence[Fit], joint: Sequence[Joint], origin: Origin) -> Iterator[str]:
    """Groups of what is drawn together: one a line type, and the world's own but for these."""
    groups = [_group(fit) for fit in fits]
    taken = {path for paths, _ in groups for path in paths}
    kept = [
        (inputs, matrix)
        for inputs, matrix in (_without(group, taken) for group in joint)
        if len(inputs) > 1
    ]
    if not groups and not kept:
        return
    yield "joint:"
    for paths, correlations in groups:
        yield f"  - inputs: [{', '.join(paths)}]"
        yield "    correlations:"
        for row in correlations:
            yield f"      - [{', '.join(f'{x:.6f}' for x in row)}]"
        yield f"    source: {json.dumps(origin.source, ensure_ascii=False)}"
        yield "    grade: A"
    for inputs, matrix in kept:
        yield f"  - inputs: [{', '.join(inputs)}]"
        yield f"    correlations: {[list(row) for row in matrix]}"


def _without(group: Joint, taken: set[str]) -> tuple[list[str], F64]:
    here = [k for k, path in enumerate(group.inputs) if path not in taken]
    return [group.inputs[k] for k in here], np.array(group.matrix)[np.ix_(here, here)]


def _group(fit: Fit) -> tuple[list[str], F64]:
    """Inputs of a fit that are ranges, and the correlations of their normal scores."""
    ranged = [each for each in written(fit) if each.low < each.central < each.high]
    paths = [
        each.path.replace("world.hours.fitted.", f"world.hours.{table_name(fit)}.")
        for each in ranged
    ]
    n = len(ranged[0].draws)
    scores = np.stack([ndtri((rankdata(each.draws) - 0.5) / n) for each in ranged])
    matrix = np.corrcoef(scores) * _SHRINK
    np.fill_diagonal(matrix, 1.0)
    return paths, (matrix + matrix.T) / 2


def written(fit: Fit) -> list[Estimate]:
    """The estimates that stand in the overlay as ranges."""
    return [
        each
        for each in fit.estimates
        if each.status != "prior" or each.path.startswith("world.hours.")
    ]
